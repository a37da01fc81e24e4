"""Coverage day by day, for charts: every day from one history of the walks."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from patrols.coverage import Lengths, area_of, midnight, past_day
from patrols.walks import Streets, streets_of, walks_on
from spatial.intervals import History, Stretches


@dataclass(frozen=True)
class DayCoverage(Lengths):
    """What was walked in the days up to and including ``day``."""

    day: dt.date = dt.date.min


def series(
    code: str, *, start: dt.date, end: dt.date, days: int, now: dt.datetime
) -> list[DayCoverage]:
    """For each day from ``start`` to ``end``, the coverage of the ``days`` days that end on it.

    The same metres as ``coverage`` finds for each of these windows, but the walks are loaded and
    laid over each other once. Cells are those of the last day. Raises UnknownArea.
    """
    on = past_day(end, now)
    streets = streets_of(area_of(code, on), on)
    first = start - dt.timedelta(days=days - 1)
    count = (end - first).days + 1
    midnights = [midnight(first + dt.timedelta(days=number)) for number in range(count + 1)]
    walks = walks_on(streets, since=midnights[0], until=min(now, midnights[-1]))
    # Local days have 23 or 25 hours where clocks change.
    day = np.searchsorted([at.timestamp() for at in midnights], walks.second, side="right") - 1
    history = History.of(_in_centimetres(streets, walks.on), day)
    covered = history.within(_in_centimetres(streets, streets.parts)).series(
        days - 1, count - 1, days
    )
    metres = int(streets.cm(streets.parts).sum()) / 100
    return [
        DayCoverage(metres, int(centimetres) / 100, start + dt.timedelta(days=number))
        for number, centimetres in enumerate(covered)
    ]


def _in_centimetres(streets: Streets, a: Stretches) -> Stretches:
    """The last decimetre of a segment may be short."""
    end = np.minimum(a.end * 10, streets.centimetres[a.segment])
    return Stretches(a.segment, np.minimum(a.start * 10, end), end)
