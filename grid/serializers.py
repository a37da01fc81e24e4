"""What the API shows of areas, streets and places."""

from typing import Any

from django.contrib.gis.db import models
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.contrib.rest_framework_gis import build_geo_schema
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework_gis.fields import GeometryField

from accounts.api import MemberSerializer
from accounts.models import Role
from api.features import PRECISION, FeatureSerializer
from grid.models import Area, Building, Level, Responsibility, ServicePoint, Street

LEVELS = {level.name.lower(): level for level in Level}


@extend_schema_field(serializers.ChoiceField(list(LEVELS)))
class LevelField(serializers.Field):
    """A level by its name: city, district, subdistrict, community, cell."""

    def to_representation(self, value: int) -> str:
        return Level(value).name.lower()


def today() -> QuerySet[Responsibility]:
    """Responsibilities in force today, with their members."""
    held = Responsibility.objects.on(timezone.localdate())
    return held.select_related("member").order_by("role", "starts_on", "pk")


class AreaSerializer(serializers.ModelSerializer):
    level = LevelField(read_only=True)
    parent = serializers.CharField(source="parent_code", read_only=True, allow_null=True)  # type: ignore[assignment]

    class Meta:
        model = Area
        fields = ["code", "level", "name", "parent", "households", "fixed"]
        read_only_fields = fields


class ResponsibilitySerializer(serializers.ModelSerializer):
    """Who is responsible, in which role, since when."""

    member = MemberSerializer(read_only=True)
    role = serializers.ChoiceField(Role.choices, read_only=True)

    class Meta:
        model = Responsibility
        fields = ["member", "role", "starts_on", "ends_on"]
        read_only_fields = fields


class AreaDetailSerializer(AreaSerializer):
    """One area with its boundary, who is responsible today, and the areas one level below."""

    geometry = GeometryField(precision=PRECISION, read_only=True)
    responsible = serializers.SerializerMethodField()
    children = serializers.SerializerMethodField()

    class Meta(AreaSerializer.Meta):
        fields = [
            *AreaSerializer.Meta.fields,
            "retired_on",
            "geometry",
            "responsible",
            "children",
        ]
        read_only_fields = fields

    @extend_schema_field(ResponsibilitySerializer(many=True))
    def get_responsible(self, area: Area) -> Any:
        return ResponsibilitySerializer(today().filter(area=area), many=True).data

    @extend_schema_field(AreaSerializer(many=True))
    def get_children(self, area: Area) -> Any:
        below = [level for level in Level.values if level > area.level]
        rows = Area.objects.current().inside(area.code).filter(level__in=below[:1])
        return AreaSerializer(rows.defer("geometry", "tile_geometry"), many=True).data


class LinkSerializer(serializers.Serializer):
    """One level of the chain of responsibility at a place."""

    area = AreaSerializer(read_only=True)
    responsible = ResponsibilitySerializer(source="held", many=True, read_only=True)


class ChainSerializer(serializers.Serializer):
    """From the cell up to the city; empty where no area is known."""

    chain = LinkSerializer(many=True, read_only=True)


class StreetSerializer(serializers.ModelSerializer):
    """``metres`` counts the street once, without its sidewalks."""

    community = serializers.CharField(source="community_code", read_only=True)
    segments = serializers.IntegerField(source="segment_count", read_only=True)
    metres = serializers.FloatField(read_only=True)

    class Meta:
        model = Street
        fields = ["id", "name", "name_zh", "name_en", "community", "segments", "metres"]
        read_only_fields = fields


class LinesField(GeometryField):
    """A MultiLineString that no model field stores."""


class LinesFieldSchema(OpenApiSerializerFieldExtension):
    target_class = LinesField
    priority = 1  # before the extension that asks the model

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        return build_geo_schema(models.MultiLineStringField())


class StreetDetailSerializer(StreetSerializer):
    """One street with its line, its segments, and who is responsible for it today."""

    geometry = LinesField(precision=PRECISION, read_only=True, allow_null=True)
    segment_ids = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    responsible = serializers.SerializerMethodField()

    class Meta(StreetSerializer.Meta):
        fields = [*StreetSerializer.Meta.fields, "geometry", "segment_ids", "responsible"]
        read_only_fields = fields

    @extend_schema_field(ResponsibilitySerializer(many=True))
    def get_responsible(self, street: Street) -> Any:
        return ResponsibilitySerializer(today().filter(street=street), many=True).data


class BuildingSerializer(FeatureSerializer):
    cell = serializers.CharField(source="cell_code", read_only=True, allow_null=True)

    class Meta:
        model = Building
        geo_field = "footprint"
        fields = [
            "id",
            "name",
            "kind",
            "street_name",
            "number",
            "levels",
            "flats",
            "households",
            "cell",
            "osm_id",
            "footprint",
        ]
        read_only_fields = fields


class ServicePointSerializer(FeatureSerializer):
    cell = serializers.CharField(source="cell_code", read_only=True, allow_null=True)

    class Meta:
        model = ServicePoint
        geo_field = "location"
        fields = ["id", "name", "kind", "cell", "osm_id", "location"]
        read_only_fields = fields


class HeldSerializer(serializers.ModelSerializer):
    """A responsibility from its holder's side."""

    area = serializers.CharField(source="area_code", read_only=True, allow_null=True)
    area_name = serializers.CharField(read_only=True, allow_null=True)
    street = serializers.IntegerField(source="street_id", read_only=True, allow_null=True)
    role = serializers.ChoiceField(Role.choices, read_only=True)

    class Meta:
        model = Responsibility
        fields = ["role", "area", "area_name", "street", "starts_on", "ends_on"]
        read_only_fields = fields


class ScopeSerializer(serializers.Serializer):
    """What the member covers: everywhere, or the areas below these codes."""

    everywhere = serializers.BooleanField(read_only=True)
    prefixes = serializers.ListField(child=serializers.CharField(), read_only=True)


class MeSerializer(serializers.Serializer):
    """The signed-in member: roles and responsibilities of today, and what they cover."""

    id = serializers.IntegerField(source="member.pk", read_only=True)
    username = serializers.CharField(source="member.username", read_only=True)
    name = serializers.CharField(source="member.__str__", read_only=True)
    language = serializers.CharField(source="member.language", read_only=True, allow_blank=True)
    simulated = serializers.BooleanField(source="member.simulated", read_only=True)
    roles = serializers.ListField(child=serializers.CharField(), read_only=True)
    responsibilities = HeldSerializer(many=True, read_only=True)
    scope = ScopeSerializer(read_only=True)
