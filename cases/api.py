"""``/api/v1/cases/``: report, find, follow and handle cases."""

import hashlib
import json
import uuid
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.generics import get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api import signed_in
from api.errors import BadInput, Conflict
from api.features import written
from api.input import PointQuery
from api.kept import unless_kept
from cases.deeds import Deed
from cases.handling import possible_steps, take_step
from cases.listing import SORTS, CaseQuery, chosen, visible
from cases.map_rows import map_rows
from cases.models import Case, CaseQuerySet, Category, Event, Source
from cases.reporting import Report, take_in
from cases.serializers import (
    CaseDetailSerializer,
    CaseSerializer,
    CategorySerializer,
    LeafField,
    NewCaseSerializer,
    NewStepSerializer,
    SimilarSerializer,
)
from cases.similar import similar
from cases.transitions import Step
from streetlights.models import Lamp

SHOWN = ("category__parent", "responsible", "assignee", "crew")


class CasePages(CursorPagination):
    """Pages without counting: a count of a million rows costs more than the page."""

    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 1000

    def decode_cursor(self, request: Request) -> Any:
        """What a page's address says where to go on; raises NotFound for one that says nothing."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None:
            try:
                known = parse_datetime(str(cursor.position))
            except ValueError:
                known = None
            if known is None:
                raise NotFound(self.invalid_cursor_message)
        return cursor

    def get_ordering(self, request: Request, queryset: QuerySet, view: Any) -> tuple[str, ...]:
        return SORTS["due" if request.query_params.get("sort") == "due" else "newest"]


class CategoryViewSet(ListModelMixin, GenericViewSet):
    """The tree of categories in use: groups, and what can be reported."""

    queryset = Category.objects.filter(active=True).select_related("parent")
    serializer_class = CategorySerializer
    pagination_class = None


class SimilarQuery(PointQuery):
    category = LeafField()
    lamp = serializers.PrimaryKeyRelatedField(
        queryset=Lamp.objects.all(),
        required=False,
        pk_field=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
    )


class CaseViewSet(ListModelMixin, GenericViewSet):
    """Cases that the member may see: in their areas, given to them, or reported by them."""

    queryset = Case.objects.select_related(*SHOWN)
    serializer_class = CaseSerializer
    pagination_class = CasePages
    lookup_value_converter = "int"

    def get_queryset(self) -> CaseQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return visible(signed_in(self.request), timezone.localdate()).select_related(*SHOWN)

    def filter_queryset(self, queryset: Any) -> CaseQuerySet:
        asked = CaseQuery.of(self.request)
        return chosen(queryset, asked, signed_in(self.request), timezone.now())

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": timezone.now()}

    @extend_schema(parameters=[CaseQuery])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Cases in pages, newest first; follow ``next``."""
        page = self.paginate_queryset(
            written(self.filter_queryset(self.get_queryset()), "location")
        )
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(parameters=[CaseQuery], responses=dict[str, Any])
    @action(detail=False)
    def map(self, request: Request) -> HttpResponseBase:
        """All that the filters leave, a short row each, 5,000 at most; see cases/map_rows.py."""
        found = map_rows(self.filter_queryset(self.get_queryset()), timezone.now())
        body = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
        return unless_kept(request, hashlib.sha256(body).hexdigest()[:24], lambda: body)

    @extend_schema(parameters=[SimilarQuery], responses=SimilarSerializer(many=True))
    @action(detail=False)
    def similar(self, request: Request) -> Response:
        """Open cases nearby that may be the same thing, nearest first."""
        asked = SimilarQuery.of(request)
        point = SimilarQuery.point(request)
        found = similar(asked["category"], point, asked.get("lamp")).select_related(*SHOWN)
        return Response(SimilarSerializer(written(found, "location"), many=True).data)

    @extend_schema(responses=CaseDetailSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One case with its events, and the steps that one may take."""
        return Response(self._detail(get_object_or_404(self.get_queryset(), pk=pk)))

    def _detail(self, case: Case) -> Any:
        member = signed_in(self.request)
        shown = written(Case.objects.select_related(*SHOWN), "location").prefetch_related(
            "events__author", "events__photos"
        )
        context = {
            **self.get_serializer_context(),
            "steps": possible_steps(case, member, timezone.localdate()),
        }
        return CaseDetailSerializer(shown.get(pk=case.pk), context=context).data

    @extend_schema(
        request=NewCaseSerializer,
        responses={
            200: OpenApiResponse(CaseDetailSerializer, "Taken in before: the same key"),
            201: OpenApiResponse(CaseDetailSerializer, "Taken in"),
        },
    )
    def create(self, request: Request) -> Response:
        """Report a fault or incident at a place."""
        member = signed_in(request)
        key = _key(request)
        if key and (before := Case.objects.filter(key=key, reporter=member).first()):
            # Its photos belong to it by now, so the rest of it would be refused.
            return Response(self._detail(before))
        sent = NewCaseSerializer(data=request.data, context={"request": request})
        sent.is_valid(raise_exception=True)
        given = dict(sent.validated_data)
        source = Source.PATROL if given.pop("on_patrol") else Source.MEMBER
        case, new = take_in(Report(reporter=member, source=source, **given), now=timezone.now())
        if case.reporter_id != member.pk:
            raise Conflict(_("This report is somebody else's; give yours a key of its own."))
        return Response(self._detail(case), status.HTTP_201_CREATED if new else status.HTTP_200_OK)

    @extend_schema(
        request=NewStepSerializer,
        responses={
            200: CaseDetailSerializer,
            204: OpenApiResponse(description="Confirmed; one may not see more of this case"),
        },
    )
    @action(detail=True, methods=["post"])
    def steps(self, request: Request, pk: int) -> Response:
        """Take a step. Illegal ones are refused with the legal ones named (409)."""
        member = signed_in(request)
        seen = self.get_queryset().filter(pk=pk)
        key = _key(request)
        if key and Event.objects.filter(key=key, case=pk, author=member).exists():
            return self._taken(seen)
        sent = NewStepSerializer(data=request.data, context={"request": request})
        sent.is_valid(raise_exception=True)
        given = dict(sent.validated_data)
        cases = Case.objects.all() if given["step"] == Step.CONFIRM else seen
        case = get_object_or_404(cases, pk=pk)
        details = {name: given.get(name) for name in NewStepSerializer.DETAILS}
        if "into" in given:
            details["into"] = self._into(given["into"])
        take_step(
            case,
            Deed(
                step=given["step"],
                author=member,
                key=given.get("key") or uuid.uuid4(),
                version=given.get("version"),
                note=given.get("note", ""),
                public=given["public"],
                location=given.get("location"),
                photos=given.get("photos", ()),
                details=details,
            ),
            now=timezone.now(),
        )
        return self._taken(seen)

    def _taken(self, seen: QuerySet[Case]) -> Response:
        """The case as it is now, for those who may see it: anybody may confirm."""
        case = seen.first()
        return Response(status=204) if case is None else Response(self._detail(case))

    def _into(self, key: int) -> Case:
        into = self.get_queryset().filter(pk=key).first()
        if into is None:
            message = _("There is no case #%s that you may see.") % key
            raise BadInput(message, fields={"into": [message]})
        return into


def _key(request: Request) -> uuid.UUID | None:
    """The client's own id of what it sends, where it is one."""
    sent = request.data.get("key") if isinstance(request.data, dict) else None
    try:
        return uuid.UUID(sent) if isinstance(sent, str) else None
    except ValueError:
        return None
