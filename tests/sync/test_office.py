"""The office sees what tablets sent and was not taken in, puts it right, and takes it in."""

import datetime as dt
import json
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import AwaitedPhoto, Case
from grid.models import Responsibility
from households.models import AccessRecord
from sync.models import Conflict, Operation
from sync.retention import delete_payloads
from tests.cases.play import point, report
from tests.conftest import Queries
from tests.households.care import answers, begin
from tests.households.homes import as_web_role, by_job, home
from tests.sync.tablet import Tablet
from tests.town import Town


@pytest.fixture
def tablet(town: Town) -> Tablet:
    return Tablet(town.worker)


@pytest.fixture
def office(client: Client, town: Town) -> Client:
    client.force_login(town.coordinator)
    return client


def text(response: Any) -> str:
    assert response.status_code in (200, 409), response.status_code
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def astray(tablet: Tablet, **more: Any) -> Operation:
    """A report from a place that is nobody's."""
    given = {
        "key": str(uuid.uuid4()),
        "category": "paving",
        "lon": 0.0,
        "lat": 0.0,
        "description": "Hole in the pavement",
        **more,
    }
    operation = tablet.record("case.report", given)
    assert tablet.states(operation) == ["rejected"]
    row: Operation = Operation.objects.get(pk=operation["id"])
    return row


def test_what_was_refused_is_listed_read_put_right_and_taken_in(
    tablet: Tablet, office: Client, town: Town
) -> None:
    row = astray(tablet)
    listed = text(office.get("/sync/"))
    assert "New case" in listed and "none of the areas" in listed and "Wang Wei" in listed
    assert "Hole in the pavement" not in listed
    address = f"/sync/{row.pk}/"
    shown = text(office.get(address))
    assert "Hole in the pavement" in shown and "Broken paving" in shown
    again = office.post(address, {"replay": "1"})
    assert again.status_code == 409 and "none of the areas" in text(again)
    place = point()
    given = {
        "change": "1",
        "category": "paving",
        "lon": place.x,
        "lat": place.y,
        "description": "Hole in the pavement, at the corner",
    }
    assert office.post(address, given).headers["Location"] == "/sync/"
    case = Case.objects.get()
    assert (case.description, case.reporter) == (given["description"], town.worker)
    row.refresh_from_db()
    assert (row.state, row.payload, row.decided_by) == ("applied", None, town.coordinator)
    assert office.get(address).status_code == 404
    assert "Nothing waits here" in text(office.get("/sync/"))
    # The tablet hears of it with its next look.
    assert tablet.client.get(f"/api/v1/sync/?device={tablet.device}").status_code == 200


def test_discarded_with_a_reason_that_the_tablet_reads_and_taken_back(
    tablet: Tablet, office: Client
) -> None:
    row = astray(tablet)
    address = f"/sync/{row.pk}/"
    refused = office.post(address, {"discard": "1", "reason": " "})
    assert refused.status_code == 409
    office.post(address, {"discard": "1", "reason": "Reported twice"})
    row.refresh_from_db()
    assert (row.state, row.message, bool(row.payload)) == ("discarded", "Reported twice", True)
    assert str(row.pk) not in office.get("/sync/").content.decode()
    assert str(row.pk) in office.get("/sync/?state=discarded").content.decode()
    place = point()
    back = {"change": "1", "category": "paving", "lon": place.x, "lat": place.y}
    assert office.post(address, back).status_code == 302
    assert Case.objects.count() == 1


def test_only_the_own_areas_and_only_who_decides(
    tablet: Tablet, client: Client, town: Town
) -> None:
    row = astray(tablet)
    client.force_login(town.worker)
    assert client.get("/sync/").status_code == 403
    client.force_login(town.administrator)
    assert str(row.pk) in client.get("/sync/").content.decode()
    Operation.objects.update(area_code="990102001001001")
    client.force_login(town.coordinator)
    assert str(row.pk) not in client.get("/sync/").content.decode()
    assert client.get(f"/sync/{row.pk}/").status_code == 404
    assert client.post(f"/sync/{row.pk}/", {"replay": "1"}).status_code == 404


def test_the_head_of_the_pages_counts_what_waits(
    tablet: Tablet, office: Client, client: Client, town: Town
) -> None:
    astray(tablet)
    astray(tablet)
    assert "From tablets 2" in text(office.get("/cases/"))
    client.force_login(town.worker)
    assert "From tablets" not in text(client.get("/cases/"))


