"""Checks of untrusted GeoJSON geometries: refused with the place of the fault, never repaired."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from django.contrib.gis.geos import (
    GEOSGeometry,
    LineString,
    MultiLineString,
    MultiPolygon,
    Point,
    Polygon,
)
from django.utils.translation import gettext as _

from api.errors import BadGeometry
from api.input import lon_lat

Position = tuple[float, float]
MOST_POSITIONS = 200_000


def geometry(value: Any, *kinds: str) -> GEOSGeometry:
    """The 2D geometry (EPSG:4326) of a GeoJSON object whose type is one of ``kinds``.

    Heights (a third number) are dropped. Raises BadGeometry for open rings, rings that cross
    themselves, empty shapes, shapes over the 180° meridian, or a ``crs`` (GeoJSON is WGS 84);
    BadCoordinate for positions that are not on Earth.
    """
    if not isinstance(value, dict):
        raise BadGeometry(_("A shape is a GeoJSON object with type and coordinates."))
    if "crs" in value:
        raise BadGeometry(_("GeoJSON is in WGS 84; leave the crs out and convert the positions."))
    kind = value.get("type")
    if kind not in kinds or kind not in _MAKERS:
        raise BadGeometry(_("The shape must be one of: %s.") % ", ".join(kinds))
    shape = _MAKERS[kind](value.get("coordinates"))
    shape.srid = 4326
    if shape.empty:
        raise BadGeometry(_("The shape is empty."))
    if shape.num_coords > MOST_POSITIONS:
        raise BadGeometry(_("The shape has more than %s positions.") % f"{MOST_POSITIONS:,}")
    west, _south, east, _north = shape.extent
    if east - west > 180:
        raise BadGeometry(_("The shape runs over the 180° meridian; split it there."))
    if not shape.valid:
        raise BadGeometry(_("The shape is not valid: %s.") % shape.valid_reason)
    return shape


def _list(value: Any, least: int) -> list[Any]:
    if not isinstance(value, list):
        raise BadGeometry(_("coordinates must be lists of positions."))
    if len(value) < least:
        raise BadGeometry(
            _("The shape has too few positions: %(found)d where %(least)d are needed.")
            % {"found": len(value), "least": least}
        )
    return value


def _position(value: Any) -> Position:
    if not isinstance(value, list) or len(value) not in (2, 3, 4):
        raise BadGeometry(_("A position is [longitude, latitude]."))
    if any(isinstance(part, str) for part in value):
        raise BadGeometry(_("A position is [longitude, latitude], numbers without quotes."))
    return lon_lat(value[0], value[1])


def _path(value: Any, least: int = 2) -> list[Position]:
    path = [_position(part) for part in _list(value, least)]
    if all(a == b for a, b in pairwise(path)):
        raise BadGeometry(_("All positions of a line are the same."))
    return path


def _polygon(value: Any) -> Polygon:
    rings = []
    for part in _list(value, 1):
        ring = _path(part, least=4)
        if ring[0] != ring[-1]:
            raise BadGeometry(_("A ring is open: its last position must be its first."))
        rings.append(ring)
    return Polygon(*rings)


_MAKERS: dict[Any, Callable[[Any], GEOSGeometry]] = {
    "Point": lambda value: Point(*_position(value)),
    "LineString": lambda value: LineString(_path(value)),
    "MultiLineString": lambda value: MultiLineString(
        [LineString(_path(part)) for part in _list(value, 1)]
    ),
    "Polygon": _polygon,
    "MultiPolygon": lambda value: MultiPolygon([_polygon(part) for part in _list(value, 1)]),
}
