"""What must not be kept of work that was not taken in, whatever the reason was."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from grid.models import Responsibility
from households.erase import erase
from households.models import CarePlan
from households.plans import withdraw
from sync.models import Operation
from tests.cases.play import point
from tests.households.care import answers, begin
from tests.households.homes import as_web_role, by_job, home
from tests.sync.tablet import Tablet
from tests.town import Town


@pytest.fixture
def plan(town: Town) -> CarePlan:
    with by_job():
        return begin(home(town.buildings[0], label="3-201"), town.worker)


@pytest.fixture
def tablet(town: Town) -> Tablet:
    return Tablet(town.worker)


def visit(tablet: Tablet, plan: CarePlan, **more: Any) -> dict[str, Any]:
    after = more.pop("after", ())
    with by_job():
        given = {
            "key": str(uuid.uuid4()),
            "plan": str(plan.pk),
            "state": "done",
            "answers": answers(plan),
            **more,
        }
    return tablet.record("visit.record", given, after=after)


def nobodys(tablet: Tablet, plan: CarePlan, sent: Any, **more: Any) -> dict[str, Any]:
    operation = visit(tablet, plan, **more)
    operation["body"]["plan"] = sent
    return operation


def send(tablet: Tablet, *operations: dict[str, Any]) -> list[str]:
    with as_web_role():
        return tablet.states(*operations)


def follow_up(tablet: Tablet, **more: Any) -> dict[str, Any]:
    place = point()
    given = {"key": str(uuid.uuid4()), "category": "lamp", "lon": place.x, "lat": place.y}
    after = more.pop("after", ())
    return tablet.record("case.report", given | more, after=after)


def in_the_way(how: str, tablet: Tablet, plan: CarePlan) -> dict[str, Any]:
    """A visit that is not taken in, for a reason that its handler never hears of."""
    never = follow_up(tablet)
    match how:
        case "held":
            return visit(tablet, plan, after=[never])
        case "body":
            return visit(tablet, plan, state="asleep")
        case "envelope":
            return visit(tablet, plan) | {"offset": "east"}
        case "time":
            return visit(tablet, plan) | {"at": -(2**52)}
        case "kind":
            return visit(tablet, plan) | {"kind": "visit.sketch"}
    operation = visit(tablet, plan)
    send(tablet, operation)
    return visit(tablet, plan, state="nobody_home", answers={}) | {"id": operation["id"]}


WAYS = ["held", "body", "envelope", "time", "kind", "same id"]


@pytest.mark.parametrize("how", WAYS)
def test_a_visit_in_quarantine_goes_with_its_household(
    how: str, tablet: Tablet, town: Town, plan: CarePlan
) -> None:
    send(tablet, in_the_way(how, tablet, plan))
    row = Operation.objects.get(payload__isnull=False)
    assert (row.subject, row.area_code) == (f"household:{plan.household_id}", town.west.code)
    with by_job():
        erase(plan.household, now=timezone.now())
    row.refresh_from_db()
    assert (row.payload, row.subject, row.state, row.waits_for) == (None, "", "rejected", [])


@pytest.mark.parametrize("how", WAYS)
def test_nothing_is_kept_of_a_visit_to_nobody_s_home(
    how: str, tablet: Tablet, plan: CarePlan
) -> None:
    operation = in_the_way(how, tablet, plan)
    with by_job():
        erase(plan.household, now=timezone.now())
    send(tablet, operation)
    row = Operation.objects.order_by("received_at").last()
    assert row and (row.state, row.code, row.payload) == ("rejected", "household_gone", None)


@pytest.mark.parametrize("sent", ["3-201", None, ["a"]])
def test_nothing_is_kept_of_a_visit_that_says_not_whose(
    sent: Any, tablet: Tablet, plan: CarePlan
) -> None:
    [answer] = tablet.send(nobodys(tablet, plan, sent))
    assert (answer["state"], list(answer["fields"])) == ("rejected", ["plan"])
    assert Operation.objects.get().payload is None
    held = nobodys(tablet, plan, sent, after=[follow_up(tablet)])
    assert send(tablet, held) == ["rejected"]
    assert not Operation.objects.filter(payload__isnull=False).exists()


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("how", ["held", "body"])
def test_nothing_is_kept_of_a_visit_after_the_household_withdrew(
    how: str, lost: bool, tablet: Tablet, town: Town, plan: CarePlan
) -> None:
    operation = in_the_way(how, tablet, plan)
    with by_job():
        withdraw(plan, member=town.worker, now=timezone.now() - dt.timedelta(hours=1))
    if lost:
        Responsibility.objects.filter(member=town.worker).delete()
    [answer] = tablet.send(operation)
    assert (answer["state"], answer["code"]) == ("rejected", "consent_withdrawn")
    assert Operation.objects.get().payload is None


def test_what_followed_from_a_visit_waits_and_goes_with_the_household(
    tablet: Tablet, town: Town, plan: CarePlan, client: Client
) -> None:
    made = visit(tablet, plan, state="asleep")
    words = "Grandmother is cold"
    follow = follow_up(tablet, visit=made["body"]["key"], after=[made], description=words)
    assert send(tablet, follow, made) == ["held", "rejected"]
    for member, reads in ((town.leader, False), (town.coordinator, True)):
        client.force_login(member)
        with as_web_role():
            page = client.get(f"/sync/{follow['id']}/")
        assert (words in page.content.decode()) is reads
    with by_job():
        erase(plan.household, now=timezone.now())
    assert not Operation.objects.filter(payload__isnull=False).exists()


def test_a_report_from_a_visit_that_nobody_may_follow_goes_with_the_household(
    tablet: Tablet, town: Town, plan: CarePlan, client: Client
) -> None:
    """The visit is there; who made it has lost the cell since, so its report is held."""
    made = visit(tablet, plan)
    assert send(tablet, made) == ["applied"]
    Responsibility.objects.filter(member=town.worker).update(
        ends_on=timezone.localdate() - dt.timedelta(days=1)
    )
    words = "Grandmother is cold"
    follow = follow_up(tablet, visit=made["body"]["key"], after=[made], description=words)
    assert send(tablet, follow) == ["held"]
    for member, reads in ((town.leader, False), (town.coordinator, True)):
        client.force_login(member)
        with as_web_role():
            page = client.get(f"/sync/{follow['id']}/")
        assert (words in page.content.decode()) is reads
    with by_job():
        erase(plan.household, now=timezone.now())
    assert not Operation.objects.filter(payload__isnull=False).exists()


def test_where_metres_are_kept_no_position_is_whatever_it_comes_with(
    settings: Any, tablet: Tablet
) -> None:
    settings.TRACK_MODE = "metres"
    body = {"patrol": str(uuid.uuid4()), "part": 0, "lon": [24.9], "lat": [60.1], "ms": [1]}
    whole = {**body, "accuracy": [5]}
    held = tablet.record("patrol.fixes", whole, after=[follow_up(tablet)])
    broken = tablet.record("patrol.fixes", {**body, "accuracy": ["x"]})
    timeless = tablet.record("patrol.fixes", whole) | {"at": None}
    twin = tablet.record("patrol.fixes", whole) | {"id": held["id"]}
    answers = tablet.send(held, broken, timeless, twin)
    assert {answer["state"] for answer in answers} == {"rejected"}
    assert answers[0]["code"] == "no_tracks_here"
    assert not Operation.objects.filter(payload__isnull=False).exists()
    settings.TRACK_MODE = "tracks"
    again = tablet.record("patrol.fixes", whole, after=[follow_up(tablet)])
    assert tablet.states(again) == ["held"]
    assert json.loads(Operation.objects.get(pk=again["id"]).payload or "")["body"] == whole


def test_a_held_visit_is_taken_in_when_what_it_waits_for_comes(
    tablet: Tablet, plan: CarePlan
) -> None:
    first = follow_up(tablet)
    second = visit(tablet, plan, after=[first])
    assert send(tablet, second) == ["held"]
    assert send(tablet, first) == ["applied"]
    row = Operation.objects.get(pk=second["id"])
    assert (row.state, row.payload, row.subject) == (
        "applied",
        None,
        f"visit:{second['body']['key']}",
    )
