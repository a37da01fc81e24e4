"""What playing time and comparing two periods ask for."""

import datetime as dt
import hashlib
import json
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api import signed_in
from api.errors import NotAllowed
from api.input import BoxField, DayField, Query
from api.kept import unless_kept
from cases.listing import visible
from grid.responsibility import scope_of
from patrols.coverage import area_of, midnight, past_day, window
from patrols.walks import streets_of
from publish.case_history import case_history
from publish.difference import Period, difference_of
from publish.here import may_see_figures
from publish.kept import mark
from publish.map_api import MOST_DAYS, WindowQuery, covered_area, last_day
from publish.walk_history import history_of

#: Half a year by days.
MOST_PLAYED = 184


def _over() -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1,
        max_value=MOST_PLAYED,
        default=84,
        help_text="How many days are played, the last one being as_of",
    )


class HistoryQuery(WindowQuery):
    over = _over()


class CaseHistoryQuery(Query):
    bbox = BoxField()
    as_of = DayField(help_text="The last day; today without it")
    over = _over()


class DifferenceQuery(WindowQuery):
    vs_as_of = DayField(help_text="The last day of the other period")
    vs_days = serializers.IntegerField(
        min_value=1, max_value=MOST_DAYS, required=False, help_text="As many as days without it"
    )
    segments = serializers.BooleanField(
        default=False, help_text="Also which stretches of each segment, to draw them"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "vs_as_of" not in attrs:
            raise serializers.ValidationError(
                {"vs_as_of": _("Say which period to compare with: ?vs_as_of=2026-01-31.")}
            )
        return super().validate(attrs)


def written(answer: dict[str, Any]) -> bytes:
    """As short as JSON can be; days as ISO 8601."""
    return json.dumps(
        answer, ensure_ascii=False, separators=(",", ":"), default=dt.date.isoformat
    ).encode()


@extend_schema(parameters=[HistoryQuery], responses=dict[str, Any], tags=["map"])
class History(APIView):
    """When each metre of an area's streets was walked over weeks; see publish/walk_history.py."""

    def get(self, request: Request) -> HttpResponseBase:
        # Queries: session, member, responsibilities, area, streets (2), mark (1), walks, cadences.
        asked = HistoryQuery.of(request)
        scope = scope_of(signed_in(request), timezone.localdate())
        area = area_of(asked["area"])
        if not may_see_figures(scope, area.code):
            raise NotAllowed(
                _("When streets were walked is shown only to those responsible for this area.")
            )
        now = timezone.localtime()
        start, end = window(days=asked["over"], today=last_day(asked, now))
        streets, days = streets_of(area), asked["days"]
        since = midnight(start + dt.timedelta(days=1)) - dt.timedelta(days=days)
        until = min(now, midnight(end + dt.timedelta(days=1)))
        return unless_kept(
            request,
            mark(streets, "history", start, end, days, since=since, until=until),
            lambda: written(history_of(area, streets, start=start, end=end, days=days, now=now)),
        )


@extend_schema(parameters=[CaseHistoryQuery], responses=dict[str, Any], tags=["map"])
class CaseHistory(APIView):
    """The states of cases over weeks, a short row each, 5,000 at most; see
    publish/case_history.py."""

    def get(self, request: Request) -> HttpResponseBase:
        asked = CaseHistoryQuery.of(request)
        now = timezone.now()
        cases = visible(signed_in(request), timezone.localdate(now))
        if "bbox" in asked:
            cases = cases.filter(location__bboverlaps=asked["bbox"])
        start, end = window(days=asked["over"], today=last_day(asked, now))
        until = min(now, midnight(end + dt.timedelta(days=1)))
        since = midnight(start + dt.timedelta(days=1))
        found = case_history(cases, since=min(since, until), until=until)
        days = (start + dt.timedelta(days=number) for number in range(asked["over"] + 1))
        body = written({**found, "midnights": [int(midnight(day).timestamp()) for day in days]})
        return unless_kept(request, hashlib.sha256(body).hexdigest()[:24], lambda: body)


@extend_schema(parameters=[DifferenceQuery], responses=dict[str, Any], tags=["map"])
class Difference(APIView):
    """Metres walked in both of two periods, in one of them, or in neither, in all and by cell;
    see publish/difference.py."""

    def get(self, request: Request) -> HttpResponseBase:
        asked = DifferenceQuery.of(request)
        area = covered_area(request, asked["area"])
        now = timezone.now()
        one = Period(*window(days=asked["days"], today=last_day(asked, now)))
        vs_days = asked.get("vs_days", asked["days"])
        vs_day = min(asked["vs_as_of"], timezone.localdate(now))
        other = Period(*window(days=vs_days, today=vs_day))
        # Cells as coverage counts them for the first of the periods.
        streets = streets_of(area, past_day(one.end, now))

        def answer() -> bytes:
            found = difference_of(streets, one, other, now=now)
            segments = {"segments": found.segments()} if asked["segments"] else {}
            return written(
                {
                    "area": area.code,
                    "from": one.start,
                    "to": one.end,
                    "vs_from": other.start,
                    "vs_to": other.end,
                    **found.figures(),
                    **segments,
                }
            )

        marks = [
            mark(streets, "difference", asked["segments"], since=since, until=until)
            for since, until in (
                (midnight(of.start), min(now, midnight(of.end + dt.timedelta(days=1))))
                for of in (one, other)
            )
        ]
        periods = (one.start, one.end, other.start, other.end)
        unchanged = hashlib.sha256(repr((marks, periods)).encode()).hexdigest()[:24]
        return unless_kept(request, unchanged, answer)
