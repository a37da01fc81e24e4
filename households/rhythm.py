"""Days of visits: when the next one is, and which days suit a household. Dates only.

A rhythm counts from the day a household was last reached, so nobody waits longer than agreed
because an earlier visit was late.
"""

import calendar
import datetime as dt
import re
from typing import Any

from django.utils.translation import gettext as _

from api.errors import BadInput
from households.models import Cadence, VisitState

#: A plan has so many times that suit at most.
MOST_WINDOWS = 14
_DAYS = {Cadence.DAILY: 1, Cadence.WEEKLY: 7, Cadence.FORTNIGHTLY: 14}
_MONTHS = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3}
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def step(cadence: str, day: dt.date) -> dt.date:
    """The day by which the next visit is owed after one on ``day``.

    Twice a week: three and four days in turn, so that two fall into every seven. A month ends
    where the next one does: after 31 January comes the last of February.
    """
    if cadence == Cadence.TWICE_A_WEEK:
        return day + dt.timedelta(days=3 if day.weekday() < 3 else 4)
    if cadence in _MONTHS:
        return months_later(day, _MONTHS[Cadence(cadence)])
    return day + dt.timedelta(days=_DAYS[Cadence(cadence)])


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def after(
    cadence: str, windows: list[dict[str, Any]], made_on: dt.date, state: str = VisitState.DONE
) -> dt.date:
    """The day of the next visit after one on ``made_on`` that ended so.

    The last suitable day of the rhythm, or the first one after it where none suits before.
    Where nobody was home, the day after, whether it suits or not: why nobody answered matters
    more.
    """
    if state == VisitState.NOBODY_HOME:
        return made_on + dt.timedelta(days=1)
    owed = step(cadence, made_on)
    day = owed
    while day > made_on:
        if suits(windows, day):
            return day
        day -= dt.timedelta(days=1)
    return first_suitable(windows, owed)


def first_suitable(windows: list[dict[str, Any]], day: dt.date) -> dt.date:
    """The day itself or the first after it that suits."""
    return next(
        later
        for later in (day + dt.timedelta(days=more) for more in range(7))
        if suits(windows, later)
    )


def suits(windows: list[dict[str, Any]], day: dt.date) -> bool:
    """Whether a window opens on that day; without windows every day suits."""
    return not windows or any(day.isoweekday() in window["days"] for window in windows)


def checked_windows(given: object) -> list[dict[str, Any]]:
    """Times that suit, as CarePlan keeps them. Raises BadInput."""
    wrong = BadInput(fields={"windows": [_("Choose days, and a time that ends after it begins.")]})
    if not isinstance(given, list) or len(given) > MOST_WINDOWS:
        raise wrong
    found = []
    for window in given:
        if not isinstance(window, dict) or set(window) != {"days", "from", "to"}:
            raise wrong
        days, opens, closes = window["days"], window["from"], window["to"]
        if not isinstance(days, list) or not days or not all(_is_day(day) for day in days):
            raise wrong
        if not all(isinstance(text, str) and _CLOCK.fullmatch(text) for text in (opens, closes)):
            raise wrong
        if opens >= closes:
            raise wrong
        found.append({"days": sorted(set(days)), "from": opens, "to": closes})
    return found


def _is_day(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 7
