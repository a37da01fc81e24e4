"""What is worth walking: stretches that are overdue, and what a metre of each counts."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grid.models import Area, StreetKind
from patrols.coverage import DAY
from patrols.walks import streets_of, walks_on
from spatial.intervals import Stretches, difference, last_seen, overlay, union

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: What was not walked for so many days counts as walked that long ago.
LOOK_BACK_DAYS = 90
#: Where few people pass, a look counts more; where traffic passes all day, less.
KIND_WORTH: dict[str, float] = dict.fromkeys(StreetKind.values, 1.0) | {
    StreetKind.ALLEY: 1.5,
    StreetKind.MAIN_ROAD: 0.5,
    StreetKind.CYCLEWAY: 0.5,
    StreetKind.TRACK: 0.5,
}


class OpenStretches(NamedTuple):
    """Stretches of segments worth walking, and what a metre of each is worth (W,).

    Worth is in days: a metre of street that is overdue for ten days is worth ten.
    """

    segment_id: Ints
    start_dm: Ints
    end_dm: Ints
    worth: Floats


#: What makes stretches of an area worth walking at some time.
Source = Callable[[Area, dt.datetime], OpenStretches]


def overdue(area: Area, now: dt.datetime) -> OpenStretches:
    """What is overdue in an area; a metre is worth the days it is overdue times its kind's worth.

    Four queries. Memory linear in the area's segments and in what was walked on them.
    """
    streets = streets_of(area)
    cadence = streets.cadence()
    back = max(LOOK_BACK_DAYS, int(cadence.max(initial=1)))
    walks = walks_on(streets, since=now - dt.timedelta(days=back), until=now)
    seen, second = last_seen(walks.on, walks.second)
    never = difference(union(streets.parts), union(seen))
    pieces = Stretches(*(np.concatenate(pair) for pair in zip(seen, never, strict=True)))
    age = np.concatenate([(now.timestamp() - second) / DAY, np.full(len(never.start), back)])
    piece, part, common = overlay(pieces, streets.parts)
    late = age[piece] - cadence[part]
    late = np.where(age[piece] >= back, np.maximum(late, 1.0), late)
    kind = streets.kinds[common.segment]
    worth: Floats = np.array([KIND_WORTH.get(str(k), 1.0) for k in kind], np.float64) * late
    stale = late > 0
    return OpenStretches(
        streets.ids[common.segment[stale]], common.start[stale], common.end[stale], worth[stale]
    )


#: What is weighed. An app above this one that knows of more (open cases, visits due) passes its
#: own sources beside these.
SOURCES: tuple[Source, ...] = (overdue,)


def gathered(areas: Sequence[Area], now: dt.datetime, sources: Sequence[Source]) -> OpenStretches:
    """What all sources say of all areas; where two speak of one metre, their worth adds up."""
    found = [source(area, now) for area in areas for source in sources]
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return OpenStretches(nothing, nothing, nothing, np.zeros(0))
    segment, start_dm, end_dm, worth = (np.concatenate(part) for part in zip(*found, strict=True))
    return OpenStretches(segment, start_dm, end_dm, worth)
