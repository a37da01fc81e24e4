"""Categories, crews and keys in the administration; cases are handled on their own pages."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Category, Crew, Event, Icon, OpenKey
from map_static.admin_map import Kept, MapAdmin, Shown


@admin.register(Category)
class CategoryAdmin(Kept, admin.ModelAdmin):
    """The tree; a category out of use is set inactive, since cases name it."""

    list_display = [
        "__str__", "drawn", "code", "parent", "due_amount", "due_unit", "crew", "recheck",
        "residents", "published", "claimable", "active",
    ]  # fmt: skip
    list_filter = ["topic", "active", "parent"]
    search_fields = ["code", "name", "name_zh"]
    ordering = ["parent__position", "position", "code"]
    autocomplete_fields = ["crew"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Addresses, exports and other programs name it by its code.
        return ["code"] if obj else []

    @admin.display(description=_("picture"))
    def drawn(self, category: Category) -> str:
        return str(Icon(category.picture).label)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        return super().get_queryset(request).select_related("parent", "crew")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "parent":
            kwargs["queryset"] = Category.objects.filter(parent=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Crew)
class CrewAdmin(Kept, admin.ModelAdmin):
    list_display = ["__str__", "active"]
    search_fields = ["name", "name_zh"]
    filter_horizontal = ["members"]


@admin.register(OpenKey)
class OpenKeyAdmin(Kept, admin.ModelAdmin):
    """Keys are made by a command, which prints them once; here they are put out of force."""

    list_display = ["name", "made_at", "active"]
    readonly_fields = ["name", "made_at"]
    fields = ["name", "made_at", "active"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class EventInline(admin.TabularInline):
    """What happened, as the database keeps it."""

    model = Event
    fields = ["number", "step", "state", "at", "author", "note"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).select_related("author")


@admin.register(Case)
class CaseAdmin(Shown, MapAdmin):
    """Looked at only: a change here would pass by the table of steps."""

    list_display = ["id", "category", "state", "area_code", "reported_at", "due_at", "simulated"]
    list_filter = ["state", "source", "simulated"]
    search_fields = ["=id", "whereabouts"]
    date_hierarchy = "reported_at"
    named = ("category",)
    inlines = [EventInline]
    exclude = ["key", "follow_key", "open_key", "held_seconds"]
