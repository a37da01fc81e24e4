"""Visits: sent twice they are one, sent late they find their place, and the next one follows."""

import datetime as dt
import itertools
import uuid
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import acting
from api.errors import BadInput, Conflict, NotAllowed, NotFound
from households.models import CarePlan, ChecklistItem, Household, Visit, VisitState
from households.plans import withdraw
from households.visits import add, move, record_visit
from tests.households.care import DAY, NOW, TODAY, Made, answers, begin, visit
from tests.households.homes import as_web_role, by_job, home
from tests.town import Town

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def plan(town: Town) -> CarePlan:
    """Weekly visits in the west, begun four weeks ago."""
    with by_job():
        west: Household = home(town.buildings[0])
        begun = begin(west, town.worker)
        CarePlan.objects.filter(pk=begun.pk).update(
            starts_on=TODAY - 28 * DAY, consent_on=TODAY - 28 * DAY, ends_on=TODAY + 200 * DAY
        )
        begun.refresh_from_db()
    return begun


def next_one(plan: CarePlan) -> Visit:
    return plan.visits.get(state="planned")


@pytest.mark.parametrize(("state", "days"), [("done", 7), ("declined", 7), ("nobody_home", 1)])
def test_after_a_visit_the_next_one_is_planned(
    town: Town, plan: CarePlan, state: str, days: int
) -> None:
    with as_web_role(), acting.as_member(town.worker):
        made = visit(plan, town.worker, state)
        assert (made.state, made.at, made.member_id) == (state, NOW, town.worker.pk)
        assert made.planned_for == TODAY
        assert next_one(plan).planned_for == TODAY + days * DAY
        assert plan.visits.count() == 2


def test_sent_again_it_is_the_same_visit(town: Town, plan: CarePlan) -> None:
    sent: Made = {"key": uuid.uuid4(), "answers": answers(plan)}
    with as_web_role(), acting.as_member(town.worker):
        first = visit(plan, town.worker, **sent)
        before = list(Visit.objects.order_by("pk").values())
        # Also months later, and against the visit that it made.
        late: Made = {**sent, "now": NOW + 90 * DAY}
        again = visit(plan, town.worker, **late)
        assert (
            record_visit(
                first,
                key=first.pk,
                state="done",
                answers=sent["answers"],
                member=town.worker,
                now=NOW,
            ).pk
            == again.pk
            == first.pk
        )
        assert list(Visit.objects.order_by("pk").values()) == before


def test_the_same_key_for_something_else_is_a_conflict(town: Town, plan: CarePlan) -> None:
    key = uuid.uuid4()
    with as_web_role(), acting.as_member(town.worker):
        visit(plan, town.worker, key=key)
        with pytest.raises(Conflict):
            visit(plan, town.worker, "declined", key=key)
    with by_job():
        other = begin(home(town.buildings[8]), town.teammate)
    with as_web_role(), acting.as_member(town.teammate):
        with pytest.raises(Conflict):
            visit(other, town.teammate, key=key)
        assert next_one(other).planned_for == TODAY


def test_the_planned_visits_own_id_may_be_the_key(town: Town, plan: CarePlan) -> None:
    with acting.as_member(town.worker):
        planned = next_one(plan)
        made = visit(plan, town.worker, key=planned.pk)
        assert (made.pk, made.state) == (planned.pk, VisitState.DONE)
        assert next_one(plan).pk != planned.pk


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_in_whatever_order_visits_come_the_same_next_one_is_planned(
    town: Town, plan: CarePlan, data: st.DataObject
) -> None:
    ago = st.integers(0, 27)
    states = st.sampled_from(["done", "declined", "nobody_home"])
    made = data.draw(
        st.lists(st.tuples(ago, states), min_size=1, max_size=3, unique_by=lambda each: each[0])
    )
    planned = set()
    for order in itertools.islice(itertools.permutations(made), 3):
        with transaction.atomic():
            with acting.as_member(town.worker):
                for days, state in order:
                    sent: Made = {"at": NOW - days * DAY, "key": uuid.uuid5(plan.pk, f"{days}")}
                    visit(plan, town.worker, state, **sent)
                    visit(plan, town.worker, state, **sent)
                planned.add(next_one(plan).planned_for)
                assert plan.visits.exclude(state="planned").count() == len(made)
            transaction.set_rollback(True)
    days, state = min(made)
    assert planned == {TODAY - days * DAY + (DAY if state == "nobody_home" else 7 * DAY)}


