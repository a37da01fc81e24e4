"""``/api/v1/lamps/`` and ``/api/v1/circuits/``: street lights, and when they were dark."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api import signed_in
from accounts.models import Role
from api.errors import BadInput, NotAllowed
from api.features import FeatureSerializer
from api.input import CodeField, Query
from grid.api import PlaceViewSet, known_area
from grid.models import Level
from grid.responsibility import scope_of
from streetlights.diagnosis import diagnose_circuit
from streetlights.models import Circuit, Lamp, LampSighting

#: Whoever is responsible here may say what they saw, a volunteer and a crew too.
REPORTING = frozenset(Role.values) - {Role.AUDITOR}
#: A tablet's clock runs ahead by so much at most.
AHEAD = dt.timedelta(minutes=10)
MOST_SIGHTINGS = 100
#: Whoever answers for the cables.
WIRING = frozenset({Role.COORDINATOR, Role.LEADER, Role.CREW, Role.ADMINISTRATOR})


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


class LineSerializer(serializers.Serializer):
    """A line as GeoJSON."""

    type = serializers.ChoiceField(["LineString"])
    coordinates = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)
    )


class SectionSerializer(serializers.Serializer):
    """A cable section; ``from_lamp`` is null where it comes from the cabinet."""

    id = serializers.IntegerField()
    number = serializers.CharField(allow_blank=True)
    from_lamp = serializers.IntegerField(source="from_lamp_id", allow_null=True)
    to_lamp = serializers.IntegerField(source="to_lamp_id")
    metres = serializers.FloatField(allow_null=True)
    line = LineSerializer(source="as_line")


class FeedSerializer(serializers.Serializer):
    """Where a lamp is fed from; ``from_lamp`` null is the circuit's cabinet."""

    circuit = serializers.PrimaryKeyRelatedField(queryset=Circuit.objects.all())
    from_lamp = serializers.PrimaryKeyRelatedField(
        queryset=Lamp.objects.only("number", "osm_id"), allow_null=True
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        lamp = self.context["lamp"]
        if given["circuit"].community_id != lamp.community_id:
            raise serializers.ValidationError({"circuit": _("This circuit is elsewhere.")})
        return given


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
        _check_wiring(request, (lamp.cell or lamp.community).code)
        given = FeedSerializer(data=request.data, context={"lamp": lamp})
        given.is_valid(raise_exception=True)
        found = given.validated_data
        try:
            section = lamp.hang(found["circuit"], found["from_lamp"])
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
        _check_wiring(request, (lamp.cell or lamp.community).code)
        lamp.take_down()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _check_wiring(request: Request, code: str) -> None:
    """Raise NotAllowed unless the member answers for the cables of an area."""
    covers = scope_of(signed_in(request), timezone.localdate(), roles=WIRING)
    if not covers.covers(code):
        raise NotAllowed(_("Only coordinators, leaders and crews here may change cables."))


class CircuitSerializer(serializers.ModelSerializer):
    cabinet = serializers.CharField(source="cabinet.number", read_only=True)
    lamps = serializers.IntegerField(read_only=True)

    class Meta:
        model = Circuit
        fields = ["id", "name", "cabinet", "draft", "lamps"]
        read_only_fields = fields


class CircuitDetailSerializer(CircuitSerializer):
    """One circuit with its cable, for the schema."""

    sections = SectionSerializer(many=True, read_only=True)

    class Meta(CircuitSerializer.Meta):
        fields = [*CircuitSerializer.Meta.fields, "sections"]
        read_only_fields = fields


class FaultSerializer(serializers.Serializer):
    """``label`` is what stands on the pole or box; ``between`` names buildings beside a section."""

    kind = serializers.ChoiceField(["lamp", "section", "cabinet"])
    id = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    between = serializers.ListField(child=serializers.CharField(), required=False)


class ExplanationSerializer(serializers.Serializer):
    faults = FaultSerializer(many=True)
    probability = serializers.FloatField(min_value=0, max_value=1)


class DiagnosisSerializer(serializers.Serializer):
    """``left_out`` counts sightings from before the circuit changed."""

    explanations = ExplanationSerializer(many=True)
    look_next = serializers.IntegerField(allow_null=True)
    look_next_number = serializers.CharField(allow_null=True)
    sightings = serializers.IntegerField()
    left_out = serializers.IntegerField()


class CircuitQuery(Query):
    area = CodeField()


class CircuitViewSet(ListModelMixin, GenericViewSet):
    """Circuits: trees of cable sections fed from a cabinet."""

    queryset = Circuit.objects.select_related("cabinet").defer("cabinet__location")
    serializer_class = CircuitSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Circuit]:
        return self.queryset.annotate(lamps=Count("sections")).order_by("community", "name")

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        code = CircuitQuery.of(self.request).get("area")
        if code is None:
            return queryset
        queryset = queryset.filter(community__code__startswith=known_area(code)[: Level.COMMUNITY])
        if len(code) == Level.CELL:
            within = Circuit.objects.filter(sections__to_lamp__cell__code=code)
            queryset = queryset.filter(pk__in=within.values("pk"))
        return queryset

    @extend_schema(parameters=[CircuitQuery])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=CircuitDetailSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One circuit with its cable sections, straight where their route is not known."""
        circuit = get_object_or_404(self.get_queryset(), pk=pk)
        sections = [section for section, _line in circuit.drawn()]
        found = {
            **CircuitSerializer(circuit).data,
            "sections": SectionSerializer(sections, many=True).data,
        }
        return Response(found)

    @extend_schema(
        request=None,
        responses={
            200: CircuitSerializer,
            403: OpenApiResponse(description="not_allowed: responsible elsewhere, or not for this"),
            404: OpenApiResponse(description="not_found"),
            409: OpenApiResponse(description="conflict: no lamps, or some cut off"),
        },
    )
    @action(detail=True, methods=["post"], pagination_class=None, filter_backends=[])
    def confirm(self, request: Request, pk: int) -> Response:
        """Say that the draft was checked; from then on it may point at a cable."""
        circuit = get_object_or_404(self.get_queryset().select_related("community"), pk=pk)
        _check_wiring(request, circuit.community.code)
        circuit.confirm()
        return Response(CircuitSerializer(circuit).data)

    @extend_schema(responses=DiagnosisSerializer)
    @action(detail=True, pagination_class=None, filter_backends=[])
    def diagnosis(self, request: Request, pk: int) -> Response:
        """What may be broken, most probable first, and which lamp to look at next."""
        circuit = get_object_or_404(self.queryset, pk=pk)
        return Response(diagnose_circuit(circuit, now=timezone.now()).as_json())
