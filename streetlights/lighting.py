"""Light on the streets: stretches that working lamps light, and that a fault leaves dark."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from django.contrib.gis.geos import Polygon
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from numpy.typing import NDArray

from grid.models import Segment
from spatial.intervals import Stretches, difference, stretches
from spatial.lighting import lit
from spatial.projection import LocalProjection
from streetlights.models import Lamp, LampSighting

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
    """The light on segments with these ids (S,), as lamps are known to work now. Two queries."""
    return lights_on(ids, [])[0]


def lights_on(ids: Ints, moments: Sequence[dt.datetime]) -> list[Light]:
    """The light on segments with these ids (S,) at each moment; now where none is given.

    Two queries, and one for each moment.
    """
    lines = dict(Segment.objects.filter(pk__in=ids.tolist()).values_list("pk", "line"))
    if not lines:
        nothing = stretches([], [], [])
        return [Light(nothing, nothing, 0, 0)] * max(len(moments), 1)
    shapes = np.array([shapely.from_wkb(bytes(lines[pk].wkb)) for pk in ids.tolist()], dtype=object)
    west, south, east, north = shapely.total_bounds(shapes)
    box = Polygon.from_bbox((west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN))
    near = Lamp.objects.filter(location__bboverlaps=box)
    rows = list(near.values_list("pk", "location", "reach", "working"))
    plane = LocalProjection.around((west, south, east, north))
    metres = list(plane.project(shapes))
    xy = plane.forward([(place.x, place.y) for _pk, place, _reach, _working in rows])
    reach = np.array([far or USUAL_REACH for _pk, _place, far, _working in rows], dtype=np.float64)
    would = lit(metres, xy, reach)
    found: dict[bytes, Light] = {}
    answer = []
    for then in [working_at(near, moment) for moment in moments] or [{}]:
        works = np.array([then.get(row[0], row[3]) is not False for row in rows], dtype=bool)
        # Few lamps change between two moments, and often none.
        key = works.tobytes()
        if key not in found:
            light = lit(metres, xy[works], reach[works])
            found[key] = Light(light, difference(would, light), len(rows), int((~works).sum()))
        answer.append(found[key])
    return answer


def working_at(lamps: QuerySet[Lamp], moment: dt.datetime) -> dict[int, bool | None]:
    """By lamp, whether it was last seen lit before a moment; only of those seen again since.

    None where nobody had seen it before. One query.
    """
    seen = LampSighting.objects.filter(lamp=OuterRef("pk"))
    before = seen.filter(seen_at__lt=moment).order_by("-seen_at", "-pk").values("state")[:1]
    rows = (
        lamps.filter(Exists(seen.filter(seen_at__gte=moment)))
        .annotate(then=Subquery(before))
        .values_list("pk", "then")
    )
    return {pk: None if state is None else state == LampSighting.State.LIT for pk, state in rows}
