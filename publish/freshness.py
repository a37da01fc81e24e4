"""Freshness for the map: when each metre of an area's streets was last walked.

Sent apart from the tiles, so that a walk does not make the browser fetch geometry again.
"""

import datetime as dt
from collections import Counter
from typing import Any

import numpy as np
from django.db.models import Max

from grid.models import Area
from patrols.models import WalkedStretch
from patrols.packed import Epoch
from patrols.walks import Streets
from spatial.intervals import Stretches, last_seen, overlay, stretches, union


def freshness_of(
    area: Area, streets: Streets, *, until: dt.datetime, midnight: dt.datetime, days: int
) -> dict[str, Any]:
    """What the browser colours streets by.

    ``segments`` holds per segment id the stretches ``[start_dm, end_dm, last walked]``, sorted
    and disjoint, times in Unix seconds; what was not walked in the ``days`` before ``until`` is
    left out. ``cadence`` is the usual number of days by kind, ``own_cadence`` by segment id what
    differs from it. ``midnight`` is when the last day began. Two queries.
    """
    seen, second = last_seen(*_last_walks(streets, until - dt.timedelta(days=days), until))
    piece, _part, common = overlay(seen, union(streets.parts))
    found: dict[str, list[tuple[int, int, int]]] = {}
    columns = (streets.ids[common.segment], common.start, common.end, second[piece])
    for segment, start, end, at in zip(*(column.tolist() for column in columns), strict=True):
        found.setdefault(str(segment), []).append((start, end, at))
    usual, own = cadences(streets)
    return {
        "area": area.code,
        "days": days,
        "midnight": int(midnight.timestamp()),
        "cadence": usual,
        "own_cadence": own,
        "segments": found,
    }


def _last_walks(streets: Streets, since: dt.datetime, until: dt.datetime) -> tuple[Stretches, Any]:
    """Each stretch that was walked in [since, until), and when last, in Unix seconds.

    Most walks cover the same whole segments: grouped in the database, few rows are left.
    """
    rows = (
        WalkedStretch.objects.filter(
            segment__in=streets.ids.tolist(), walked_at__gte=since, walked_at__lt=until
        )
        .order_by()
        .values_list("segment_id", "start_dm", "end_dm")
        .annotate(last=Max(Epoch("walked_at")))
    )
    table = np.array(list(rows), dtype=np.int64).reshape(-1, 4)
    index = np.searchsorted(streets.ids, table[:, 0])
    limit = -(-streets.centimetres[index] // 10)
    on = stretches(index, np.minimum(table[:, 1], limit), np.minimum(table[:, 2], limit))
    return on, table[:, 3]


def cadences(streets: Streets) -> tuple[dict[str, int], dict[str, int]]:
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
