"""What is worth walking: stretches that are overdue, and what a metre of each counts."""

import datetime as dt
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from django.contrib.gis.geos import Point
from numpy.typing import ArrayLike, NDArray

from grid.metres import to_geos
from grid.models import Area, Level, Segment, StreetKind
from patrols.tallies import DAY
from patrols.walks import streets_of, walks_on
from spatial.intervals import Stretches, difference, last_seen, overlay, stretches, union
from spatial.projection import LocalProjection
from streetlights.models import Lamp

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


#: A metre near a lamp that is dark weighs so many days more, and a lamp of unknown reach lights
#: so many metres to either side.
DARK_WORTH, LAMP_REACH = 20.0, 20.0


class OpenStretches(NamedTuple):
    """Stretches of segments worth walking, and what a metre of each is worth (W,).

    Worth is in days: a metre of street that is overdue for ten days is worth ten.
    """

    segment_id: Ints
    start_dm: Ints
    end_dm: Ints
    worth: Floats


_NOTHING = OpenStretches(
    np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
)
#: What makes metres that are overdue weigh more, in an area at some time.
Weight = Callable[[Area, dt.datetime], OpenStretches]


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


def around(places: Sequence[Point], worth: ArrayLike, reach: ArrayLike) -> OpenStretches:
    """Stretches of duty segments near places (EPSG:4326), each worth something a metre.

    Of a segment that comes within ``reach`` (n,) metres of a place, so many metres to either side
    of the nearest point weigh the place's ``worth`` (n,). One query; none without places.
    """
    if not places:
        return _NOTHING
    points = np.array([place.coords for place in places])
    metres = np.broadcast_to(np.asarray(reach, dtype=np.float64), len(points))
    projection = LocalProjection.around((*points.min(axis=0), *points.max(axis=0)))
    spots = shapely.points(projection.forward(points))
    disks = shapely.union_all(shapely.buffer(spots, metres))
    rows = list(
        Segment.objects.duty()
        .filter(line__intersects=to_geos(projection.unproject(disks)))
        .order_by("pk")
        .values_list("pk", "line", "metres")
    )
    lines = projection.project(shapely.from_wkb([bytes(row[1].wkb) for row in rows]))
    near, segment = shapely.STRtree(lines).query(spots, predicate="dwithin", distance=metres)
    along = shapely.line_locate_point(lines[segment], spots[near])
    # The stored length and the plane's differ by parts in a million.
    length = np.array([float(row[2]) for row in rows])[segment]
    along *= length / shapely.length(lines[segment])
    return OpenStretches(
        np.array([row[0] for row in rows], dtype=np.int64)[segment],
        np.rint(np.maximum(along - metres[near], 0.0) * 10).astype(np.int64),
        np.rint(np.minimum(along + metres[near], length) * 10).astype(np.int64),
        np.broadcast_to(np.asarray(worth, dtype=np.float64), len(points))[near],
    )


def dark(area: Area, now: dt.datetime) -> OpenStretches:
    """Streets near lamps of the area that are known not to work. Two queries; one without any."""
    lamps = Lamp.objects.filter(working=False)
    if area.level == Level.CELL:
        lamps = lamps.filter(cell__code=area.code)
    else:
        lamps = lamps.filter(community__code__startswith=area.code)
    rows = list(lamps.order_by("pk").values_list("location", "reach"))
    reach = [metres or LAMP_REACH for _location, metres in rows]
    return around([location for location, _metres in rows], DARK_WORTH, reach)


#: What is weighed here. An app above this one that knows of more (open cases, visits due) passes
#: its own weights beside these.
WEIGHTS: tuple[Weight, ...] = (dark,)


def whole(segments: Sequence[int]) -> OpenStretches:
    """All metres of some duty segments, overdue or not, each worth one day. One query."""
    rows = list(
        Segment.objects.duty().filter(pk__in=segments).order_by("pk").values_list("pk", "metres")
    )
    ids = np.array([pk for pk, _metres in rows], dtype=np.int64)
    # The last decimetre may be short.
    ends = np.array([math.ceil(metres * 10) for _pk, metres in rows], dtype=np.int64)
    return OpenStretches(ids, np.zeros_like(ids), ends, np.ones(len(ids)))


def weighed(
    areas: Sequence[Area],
    now: dt.datetime,
    weights: Sequence[Weight],
    segments: Sequence[int] | None = None,
) -> tuple[OpenStretches, OpenStretches]:
    """What is overdue in some areas, and what weights add to the worth of parts of it.

    Of ``segments``, where some are named, all metres take the place of what is overdue, which then
    only weighs more.
    """
    late = _together([overdue(area, now) for area in areas])
    extra = _together([weight(area, now) for area in areas for weight in weights])
    if segments is not None:
        late, extra = whole(segments), _together([late, extra])
    ids = np.unique(late.segment_id)
    known = np.isin(extra.segment_id, ids)
    order = np.lexsort((late.start_dm, late.segment_id))
    which, _piece, common = overlay(
        stretches(
            np.searchsorted(ids, extra.segment_id[known]),
            extra.start_dm[known],
            extra.end_dm[known],
        ),
        stretches(
            np.searchsorted(ids, late.segment_id[order]), late.start_dm[order], late.end_dm[order]
        ),
    )
    more = (ids[common.segment], common.start, common.end, extra.worth[known][which])
    return late, OpenStretches(*more)


def _together(found: Sequence[OpenStretches]) -> OpenStretches:
    if not found:
        return _NOTHING
    return OpenStretches(*(np.concatenate(part) for part in zip(*found, strict=True)))
