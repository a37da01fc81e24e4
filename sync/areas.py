"""Which cells a tablet carries: those that its member works in today."""

import datetime as dt

from django.utils.translation import gettext as _

from accounts.models import Member, Role
from accounts.scope import Scope
from api.errors import NotFound, TooMany
from grid.models import Area, Responsibility

#: Who goes out with a tablet. Those who lead or audit look at the office map instead, and crews
#: are sent to single cases.
CARRYING = frozenset({Role.WORKER, Role.COORDINATOR, Role.VOLUNTEER})
#: A tablet holds so many cells at most, some ten megabytes; who holds more sees to them at a desk.
MOST_CELLS = 60


def _own(member: Member, day: dt.date) -> Scope:
    """Areas that the member works in; being an administrator is no reason to carry any. One query.

    Responsibility for a single street carries no cell.
    """
    if not member.is_active:
        return Scope()
    held = Responsibility.objects.on(day).filter(
        member=member, role__in=CARRYING, area__retired_on=None
    )
    return Scope(frozenset(held.exclude(area=None).values_list("area__code", flat=True)))


def carries(member: Member, day: dt.date) -> bool:
    """Whether the member goes out with a tablet. One query."""
    return bool(_own(member, day))


def own_cells(member: Member, day: dt.date) -> list[Area]:
    """The member's cells on that day, by code, without their boundaries. Two queries.

    Raises TooMany for more than MOST_CELLS.
    """
    scope = _own(member, day)
    if not scope:
        return []
    cells = Area.objects.cells().in_scope(scope).defer("geometry", "tile_geometry")
    found = list(cells.order_by("code")[: MOST_CELLS + 1])
    if len(found) > MOST_CELLS:
        raise TooMany(
            _(
                "You hold more than %d cells, more than a tablet can carry. Ask the office for"
                " the responsibility of those that you walk."
            )
            % MOST_CELLS
        )
    return found


def own_cell(member: Member, day: dt.date, code: str) -> Area:
    """One of the member's cells. At most two queries.

    Raises NotFound for every other code, whether there is such a cell or not.
    """
    scope = _own(member, day)
    cell = (
        scope.covers(code) and Area.objects.cells().filter(code=code).defer("tile_geometry").first()
    )
    if not cell:
        raise NotFound
    return cell
