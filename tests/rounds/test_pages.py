"""The pages as a coordinator, a worker and others find them."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member, Role
from cases.models import Case
from patrols.models import Patrol, WalkedStretch
from rounds import daily
from rounds.counts import Rounds, counts
from rounds.models import Cadence, Finding, How, Round, RoundNotice, RoundPlan, State
from rounds.walked import Walked
from tests.cases.play import report
from tests.rounds.play import DAY, NOW, TODAY, hold, plan
from tests.town import Node, Town, place

ALL_FINE = {"answer-lamps": "fine", "answer-manholes": "none"}


def signed_in(member: Member) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def office(town: Town) -> Client:
    return signed_in(town.coordinator)


@pytest.fixture
def one(town: Town) -> Round:
    """The community's round of the week, whenever the test runs."""
    return plan(town, starts_on=timezone.localdate()).rounds.get()


def page(client: Client, address: str, status: int = 200, **asked: Any) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def walked(town: Town, *streets: tuple[Node, Node], at: dt.datetime) -> Patrol:
    """A patrol that walked whole segments."""
    patrol = Patrol.objects.create(
        member=town.worker, started_at=at, received_at=at, state=Patrol.State.MATCHED
    )
    for ends in streets:
        WalkedStretch.objects.create(
            patrol=patrol, segment=town.segments[ends], start_dm=0, end_dm=1000, walked_at=at,
            confidence=1,
        )  # fmt: skip
    return patrol


def act(client: Client, one: Round, what: str, **given: Any) -> Any:
    return client.post(f"/rounds/{one.pk}/", {"do": what, **given})


def test_the_checklist_makes_a_round_done(office: Client, one: Round, town: Town) -> None:
    text = page(office, f"/rounds/{one.pk}/")
    assert "Lamps light" in text and "Make a case" in text
    assert act(office, one, "finish", **{"answer-lamps": "fine"}).status_code == 400
    one.refresh_from_db()
    assert (one.state, one.answers) == (State.DUE, {"lamps": "fine"})
    for _twice in range(2):
        answer = act(office, one, "finish", **ALL_FINE)
        assert answer.status_code == 302 and answer["Location"] == f"/rounds/{one.pk}/"
    one.refresh_from_db()
    assert (one.state, one.how, one.done_by) == (State.DONE, How.FORM, town.coordinator)
    assert one.answers == {"lamps": "fine", "manholes": "none"}
    text = page(office, f"/rounds/{one.pk}/")
    assert "in order" in text and '<button class="button primary" name=' not in text


def test_what_is_not_in_order_needs_its_case(office: Client, one: Round, town: Town) -> None:
    wrong = {**ALL_FINE, "answer-manholes": "wrong"}
    key = str(uuid.uuid4())
    refused = act(office, one, "finish", **wrong)
    assert refused.status_code == 400 and "Report it" in refused.content.decode()
    for _twice in range(2):
        answer = act(office, one, "report:manholes", **{"key-manholes": key, **wrong})
    assert Finding.objects.get().item == "manholes"
    assert act(office, one, "finish", **wrong).status_code == 400

    new = page(office, answer["Location"])
    assert f'value="{key}"' in new and f'value="/rounds/{one.pk}/"' in new
    assert re.search(r'value="manhole"[^>]*checked', new)
    lon, lat = place(100, 60)
    given = {
        "key": key,
        "category": "manhole",
        "lon": lon,
        "lat": lat,
        "back": f"/rounds/{one.pk}/",
    }
    sent = office.post("/cases/new/", given)
    assert sent["Location"] == f"/rounds/{one.pk}/"
    case = Case.objects.get(key=key)
    assert f"#{case.pk}" in page(office, f"/rounds/{one.pk}/")
    assert act(office, one, "finish", **wrong).status_code == 302
    assert Finding.objects.get().case == case
    one.refresh_from_db()
    assert one.state == State.DONE


def test_a_round_marked_by_mistake_is_opened_again(office: Client, one: Round, town: Town) -> None:
    act(office, one, "finish", **ALL_FINE)
    assert "Open again" in page(office, f"/rounds/{one.pk}/")
    hold(town.outsider, Role.AUDITOR, town.community)
    auditor = signed_in(town.outsider)
    assert "Open again" not in page(auditor, f"/rounds/{one.pk}/")
    act(auditor, one, "reopen")
    one.refresh_from_db()
    assert one.state == State.DONE
    for _twice in range(2):
        assert act(office, one, "reopen").status_code == 302
    one.refresh_from_db()
    assert (one.state, one.how, one.done_by, one.done_at) == (State.DUE, "", None, None)
    assert one.answers == {"lamps": "fine", "manholes": "none"}
    text = page(office, f"/rounds/{one.pk}/")
    assert f"made, {town.coordinator}" in text and f"opened again, {town.coordinator}" in text
    # Once it would be missed at once it stays as it is.
    act(office, one, "finish", **ALL_FINE)
    Round.objects.filter(pk=one.pk).update(
        starts_on=one.starts_on - 21 * DAY, due_on=one.due_on - 21 * DAY
    )
    act(office, one, "reopen")
    one.refresh_from_db()
    assert one.state == State.DONE


