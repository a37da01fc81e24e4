"""The pages as a coordinator, a leader and a worker find them."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Member, Role
from cases.transitions import Step
from grid.cell_register import DrawnCell, register_cells
from grid.metres import shapes
from grid.models import CellStretch, Responsibility
from handover.board import View, load
from handover.models import Handover, Leave, Notice
from handover.streets import Asked, nobodys_streets
from tests.cases.play import do, report
from tests.handover.play import DAY, NOW, TODAY, away, decides, hand
from tests.town import Town, box


def signed_in(member: Member) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def office(town: Town) -> Client:
    return signed_in(town.coordinator)


def today() -> dt.date:
    return timezone.localdate()


def page(client: Client, address: str, **asked: Any) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_the_board_says_who_holds_what(town: Town, office: Client) -> None:
    text = page(office, "/responsibility/")
    assert "Lantern West" in text and "Wang Wei" in text
    assert "somebody works in every cell" in text
    assert re.search(r'<rect class="bar holder-\d"', text)
    assert 'aria-label="Wang Wei, cell worker' in text
    by_member = page(office, "/responsibility/", by="member", member=town.worker.pk)
    assert 'aria-label="Lantern West, cell worker' in by_member
    assert 'aria-label="Lantern East' not in by_member


def test_a_gap_says_since_when_and_until_when(town: Town, office: Client) -> None:
    Responsibility.objects.filter(member=town.worker).update(ends_on=today() - 2 * DAY)
    Responsibility.objects.create(
        member=town.teammate, role=Role.WORKER, area=town.west, starts_on=today() + 3 * DAY
    )
    board = load(decides(town.coordinator, today()).scope, View(today()))
    (found,) = board.gaps
    assert (found.area, found.gap.since, found.gap.until, found.now) == (
        town.west,
        today() - DAY,
        today() + 2 * DAY,
        True,
    )
    assert "nobody now" in page(office, "/responsibility/")


def test_a_closed_account_holds_nothing(town: Town) -> None:
    Member.objects.filter(pk=town.worker.pk).update(is_active=False)
    board = load(decides(town.coordinator).scope, View(TODAY))
    assert [one.area for one in board.gaps] == [town.west]


def test_who_works_in_the_whole_community_leaves_no_gap(town: Town) -> None:
    Responsibility.objects.filter(role=Role.WORKER).update(ends_on=TODAY - DAY)
    Responsibility.objects.create(
        member=town.outsider, role=Role.WORKER, area=town.community, starts_on=TODAY - DAY
    )
    board = load(decides(town.coordinator).scope, View(TODAY))
    assert board.gaps == []
    assert board.unheld == set()
    # Also where only one cell is looked at.
    assert load(decides(town.coordinator).scope, View(TODAY, town.west.code)).gaps == []


def test_two_for_one_cell_are_shown(town: Town, office: Client) -> None:
    away(town, today(), today() + DAY, now=timezone.now())
    board = load(decides(town.coordinator, today()).scope, View(today()))
    (found,) = board.overlaps
    assert {found.one.member, found.other.member} == {town.worker, town.teammate}
    assert "Wang Wei + Tian Tian" in page(office, "/responsibility/")


def test_nobodys_streets_add_up_to_the_decimetre(town: Town) -> None:
    """West of x = 200 everything is nobody's: half of each row, and two alleys."""
    Responsibility.objects.filter(member=town.worker).update(ends_on=TODAY - DAY)
    board = load(decides(town.coordinator).scope, View(TODAY))
    metres = {one.name: round(one.metres, 2) for one in board.streets}
    stretches = CellStretch.objects.filter(cell=town.west, segment__duty=True)
    length = sum(end - start for start, end in stretches.values_list("start_dm", "end_dm")) / 10
    assert sum(metres.values()) == pytest.approx(length, abs=0.2)
    assert metres["Row 1"] == pytest.approx(150, abs=0.2)
    assert "Alley 3" not in metres


