"""``/api/v1/circuits/``: cables, what may be broken in them, and their correction."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api import signed_in
from accounts.models import Role
from accounts.scope import Scope
from api.errors import NotAllowed
from api.features import touches
from api.input import BoxField, CodeField, Query
from grid.api import inside, known_area
from grid.models import Level
from grid.responsibility import scope_of
from streetlights.diagnosis import diagnose_circuit
from streetlights.models import Circuit
from streetlights.wiring import around, wiring

#: Whoever answers for the cables.
WIRING = frozenset({Role.COORDINATOR, Role.LEADER, Role.CREW, Role.ADMINISTRATOR})


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


def wiring_scope(request: Request) -> Scope:
    """Where the member answers for the cables. At most one query."""
    return scope_of(signed_in(request), timezone.localdate(), roles=WIRING)


def check_wiring(request: Request, code: str) -> None:
    """Raise NotAllowed unless the member answers for the cables of an area."""
    if not wiring_scope(request).covers(code):
        raise NotAllowed(_("Only coordinators, leaders and crews here may change cables."))


class CircuitSerializer(serializers.ModelSerializer):
    cabinet = serializers.CharField(source="cabinet.number", read_only=True)
    lamps = serializers.IntegerField(read_only=True)

    class Meta:
        model = Circuit
        fields = ["id", "name", "cabinet", "draft", "lamps"]
        read_only_fields = fields


class CircuitDetailSerializer(CircuitSerializer):
    """One circuit with its cable, for the schema; ``may_change``: the member may correct it."""

    may_change = serializers.BooleanField(read_only=True)
    sections = SectionSerializer(many=True, read_only=True)

    class Meta(CircuitSerializer.Meta):
        fields = [*CircuitSerializer.Meta.fields, "may_change", "sections"]
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


class PositionField(serializers.ListField):
    """``[lon, lat]``."""

    child = serializers.FloatField()


class WiredLampSerializer(serializers.Serializer):
    """A lamp and the cable to it, for the schema; see ``streetlights.wiring``."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    at = PositionField()
    circuit = serializers.IntegerField(allow_null=True)
    from_lamp = serializers.IntegerField(allow_null=True)
    line = serializers.ListField(child=PositionField(), allow_null=True)
    routed = serializers.BooleanField()
    metres = serializers.FloatField(allow_null=True)


class WiredCircuitSerializer(CircuitSerializer):
    """A circuit with the place of its cabinet, for the schema."""

    may_change = serializers.BooleanField(read_only=True)
    at = PositionField(read_only=True)

    class Meta(CircuitSerializer.Meta):
        fields = [*CircuitSerializer.Meta.fields, "may_change", "at"]
        read_only_fields = fields


class WiringSerializer(serializers.Serializer):
    """Lamps and circuits of a part of the map, for the schema."""

    circuits = WiredCircuitSerializer(many=True)
    lamps = WiredLampSerializer(many=True)


class CircuitQuery(Query):
    area = CodeField()


class WiringQuery(Query):
    bbox = BoxField()
    area = CodeField()
    circuit = serializers.IntegerField(
        required=False, min_value=1, help_text="Everything within 300 m of this circuit"
    )


class CircuitViewSet(ListModelMixin, GenericViewSet):
    """Circuits: trees of cable sections fed from a cabinet; drafts come first."""

    queryset = Circuit.objects.select_related("cabinet").defer("cabinet__location")
    serializer_class = CircuitSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Circuit]:
        # A draft waits for somebody.
        counted = self.queryset.annotate(lamps=Count("sections"))
        return counted.order_by("-draft", "community", "name")

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
        circuit = get_object_or_404(self.get_queryset().select_related("community"), pk=pk)
        sections = [section for section, _line in circuit.drawn()]
        found = {
            **CircuitSerializer(circuit).data,
            "may_change": wiring_scope(request).touches(circuit.community.code),
            "sections": SectionSerializer(sections, many=True).data,
        }
        return Response(found)

    @extend_schema(parameters=[WiringQuery], responses=WiringSerializer)
    @action(detail=False, pagination_class=None, filter_backends=[])
    def wiring(self, request: Request) -> Response:
        """What hangs where: lamps with the cable to each, and the circuits around."""
        asked = WiringQuery.of(request)
        places = inside(asked.get("area")) & Q(**touches(asked.get("bbox"), "location"))
        if "circuit" in asked:
            circuit = get_object_or_404(
                Circuit.objects.select_related("cabinet"), pk=asked["circuit"]
            )
            places &= around(circuit)
        return Response(wiring(places, wiring_scope(request)))

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
        check_wiring(request, circuit.community.code)
        circuit.confirm()
        return Response(CircuitSerializer(circuit).data)

    @extend_schema(responses=DiagnosisSerializer)
    @action(detail=True, pagination_class=None, filter_backends=[])
    def diagnosis(self, request: Request, pk: int) -> Response:
        """What may be broken, most probable first, and which lamp to look at next."""
        circuit = get_object_or_404(self.queryset, pk=pk)
        return Response(diagnose_circuit(circuit, now=timezone.now()).as_json())
