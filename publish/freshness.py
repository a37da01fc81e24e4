"""Freshness for the map: when each metre of an area's streets was last walked.

Sent apart from the tiles, so that a walk does not make the browser fetch geometry again.
"""

import datetime as dt
from collections import Counter
from typing import Any

import numpy as np

from patrols.coverage import Streets, area_of, streets_of, walks_on
from spatial.intervals import last_seen, overlay, union


def freshness_of(
    code: str, *, until: dt.datetime, midnight: dt.datetime, days: int
) -> dict[str, Any]:
    """What the browser colours streets by.

    ``segments`` holds per segment id the stretches ``[start_dm, end_dm, last walked]``, sorted
    and disjoint, times in Unix seconds; what was not walked in the ``days`` before ``until`` is
    left out. ``cadence`` is the usual number of days by kind, ``own_cadence`` by segment id what
    differs from it. ``midnight`` is when the last day began. Five queries. Raises UnknownArea.
    """
    streets = streets_of(area_of(code))
    walks = walks_on(streets, since=until - dt.timedelta(days=days), until=until)
    seen, second = last_seen(walks.on, walks.second)
    piece, _part, common = overlay(seen, union(streets.parts))
    found: dict[str, list[tuple[int, int, int]]] = {}
    columns = (streets.ids[common.segment], common.start, common.end, second[piece])
    for segment, start, end, at in zip(*(column.tolist() for column in columns), strict=True):
        found.setdefault(str(segment), []).append((start, end, at))
    usual, own = _cadences(streets)
    return {
        "area": code,
        "days": days,
        "midnight": int(midnight.timestamp()),
        "cadence": usual,
        "own_cadence": own,
        "segments": found,
    }


def _cadences(streets: Streets) -> tuple[dict[str, int], dict[str, int]]:
    """The commonest cadence of each kind, and the segments that differ.

    A segment in two cells with different cadences takes the shorter one.
    """
    shortest = np.full(len(streets.ids), np.iinfo(np.int64).max)
    np.minimum.at(shortest, streets.parts.segment, streets.cadence())
    pairs = Counter(zip(streets.kinds.tolist(), shortest.tolist(), strict=True))
    usual: dict[str, int] = {}
    for (kind, days), _times in pairs.most_common():
        usual.setdefault(kind, days)
    rows = zip(streets.ids.tolist(), streets.kinds.tolist(), shortest.tolist(), strict=True)
    return usual, {str(pk): days for pk, kind, days in rows if usual[kind] != days}
