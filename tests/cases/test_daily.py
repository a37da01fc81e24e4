"""What happens to cases every day by itself."""

import datetime as dt

import pytest

from cases.daily import end_rests, remind
from cases.models import Case, Reminder, State
from grid.models import Responsibility
from tests.cases.play import MONDAY, do, report, to_done
from tests.conftest import Queries

DAY = dt.timedelta(days=1)


def told() -> set[tuple[str, str]]:
    return {(row.member.username, row.kind) for row in Reminder.objects.select_related("member")}


def test_what_rested_goes_on_on_its_day(town):
    case = report(town)
    do(case, "accept", town.worker)
    do(case, "dispatch", town.worker, details={"assignee": town.worker})
    do(case, "hold", town.worker, note="Rain", details={"until": MONDAY.date() + 2 * DAY})
    assert end_rests(MONDAY + DAY) == 0
    assert end_rests(MONDAY + 2 * DAY) == 1
    case.refresh_from_db()
    assert (case.state, case.events.get(step="resume").author) == (State.DISPATCHED, None)
    assert end_rests(MONDAY + 2 * DAY) == 0


def test_one_that_cannot_be_resumed_does_not_stop_the_others(town, monkeypatch):
    cases = [report(town) for _ in range(2)]
    for case in cases:
        do(case, "accept", town.worker)
        do(case, "dispatch", town.worker, details={"assignee": town.worker})
        do(case, "hold", town.worker, note="Rain", details={"until": MONDAY.date() + DAY})
    Case.objects.filter(pk=cases[0].pk).update(held_seconds=2**31 - 1)
    assert end_rests(MONDAY + 2 * DAY) == 1
    cases[1].refresh_from_db()
    assert cases[1].state == State.DISPATCHED


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (0, set()),
        (47, set()),
        (49, {("worker", "due")}),
        (71, {("worker", "due")}),
        (73, {("worker", "overdue")}),
        # Due on Thursday; three working days later is the next Tuesday.
        (7 * 24, {("worker", "overdue")}),
        (8 * 24 + 1, {("worker", "overdue"), ("coordinator", "escalated")}),
    ],
)
def test_first_the_responsible_then_the_next_level_up(town, hours, expected):
    report(town, "lamp")  # three working days: due on Thursday at 10:00
    remind(MONDAY + dt.timedelta(hours=hours))
    assert told() == expected


def test_nobody_is_told_twice(town):
    report(town, "lamp")
    assert remind(MONDAY + 8 * DAY) == 2
    assert remind(MONDAY + 8 * DAY) == 0
    assert remind(MONDAY + 9 * DAY) == 0


def test_a_new_due_time_may_be_reminded_of_again(town):
    case = report(town, "lamp")
    remind(MONDAY + 4 * DAY)
    case = Case.objects.get()
    case.due_at = MONDAY + 5 * DAY
    case.save()
    assert remind(MONDAY + 6 * DAY) == 1


def test_where_the_coordinator_is_late_the_leader_hears_of_it(town):
    Responsibility.objects.filter(member=town.worker).delete()
    report(town, "lamp")
    remind(MONDAY + 8 * DAY)
    assert told() == {("coordinator", "overdue"), ("leader", "escalated")}


def test_what_is_done_or_rests_is_nobody_s_burden(town):
    done, resting = report(town), report(town)
    to_done(town, done, town.worker)
    do(resting, "accept", town.worker)
    do(resting, "dispatch", town.worker, details={"assignee": town.worker})
    do(resting, "hold", town.worker, note="Rain", details={"until": MONDAY.date() + 60 * DAY})
    assert remind(MONDAY + 30 * DAY) == 0


def test_queries_do_not_grow_with_the_cases(town, queries: Queries):
    def made(count: int) -> None:
        for _ in range(count):
            report(town, "lamp")

    made(2)
    with queries(5):
        remind(MONDAY + 8 * DAY)
    made(10)
    with queries(5):
        remind(MONDAY + 8 * DAY)
