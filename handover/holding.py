"""Days held, days that nobody holds, and days that two hold: plain arithmetic on intervals of days.

All days are included on both ends; ``None`` as an end means for ever.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

DAY = dt.timedelta(days=1)
FOR_EVER = dt.date.max


@dataclass(frozen=True)
class Held:
    """One member's days; ``row`` is the responsibility's id."""

    row: int
    member: int
    starts_on: dt.date
    ends_on: dt.date | None

    @property
    def last(self) -> dt.date:
        return self.ends_on or FOR_EVER

    def on(self, day: dt.date) -> bool:
        return self.starts_on <= day <= self.last


@dataclass(frozen=True)
class Gap:
    """Days without anybody. ``since`` None: nobody ever was; ``until`` None: nobody is to come."""

    since: dt.date | None
    until: dt.date | None


@dataclass(frozen=True)
class Overlap:
    """Days on which two members hold the same."""

    one: Held
    other: Held
    since: dt.date
    until: dt.date | None


def gaps(held: Iterable[Held], start: dt.date, end: dt.date) -> list[Gap]:
    """Gaps that touch the days from ``start`` to ``end``, each in its whole length."""
    found: list[Gap] = []
    last: dt.date | None = None
    for one in sorted(held, key=lambda one: (one.starts_on, one.last)):
        if last is None or (last < FOR_EVER and one.starts_on > last + DAY):
            since = None if last is None else last + DAY
            found.append(Gap(since, one.starts_on - DAY))
        last = max(last or one.last, one.last)
    if last is None or last < FOR_EVER:
        found.append(Gap(None if last is None else last + DAY, None))
    return [
        gap
        for gap in found
        if (gap.since or start) <= end and (gap.until is None or gap.until >= start)
    ]


def overlaps(held: Sequence[Held], start: dt.date, end: dt.date) -> list[Overlap]:
    """Pairs of different members whose common days touch those from ``start`` to ``end``."""
    found = []
    for one, other in combinations(sorted(held, key=lambda one: (one.starts_on, one.row)), 2):
        since, until = max(one.starts_on, other.starts_on), min(one.last, other.last)
        if one.member != other.member and since <= until and since <= end and until >= start:
            found.append(Overlap(one, other, since, None if until == FOR_EVER else until))
    return found
