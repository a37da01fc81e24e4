"""``/api/v1/``: areas, streets, buildings, service points, who is responsible, who am I.

Places are open to every member who is signed in; what is personal is filtered by scope.
"""

from typing import Any

from django.contrib.gis.db.models import Collect
from django.contrib.gis.geos import Point, Polygon
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api import signed_in
from api.errors import UnknownArea
from api.features import FeatureList, touches
from api.input import (
    BoxField,
    CodeField,
    PlaceQuery,
    PointQuery,
    Query,
    area_code,
    swapped,
)
from grid.models import Area, Building, Level, Responsibility, ServicePoint, Street
from grid.responsibility import chain_at, scope_of
from grid.serializers import (
    LEVELS,
    AreaDetailSerializer,
    AreaSerializer,
    BuildingSerializer,
    ChainSerializer,
    MeSerializer,
    ServicePointSerializer,
    StreetDetailSerializer,
    StreetSerializer,
)


def known_area(code: str) -> str:
    """The code of a current area; raises UnknownArea. One query."""
    if not Area.objects.current().filter(code=area_code(code)).exists():
        raise UnknownArea(_("No area has the code %s.") % code)
    return code


def inside(code: str | None) -> Q:
    """Places of a community or above by its code, of a cell by their cell; all for None."""
    if code is None:
        return Q()
    if len(known_area(code)) == Level.CELL:
        return Q(cell__code=code)
    return Q(community__code__startswith=code)


def refuse_swapped(place: Point | Polygon) -> None:
    """Refuse a place (or box) in no area that would touch one with its axes changed over.

    At most two queries. Raises BadCoordinate with the hint.
    """
    west, south, east, north = place.extent
    if max(-west, east) > 90 or Area.objects.current().filter(geometry__intersects=place).exists():
        return
    turned = (
        Point(south, west, srid=4326)
        if isinstance(place, Point)
        else Polygon.from_bbox((south, west, north, east))
    )
    if Area.objects.current().filter(geometry__intersects=turned).exists():
        raise swapped()


class AreaQuery(Query):
    level = serializers.ChoiceField(list(LEVELS), required=False)
    inside = CodeField(help_text="Code of an area: itself and everything below it")
    bbox = BoxField()


class AreaViewSet(ListModelMixin, GenericViewSet):
    """Areas in force, from the city down to the cells."""

    queryset = Area.objects.current().defer("geometry", "tile_geometry")
    serializer_class = AreaSerializer
    lookup_field = "code"
    lookup_value_converter = "str"

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        asked = AreaQuery.of(self.request)
        queryset = queryset.filter(**touches(asked.get("bbox"), "geometry"))
        if "level" in asked:
            queryset = queryset.filter(level=LEVELS[asked["level"]])
        if "inside" in asked:
            queryset = queryset.filter(code__startswith=known_area(asked["inside"]))
        return queryset.order_by("code")

    @extend_schema(parameters=[AreaQuery])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().list(request, *args, **kwargs)
        if not response.data["count"] and (asked := AreaQuery.of(request).get("bbox")):
            refuse_swapped(asked)
        return response

    @extend_schema(responses=AreaDetailSerializer)
    def retrieve(self, request: Request, code: str) -> Response:
        """One area, a retired one too, with its boundary."""
        area = Area.objects.defer("tile_geometry").filter(code=area_code(code)).first()
        if area is None:
            raise UnknownArea(_("No area has the code %s.") % code)
        return Response(AreaDetailSerializer(area).data)


class StreetQuery(Query):
    area = CodeField()
    search = serializers.CharField(
        required=False, max_length=100, help_text="Part of a name, in any of its languages"
    )


class StreetViewSet(ListModelMixin, GenericViewSet):
    """Named streets and alleys."""

    queryset = Street.objects.all()
    #: Which segments make the street's length.
    counted = Q(segments__duty=True, segments__removed_on=None)
    serializer_class = StreetSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Street]:
        return self.queryset.annotate(
            community_code=F("community__code"),
            segment_count=Count("segments", filter=self.counted),
            metres=Sum("segments__metres", filter=self.counted, default=0.0),
        ).order_by("name", "pk")

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        asked = StreetQuery.of(self.request)
        if word := asked.get("search"):
            queryset = queryset.filter(
                Q(name__icontains=word) | Q(name_zh__icontains=word) | Q(name_en__icontains=word)
            )
        if code := asked.get("area"):
            community = known_area(code)[: Level.COMMUNITY]
            queryset = queryset.filter(community__code__startswith=community)
            if len(code) == Level.CELL:
                in_cell = Street.objects.filter(segments__cell_stretches__cell__code=code)
                queryset = queryset.filter(pk__in=in_cell.values("pk"))
        return queryset

    @extend_schema(parameters=[StreetQuery])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=StreetDetailSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One street with its line, its segments, and who is responsible for it today."""
        rows = self.get_queryset().annotate(
            geometry=Collect("segments__line", filter=self.counted),
            segment_ids=ArrayAgg(
                "segments__pk", filter=self.counted, order_by="segments__pk", default=Value([])
            ),
        )
        street = get_object_or_404(rows, pk=pk)
        return Response(StreetDetailSerializer(street).data)


class PlaceViewSet(FeatureList):
    """What lies in a cell of a community, as GeoJSON; by box, area and kind."""

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        asked = PlaceQuery.of(self.request)
        position = self.position
        queryset = queryset.filter(inside(asked.get("area")))
        queryset = queryset.filter(**touches(asked.get("bbox"), position))
        if "kind" in asked:
            queryset = queryset.filter(kind=asked["kind"])
        return queryset.annotate(cell_code=F("cell__code")).order_by("pk")

    @extend_schema(parameters=[PlaceQuery])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().list(request, *args, **kwargs)
        if not response.data["features"] and (asked := PlaceQuery.of(request).get("bbox")):
            refuse_swapped(asked)
        return response


class BuildingViewSet(PlaceViewSet):
    """Buildings as GeoJSON; ``households`` is the number of dwellings, tagged or estimated."""

    position = "footprint"
    queryset = Building.objects.defer("tile_footprint")
    serializer_class = BuildingSerializer


class ServicePointViewSet(PlaceViewSet):
    """Places that serve residents, as GeoJSON."""

    queryset = ServicePoint.objects.all()
    serializer_class = ServicePointSerializer


class ResponsibleView(GenericAPIView):
    """Who is responsible at a place, from its cell up to the city."""

    serializer_class = ChainSerializer
    pagination_class = None

    @extend_schema(parameters=[PointQuery])
    def get(self, request: Request) -> Response:
        point = PointQuery.point(request)
        chain = chain_at(point, timezone.localdate())
        if not chain:
            refuse_swapped(point)
        return Response(ChainSerializer({"chain": chain}).data)


class MeView(GenericAPIView):
    """The signed-in member: roles, responsibilities today, and which areas they cover."""

    serializer_class = MeSerializer
    pagination_class = None

    def get(self, request: Request) -> Response:
        member, today = signed_in(request), timezone.localdate()
        held = list(
            Responsibility.objects.on(today)
            .filter(member=member)
            .annotate(area_code=F("area__code"), area_name=F("area__name"))
            .order_by("role", "pk")
        )
        scope = scope_of(member, today)
        found = {
            "member": member,
            "roles": sorted({one.role for one in held}),
            "responsibilities": held,
            "scope": {"everywhere": scope.everywhere, "prefixes": sorted(scope.prefixes)},
        }
        return Response(MeSerializer(found).data)
