"""``/api/v1/lamps/``."""

from rest_framework import serializers

from api.features import FeatureSerializer
from grid.api import PlaceViewSet
from streetlights.models import Lamp


class LampSerializer(FeatureSerializer):
    cell = serializers.CharField(source="cell_code", read_only=True, allow_null=True)

    class Meta:
        model = Lamp
        geo_field = "location"
        fields = ["id", "number", "name", "kind", "height", "cell", "osm_id", "location"]
        read_only_fields = fields


class LampViewSet(PlaceViewSet):
    """Streetlights as GeoJSON; height in metres."""

    queryset = Lamp.objects.all()
    serializer_class = LampSerializer
