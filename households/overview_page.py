"""``/care/overview/``: that nobody who asked was forgotten, cell by cell."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from accounts.api import signed_in
from accounts.models import Member
from accounts.scope import Scope
from grid.models import Area, Level
from households import access
from households.due import coordinated, missed
from households.links import shown
from households.listing import in_state
from households.models import AccessRecord, CarePlan, Household, Visit
from households.newly_given import Given, newly_given

#: What is counted of households, by its name in the list's filter.
COUNTED = ("due", "overdue", "missed", "soon", "ended", "none")
#: Looks from outside, and roles newly given, are told for so many days.
OUTSIDE_DAYS = 30
#: Rows of missed visits and of looks; the lists behind the links have all.
MOST_ROWS = 50


@dataclass(frozen=True)
class Row:
    """One cell's figures. ``code`` is empty for homes that stand in no cell."""

    name: str
    code: str
    homes: int
    plans: int
    counts: list[tuple[str, int]]


@method_decorator(access.eyes_of_member, name="dispatch")
class Overview(View):
    """Figures of the member's cells; a coordinator also sees what was missed and who looked in.

    Queries: session, member, whose eyes, responsibilities, areas, communities, eight counts,
    communities once more, their areas, missed visits, looks from outside, roles given and by whom,
    eyes closed.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        areas = access.areas_cared_for(member, now)
        communities = coordinated(member, now)
        rows = _rows(areas, timezone.localdate(now))
        context = {
            "rows": rows,
            "total": _total(rows),
            "counted": COUNTED,
            "coordinates": bool(communities),
            "missed": _missed(member, now) if communities else [],
            "looks": _looks(areas, communities, now) if communities else [],
            "given": _given(communities, now) if communities else [],
            "outside_days": OUTSIDE_DAYS,
            "today": timezone.localdate(now),
        }
        return shown(request, "overview.html", context, page="overview")


def _rows(areas: list[Area], today: dt.date) -> list[Row]:
    """A row for each cell, and for a community where homes stand in none of its cells."""
    keys = [area.pk for area in areas]
    homes = Household.objects.filter(area__in=keys)
    all_homes = _by_area(homes)
    plans = _by_area(CarePlan.objects.in_force(today).filter(area__in=keys))
    counts = {state: _by_area(in_state(homes, state, today)) for state in COUNTED}
    return [
        Row(
            name=area.name,
            code=area.code if area.level == Level.CELL else "",
            homes=all_homes.get(area.pk, 0),
            plans=plans.get(area.pk, 0),
            counts=[(state, counts[state].get(area.pk, 0)) for state in COUNTED],
        )
        for area in areas
        if area.pk in all_homes or (area.level == Level.CELL and area.retired_on is None)
    ]


def _by_area(rows: QuerySet) -> dict[int, int]:
    """How many rows each area has."""
    return dict(rows.order_by().values_list("area").annotate(number=Count("pk")))


def _total(rows: Iterable[Row]) -> Row:
    rows = list(rows)
    return Row(
        name="",
        code="",
        homes=sum(row.homes for row in rows),
        plans=sum(row.plans for row in rows),
        counts=[
            (state, sum(row.counts[nth][1] for row in rows)) for nth, state in enumerate(COUNTED)
        ],
    )


def _missed(member: Member, now: dt.datetime) -> list[Visit]:
    """What climbed to the coordinator, longest waiting first."""
    return list(missed(member, now)[:MOST_ROWS])


def _looks(areas: list[Area], communities: Scope, now: dt.datetime) -> list[AccessRecord]:
    """Looks from outside at homes in these communities, the latest first."""
    within = [area.pk for area in areas if communities.covers(area.code)]
    since = now - dt.timedelta(days=OUTSIDE_DAYS)
    found = AccessRecord.objects.filter(area__in=within, outside=True, at__gt=since)
    return list(
        found.select_related("member", "area")
        .defer("area__geometry", "area__tile_geometry")
        .order_by("-at", "-pk")[:MOST_ROWS]
    )


def _given(communities: Scope, now: dt.datetime) -> list[Given]:
    return newly_given(communities, now - dt.timedelta(days=OUTSIDE_DAYS))[:MOST_ROWS]