def test_a_finding_that_is_an_open_case_already_counts(
    office: Client, one: Round, town: Town
) -> None:
    known = report(town, "manhole", now=timezone.now())
    key = str(uuid.uuid4())
    act(office, one, "report:manholes", **{"key-manholes": key})
    lon, lat = known.location.coords
    given = {"key": key, "category": "manhole", "lon": lon, "lat": lat, "same": known.pk}
    office.post("/cases/new/", {**given, "back": f"/rounds/{one.pk}/"})
    assert Case.objects.count() == 1
    wrong = {**ALL_FINE, "answer-manholes": "wrong"}
    assert act(office, one, "finish", **wrong).status_code == 302
    assert Finding.objects.get().case == known


def test_a_new_case_leads_to_no_other_site(office: Client, town: Town) -> None:
    lon, lat = place(100, 60)
    given = {"key": uuid.uuid4(), "category": "paving", "lon": lon, "lat": lat}
    sent = office.post("/cases/new/", {**given, "back": "https://elsewhere.example/"})
    assert sent["Location"] == f"/cases/{Case.objects.get().pk}/"


def test_patrols_do_a_round_once_they_walked_enough(office: Client, one: Round, town: Town) -> None:
    """Of 24 segments half are needed: 11 and 1 are, each metre counted once."""
    ends = list(town.segments)[:12]
    now = timezone.now()
    most, twice, rest = (
        walked(town, *ends[:11], at=now),
        walked(town, *ends[5:11], at=now),
        walked(town, ends[11], at=now),
    )
    earlier = walked(town, *ends, at=now - 9 * DAY)
    text = page(office, f"/rounds/{one.pk}/?patrols")
    assert f'value="{most.pk}"' in text and "45.8" in text
    assert f'value="{earlier.pk}"' not in text
    refused = act(office, one, "patrols", patrol=[most.pk, twice.pk])
    assert refused.status_code == 400 and "45.8" in refused.content.decode()
    assert act(office, one, "patrols", patrol=[most.pk, earlier.pk]).status_code == 400
    assert act(office, one, "patrols").status_code == 400
    for _twice in range(2):
        assert act(office, one, "patrols", patrol=[most.pk, rest.pk]).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.how, one.covered_share) == (State.DONE, How.PATROL, 0.5)
    assert "50.0" in page(office, f"/rounds/{one.pk}/")


def test_a_cell_counts_its_own_metres(town: Town) -> None:
    """Row 1 from x = 150 to 250: half of it lies west."""
    starts = timezone.localdate()
    one = plan(town, area=town.west, role=Role.WORKER, starts_on=starts).rounds.get()
    now = timezone.now()
    patrol = walked(town, ((150, 50), (250, 50)), at=now)
    west = 6 + 4 + 4 * 0.5
    assert Walked.of(one, now + DAY).share([patrol.pk]) == pytest.approx(0.5 / west)


def test_members_find_their_own_rounds_and_no_others(town: Town, one: Round) -> None:
    today = timezone.localdate()
    west = plan(town, area=town.west, role=Role.WORKER, starts_on=today).rounds.get()
    text = page(signed_in(town.worker), "/rounds/")
    assert f"/rounds/{west.pk}/" in text and f"/rounds/{one.pk}/" not in text
    assert "Plan rounds" not in text.split("<h2", 1)[0]
    outside = signed_in(town.outsider)
    assert "Nothing of yours is due" in page(outside, "/rounds/")
    assert page(outside, f"/rounds/{one.pk}/", status=404)
    assert page(signed_in(town.worker), f"/rounds/{one.pk}/", status=404)
    assert page(signed_in(town.worker), "/rounds/plans/", status=403)


def test_an_auditor_reads_and_does_not_do(town: Town, one: Round) -> None:
    hold(town.outsider, Role.AUDITOR, town.community)
    client = signed_in(town.outsider)
    assert "You can read this round" in page(client, f"/rounds/{one.pk}/")
    assert act(client, one, "finish", **ALL_FINE).status_code == 400
    one.refresh_from_db()
    assert (one.state, one.answers) == (State.DUE, {})


