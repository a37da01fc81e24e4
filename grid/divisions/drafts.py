"""Drafts of a division: made from today's, from an automatic split or another; step by step."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import Conflict, NotFound
from grid.cell_register import codes_kept
from grid.division import drawn_cells, dwellings_of
from grid.divisions.ground import Ground
from grid.metres import shapes, to_geos
from grid.models import Area, Division, DivisionCell
from grid.standard import Standard, as_stored, standard_of
from spatial.cells.coverage import Coverage, on_grid, tidied

#: So many steps of a draft can be undone.
MOST_STEPS = 100
#: What stands for the cells in force, and for what the machine would make, in place of an id.
TODAY, AUTOMATIC = "today", "automatic"


class StaleDraft(Conflict):
    """Somebody else changed the draft meanwhile."""

    code = "stale_draft"


@dataclass(frozen=True)
class Cell:
    """A cell of a draft or version; ``shape`` in metres. ``key`` is its code where it has one."""

    key: str
    shape: shapely.Geometry
    code: str = ""
    name: str = ""
    fixed: bool = False
    households: int = 0


Cells = dict[str, Cell]


def coverage(cells: Mapping[str, Cell]) -> Coverage:
    """The cells' shapes by key."""
    return {key: cell.shape for key, cell in cells.items()}


def cells_today(ground: Ground) -> Cells:
    """The cells in force. One query."""
    areas = list(Area.objects.cells().inside(ground.community.code).order_by("code"))
    found = [
        Cell(area.code, shape, area.code, area.name, area.fixed, area.households)
        for area, shape in zip(areas, _in_metres([a.geometry for a in areas], ground), strict=True)
    ]
    return tidy(found, ground)


def cells_of(division: Division, ground: Ground) -> Cells:
    """The cells of a draft as it stands, of a plan, or of a version. One query."""
    if division.state == Division.State.IN_FORCE:
        return cells_today(ground)
    rows = list(division.cells.filter(step=division.step).order_by("key"))
    found = [
        Cell(row.key, shape, row.code, row.name, row.fixed, row.households)
        for row, shape in zip(rows, _in_metres([r.outline for r in rows], ground), strict=True)
    ]
    return {cell.key: cell for cell in found}


def cells_made(
    ground: Ground, standard: Standard, *, progress: Callable[[float], None] | None = None
) -> Cells:
    """The cells that an automatic split makes; nothing is written but counts of dwellings.

    A cell that has most of an old cell's buildings has its code and name; the same map and
    standard give the same cells and keys. ``progress`` is told the share of the work that is over,
    and may raise to stop it. Raises BadGeometry and BadInput as `grid.division.divide` does.
    """
    community = ground.community
    drawn = drawn_cells(community, ground.projection, standard, progress=progress)
    old = list(Area.objects.cells().inside(community.code).order_by("code"))
    codes = codes_kept(community, old, drawn)
    names = {area.code: area.name for area in old}
    made = [
        Cell(
            code or f"n{number}",
            shape,
            code or "",
            names.get(code or "", ""),
            bool(one.fixed),
            one.households,
        )
        for number, (one, code, shape) in enumerate(
            zip(drawn, codes, on_grid(ground.projection.project([d.shape for d in drawn])),
                strict=True), start=1,
        )
    ]  # fmt: skip
    return tidy(made, ground)


def tidy(cells: Iterable[Cell], ground: Ground) -> Cells:
    """The cells as a coverage, their vertices shared; in the order of their keys."""
    found = {cell.key: cell for cell in cells}
    made = tidied(coverage(found), ground.area)
    return {key: replace(found[key], shape=made[key]) for key in sorted(made)}


def _in_metres(geometries: Sequence[Any], ground: Ground) -> np.ndarray:
    drawn = on_grid(ground.projection.project(shapes(geometries)))
    # One part alone is a polygon, as the edits make them.
    alone = shapely.get_num_geometries(drawn) == 1
    return np.where(alone, shapely.get_geometry(drawn, 0), drawn)


