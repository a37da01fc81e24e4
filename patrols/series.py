"""Coverage day by day, for charts: every day from one history of the walks."""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from grid.models import Area
from patrols.coverage import Lengths, area_of, midnight, past_day
from patrols.walks import Streets, streets_of, walks_on
from spatial.intervals import History, Stretches


@dataclass(frozen=True)
class DayCoverage(Lengths):
    """What was walked in the days up to and including ``day``."""

    day: dt.date = dt.date.min


@dataclass(frozen=True)
class Days:
    """Centimetres of street, and those walked on each day; ``holds_until`` as in Tally."""

    centimetres: int
    covered: tuple[int, ...]
    holds_until: float = math.inf


def series(
    code: str, *, start: dt.date, end: dt.date, days: int, now: dt.datetime
) -> list[DayCoverage]:
    """For each day from ``start`` to ``end``, the coverage of the ``days`` days that end on it.

    The same metres as ``coverage`` finds for each of these windows, but the walks are loaded and
    laid over each other once. Cells are those of the last day. Raises UnknownArea.
    """
    on = past_day(end, now)
    found = days_in(area_of(code, on), start=start, end=end, days=days, now=now, on=on)
    return summed_days(found.values(), start=start, end=end)


def summed_days(several: Iterable[Days], *, start: dt.date, end: dt.date) -> list[DayCoverage]:
    """The days of an area from those of its communities."""
    metres, covered = 0, np.zeros((end - start).days + 1, dtype=np.int64)
    for one in several:
        metres += one.centimetres
        covered += one.covered
    return [
        DayCoverage(metres / 100, int(centimetres) / 100, start + dt.timedelta(days=number))
        for number, centimetres in enumerate(covered)
    ]


def days_in(
    area: Area,
    *,
    start: dt.date,
    end: dt.date,
    days: int,
    now: dt.datetime,
    on: dt.date | None,
) -> dict[str, Days]:
    """Each community of an area, by code; only the cell's part of it for a cell.

    ``on`` is the day whose cells count, None for today's. Four queries.
    """
    streets = streets_of(area, on)
    first = start - dt.timedelta(days=days - 1)
    count = (end - first).days + 1
    midnights = [midnight(first + dt.timedelta(days=number)) for number in range(count + 1)]
    loaded = walks_on(streets, since=midnights[0], until=midnights[-1])
    walks = loaded.chosen(loaded.second < now.timestamp())
    # Local days have 23 or 25 hours where clocks change.
    day = np.searchsorted([at.timestamp() for at in midnights], walks.second, side="right") - 1
    history = History.of(_in_centimetres(streets, walks.on), day)

    codes, community = np.unique(streets.community, return_inverse=True)
    each = history.within(_in_centimetres(streets, streets.parts)).split(community, len(codes))
    lengths = np.bincount(
        community[streets.parts.segment], streets.cm(streets.parts), len(codes)
    ).astype(np.int64)
    coming = loaded.chosen(loaded.second >= now.timestamp())
    holds_until = np.full(len(codes), math.inf)
    np.minimum.at(holds_until, community[coming.on.segment], coming.second.astype(np.float64))
    return {
        str(code): Days(
            centimetres=int(lengths[number]),
            covered=tuple(one.series(days - 1, count - 1, days).tolist()),
            holds_until=float(holds_until[number]),
        )
        for number, (code, one) in enumerate(zip(codes, each, strict=True))
    }


def _in_centimetres(streets: Streets, a: Stretches) -> Stretches:
    """The last decimetre of a segment may be short."""
    end = np.minimum(a.end * 10, streets.centimetres[a.segment])
    return Stretches(a.segment, np.minimum(a.start * 10, end), end)
