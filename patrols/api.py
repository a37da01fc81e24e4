"""``/api/v1/patrols/`` and ``/api/v1/segments/``: who walked, and how fresh the streets are."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api import signed_in
from accounts.models import Member
from api.errors import BadInput, Conflict, NotAllowed
from api.features import FeatureList, touches, written
from api.input import BoxField, CodeField, DayField, Query
from grid.api import known_area, refuse_swapped
from grid.cadence import Cadences
from grid.models import Level, Segment, StreetKind
from grid.responsibility import scope_of
from patrols import ingest
from patrols.models import Patrol, WalkedStretch
from patrols.serializers import (
    PatrolSerializer,
    SegmentDetailSerializer,
    SegmentSerializer,
    TrackSerializer,
)
from patrols.track import track_of
from patrols.upload import NewPatrolSerializer
from spatial.intervals import last_seen, stretches

MOST_KEY = 2**63 - 1


class PatrolQuery(Query):
    area = CodeField(help_text="Patrols that covered streets of this area")
    member = serializers.IntegerField(required=False, min_value=1, max_value=MOST_KEY)
    state = serializers.ChoiceField(Patrol.State.choices, required=False)
    since = DayField(help_text="Started on this day or later")
    until = DayField(help_text="Started on this day or earlier")


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), timezone.get_default_timezone())


class PatrolViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Patrols that the member may see: their own, and those in the areas they cover."""

    queryset = Patrol.objects.select_related("member", "team")
    serializer_class = PatrolSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Patrol]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        member = signed_in(self.request)
        scope = scope_of(member, timezone.localdate())
        return self.queryset.visible_to(member, scope).order_by(
            F("started_at").desc(nulls_last=True), "pk"
        )

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        asked = PatrolQuery.of(self.request)
        if "area" in asked:
            queryset = queryset.filter(pk__in=Patrol.objects.inside(known_area(asked["area"])))
        for name in ("member", "state"):
            if name in asked:
                queryset = queryset.filter(**{name: asked[name]})
        if "since" in asked:
            queryset = queryset.filter(started_at__gte=_midnight(asked["since"]))
        if "until" in asked:
            following = asked["until"] + dt.timedelta(days=1)
            queryset = queryset.filter(started_at__lt=_midnight(following))
        return queryset

    @extend_schema(parameters=[PatrolQuery])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, pk: uuid.UUID) -> Response:
        """One patrol: when, who, how far, and which fixes were not used."""
        patrol = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(self.get_serializer(patrol).data)

    @extend_schema(
        request=NewPatrolSerializer,
        responses={
            200: OpenApiResponse(PatrolSerializer, "Stored before: the same id and fixes"),
            202: OpenApiResponse(PatrolSerializer, "Stored; matching follows in a job"),
        },
    )
    def create(self, request: Request) -> Response:
        """Take in a patrol of the signed-in member: stored at once, matched in a job after.

        Sending the same again changes nothing and answers 200; the same id with other content is
        a ``conflict`` (409). Where TRACK_MODE is "metres": ``no_tracks_here`` (403).
        """
        member = signed_in(request)
        if settings.TRACK_MODE != "tracks":
            raise ingest.NoTracksHere()
        sent = NewPatrolSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        _check_start(given)
        stored = ingest.store(
            member,
            given["fixes"],
            now=timezone.now(),
            patrol_id=given.get("id"),
            source="api",
            mode=given["mode"],
            team=given.get("team"),
        )
        patrol = stored.patrol
        if stored.created and "started_at" in given:
            patrol.started_at = given["started_at"]
            patrol.save(update_fields=["started_at"])
        if stored.created and given["nothing_wrong"]:
            patrol.say_nothing_wrong(patrol.ended_at or patrol.received_at)
        if not stored.created and _differs(patrol, given):
            raise Conflict(_("This patrol is stored already, with other content."))
        answer = status.HTTP_202_ACCEPTED if stored.created else status.HTTP_200_OK
        return Response(PatrolSerializer(patrol).data, answer)

    @extend_schema(
        methods=["PUT"],
        request=None,
        responses={200: PatrolSerializer, 403: OpenApiResponse(description="not_allowed")},
    )
    @extend_schema(
        methods=["DELETE"],
        responses={200: PatrolSerializer, 403: OpenApiResponse(description="not_allowed")},
    )
    @action(detail=True, methods=["put", "delete"], url_path="nothing-wrong")
    def nothing_wrong(self, request: Request, pk: uuid.UUID) -> Response:
        """Say that nothing on the way needs mending (PUT), or take it back (DELETE)."""
        patrol = get_object_or_404(self.get_queryset(), pk=pk)
        if patrol.member_id != signed_in(request).pk:
            raise NotAllowed(_("Only who walked can say that nothing was wrong."))
        patrol.say_nothing_wrong(timezone.now() if request.method == "PUT" else None)
        return Response(PatrolSerializer(patrol).data)

    @extend_schema(responses=TrackSerializer)
    @action(detail=True, methods=["get"])
    def track(self, request: Request, pk: uuid.UUID) -> Response:
        """The way walked as GeoJSON: the fixes while they are kept, then the stretches covered."""
        return Response(track_of(get_object_or_404(self.get_queryset(), pk=pk)))


