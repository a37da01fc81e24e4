"""Checks of untrusted numbers, positions and codes, before anything reaches a lookup.

Positions are longitude, latitude in degrees (EPSG:4326), in this order.
"""

import datetime as dt
import math
import re
from typing import Any

from django.contrib.gis.geos import Point, Polygon
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from api.errors import BadCoordinate, UnknownArea

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_CODE = re.compile(r"\d{4}|\d{6}|\d{9}|\d{12}|\d{15}", re.ASCII)


def number(value: object, name: str) -> float:
    """A finite number from a query's text or from JSON; raises BadCoordinate."""
    found = math.nan
    if isinstance(value, str):
        if len(value) <= 60 and _NUMBER.fullmatch(value.strip()):
            found = float(value)
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300:
        found = float(value)
    if not math.isfinite(found):
        raise BadCoordinate(_("%(name)s must be a number in degrees.") % {"name": name})
    return found


def lon_lat(lon: object, lat: object) -> tuple[float, float]:
    """A position on Earth; raises BadCoordinate, with a hint where the two look swapped."""
    x, y = number(lon, "lon"), number(lat, "lat")
    if abs(x) <= 180 and abs(y) <= 90:
        return x, y
    if abs(y) <= 180 and abs(x) <= 90:
        raise swapped()
    raise BadCoordinate(
        _("A longitude lies between -180 and 180 degrees, a latitude between -90 and 90.")
    )


def swapped() -> BadCoordinate:
    """The refusal of a position whose latitude came first."""
    return BadCoordinate(
        _("Latitude and longitude look swapped: longitude comes first, like 24.94,60.17.")
    )


def box(text: str) -> Polygon:
    """``W,S,E,N`` in degrees as a Polygon (EPSG:4326); raises BadCoordinate."""
    parts = text.split(",")
    if len(parts) != 4:
        raise BadCoordinate(_("bbox needs four numbers: west,south,east,north."))
    west, south = lon_lat(parts[0], parts[1])
    east, north = lon_lat(parts[2], parts[3])
    if west > east:
        raise BadCoordinate(
            _("bbox has its west beyond its east. A box over the 180° meridian: ask in two halves.")
        )
    if south > north:
        raise BadCoordinate(_("bbox has its south beyond its north: west,south,east,north."))
    if west == east or south == north:
        raise BadCoordinate(_("bbox has no area: west,south,east,north."))
    return Polygon.from_bbox((west, south, east, north))


def area_code(text: str) -> str:
    """A code of the right shape; whether an area has it is another question."""
    if not _CODE.fullmatch(text):
        raise UnknownArea(
            _("No area has the code %s. Codes have 4, 6, 9, 12 or 15 digits.") % text[:20]
        )
    return text


class LongitudeField(serializers.FloatField):
    """``lon`` of a query; the pair is checked together by ``PointQuery``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=-180, max_value=180, help_text="Longitude, degrees (WGS 84)", **options
        )

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return self._kept(data, "lon")

    def _kept(self, data: Any, name: str) -> float:
        if data is serializers.empty and not self.required:
            raise serializers.SkipField
        if data is serializers.empty or data == "":
            raise BadCoordinate(_("Both lon and lat are needed."))
        return number(data, name)


class LatitudeField(LongitudeField):
    def __init__(self, **options: Any) -> None:
        serializers.FloatField.__init__(
            self, min_value=-90, max_value=90, help_text="Latitude, degrees (WGS 84)", **options
        )

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return self._kept(data, "lat")


class BoxField(serializers.CharField):
    """``bbox=W,S,E,N``; gives a Polygon."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            help_text="west,south,east,north in degrees (WGS 84)", required=False, **options
        )

    def to_internal_value(self, data: Any) -> Polygon:  # type: ignore[override]
        return box(super().to_internal_value(data))


class CodeField(serializers.CharField):
    """The code of an area, a prefix of the codes of everything inside it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "Code of an area: 4, 6, 9, 12 or 15 digits")
        super().__init__(required=False, **options)

    def to_internal_value(self, data: Any) -> str:
        return area_code(super().to_internal_value(data))


class DayField(serializers.DateField):
    """A day that arithmetic with days cannot carry out of the calendar."""

    FIRST, LAST = dt.date(1970, 1, 1), dt.date(2199, 12, 31)

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def to_internal_value(self, value: Any) -> dt.date:
        day = super().to_internal_value(value)
        if not self.FIRST <= day <= self.LAST:
            raise serializers.ValidationError(_("The day must lie between 1970 and 2199."))
        return day


class Query(serializers.Serializer):
    """What a list can be asked for; its fields are the schema's parameters."""

    @classmethod
    def of(cls, request: Request) -> dict[str, Any]:
        """The checked parameters that were given; an empty one counts as not given.

        Raises a ValidationError that names the parameters at fault, or a field's own error.
        """
        given = {name: value for name, value in request.query_params.items() if value != ""}
        query = cls(data=given, context={"request": request})
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)


class PointQuery(Query):
    lon = LongitudeField()
    lat = LatitudeField()

    @classmethod
    def point(cls, request: Request) -> Point:
        """The place asked for (EPSG:4326)."""
        asked = cls.of(request)
        return Point(*lon_lat(asked["lon"], asked["lat"]), srid=4326)


class PlaceQuery(Query):
    """Places by box, by area, by kind."""

    bbox = BoxField()
    area = CodeField()
    kind = serializers.CharField(
        required=False, max_length=60, help_text="Only of this kind, like library or apartments"
    )
