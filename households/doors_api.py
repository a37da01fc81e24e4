"""``/api/v1/care/doors/``: for the map, buildings with doors to visit, and what waits in one.

The map gets numbers of doors and no names or addresses; only the card of a building tells doors.
"""

import datetime as dt
import json
from collections import Counter
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON, PointOnSurface
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import signed_in
from api.errors import NotFound
from api.features import PRECISION, refuse_too_many, touches
from api.input import BoxField, Query
from households import due
from households.access import EyesOfMember, must_care
from households.due import When
from households.due_pages import WEEK_DAYS
from households.models import Visit


class DoorsQuery(Query):
    bbox = BoxField()


class DoorsSerializer(serializers.Serializer):
    """A GeoJSON FeatureCollection: points in buildings, with how many doors wait in each.

    ``properties`` are ``overdue``, ``today`` and ``later`` (within seven days).
    """

    type = serializers.CharField(read_only=True)
    features = serializers.ListField(child=serializers.DictField(), read_only=True)


class DoorSerializer(serializers.Serializer):
    """A visit that waits behind a door."""

    visit = serializers.UUIDField(source="pk", read_only=True)
    plan = serializers.UUIDField(source="plan_id", read_only=True)
    inside = serializers.CharField(source="household.door.inside", read_only=True)
    planned_for = serializers.DateField(read_only=True)
    when = serializers.SerializerMethodField()

    def get_when(self, visit: Visit) -> str:
        return due.when(visit, self.context["today"]).name.lower()


class BuildingDoorsSerializer(serializers.Serializer):
    address = serializers.CharField(read_only=True)
    doors = DoorSerializer(many=True, read_only=True)


class DoorsView(EyesOfMember, APIView):
    """Doors with a visit due within seven days, in the member's own cells."""

    @extend_schema(parameters=[DoorsQuery], responses=DoorsSerializer)
    def get(self, request: Request) -> Response:
        """Buildings and numbers. Queries of its own: responsibilities, areas, visits."""
        box, now = DoorsQuery.of(request).get("bbox"), timezone.now()
        today = timezone.localdate(now)
        waiting = due.planned(must_care(signed_in(request), now), now, until=_last(today))
        footprint = "household__door__building__footprint"
        rows = list(
            waiting.filter(
                household__door__building__isnull=False, **touches(box, footprint)
            ).values_list(
                "household__door__building",
                "planned_for",
                AsGeoJSON(PointOnSurface(footprint), precision=PRECISION),
            )
        )
        places, counts = {}, Counter[tuple[int, When]]()
        for building, day, place in rows:
            if place is not None:
                places[building] = place
                counts[building, due.when(Visit(planned_for=day), today)] += 1
        refuse_too_many(len(places))
        features = [
            {
                "type": "Feature",
                "id": building,
                "geometry": json.loads(place),
                "properties": {when.name.lower(): counts[building, when] for when in When},
            }
            for building, place in places.items()
        ]
        return Response({"type": "FeatureCollection", "features": features})


class BuildingDoorsView(EyesOfMember, APIView):
    """The doors of one building with a visit due within seven days, in the member's own cells."""

    @extend_schema(
        operation_id="care_doors_of_building_retrieve", responses=BuildingDoorsSerializer
    )
    def get(self, request: Request, building: int) -> Response:
        """As one walks through it. Not found where nothing waits for this member."""
        now = timezone.now()
        today = timezone.localdate(now)
        waiting = due.planned(must_care(signed_in(request), now), now, until=_last(today))
        visits = sorted(waiting.filter(household__door__building=building), key=due.way_inside)
        if not visits:
            raise NotFound
        content: dict[str, Any] = {
            "address": visits[0].household.door.address,
            "doors": visits,
        }
        return Response(BuildingDoorsSerializer(content, context={"today": today}).data)


def _last(today: dt.date) -> dt.date:
    return today + dt.timedelta(days=WEEK_DAYS - 1)
