"""``/api/v1/selection/``: what lies in a polygon, and acting on all of it."""

import dataclasses
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import signed_in
from accounts.models import Member, Role
from api.shapes import geometry
from cases.models import Category, Crew
from cases.serializers import LeafField
from grid.models import Responsibility
from grid.responsibility import scope_of
from publish.selection.acting import Hand, Outcome, give, inspect
from publish.selection.choosing import KINDS, MOST_CHOSEN, choose
from publish.selection.taking_away import FORMATS, file_of

#: Cases are stepped one by one, while somebody waits.
MOST_STEPS = 200
MOST_KEY = 2**63 - 1
#: A drawn polygon has tens of corners.
MOST_CORNERS = 2_000
MOST_HANDS = 300


class Ids(serializers.ListField):
    """Numbers, each once."""

    child = serializers.IntegerField(min_value=1, max_value=MOST_KEY)

    def to_internal_value(self, data: Any) -> list[int]:
        return list(dict.fromkeys(super().to_internal_value(data)))


class PolygonSerializer(serializers.Serializer):
    polygon = serializers.JSONField(help_text="GeoJSON Polygon or MultiPolygon, WGS 84")
    kinds = serializers.ListField(
        child=serializers.ChoiceField(KINDS), required=False, default=list(KINDS)
    )

    def validate_polygon(self, value: Any) -> Any:
        shape = geometry(value, "Polygon", "MultiPolygon")
        if shape.num_coords > MOST_CORNERS:
            raise serializers.ValidationError(
                _("The polygon has more than %s corners. Draw a simpler one.") % MOST_CORNERS
            )
        return shape


class ChosenSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    ids = serializers.ListField(child=serializers.IntegerField())


class HandSerializer(serializers.Serializer):
    """``key`` is the client's own id of the request: sending it again changes nothing."""

    key = serializers.UUIDField()
    ids = Ids(min_length=1, max_length=MOST_STEPS)
    crew = serializers.PrimaryKeyRelatedField(
        queryset=Crew.objects.filter(active=True), required=False, allow_null=True,
        pk_field=serializers.IntegerField(min_value=1, max_value=MOST_KEY),
    )  # fmt: skip
    assignee = serializers.PrimaryKeyRelatedField(
        queryset=Member.objects.filter(is_active=True), required=False, allow_null=True,
        pk_field=serializers.IntegerField(min_value=1, max_value=MOST_KEY),
    )  # fmt: skip
    due_at = serializers.DateTimeField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs["hand"] = hand = Hand(attrs.get("crew"), attrs.get("assignee"), attrs.get("due_at"))
        if not hand.crew and not hand.assignee and not self._may_be_nobody():
            raise serializers.ValidationError({"crew": _("Choose a crew or a member.")})
        return attrs

    def _may_be_nobody(self) -> bool:
        return False


class LampsSerializer(HandSerializer):
    category = LeafField()
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)

    def _may_be_nobody(self) -> bool:
        return True


class OutcomeSerializer(serializers.Serializer):
    """``refused`` is the sentence that says why nothing was done, empty where it was."""

    id = serializers.IntegerField()
    case = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(allow_blank=True)
    refused = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True)
    before = serializers.DictField(child=serializers.IntegerField(allow_null=True), allow_null=True)


class FileSerializer(serializers.Serializer):
    format = serializers.ChoiceField(FORMATS)
    lamps = Ids(required=False, max_length=MOST_CHOSEN)
    cases = Ids(required=False, max_length=MOST_CHOSEN)
    streets = Ids(required=False, max_length=MOST_CHOSEN)
    cells = serializers.ListField(
        child=serializers.RegexField(r"^\d{15}$"), required=False, max_length=MOST_CHOSEN,
        help_text="By their codes",
    )  # fmt: skip


def _checked(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    sent = serializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _told(outcomes: list[Outcome]) -> Response:
    done = sum(1 for one in outcomes if not one.refused)
    return Response(
        {
            "done": done,
            "refused": len(outcomes) - done,
            "items": [dataclasses.asdict(one) for one in outcomes],
        }
    )


class Selection(APIView):
    """Lamps, open cases, streets and cells in a polygon, within one's areas."""

    @extend_schema(request=PolygonSerializer, responses=dict[str, Any], tags=["map"])
    def post(self, request: Request) -> Response:
        asked = _checked(PolygonSerializer, request)
        found = choose(asked["polygon"], asked["kinds"], signed_in(request), timezone.localdate())
        kinds = {kind: dataclasses.asdict(of) for kind, of in found.items()}
        return Response({"most": MOST_CHOSEN, "kinds": kinds})


class SelectedCases(APIView):
    """Give many cases to a crew or a member."""

    @extend_schema(request=HandSerializer, responses=OutcomeSerializer(many=True), tags=["map"])
    def post(self, request: Request) -> Response:
        asked = _checked(HandSerializer, request)
        now = timezone.now()
        who = signed_in(request)
        return _told(
            give(asked["ids"], asked["hand"], who, asked["key"], now, timezone.localdate(now))
        )


class SelectedLamps(APIView):
    """Make a case of each of many lamps, and give it to somebody where it says whom."""

    @extend_schema(request=LampsSerializer, responses=OutcomeSerializer(many=True), tags=["map"])
    def post(self, request: Request) -> Response:
        asked = _checked(LampsSerializer, request)
        now = timezone.now()
        hand: Hand = asked["hand"]
        given = hand if hand.crew or hand.assignee else None
        return _told(
            inspect(
                asked["ids"], asked["category"], asked["note"], given, signed_in(request),
                asked["key"], now, timezone.localdate(now),
            )
        )  # fmt: skip


class SelectionFile(APIView):
    """What is selected as CSV, GeoJSON or GeoPackage, without anything about people."""

    @extend_schema(
        request=FileSerializer,
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        tags=["map"],
    )
    def post(self, request: Request) -> HttpResponse:
        asked = _checked(FileSerializer, request)
        form = asked.pop("format")
        return file_of(asked, form, signed_in(request), timezone.localdate())


class Hands(APIView):
    """Whom cases can be given to, and categories of lamps: what the panel's selects hold."""

    @extend_schema(responses=dict[str, Any], tags=["map"])
    def get(self, request: Request) -> Response:
        # Queries: session, member, responsibilities; crews, members, categories.
        today = timezone.localdate()
        scope = scope_of(signed_in(request), today)
        held = (
            Responsibility.objects.on(today)
            .filter(scope.filter("area__code"), member__is_active=True, area__retired_on=None)
            .exclude(role__in=[Role.AUDITOR, Role.VOLUNTEER])
            .values_list("member", "member__name", "member__username")
            .order_by("member__name", "member")
            .distinct()
        )
        crews = (
            Crew.objects.filter(active=True).order_by("name", "pk")
            if scope
            else Crew.objects.none()
        )
        lamps = Category.objects.filter(active=True).exclude(parent=None).order_by("position", "pk")
        return Response(
            {
                "crews": [{"id": crew.pk, "name": str(crew)} for crew in crews[:MOST_HANDS]],
                "members": [
                    {"id": pk, "name": name or username} for pk, name, username in held[:MOST_HANDS]
                ],
                "categories": [{"code": one.code, "name": str(one)} for one in lamps],
                "most": MOST_STEPS,
            }
        )