def test_what_is_held_is_shown_after_a_day(tablet: Tablet, office: Client) -> None:
    never = tablet.record("lamp.seen", {})
    held = tablet.record("case.confirm", {"key": str(uuid.uuid4()), "case": 1}, after=[never])
    assert tablet.states(held) == ["held"]
    assert str(held["id"]) not in office.get("/sync/").content.decode()
    Operation.objects.update(received_at=timezone.now() - dt.timedelta(hours=25))
    assert str(held["id"]) in office.get("/sync/").content.decode()


def test_a_kind_that_the_server_does_not_know_waits_for_one_that_does(
    tablet: Tablet, office: Client
) -> None:
    row = tablet.record("tree.seen", {"tree": 7, "leaves": "green"})
    assert tablet.send(row)[0]["code"] == "unknown_kind"
    shown = text(office.get(f"/sync/{row['id']}/"))
    assert "tree.seen" in shown and "green" in shown
    assert "Change it" not in shown


def test_where_somebody_walked_is_not_shown(tablet: Tablet, office: Client) -> None:
    fixes = {
        "patrol": str(uuid.uuid4()),
        "part": 0,
        "lon": [24.9412345],
        "lat": [60.1712345],
        "ms": [1],
        "accuracy": ["x"],
    }
    row = tablet.record("patrol.fixes", fixes)
    assert tablet.states(row) == ["rejected"]
    shown = text(office.get(f"/sync/{row['id']}/"))
    assert "positions 1" in shown
    assert "24.94" not in shown and "60.17" not in shown


def test_a_visit_is_read_only_by_who_may_see_the_household(
    tablet: Tablet, office: Client, client: Client, town: Town
) -> None:
    with by_job():
        plan = begin(home(town.buildings[0]), town.worker)
        well = answers(plan)
    first = next(iter(well))
    given: dict[str, Any] = {
        "key": str(uuid.uuid4()),
        "plan": str(plan.pk),
        "state": "done",
        "answers": {first: well[first]},
    }
    operation = tablet.record("visit.record", given)
    assert tablet.states(operation) == ["rejected"]
    address = f"/sync/{operation['id']}/"
    client.force_login(town.leader)
    with as_web_role():
        hidden = text(client.get(address))
    assert "This is about a household" in hidden and "Change it" not in hidden
    client.force_login(town.coordinator)
    with as_web_role():
        page = client.get(address)
        assert "This is about a household" not in text(page)
        form = {"change": "1", "state": "done"}
        form |= {f"answer-{key}": value for key, value in well.items()}
        assert client.post(address, form).status_code == 302
    assert Operation.objects.get().state == "applied"
    with by_job():
        assert AccessRecord.objects.filter(member=town.coordinator, looked="page").exists()
        assert plan.visits.get(pk=given["key"]).answers == well


def test_a_conflict_is_decided_on_the_page_of_the_case(
    tablet: Tablet, office: Client, client: Client, town: Town
) -> None:
    case = report(town, now=timezone.now(), description="Hole")
    other = Tablet(town.teammate)
    Responsibility.objects.filter(member=town.teammate).update(area=town.west)

    def edit(by: Tablet, words: str) -> dict[str, Any]:
        changes = {"description": words}
        given = {"key": str(uuid.uuid4()), "case": case.pk, "saw": 1, "changes": changes}
        return by.record("case.edit", given)

    first, second = edit(other, "Hole at the corner"), edit(tablet, "Hole at the door")
    assert other.states(first) + tablet.states(second) == ["applied", "conflict"]
    page = f"/cases/{case.pk}/"
    shown = text(office.get(page))
    assert "Two versions" in shown and "Hole at the door" in shown
    assert "Hole at the corner" in text(office.get(f"/sync/{second['id']}/"))
    # Who sent it sees it too; who only brought the other version does not decide.
    assert "Two versions" in text(tablet.client.get(page))
    assert "Two versions" not in text(other.client.get(page))
    conflict = Conflict.objects.get()
    decide = f"/sync/conflicts/{conflict.pk}/"
    assert other.client.post(decide, {"keep": "mine"}).status_code == 404
    assert office.post(decide, {"keep": "both"}).status_code == 302
    assert Conflict.objects.open().exists()
    office.post(decide, {"keep": "mine"})
    case.refresh_from_db()
    assert case.description == "Hole at the door"
    assert "Two versions" not in text(office.get(page))
    assert Operation.objects.get(pk=second["id"]).state == "applied"


