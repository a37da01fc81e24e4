"""Who covers holds the same for the days of the leave, and sees the doors in these days only."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from accounts import acting
from accounts.models import Role
from api.errors import BadInput, Conflict, NotAllowed
from cases import daily as cases_daily
from cases.models import Reminder
from cases.transitions import Step
from grid.models import Responsibility
from grid.responsibility import homes_of
from handover import daily, giving, leaves
from handover.models import Leave
from households.due import due_list
from households.models import Household
from sync.areas import own_cells
from tests.cases.play import do, report
from tests.handover.play import DAY, NOW, TODAY, away, days, decides
from tests.households.homes import as_web_role, home, plan
from tests.town import Town

FIRST, LAST = TODAY + 2 * DAY, TODAY + 4 * DAY


def test_the_cover_holds_the_same_beside_them_for_these_days(town: Town) -> None:
    before = days(town.worker, town.west)
    away(town, FIRST, LAST)
    assert days(town.worker, town.west) == before
    assert days(town.teammate, town.west) == [(FIRST, LAST)]
    for day, covers in ((FIRST - DAY, False), (FIRST, True), (LAST, True), (LAST + DAY, False)):
        assert homes_of(town.teammate, day).covers(town.west.code) == covers
        assert (town.west in own_cells(town.teammate, day)) == covers
        # What is on the tablet of who is away stays.
        assert town.west in own_cells(town.worker, day)


def test_doors_open_to_the_cover_in_these_days_only(town: Town) -> None:
    """The database by itself: row-level security follows the cover, as the web's own role.

    It goes by the server's day, give or take one, so the leave here is around today.
    """
    today = timezone.localdate()
    now = timezone.now()
    with acting.as_member(town.worker):
        door = home(town.buildings[0])
        plan(door, town)
    assert door.area == town.west

    def sees() -> bool:
        with as_web_role(), acting.as_member(town.teammate, today):
            return Household.objects.filter(pk=door.pk).exists()

    assert not sees()
    leave = away(town, today, today + DAY, now=now)
    assert sees()
    with acting.as_member(town.teammate, today):
        assert [
            due.visit.household for due in due_list(town.teammate, now, until=today).visits
        ] == [door]
    cover = leave.given.get().given
    Responsibility.objects.filter(pk=cover.pk).update(
        starts_on=today - 9 * DAY, ends_on=today - 8 * DAY
    )
    assert not sees()
    Responsibility.objects.filter(pk=cover.pk).update(
        starts_on=today + 8 * DAY, ends_on=today + 9 * DAY
    )
    assert not sees()


def test_a_responsibility_that_ends_meanwhile_is_covered_until_then(town: Town) -> None:
    Responsibility.objects.filter(member=town.worker).update(ends_on=FIRST)
    away(town, FIRST, LAST)
    assert days(town.teammate, town.west) == [(FIRST, FIRST)]


def test_a_cover_ends_with_what_it_covers(town: Town) -> None:
    away(town, TODAY, LAST)
    row = Responsibility.objects.get(member=town.worker, area=town.west)
    giving.change(
        row, decides(town.coordinator), TODAY, starts_on=row.starts_on, ends_on=TODAY + DAY
    )
    assert days(town.teammate, town.west) == [(TODAY, TODAY + DAY)]


def test_who_covers_is_reminded_too(town: Town) -> None:
    case = report(town, now=NOW - 20 * DAY)
    do(case, Step.ACCEPT, town.worker, now=NOW - 20 * DAY)
    away(town, TODAY, LAST)
    cases_daily.remind(NOW)
    assert daily.remind_covers(NOW) == 1
    assert daily.remind_covers(NOW) == 0
    assert Reminder.objects.filter(case=case, member=town.teammate, kind="overdue").exists()
    # After the last day nothing more comes.
    Reminder.objects.filter(member=town.teammate).delete()
    assert daily.remind_covers(NOW + 9 * DAY) == 0


def test_sent_twice_there_is_one_leave(town: Town) -> None:
    key = uuid.uuid4()
    assert away(town, FIRST, LAST, key=key) == away(town, FIRST, LAST, key=key)
    assert days(town.teammate, town.west) == [(FIRST, LAST)]


def test_overlapping_leaves_are_shown_and_nobody_is_away_twice(town: Town) -> None:
    first = away(town, FIRST, LAST)
    with pytest.raises(Conflict, match="away in these days"):
        away(town, LAST, LAST + DAY, cover=town.outsider)
    found = leaves.plan(town.teammate, town.outsider, FIRST, FIRST, decides(town.coordinator))
    # The teammate covers in these days, and would be away.
    assert found.clashes == (first,)
    assert [row.area for row in found.gives] == [town.east]


def test_covers_are_not_handed_on(town: Town) -> None:
    away(town, FIRST, LAST)
    away(town, FIRST, LAST, member=town.teammate, cover=town.outsider)
    assert days(town.outsider, town.west) == []
    assert days(town.outsider, town.east) == [(FIRST, LAST)]


@pytest.mark.parametrize(
    ("last", "left"),
    [
        (TODAY + DAY, [(TODAY, TODAY + DAY)]),
        (TODAY, [(TODAY, TODAY)]),
        (TODAY - DAY, []),
    ],
)
def test_a_leave_ends_earlier(town: Town, last: dt.date, left: list) -> None:
    leave = away(town, TODAY, LAST)
    leaves.end(leave, last, decides(town.coordinator), NOW)
    assert days(town.teammate, town.west) == left
    leave.refresh_from_db()
    assert (leave.cancelled_at is not None) == (not left)


def test_a_leave_grows_no_longer(town: Town) -> None:
    leave = away(town, FIRST, LAST)
    with pytest.raises(BadInput):
        leaves.end(leave, LAST + DAY, decides(town.coordinator), NOW)


def test_what_is_not_the_givers_to_give_stays(town: Town) -> None:
    """A coordinator gives no coordinator's role: their leave is noted by the leader."""
    Responsibility.objects.create(
        member=town.coordinator, role=Role.WORKER, area=town.east, starts_on=TODAY
    )
    found = leaves.plan(town.coordinator, town.worker, FIRST, LAST, decides(town.coordinator))
    assert [row.role for row in found.gives] == [Role.WORKER]
    assert [row.role for row in found.stays] == [Role.COORDINATOR]
    away(town, FIRST, LAST, member=town.coordinator, by=town.leader)
    assert days(town.teammate, town.community) == [(FIRST, LAST)]


@pytest.mark.parametrize("who", ["worker", "outsider"])
def test_others_note_no_leave(town: Town, who: str) -> None:
    with pytest.raises(NotAllowed):
        away(town, FIRST, LAST, by=getattr(town, who))
    assert not Leave.objects.exists()


@pytest.mark.parametrize(
    ("first", "last"), [(TODAY - DAY, LAST), (LAST, FIRST), (FIRST, FIRST + 366 * DAY)]
)
def test_days_that_cannot_be_are_refused(town: Town, first: dt.date, last: dt.date) -> None:
    with pytest.raises(BadInput):
        away(town, first, last)
    assert not Leave.objects.exists()
