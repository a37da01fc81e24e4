"""Numbers, periods and changes of the report in the active language.

A share is 0..1, lengths are metres; what is hidden or a range ("<5", "37–41") is told as it stands;
what is not known is a dash.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

NOTHING = "—"
#: A thin space that does not break the line.
THIN = "\u202f"


@dataclass(frozen=True)
class Told:
    """A number and its unit apart, so that they can be set in two sizes."""

    value: str
    unit: str = ""

    def __str__(self) -> str:
        between = "" if self.unit == "%" and chinese() else THIN
        return f"{self.value}{between}{self.unit}" if self.unit else self.value


def chinese() -> bool:
    return (get_language() or "").startswith("zh")


def number(value: float, decimals: int = 0) -> str:
    return f"{value:,.{decimals}f}"


def told(value: Any, unit: str, *, decimals: int | None = None) -> Told:
    """``unit``: "share", "metres", "days" or anything else for a count."""
    if value is None:
        return Told(NOTHING)
    if not isinstance(value, int | float):
        return Told(str(value), ngettext("day", "days", 2) if unit == "days" else "")
    if unit == "share":
        return Told(number(value * 100, 1 if decimals is None else decimals), "%")
    if unit == "metres":
        return _length(value)
    if unit == "days":
        days = number(value, 0 if float(value).is_integer() else 1)
        return Told(days, ngettext("day", "days", 1 if days == "1" else 2))
    return Told(number(value, decimals or 0))


def _length(metres: float) -> Told:
    """Metres below 1 km, then km with one decimal, whole ones from 100 km."""
    if round(metres) < 1000:
        return Told(number(metres), _("m"))
    return Told(number(metres / 1000, 1 if metres < 99_950 else 0), _("km"))


@dataclass(frozen=True)
class Change:
    """How a figure moved: ``way`` is 1, 0 or -1 as the told numbers say, by no hidden digit."""

    way: int
    words: str
    #: "4.2 points", "1.2 km", without a sign.
    amount: str = ""

    @property
    def arrow(self) -> str:
        return {1: "▲", 0: "=", -1: "▼"}[self.way]


def change(now: Any, before: Any, unit: str, *, decimals: int | None = None) -> Change | None:
    """Against the period before; None where one of them is unknown, hidden or a range."""
    if not isinstance(now, int | float) or not isinstance(before, int | float):
        return None
    if unit == "share":
        places = 1 if decimals is None else decimals
        points = round(round(now * 100, places) - round(before * 100, places), places)
        amount = _points(abs(points), places)
        if points > 0:
            return Change(1, _("{amount} higher than before").format(amount=amount), amount)
        if points < 0:
            return Change(-1, _("{amount} lower than before").format(amount=amount), amount)
        return Change(0, _("as before"), amount)
    if unit == "metres":
        difference: float = round(now) - round(before)
    else:
        difference = round(now - before, 1 if unit == "days" else 0)
    return _change(difference, str(told(abs(difference), unit, decimals=decimals)))


def _points(points: float, places: int) -> str:
    said = number(points, places)
    return ngettext("{n} point", "{n} points", 1 if float(points) == 1 else 2).format(n=said)


def _change(difference: float, amount: str) -> Change:
    if difference > 0:
        return Change(1, _("{amount} more than before").format(amount=amount), amount)
    if difference < 0:
        return Change(-1, _("{amount} less than before").format(amount=amount), amount)
    return Change(0, _("as before"))


def day(at: dt.date) -> str:
    return date_format(at, _("j F Y"))


def period(start: dt.date, end: dt.date) -> str:
    """ "1–31 March 2026", "20 March–2 April 2026"; what both ends share is said once."""
    if start == end:
        return day(start)
    if chinese():
        pattern = "Y年n月j日" if start.year != end.year else "n月j日"
        last = "j日" if (start.year, start.month) == (end.year, end.month) else pattern
        return f"{date_format(start, 'Y年n月j日')}至{date_format(end, last)}"
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{day(end)}"
    pattern = "j F" if start.year == end.year else "j F Y"
    return f"{date_format(start, pattern)} – {day(end)}"


def short_day(at: dt.date) -> str:
    """For the foot of a column: "3 Mar", "3/3"."""
    return f"{at.month}/{at.day}" if chinese() else date_format(at, "j M")


def comma() -> str:
    """Between the items of a list."""
    return "、" if chinese() else ", "