def test_the_office_s_replay_of_a_conflict_decides_it(
    tablet: Tablet, office: Client, town: Town
) -> None:
    case = report(town, now=timezone.now(), description="Hole")
    other = Tablet(town.coordinator)
    for by, words in ((other, "Corner"), (tablet, "Door")):
        changes = {"description": words}
        given = {"key": str(uuid.uuid4()), "case": case.pk, "saw": 1, "changes": changes}
        by.send(by.record("case.edit", given))
    row = Operation.objects.get(state="conflict")
    assert json.loads(row.payload or "")["body"]["changes"] == {"description": "Door"}
    form = {"change": "1", "description": "Between door and corner"}
    assert office.post(f"/sync/{row.pk}/", form).status_code == 302
    case.refresh_from_db()
    assert case.description == "Between door and corner"
    assert not Conflict.objects.open().exists()


def test_the_list_asks_the_same_of_few_and_many(
    tablet: Tablet, office: Client, queries: Queries
) -> None:
    # session, member, whose eyes (set and taken back), where they decide, and for the head whether
    # they care; then how many rows, how many of each state, and the rows
    for number in (1, 3):
        for _number in range(number):
            astray(tablet)
        with queries(9):
            office.get("/sync/")


def test_what_nobody_decided_goes_when_its_time_is_over(tablet: Tablet) -> None:
    named = {"id": str(uuid.uuid4()), "sha256": "0" * 64, "bytes": 5}
    row = astray(tablet, photos=[named])
    later = timezone.now() + dt.timedelta(days=91)
    assert delete_payloads(timezone.now()) == 0
    assert AwaitedPhoto.objects.exists()
    assert delete_payloads(later) == 1
    row.refresh_from_db()
    assert (row.state, row.payload) == ("rejected", None)
    assert not AwaitedPhoto.objects.exists()
    assert delete_payloads(later) == 0


def test_the_office_cannot_make_another_step_of_it_nor_say_where_somebody_stood(
    tablet: Tablet, office: Client, town: Town
) -> None:
    """A note could else become somebody's “verify”, from where they never stood."""
    case = report(town, now=timezone.now())
    given = {"key": str(uuid.uuid4()), "case": case.pk, "saw": 1, "step": "finish", "note": "Done"}
    row = tablet.record("case.step", given | {"lon": 1.0, "lat": 1.0})
    assert tablet.states(row) == ["rejected"]
    address = f"/sync/{row['id']}/"
    form = office.get(address).context["change"]
    assert "note" in form.fields and not {"step", "lon", "lat", "saw"} & set(form.fields)
    office.post(address, {"change": "1", "step": "accept", "lon": "24", "lat": "60", "note": "Now"})
    case.refresh_from_db()
    assert case.state == "reported"
    body = json.loads(Operation.objects.get(pk=row["id"]).payload or "")["body"]
    assert (body["step"], body["lon"], body["note"]) == ("finish", 1.0, "Now")


def test_a_time_that_no_calendar_has_is_shown_as_none(tablet: Tablet, office: Client) -> None:
    far = tablet.record("lamp.seen", {}) | {"at": 221_800_000_000_000}
    envelope = tablet.envelope(far) | {"sent_at": -(2**53)}
    assert tablet.post_bytes(json.dumps(envelope).encode()).status_code == 200
    assert "Look at a lamp" in text(office.get(f"/sync/{far['id']}/"))


def test_faults_of_a_visit_are_told_only_to_who_may_see_the_household(
    tablet: Tablet, client: Client, town: Town
) -> None:
    with by_job():
        plan = begin(home(town.buildings[0]), town.worker)
    given = {"key": str(uuid.uuid4()), "plan": str(plan.pk), "state": "asleep", "answers": {}}
    operation = tablet.record("visit.record", given)
    tablet.send(operation)
    for member, told in ((town.leader, False), (town.coordinator, True)):
        client.force_login(member)
        with as_web_role():
            page = client.get(f"/sync/{operation['id']}/")
        assert ("asleep" in page.content.decode()) is told


def test_another_day_can_be_put_in(tablet: Tablet, office: Client, town: Town) -> None:
    case = report(town, now=timezone.now())
    given = {"key": str(uuid.uuid4()), "case": case.pk, "saw": 1, "step": "note", "note": "Later"}
    row = tablet.record("case.step", given | {"until": "2027-13-01"})
    assert tablet.states(row) == ["rejected"]
    form = {"change": "1", "note": "Later", "until": "2027-01-12"}
    assert office.post(f"/sync/{row['id']}/", form).status_code == 302
    assert Operation.objects.get(pk=row["id"]).state == "applied"
