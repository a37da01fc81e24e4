"""The lines that a border may follow, for a page that draws."""

from typing import Any

import numpy as np
import shapely

from grid.divisions.ground import Ground
from grid.divisions.shown import geojson
from grid.models import Segment

#: A line is drawn to this exactness (metres): borders snap to the whole line on the server.
SIMPLE = 0.5


def streets_to_snap(ground: Ground) -> dict[str, Any]:
    """Duty streets with their names, water and railways, simplified, as a FeatureCollection."""
    names = dict(
        Segment.objects.duty()
        .filter(community=ground.community)
        .exclude(street=None)
        .values_list("pk", "street__name")
    )
    flat = shapely.get_dimensions(ground.barriers) == 2
    others = np.append(shapely.boundary(ground.barriers[flat]), ground.barriers[~flat])
    lines = [
        *((line, names.get(pk, ""), "street")
          for pk, line in zip(ground.segments.ids.tolist(), ground.segments.lines, strict=True)),
        *((line, "", "barrier") for line in others),
    ]  # fmt: skip
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": geojson(shapely.simplify(line, SIMPLE), ground.projection),
                "properties": {"name": name, "kind": kind},
            }
            for line, name, kind in lines
        ],
    }
