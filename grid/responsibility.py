"""Who is responsible where, and what a member covers because of it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.db.models import Q

from accounts.models import Member, Role
from accounts.scope import Scope
from grid.models import Area, Level, Responsibility

#: Roles whose responsibility for an area lets them see patrols and figures of it.
SEEING_ROLES = frozenset(Role.values) - {Role.CREW, Role.VOLUNTEER}


def scope_of(
    member: Member, on: dt.date, *, roles: frozenset[str] | set[str] = SEEING_ROLES
) -> Scope:
    """The areas that the member covers in any of ``roles`` on that day.

    A superuser and a member with role administrator cover everything. Responsibility for a
    single street covers no area.
    """
    if not member.is_active:
        return Scope()
    if member.is_superuser:
        return Scope(everywhere=True)
    held = Responsibility.objects.on(on).filter(member=member, area__retired_on=None)
    found = held.filter(role__in=roles).exclude(area=None).values_list("role", "area__code")
    if any(role == Role.ADMINISTRATOR for role, _code in found):
        return Scope(everywhere=True)
    return Scope(frozenset(code for _role, code in found))


def homes_of(member: Member, on: dt.date) -> Scope:
    """The communities and cells whose households the member may know on that day.

    Narrower than `scope_of`: who works in a cell (or in a whole community) and who coordinates a
    community; nobody by leading, auditing or administering. The database answers the same
    question for itself (`households_areas()`).
    """
    if not member.is_active:
        return Scope()
    held = Responsibility.objects.on(on).filter(member=member, area__retired_on=None)
    works = Q(role=Role.WORKER, area__level__gte=Level.COMMUNITY)
    coordinates = Q(role=Role.COORDINATOR, area__level=Level.COMMUNITY)
    return Scope(frozenset(held.filter(works | coordinates).values_list("area__code", flat=True)))


@dataclass(frozen=True)
class Link:
    """One level of the chain of responsibility: an area and who holds it, role by role."""

    area: Area
    held: tuple[Responsibility, ...]


def chain_at(point: Point, on: dt.date) -> list[Link]:
    """The areas at the point (EPSG:4326) from cell up to city, each with who is responsible.

    Two queries. On a border shared by two cells the one with the lower code answers. An area
    that nobody holds comes with an empty tuple.
    """
    areas: dict[int, Area] = {}
    for area in Area.objects.at(point).defer("geometry", "tile_geometry"):
        areas.setdefault(area.level, area)
    held = (
        Responsibility.objects.on(on)
        .filter(area__in=areas.values())
        .exclude(role__in=[Role.AUDITOR, Role.ADMINISTRATOR])
        .select_related("member")
        .order_by("role", "starts_on", "pk")
    )
    by_area: dict[int | None, list[Responsibility]] = {}
    for responsibility in held:
        by_area.setdefault(responsibility.area_id, []).append(responsibility)
    return [
        Link(areas[level], tuple(by_area.get(areas[level].pk, ())))
        for level in sorted(areas, reverse=True)
        if level in Level.values
    ]


def offices(codes: Iterable[str], on: dt.date) -> dict[str, set[int]]:
    """Ids of who coordinates each community of these areas, and of who leads the level above.

    By the code of the community or of the subdistrict, empty for those without anybody. One query.
    """
    areas = {code[: Level.COMMUNITY] for code in codes}
    areas |= {code[: Level.SUBDISTRICT] for code in areas}
    found: dict[str, set[int]] = defaultdict(set)
    held = Responsibility.objects.on(on).filter(
        role__in=[Role.COORDINATOR, Role.LEADER], area__code__in=areas, member__is_active=True
    )
    for code, member in held.values_list("area__code", "member"):
        found[code].add(member)
    return found
