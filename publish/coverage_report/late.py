"""The longest overdue streets of each cell, by name."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grid.models import Segment
from patrols.tallies import DAY
from patrols.walks import Streets
from spatial.intervals import LastSeen, overlay

Ints = NDArray[np.int64]
#: Streets told of each cell; the map has all of them.
MOST_LATE = 12


@dataclass(frozen=True)
class Late:
    """What is overdue of a street in one row of the cells; all of ``streets`` are not told.

    ``days`` since its oldest metre was walked, None where that was not within the look back.
    ``streets`` is how many streets of the row have anything overdue.
    """

    row: int
    name: str
    name_zh: str
    name_en: str
    kind: str
    centimetres: int
    days: int | None
    streets: int


def late_streets(
    streets: Streets,
    row: Ints,
    cells: tuple[tuple[str, str], ...],
    cadence: Ints,
    seen: LastSeen,
    until: dt.datetime,
    *,
    back: int,
) -> tuple[Late, ...]:
    """Of each row, the streets with most overdue; a way without a name stands for itself.

    ``row`` and ``cadence`` (P,) of each part of the streets; ``back`` is how many days ``seen``
    knows of. One query.
    """
    late_cm, oldest = _late(streets, cadence, seen, until, back)
    parts = np.flatnonzero(late_cm)
    if not len(parts):
        return ()
    segment = streets.parts.segment[parts]
    named: dict[int, tuple[Any, ...]] = {
        found[0]: found[1:]
        for found in Segment.objects.filter(
            pk__in=streets.ids[np.unique(segment)].tolist()
        ).values_list("pk", "street", "street__name", "street__name_zh", "street__name_en", "kind")
    }
    ids = streets.ids[segment].tolist()
    # Keys of streets are positive; a way without one is its own negative.
    street = np.array([named[pk][0] or -pk for pk in ids], dtype=np.int64)
    pairs, first, of = np.unique(
        np.stack((row[parts], street)), axis=1, return_index=True, return_inverse=True
    )
    of = of.ravel()
    cm = np.bincount(of, late_cm[parts], len(first)).astype(np.int64)
    days = np.zeros(len(first), dtype=np.int64)
    np.maximum.at(days, of, oldest[parts])
    order = np.lexsort((pairs[1], -cm, pairs[0]))
    count = np.bincount(pairs[0], None, len(cells) + 1)
    place = np.arange(len(order)) - (np.cumsum(count) - count)[pairs[0][order]]
    return tuple(
        Late(
            row=int(pairs[0][one]),
            name=named[ids[first[one]]][1] or "",
            name_zh=named[ids[first[one]]][2] or "",
            name_en=named[ids[first[one]]][3] or "",
            kind=named[ids[first[one]]][4],
            centimetres=int(cm[one]),
            days=None if days[one] >= back else int(days[one]),
            streets=int(count[pairs[0][one]]),
        )
        for one in order[place < MOST_LATE].tolist()
    )


def _late(
    streets: Streets, cadence: Ints, seen: LastSeen, until: dt.datetime, back: int
) -> tuple[Ints, Ints]:
    """(P,) centimetres overdue of each part, and whole days since their oldest was walked."""
    count = len(streets.cell)
    piece, part, common = overlay(seen.on, streets.parts)
    lengths = streets.cm(common)
    age = until.timestamp() - seen.time[piece]
    late = age > cadence[part] * DAY
    known = np.bincount(part, lengths, count).astype(np.int64)
    never = streets.cm(streets.parts) - known
    oldest = np.where(never > 0, back, 0)
    np.maximum.at(oldest, part[late], (age[late] // DAY).astype(np.int64))
    return never + np.bincount(part[late], lengths[late], count).astype(np.int64), oldest
