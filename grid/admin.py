"""Areas, responsibilities, streets and places in the administration."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.gis.geos import MultiLineString
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grid.models import (
    Accompaniment,
    Area,
    Backdrop,
    Building,
    Cadence,
    CellStretch,
    Level,
    NationalDivision,
    Responsibility,
    Segment,
    ServicePoint,
    Street,
)
from map_static.admin_map import Kept, MapAdmin, Shown, shown


class CommunityFilter(admin.SimpleListFilter):
    """By community; Django's own filter would fetch every boundary to name them."""

    title = _("community")
    parameter_name = "community"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = Area.objects.current().filter(level=Level.COMMUNITY).order_by("code")
        return [(code, f"{code} {name}") for code, name in rows.values_list("code", "name")[:200]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(community__code=self.value()) if self.value() else queryset


class InForceFilter(admin.SimpleListFilter):
    """Responsibilities of today, or ended ones."""

    title = _("in force")
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("today")), ("no", _("ended or not begun"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        today = Responsibility.objects.on(timezone.localdate()).values("pk")
        return (
            queryset.filter(pk__in=today)
            if self.value() == "yes"
            else queryset.exclude(pk__in=today)
        )


class AreaForm(forms.ModelForm):
    """Levels follow from codes; cells are made where tiling is checked.

    A new area may be chosen from the divisions of China, with those above it made on the way.
    """

    division = forms.CharField(
        label=_("Find in the divisions of China"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-divisions": ""}),
        help_text=_("By name, pinyin, first letters or code; choosing one fills in code and name."),
    )
    with_above = forms.BooleanField(
        label=_("Make missing areas above"),
        required=False,
        help_text=_(
            "Named as in the divisions of China, with this boundary until theirs are drawn."
        ),
    )

    class Meta:
        model = Area
        fields = ["code", "name", "geometry", "fixed", "retired_on"]

    class Media:
        js = [Script("map_static/js/admin_divisions.js", type="module")]  # type: ignore[list-item]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        code = given.get("code") or self.instance.code
        if len(code) not in Level.values:
            return given
        if not self.instance.pk and len(code) == Level.CELL:
            raise ValidationError(
                _("Cells are made by split_cells or import_cells, which keep them free of gaps.")
            )
        self.instance.level = len(code)
        if not self.instance.pk:
            self.made_above = self._above(given)
        return given

    def _above(self, given: dict[str, Any]) -> list[Area]:
        """The areas to make above a new one, from the top; raises ValidationError."""
        code = given["code"]
        above = Area(code=code, level=len(code)).ancestor_codes
        known = set(Area.objects.filter(code__in=above).values_list("code", flat=True))
        if above and above[0] not in known and not given.get("with_above"):
            raise ValidationError({"code": _("Make the area %s first: it lies above.") % above[0]})
        if not given.get("with_above"):
            return []
        missing = [one for one in reversed(above) if one not in known]
        names = NationalDivision.objects.filter(code__in=missing).values_list("code", "name")
        named = dict(names)
        for one in missing:
            if one not in named:
                raise ValidationError(
                    {"code": _("The divisions of China have no %s: make that area first.") % one}
                )
        shape: Any = given.get("geometry")
        return [Area(code=one, level=len(one), name=named[one], geometry=shape) for one in missing]


@admin.register(Area)
class AreaAdmin(Kept, MapAdmin):
    form = AreaForm
    list_display = ["code", "name", "level", "households", "fixed", "retired_on"]
    list_filter = ["level", "fixed", ("retired_on", admin.EmptyFieldListFilter)]
    search_fields = ["^code", "name"]
    ordering = ["code"]
    readonly_fields = ["level", "households"]

    def get_readonly_fields(self, request: HttpRequest, obj: Area | None = None) -> list[str]:
        kept = ["level", "households"]
        if obj is not None:
            # A code is a prefix of all below it, and what patrols and reports refer to.
            kept.append("code")
        return [*kept, "boundary"] if obj is not None and obj.level == Level.CELL else kept

    def get_fields(self, request: HttpRequest, obj: Area | None = None) -> Any:
        cell = obj is not None and obj.level == Level.CELL
        shape = "boundary" if cell else "geometry"
        fields = ["code", "level", "name", "households", "fixed", "retired_on", shape]
        return fields if obj is not None else ["division", *fields, "with_above"]

    def save_model(self, request: HttpRequest, obj: Area, form: Any, change: bool) -> None:
        for above in [] if change else form.made_above:
            above.save()
            self.log_addition(request, above, [{"added": {}}])
        super().save_model(request, obj, form, change)

    @admin.display(description=_("boundary"))
    def boundary(self, area: Area) -> SafeString | str:
        return shown(area.geometry)


@admin.register(Responsibility)
class ResponsibilityAdmin(MapAdmin):
    """Ended, never deleted, once it was in force: who was responsible then stays answerable."""

    list_display = ["member", "role", "area", "street", "starts_on", "ends_on"]
    list_filter = [InForceFilter, "role"]
    search_fields = ["member__name", "member__username", "^area__code", "area__name"]
    autocomplete_fields = ["member", "area", "street"]
    date_hierarchy = "starts_on"
    ordering = ["-starts_on", "-pk"]
    named = ("member", "area", "street")
    actions = ["end_today"]

    def has_delete_permission(
        self, request: HttpRequest, obj: Responsibility | None = None
    ) -> bool:
        begun = obj is None or obj.starts_on < timezone.localdate()
        return not begun and super().has_delete_permission(request, obj)

    @admin.action(description=_("End the chosen responsibilities today"))
    def end_today(self, request: HttpRequest, queryset: QuerySet[Responsibility]) -> None:
        today: dt.date = timezone.localdate()
        ended = 0
        for responsibility in Responsibility.objects.on(today).filter(pk__in=queryset):
            responsibility.ends_on = today
            responsibility.save(update_fields=["ends_on"])
            self.log_change(request, responsibility, "ends_on")
            ended += 1
        text = ngettext("%d responsibility ends today.", "%d responsibilities end today.", ended)
        self.message_user(request, text % ended, messages.SUCCESS)


@admin.register(Street)
class StreetAdmin(Kept, MapAdmin):
    list_display = ["name", "name_zh", "name_en", "community"]
    list_filter = [CommunityFilter]
    search_fields = ["name", "name_zh", "name_en"]
    readonly_fields = ["community", "lines"]
    named = ("community",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("line"))
    def lines(self, street: Street) -> SafeString | str:
        rows = list(street.segments.current().values_list("line", flat=True))
        return shown(MultiLineString(rows, srid=4326) if rows else None)


@admin.register(Segment)
class SegmentAdmin(Kept, MapAdmin):
    """Imported; by hand only how often it has to be walked."""

    list_display = [
        "id",
        "street",
        "kind",
        "duty",
        "metres",
        "cadence_days",
        "community",
        "removed_on",
    ]
    list_filter = ["duty", "kind", ("removed_on", admin.EmptyFieldListFilter), CommunityFilter]
    search_fields = ["=id", "=osm_way", "street__name"]
    ordering = ["pk"]
    named = ("street", "community")
    fields = [
        "community",
        "street",
        "kind",
        "duty",
        "metres",
        "cadence_days",
        "osm_way",
        "from_node",
        "to_node",
        "removed_on",
        "shape",
    ]
    readonly_fields = [str(name) for name in fields if name != "cadence_days"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("line"))
    def shape(self, segment: Segment) -> SafeString | str:
        return shown(segment.line)


@admin.register(Cadence)
class CadenceAdmin(MapAdmin):
    """After how many days a metre is overdue."""

    list_display = ["kind", "area", "days"]
    list_editable = ["days"]
    list_filter = ["kind"]
    autocomplete_fields = ["area"]
    ordering = ["kind", "area__code"]
    named = ("area",)


class PlaceAdmin(MapAdmin):
    """Imported places, and such as are drawn here; an import changes only what it brought."""

    search_fields = ["=osm_id", "name"]
    ordering = ["pk"]
    autocomplete_fields = ["community", "cell"]
    readonly_fields = ["osm_id"]
    named = ("community", "cell")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What came from the map goes with the map: the next import would bring it back.
        drawn = obj is not None and not obj.osm_id
        return drawn and super().has_delete_permission(request, obj)


@admin.register(Building)
class BuildingAdmin(PlaceAdmin):
    list_display = ["__str__", "kind", "street_name", "number", "flats", "households", "cell"]
    list_filter = [CommunityFilter]
    search_fields = [*PlaceAdmin.search_fields, "street_name", "number"]
    fields = [
        "community",
        "cell",
        "name",
        "kind",
        "street_name",
        "number",
        "levels",
        "flats",
        "households",
        "osm_id",
        "footprint",
    ]


@admin.register(ServicePoint)
class ServicePointAdmin(PlaceAdmin):
    list_display = ["__str__", "kind", "cell", "community"]
    list_filter = ["kind", CommunityFilter]
    fields = ["community", "cell", "name", "kind", "osm_id", "location"]


@admin.register(Backdrop)
class BackdropAdmin(Shown, MapAdmin):
    list_display = ["__str__", "kind", "community"]
    list_filter = ["kind", CommunityFilter]
    search_fields = ["=osm_id", "name"]
    ordering = ["pk"]
    named = ("community",)
    fields = ["community", "name", "kind", "osm_id", "shape"]
    readonly_fields = ["shape"]

    @admin.display(description=_("shape"))
    def shape(self, backdrop: Backdrop) -> SafeString | str:
        return shown(backdrop.geometry)


@admin.register(CellStretch)
class CellStretchAdmin(Shown, MapAdmin):
    list_display = ["segment_id", "cell", "start_dm", "end_dm"]
    search_fields = ["=segment__id", "^cell__code"]
    ordering = ["pk"]
    named = ("cell",)
    fields = ["segment_id", "cell", "start_dm", "end_dm"]


@admin.register(Accompaniment)
class AccompanimentAdmin(Shown, MapAdmin):
    fields = [
        "sidewalk_id",
        "start_dm",
        "end_dm",
        "street_segment_id",
        "street_start_dm",
        "street_end_dm",
    ]
    search_fields = ["=sidewalk__id", "=street_segment__id"]
    ordering = ["pk"]
    list_display = [str(name) for name in fields]
