"""What a member's tablet carries today of cases and lamps: the fewest fields, own areas only."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, F, FloatField, Func, Max, Q
from django.utils import timezone

from accounts.models import Member, Role
from accounts.scope import Scope
from cases.listing import SOON
from cases.models import Case, CaseQuerySet
from cases.standing import held_by, standings_by
from cases.transitions import steps_from
from grid.models import Area, Level
from streetlights.models import Lamp
from sync.areas import CARRYING, MOST_CELLS, own_cells

#: Digits after the point of a degree: a centimetre.
DIGITS = 7


@dataclass(frozen=True)
class Carrier:
    """A member, and what their tablet may carry at a moment.

    ``roles`` are (role, area code) as `cases.standing.held_by` gives them; ``crews`` are ids.
    """

    member: Member
    now: dt.datetime
    roles: tuple[tuple[str, str], ...]
    crews: tuple[int, ...]

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)

    @property
    def grants(self) -> tuple[str, ...]:
        """What they may do where, like "worker:990101001001001"."""
        all_ = ["superuser:"] if self.member.is_superuser else []
        return tuple(sorted([*all_, *(f"{role}:{code}" for role, code in self.roles)]))

    @cached_property
    def areas(self) -> list[Area]:
        """All areas at and under those held, retired ones too: old cases lie there. One query."""
        scope = scope_of_grants(self.grants)
        if not scope:
            return []
        found = Area.objects.in_scope(scope).order_by("code")
        return list(found.only("code", "level", "name", "retired_on"))

    @cached_property
    def cells(self) -> list[Area]:
        """The cells whose ground it carries, as `sync.areas.own_cells`. Raises TooMany."""
        cells = [a for a in self.areas if a.level == Level.CELL and a.retired_on is None]
        # Asked once more where there are too many: it knows the sentence.
        return cells if len(cells) <= MOST_CELLS else own_cells(self.member, self.today)


def carrier(member: Member, now: dt.datetime) -> Carrier:
    """Two queries."""
    crews = member.crews.filter(active=True).order_by("pk").values_list("pk", flat=True)
    roles = held_by(member, timezone.localdate(now)) if member.is_active else []
    return Carrier(member, now, tuple(roles), tuple(crews))


def scope_of_grants(grants: Iterable[str]) -> Scope:
    """The areas that a tablet carries because of them."""
    parts = [grant.partition(":") for grant in grants]
    return Scope(frozenset(code for role, _colon, code in parts if role in CARRYING))


def homes_of_grants(grants: Iterable[str]) -> Scope:
    """The areas whose homes they let know of, as `grid.responsibility.homes_of`."""
    held = [grant.partition(":") for grant in grants]
    works = {
        code for role, _c, code in held if role == Role.WORKER and len(code) >= Level.COMMUNITY
    }
    leads = {
        code for role, _c, code in held if role == Role.COORDINATOR and len(code) == Level.COMMUNITY
    }
    return Scope(frozenset(works | leads))


def codes_under(scope: Scope) -> list[str]:
    """Codes of all areas in it, also of retired cells. One query."""
    return list(Area.objects.in_scope(scope).order_by("code").values_list("code", flat=True))


def cases(carrier: Carrier) -> CaseQuerySet:
    """Open cases of own areas, and those reported, claimed or to be worked on by the member.

    A volunteer's areas show what may be claimed. Narrower than the office's list: what somebody
    only leads or audits stays at the desk.
    """
    works, helps = set(), set()
    for role, code in carrier.roles:
        if role in (Role.WORKER, Role.COORDINATOR):
            works.add(code)
        elif role == Role.VOLUNTEER:
            helps.add(code)
    return Case.objects.open().visible_to(
        carrier.member, Scope(frozenset(works)), carrier.crews, Scope(frozenset(helps))
    )


def told_cases(carrier: Carrier, keys: Collection[int]) -> list[dict[str, Any]]:
    """Those of the cases that the tablet carries, as it gets them. One query."""
    found = (
        cases(carrier)
        .filter(pk__in=keys)
        .select_related("category")
        .annotate(lon=_ordinate("ST_X"), lat=_ordinate("ST_Y"), photos=Count("events__photos"))
        .defer("location")
        .order_by("pk")
    )
    return [_told_case(case, carrier) for case in found]


def _told_case(case: Case, carrier: Carrier) -> dict[str, Any]:
    standing = standings_by(carrier.member, case, carrier.roles, carrier.crews)
    return {
        "id": case.pk,
        "version": case.version,
        "state": case.state,
        "category": case.category.code,
        "lon": round(case.lon, DIGITS),  # type: ignore[attr-defined]
        "lat": round(case.lat, DIGITS),  # type: ignore[attr-defined]
        "area": case.area_code,
        "description": case.description,
        "whereabouts": case.whereabouts,
        "lamp": case.lamp_id,
        "due": _due(case, carrier.now),
        "due_at": _moment(case.due_at),
        "steps": [str(step) for step in steps_from(case.state, standing)],
        "reported_at": _moment(case.reported_at),
        "photos": case.photos,  # type: ignore[attr-defined]
    }


def _due(case: Case, now: dt.datetime) -> str | None:
    if case.is_overdue(now):
        return "overdue"
    return "soon" if case.is_overdue(now + SOON) else None


def due_between(carrier: Carrier, since: dt.datetime) -> CaseQuerySet:
    """Cases that became overdue, or due soon, since then; also where the clock went back."""
    early, late = sorted((since, carrier.now))
    now = Q(due_at__gt=early - _BLINK, due_at__lte=late)
    soon = Q(due_at__gt=early - _BLINK + SOON, due_at__lte=late + SOON)
    return cases(carrier).filter(now | soon)


#: Moments in cursors are cut to milliseconds.
_BLINK = dt.timedelta(milliseconds=1)


def lamps(carrier: Carrier) -> Any:
    """Lamps of the cells whose ground the tablet carries."""
    return Lamp.objects.filter(cell__in=[cell.pk for cell in carrier.cells])


def told_lamps(carrier: Carrier, keys: Collection[int]) -> list[dict[str, Any]]:
    """Those of the lamps that the tablet carries, as it gets them. One query."""
    codes = {cell.pk: cell.code for cell in carrier.cells}
    found = (
        lamps(carrier)
        .filter(pk__in=keys)
        .annotate(lon=_ordinate("ST_X"), lat=_ordinate("ST_Y"), seen_at=Max("sightings__seen_at"))
        .order_by("pk")
    )
    return [
        {
            "id": pk,
            "number": number,
            "lon": round(lon, DIGITS),
            "lat": round(lat, DIGITS),
            "state": _light(working),
            "cell": codes[cell],
            "seen_at": _moment(seen_at),
        }
        for pk, number, lon, lat, working, cell, seen_at in found.values_list(
            "pk", "number", "lon", "lat", "working", "cell_id", "seen_at"
        )
    ]


def _light(working: bool | None) -> str:
    if working is None:
        return "unknown"
    return "working" if working else "faulty"


def cases_concerning(scope: Scope, crews: Collection[int]) -> CaseQuerySet:
    """Open cases of areas and crews whose members' rights changed."""
    concerned = Q(crew__in=crews)
    if scope:
        concerned |= scope.filter("area_code")
    return Case.objects.open().filter(concerned)


def lamps_concerning(scope: Scope) -> Any:
    """Lamps of areas that were gained or lost."""
    return Lamp.objects.filter(scope.filter("cell__code"))


def _ordinate(function: str) -> Func:
    return Func(F("location"), function=function, output_field=FloatField())


def _moment(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
