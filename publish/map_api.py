"""What only the map page asks for: where to start, freshness, coverage, and "who is here?"."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Member
from accounts.scope import Scope
from api.errors import NotAllowed
from api.input import CodeField, DayField, PointQuery, Query
from api.kept import unless_kept
from grid.api import refuse_swapped
from grid.models import Area, Level
from grid.responsibility import scope_of
from patrols.coverage import area_of, midnight, window
from patrols.models import Patrol
from patrols.walks import streets_of
from publish import kept_figures
from publish.darkness import darkness_of, events_until
from publish.freshness import freshness_of
from publish.here import chain, may_see_figures, street_at
from publish.kept import mark, mark_of_light

MOST_DAYS = 366
#: A chart has no room for more.
MOST_CHARTED = 365
#: A choice of areas longer than this is no choice; the search and the map lead further.
MOST_AREAS = 300


class WindowQuery(Query):
    """An area and the days that are asked about."""

    area = CodeField()
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=30)
    as_of = DayField(help_text="The last day; today without it")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "area" not in attrs:
            raise serializers.ValidationError({"area": _("Say which area: ?area=CODE.")})
        return attrs


class SeriesQuery(WindowQuery):
    over = serializers.IntegerField(
        min_value=1,
        max_value=MOST_CHARTED,
        default=30,
        help_text="How many days are charted, the last one being as_of",
    )


class HereQuery(PointQuery):
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=30)
    as_of = DayField(help_text="The last day; today without it")


def _who(request: Request) -> tuple[Member, Scope]:
    member = request.user
    assert isinstance(member, Member)  # noqa: S101
    return member, scope_of(member, timezone.localdate())


def last_day(asked: dict[str, Any], now: dt.datetime) -> dt.date:
    """The day that is asked about, and never one to come."""
    today = timezone.localdate(now)
    return min(asked.get("as_of", today), today)


@extend_schema(responses=dict[str, Any], tags=["map"])
class Start(APIView):
    """What the page needs first: who reads it, their areas, and where the map begins."""

    def get(self, request: Request) -> Response:
        # Queries: session, member, responsibilities, areas, extent, cells, simulated patrols.
        member, scope = _who(request)
        everything = Area.objects.current()
        areas = everything.in_scope(scope).annotate(box=Extent("geometry")).order_by("code")
        if scope.everywhere:
            areas = areas.filter(level__lt=Level.CELL)
        bounds = (everything.in_scope(scope) if scope else everything).aggregate(
            box=Extent("geometry")
        )["box"]
        return Response(
            {
                "member": {"name": str(member), "staff": member.is_staff},
                "everywhere": scope.everywhere,
                "own": sorted(scope.prefixes),
                "areas": [
                    {"code": area.code, "name": area.name, "level": area.level, "bounds": area.box}
                    for area in areas.only("code", "name", "level")[:MOST_AREAS]
                ],
                "bounds": bounds or everything.aggregate(box=Extent("geometry"))["box"],
                "has_cells": Area.objects.cells().exists(),
                "simulated": Patrol.objects.filter(simulated=True).exists(),
                "today": timezone.localdate(),
            }
        )


@extend_schema(parameters=[WindowQuery], responses=dict[str, Any], tags=["map"])
class Freshness(APIView):
    """When each metre of an area's streets was last walked; see publish/freshness.py."""

    def get(self, request: Request) -> HttpResponseBase:
        asked = WindowQuery.of(request)
        _member, scope = _who(request)
        area = area_of(asked["area"])
        if not may_see_figures(scope, area.code):
            raise NotAllowed(
                _("When streets were walked is shown only to those responsible for this area.")
            )
        now = timezone.now()
        day = last_day(asked, now)
        end = midnight(day + dt.timedelta(days=1))
        until, days = min(now, end), asked["days"]
        as_of = int(end.timestamp()) if end <= now else None
        streets = streets_of(area)
        unchanged = mark(streets, day, as_of, since=until - dt.timedelta(days=days), until=until)

        def answer() -> dict[str, Any]:
            found = freshness_of(area, streets, until=until, midnight=midnight(day), days=days)
            return {**found, "as_of": as_of}

        return unless_kept(request, unchanged, answer)


