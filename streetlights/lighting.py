"""Light on the streets: stretches that working lamps light, and that a fault leaves dark."""

from dataclasses import dataclass

import numpy as np
import shapely
from django.contrib.gis.geos import Polygon
from numpy.typing import NDArray

from grid.models import Segment
from spatial.intervals import Stretches, difference, stretches
from spatial.lighting import lit
from spatial.projection import LocalProjection
from streetlights.models import Lamp

Ints = NDArray[np.int64]

#: How far (metres) a lamp lights the ground where its own reach is not known: a pole of 6 to 8 m.
USUAL_REACH = 15.0
#: Lamps so far (degrees) beyond the streets may still light them; more than any reach.
MARGIN = 0.004


@dataclass(frozen=True, eq=False)
class Light:
    """Normal sets of stretches; ``segment`` is an index into the ids that were asked about.

    A lamp counts as working until somebody saw it dark. ``faulty`` is what lamps would light that
    do not work, and no other lamp does.
    """

    lit: Stretches
    faulty: Stretches
    lamps: int
    dark_lamps: int


def light_on(ids: Ints) -> Light:
    """The light on segments with these ids (S,). Two queries."""
    lines = dict(Segment.objects.filter(pk__in=ids.tolist()).values_list("pk", "line"))
    if not lines:
        nothing = stretches([], [], [])
        return Light(nothing, nothing, 0, 0)
    shapes = np.array([shapely.from_wkb(bytes(lines[pk].wkb)) for pk in ids.tolist()], dtype=object)
    west, south, east, north = shapely.total_bounds(shapes)
    box = Polygon.from_bbox((west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN))
    rows = list(
        Lamp.objects.filter(location__bboverlaps=box).values_list("location", "reach", "working")
    )
    plane = LocalProjection.around((west, south, east, north))
    metres = list(plane.project(shapes))
    xy = plane.forward([(place.x, place.y) for place, _reach, _working in rows])
    reach = np.array([far or USUAL_REACH for _place, far, _working in rows], dtype=np.float64)
    works = np.array([working is not False for _place, _reach, working in rows], dtype=bool)
    light = lit(metres, xy[works], reach[works])
    would = lit(metres, xy, reach)
    return Light(light, difference(would, light), len(rows), int((~works).sum()))
