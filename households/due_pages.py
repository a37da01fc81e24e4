"""``/care/``: the doors to visit today and in the next days, as a short walk."""

import datetime as dt
import math
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.gis.geos import Point
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import formats, timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from accounts.api import signed_in
from grid.models import Level
from households import access
from households.due import Due, When, due_list
from households.household_pages import in_words
from households.links import shown
from households.models import CarePlan, Visit, VisitState

#: Days that the longer of the two lists holds, today among them.
WEEK_DAYS = 7
METRES_IN_KM = 1000


@dataclass(frozen=True)
class Asked:
    """What the address says: how far ahead, in which cell, from where on (EPSG:4326)."""

    week: bool
    cell: str
    start: Point | None

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        """Whatever is not valid is as usual."""
        cell = query.get("cell", "")
        return cls(
            week=query.get("until") == "week",
            cell=cell if cell.isascii() and cell.isdigit() and len(cell) <= Level.CELL else "",
            start=_start(query),
        )

    @property
    def query(self) -> str:
        """The same for an address, like ``?until=week&cell=…``; empty for the usual."""
        said = {}
        if self.week:
            said["until"] = "week"
        if self.cell:
            said["cell"] = self.cell
        if self.start is not None:
            said["lon"], said["lat"] = (f"{value:.5f}" for value in self.start.coords)
        return f"?{urlencode(said)}" if said else ""

    def until(self, today: dt.date) -> dt.date:
        return today + dt.timedelta(days=WEEK_DAYS - 1) if self.week else today


@dataclass(frozen=True)
class Stop:
    """A door of the list. ``times`` are those that suit: today's where there are any, else all,
    and ``suits`` says whether one of them is yet to end today. ``way`` is how far it is from the
    stop before, in words, empty where that is unknown or the same building. ``key`` is for what
    is recorded."""

    number: int
    due: Due
    way: str
    times: list[str]
    suits: bool
    last: Visit | None
    key: UUID


@method_decorator(access.eyes_of_member, name="dispatch")
class DueVisits(View):
    """The list of the signed-in member; the filters are in the address.

    Queries: session, member, whose eyes, responsibilities and areas (twice), visits, streets and
    their sidewalks, the last visits, whether they coordinate, eyes closed.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        areas = access.areas_cared_for(member, now)
        asked, today = Asked.of(request.GET), timezone.localdate(now)
        found = due_list(member, now, until=asked.until(today), start=asked.start, code=asked.cell)
        stops = _stops(found.visits, now)
        context = {
            "parts": [
                (when.name.lower(), [stop for stop in stops if stop.due.when == when])
                for when in When
            ],
            "found": found,
            "way": length_in_words(found.metres),
            "asked": asked,
            "cells": [area for area in areas if area.level in (Level.COMMUNITY, Level.CELL)],
            "map": {"stops": _places(stops), "start": asked.start and asked.start.coords},
            "today": today,
        }
        return shown(request, "due.html", context, page="due")


def _start(query: QueryDict) -> Point | None:
    try:
        lon, lat = float(query.get("lon", "")), float(query.get("lat", ""))
    except ValueError:
        return None
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 85):
        return None
    return Point(lon, lat, srid=4326)


def _stops(visits: Iterable[Due], now: dt.datetime) -> list[Stop]:
    visits = list(visits)
    last = last_visits(due.visit.household_id for due in visits)
    found = []
    for number, due in enumerate(visits, 1):
        times, suits = suiting(due.visit.plan, now)
        found.append(
            Stop(
                number,
                due,
                length_in_words(due.metres) if due.metres else "",
                times,
                suits,
                last.get(due.visit.household_id),
                uuid.uuid4(),
            )
        )
    return found


def length_in_words(metres: float) -> str:
    """Metres below 1 km, then kilometres with one decimal, as on the map."""
    if round(metres) < METRES_IN_KM:
        return _("%s m") % round(metres)
    return _("%s km") % formats.number_format(round(metres / METRES_IN_KM, 1), 1)


def suiting(plan: CarePlan, now: dt.datetime) -> tuple[list[str], bool]:
    """The times that suit in words, and whether the household can be visited yet today.

    No times mean any time.
    """
    local = timezone.localtime(now)
    today = [window for window in plan.windows if local.isoweekday() in window["days"]]
    times = (
        [f"{window['from']}–{window['to']}" for window in today]
        if today
        else [in_words(window) for window in plan.windows]
    )
    clock = local.strftime("%H:%M")
    return times, not plan.windows or any(clock < window["to"] for window in today)


def last_visits(households: Iterable[UUID]) -> dict[UUID, Visit]:
    """The latest visit made to each of the households, without its answers. One query."""
    made = (
        Visit.objects.filter(household__in=list(households))
        .exclude(state=VisitState.PLANNED)
        .order_by("household", "-at")
        .distinct("household")
        .only("household", "state", "at")
    )
    return {visit.household_id: visit for visit in made}


def _places(stops: list[Stop]) -> list[dict[str, Any]]:
    """Stops that are on the map, for the browser."""
    return [
        {
            "number": stop.number,
            "lon": round(stop.due.location.x, 7),
            "lat": round(stop.due.location.y, 7),
            "when": stop.due.when.name.lower(),
            "title": str(stop.due.visit.household.door),
        }
        for stop in stops
        if stop.due.location is not None
    ]
