"""What hangs where: lamps, the cable to each, and the circuits around, for a map to correct."""

import json
import math
from typing import Any

from django.contrib.gis.db.models import Extent, LineStringField
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.contrib.gis.geos import Polygon
from django.db.models import Count, F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.scope import Scope
from api.errors import TooMany
from api.features import MOST_FEATURES, PRECISION
from streetlights.models import Cabinet, Circuit, Lamp

#: What lies within so many metres of a circuit may belong to it.
AROUND = 300.0
METRES_OF_DEGREE = 111_320.0


class _MakeLine(Func):
    """Straight from one point to the other; null where one of them is."""

    function = "ST_MakeLine"
    output_field = LineStringField(srid=4326)


def around(circuit: Circuit) -> Q:
    """Places of its community in the box of its lamps and cabinet and 300 m on. One query."""
    lamps = Lamp.objects.filter(fed_by__circuit=circuit).aggregate(box=Extent("location"))["box"]
    x, y = circuit.cabinet.location.coords
    west, south, east, north = lamps or (x, y, x, y)
    high = AROUND / METRES_OF_DEGREE
    wide = high / max(math.cos(math.radians(y)), 0.01)
    box = (min(west, x) - wide, min(south, y) - high, max(east, x) + wide, max(north, y) + high)
    return Q(community=circuit.community_id, location__bboverlaps=Polygon.from_bbox(box))


def wiring(places: Q, covered: Scope) -> dict[str, Any]:
    """Lamps of these places with the cable to each, and the circuits that they or a cabinet have.

    Positions are ``[lon, lat]`` (EPSG:4326), to the centimetre. ``line`` is the route of the cable
    to the lamp, straight where ``routed`` is false, null where the lamp hangs nowhere;
    ``may_change`` whether the member answers for cables there. Two queries.

    Raises TooMany beyond 5,000 lamps.
    """
    lamps = _lamps(places)
    fed_by = {lamp["circuit"] for lamp in lamps} - {None}
    rows = (
        Circuit.objects.filter(
            Q(pk__in=fed_by) | Q(cabinet__in=Cabinet.objects.filter(places).values("pk"))
        )
        .annotate(lamps=Count("sections"))
        .order_by("community", "name")
        .values_list(
            "pk", "name", "draft", "lamps", "cabinet__number", "community__code",
            AsGeoJSON("cabinet__location", precision=PRECISION),
        )
    )  # fmt: skip
    circuits = [
        {
            "id": pk,
            "name": name,
            "cabinet": cabinet,
            "draft": draft,
            "lamps": count,
            "may_change": covered.touches(code),
            "at": json.loads(at)["coordinates"],
        }
        for pk, name, draft, count, cabinet, code, at in rows
    ]
    return {"circuits": circuits, "lamps": lamps}


def _lamps(places: Q) -> list[dict[str, Any]]:
    start = Coalesce("fed_by__from_lamp__location", "fed_by__circuit__cabinet__location")
    line = Coalesce("fed_by__route", _MakeLine(start, "location"))
    rows = list(
        Lamp.objects.filter(places)
        .order_by("pk")
        .annotate(
            before=F("fed_by__from_lamp"),
            at=AsGeoJSON("location", precision=PRECISION),
            line=AsGeoJSON(line, precision=PRECISION),
            routed=Q(fed_by__route__isnull=False),
        )
        .values_list(
            "pk", "number", "osm_id", "at", "fed_by__circuit", "before", "line",
            "routed", "fed_by__metres",
        )[: MOST_FEATURES + 1]
    )  # fmt: skip
    if len(rows) > MOST_FEATURES:
        raise TooMany(
            _("There are more than %s here. Ask for a smaller bbox or area.") % f"{MOST_FEATURES:,}"
        )
    return [
        {
            "id": pk,
            "number": number or osm_id or str(pk),
            "at": json.loads(at)["coordinates"],
            "circuit": circuit,
            "from_lamp": before,
            "line": line and json.loads(line)["coordinates"],
            "routed": routed,
            "metres": metres,
        }
        for pk, number, osm_id, at, circuit, before, line, routed, metres in rows
    ]
