"""``/api/v1/plan/``: "forty minutes from here", as JSON for the map and as GPX for a device."""

import datetime as dt
import math
from typing import Any

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import signed_in
from accounts.models import Member
from accounts.scope import Scope
from api.errors import BadInput, NotAllowed
from api.input import LatitudeField, LongitudeField, Query, area_code, lon_lat
from grid.api import refuse_swapped
from grid.responsibility import scope_of
from patrols.plan import MOST_WORKERS, Plan, plan_walks
from patrols.plan_ground import MOST_AREAS, Position, Reach, areas_in_reach
from patrols.plan_json import totals_json, walk_json
from patrols.route import gpx
from patrols.turns import Direction
from publish.here import may_see_figures
from publish.plan_weights import ALL_WEIGHTS
from publish.selection.choosing import within

#: So many chosen segments are planned at once; their numbers stand in an address.
MOST_STREETS = 200
MOST_DIGITS = 18


class AreasField(serializers.CharField):
    """Codes of areas with commas between them; gives a list without repeats."""

    def to_internal_value(self, data: Any) -> list[str]:  # type: ignore[override]
        codes = [area_code(code.strip()) for code in super().to_internal_value(data).split(",")]
        found = list(dict.fromkeys(codes))
        if len(found) > MOST_AREAS:
            raise serializers.ValidationError(
                _("At most %(most)d areas can be planned at once.") % {"most": MOST_AREAS}
            )
        return found


class StreetsField(serializers.CharField):
    """Numbers of segments with commas between them; gives a list without repeats."""

    def to_internal_value(self, data: Any) -> list[int]:  # type: ignore[override]
        words = [word.strip() for word in super().to_internal_value(data).split(",")]
        if not all(
            word.isascii() and word.isdigit() and len(word) <= MOST_DIGITS for word in words
        ):
            raise serializers.ValidationError(_("Streets are numbers with commas between them."))
        found = list(dict.fromkeys(map(int, words)))
        if len(found) > MOST_STREETS:
            raise serializers.ValidationError(
                _("At most %(most)d pieces of street can be planned at once.")
                % {"most": MOST_STREETS}
            )
        return found


class PlanQuery(Query):
    """Where to start, how long, over what."""

    lon = LongitudeField(required=False)
    lat = LatitudeField(required=False)
    minutes = serializers.FloatField(
        required=False, min_value=1, max_value=720,
        help_text="How long each walk may take; without it, all that is open is walked",
    )  # fmt: skip
    area = AreasField(
        required=False, max_length=400,
        help_text="Codes of areas, with commas; without it, the member's own within reach",
    )  # fmt: skip
    streets = StreetsField(
        required=False, max_length=4000,
        help_text="Numbers of segments, with commas: they are walked whole, overdue or not",
    )  # fmt: skip
    back = serializers.BooleanField(default=False, help_text="Come back to the start")
    workers = serializers.IntegerField(
        default=1, min_value=1, max_value=MOST_WORKERS,
        help_text="So many walks that share what is open fairly",
    )  # fmt: skip

    def validate_minutes(self, minutes: float) -> float:
        if not math.isfinite(minutes):
            raise serializers.ValidationError(_("Minutes are a number from 1 to 720."))
        return minutes

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("lon" in attrs) != ("lat" in attrs):
            missing = "lat" if "lon" in attrs else "lon"
            raise serializers.ValidationError({missing: _("Both lon and lat are needed.")})
        if "area" in attrs and "streets" in attrs:
            raise serializers.ValidationError(
                {"streets": _("Say which area, or which streets, not both.")}
            )
        chosen = "area" in attrs or "streets" in attrs
        if not chosen and not ("lon" in attrs and "minutes" in attrs):
            raise serializers.ValidationError(
                {"area": _("Say which area, or where to start and how many minutes there are.")}
            )
        return attrs


class RouteSerializer(serializers.Serializer):
    type = serializers.CharField(help_text="LineString")
    coordinates = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))


class TurnSerializer(serializers.Serializer):
    """One street of a walk; ``first`` is the number of the position where it begins."""

    direction = serializers.ChoiceField([choice.value for choice in Direction])
    name = serializers.CharField(allow_blank=True)
    name_zh = serializers.CharField(allow_blank=True)
    name_en = serializers.CharField(allow_blank=True)
    kind = serializers.CharField()
    metres = serializers.FloatField()
    at = serializers.ListField(child=serializers.FloatField())
    first = serializers.IntegerField()
    sentence = serializers.CharField(help_text="What to do, in the reader's language")


class WalkSerializer(serializers.Serializer):
    minutes = serializers.FloatField()
    metres = serializers.FloatField()
    closes_metres = serializers.FloatField()
    closes_worth = serializers.FloatField()
    route = RouteSerializer(allow_null=True)
    turns = TurnSerializer(many=True)


