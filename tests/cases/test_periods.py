"""Counts of cases in any days: of a whole month the same as the kept rates, as of any moment."""

import datetime as dt
import random

import pytest
from django.utils import timezone

from cases.models import Case, Category, Event, Source
from cases.models.cases import ENDED
from cases.periods import Counts, by_day, counts
from patrols.coverage import midnight
from tests.town import Town, small_town

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
JUNE = midnight(dt.date(2026, 6, 1)), midnight(dt.date(2026, 7, 1))


@pytest.fixture
def town(db) -> Town:
    return small_town()


def case(town: Town, *steps: tuple[str, str, float], due: float | None = None, area: str = ""):
    """A case of (step, state after it, hours since the first of June) in order."""
    at = [JUNE[0] + hours * HOUR for _step, _state, hours in steps]
    state = steps[-1][1]
    done = [when for when, (step, _s, _h) in zip(at, steps, strict=True) if step == "finish"]
    closed = [when for when, (_p, to, _h) in zip(at, steps, strict=True) if to == "closed"]
    made = Case.objects.create(
        category=Category.objects.filter(parent__isnull=False).order_by("code")[0],
        state=state,
        version=len(steps),
        source=Source.MEMBER,
        location=town.west.geometry.centroid,
        area_code=area or town.west.code,
        reported_at=at[0],
        due_at=None if due is None else JUNE[0] + due * HOUR,
        done_at=done[-1] if done else None,
        closed_at=closed[-1] if closed and state == "closed" else None,
    )
    for number, ((step, to, _hours), when) in enumerate(zip(steps, at, strict=True), start=1):
        Event.objects.create(case=made, number=number, step=step, state=to, at=when)
    return made


REPORT = ("report", "reported", 10)
ACCEPT = ("accept", "accepted", 20)
FINISH = ("finish", "done", 30)
CLOSE = ("close", "closed", 40)


def june(code: str) -> Counts:
    found = Counts()
    for row in counts(code, since=JUNE[0], until=JUNE[1]):
        found = found.plus(row.counts)
    return found


def test_a_case_from_report_to_closing(town):
    case(town, REPORT, ACCEPT, FINISH, CLOSE, due=35)
    assert june(town.community.code) == Counts(1, 1, 1, 1, 0, 0)


def test_late_open_and_dropped_cases(town):
    case(town, REPORT, ACCEPT, FINISH, CLOSE, due=25)  # late
    case(town, REPORT, ACCEPT, due=50)  # open, overdue
    case(town, REPORT, ("decline", "declined", 12), due=50)
    case(town, REPORT, ACCEPT, ("hold", "on_hold", 22), due=50)  # open, waits
    assert june(town.community.code) == Counts(4, 1, 3, 0, 2, 1)


@pytest.mark.parametrize(
    ("hours", "open_", "overdue"), [(15, 1, 0), (27, 1, 1), (31, 1, 0), (41, 0, 0)]
)
def test_open_and_overdue_are_as_things_stood_then(town, hours, open_, overdue):
    case(town, REPORT, ACCEPT, FINISH, CLOSE, due=25)
    (row,) = counts(town.city.code, since=JUNE[0], until=JUNE[0] + hours * HOUR)
    assert (row.counts.open, row.counts.overdue) == (open_, overdue)


def test_now_open_and_overdue_are_those_of_the_lists(town):
    draw = random.Random(5)
    for _case in range(30):
        steps = [REPORT, ACCEPT, FINISH, CLOSE][: draw.randint(1, 4)]
        case(town, *steps, due=draw.choice([None, 5, 600, 900]))
    (row,) = counts(town.city.code, since=JUNE[0], until=NOW)
    assert row.counts.open == Case.objects.exclude(state__in=ENDED).count()
    assert row.counts.overdue == Case.objects.overdue(NOW).count()


def test_areas_and_days(town):
    case(town, REPORT)
    case(town, REPORT, ACCEPT, area=town.east.code)
    assert {row.area for row in counts(town.city.code, since=JUNE[0], until=JUNE[1])} == {
        town.west.code,
        town.east.code,
    }
    assert june(town.east.code).taken_in == 1
    zone = str(timezone.get_default_timezone())
    days = by_day(town.city.code, since=JUNE[0], until=JUNE[1], zone=zone)
    assert days == {dt.date(2026, 6, 1): (2, 0)}
