"""What lies in a polygon, within what the member is responsible for.

Kinds: lamps and cases by their place, streets (segments) and cells by touching the polygon with
more than their border. Cases are those that the member may see, and not ended.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Q, QuerySet

from accounts.models import Member
from accounts.scope import Scope
from cases.listing import visible
from grid.models import Area, Level, Segment
from grid.responsibility import scope_of
from streetlights.models import Lamp

#: So many of a kind are selected at once; of more, the count is told and nothing is selected.
MOST_CHOSEN = 2_000
KINDS = ("lamps", "cases", "streets", "cells")
#: By what a kind is told apart where it is not its number.
KEYS = {"cells": "code"}


@dataclass(frozen=True)
class Chosen:
    """How many there are, and their ids; no id where there are more than MOST_CHOSEN."""

    count: int
    #: Of cells their codes, of all else numbers.
    ids: list[Any]


def choose(shape: GEOSGeometry, kinds: Iterable[str], member: Member, on: dt.date) -> Any:
    """``{kind: Chosen}`` of what lies in the shape (EPSG:4326). A query for each kind, a second
    one where there are too many, and those of the member's scope."""
    scope = scope_of(member, on)
    found = {}
    for kind in kinds:
        rows = _IN_SHAPE[kind](within(kind, member, on, scope), shape).order_by("pk")
        ids = list(rows.values_list(KEYS.get(kind, "pk"), flat=True)[: MOST_CHOSEN + 1])
        found[kind] = Chosen(len(ids), ids) if len(ids) <= MOST_CHOSEN else Chosen(rows.count(), [])
    return found


def within(kind: str, member: Member, on: dt.date, scope: Scope | None = None) -> QuerySet[Any]:
    """All of a kind that the member may select."""
    scope = scope_of(member, on) if scope is None else scope
    if kind == "cases":
        return visible(member, on, scope).open()
    if kind == "lamps":
        return Lamp.objects.filter(_inside(scope, "community__code", "cell__code"))
    if kind == "cells":
        return Area.objects.cells().in_scope(scope)
    cells = _inside(scope, "community__code", "cell_stretches__cell__code")
    # A segment that runs through two cells is still one.
    own = Segment.objects.duty().filter(cells).order_by().values("pk")
    return Segment.objects.duty() if scope.everywhere else Segment.objects.filter(pk__in=own)


def _inside(scope: Scope, community: str, cell: str) -> Q:
    """A filter by area for what has a community, and a cell within it."""
    if scope.everywhere:
        return Q()
    terms = [
        Q(**{f"{cell if len(prefix) == Level.CELL else community}__startswith": prefix})
        for prefix in sorted(scope.prefixes)
    ]
    return reduce(or_, terms, Q(pk__in=[]))


def _by_line(rows: QuerySet[Any], shape: GEOSGeometry) -> QuerySet[Any]:
    drawn: Any = shape.transform(3857, clone=True)
    return rows.filter(tile_line__bboverlaps=drawn, tile_line__intersects=drawn)


def _by_place(rows: QuerySet[Any], shape: GEOSGeometry) -> QuerySet[Any]:
    return rows.filter(location__intersects=shape)


def _by_ground(rows: QuerySet[Any], shape: GEOSGeometry) -> QuerySet[Any]:
    return rows.filter(geometry__intersects=shape).exclude(geometry__touches=shape)


_IN_SHAPE: dict[str, Callable[[QuerySet[Any], GEOSGeometry], QuerySet[Any]]] = {
    "lamps": _by_place,
    "cases": _by_place,
    "streets": _by_line,
    "cells": _by_ground,
}
