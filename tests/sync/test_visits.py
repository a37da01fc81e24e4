"""Visits from tablets: once each, with the eyes of who made them, and gone with the household."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Case
from grid.models import Responsibility
from households.erase import erase
from households.models import CarePlan, Household, Visit
from households.plans import withdraw
from sync.attempts import replay
from sync.models import Operation
from tests.cases.play import point
from tests.households.care import answers, begin
from tests.households.homes import as_web_role, by_job, home
from tests.sync.tablet import Tablet
from tests.town import Town


@pytest.fixture
def west(town: Town) -> Household:
    with by_job():
        return home(town.buildings[0], label="3-201")


@pytest.fixture
def plan(town: Town, west: Household) -> CarePlan:
    with by_job():
        return begin(west, town.worker)


@pytest.fixture
def tablet(town: Town) -> Tablet:
    return Tablet(town.worker)


def visit(tablet: Tablet, plan: CarePlan, **more: Any) -> dict[str, Any]:
    at = more.pop("at", None)
    with by_job():
        given = {
            "key": str(uuid.uuid4()),
            "plan": str(plan.pk),
            "visit": str(plan.visits.get(state="planned").pk),
            "state": "done",
            "answers": answers(plan),
            **more,
        }
    return tablet.record("visit.record", given, at=at)


def send(tablet: Tablet, *operations: dict[str, Any]) -> list[dict[str, Any]]:
    """As the web process sends and sees it."""
    with as_web_role():
        return tablet.send(*operations)


def made() -> list[Visit]:
    with by_job():
        return list(Visit.objects.exclude(state="planned").order_by("at"))


def test_a_visit_is_recorded_once_and_the_next_is_planned(
    tablet: Tablet, town: Town, plan: CarePlan
) -> None:
    operation = visit(tablet, plan)
    [answer] = send(tablet, operation)
    assert (answer["state"], answer["result"]) == (
        "applied",
        {"visit": operation["body"]["key"]},
    )
    assert send(tablet, operation)[0]["state"] == "already_applied"
    [kept] = made()
    assert (str(kept.pk), kept.member, kept.state) == (
        operation["body"]["key"],
        town.worker,
        "done",
    )
    with by_job():
        assert plan.visits.filter(state="planned").count() == 1
    assert Operation.objects.get().payload is None


def test_two_who_visit_the_same_door_both_were_there(
    tablet: Tablet, town: Town, plan: CarePlan
) -> None:
    other = Tablet(town.coordinator)
    one, two = visit(tablet, plan), visit(other, plan, state="nobody_home", answers={})
    assert send(tablet, one)[0]["state"] == send(other, two)[0]["state"] == "applied"
    assert {row.member for row in made()} == {town.worker, town.coordinator}


def test_what_follows_from_a_visit_waits_for_it_and_is_noted_there(
    tablet: Tablet, plan: CarePlan
) -> None:
    place = point()
    operation = visit(tablet, plan)
    report = {
        "key": str(uuid.uuid4()),
        "category": "lamp",
        "lon": place.x,
        "lat": place.y,
        "visit": operation["body"]["key"],
    }
    follow = tablet.record("case.report", report)
    assert send(tablet, follow)[0]["state"] == "held"
    assert send(tablet, operation)[0]["state"] == "applied"
    assert send(tablet, follow)[0]["state"] == "already_applied"
    assert made()[0].case_number == Case.objects.get().pk
    # In one batch, the report first.
    again = visit(tablet, plan)
    other = tablet.record(
        "case.report", {**report, "key": str(uuid.uuid4()), "visit": again["body"]["key"]}
    )
    assert [one["state"] for one in send(tablet, other, again)] == ["applied", "applied"]


@pytest.mark.parametrize("how", ["withdrawn", "erased"])
def test_nothing_is_kept_of_who_takes_part_no_longer(
    tablet: Tablet, town: Town, plan: CarePlan, how: str
) -> None:
    operation = visit(tablet, plan)
    with by_job():
        if how == "withdrawn":
            withdraw(plan, member=town.worker, now=timezone.now() - dt.timedelta(hours=1))
        else:
            erase(plan.household, now=timezone.now())
    [answer] = send(tablet, operation)
    assert answer["state"] == "rejected"
    assert answer["code"] == {"withdrawn": "consent_withdrawn", "erased": "household_gone"}[how]
    assert Operation.objects.get().payload is None
    assert made() == []


def test_a_visit_before_the_household_withdrew_counts(
    tablet: Tablet, town: Town, plan: CarePlan
) -> None:
    # Two hours ago may be yesterday; the plan was there.
    began = timezone.localdate() - dt.timedelta(days=9)
    with by_job():
        CarePlan.objects.update(starts_on=began, consent_on=began)
    operation = visit(tablet, plan, at=timezone.now() - dt.timedelta(hours=2))
    with by_job():
        withdraw(plan, member=town.worker, now=timezone.now() - dt.timedelta(hours=1))
    assert send(tablet, operation)[0]["state"] == "applied"


def test_work_of_who_lost_the_cell_waits_until_the_household_is_erased(
    tablet: Tablet, town: Town, plan: CarePlan
) -> None:
    operation = visit(tablet, plan)
    held = Responsibility.objects.filter(member=town.worker)
    held.update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    [answer] = send(tablet, operation)
    assert (answer["state"], answer["code"]) == ("rejected", "not_allowed")
    row = Operation.objects.get()
    assert row.payload and row.area_code == town.west.code
    # It can be taken in when the member may again.
    held.update(ends_on=None)
    with as_web_role():
        assert replay(row, by=town.coordinator, now=timezone.now()).state == "applied"
    assert len(made()) == 1


def test_an_erased_household_takes_what_waits_with_it(
    tablet: Tablet, town: Town, plan: CarePlan
) -> None:
    send(tablet, visit(tablet, plan, answers={}))
    row = Operation.objects.get()
    assert (row.state, row.subject) == ("rejected", f"household:{plan.household_id}")
    with by_job():
        erase(plan.household, now=timezone.now())
    row.refresh_from_db()
    assert (row.payload, row.subject, row.code, row.fields) == (None, "", "household_gone", {})
    assert row.message == "The household was erased, and this with it."


def test_a_visit_of_more_than_a_month_ago_is_the_office_s_to_take_in(
    tablet: Tablet, town: Town, plan: CarePlan
) -> None:
    long_ago = timezone.now() - dt.timedelta(days=40)
    with by_job():
        CarePlan.objects.update(
            starts_on=long_ago.date() - dt.timedelta(days=9),
            consent_on=long_ago.date() - dt.timedelta(days=9),
        )
    [answer] = send(tablet, visit(tablet, plan, at=long_ago))
    assert (answer["state"], list(answer["fields"])) == ("rejected", ["at"])
    with as_web_role():
        done = replay(Operation.objects.get(), by=town.coordinator, now=timezone.now())
    assert done.state == "applied"
