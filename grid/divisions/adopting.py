"""Putting a draft in force, today or on a day to come."""

import datetime as dt
import logging
import uuid
from dataclasses import dataclass

import numpy as np
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _
from shapely.errors import ShapelyError

from accounts.models import Member
from api.errors import BadInput, Conflict, GridwalkError
from grid.cell_register import DrawnCell, Registered, register_cells
from grid.divisions.drafts import cells_of, check_draft, coverage, taken
from grid.divisions.ground import Ground
from grid.divisions.shown import households_in
from grid.locks import lock_community
from grid.models import Division
from spatial.cells import verdict
from spatial.cells.coverage import is_whole

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Adopted:
    """The division as it is now; ``registered`` what changed, None for one that waits."""

    division: Division
    registered: Registered | None


@transaction.atomic
def adopt(
    pk: int,
    revision: int,
    *,
    starts_on: dt.date,
    note: str,
    by: Member,
    today: dt.date,
    key: uuid.UUID | None = None,
) -> Adopted:
    """Put a draft in force today, or plan it for a day to come.

    The same ``key`` again, or the same day for what is planned or in force by it already, changes
    nothing. Raises StaleDraft, BadInput for a day that is past, and Conflict where the cells do not
    tile the community or another plan begins that day.
    """
    first = Division.objects.select_related("community").filter(pk=pk).first()
    if first is not None:
        # Always in this order: whoever puts a plan in force at night takes them so, too.
        lock_community(first.community.code)
    draft, done = taken(pk, None, key)
    waiting = draft.state in (Division.State.PLANNED, Division.State.IN_FORCE)
    if done or (waiting and draft.starts_on == starts_on):
        return Adopted(draft, None)
    check_draft(draft)
    draft, _done = taken(pk, revision)
    if starts_on < today:
        raise BadInput(fields={"starts_on": [_("A division begins today or later.")]})
    _check_tiles(draft)
    draft.note, draft.made_by, draft.last_key = note, by, key
    draft.revision += 1
    if starts_on > today:
        others = Division.objects.filter(community=draft.community, starts_on=starts_on)
        if others.filter(state=Division.State.PLANNED).exists():
            raise Conflict(_("Another division is planned for this day already."))
        draft.state, draft.starts_on = Division.State.PLANNED, starts_on
        draft.save()
        draft.cells.exclude(step=draft.step).delete()
        return Adopted(draft, None)
    return Adopted(draft, _put_in_force(draft, today))


def _check_tiles(division: Division) -> None:
    ground = Ground(division.community)
    cells = coverage(cells_of(division, ground))
    if cells and (is_whole(cells, ground.area) or verdict(list(cells.values()), ground.area).clean):
        return
    raise Conflict(
        _("The cells do not tile the community: close the gaps first. Nothing was put in force.")
    )


def _put_in_force(division: Division, today: dt.date) -> Registered:
    """Write the division's cells; call with the lock of its community held."""
    ground = Ground(division.community)
    cells = cells_of(division, ground)
    polygons = np.array([cell.shape for cell in cells.values()], dtype=object)
    households = households_in(polygons, ground)
    drawn = [
        DrawnCell(
            shape,
            households=int(count),
            fixed=cell.fixed,
            code=cell.code,
            name=cell.name,
        )
        for cell, shape, count in zip(
            cells.values(), ground.projection.unproject(polygons), households, strict=True
        )
    ]
    return register_cells(division.community, drawn, today=today, division=division)


def put_planned_in_force(today: dt.date) -> int:
    """Put in force what was planned for today or before; returns how many divisions.

    Each in a transaction of its own: one that cannot be put in force, since the community's outline
    changed meanwhile or for any fault, stays planned, is written to the log, keeps no other one
    from its day, and is tried again the next night.
    """
    due = Division.objects.filter(state=Division.State.PLANNED, starts_on__lte=today)
    count = 0
    for pk, code in list(due.order_by("starts_on", "pk").values_list("pk", "community__code")):
        try:
            with transaction.atomic():
                lock_community(code)
                division, _done = taken(pk, None)
                if division.state != Division.State.PLANNED:
                    continue
                _check_tiles(division)
                _put_in_force(division, today)
            count += 1
        except (GridwalkError, DatabaseError, ShapelyError, ValueError):
            log.exception("Division %s of community %s was not put in force.", pk, code)
    return count