def covered_area(request: Request, code: str) -> Area:
    """An area whose figures the reader may see; raises UnknownArea and NotAllowed."""
    _member, scope = _who(request)
    area = area_of(code)
    if not scope.covers(area.code):
        raise NotAllowed(_("Figures of an area are shown only to those responsible for it."))
    return area


@extend_schema(parameters=[WindowQuery], responses=dict[str, Any], tags=["map"])
class Coverage(APIView):
    """Metres, metres walked and metres overdue of an area and its cells, as ``manage.py
    coverage`` prints them."""

    def get(self, request: Request) -> Response:
        asked = WindowQuery.of(request)
        area = covered_area(request, asked["area"])
        now = timezone.now()
        start, end = window(days=asked["days"], today=last_day(asked, now))
        found = kept_figures.coverage_of(area, start=start, end=end, now=now)
        return Response(
            {
                "area": area.code,
                "name": area.name,
                "from": start,
                "to": end,
                "metres": found.metres,
                "covered_metres": found.covered_metres,
                "coverage": found.coverage,
                "overdue_metres": found.overdue_metres,
                "patrols": found.patrols,
                "members": found.members,
                "buildings_passed": found.buildings_passed,
                "kinds": {
                    kind: {"metres": of.metres, "covered_metres": of.covered_metres}
                    for kind, of in found.kinds.items()
                },
                # A city has thousands; dataclasses.asdict would take most of the time.
                "cells": [{**vars(cell), "coverage": cell.coverage} for cell in found.cells],
            }
        )


@extend_schema(parameters=[SeriesQuery], responses=dict[str, Any], tags=["map"])
class Series(APIView):
    """Coverage of an area day by day, for a chart: each day tells of the days that end on it."""

    def get(self, request: Request) -> HttpResponseBase:
        asked = SeriesQuery.of(request)
        area = covered_area(request, asked["area"])
        now = timezone.now()
        days = asked["days"]
        start, end = window(days=asked["over"], today=last_day(asked, now))
        first = midnight(start - dt.timedelta(days=days - 1))
        until = min(now, midnight(end + dt.timedelta(days=1)))

        def answer() -> dict[str, Any]:
            rows = kept_figures.series_of(area, start=start, end=end, days=days, now=now)
            return {
                "area": area.code,
                "days": days,
                "from": start,
                "to": end,
                "metres": rows[-1].metres,
                "covered_metres": [row.covered_metres for row in rows],
            }

        # To know whether a large area changed takes longer than to answer.
        if kept_figures.is_large(area):
            return Response(answer())
        unchanged = mark(streets_of(area), end, since=first, until=until)
        return unless_kept(request, unchanged, answer)


@extend_schema(parameters=[WindowQuery], responses=dict[str, Any], tags=["map"])
class Darkness(APIView):
    """What is lit, what was walked at night, and what is dark and was not; see
    publish/darkness.py."""

    def get(self, request: Request) -> HttpResponseBase:
        asked = WindowQuery.of(request)
        area = covered_area(request, asked["area"])
        now = timezone.now()
        start, end = window(days=asked["days"], today=last_day(asked, now))
        since, until = midnight(start), min(now, midnight(end + dt.timedelta(days=1)))
        streets, events = streets_of(area), events_until(area, until)

        def answer() -> dict[str, Any]:
            found = darkness_of(area, streets, events, since=since, until=until)
            return {**found, "from": start, "to": end}

        known = [(place.coords, at) for place, at in events]
        light = mark_of_light(area, streets)
        unchanged = mark(streets, start, end, light, known, since=since, until=until)
        return unless_kept(request, unchanged, answer)


@extend_schema(parameters=[HereQuery], responses=dict[str, Any], tags=["map"])
class Here(APIView):
    """Who is responsible at a place, up the chain, and when the nearest street was walked."""

    def get(self, request: Request) -> Response:
        asked, point = HereQuery.of(request), HereQuery.point(request)
        member, scope = _who(request)
        now = timezone.now()
        start, last = window(days=asked["days"], today=last_day(asked, now))
        until = min(now, midnight(last + dt.timedelta(days=1)))
        areas = chain(point, timezone.localdate(now))
        if not areas:
            refuse_swapped(point)
        return Response(
            {
                "lon": point.x,
                "lat": point.y,
                "areas": areas,
                "street": street_at(point, member, scope, since=midnight(start), until=until),
                "track_days": settings.TRACK_RETENTION_DAYS,
            }
        )
