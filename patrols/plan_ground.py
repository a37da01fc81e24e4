"""The ground that a walk is planned on: streets near, what is open there, and where to start."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from django.contrib.gis.geos import Polygon
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.scope import Scope
from api.errors import BadCoordinate, UnknownArea
from grid.metres import shapes, to_geos
from grid.models import Area, Level
from grid.walking_network import WalkingNetwork, load_near
from patrols.open_stretches import Floats, OpenStretches, Weight, weighed
from spatial.projection import LocalProjection
from spatial.walks import Pieces, nearest, parts

#: Metres a second of somebody who looks around while walking.
PACE = 1.2
#: The way may lead so far out of the area, in metres.
MARGIN = 250.0
#: A start farther from every street than this (metres) is a mistake.
FARTHEST_START = 500.0
#: From how many of a member's own areas a walk is chosen.
MOST_AREAS = 20

Position = tuple[float, float]


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
        """Areas whose box comes within reach, and some beyond."""
        (lon, lat), far = self.start, self.degrees
        corners = max(lon - far, -180), max(lat - far, -90), min(lon + far, 180), min(lat + far, 90)
        return Q(geometry__bboverlaps=Polygon.from_bbox(corners))


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


@dataclass(frozen=True, eq=False)
class Ground:
    """Streets in a plane, and P pieces of them that are open.

    ``worth`` (P,) is what a metre of each piece counts. The first ``late`` pieces are what is
    overdue, each metre once; those after them lie on it and only add worth. ``place`` is where
    the walk begins.
    """

    projection: LocalProjection
    known: WalkingNetwork
    wanted: Pieces
    worth: Floats
    late: int
    place: tuple[int, float] | None

    def metres(self, each: Floats) -> float:
        """Metres of street, of metres (P,) of each piece."""
        return round(float(each[: self.late].sum()), 1)

    def worths(self, each: Floats) -> float:
        return round(float((each * self.worth).sum()), 1)


def ground_of(
    areas: list[Area],
    now: dt.datetime,
    weights: Sequence[Weight],
    start: Position | None,
    reach: Reach | None,
    segments: Sequence[int] | None = None,
) -> Ground:
    """What is open in some areas, or some segments there, as far as it is within reach.

    Raises BadCoordinate where no street is near the start.
    """
    projection, known = _network(areas, reach)
    found = [
        _on_edges(known, some) for some in weighed(_split(areas, reach), now, weights, segments)
    ]
    place = None
    if start is not None:
        xy = projection.forward([start])[0]
        place = _place(known, found[0][0], xy)
        if reach:
            found = [_within(known, *some, xy, reach.metres) for some in found]
    (wanted, worth), (more, extra) = found
    return Ground(
        projection,
        known,
        Pieces(*(np.concatenate(pair) for pair in zip(wanted, more, strict=True))),
        np.concatenate([worth, extra]),
        len(worth),
        place,
    )


def areas_of(codes: Sequence[str]) -> list[Area]:
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


def _within(
    known: WalkingNetwork, wanted: Pieces, worth: Floats, xy: Floats, metres: float
) -> tuple[Pieces, Floats]:
    """The pieces, and their worth, whose street comes within so many metres of x, y."""
    edges = np.unique(wanted.edge)
    if len(edges) == 0:
        return wanted, worth
    lines = [known.network.line(int(edge)) for edge in edges]
    near = np.isin(wanted.edge, edges[shapely.dwithin(lines, shapely.Point(xy), metres)])
    return Pieces(wanted.edge[near], wanted.start_m[near], wanted.end_m[near]), worth[near]


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
