"""Choosing a building on a page: by words of its address, or by a tap on the map."""

import json
from collections.abc import Sequence

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.http import HttpRequest
from django.utils.translation import gettext as _

from api.errors import NotFound
from api.input import lon_lat
from grid.models import Area, Building
from households.register import find_buildings, standing

#: A tap may miss a building by so many metres of the map's projection.
TAP = 15.0


def asked_building(request: HttpRequest, areas: list[int]) -> Building | None:
    """The building that the address names, None where it names none.

    Raises NotFound where there is none of this number in these areas.
    """
    number = request.GET.get("building", "")
    if not number:
        return None
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFound
    found = standing(areas).select_related("cell", "community").filter(pk=number)
    building = found.defer(*_shapes("", "cell__", "community__")).first()
    if building is None:
        raise NotFound
    return building


def _shapes(own: str, *areas: str) -> list[str]:
    return [
        f"{own}footprint",
        f"{own}tile_footprint",
        *(f"{area}{shape}" for area in areas for shape in ("geometry", "tile_geometry")),
    ]


def offered(request: HttpRequest, areas: list[int]) -> dict[str, object]:
    """Buildings to choose from, and what was asked for: the context of ``choose.html``."""
    words = request.GET.get("q", "").strip()
    tapped = request.GET.get("lon", "")
    found: Sequence[Building] = []
    if tapped:
        found = _near(Point(*lon_lat(tapped, request.GET.get("lat", "")), srid=4326), areas)
    elif words:
        found = find_buildings(words, areas)
    nothing = ""
    if tapped and not found:
        nothing = _("No building of yours stands there. Tap the middle of a building.")
    elif words and not found:
        nothing = _("No building of yours has these words in its address. Try fewer of them.")
    return {"words": words, "buildings": found, "nothing": nothing, "bounds": _bounds(areas)}


def _bounds(areas: list[int]) -> str:
    """West, south, east and north of the areas as JSON (EPSG:4326), where the map begins."""
    box = Area.objects.filter(pk__in=areas).aggregate(box=Extent("geometry"))["box"]
    return json.dumps(box)


def _near(point: Point, areas: list[int]) -> Sequence[Building]:
    """The building at the point (EPSG:4326), or those a finger's width from it."""
    there = point.transform(3857, clone=True)
    near = standing(areas).filter(tile_footprint__dwithin=(there, TAP))
    ranked = near.annotate(metres=Distance("tile_footprint", there)).order_by("metres", "pk")
    found = list(ranked.select_related("cell").defer(*_shapes("", "cell__"))[:5])
    return found[:1] if found and not found[0].metres else found
