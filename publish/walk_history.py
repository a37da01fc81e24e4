"""When each metre was walked over weeks, sent once: the browser colours any day of them itself.

Playing time would otherwise ask for freshness as of each day, tens of answers of the same walks.
"""

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grid.models import Area
from patrols.coverage import midnight
from patrols.walks import Streets, Walks, walks_on
from publish.freshness import cadences
from spatial.intervals import Stretches, last_seen, overlay, union

HOUR = 3_600


def history_of(
    area: Area, streets: Streets, *, start: dt.date, end: dt.date, days: int, now: dt.datetime
) -> dict[str, Any]:
    """What freshness in a window of ``days`` was on each day from ``start`` to ``end``.

    ``segments`` holds per segment id what was walked, in order of time: an hour where the whole
    segment was, ``[hour, start_dm, end_dm]`` for a part. Hours are whole ones after ``base``
    (Unix seconds). Of each metre only the last walk of a local day is told, since days are what
    is shown. Cadences are whole days and classes of freshness quarters of them, so that an hour
    says as much as a second. ``midnights`` are the starts of the days and the end of the last.
    Two queries.
    """
    oldest = midnight(start + dt.timedelta(days=1)) - dt.timedelta(days=days)
    first = min(oldest.date(), start)
    midnights = [
        int(midnight(first + dt.timedelta(days=number)).timestamp())
        for number in range((end - first).days + 2)
    ]
    until = min(now, midnight(end + dt.timedelta(days=1)))
    walks = walks_on(streets, since=oldest, until=until)
    usual, own = cadences(streets)
    return {
        "area": area.code,
        "days": days,
        "from": start,
        "to": end,
        "base": midnights[0],
        "midnights": midnights[(start - first).days :],
        "cadence": usual,
        "own_cadence": own,
        "segments": _by_segment(streets, walks, midnights),
    }


def _by_segment(streets: Streets, walks: Walks, midnights: list[int]) -> dict[str, list[Any]]:
    on, hour = _last_of_each_day(streets, walks, midnights)
    piece, _part, common = overlay(on, union(streets.parts))
    hour = hour[piece]
    order = np.lexsort((common.start, hour, common.segment))
    segment, start, end, hour = (
        column[order] for column in (common.segment, common.start, common.end, hour)
    )
    whole = (start == 0) & (end >= -(-streets.centimetres[segment] // 10))
    found: dict[str, list[Any]] = {}
    columns = (streets.ids[segment], start, end, hour, whole)
    for pk, first, last, at, all_of_it in zip(*(of.tolist() for of in columns), strict=True):
        found.setdefault(str(pk), []).append(at if all_of_it else [at, first, last])
    return found


def _last_of_each_day(
    streets: Streets, walks: Walks, midnights: list[int]
) -> tuple[Stretches, NDArray[np.int64]]:
    """Stretches and the hour of their last walk, day by day."""
    count = max(len(streets.ids), 1)
    day = np.searchsorted(midnights, walks.second, side="right") - 1
    by_day = Stretches(day * count + walks.on.segment, walks.on.start, walks.on.end)
    seen = last_seen(by_day, (walks.second - midnights[0]) // HOUR)
    return Stretches(seen.on.segment % count, seen.on.start, seen.on.end), seen.time
