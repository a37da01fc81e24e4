"""Plan the walks that close most of what is overdue: "forty minutes from here"."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from django.contrib.gis.geos import Point
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.scope import Scope
from api.errors import BadCoordinate, BadInput, TooMany, UnknownArea
from grid.metres import shapes, to_geos
from grid.models import Area, Level, StreetKind
from grid.walking_network import WalkingNetwork, load_near
from patrols.open_stretches import WEIGHTS, Floats, OpenStretches, Weight, weighed
from patrols.turns import Streets, Turn, streets_of_segments, turns_of
from spatial.projection import LocalProjection
from spatial.walks import (
    Pieces,
    TooManyLinks,
    Walk,
    closed_together,
    cover,
    nearest,
    parts,
    share,
    within_budget,
)

#: Metres a second of somebody who looks around while walking.
PACE = 1.2
#: A metre of steps takes as long as two of flat street.
STEPS_EFFORT = 2.0
#: The way may lead so far out of the area, in metres.
MARGIN = 250.0
#: A start farther from every street than this (metres) is a mistake.
FARTHEST_START = 500.0
#: From how many of a member's own areas a walk is chosen.
MOST_AREAS = 20
#: How many may share a walk: more would each get a street or two.
MOST_WORKERS = 12

Position = tuple[float, float]


@dataclass(frozen=True)
class PlannedWalk:
    """A walk to follow. Metres of street count once; the metres walked count every time.

    ``line`` is (n, 2) longitude, latitude in walking order.
    """

    minutes: float
    metres: float
    closes_metres: float
    closes_worth: float
    line: Floats
    turns: list[Turn]


@dataclass(frozen=True)
class Plan:
    """Walks side by side, and what they close together of what is open.

    ``unreachable_metres`` are open but no way on foot leads there from the start. With a start
    and a time, only what lies within reach counts as open.
    """

    areas: list[Area]
    open_metres: float
    closes_metres: float
    open_worth: float
    closes_worth: float
    unreachable_metres: float
    walks: list[PlannedWalk]

    @property
    def spread_minutes(self) -> float:
        """How much longer the longest walk takes than the shortest."""
        minutes = [walk.minutes for walk in self.walks]
        return round(max(minutes) - min(minutes), 1)


@dataclass(frozen=True)
class Reach:
    """How far from ``start`` (longitude, latitude) a walk can lead, in metres."""

    start: Position
    metres: float

    @classmethod
    def of(cls, start: Position | None, minutes: float | None, back: bool) -> "Reach | None":
        """None where either is open: then nothing is too far."""
        if start is None or minutes is None:
            return None
        return cls(start, minutes * 60 * PACE / (2 if back else 1))

    @property
    def degrees(self) -> float:
        """No less than the reach in degrees of longitude or latitude: for an index, not more."""
        return self.metres / 110_000 / max(math.cos(math.radians(self.start[1])), 0.01)

    def filter(self) -> Q:
        """Areas that may lie within reach."""
        return Q(geometry__dwithin=(Point(*self.start, srid=4326), self.degrees))


def areas_in_reach(scope: Scope, reach: Reach) -> list[str]:
    """Codes of the communities and cells of a scope that lie within reach, the nearest first.

    One query; at most ``MOST_AREAS``.
    """
    cells = [code for code in scope.prefixes if len(code) == Level.CELL]
    areas = list(
        Area.objects.current()
        .in_scope(scope)
        .filter(Q(level=Level.COMMUNITY) | Q(code__in=cells), reach.filter())
        .defer("tile_geometry")
    )
    projection = LocalProjection(*reach.start)
    outlines = projection.project(shapes(area.geometry for area in areas))
    away = shapely.distance(outlines, shapely.Point(0, 0))
    near = sorted(
        (metres, area.code)
        for metres, area in zip(away.tolist(), areas, strict=True)
        if metres <= reach.metres
    )
    return [code for _metres, code in near[:MOST_AREAS]]


def plan_walks(
    codes: Sequence[str],
    *,
    now: dt.datetime,
    minutes: float | None = None,
    start: Position | None = None,
    back: bool = False,
    workers: int = 1,
    weights: Sequence[Weight] = WEIGHTS,
) -> Plan:
    """Walks over what is open in some areas: over all of it, or the best that ``minutes`` allow.

    ``start`` is longitude, latitude; without it each walk begins wherever is best. ``back``
    brings it back to its start, which needs one where time is short. ``workers`` share what is
    open fairly, each walking ``minutes`` at most. ``weights`` make overdue metres count more.

    Raises UnknownArea, BadInput, BadCoordinate for a start where no street is, and TooMany where
    more is open than can be planned at once without a time. Memory is linear in the streets of
    the areas and what was walked there, and see ``spatial.walks``.
    """
    if back and start is None and minutes is not None:
        raise BadInput(_("Say where to start, so that the walk can come back there."))
    areas = _areas(codes)
    reach = Reach.of(start, minutes, back)
    projection, known = _network(areas, reach)
    wanted, worth = _on_edges(known, weighed(_split(areas, reach), now, weights))
    place = None
    if start is not None:
        xy = projection.forward([start])[0]
        place = _place(known, wanted, xy)
        if reach:
            within = _within(known, wanted, xy, reach.metres)
            wanted, worth = Pieces(*(column[within] for column in wanted)), worth[within]
    streets = streets_of_segments(known)
    cost = np.where(streets.kind == StreetKind.STEPS, STEPS_EFFORT, 1.0)
    budget = None if minutes is None else minutes * 60 * PACE
    try:
        if workers > 1:
            walks = share(
                known.network, wanted, workers=workers, worth=worth, budget=budget,
                start=place, back=back, cost=cost,
            )  # fmt: skip
        elif budget is None:
            walks = [cover(known.network, wanted, start=place, back=back, cost=cost)]
        else:
            walks = [
                within_budget(
                    known.network, wanted, worth, budget=budget, start=place, back=back, cost=cost
                )
            ]
    except TooManyLinks as error:
        raise TooMany(
            _(
                "%(count)d stretches are open here, and %(most)d can be planned at once. "
                "Say how many minutes there are, or plan cell by cell."
            )
            % {"count": error.count, "most": error.most}
        ) from error
    length = wanted.end_m - wanted.start_m
    closed = closed_together(walks, wanted)
    return Plan(
        areas=areas,
        open_metres=_sum(length),
        closes_metres=_sum(closed),
        open_worth=_sum(length * worth),
        closes_worth=_sum(closed * worth),
        unreachable_metres=_sum(walks[0].unreachable),
        walks=[_told(walk, known, streets, projection, worth) for walk in walks],
    )


def _sum(values: Floats) -> float:
    return round(float(values.sum()), 1)


def _told(
    walk: Walk,
    known: WalkingNetwork,
    streets: Streets,
    projection: LocalProjection,
    worth: Floats,
) -> PlannedWalk:
    line, turns = turns_of(walk, known.network, streets)
    return PlannedWalk(
        minutes=round(walk.effort / PACE / 60, 1),
        metres=round(walk.metres, 1),
        closes_metres=_sum(walk.closed),
        closes_worth=_sum(walk.closed * worth),
        line=projection.inverse(line),
        turns=[
            replace(turn, at=tuple(projection.inverse([turn.at])[0].tolist())) for turn in turns
        ],
    )


def _areas(codes: Sequence[str]) -> list[Area]:
    """The areas of these codes, without those inside another; raises UnknownArea. One query."""
    asked = list(dict.fromkeys(codes))
    found = {
        area.code: area
        for area in Area.objects.current().filter(code__in=asked).defer("tile_geometry")
    }
    for code in asked:
        if code not in found:
            raise UnknownArea(_("No area has the code %s.") % code[:20])
    # What lies in two areas would be weighed twice.
    return [
        found[code]
        for code in asked
        if not any(code != other and code.startswith(other) for other in asked)
    ]


def _split(areas: list[Area], reach: Reach | None) -> list[Area]:
    """The areas, large ones as those of their communities that lie within reach.

    One query where some are larger than a community and the reach ends.
    """
    large = [area for area in areas if area.level < Level.COMMUNITY]
    if reach is None or not large:
        return areas
    inside = Q()
    for area in large:
        inside |= Q(code__startswith=area.code)
    near = Area.objects.current().filter(inside, reach.filter(), level=Level.COMMUNITY)
    return [
        *(area for area in areas if area not in large),
        *near.defer("geometry", "tile_geometry").order_by("code"),
    ]


def _network(areas: list[Area], reach: Reach | None) -> tuple[LocalProjection, WalkingNetwork]:
    """The plane around the areas and the streets in and near them, as far as they matter."""
    outlines = shapes(area.geometry for area in areas)
    projection = LocalProjection.around(shapely.total_bounds(outlines))
    near = shapely.union_all(shapely.buffer(projection.project(outlines), MARGIN))
    if reach:
        # What is cut off at the rim hangs together a little beyond it.
        start = projection.forward([reach.start])[0]
        if not np.isfinite(start).all():
            raise BadCoordinate(_("No street is stored near the start."))
        near &= shapely.buffer(shapely.Point(start), 1.01 * reach.metres + MARGIN)
    return projection, load_near(to_geos(projection.unproject(near)), projection)


def _on_edges(known: WalkingNetwork, gap: OpenStretches) -> tuple[Pieces, Floats]:
    """The open stretches as pieces of the network's edges, in metres."""
    # What lies out of reach, or was removed between two queries, is not in the network.
    there = np.isin(gap.segment_id, known.ids)
    edge = np.searchsorted(known.ids, gap.segment_id[there])
    # The stored length and the plane's differ by parts in a million.
    length = known.network.edge_length[edge]
    scale = length / (known.centimetres[edge] / 10)
    start = np.minimum(gap.start_dm[there] * scale, length)
    end = np.minimum(gap.end_dm[there] * scale, length)
    return Pieces(edge, start, end), gap.worth[there]


def _within(known: WalkingNetwork, wanted: Pieces, xy: Floats, metres: float) -> np.ndarray:
    """(P,) whether a piece's street comes within so many metres of x, y."""
    edges = np.unique(wanted.edge)
    lines = [known.network.line(int(edge)) for edge in edges]
    near = edges[shapely.dwithin(lines, shapely.Point(xy), metres)] if len(edges) else edges
    return np.isin(wanted.edge, near)


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
