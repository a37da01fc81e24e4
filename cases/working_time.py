"""Working time: what a due time counts, and what it does not.

A calendar knows its working days (public holidays and make-up working days of a country) and the
hours of each. All instants are aware; durations are seconds of working time. The source of days
is the package ``holidays``; for a year whose holidays are not announced yet it gives what is
known, and weekends are free.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings

Span = tuple[dt.time, dt.time]
#: A due time farther away than this (in days) is a mistake in the calendar.
FARTHEST = 3660


@dataclass(frozen=True)
class WorkingCalendar:
    """Hours of work on working days.

    ``hours`` are disjoint, ascending spans of local time; ``works`` tells whether work goes on
    that day. Raises ValueError for hours that are empty or overlap.
    """

    hours: tuple[Span, ...]
    zone: ZoneInfo
    works: Callable[[dt.date], bool]

    def __post_init__(self) -> None:
        edges = [edge for span in self.hours for edge in span]
        if not edges or any(first >= second for first, second in pairwise(edges)):
            raise ValueError("Hours of work must be spans in order that do not overlap.")

    @property
    def day_seconds(self) -> int:
        """Seconds of work in a working day, by the clock on the wall."""
        today = dt.date(2000, 1, 1)
        return sum(
            int((dt.datetime.combine(today, end) - dt.datetime.combine(today, start)).seconds)
            for start, end in self.hours
        )

    def add(self, start: dt.datetime, seconds: int) -> dt.datetime:
        """The instant at which so much working time has passed since ``start``.

        Raises ValueError for negative seconds, or when no working day comes in ten years.
        """
        if seconds < 0:
            raise ValueError("Working time runs forwards.")
        left = float(seconds)
        for begin, end in self._spans(start):
            if left <= (end - begin).total_seconds():
                return begin + dt.timedelta(seconds=left)
            left -= (end - begin).total_seconds()
        raise ValueError("The calendar has no working days.")

    def between(self, start: dt.datetime, end: dt.datetime) -> int:
        """Whole seconds of working time from ``start`` to ``end``; negative when it ends before."""
        if end < start:
            return -self.between(end, start)
        total = 0.0
        for begin, stop in self._spans(start):
            if begin >= end:
                break
            total += (min(stop, end) - begin).total_seconds()
        return int(total)

    def _spans(self, start: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Spans of work after ``start``, as instants in UTC; the first may begin at it."""
        start = start.astimezone(dt.UTC)
        day = start.astimezone(self.zone).date()
        for _number in range(FARTHEST):
            if self.works(day):
                for opens, closes in self.hours:
                    begin = dt.datetime.combine(day, opens, self.zone).astimezone(dt.UTC)
                    end = dt.datetime.combine(day, closes, self.zone).astimezone(dt.UTC)
                    if end > start:
                        yield max(begin, start), end
            day += dt.timedelta(days=1)


def parse_hours(text: str) -> tuple[Span, ...]:
    """``09:00-12:00,13:30-18:00`` as spans; raises ValueError."""
    spans = []
    for part in text.split(","):
        opens, _dash, closes = part.strip().partition("-")
        spans.append((dt.time.fromisoformat(opens.strip()), dt.time.fromisoformat(closes.strip())))
    return tuple(spans)


@cache
def country_calendar(country: str, hours: str, zone: str) -> WorkingCalendar:
    """The calendar of a country (ISO 3166, like CN or FI); raises ValueError for unknown ones."""
    try:
        days = holidays.country_holidays(country)
    except NotImplementedError as error:
        raise ValueError(f"No holidays are known for {country!r}.") from error
    return WorkingCalendar(parse_hours(hours), ZoneInfo(zone), days.is_working_day)


def calendar() -> WorkingCalendar:
    """The calendar of the settings WORK_COUNTRY, WORK_HOURS and TIME_ZONE."""
    return country_calendar(settings.WORK_COUNTRY, settings.WORK_HOURS, settings.TIME_ZONE)
