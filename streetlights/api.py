"""``/api/v1/lamps/``: street lights, when they were dark, and what feeds them."""

import datetime as dt
from typing import Any

import numpy as np
from django.contrib.gis.geos import LineString
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import signed_in
from accounts.models import Role
from api.errors import BadInput, NotAllowed
from api.features import FeatureSerializer
from api.input import lon_lat
from grid.api import PlaceViewSet
from grid.metres import projection_of
from grid.responsibility import scope_of
from streetlights.circuits_api import LineSerializer, SectionSerializer, check_wiring
from streetlights.models import Cabinet, Circuit, Lamp, LampSighting

#: Whoever is responsible here may say what they saw, a volunteer and a crew too.
REPORTING = frozenset(Role.values) - {Role.AUDITOR}
#: A tablet's clock runs ahead by so much at most.
AHEAD = dt.timedelta(minutes=10)
MOST_SIGHTINGS = 100
#: The drawn route of a cable comes within so many metres of both its ends.
ROUTE_PASSES = 100.0
MOST_POSITIONS = 1_000


class LampSerializer(FeatureSerializer):
    cell = serializers.CharField(source="cell_code", read_only=True, allow_null=True)
    circuit = serializers.IntegerField(source="circuit_id", read_only=True, allow_null=True)

    class Meta:
        model = Lamp
        geo_field = "location"
        fields = [
            "id",
            "number",
            "name",
            "kind",
            "height",
            "reach",
            "working",
            "working_since",
            "circuit",
            "cell",
            "osm_id",
            "location",
        ]
        read_only_fields = fields


class SightingSerializer(serializers.ModelSerializer):
    class Meta:
        model = LampSighting
        fields = ["id", "state", "seen_at", "source"]
        read_only_fields = ["id", "source"]

    def validate_seen_at(self, seen_at: dt.datetime) -> dt.datetime:
        if seen_at > timezone.now() + AHEAD:
            raise serializers.ValidationError(_("This time lies in the future."))
        if seen_at.year < 2000:
            raise serializers.ValidationError(_("This time lies before 2000."))
        return seen_at


class FeedSerializer(serializers.Serializer):
    """Where a lamp is fed from; ``from_lamp`` null is the circuit's cabinet.

    ``line`` is the way of the cable and ``metres`` its length, where they are known.
    """

    circuit = serializers.PrimaryKeyRelatedField(queryset=Circuit.objects.select_related("cabinet"))
    from_lamp = serializers.PrimaryKeyRelatedField(
        queryset=Lamp.objects.only("number", "osm_id", "location"), allow_null=True
    )
    line = LineSerializer(required=False)
    metres = serializers.FloatField(required=False, min_value=0.1, max_value=100_000)

    def validate_line(self, given: dict[str, Any]) -> LineString:
        positions = [lon_lat(*position) for position in given["coordinates"]]
        if len(set(positions)) < 2 or len(positions) > MOST_POSITIONS:
            raise serializers.ValidationError(_("A route has from 2 to 1,000 positions."))
        return LineString(positions, srid=4326)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        lamp = self.context["lamp"]
        if given["circuit"].community_id != lamp.community_id:
            raise serializers.ValidationError({"circuit": _("This circuit is elsewhere.")})
        start = given["from_lamp"] or given["circuit"].cabinet
        if "line" in given and not _joins(given["line"], start, lamp):
            raise serializers.ValidationError(
                {"line": _("This route leads past what it is to join.")}
            )
        return given


def _joins(line: LineString, start: Lamp | Cabinet, end: Lamp) -> bool:
    """Whether a line (EPSG:4326), drawn either way round, ends near both places."""
    way = projection_of(end.community).forward(line.coords)[[0, -1]]
    places = projection_of(end.community).forward([start.location.coords, end.location.coords])
    off = [np.hypot(*(way[order] - places).T).max() for order in ([0, 1], [1, 0])]
    return bool(min(off) <= ROUTE_PASSES)


class LampViewSet(PlaceViewSet):
    """Streetlights as GeoJSON; height and reach in metres."""

    queryset = Lamp.objects.annotate(circuit_id=F("fed_by__circuit"))
    serializer_class = LampSerializer
    lookup_value_converter = "int"

    @extend_schema(responses=SightingSerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def sightings(self, request: Request, pk: int) -> Response:
        """When it was seen lit or dark, newest first; the last hundred times."""
        lamp = get_object_or_404(Lamp, pk=pk)
        return Response(SightingSerializer(lamp.sightings.all()[:MOST_SIGHTINGS], many=True).data)

    @extend_schema(
        request=SightingSerializer,
        responses={
            201: SightingSerializer,
            403: OpenApiResponse(description="not_allowed: responsible elsewhere"),
            404: OpenApiResponse(description="not_found"),
            409: OpenApiResponse(description="conflict: the other state at the same moment"),
        },
    )
    @sightings.mapping.post
    def see(self, request: Request, pk: int) -> Response:
        """Say that it was lit or dark; the same moment sent again is stored once."""
        lamp = get_object_or_404(Lamp.objects.select_related("cell", "community"), pk=pk)
        member = signed_in(request)
        covers = scope_of(member, timezone.localdate(), roles=REPORTING)
        if not covers.touches((lamp.cell or lamp.community).code):
            raise NotAllowed(_("You may report only lamps where you are responsible."))
        given = SightingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        found = given.validated_data
        sighting = lamp.see(found["state"], at=found["seen_at"], member=member)
        return Response(SightingSerializer(sighting).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        request=FeedSerializer,
        responses={
            200: SectionSerializer,
            403: OpenApiResponse(description="not_allowed: responsible elsewhere, or not for this"),
            404: OpenApiResponse(description="not_found"),
        },
    )
    @action(detail=True, methods=["put"], pagination_class=None, filter_backends=[])
    def feed(self, request: Request, pk: int) -> Response:
        """Hang the lamp, and what lies behind it, on another lamp or on a cabinet."""
        lamp = get_object_or_404(Lamp.objects.select_related("cell", "community"), pk=pk)
        check_wiring(request, (lamp.cell or lamp.community).code)
        given = FeedSerializer(data=request.data, context={"lamp": lamp})
        given.is_valid(raise_exception=True)
        found = given.validated_data
        try:
            section = lamp.hang(
                found["circuit"],
                found["from_lamp"],
                route=found.get("line"),
                metres=found.get("metres"),
            )
        except ValidationError as error:
            raise BadInput(" ".join(error.messages)) from error
        return Response(SectionSerializer(section).data)

    @extend_schema(
        responses={
            204: None,
            403: OpenApiResponse(description="not_allowed: responsible elsewhere, or not for this"),
            404: OpenApiResponse(description="not_found"),
            409: OpenApiResponse(description="conflict: other lamps are fed through this one"),
        },
    )
    @feed.mapping.delete
    def take_down(self, request: Request, pk: int) -> Response:
        """Take the lamp off its circuit; for one that hangs there by mistake."""
        lamp = get_object_or_404(Lamp.objects.select_related("cell", "community"), pk=pk)
        check_wiring(request, (lamp.cell or lamp.community).code)
        lamp.take_down()
        return Response(status=status.HTTP_204_NO_CONTENT)
