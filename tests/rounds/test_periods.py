"""Weeks, halves of months and months: every day lies in one period, and none in two."""

import calendar
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rounds.models import Cadence
from rounds.periods import DAY, Period, following, period_of, periods

days = st.dates(dt.date(1970, 1, 1), dt.date(2199, 12, 1))
cadences = st.sampled_from(list(Cadence))
LENGTHS = {
    Cadence.WEEKLY: {7},
    Cadence.HALF_MONTHLY: {13, 14, 15, 16},
    Cadence.MONTHLY: {28, 29, 30, 31},
}


@given(cadences, days)
def test_a_day_lies_in_its_period_and_its_period_is_that_of_each_of_its_days(
    cadence: Cadence, day: dt.date
) -> None:
    found = period_of(cadence, day)
    assert found.start <= day <= found.end
    assert (found.end - found.start).days + 1 in LENGTHS[cadence]
    assert period_of(cadence, found.start) == period_of(cadence, found.end) == found


@given(cadences, days)
def test_the_next_period_begins_where_one_ends(cadence: Cadence, day: dt.date) -> None:
    one = period_of(cadence, day)
    assert following(cadence, one.end).start == one.end + DAY
    assert period_of(cadence, one.start - DAY).end == one.start - DAY


@given(days)
def test_halves_make_up_the_month(day: dt.date) -> None:
    month = period_of(Cadence.MONTHLY, day)
    halves = list(periods(Cadence.HALF_MONTHLY, month.start, month.end))
    assert [one.end.day for one in halves] == [
        15,
        calendar.monthrange(day.year, day.month)[1],
    ]
    assert halves[0].start == month.start and halves[1].end == month.end


@given(cadences, days, st.integers(-3, 120))
def test_periods_cover_the_days_once(cadence: Cadence, first: dt.date, more: int) -> None:
    last = first + more * DAY
    found = list(periods(cadence, first, last))
    assert bool(found) == (more >= 0)
    covered = [one.start + n * DAY for one in found for n in range((one.end - one.start).days + 1)]
    assert len(set(covered)) == len(covered)
    assert {first + n * DAY for n in range(more + 1)} <= set(covered)
    assert all(one.end >= first and one.start <= last for one in found)


@pytest.mark.parametrize(
    ("cadence", "day", "start", "end"),
    [
        (Cadence.WEEKLY, "2026-12-31", "2026-12-28", "2027-01-03"),
        (Cadence.HALF_MONTHLY, "2027-02-15", "2027-02-01", "2027-02-15"),
        (Cadence.HALF_MONTHLY, "2027-02-16", "2027-02-16", "2027-02-28"),
        (Cadence.HALF_MONTHLY, "2028-02-29", "2028-02-16", "2028-02-29"),
        (Cadence.MONTHLY, "2026-12-01", "2026-12-01", "2026-12-31"),
    ],
)
def test_ends_of_months_and_years(cadence: Cadence, day: str, start: str, end: str) -> None:
    as_day = dt.date.fromisoformat
    assert period_of(cadence, as_day(day)) == Period(as_day(start), as_day(end))