def test_a_street_in_no_cell_is_nobodys_and_one_somebody_holds_is_not(town: Town) -> None:
    street = town.streets["Row 1"]
    CellStretch.objects.filter(segment__street=street, cell=town.east).delete()
    communities = [town.community.pk]
    (found,) = nobodys_streets(Asked(communities, [], []))
    assert (found.name, found.unheld) == ("Row 1", 0)
    assert found.nowhere == pytest.approx(150, abs=0.2)
    assert nobodys_streets(Asked(communities, [], [street.pk])) == []
    assert nobodys_streets(Asked(communities, [], [], outside=False)) == []


def test_a_day_in_the_past_shows_that_day(town: Town) -> None:
    Responsibility.objects.filter(member=town.worker).update(ends_on=TODAY - DAY)
    scope = decides(town.coordinator).scope
    assert load(scope, View(TODAY)).unheld == {town.west.pk}
    assert load(scope, View(TODAY - DAY)).unheld == set()


def test_a_day_before_another_division_has_its_own_cells(town: Town, office: Client) -> None:
    """
    Until yesterday      from today on
    +------+------+      +-------------+
    | West | East |      |    north    |
    | no-  | held |      +-------------+
    | body |      |      |    south    |
    +------+------+      +-------------+
    """
    Responsibility.objects.filter(member=town.worker).update(ends_on=today() - 9 * DAY)
    scope, view = decides(town.coordinator, today()).scope, View(today() - 5 * DAY)

    def shown() -> Any:
        board = load(scope, view)
        answer = office.get("/api/v1/responsibility/map/", {"day": view.day.isoformat()}).json()
        then = [(cell.code, cell.name) for cell in board.cells]
        return then, [one.area.code for one in board.gaps], board.streets, answer

    before = shown()
    assert before[0] == [(town.west.code, "Lantern West"), (town.east.code, "Lantern East")]
    assert before[1] == [town.west.code]
    with transaction.atomic():
        outlines = shapes([box(0, 0, 400, 200), box(0, 200, 400, 400)])
        drawn = [DrawnCell(one, name="New") for one in outlines]
        register_cells(town.community, drawn, today=today())
    assert shown() == before
    # Today and from then on the new ones are shown.
    assert {cell.name for cell in load(scope, View(today())).cells} == {"New"}
    # The page, and one cell alone, find their way too.
    assert "Lantern West" in page(office, "/responsibility/", day=view.day.isoformat())
    (one,) = load(scope, View(view.day, town.west.code)).cells
    assert one.name == "Lantern West"


