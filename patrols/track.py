"""A patrol on the map: its fixes while they are kept, else the stretches of street it covered."""

from typing import Any

import numpy as np
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.db.models import F, Func
from django.db.models.functions import Least

from patrols.gpx import NO_TIME, Fixes
from patrols.ingest import fixes_of
from patrols.models import Patrol, WalkedStretch
from spatial.fixes import CYCLIST_SPEED, RUNNER_SPEED, clean

Feature = dict[str, Any]
PRECISION = 7


class LineSubstring(Func):
    """The part of a line between two shares (0..1) of its length."""

    function = "ST_LineSubstring"
    output_field = models.LineStringField(srid=3857)


def track_of(patrol: Patrol) -> dict[str, Any]:
    """A GeoJSON FeatureCollection (EPSG:4326) of a patrol.

    While the raw track is kept: one feature (``source`` "fixes") for each piece between gaps,
    with the ``times`` (milliseconds since 1970) and ``accuracies`` (metres or null) of its fixes;
    dropped fixes are left out. After that: one feature (``source`` "coverage") for each stretch.
    """
    fixes = fixes_of(patrol)
    features = covered(patrol) if fixes is None else pieces(fixes, patrol.mode)
    return {"type": "FeatureCollection", "features": features}


def pieces(fixes: Fixes, mode: str) -> list[Feature]:
    """One feature for each piece of a track, by the rules that matching has."""
    seconds = np.where(fixes.milliseconds == NO_TIME, np.nan, fixes.milliseconds / 1000)
    lonlat = np.column_stack((fixes.longitudes, fixes.latitudes))
    speed = CYCLIST_SPEED if mode == Patrol.Mode.CYCLE else RUNNER_SPEED
    cleaned = clean(lonlat, seconds, fixes.accuracies, max_speed=speed)
    found = []
    for first, last in zip(cleaned.pieces[:-1], cleaned.pieces[1:], strict=True):
        rows = cleaned.kept[first:last]
        if not len(rows):
            continue
        path = np.round(lonlat[rows], PRECISION).tolist()
        shape = (
            {"type": "LineString", "coordinates": path}
            if len(path) > 1
            else {"type": "Point", "coordinates": path[0]}
        )
        properties = {
            "source": "fixes",
            "times": fixes.milliseconds[rows].tolist(),
            "accuracies": [
                None if np.isnan(metres) else round(metres, 1)
                for metres in fixes.accuracies[rows].tolist()
            ],
        }
        found.append({"type": "Feature", "geometry": shape, "properties": properties})
    return found


def covered(patrol: Patrol) -> list[Feature]:
    """One feature for each stretch of street that the patrol covered. One query."""
    length = F("segment__metres") * 10.0
    share = {"output_field": models.FloatField()}
    # Cut in Mercator, where a short line is stretched evenly; in degrees it is not.
    part = LineSubstring(
        F("segment__tile_line"),
        Least(F("start_dm") / length, 1.0, **share),
        Least(F("end_dm") / length, 1.0, **share),
    )
    rows = (
        WalkedStretch.objects.filter(patrol=patrol)
        .annotate(part=Transform(part, 4326))
        .order_by("walked_at", "pk")
        .values_list("segment_id", "start_dm", "end_dm", "walked_at", "part")
    )
    return [
        {
            "type": "Feature",
            "geometry": {
                "type": shape.geom_type,
                "coordinates": np.round(np.array(shape.coords), PRECISION).tolist(),
            },
            "properties": {
                "source": "coverage",
                "segment": segment,
                "start_m": start / 10,
                "end_m": end / 10,
                "walked_at": at.isoformat(),
            },
        }
        for segment, start, end, at, shape in rows
    ]
