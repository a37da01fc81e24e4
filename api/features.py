"""Lists of places as GeoJSON: whole, or refused with a sentence when there are too many."""

import json
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.contrib.gis.geos import Polygon
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet
from rest_framework_gis.fields import GeometryField
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from api.errors import TooMany

#: A map draws no more at once, and a browser takes no more without stumbling.
MOST_FEATURES = 5_000
#: Digits after the point of a degree: 1 cm.
PRECISION = 7


class WrittenGeometryField(GeometryField):
    """A geometry that PostgreSQL wrote as GeoJSON: GEOS and GDAL take four times as long."""

    def get_attribute(self, instance: Any) -> Any:
        return json.loads(instance.written)


class FeatureSerializer(GeoFeatureModelSerializer):
    """A GeoJSON feature of a row that ``written`` prepared."""

    def build_standard_field(self, name: str, field: Any) -> Any:
        kind, options = super().build_standard_field(name, field)
        return (WrittenGeometryField if issubclass(kind, GeometryField) else kind), options


def written(rows: QuerySet, geometry: str) -> QuerySet:
    """The rows with their geometry as GeoJSON, positions rounded to the centimetre."""
    return rows.defer(geometry).annotate(written=AsGeoJSON(geometry, precision=PRECISION))


def refuse_too_many(found: int) -> None:
    """Raises TooMany for more rows than a map draws: a part of them would look like all."""
    if found > MOST_FEATURES:
        raise TooMany(
            _("There are more than %s here. Ask for a smaller bbox or area.") % f"{MOST_FEATURES:,}"
        )


class FeatureList(ListModelMixin, GenericViewSet):
    """``GET`` a FeatureCollection of everything the filters leave, 5,000 features at most."""

    pagination_class = None
    #: The column that is shown, and that a box is compared with.
    position = "location"

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        found = self.filter_queryset(self.get_queryset())
        rows = list(written(found, self.position)[: MOST_FEATURES + 1])
        refuse_too_many(len(rows))
        return Response(self.get_serializer(rows, many=True).data)


def touches(box: Polygon | None, field: str) -> dict[str, Polygon]:
    """The filter for a checked ``bbox``; none where none was asked for."""
    return {f"{field}__bboverlaps": box} if box else {}
