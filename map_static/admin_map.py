"""Maps in the administration: shapes are shown and drawn on our own tiles, nothing from outside.

django-leaflet's and GeoDjango's widgets carry inline scripts, which the content security policy
refuses, or load from other hosts; this one is a text area with GeoJSON and one script beside it.
"""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.gis.db import models
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon
from django.core.exceptions import ValidationError
from django.db.models import Field, QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from api.errors import GridwalkError
from api.parsers import loads
from api.shapes import geometry

MEDIA = forms.Media(
    css={
        "all": [
            "leaflet/leaflet.css",
            "leaflet/draw/leaflet.draw.css",
            "map_static/css/admin_map.css",
        ]
    },
    js=[
        "leaflet/leaflet.js",
        "leaflet/draw/leaflet.draw.js",
        "npm/protomaps-leaflet/dist/protomaps-leaflet.js",
        Script("map_static/js/admin_map.js", type="module"),  # type: ignore[list-item]
    ],
)


def _words() -> dict[str, str]:
    """What the drawing tools say."""
    return {
        "draw": _("Draw"),
        "edit": _("Change the shape"),
        "remove": _("Remove the shape"),
        "save": _("Done"),
        "cancel": _("Cancel"),
        "start": _("Click to set the first point."),
        "next": _("Click to set the next point."),
        "finish": _("Click the first point to close the shape."),
        "place": _("Click where it stands."),
        "drag": _("Drag the points."),
        "erase": _("Click the shape to remove it."),
    }


def shown(value: GEOSGeometry | dict[str, Any] | None) -> SafeString | str:
    """A map that shows a geometry (EPSG:4326) or GeoJSON, and changes nothing."""
    if value is None:
        return "–"
    shape = json.loads(value.geojson) if isinstance(value, GEOSGeometry) else value
    context = {"shape": shape, "words": _words(), "editable": False}
    return render_to_string("map_static/admin_map.html", context)


class MapWidget(forms.Textarea):
    """A map to draw on; its value is GeoJSON (EPSG:4326)."""

    template_name = "map_static/admin_map.html"

    def __init__(self, kind: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.kind = kind

    @property
    def media(self) -> forms.Media:
        return MEDIA

    def format_value(self, value: Any) -> str | None:
        return value.geojson if isinstance(value, GEOSGeometry) else value

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return {**context, "kind": self.kind, "words": _words(), "editable": True}


class ShapeField(forms.CharField):
    """GeoJSON of one kind, checked as the API checks it; a Polygon is taken for a MultiPolygon."""

    def __init__(self, kind: str, **options: Any) -> None:
        self.kind = kind
        options["widget"] = MapWidget(kind)
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        kinds = ["MultiPolygon", "Polygon"] if self.kind == "MultiPolygon" else [self.kind]
        try:
            shape = geometry(loads(text), *kinds)
        except GridwalkError as error:
            raise ValidationError(str(error)) from error
        if self.kind == "MultiPolygon" and isinstance(shape, Polygon):
            return MultiPolygon(shape, srid=4326)
        return shape

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(initial != self.to_python(data))
        except ValidationError:
            return True


class MapAdmin(admin.ModelAdmin):
    """Geometries on maps, and lists that stay quick: no shape is fetched for a list."""

    show_full_result_count = False
    list_per_page = 50

    #: Foreign keys whose rows are named in the list, fetched in the same query.
    named: tuple[str, ...] = ()

    @property
    def media(self) -> forms.Media:
        return super().media + MEDIA

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related(*self.named)
        unseen = shapes_of(self.model)
        for name in self.named:
            related = self.model._meta.get_field(name).related_model
            unseen += [f"{name}__{shape}" for shape in shapes_of(related)]
        return rows.defer(*unseen)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.GeometryField):
            return ShapeField(
                KINDS[db_field.geom_type],
                label=capfirst(db_field.verbose_name),
                help_text=db_field.help_text,
                required=not db_field.blank,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)


#: GeoJSON's names of the kinds of geometry that are drawn by hand.
KINDS = {"POINT": "Point", "LINESTRING": "LineString", "MULTIPOLYGON": "MultiPolygon"}


def shapes_of(model: Any) -> list[str]:
    """Names of a model's geometries and their tile copies, which no list shows."""
    found = []
    for field in model._meta.concrete_fields:
        column = field.output_field if isinstance(field, models.GeneratedField) else field
        if isinstance(column, models.GeometryField):
            found.append(field.name)
    return found


class Shown:
    """What is imported or computed: to be looked at, never changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Kept:
    """What other rows and history refer to: ended or retired, never deleted here."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
