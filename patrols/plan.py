"""Plan the walk that closes most of what is overdue: "forty minutes from here"."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from api.errors import BadCoordinate, BadInput, TooMany
from grid.models import Area, StreetKind
from grid.walking_network import WalkingNetwork, load_near
from patrols.coverage import DAY, area_of
from patrols.route import Turn, streets_of_segments, turns_of
from patrols.walks import streets_of, walks_on
from spatial.intervals import Stretches, difference, last_seen, overlay, union
from spatial.projection import LocalProjection
from spatial.walks import MOST_LINKS, Pieces, cover, nearest, parts, within_budget

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Metres a second of somebody who looks around while walking.
PACE = 1.2
#: A metre of steps takes as long as two of flat street.
STEPS_EFFORT = 2.0
#: What was not walked for so many days counts as walked that long ago.
LOOK_BACK_DAYS = 90
#: The way may lead so far out of the area, in metres.
MARGIN = 250.0
#: A start farther from every street than this (metres) is a mistake.
FARTHEST_START = 500.0
#: Where few people pass, a look counts more; where traffic passes all day, less.
KIND_WORTH: dict[str, float] = dict.fromkeys(StreetKind.values, 1.0) | {
    StreetKind.ALLEY: 1.5,
    StreetKind.MAIN_ROAD: 0.5,
    StreetKind.CYCLEWAY: 0.5,
    StreetKind.TRACK: 0.5,
}


class OpenStretches(NamedTuple):
    """Stretches of segments worth walking, and what a metre of each is worth (W,)."""

    segment_id: Ints
    start_dm: Ints
    end_dm: Ints
    worth: Floats


@dataclass(frozen=True)
class PlannedWalk:
    """A walk to follow. Metres of street count once; the metres walked count every time.

    ``line`` is (n, 2) longitude, latitude in walking order. ``unreachable_metres`` are open but
    no way on foot leads there from the start.
    """

    areas: list[str]
    minutes: float
    metres: float
    open_metres: float
    closes_metres: float
    open_worth: float
    closes_worth: float
    unreachable_metres: float
    line: Floats
    turns: list[Turn]


def overdue(area: Area, now: dt.datetime) -> OpenStretches:
    """What is overdue in an area; a metre is worth the days it is overdue times its kind's worth.

    Four queries.
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


#: What makes a stretch worth walking, each ``(area, now) -> OpenStretches``; where two speak of
#: the same metre, their worth adds up. Dark lamps, open cases and visits due go in here.
SOURCES = (overdue,)


def plan_walk(
    codes: Sequence[str],
    *,
    now: dt.datetime,
    minutes: float | None = None,
    start: tuple[float, float] | None = None,
    back: bool = False,
) -> PlannedWalk:
    """A walk over what is open in some areas: all of it, or the best that ``minutes`` allow.

    ``start`` is longitude, latitude; without it the walk begins wherever is best. ``back`` brings
    it back to its start, which needs one where time is short. Raises UnknownArea, BadInput,
    BadCoordinate for a start where no street is, and TooMany where more is open than can be
    planned at once.
    """
    if back and start is None and minutes is not None:
        raise BadInput(_("Say where to start, so that the walk can come back there."))
    areas = [area_of(code) for code in dict.fromkeys(codes)]
    found = [source(area, now) for area in areas for source in SOURCES]
    segment, start_dm, end_dm, each = (np.concatenate(c) for c in zip(*found, strict=True))
    gap = OpenStretches(segment, start_dm, end_dm, each)
    projection, known = _network(areas)
    wanted, worth = _on_edges(known, gap)
    streets = streets_of_segments(known.ids)
    cost = np.where(streets.kind == StreetKind.STEPS, STEPS_EFFORT, 1.0)
    place = None if start is None else _place(known, wanted, projection.forward([start])[0])
    if len(wanted.edge) > MOST_LINKS:
        raise TooMany(
            _("%(count)d stretches are open here, and %(most)d can be planned at once. "
              "Plan cell by cell.") % {"count": len(wanted.edge), "most": MOST_LINKS}
        )  # fmt: skip
    if minutes is None:
        walk = cover(known.network, wanted, start=place, back=back, cost=cost)
    else:
        walk = within_budget(
            known.network, wanted, worth, budget=minutes * 60 * PACE,
            start=place, back=back, cost=cost,
        )  # fmt: skip
    line, turns = turns_of(walk, known.network, streets)
    length = wanted.end_m - wanted.start_m
    return PlannedWalk(
        areas=[area.code for area in areas],
        minutes=round(walk.effort / PACE / 60, 1),
        metres=round(walk.metres, 1),
        open_metres=round(float(length.sum()), 1),
        closes_metres=round(float(walk.closed.sum()), 1),
        open_worth=round(float((length * worth).sum()), 1),
        closes_worth=round(float((walk.closed * worth).sum()), 1),
        unreachable_metres=round(float(walk.unreachable.sum()), 1),
        line=projection.inverse(line),
        turns=[
            replace(turn, at=tuple(projection.inverse([turn.at])[0].tolist())) for turn in turns
        ],
    )


def _network(areas: list[Area]) -> tuple[LocalProjection, WalkingNetwork]:
    """The plane around the areas and the streets in and near them."""
    shapes = shapely.from_wkb([bytes(area.geometry.wkb) for area in areas])
    bounds = shapely.total_bounds(shapes)
    projection = LocalProjection.around(bounds)
    near = shapely.union_all(shapely.buffer(projection.project(shapes), MARGIN))
    region = GEOSGeometry(memoryview(shapely.to_wkb(projection.unproject(near))), srid=4326)
    region = region if isinstance(region, MultiPolygon) else MultiPolygon(region, srid=4326)
    return projection, load_near(region, projection)


def _on_edges(known: WalkingNetwork, gap: OpenStretches) -> tuple[Pieces, Floats]:
    """The open stretches as pieces of the network's edges, in metres."""
    # What an import removed between two queries is no longer in the network.
    there = np.isin(gap.segment_id, known.ids)
    edge = np.searchsorted(known.ids, gap.segment_id[there])
    # The stored length and the plane's differ by parts in a million.
    length = known.network.edge_length[edge]
    scale = length / (known.centimetres[edge] / 10)
    start = np.minimum(gap.start_dm[there] * scale, length)
    end = np.minimum(gap.end_dm[there] * scale, length)
    return Pieces(edge, start, end), gap.worth[there]


def _place(known: WalkingNetwork, wanted: Pieces, xy: Floats) -> tuple[int, float]:
    """The place nearest to x, y (metres) from which something open can be reached."""
    part = parts(known.network)
    # Islands of the network that hold nothing open would be a start to nowhere.
    useful = np.isin(part, part[wanted.edge]) if len(wanted.edge) else np.ones(len(part), bool)
    if len(part) == 0 or not np.isfinite(xy).all():
        raise BadCoordinate(_("No street is stored near the start."))
    place, metres = nearest(known.network, xy, barred=~useful)
    if metres > FARTHEST_START:
        raise BadCoordinate(
            _("The start lies %d m from the nearest street. Is it longitude, then latitude?")
            % round(metres)
        )
    return place
