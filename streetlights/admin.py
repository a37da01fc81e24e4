"""Lamps in the administration."""

from django.contrib import admin

from grid.admin import CommunityFilter, PlaceAdmin
from streetlights.models import Lamp


@admin.register(Lamp)
class LampAdmin(PlaceAdmin):
    list_display = ["__str__", "kind", "height", "cell", "community"]
    list_filter = [CommunityFilter]
    search_fields = [*PlaceAdmin.search_fields, "number"]
    fields = ["community", "cell", "number", "name", "kind", "height", "osm_id", "location"]