@transaction.atomic
def make(
    community: Area,
    source: str | Division,
    *,
    by: Member,
    standard: Standard | None = None,
    key: uuid.UUID | None = None,
) -> Division:
    """A draft with the cells of today, of an automatic split, or of another division.

    ``key`` asked again gives the draft made then. Raises Conflict where there are no cells, and
    where the key was another community's.
    """
    made = Division.objects.filter(made_key=key).first() if key else None
    if made is not None:
        if made.community_id != community.pk:
            raise Conflict(_("Load the page again, and ask once more."))
        return made
    ground = Ground(community)
    stored = _standard_from(community, source) if standard is None else as_stored(standard)
    dwellings_of(community, ground.projection)
    if isinstance(source, Division):
        cells = cells_of(source, ground)
    elif source == AUTOMATIC:
        cells = cells_made(ground, standard_of(stored))
    else:
        cells = cells_today(ground)
    if not cells:
        raise Conflict(_("%s has no cells yet. Begin with the automatic split.") % community.name)
    draft = Division.objects.create(
        community=community,
        state=Division.State.DRAFT,
        made_by=by,
        standard=stored,
        made_key=key,
    )
    _write(draft, cells)
    draft.refresh_from_db()
    return draft


def _standard_from(community: Area, source: str | Division) -> dict[str, Any]:
    if isinstance(source, Division):
        return dict(source.standard)
    current = Division.objects.filter(community=community, state=Division.State.IN_FORCE).first()
    return dict(current.standard) if current else {}


def _write(draft: Division, cells: Mapping[str, Cell]) -> None:
    """Write the cells as the step the draft stands at."""
    projection = Ground(draft.community).projection
    drawn = projection.unproject(np.array([cell.shape for cell in cells.values()], dtype=object))
    DivisionCell.objects.bulk_create(
        DivisionCell(
            division=draft,
            step=draft.step,
            key=cell.key,
            code=cell.code,
            name=cell.name,
            fixed=cell.fixed,
            households=cell.households,
            outline=to_geos(shape),
        )
        for cell, shape in zip(cells.values(), drawn, strict=True)
    )


def taken(pk: int, revision: int | None, key: uuid.UUID | None = None) -> tuple[Division, bool]:
    """The division, locked; and whether the change with this key was made before.

    Call in a transaction. Raises NotFound, and StaleDraft where it is at another revision.
    """
    locked = Division.objects.select_for_update(of=("self",)).select_related("community")
    draft = locked.filter(pk=pk).first()
    if draft is None:
        raise NotFound
    if draft.did(key):
        return draft, True
    if revision is not None and draft.revision != revision:
        raise StaleDraft(
            _("Somebody changed this draft meanwhile. Load it anew; your change was not made.")
        )
    return draft, False


def check_draft(division: Division) -> None:
    """Raises Conflict for what is no draft any more."""
    if division.state != Division.State.DRAFT:
        raise Conflict(_("Only a draft can be changed. Make a new draft from this division."))


def check_unused(division: Division) -> None:
    """Raises Conflict for what is or was in force."""
    if division.state not in (Division.State.DRAFT, Division.State.PLANNED):
        raise Conflict(_("What is or was in force stays; only drafts and plans are thrown away."))


def take_step(draft: Division, cells: Mapping[str, Cell], key: uuid.UUID | None) -> None:
    """Write the draft's next step; what was undone before is gone. Call with the draft taken."""
    draft.cells.filter(step__gt=draft.step).delete()
    draft.step += 1
    draft.last_step = draft.step
    draft.first_step = max(draft.first_step, draft.step - MOST_STEPS)
    draft.cells.filter(step__lt=draft.first_step).delete()
    _write(draft, cells)
    _changed(draft, key)


def stand_at(draft: Division, step: int, key: uuid.UUID | None) -> None:
    """Go back or forth to a step. Raises Conflict where there is none."""
    if not draft.first_step <= step <= draft.last_step:
        raise Conflict(_("There is nothing to undo or redo."))
    draft.step = step
    _changed(draft, key)


def _changed(draft: Division, key: uuid.UUID | None) -> None:
    draft.revision += 1
    draft.last_key = key
    draft.save(update_fields=["step", "first_step", "last_step", "revision", "last_key"])


def new_key(draft: Division) -> str:
    """A key that none of the draft's cells has or had."""
    known = draft.cells.filter(key__startswith="n").values_list("key", flat=True).distinct()
    return f"n{max((int(key[1:]) for key in known), default=0) + 1}"