@pytest.mark.parametrize(
    ("who", "most"), [("coordinator", 18), ("leader", 18), ("administrator", 18), ("worker", 14)]
)
def test_the_board_asks_a_few_questions(
    town: Town, who: str, most: int, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(getattr(town, who))
    client.get("/responsibility/")
    with django_assert_max_num_queries(most):
        client.get("/responsibility/")


def test_a_worker_sees_their_own_and_no_more(town: Town) -> None:
    text = page(signed_in(town.worker), "/responsibility/")
    assert "Lantern West" in text
    assert "Tian Tian" not in text
    for address in ("give/", "hand-over/", "leave/"):
        assert signed_in(town.worker).get(f"/responsibility/{address}").status_code == 403


def give(office: Client, town: Town, **more: Any) -> Any:
    given = {
        "member": town.outsider.pk,
        "role": "worker",
        "area": town.west.code,
        "starts_on": today().isoformat(),
        **more,
    }
    return office.post("/responsibility/give/", given)


def test_giving_and_the_history_says_who_did(town: Town, office: Client) -> None:
    assert give(office, town).status_code == 302
    row = Responsibility.objects.get(member=town.outsider)
    assert (row.area, row.starts_on, row.ends_on) == (town.west, today(), None)
    assert "Cui Lan" in page(office, f"/responsibility/{row.pk}/")
    # The same again is done already; for other days one is told to change those.
    assert give(office, town).status_code == 302
    assert Responsibility.objects.filter(member=town.outsider).count() == 1
    other = give(office, town, ends_on=today().isoformat())
    assert other.status_code == 400
    assert "holds this already" in other.content.decode()


def test_members_and_areas_beyond_the_list_are_found_by_name(
    town: Town, office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handover.offers.MOST", 1)
    text = page(office, "/responsibility/give/")
    assert text.count("The others are found by a part of the name") == 2
    assert "Wang Wei (worker)" not in text and "Lantern West" not in text
    # Somebody who is chosen in the address is in the list all the same.
    assert "Wang Wei (worker)" in page(office, "/responsibility/give/", member=town.worker.pk)
    several = give(office, town, member="", member_username="an", area="", area_text="lantern")
    assert several.content.decode().count("Several have this name: choose one of them.") == 2
    for wrong in ({"member": "", "member_username": "nobody"}, {"area": "", "area_text": "x"}):
        assert give(office, town, **wrong).status_code == 400
    found = give(office, town, member="", member_username="TIAN", area="", area_text="West")
    assert found.status_code == 302
    assert Responsibility.objects.get(member=town.teammate, area=town.west).starts_on == today()
    moved = {"taker": "", "taker_username": "Tian", "held": "", "held_text": "wang"}
    shown = page(office, "/responsibility/hand-over/", starts_on=today(), **moved)
    assert "Lantern West goes from Wang Wei to Tian Tian" in shown
    away = {"member": "", "member_username": "Wang", "cover": "", "cover_username": "Tian"}
    days = {"starts_on": today(), "ends_on": today()}
    shown = page(office, "/responsibility/leave/", **away, **days)
    assert "Wang Wei is away" in shown
    assert office.post("/responsibility/leave/", {**away, **days}).status_code == 302
    # Who works elsewhere is not said to be away, whatever is typed.
    Member.objects.create(username="far.away", name="Far Away")
    asked: dict[str, Any] = {**away, **days, "member_username": "far.away"}
    assert office.get("/responsibility/leave/", asked).status_code == 400


def test_a_number_longer_than_any_is_nobody_and_no_fault_of_the_server(
    town: Town, office: Client
) -> None:
    long = "9" * 5000
    asked = {"starts_on": today(), "note": "", "key": ""}
    for held, taker in ((f"{long}-{long}", town.teammate.pk), (f"{town.west.pk}-{long}", long)):
        sent = {**asked, "held": held, "taker": taker, "taker_username": ""}
        assert office.post("/responsibility/hand-over/", sent).status_code == 400
    assert give(office, town, member=long).status_code == 400


def test_the_board_finds_an_area_beyond_its_list(
    town: Town, office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'name="find"' not in page(office, "/responsibility/")
    monkeypatch.setattr("handover.offers.MOST", 1)
    assert 'name="find"' in page(office, "/responsibility/")
    found = page(office, "/responsibility/", find="east")
    assert f'<option value="{town.east.code}" selected>' in found
    assert 'aria-label="Wang Wei, cell worker' not in found
    assert f"area={town.east.code}" in found
    several = page(office, "/responsibility/", find="lantern")
    assert 'aria-label="Wang Wei, cell worker' in several


def test_the_same_from_two_pages_is_done_once(town: Town, office: Client) -> None:
    for starts_on in (today() + DAY, today()):
        given = {
            "held": f"{town.west.pk}-{town.worker.pk}",
            "taker": town.teammate.pk,
            "starts_on": starts_on.isoformat(),
        }
        first, second = (
            office.post("/responsibility/hand-over/", {**given, "key": uuid.uuid4()})
            for _page in range(2)
        )
        assert first.status_code == second.status_code == 302
        assert first["Location"] == second["Location"]
        # Planned, and somebody else asked for: that is another one.
        other = {**given, "taker": town.outsider.pk, "key": uuid.uuid4()}
        assert office.post("/responsibility/hand-over/", other).status_code == 400
        office.post(first["Location"])
        assert Handover.objects.filter(state__in=["planned", "done"]).count() == 0
    leave = {
        "member": town.worker.pk,
        "cover": town.teammate.pk,
        "starts_on": today().isoformat(),
        "ends_on": today().isoformat(),
    }
    for _page in range(2):
        given = {**leave, "key": uuid.uuid4()}
        assert office.post("/responsibility/leave/", given).status_code == 302
    assert Leave.objects.count() == 1
    other = {**leave, "cover": town.coordinator.pk, "key": uuid.uuid4()}
    assert office.post("/responsibility/leave/", other).status_code == 400


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"starts_on": (dt.date(2020, 1, 1)).isoformat()}, "Choose today or a later day"),
        ({"role": "coordinator"}, "Select a valid choice"),
        ({"area": "9901"}, "Select a valid choice"),
        ({"member": ""}, "Choose a member."),
        ({"member_username": "nobody-here"}, "Nobody here has this name or user name."),
        ({"street": "Nowhere Street"}, "There is no street of this name"),
        ({"ends_on": "2020-01-01"}, "The last day comes before the first."),
    ],
)
def test_what_cannot_be_given_is_said(
    town: Town, office: Client, more: dict, sentence: str
) -> None:
    before = Responsibility.objects.count()
    answer = give(office, town, **more)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert Responsibility.objects.count() == before


