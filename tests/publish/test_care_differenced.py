"""Attackers with days to choose: as-of days, periods and reports subtracted tell of no household.

What is published is a snapshot a week (tests/publish/test_care_counts.py attacks one of them).
Here every day, period and part that can be asked about is asked about, before and after a home
withdraws: all answers follow from the weeks' snapshots, which did not change.
"""

import datetime as dt
import itertools
from typing import Any

import pytest
from django.test import Client

from households.models import CareCount, CarePlan, Household, Visit
from publish.care_counts import publish_week
from publish.coverage_report.care import Visits, visits
from publish.coverage_report.report import Small
from publish.coverage_report.telling import change
from tests.households.care import DAY, NOW, TODAY
from tests.households.homes import by_job, home, plan
from tests.publish.test_care_counts import ask, building
from tests.town import Town

#: Three weeks, the last of them this one.
MONDAY = TODAY - TODAY.weekday() * DAY - 14 * DAY
WEEKS = tuple(MONDAY + number * 7 * DAY for number in range(3))
LONG_AGO = {"starts_on": TODAY - 40 * DAY, "consent_on": TODAY - 40 * DAY}


@pytest.fixture
def weeks(town: Town) -> Town:
    """Six homes in the west cell, two in the east; one more begins each week, and is visited."""
    west, east = building(town.west), building(town.east)
    with by_job():
        for number in range(6):
            plan(home(west, str(number)), town, **LONG_AGO)
        for number in range(2):
            plan(home(east, str(number)), town, **LONG_AGO)
    for number in range(len(WEEKS)):
        publish_week(NOW - (2 - number) * 7 * DAY)
        with by_job():
            plan(home(east, f"new {number}"), town, **LONG_AGO)
    return town


def withdraw_all() -> None:
    """The plainest change there can be between two questions."""
    with by_job():
        assert Household.objects.count() == 11
        Visit.objects.all().delete()
        CarePlan.objects.all().delete()
        Household.objects.all().delete()


def told(town: Town, code: str) -> dict[Any, Any]:
    """What reports of every period of four weeks tell of an area and all below it."""
    days = [MONDAY + number * DAY for number in range(-3, 25)]
    return {
        (start, end): visits(code, start=start, end=end)
        for start, end in itertools.combinations_with_replacement(days, 2)
    }


def test_no_period_tells_more_than_the_weeks(weeks: Town) -> None:
    before = told(weeks, weeks.community.code)
    assert any(found for found, _last in before.values())
    withdraw_all()
    assert told(weeks, weeks.community.code) == before


def test_a_day_more_or_less_is_a_whole_week_or_nothing(weeks: Town) -> None:
    """Periods that differ by a day differ by nothing, or by what a week published of its own."""
    published = {
        (row.week, row.area_code): (row.low, row.high)
        for row in CareCount.objects.filter(kind=CareCount.Kind.DONE)
    }

    def bounds(value: Any) -> tuple[int, int]:
        if value is None:
            return 0, 0
        if isinstance(value, Small):
            assert value.high is not None
            return value.low, value.high
        return value, value

    periods = told(weeks, weeks.community.code)
    for (start, end), (longer, _last) in periods.items():
        shorter = periods.get((start, end - DAY))
        if shorter is None:
            continue
        for code in (weeks.community.code, weeks.west.code, weeks.east.code):
            low, high = bounds(longer.get(code, Visits()).done)
            less, most = bounds(shorter[0].get(code, Visits()).done)
            step = (low - less, high - most)
            assert step in ((0, 0), published.get((end + DAY, code))), (start, end, code)


def test_as_of_any_day_of_a_week_is_that_week(weeks: Town, client: Client) -> None:
    def answers() -> dict[dt.date, Any]:
        return {
            day: ask(client, weeks.leader, weeks.community.code, as_of=day.isoformat()).json()
            for day in (*WEEKS, *(monday + 6 * DAY for monday in WEEKS))
        }

    first = answers()
    withdraw_all()
    assert answers() == first
    for code in (weeks.west.code, weeks.east.code):
        counts = CareCount.objects.filter(area_code=code, kind=CareCount.Kind.PLANS)
        # Of two, three and four homes nothing is told but "<5", whichever day is asked about.
        assert {(row.low, row.high) for row in counts} == (
            {(6, 6)} if code == weeks.west.code else {(0, 4)}
        )


def test_there_is_no_filter_to_cut_a_count_with(weeks: Town, client: Client) -> None:
    whole = ask(client, weeks.leader, weeks.community.code).json()
    for what in ("bbox", "polygon", "purpose", "door", "building", "cells"):
        cut = ask(client, weeks.leader, weeks.community.code, **{what: "1"})
        assert cut.status_code == 400 or cut.json() == whole, what


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (Small(0, 4), 5),
        (5, Small(0, 4)),
        (Small(37, 41), Small(30, 34)),
        (Small(0, 4), Small(0, 4)),
    ],
)
def test_two_reports_tell_no_difference_of_what_is_hidden(now: Any, before: Any) -> None:
    assert change(now, before, "count") is None