def test_the_table_has_a_word_for_each_state(town: Town, office: Client) -> None:
    today = timezone.localdate()
    made = plan(town, cadence=Cadence.MONTHLY, starts_on=today - 100 * DAY)
    daily.every_night(timezone.now())
    text = page(office, "/rounds/")
    rounds = list(Round.objects.filter(plan=made).order_by("due_on"))
    assert {row.state for row in rounds} == {State.DUE, State.MISSED}
    for row in rounds:
        assert f'href="/rounds/{row.pk}/"' in text
    assert text.count('class="round-state is-missed" href') == sum(
        row.state == State.MISSED for row in rounds
    )
    assert "overdue" in text
    assert RoundNotice.objects.filter(member=town.coordinator, seen_at=None).exists()
    late = next(row for row in rounds if row.is_overdue(today))
    page(office, f"/rounds/{late.pk}/")
    seen = RoundNotice.objects.get(member=town.coordinator, round=late)
    assert seen.seen_at is not None
    assert "No rounds are planned here" in page(office, "/rounds/", area=town.east.code)
    assert "not valid" in page(office, "/rounds/", area="12345678")


def test_a_list_costs_as_many_queries_however_many_rounds(
    town: Town, office: Client, queries: Any
) -> None:
    """Session, member, what is decided, seen; notices; own; plans (2) with rounds, makers (2),
    overdue, their makers (2), counts; areas; who cares for homes and what is from tablets."""
    today = timezone.localdate()
    plan(town, starts_on=today - 20 * DAY)
    page(office, "/rounds/")
    with queries(QUERIES):
        page(office, "/rounds/")
    for area in (town.west, town.east, town.community):
        plan(town, area=area, role=Role.WORKER, starts_on=today - 20 * DAY)
    hold(town.coordinator, Role.WORKER, town.community)
    with queries(QUERIES):
        page(office, "/rounds/")


QUERIES = 17


def form_of(client: Client, address: str) -> dict[str, str]:
    """What the page's form holds, as a browser would send it."""
    text = page(client, address)
    form = text[text.index('class="new-case plan-form"') :]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and name[1] != "csrfmiddlewaretoken":
            found[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select name="([^"]*)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def test_a_plan_is_made_changed_and_ended_on_its_pages(town: Town, office: Client) -> None:
    assert "No rounds are planned yet" in page(office, "/rounds/plans/")
    given = form_of(office, f"/rounds/plans/new/?area={town.community.code}")
    assert given["cadence"] == Cadence.WEEKLY and given["category0"] == "fire_access"
    given |= {"en1": "", "zh1": "", "en6": "Ramps are free", "category6": "blocked_way"}
    for _twice in range(2):
        assert office.post("/rounds/plans/new/", given).status_code == 302
    made = RoundPlan.objects.get()
    assert [item["en"] for item in made.items][-1] == "Ramps are free"
    assert len(made.items) == 6
    text = page(office, "/rounds/plans/")
    assert "Ramps are free" in text and "Cui Lan" in text

    address = reverse("round-plan", args=[made.pk])
    given = form_of(office, address)
    today = timezone.localdate()
    too_early = office.post(address, {**given, "ends_on": today - DAY})
    assert too_early.status_code == 400 and "today or later" in too_early.content.decode()
    assert office.post(address, {**given, "en0": "Exits are free"}).status_code == 302
    made.refresh_from_db()
    assert made.items[0]["en"] == "Exits are free"
    assert made.rounds.get().items[0]["en"] != "Exits are free"
    assert made.items[0]["key"] == made.rounds.get().items[0]["key"]
    assert page(signed_in(town.outsider), address, status=403)


def test_a_plan_of_another_area_is_not_there(town: Town, office: Client) -> None:
    made = plan(town, area=town.subdistrict, role=Role.LEADER, member=town.leader)
    assert page(office, f"/rounds/plans/{made.pk}/", status=404)
    given = form_of(office, "/rounds/plans/new/")
    refused = office.post("/rounds/plans/new/", {**given, "area": town.subdistrict.code})
    assert refused.status_code == 400 and RoundPlan.objects.count() == 1


def test_rounds_due_and_done_by_area(town: Town) -> None:
    one = plan(town).rounds.get()
    plan(town, area=town.west, role=Role.WORKER)
    code = town.community.code
    week = {"start": one.due_on - 6 * DAY, "end": one.due_on}
    until = NOW + 10 * DAY
    assert counts(code, **week, until=until) == {
        code: Rounds(2, 0), town.west.code: Rounds(1, 0),
    }  # fmt: skip
    Round.objects.filter(pk=one.pk).update(
        state=State.DONE, how=How.FORM, done_by=town.coordinator, done_at=NOW
    )
    assert counts("9901", **week, until=until)["9901"] == Rounds(2, 1)
    assert counts(code, **week, until=NOW)[code] == Rounds(2, 0)
    Round.objects.exclude(pk=one.pk).update(state=State.DROPPED)
    assert counts(code, **week, until=until) == {code: Rounds(1, 1)}
    assert counts(code, start=TODAY - 30 * DAY, end=one.due_on - DAY, until=until) == {}