def test_giving_a_street_and_by_user_name(town: Town, office: Client) -> None:
    new = Member.objects.create(username="new.one", name="Xin Ren")
    answer = give(office, town, member="", member_username="new.one", street="Row 1")
    assert answer.status_code == 302
    row = Responsibility.objects.get(member=new)
    assert (row.street, row.area) == (town.streets["Row 1"], None)


def test_a_leader_gives_a_coordinator_and_no_beside(town: Town) -> None:
    leader = signed_in(town.leader)
    assert give(leader, town, role="coordinator", area=town.community.code).status_code == 302
    beside = give(leader, town, role="leader", area=town.subdistrict.code)
    assert beside.status_code in (400, 403)
    oneself = give(leader, town, member="", member_username="leader")
    assert "themselves" in oneself.content.decode()


def test_changing_and_ending_days_warns_of_the_gap(town: Town, office: Client) -> None:
    row = Responsibility.objects.get(member=town.worker)
    days = {"starts_on": row.starts_on.isoformat(), "ends_on": today().isoformat()}
    answer = office.post(f"/responsibility/{row.pk}/", days, follow=True)
    assert "Nobody works in Lantern West from" in answer.content.decode()
    row.refresh_from_db()
    assert row.ends_on == today()
    earlier = {**days, "starts_on": (row.starts_on - DAY).isoformat()}
    assert office.post(f"/responsibility/{row.pk}/", earlier).status_code == 400
    assert office.post(f"/responsibility/{row.pk}/", {"take-back": "1"}).status_code == 400


def test_what_has_not_begun_is_taken_back(town: Town, office: Client) -> None:
    give(office, town, starts_on=(today() + DAY).isoformat())
    row = Responsibility.objects.get(member=town.outsider)
    assert office.post(f"/responsibility/{row.pk}/", {"take-back": "1"}).status_code == 302
    assert not Responsibility.objects.filter(member=town.outsider).exists()


def test_of_another_community_nothing_is_there(town: Town) -> None:
    other = Member.objects.create(username="elsewhere", name="Bie Chu")
    far = type(town.community).objects.create(
        code="990101002001", level=12, name="Far", geometry=town.community.geometry
    )
    Responsibility.objects.create(
        member=other, role=Role.COORDINATOR, area=far, starts_on=dt.date(2020, 1, 1)
    )
    row = Responsibility.objects.get(member=town.worker)
    handed, leave = hand(town), away(town, TODAY, TODAY, member=town.teammate, cover=town.worker)
    client = signed_in(other)
    for address in (f"{row.pk}/", f"hand-over/{handed.pk}/", f"leave/{leave.pk}/"):
        assert client.get(f"/responsibility/{address}").status_code == 404
    assert "Lantern" not in page(client, "/responsibility/")


