"""``/api/v1/care/``: doors to visit, visits made, and what is asked on them.

Only what a visit needs leaves here: no contact, no purpose, no number of people.
"""

import datetime as dt
from typing import Any

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import signed_in
from api.errors import BadCoordinate, NotFound
from api.input import CodeField, DayField, LatitudeField, LongitudeField, Query, lon_lat
from households.access import EyesOfMember, must_care
from households.due import Due, due_list
from households.models import CarePlan, Checklist, ChecklistItem, Visit, VisitState
from households.visits import ANSWERS, add, record_visit

#: A list reaches so far ahead at most.
MOST_DAYS = 31


class QuestionSerializer(serializers.ModelSerializer):
    """One question, in the reader's language, and the answers to choose from."""

    text = serializers.CharField(source="__str__", read_only=True)
    answers = serializers.SerializerMethodField()

    class Meta:
        model = ChecklistItem
        fields = ["key", "text", "kind", "answers", "must"]
        read_only_fields = fields

    def get_answers(self, item: ChecklistItem) -> list[str]:
        return list(ANSWERS[ChecklistItem.Kind(item.kind)])


class ChecklistSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="__str__", read_only=True)
    questions = serializers.SerializerMethodField()

    class Meta:
        model = Checklist
        fields = ["id", "name", "retired", "questions"]
        read_only_fields = fields

    @extend_schema_field(QuestionSerializer(many=True))
    def get_questions(self, checklist: Checklist) -> Any:
        asked = [item for item in checklist.items.all() if not item.retired]
        return QuestionSerializer(asked, many=True).data


class DueSerializer(serializers.Serializer):
    """A visit to make. ``location`` is longitude and latitude of the building, null where it left
    the map; ``metres`` the walk from the door before."""

    visit = serializers.UUIDField(source="visit.pk", read_only=True)
    plan = serializers.UUIDField(source="visit.plan_id", read_only=True)
    household = serializers.UUIDField(source="visit.household_id", read_only=True)
    checklist = serializers.IntegerField(source="visit.plan.checklist_id", read_only=True)
    area_code = serializers.CharField(source="visit.area.code", read_only=True)
    address = serializers.CharField(source="visit.household.door.address", read_only=True)
    inside = serializers.CharField(source="visit.household.door.inside", read_only=True)
    planned_for = serializers.DateField(source="visit.planned_for", read_only=True)
    windows = serializers.JSONField(source="visit.plan.windows", read_only=True)
    when = serializers.SerializerMethodField()
    metres = serializers.FloatField(allow_null=True, read_only=True)
    location = serializers.SerializerMethodField()

    def get_when(self, due: Due) -> str:
        return due.when.name.lower()

    def get_location(self, due: Due) -> list[float] | None:
        return None if due.location is None else [round(value, 7) for value in due.location.coords]


class DueListSerializer(serializers.Serializer):
    """``complete`` is false where more visits wait than a list holds."""

    complete = serializers.BooleanField(read_only=True)
    metres = serializers.FloatField(read_only=True)
    visits = DueSerializer(many=True, read_only=True)


class DueQuery(Query):
    until = DayField(help_text="The last day; without it seven days from today on")
    lon = LongitudeField(required=False)
    lat = LatitudeField(required=False)
    area = CodeField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("lon" in attrs) != ("lat" in attrs):
            raise BadCoordinate(_("Both lon and lat are needed."))
        return attrs


class NewVisitSerializer(serializers.Serializer):
    """A visit made. ``key`` is the client's own id of it; ``answers`` go by the question's key."""

    key = serializers.UUIDField()
    plan = serializers.UUIDField()
    state = serializers.ChoiceField(
        [choice for choice in VisitState.choices if choice[0] != VisitState.PLANNED]
    )
    answers = serializers.DictField(child=serializers.CharField(max_length=20), default=dict)
    at = serializers.DateTimeField(required=False, help_text="When; now without it")


class NewDaySerializer(serializers.Serializer):
    plan = serializers.UUIDField()
    on = DayField()


class VisitSerializer(serializers.ModelSerializer):
    class Meta:
        model = Visit
        fields = ["id", "plan", "household", "state", "planned_for", "at", "answers"]
        read_only_fields = fields


class DueView(EyesOfMember, APIView):
    """The member's visits, in walking order: overdue, today, later."""

    @extend_schema(parameters=[DueQuery], responses=DueListSerializer)
    def get(self, request: Request) -> Response:
        """The list until a day; from ``lon``, ``lat`` on where they are given."""
        asked, now = DueQuery.of(request), timezone.now()
        today = timezone.localdate(now)
        until = min(asked.get("until", today + dt.timedelta(days=6)), _last(today))
        start = None
        if "lon" in asked:
            start = Point(*lon_lat(asked["lon"], asked["lat"]), srid=4326)
        found = due_list(
            signed_in(request), now, until=until, start=start, code=asked.get("area", "")
        )
        return Response(DueListSerializer(found).data)


class VisitsView(EyesOfMember, APIView):
    """Visits that were made."""

    @extend_schema(
        request=NewVisitSerializer,
        responses={
            200: OpenApiResponse(VisitSerializer, "Taken in before: the same key"),
            201: OpenApiResponse(VisitSerializer, "Taken in"),
        },
    )
    def post(self, request: Request) -> Response:
        """Record a visit; the next one is planned by it. Sent again, it changes nothing."""
        member, now = signed_in(request), timezone.now()
        areas = must_care(member, now)
        sent = NewVisitSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        given = dict(sent.validated_data)
        plan = _plan(given.pop("plan"), areas)
        known = plan.visits.exclude(state=VisitState.PLANNED).filter(pk=given["key"]).exists()
        made = record_visit(plan, member=member, now=now, **given)
        code = status.HTTP_200_OK if known else status.HTTP_201_CREATED
        return Response(VisitSerializer(made).data, code)


class PlannedView(EyesOfMember, APIView):
    """Visits that are planned."""

    @extend_schema(request=NewDaySerializer, responses=VisitSerializer)
    def post(self, request: Request) -> Response:
        """Plan a visit for that day: the plan's next one comes then."""
        member, now = signed_in(request), timezone.now()
        areas = must_care(member, now)
        sent = NewDaySerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        on = sent.validated_data.get("on", timezone.localdate(now))
        plan = _plan(sent.validated_data["plan"], areas)
        return Response(VisitSerializer(add(plan, on, member=member, now=now)).data)


class ChecklistsView(APIView):
    """What is asked on visits."""

    @extend_schema(responses=ChecklistSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All checklists with their questions; a retired one may still be a plan's."""
        found = Checklist.objects.prefetch_related("items")
        return Response(ChecklistSerializer(found, many=True).data)


def _plan(key: Any, areas: list[int]) -> CarePlan:
    plan = CarePlan.objects.filter(pk=key, area__in=areas).first()
    if plan is None:
        raise NotFound
    return plan


def _last(today: dt.date) -> dt.date:
    return today + dt.timedelta(days=MOST_DAYS)