class PlanSerializer(serializers.Serializer):
    """Walks side by side.

    Worth is metres times days overdue, more in alleys, near dark lamps and open cases.
    """

    areas = serializers.ListField(child=serializers.CharField())
    names = serializers.ListField(child=serializers.CharField())
    start = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    minutes = serializers.FloatField(allow_null=True)
    back = serializers.BooleanField()
    workers = serializers.IntegerField()
    open_metres = serializers.FloatField()
    closes_metres = serializers.FloatField()
    open_worth = serializers.FloatField()
    closes_worth = serializers.FloatField()
    unreachable_metres = serializers.FloatField()
    spread_minutes = serializers.FloatField()
    walks = WalkSerializer(many=True)


class GpxRenderer(BaseRenderer):
    media_type = "application/gpx+xml"
    format = "gpx"
    charset = None
    render_style = "binary"

    def render(self, data: Any, media_type: Any = None, context: Any = None) -> bytes:
        found: bytes = data
        return found


class PlanView(APIView):
    """A walk over what is overdue, from a start and in a time; nothing is stored."""

    renderer_classes = [JSONRenderer, GpxRenderer]

    @extend_schema(
        parameters=[PlanQuery],
        responses={
            (200, "application/json"): PlanSerializer,
            (200, "application/gpx+xml"): OpenApiTypes.BINARY,
        },
        tags=["map"],
    )
    def get(self, request: Request) -> Response:
        # Queries: session, member, responsibilities; own areas, those asked for; streets near,
        # sidewalks, names; for each area its streets, stretches in cells, cadences, walks, dark
        # lamps and open cases, and for either of these, if any, the streets around them.
        asked = PlanQuery.of(request)
        start = lon_lat(asked["lon"], asked["lat"]) if "lon" in asked else None
        # Of streets that are chosen: which of them are one's own, with their communities.
        member, today = signed_in(request), timezone.localdate()
        if "streets" in asked:
            codes = _around(asked["streets"], member, today)
        else:
            codes = _codes(asked, scope_of(member, today), start)
        found = plan_walks(
            codes,
            now=timezone.now(),
            minutes=asked.get("minutes"),
            start=start,
            back=asked["back"],
            workers=asked["workers"],
            weights=ALL_WEIGHTS,
            segments=asked.get("streets"),
        )
        headers = {"Cache-Control": "private, no-cache"}
        if request.accepted_renderer.format == GpxRenderer.format:
            name = "-".join(area.code for area in found.areas[:3])
            headers["Content-Disposition"] = f'attachment; filename="plan-{name}.gpx"'
            title = ", ".join(area.name for area in found.areas)
            return Response(gpx(title, found.walks), headers=headers)
        return Response(_as_json(asked, start, found), headers=headers)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(response, "exception", False):
            # A refusal is JSON whatever was asked for.
            request.accepted_renderer = JSONRenderer()
            request.accepted_media_type = JSONRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)


def _around(streets: list[int], member: Member, on: dt.date) -> list[str]:
    """The communities of chosen segments; raises NotAllowed where one is not the member's."""
    found = dict(
        within("streets", member, on)
        .filter(pk__in=streets)
        .order_by("pk")
        .values_list("pk", "community__code")
    )
    if len(found) < len(streets):
        raise NotAllowed(_("Some of these streets are not among those you are responsible for."))
    codes = list(dict.fromkeys(found.values()))
    if len(codes) > MOST_AREAS:
        raise BadInput(_("At most %(most)d areas can be planned at once.") % {"most": MOST_AREAS})
    return codes


def _codes(asked: dict[str, Any], scope: Scope, start: Position | None) -> list[str]:
    """The areas to plan over; raises NotAllowed, or BadInput where none is within reach."""
    if "area" in asked:
        codes: list[str] = asked["area"]
        if not all(may_see_figures(scope, code) for code in codes):
            raise NotAllowed(
                _("Walks are planned only for those who are responsible for the area.")
            )
        return codes
    reach = Reach.of(start, asked["minutes"], asked["back"])
    assert start is not None and reach is not None  # noqa: S101
    codes = areas_in_reach(scope, reach)
    if not codes:
        refuse_swapped(Point(*start, srid=4326))
        raise BadInput(
            _("None of your areas lies within reach. Start nearer, or say which area is meant.")
        )
    return codes


def _as_json(asked: dict[str, Any], start: Position | None, found: Plan) -> dict[str, Any]:
    return {
        **totals_json(found),
        "names": [area.name for area in found.areas],
        "start": start and list(start),
        "minutes": asked.get("minutes"),
        "back": asked["back"],
        "workers": asked["workers"],
        "spread_minutes": found.spread_minutes,
        "walks": [walk_json(walk) for walk in found.walks],
    }
