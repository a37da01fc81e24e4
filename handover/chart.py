"""The time chart: a line of days for each area or member, drawn in shares of its width."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from grid.models import Responsibility
from handover.holding import DAY, FOR_EVER

#: Height of one bar's lane and of a bar in it, in CSS pixels.
LANE, BAR = 26, 22


@dataclass(frozen=True)
class Bar:
    """One responsibility: from ``x`` on, ``width`` wide (percent), ``y`` pixels from the top."""

    row: Responsibility
    x: float
    width: float
    y: int
    colour: int | None


@dataclass(frozen=True)
class Line:
    """The bars of one area or member; days that overlap lie in lanes below each other."""

    bars: tuple[Bar, ...]
    height: int


@dataclass(frozen=True)
class Axis:
    """The days from ``start`` to ``end``, both included."""

    start: dt.date
    end: dt.date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def at(self, day: dt.date) -> float:
        """Where a day begins, in percent of the width."""
        return round((day - self.start).days / self.days * 100, 3)

    def weeks(self, step: int = 2) -> list[tuple[dt.date, float]]:
        """Every ``step``-th Monday and where it is."""
        mondays = range(0, self.days - 6, 7 * step)
        return [(self.start + nth * DAY, self.at(self.start + nth * DAY)) for nth in mondays]


def line(rows: Iterable[Responsibility], axis: Axis, colours: dict[int, int]) -> Line:
    """The bars of these rows that touch the axis, each in the highest lane that is free."""
    lanes: list[dt.date] = []
    bars = []
    for row in sorted(rows, key=lambda row: (row.starts_on, row.pk)):
        last = row.ends_on or FOR_EVER
        if row.starts_on > axis.end or last < axis.start:
            continue
        free = (nth for nth, until in enumerate(lanes) if until < row.starts_on)
        lane = next(free, len(lanes))
        lanes[lane : lane + 1] = [last]
        x = axis.at(max(row.starts_on, axis.start))
        end = 100.0 if last >= axis.end else axis.at(last + DAY)
        bars.append(Bar(row, x, round(end - x, 3), lane * LANE + 2, colours.get(row.member_id)))
    return Line(tuple(bars), max(len(lanes), 1) * LANE + 2)
