"""When the streets of a cell were last walked, as a tablet carries it: by the day.

A tablet tells what is overdue from this. The hour and who walked stay here: volunteers carry it
too, who see no figures at the office map.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db.models import Count, Max, Subquery, Sum
from django.utils import timezone
from numpy.typing import NDArray

from grid.models import Area, Cadence, CellStretch
from patrols.coverage import midnight
from patrols.open_stretches import LOOK_BACK_DAYS
from patrols.walks import streets_of, walks_on
from spatial.intervals import last_seen, overlay

Ints = NDArray[np.int64]
#: Raised when the form of the answer changes, so that no tablet goes on with an old one.
FORM = 1
EPOCH = dt.date(1970, 1, 1)


def listed(cells: Sequence[Area], now: dt.datetime) -> list[dict[str, str]]:
    """Cells and the versions of their freshness. Two queries."""
    found = versions(cells, now)
    return [{"cell": cell.code, "version": found[cell.code]} for cell in cells]


def versions(cells: Sequence[Area], now: dt.datetime) -> dict[str, str]:
    """Differs, by code of cell, when its streets do or what was walked on them. Two queries.

    Walks are never changed, only added and taken away, so that their number and the sum of their
    keys tell; what was walked too long ago to count changes it once more.
    """
    stretches = _stretches(cells)
    back = _days_back(stretches)
    walked = {
        row[0]: row[1:]
        for row in CellStretch.objects.filter(
            cell__in=cells, segment__walked__walked_at__gte=_since(back, now)
        )
        .order_by("cell__code")
        .values_list("cell__code")
        .annotate(
            number=Count("segment__walked"),
            keys=Sum("segment__walked__pk"),
            newest=Max("segment__walked__pk"),
        )
    }
    return {
        cell.code: hashlib.sha256(
            repr((FORM, stretches.get(cell.code), walked.get(cell.code))).encode()
        ).hexdigest()[:24]
        for cell in cells
    }


def _stretches(cells: Sequence[Area]) -> dict[str, tuple]:
    """Of each cell with streets: the number and keys of its stretches, and the longest cadences
    that are set on a segment and anywhere. One query."""
    longest = Cadence.objects.order_by("-days").values("days")[:1]
    rows = CellStretch.objects.filter(cell__in=cells).order_by("cell__code")
    return {
        row[0]: row[1:]
        for row in rows.values_list("cell__code").annotate(
            number=Count("pk"),
            keys=Sum("pk"),
            longest=Max("segment__cadence_days"),
            anywhere=Subquery(longest),
        )
    }


def _days_back(stretches: dict[str, tuple]) -> int:
    """What was walked before so many days is overdue on every street."""
    set_on = [days or 0 for row in stretches.values() for days in row[-2:]]
    return max(LOOK_BACK_DAYS, *set_on, 0)


def _since(days: int, now: dt.datetime) -> dt.datetime:
    return midnight(timezone.localdate(now) - dt.timedelta(days=days))


def freshness(cell: Area, version: str, now: dt.datetime) -> dict[str, Any]:
    """The day each stretch of the cell's streets was last walked; docs/sync.md has the form.

    Stretches are [start_dm, end_dm, local day since 1970-01-01], sorted and disjoint, neighbours
    of one day joined; what was not walked in the last 90 days, or the longest cadence, is left
    out. Five queries.
    """
    back = _days_back(_stretches([cell]))
    streets = streets_of(cell)
    walks = walks_on(streets, since=_since(back, now), until=now)
    seen, day = last_seen(walks.on, _days(walks.second, back, now))
    piece, _part, common = overlay(seen, streets.parts)
    found: dict[str, list[list[int]]] = {}
    columns = (streets.ids[common.segment], common.start, common.end, day[piece])
    for segment, *stretch in zip(*(column.tolist() for column in columns), strict=True):
        found.setdefault(str(segment), []).append(stretch)
    return {
        "cell": cell.code,
        "version": version,
        "as_of": round(now.timestamp() * 1000),
        "segments": found,
    }


def _days(seconds: Ints, back: int, now: dt.datetime) -> Ints:
    """Local days since 1970-01-01 of Unix seconds, none older than ``back`` days."""
    today = timezone.localdate(now)
    days = [today - dt.timedelta(days=ago) for ago in range(back, -1, -1)]
    begins = np.array([midnight(day).timestamp() for day in days])
    first = (days[0] - EPOCH).days
    return first + np.searchsorted(begins, seconds, side="right").astype(np.int64) - 1