def test_handing_over_shows_first_and_does_it_once(town: Town, office: Client) -> None:
    case = report(town, now=timezone.now())
    do(case, Step.ACCEPT, town.worker, now=timezone.now())
    held = f"{town.west.pk}-{town.worker.pk}"
    asked = {"held": held, "taker": town.teammate.pk, "starts_on": today().isoformat()}
    text = page(office, "/responsibility/hand-over/", **asked)
    assert f"#{case.pk}" in text and "1 open case" in text and "Hand over now" in text
    assert not Handover.objects.exists()
    key = re.search(r'name="key" value="([0-9a-f-]+)"', text)
    assert key is not None
    first = office.post("/responsibility/hand-over/", {**asked, "key": key[1]})
    second = office.post("/responsibility/hand-over/", {**asked, "key": key[1]})
    row = Handover.objects.get()
    assert first["Location"] == second["Location"] == f"/responsibility/hand-over/{row.pk}/"
    text = page(office, first["Location"])
    assert f"#{case.pk}" in text and "Hand back" in text
    office.post(first["Location"])
    row.refresh_from_db()
    assert row.state == Handover.State.UNDONE


def test_a_leader_is_not_told_how_many_visits(town: Town) -> None:
    held = f"{town.west.pk}-{town.worker.pk}"
    asked = {"held": held, "taker": town.teammate.pk, "starts_on": today().isoformat()}
    text = page(signed_in(town.leader), "/responsibility/hand-over/", **asked)
    assert "known only to who may know the households" in text


def test_a_leave_shows_first_and_is_ended(town: Town, office: Client) -> None:
    asked = {
        "member": town.worker.pk,
        "cover": town.teammate.pk,
        "starts_on": today().isoformat(),
        "ends_on": (today() + 3 * DAY).isoformat(),
    }
    text = page(office, "/responsibility/leave/", **asked)
    assert "Lantern West" in text and not Leave.objects.exists()
    made = office.post("/responsibility/leave/", {**asked, "key": str(uuid.uuid4())})
    leave = Leave.objects.get()
    assert made["Location"] == f"/responsibility/leave/{leave.pk}/"
    assert "covers for Wang Wei" in page(signed_in(town.teammate), "/responsibility/")
    office.post(made["Location"], {"ends_on": today().isoformat()})
    leave.refresh_from_db()
    assert leave.ends_on == today()


def test_the_map_has_cells_by_holder_and_nobodys_streets(town: Town, office: Client) -> None:
    Responsibility.objects.filter(member=town.worker).update(ends_on=today() - DAY)
    answer = office.get("/api/v1/responsibility/map/").json()
    found = {row["properties"]["name"]: row["properties"] for row in answer["cells"]["features"]}
    assert found["Lantern West"]["nobody"] and not found["Lantern East"]["nobody"]
    assert found["Lantern East"]["holders"] == ["Tian Tian"]
    assert {"Row 1", "Alley 1"} <= {
        row["properties"]["name"] for row in answer["streets"]["features"]
    }


def test_notices_are_ones_own_and_seen_once(town: Town) -> None:
    hand(town, now=timezone.now(), day=today())
    worker = signed_in(town.worker)
    (told,) = worker.get("/api/v1/notices/").json()["notices"]
    assert told["text"] == "Lantern West went from Wang Wei to Tian Tian, with its open cases."
    address = f"/api/v1/notices/responsibility/{told['id']}/seen/"
    assert signed_in(town.outsider).post(address).status_code == 404
    assert worker.post(address).json()["seen"]
    assert worker.post(address).json()["seen"]
    assert worker.get("/api/v1/notices/").json()["notices"] == []
    # Its page tells it as well.
    teammate = signed_in(town.teammate)
    page(teammate, f"/responsibility/hand-over/{Handover.objects.get().pk}/")
    assert not Notice.objects.filter(member=town.teammate, seen_at=None).exists()


def test_an_email_says_it_in_the_members_language(
    town: Town, settings: Any, mailoutbox: list
) -> None:
    from handover import notices

    settings.EMAIL_HOST = "localhost"
    Member.objects.filter(pk=town.teammate.pk).update(email="t@example.org", language="zh-hans")
    hand(town)
    notice = Notice.objects.get(member=town.teammate)
    notices.send(notice.pk)
    (letter,) = mailoutbox
    assert letter.to == ["t@example.org"]
    assert "已连同未结案件" in letter.subject
    assert f"/responsibility/hand-over/{notice.handover_id}/" in letter.body
    Notice.objects.update(seen_at=NOW)
    notices.send(notice.pk)
    assert len(mailoutbox) == 1