def test_three_times_nobody_home_and_the_coordinator_is_told_until_somebody_is(
    town: Town, plan: CarePlan
) -> None:
    with as_web_role(), acting.as_member(town.worker):
        told = []
        for nth, state in enumerate(["nobody_home"] * 4 + ["done"]):
            visit(plan, town.worker, state, at=NOW - (5 - nth) * MINUTE)
            told.append(next_one(plan).climbed_at)
        assert told == [None, None, NOW, NOW, None]


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("state", {"state": "planned"}),
        ("state", {"state": "unfriendly"}),
        ("at", {"at": NOW + 6 * MINUTE}),
        ("at", {"at": NOW - 32 * DAY}),
        ("answers", {"answers": {}}),
        ("answers", {"answers": {"heating": "fine"}}),
        ("answers", {"state": "declined", "answers": {"heating": "fine"}}),
    ],
)
def test_what_is_not_valid_is_refused_by_its_name(
    town: Town, plan: CarePlan, field: str, more: dict[str, Any]
) -> None:
    with acting.as_member(town.worker):
        with pytest.raises(BadInput) as refused:
            visit(plan, town.worker, **more)
        assert list(refused.value.fields or {}) == [field]
        assert plan.visits.get().state == "planned"


@pytest.mark.parametrize("other", [{"heating": "cold and rude"}, {"opinion": "fine"}])
def test_answers_are_chosen_and_never_written(
    town: Town, plan: CarePlan, other: dict[str, str]
) -> None:
    with acting.as_member(town.worker), pytest.raises(BadInput):
        visit(plan, town.worker, answers=answers(plan, **other))


def test_a_question_retired_meanwhile_may_be_answered_or_not(town: Town, plan: CarePlan) -> None:
    given = answers(plan)
    ChecklistItem.objects.filter(checklist=plan.checklist, key="heating").update(retired=True)
    without = {key: answer for key, answer in given.items() if key != "heating"}
    with acting.as_member(town.worker):
        assert visit(plan, town.worker, answers=given).answers == given
        assert visit(plan, town.worker, answers=without).answers == without


def test_a_clock_a_little_ahead_means_now(town: Town, plan: CarePlan) -> None:
    with acting.as_member(town.worker):
        assert visit(plan, town.worker, at=NOW + 4 * MINUTE).at == NOW


def test_after_withdrawal_only_what_was_made_before_is_taken_in(town: Town, plan: CarePlan) -> None:
    with as_web_role(), acting.as_member(town.worker):
        withdraw(plan, member=town.worker, now=NOW)
        late = NOW + 60 * MINUTE
        assert visit(plan, town.worker, at=NOW - MINUTE, now=late).state == "done"
        with pytest.raises(Conflict):
            visit(plan, town.worker, at=NOW + MINUTE, now=late)
        with pytest.raises(Conflict):
            add(plan, TODAY, member=town.worker, now=late)
        assert not Visit.objects.filter(state="planned").exists()


def test_a_plan_that_ends_plans_no_visit_beyond(town: Town, plan: CarePlan) -> None:
    with by_job():
        CarePlan.objects.filter(pk=plan.pk).update(ends_on=TODAY + 6 * DAY)
    with acting.as_member(town.worker):
        visit(plan, town.worker)
        assert not plan.visits.filter(state="planned").exists()
        with pytest.raises(Conflict):
            visit(plan, town.worker, at=NOW + 8 * DAY, now=NOW + 8 * DAY)
        with pytest.raises(Conflict):
            visit(plan, town.worker, at=NOW - 29 * DAY)


def test_a_visit_is_moved_within_what_was_agreed(town: Town, plan: CarePlan) -> None:
    with as_web_role(), acting.as_member(town.worker):
        put = partial(move, member=town.worker, now=NOW)
        assert put(next_one(plan), TODAY + 7 * DAY).planned_for == TODAY + 7 * DAY
        for wrong in (TODAY - DAY, TODAY + 8 * DAY, TODAY + 201 * DAY):
            with pytest.raises(BadInput):
                put(next_one(plan), wrong)
        # From the map, on the way: today already.
        assert add(plan, TODAY, member=town.worker, now=NOW).planned_for == TODAY
        made = visit(plan, town.worker)
        with pytest.raises(Conflict):
            put(made, TODAY + DAY)
        assert plan.visits.count() == 2


def test_who_is_not_responsible_records_nothing(town: Town, plan: CarePlan) -> None:
    for other in (town.teammate, town.leader, town.administrator, town.outsider):
        with as_web_role(), acting.as_member(other), pytest.raises(NotFound):
            visit(plan, other, answers={})
        with by_job(), pytest.raises(NotAllowed):
            visit(plan, other, answers={})
    with as_web_role(), acting.as_member(town.coordinator):
        assert visit(plan, town.coordinator, "declined").state == "declined"
