"""Who was lately given a role that shows homes, and by whom: for the coordinator to notice."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db.models import Q

from accounts.models import Member, Role
from accounts.scope import Scope
from grid.models import Area, Level


@dataclass(frozen=True)
class Given:
    """A role given, or given anew. ``by`` is None where no page did it: a command, or SQL."""

    at: dt.datetime
    member: Member
    role: str
    area: Area
    until: dt.date | None
    by: Member | None

    @property
    def by_oneself(self) -> bool:
        return self.by == self.member


def newly_given(communities: Scope, since: dt.datetime) -> list[Given]:
    """Roles in these communities that came to show homes since then, the latest first.

    From the history that triggers of the database write, so that one taken back an hour later, or
    an old one made to last longer, is among them. Two queries.
    """
    events = apps.get_model("grid", "ResponsibilityEvent")._default_manager
    shows = Q(role=Role.WORKER) | Q(role=Role.COORDINATOR, area__level=Level.COMMUNITY)
    lately = events.filter(shows, communities.filter("area__code"), pgh_created_at__gte=since)
    rows = (
        events.filter(pgh_obj__in=lately.values("pgh_obj"))
        .select_related("member", "area", "pgh_context")
        .defer("area__geometry", "area__tile_geometry")
        .order_by("pgh_obj", "pgh_id")
    )
    found = []
    for _responsibility, group in groupby(rows, key=lambda row: row.pgh_obj_id):
        before = None
        for row in group:
            if row.pgh_created_at >= since and _shows(row, communities) and _more(row, before):
                found.append(row)
            before = row
    authors = Member.objects.in_bulk({_author(row) for row in found} - {None})
    given = [
        Given(
            row.pgh_created_at,
            row.member,
            str(row.get_role_display()),
            row.area,
            row.ends_on,
            authors.get(_author(row)),
        )
        for row in found
    ]
    return sorted(given, key=lambda one: one.at, reverse=True)


def _shows(row: Any, communities: Scope) -> bool:
    if row.area is None or not communities.covers(row.area.code):
        return False
    return row.role == Role.WORKER or (
        row.role == Role.COORDINATOR and row.area.level == Level.COMMUNITY
    )


def _more(row: Any, before: Any) -> bool:
    """Whether it shows homes to somebody, or on days, to whom or when it did not before."""
    if before is None or (row.member_id, row.role, row.area_id) != (
        before.member_id,
        before.role,
        before.area_id,
    ):
        return True
    longer = before.ends_on is not None and (row.ends_on is None or row.ends_on > before.ends_on)
    return longer or row.starts_on < before.starts_on


def _author(row: Any) -> int | None:
    """Id of the member whose request it was, as pghistory notes it."""
    found = row.pgh_context.metadata.get("user") if row.pgh_context else None
    return found if isinstance(found, int) else None
