"""The periods of rounds: weeks, halves of months, months. Days only; every day lies in one."""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from rounds.models import Cadence

DAY = dt.timedelta(days=1)
#: The last day of a month's first half.
HALF = 15


@dataclass(frozen=True, order=True)
class Period:
    """First and last day, both included."""

    start: dt.date
    end: dt.date


def period_of(cadence: str, day: dt.date) -> Period:
    """The period in which the day lies: Monday to Sunday, 1st–15th or 16th–end, or the month."""
    if cadence == Cadence.WEEKLY:
        monday = day - day.weekday() * DAY
        return Period(monday, monday + 6 * DAY)
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    if cadence == Cadence.MONTHLY:
        return Period(day.replace(day=1), last)
    if day.day <= HALF:
        return Period(day.replace(day=1), day.replace(day=HALF))
    return Period(day.replace(day=HALF + 1), last)


def periods(cadence: str, first: dt.date, last: dt.date) -> Iterator[Period]:
    """The periods that touch the days from ``first`` to ``last``, both included, in order."""
    day = first
    while day <= last:
        found = period_of(cadence, day)
        yield found
        day = found.end + DAY


def following(cadence: str, end: dt.date) -> Period:
    """The period after the one that ends on ``end``."""
    return period_of(cadence, end + DAY)
