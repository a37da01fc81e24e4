"""What can be chosen on the pages of responsibility: the first of many, the others by a text."""

import datetime as dt

from django.db.models import Q, QuerySet

from accounts.models import Member, Role
from grid.models import Area, Level, Responsibility
from handover.holding import DAY
from handover.powers import LEVELS, Powers

#: So many are listed; whoever and whatever comes after them is found by a text.
MOST = 500
#: Who held something here so lately is offered.
LATELY = 365 * DAY


def offered_members(powers: Powers, today: dt.date) -> QuerySet[Member]:
    """Active members who hold something in the scope, or held it lately, by name."""
    scope = powers.scope
    rows = Responsibility.objects.filter(
        scope.filter("area__code") | scope.filter("street__community__code")
    ).exclude(ends_on__lt=today - LATELY)
    found = Member.objects.filter(pk__in=rows.values("member"), is_active=True)
    return found.only("username", "name").order_by("name", "username")


def is_number(text: str) -> bool:
    """Whether it can be the key of a row: longer ones fit no column, nor Python's own reading."""
    return text.isascii() and text.isdigit() and len(text) < 19


def called(members: QuerySet[Member], text: str) -> QuerySet[Member]:
    """Those of them whose name or user name has this text in it."""
    return members.filter(Q(name__icontains=text) | Q(username__icontains=text))


def offered_areas(powers: Powers) -> list[Area]:
    """Areas in which something is the member's to give, by code. One query."""
    rows = Area.objects.current().in_scope(powers.scope).only("code", "name", "level")
    return [
        area
        for area in rows.order_by("code")
        if any(powers.may_give(role, area.code) for role in LEVELS)
    ]


def area_is(area: Area, text: str) -> bool:
    """Whether the text is of its name or the beginning of its code."""
    return text.casefold() in area.name.casefold() or area.code.startswith(text)


def held_cells(powers: Powers, day: dt.date) -> list[Responsibility]:
    """Workers of cells who can hand them over, by cell. One query."""
    scope = powers.scope.filter("area__code")
    rows = Responsibility.objects.filter(scope, role=Role.WORKER, cover_of=None)
    rows = rows.filter(area__level=Level.CELL, area__retired_on=None).exclude(ends_on__lt=day)
    return list(
        rows.select_related("member", "area")
        .only("member__name", "member__username", "area__code", "area__name", "area__level")
        .order_by("area__code", "starts_on", "pk")
    )


def held_is(row: Responsibility, text: str) -> bool:
    """Whether the text is of the cell, or of who holds it."""
    area, member = row.area, row.member
    of_member = text.casefold() in f"{member.name} {member.username}".casefold()
    return of_member or (area is not None and area_is(area, text))
