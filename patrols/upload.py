"""A patrol as a program sends it: every fix checked before anything is stored."""

import datetime as dt
import math
from collections import defaultdict
from typing import Any

import numpy as np
from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.errors import MOST_FIELDS, BadCoordinate, BadTrack
from api.input import lon_lat
from grid.api import refuse_swapped
from patrols.gpx import Fixes
from patrols.models import Patrol, Team

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)
#: A clock may be off by years and is believed to be; it is not off by centuries.
LAST_MILLISECOND = int(dt.datetime(2200, 1, 1, tzinfo=dt.UTC).timestamp() * 1000)
#: Accuracies beyond half the Earth's girth are no accuracies.
MOST_METRES = 20_000_000


class FixSerializer(serializers.Serializer):
    """One fix, for the schema; ``read_fixes`` reads 100,000 of them in a second."""

    lon = serializers.FloatField(min_value=-180, max_value=180)
    lat = serializers.FloatField(min_value=-90, max_value=90)
    at = serializers.DateTimeField(help_text="With its offset, or milliseconds since 1970")
    accuracy = serializers.FloatField(
        required=False, allow_null=True, min_value=0, max_value=MOST_METRES, help_text="Metres"
    )


def _time(value: object) -> int:
    """Milliseconds since 1970 of a time with offset, or of a number of them."""
    if isinstance(value, str):
        try:
            when = dt.datetime.fromisoformat(value)
        except ValueError:
            when = None
        if when is None or when.tzinfo is None:
            raise BadTrack(_("The time must look like 2026-05-04T09:14:00+08:00."))
        found = (when - _EPOCH) // _MILLISECOND
    elif isinstance(value, int) and not isinstance(value, bool):
        found = value
    else:
        raise BadTrack(_("The time must look like 2026-05-04T09:14:00+08:00."))
    if not 0 <= found < LAST_MILLISECOND:
        raise BadTrack(_("The time lies before 1970 or after 2199."))
    return found


def _accuracy(value: object) -> float:
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float) or value > MOST_METRES:
        raise BadTrack(_("The accuracy must be a number of metres."))
    if value < 0:
        raise BadTrack(_("An accuracy is never below 0. Leave out fixes that are not valid."))
    return float(value)


def _position(fix: dict[str, Any]) -> tuple[float, float]:
    lon, lat = fix.get("lon"), fix.get("lat")
    if isinstance(lon, str) or isinstance(lat, str):
        raise BadCoordinate(_("Longitude and latitude are numbers without quotes."))
    return lon_lat(lon, lat)


def read_fixes(rows: object) -> Fixes:
    """The fixes of a request as arrays.

    Raises BadTrack that names the faults of the first twenty bad fixes by path (``fixes.3.lon``),
    or with a hint where the middle of the track lies in an area once turned round.
    """
    if not isinstance(rows, list) or not rows:
        raise BadTrack(_("A patrol needs fixes: a list of lon, lat, at and accuracy."))
    faults: dict[str, list[str]] = defaultdict(list)
    columns: list[tuple[float, float, int, float]] = []
    for index, fix in enumerate(rows):
        if len(faults) >= MOST_FIELDS:
            break
        part = ""
        try:
            if not isinstance(fix, dict):
                raise BadTrack(_("A fix is an object with lon, lat, at and accuracy."))
            part = ".lon"
            lon, lat = _position(fix)
            part = ".at"
            when = _time(fix.get("at"))
            part = ".accuracy"
            columns.append((lon, lat, when, _accuracy(fix.get("accuracy"))))
        except (BadTrack, BadCoordinate) as error:
            faults[f"fixes.{index}{part}"].append(str(error))
    if faults:
        raise BadTrack(_("Some fixes are not valid; nothing was stored."), fields=dict(faults))
    lons, lats, times, accuracies = zip(*columns, strict=True)
    _refuse_turned(lons, lats)
    return Fixes(
        np.array(lons, dtype=np.float64),
        np.array(lats, dtype=np.float64),
        np.array(times, dtype=np.int64),
        np.array(accuracies, dtype=np.float64),
    )


def _refuse_turned(lons: tuple[float, ...], lats: tuple[float, ...]) -> None:
    """Raise BadTrack where the middle fix lies in an area only with its axes changed over."""
    middle = len(lons) // 2
    try:
        refuse_swapped(Point(lons[middle], lats[middle], srid=4326))
    except BadCoordinate as error:
        raise BadTrack(str(error)) from error


@extend_schema_field(FixSerializer(many=True))
class FixesField(serializers.Field):
    """``fixes`` of a new patrol."""

    def to_internal_value(self, data: Any) -> Fixes:
        return read_fixes(data)


class NewPatrolSerializer(serializers.Serializer):
    """A patrol to take in.

    ``id`` is made by the client, so that an upload cut off before its answer can be sent again.
    """

    id = serializers.UUIDField(required=False, help_text="Made by the client, kept by the server")
    started_at = serializers.DateTimeField(
        required=False, help_text="When Start was pressed; the first fix counts without it"
    )
    mode = serializers.ChoiceField(Patrol.Mode.choices, default=Patrol.Mode.FOOT)
    team = serializers.SlugRelatedField(
        slug_field="name",
        queryset=Team.objects.all(),
        required=False,
        allow_null=True,
        help_text="Name of a patrol team",
    )
    nothing_wrong = serializers.BooleanField(
        default=False,
        help_text="Nothing on the way needs mending; can be said and taken back later too",
    )
    fixes = FixesField()
