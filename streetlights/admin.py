"""Lamps, cabinets, circuits, cable sections and sightings in the administration."""

from django.contrib import admin
from django.contrib.gis.geos import GeometryCollection
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from grid.admin import CommunityFilter, PlaceAdmin
from map_static.admin_map import MapAdmin, Shown, shown
from streetlights.models import Cabinet, CableSection, Circuit, Lamp, LampSighting


@admin.register(Lamp)
class LampAdmin(PlaceAdmin):
    list_display = ["__str__", "kind", "height", "working", "cell", "community"]
    list_filter = ["working", CommunityFilter]
    search_fields = [*PlaceAdmin.search_fields, "number"]
    readonly_fields = [*PlaceAdmin.readonly_fields, "working", "working_since"]
    fields = [
        "community",
        "cell",
        "number",
        "name",
        "kind",
        "height",
        "reach",
        "working",
        "working_since",
        "osm_id",
        "location",
    ]


@admin.register(Cabinet)
class CabinetAdmin(PlaceAdmin):
    list_display = ["number", "name", "cell", "community"]
    list_filter = [CommunityFilter]
    search_fields = [*PlaceAdmin.search_fields, "number"]
    fields = ["community", "cell", "number", "name", "osm_id", "location"]


@admin.register(Circuit)
class CircuitAdmin(MapAdmin):
    """A person who has checked a draft takes the mark away."""

    list_display = ["name", "cabinet", "community", "draft"]
    list_filter = ["draft", CommunityFilter]
    search_fields = ["name", "cabinet__number"]
    autocomplete_fields = ["community", "cabinet"]
    readonly_fields = ["cables"]
    fields = ["community", "cabinet", "name", "draft", "cables"]
    named = ("cabinet", "community")
    ordering = ["pk"]

    @admin.display(description=_("cable sections"))
    def cables(self, circuit: Circuit) -> SafeString | str:
        lines = [line for _section, line in circuit.drawn()] if circuit.pk else []
        return shown(GeometryCollection(lines, srid=4326) if lines else None)


@admin.register(CableSection)
class CableSectionAdmin(MapAdmin):
    """Feeding a lamp from elsewhere takes the branch behind it along."""

    list_display = ["id", "number", "circuit", "from_lamp", "to_lamp", "metres"]
    list_filter = ["circuit__draft"]
    search_fields = ["number", "circuit__name", "=to_lamp__number"]
    autocomplete_fields = ["circuit", "from_lamp", "to_lamp"]
    fields = ["circuit", "number", "from_lamp", "to_lamp", "metres", "route"]
    named = ("circuit", "from_lamp", "to_lamp")
    ordering = ["pk"]


@admin.register(LampSighting)
class LampSightingAdmin(Shown, MapAdmin):
    """What was seen is never rewritten."""

    list_display = ["seen_at", "lamp", "state", "source", "member"]
    list_filter = ["state", "source"]
    search_fields = ["=lamp__number", "member__name"]
    date_hierarchy = "seen_at"
    fields = ["lamp", "state", "seen_at", "received_at", "source", "member"]
    named = ("lamp", "member")
    ordering = ["-seen_at", "-pk"]
