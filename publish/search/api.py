"""``/api/v1/search/``: what the search box of the map asks."""

from typing import Any

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import signed_in
from api.errors import BadCoordinate
from api.input import CodeField, Query, lon_lat
from publish.search.finding import find

#: Longer than any address.
MOST_LETTERS = 100


class NearField(serializers.CharField):
    """``lon,lat``; gives a Point (EPSG:4326)."""

    def to_internal_value(self, data: Any) -> Point:  # type: ignore[override]
        parts = super().to_internal_value(data).split(",")
        if len(parts) != 2:
            raise BadCoordinate(_("near needs two numbers: longitude,latitude."))
        return Point(*lon_lat(*parts), srid=4326)


class SearchQuery(Query):
    q = serializers.CharField(required=False, max_length=MOST_LETTERS, help_text="What was typed")
    near = NearField(
        required=False, max_length=60, help_text="lon,lat: the nearest first among equals"
    )
    area = CodeField(help_text="Only what lies in this area")


class FoundSerializer(serializers.Serializer):
    kind = serializers.CharField()
    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    rank = serializers.IntegerField(help_text="0 the name, 1 its beginning, 2 a part, 3 alike")
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    bounds = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    area = serializers.CharField(allow_blank=True)
    area_name = serializers.CharField(allow_blank=True)


class GroupSerializer(serializers.Serializer):
    kind = serializers.CharField()
    found = FoundSerializer(many=True)


class SearchAnswerSerializer(serializers.Serializer):
    groups = GroupSerializer(many=True)


class Search(APIView):
    """Streets, houses, lamps, areas, service points, members and cases, also in pinyin."""

    @extend_schema(parameters=[SearchQuery], responses=SearchAnswerSerializer, tags=["map"])
    def get(self, request: Request) -> Response:
        asked = SearchQuery.of(request)
        if "q" not in asked:
            return Response({"groups": []})
        groups = find(
            asked["q"],
            signed_in(request),
            timezone.localdate(),
            near=asked.get("near"),
            area=asked.get("area", ""),
        )
        return Response({"groups": groups})
