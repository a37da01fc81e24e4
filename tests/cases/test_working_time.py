"""Due times count working time, and nothing else."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.working_time import WorkingCalendar, country_calendar, parse_hours

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = "09:00-12:00,13:00-18:00"
CHINA = country_calendar("CN", HOURS, "Asia/Shanghai")
WEEKDAYS = WorkingCalendar(parse_hours(HOURS), SHANGHAI, lambda day: day.weekday() < 5)
NEVER = WorkingCalendar(parse_hours(HOURS), SHANGHAI, lambda day: False)
HOUR = 3600


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23 09:00", 2, "2026-11-23 11:00"),  # within the morning
        ("2026-11-23 11:00", 2, "2026-11-23 14:00"),  # lunch does not count
        ("2026-11-23 17:00", 2, "2026-11-24 10:00"),  # nor does the night
        ("2026-11-27 17:00", 2, "2026-11-30 10:00"),  # nor the weekend
        ("2026-11-22 03:00", 1, "2026-11-23 10:00"),  # reported on a Sunday night
        ("2026-11-23 09:00", 3, "2026-11-23 12:00"),  # the span's end belongs to it
    ],
)
def test_hours_of_work(start, hours, end):
    assert CHINA.add(at(start), hours * HOUR) == at(end)


def test_a_long_holiday_does_not_count_and_a_make_up_sunday_does():
    # National Day 2026: 1 to 7 October are free, Sunday 20 September and Saturday 10 October work.
    assert CHINA.add(at("2026-09-30 17:00"), 2 * HOUR) == at("2026-10-08 10:00")
    assert CHINA.add(at("2026-09-19 12:00"), 8 * HOUR) == at("2026-09-20 18:00")


def test_an_evening_shift_moves_with_summer_time():
    finland = country_calendar("FI", "09:00-17:00", "Europe/Helsinki")
    friday = dt.datetime(2026, 3, 27, 16, tzinfo=ZoneInfo("Europe/Helsinki"))
    monday = dt.datetime(2026, 3, 30, 10, tzinfo=ZoneInfo("Europe/Helsinki"))
    assert finland.add(friday, 2 * HOUR) == monday


@pytest.mark.parametrize("text", ["", "9-17", "09:00-09:00", "09:00-12:00,11:00-13:00", "13:00-9"])
def test_hours_that_cannot_be(text):
    with pytest.raises(ValueError):
        WorkingCalendar(parse_hours(text), SHANGHAI, lambda day: True)


def test_a_calendar_without_working_days_says_so():
    with pytest.raises(ValueError, match="no working days"):
        NEVER.add(at("2026-11-23 09:00"), 1)


def test_an_unknown_country_is_named():
    with pytest.raises(ValueError, match="'XX'"):
        country_calendar("XX", HOURS, "Asia/Shanghai")


INSTANTS = st.datetimes(
    dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1), timezones=st.just(dt.UTC)
).map(lambda moment: moment.replace(microsecond=0))
SECONDS = st.integers(0, 30 * 24 * HOUR)


@given(INSTANTS, SECONDS)
def test_what_was_added_lies_between(start, seconds):
    assert WEEKDAYS.between(start, WEEKDAYS.add(start, seconds)) == seconds


@given(INSTANTS, SECONDS, SECONDS)
def test_adding_twice_is_adding_once(start, one, other):
    assert WEEKDAYS.add(WEEKDAYS.add(start, one), other) == WEEKDAYS.add(start, one + other)


@given(INSTANTS, INSTANTS)
def test_back_is_the_way_there_negated(start, end):
    assert WEEKDAYS.between(start, end) == -WEEKDAYS.between(end, start)