def _check_start(given: dict[str, Any]) -> None:
    """A patrol cannot start after its first fix; raises BadInput."""
    if "started_at" not in given:
        return
    if given["started_at"].timestamp() * 1000 > int(given["fixes"].milliseconds.min()) + 1000:
        message = _("The patrol starts after its first fix.")
        raise BadInput(message, fields={"started_at": [message]})


def _differs(patrol: Patrol, given: dict[str, Any]) -> bool:
    """Whether an upload that came again says other things than the one stored."""
    return (
        given["mode"] != patrol.mode
        or given.get("team") != patrol.team
        or given.get("started_at", patrol.started_at) != patrol.started_at
    )


class SegmentQuery(Query):
    area = CodeField()
    bbox = BoxField()
    street = serializers.IntegerField(required=False, min_value=1, max_value=MOST_KEY)
    kind = serializers.ChoiceField(StreetKind.choices, required=False)
    duty = serializers.BooleanField(
        default=True, help_text="false: also sidewalks and other ways whose metres do not count"
    )


class SegmentViewSet(FeatureList):
    """Segments of today's map as GeoJSON, with when they were last walked."""

    queryset = Segment.objects.current().defer("tile_line", "digest")
    serializer_class = SegmentSerializer
    position = "line"
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Segment]:
        walked = WalkedStretch.objects.filter(segment=OuterRef("pk")).order_by("-walked_at")
        return self.queryset.annotate(
            community_code=F("community__code"),
            street_name=F("street__name"),
            last_walked=Subquery(walked.values("walked_at")[:1]),
        ).order_by("pk")

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        asked = SegmentQuery.of(self.request)
        if asked["duty"]:
            queryset = queryset.filter(duty=True)
        if code := asked.get("area"):
            if len(known_area(code)) == Level.CELL:
                queryset = queryset.filter(
                    pk__in=Segment.objects.filter(cell_stretches__cell__code=code)
                )
            else:
                queryset = queryset.filter(community__code__startswith=code)
        for name in ("street", "kind"):
            if name in asked:
                queryset = queryset.filter(**{name: asked[name]})
        return queryset.filter(**touches(asked.get("bbox"), self.position))

    @extend_schema(parameters=[SegmentQuery])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().list(request, *args, **kwargs)
        if not response.data["features"] and (box := SegmentQuery.of(request).get("bbox")):
            refuse_swapped(box)
        return response

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        if args:
            _date(args[0] if kwargs.get("many") else [args[0]], signed_in(self.request))
        return super().get_serializer(*args, **kwargs)

    @extend_schema(responses=SegmentDetailSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One segment with the stretches last walked at one time, and the cells it lies in."""
        segment: Any = get_object_or_404(written(self.get_queryset(), self.position), pk=pk)
        _date([segment], signed_in(request))
        context = {"stretches": _last_walked(segment) if segment.last_walked else []}
        return Response(SegmentDetailSerializer(segment, context=context).data)


def _date(segments: Iterable[Segment], member: Member) -> None:
    """Note cadence and days on each; freshness is for those who cover some of the community."""
    today, cadences = timezone.localdate(), Cadences()
    scope = scope_of(member, today)
    for segment in segments:
        row: Any = segment
        row.due_after = segment.cadence_days or cadences.days(segment.kind, row.community_code)
        if not scope.touches(row.community_code):
            row.last_walked = None
        row.days = row.last_walked and (today - timezone.localdate(row.last_walked)).days


def _last_walked(segment: Segment) -> list[dict[str, Any]]:
    """Disjoint stretches of a segment with the latest time each was walked. One query."""
    rows = list(
        WalkedStretch.objects.filter(segment=segment)
        .order_by("walked_at")
        .values_list("start_dm", "end_dm", "walked_at")
    )
    walked = stretches([0] * len(rows), [row[0] for row in rows], [row[1] for row in rows])
    seen, seconds = last_seen(walked, [int(row[2].timestamp()) for row in rows])
    limit = float(segment.metres)
    return [
        {
            "start_m": min(start / 10, limit),
            "end_m": min(end / 10, limit),
            "last_walked": dt.datetime.fromtimestamp(int(second), dt.UTC),
        }
        for start, end, second in zip(seen.start, seen.end, seconds, strict=True)
    ]
