"""Patrols, what they covered, and teams in the administration."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.admin import ProcrastinateJobAdmin
from procrastinate.contrib.django.models import ProcrastinateJob

from map_static.admin_map import MapAdmin, Shown, shown
from patrols.models import BuildingPassed, Patrol, Team, TrackChunk, WalkedStretch
from patrols.tasks import match_patrol
from patrols.track import covered, track_of


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    list_display = ["name"]
    search_fields = ["name"]


@admin.register(Patrol)
class PatrolAdmin(MapAdmin):
    """What was walked is never rewritten; a patrol taken in by mistake is erased whole."""

    list_display = [
        "started_at",
        "member",
        "team",
        "mode",
        "state",
        "fixes",
        "covered_metres",
        "simulated",
    ]
    list_display_links = ["started_at", "member"]
    list_filter = ["state", "simulated", "mode", "team"]
    search_fields = ["=id", "member__name", "member__username", "source"]
    date_hierarchy = "started_at"
    named = ("member", "team")
    autocomplete_fields = ["team"]
    actions = ["match_again"]
    fieldsets = (
        (None, {"fields": ("id", "member", "team", "mode", "simulated", "source")}),
        (_("When"), {"fields": ("started_at", "ended_at", "received_at", "matched_at")}),
        (
            _("What came of it"),
            {
                "fields": (
                    "state",
                    "why",
                    "fixes",
                    ("dropped_accuracy", "dropped_speed", "dropped_time", "dropped_position"),
                    ("matched_metres", "covered_metres", "off_street_metres"),
                    ("certain_metres", "doubtful_metres"),
                    "nothing_wrong_at",
                )
            },
        ),
        (_("On the map"), {"fields": ("track", "coverage")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Patrol | None = None) -> list[str]:
        own = [field.name for field in Patrol._meta.fields if field.name != "team"]
        return [*own, "why", "track", "coverage"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        # Erasing is one at a time, with the page that says what goes with it.
        return {
            name: action
            for name, action in super().get_actions(request).items()
            if name != "delete_selected"
        }

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Counts in place of Django's list of every row: a patrol has thousands."""
        patrols = [patrol.pk for patrol in objs]
        counts = {
            str(model._meta.verbose_name_plural): model.objects.filter(patrol__in=patrols).count()
            for model in (TrackChunk, WalkedStretch, BuildingPassed)
        }
        return [str(patrol) for patrol in objs], counts, set(), []

    @admin.display(description=_("reason"))
    def why(self, patrol: Patrol) -> str:
        return gettext(patrol.reason) if patrol.reason else "–"

    @admin.display(description=_("track"))
    def track(self, patrol: Patrol) -> SafeString | str:
        found = track_of(patrol)
        return shown(found if found["features"] else None)

    @admin.display(description=_("streets covered"))
    def coverage(self, patrol: Patrol) -> SafeString | str:
        features = covered(patrol)
        return shown({"type": "FeatureCollection", "features": features} if features else None)

    @admin.action(description=_("Match the chosen patrols again"))
    def match_again(self, request: HttpRequest, queryset: QuerySet[Patrol]) -> None:
        keys = list(queryset.values_list("pk", flat=True))
        for key in keys:
            match_patrol.defer(patrol_id=str(key))
        text = ngettext(
            "%d patrol will be matched again.", "%d patrols will be matched again.", len(keys)
        )
        self.message_user(request, text % len(keys), messages.SUCCESS)


@admin.register(WalkedStretch)
class WalkedStretchAdmin(Shown, MapAdmin):
    list_display = ["segment_id", "start_dm", "end_dm", "walked_at", "patrol_id"]
    search_fields = ["=segment__id", "=patrol__id"]
    date_hierarchy = "walked_at"
    ordering = ["-pk"]
    fields = ["patrol_id", "segment_id", "start_dm", "end_dm", "walked_at", "confidence"]


@admin.register(BuildingPassed)
class BuildingPassedAdmin(Shown, MapAdmin):
    list_display = ["building", "passed_at", "patrol_id"]
    search_fields = ["=building__id", "=patrol__id"]
    ordering = ["-pk"]
    named = ("building",)
    fields = ["patrol_id", "building", "passed_at"]


admin.site.unregister(ProcrastinateJob)


@admin.register(ProcrastinateJob)
class JobAdmin(ProcrastinateJobAdmin):
    """Procrastinate's own page without its inline styles, which our security policy blocks."""

    list_display = [*ProcrastinateJobAdmin.list_display, "attempts"]

    @admin.display(description="Args")
    def pretty_args(self, instance: ProcrastinateJob) -> str:
        text = json.dumps(instance.args, ensure_ascii=False)
        return text if len(text) <= 2000 else text[:2000] + "…"

    @admin.display(description="Summary")
    def summary(self, instance: ProcrastinateJob) -> str:
        events = list(instance.procrastinateevent_set.all()[:1])
        if not events:
            return ""
        at = timezone.localtime(events[0].at)
        return format_html("{} {}", events[0].type, f"{at:%Y-%m-%d %H:%M:%S}")
