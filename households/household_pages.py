"""The list of households, and the page of one."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from accounts.api import signed_in
from accounts.models import Member
from grid.models import Building, Level
from grid.responsibility import homes_of
from households import access
from households.links import shown
from households.listing import STATES, chosen, soon
from households.models import (
    AccessRecord,
    BuildingHead,
    CarePlan,
    Household,
    Looked,
    Visit,
    VisitState,
)
from households.plans import RENEW_WITHIN_DAYS
from households.readers import readers_of
from households.visits import CALLING

#: Rows of one page of the list.
ROWS = 50
#: Visits that a household's page tells of; its sheet has all.
VISITS = 50
#: And the latest looks; all of them stand on the sheet as well.
READERS = 10
MOST_PAGES = 10_000
#: So many days of the week in a row are told by the first and the last.
DAYS_TOLD_TOGETHER = 3


@method_decorator(access.eyes_of_member, name="dispatch")
class HouseholdList(View):
    """``/care/households/``: the filters are in the address.

    Queries: session, member, whose eyes, responsibilities, areas, how many, rows, whether they
    coordinate, eyes closed; for words also buildings, homes in them, homes off the map, the best
    of them.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        areas = access.areas_cared_for(member, now)
        words = request.GET.get("q", "").strip()[:200]
        state = request.GET.get("state", "")
        state = state if state in STATES else ""
        cell = request.GET.get("cell", "")
        within = [area.pk for area in areas if area.code.startswith(cell)]
        rows = chosen(within, words=words, state=state, member=member, now=now)
        page = _number(request.GET.get("page", ""))
        found = list(rows[(page - 1) * ROWS : page * ROWS])
        asked = {"q": words, "state": state, "cell": cell}
        total = len(rows) if isinstance(rows, list) else rows.count()
        context = {
            "homes": found,
            "asked": asked,
            "states": STATES.items(),
            "cells": [area for area in areas if area.level in (Level.COMMUNITY, Level.CELL)],
            "total": total,
            "newer": _address(asked, page - 1) if page > 1 else "",
            "older": _address(asked, page + 1) if page * ROWS < total else "",
            "today": timezone.localdate(now),
            "soon": soon(timezone.localdate(now)),
        }
        return shown(request, "list.html", context, page="households")


def _number(text: str) -> int:
    """The page asked for, from 1."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), MOST_PAGES)


def _address(asked: dict[str, str], page: int) -> str:
    return "?" + urlencode({**{k: v for k, v in asked.items() if v}, "page": page})


@method_decorator(access.eyes_of_member, name="dispatch")
class HouseholdPage(View):
    """``/care/households/<uuid>/``: opening it is noted.

    Queries: session, member, whose eyes, household, responsibilities (twice), the record, plans,
    planned visits, visits made, questions, heads, outline, who read it, their names,
    whether they coordinate, eyes closed.
    """

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        household = access.look(member, pk, Looked.PAGE, now=now)
        today = timezone.localdate(now)
        homes = homes_of(member, today)
        own = homes.covers(household.area.code)
        context = {
            "household": household,
            "own": own,
            "whole_community": homes.covers(household.area.code[: Level.COMMUNITY]),
            "until": None if own else _until(member, household, now),
            "plans": plans_of(household, today),
            "visits": _visits(household),
            "heads": _heads(household, today),
            "outline": outline(household.door.building_id),
            "readers": readers_of(household.pk, READERS),
            "today": today,
            "renew_days": RENEW_WITHIN_DAYS,
        }
        return shown(request, "household.html", context, page="households")


def plans_of(household: Household, today: dt.date) -> list[CarePlan]:
    """The household's plans, the newest first, each with what a page says of it.

    ``stage`` is standing, to_come, ended or withdrawn; ``next`` its planned visit;
    ``renewable`` whether it can be renewed now; ``told_windows`` the times that suit in words.
    """
    plans = list(
        CarePlan.objects.filter(household=household)
        .select_related("checklist", "consent_text", "recorded_by")
        .order_by("-starts_on", "-ends_on")
    )
    planned = Visit.objects.filter(household=household, state=VisitState.PLANNED)
    next_visits = {visit.plan_id: visit for visit in planned}
    last_ends: dict[str, dt.date] = {}
    for plan in plans:
        if plan.withdrawn_at is None:
            last_ends[plan.purpose] = max(plan.ends_on, last_ends.get(plan.purpose, plan.ends_on))
    for plan in plans:
        told: Any = plan
        told.stage = _stage(plan, today)
        told.next = next_visits.get(plan.pk)
        told.told_windows = [in_words(window) for window in plan.windows]
        told.renewable = (
            plan.withdrawn_at is None
            and plan.ends_on == last_ends[plan.purpose]
            and plan.ends_on - today <= dt.timedelta(days=RENEW_WITHIN_DAYS)
        )
    return plans


def in_words(window: dict[str, Any]) -> str:
    """Like Mon, Wed 09:00–11:00; three days in a row and more like Mon–Fri."""
    if window["days"] == list(range(1, 8)):
        days = _("every day")
    else:
        days = _(", ").join(_days_in_words(window["days"]))
    return f"{days} {window['from']}–{window['to']}"


def _days_in_words(days: list[int]) -> list[str]:
    """Days of the week (1 is Monday), those in a row together."""
    found: list[list[int]] = []
    for day in sorted(days):
        if found and found[-1][-1] == day - 1:
            found[-1].append(day)
        else:
            found.append([day])
    words = []
    for row in found:
        names = [str(WEEKDAYS_ABBR[day - 1]) for day in row]
        together = len(row) >= DAYS_TOLD_TOGETHER
        words += (
            [_("%(first)s–%(last)s") % {"first": names[0], "last": names[-1]}]
            if together
            else names
        )
    return words


def _stage(plan: CarePlan, today: dt.date) -> str:
    if plan.withdrawn_at is not None:
        return "withdrawn"
    if plan.ends_on < today:
        return "ended"
    return "to_come" if plan.starts_on > today else "standing"


def _visits(household: Household) -> list[Visit]:
    """Visits made, the latest first, each with what called for something to be done."""
    made = Visit.objects.filter(household=household).exclude(state=VisitState.PLANNED)
    visits = list(
        made.select_related("member", "plan")
        .prefetch_related("plan__checklist__items")
        .order_by("-at", "-pk")[:VISITS]
    )
    for visit in visits:
        told: Any = visit
        asked = {item.key: str(item) for item in visit.plan.checklist.items.all()}
        told.calling = [
            (asked.get(key, key), _("Needs attention") if answer == "attention" else _("Yes"))
            for key, answer in visit.answers.items()
            if answer in CALLING
        ]
    return visits


def _heads(household: Household, today: dt.date) -> list[BuildingHead]:
    building = household.door.building_id
    if building is None:
        return []
    return list(BuildingHead.objects.on(today).filter(building=building, area=household.area_id))


def outline(building: int | None) -> str:
    """The building's outline as GeoJSON (EPSG:4326), for the small map; empty for none."""
    if building is None:
        return ""
    found = Building.objects.filter(pk=building).values_list("footprint", flat=True).first()
    return found.geojson if found is not None else ""


def _until(member: Member, household: Household, now: dt.datetime) -> dt.datetime | None:
    """Until when somebody from outside may look."""
    since = now - dt.timedelta(minutes=access.OUTSIDE_MINUTES)
    opened = AccessRecord.objects.filter(
        member=member, household=household.pk, outside=True, at__gt=since
    ).first()
    return opened.at + dt.timedelta(minutes=access.OUTSIDE_MINUTES) if opened else None
