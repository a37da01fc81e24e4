"""Two periods compared: which metres were walked in both, in one of them, in neither."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from patrols.coverage import midnight
from patrols.walks import Streets, walks_on
from spatial.intervals import Stretches, difference, intersection, overlay, union

#: Of a metre; its number is what an answer names it by. What is in none of them is in neither.
CLASSES = ("both", "gained", "lost")
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Period:
    """Days of local time, both included."""

    start: dt.date
    end: dt.date


@dataclass(frozen=True, eq=False)
class Difference:
    """``sets`` are the disjoint stretches of each class; segments are indices into ``streets``."""

    streets: Streets
    sets: tuple[Stretches, Stretches, Stretches]

    def figures(self) -> dict[str, Any]:
        """Metres in all and by cell. Lengths are summed in whole centimetres as coverage is, so
        that both + gained are the covered metres of the one period, both + lost of the other."""
        total = self.streets.cm(self.streets.parts)
        per_part = [self._per_part(of) for of in self.sets]
        rows = np.stack((total, *per_part, total - sum(per_part)))
        cells = self.streets.cell
        return {
            **_metres(rows.sum(axis=1)),
            "cells": [
                {"code": str(code), **_metres(rows[:, cells == code].sum(axis=1))}
                for code in np.unique(cells)
                if code
            ],
        }

    def _per_part(self, of: Stretches) -> Ints:
        _row, part, common = overlay(of, self.streets.parts)
        lengths = self.streets.cm(common)
        return np.bincount(part, lengths, len(self.streets.cell)).astype(np.int64)

    def segments(self) -> dict[str, list[tuple[int, int, int]]]:
        """By segment id ``[start_dm, end_dm, class]``, in order of the class."""
        inside = union(self.streets.parts)
        found: dict[str, list[tuple[int, int, int]]] = {}
        for number, of in enumerate(self.sets):
            kept = intersection(of, inside)
            columns = (self.streets.ids[kept.segment], kept.start, kept.end)
            for pk, start, end in zip(*(column.tolist() for column in columns), strict=True):
                found.setdefault(str(pk), []).append((start, end, number))
        return found


def difference_of(streets: Streets, one: Period, other: Period, *, now: dt.datetime) -> Difference:
    """``one`` compared with ``other``: gained is what was walked in ``one`` alone. Two queries."""
    here, there = (_walked(streets, period, now) for period in (one, other))
    sets = (intersection(here, there), difference(here, there), difference(there, here))
    return Difference(streets, sets)


def _walked(streets: Streets, period: Period, now: dt.datetime) -> Stretches:
    until = min(now, midnight(period.end + dt.timedelta(days=1)))
    return union(walks_on(streets, since=midnight(period.start), until=until).on)


def _metres(row: Ints) -> dict[str, float]:
    names = ("metres", *CLASSES, "neither")
    return {name: int(cm) / 100 for name, cm in zip(names, row, strict=True)}
