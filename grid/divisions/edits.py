"""One edit of a draft, as a page sends it: from WGS 84 to metres and back, refused in words."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from api.errors import GridwalkError, NotFound
from grid.divisions.automatic import cells_split
from grid.divisions.drafts import (
    AUTOMATIC,
    TODAY,
    Cell,
    Cells,
    cells_of,
    cells_today,
    coverage,
    new_key,
)
from grid.divisions.ground import Ground
from grid.models import Division
from spatial.cells import editing, moving
from spatial.cells.coverage import Coverage, Refused
from spatial.cells.snapping import snapped

Edit = Mapping[str, Any]


class EditRefused(GridwalkError):
    """After this edit the cells would not tile, or it does not say what to do."""

    code = "edit_refused"
    sentence = gettext_lazy("This edit cannot be made.")


#: Why `spatial.cells` refuses an edit, and what to say; ``%(cells)s`` are the cells at fault.
SENTENCES = {
    "no_such_cell": gettext_noop("There is no cell %(cells)s in this draft any more."),
    "not_across": gettext_noop("Draw the line across the cell, from border to border."),
    "too_many_parts": gettext_noop(
        "The line cuts the cell into more than two parts. Draw it so that it crosses once."
    ),
    "one_cell": gettext_noop("Choose two or more cells to merge."),
    "not_neighbours": gettext_noop("Only cells that share a border can be merged."),
    "no_such_vertex": gettext_noop("There is no corner of a border here any more."),
    "no_such_border": gettext_noop("Move one border between the same two cells at a time."),
    "outline": gettext_noop("The outline of the community cannot be moved here."),
    "junction": gettext_noop("Where three cells meet the corner cannot be taken away."),
    "crosses": gettext_noop("The new border runs through %(cells)s. Move that border first."),
    "crosses_itself": gettext_noop("The new border crosses itself or another one."),
    "outside": gettext_noop("This shape lies outside the community."),
    "nothing_left": gettext_noop("A cell would be left with nothing."),
    "does_not_tile": gettext_noop(
        "After this edit the cells would overlap or leave a gap. Try with a simpler line."
    ),
}


def edited(draft: Division, cells: Cells, edit: Edit, ground: Ground) -> Cells:
    """The cells after one edit. Raises EditRefused, and NotFound for an unknown division."""
    try:
        return _KINDS[edit["kind"]](draft, cells, edit, ground)
    except Refused as refused:
        names = [cells[key].name or key for key in refused.keys if key in cells]
        sentence = _(SENTENCES[refused.why])
        raise EditRefused(
            sentence % {"cells": ", ".join(names or refused.keys) or _("another cell")}
        ) from refused


def _metres(positions: Any, ground: Ground, edit: Edit, keep: Any = ()) -> np.ndarray:
    xy = ground.projection.forward(positions)
    if not edit.get("snap", True):
        return xy
    lines = np.append(ground.segments.lines, shapely.boundary(ground.barriers[_flat(ground)]))
    lines = np.append(lines, ground.barriers[~_flat(ground)])
    return snapped(xy, lines, keep=keep)


def _flat(ground: Ground) -> np.ndarray:
    flat: np.ndarray = shapely.get_dimensions(ground.barriers) == 2
    return flat


def _shaped(cells: Cells, after: Coverage, new: Mapping[str, Cell] | None = None) -> Cells:
    """The cells with their new shapes; ``new`` are cells that were not there, or change."""
    known = {**cells, **(new or {})}
    return {key: replace(known[key], shape=shape) for key, shape in after.items()}


def _split(draft: Division, cells: Cells, edit: Edit, ground: Ground) -> Cells:
    key = new_key(draft)
    line = _metres(edit["line"], ground, edit)
    after = editing.split(coverage(cells), edit["key"], line, key, ground.buildings[1])
    return _shaped(cells, after, {key: Cell(key, after[key])})


def _merge(draft: Division, cells: Cells, edit: Edit, ground: Ground) -> Cells:
    return _shaped(cells, editing.merge(coverage(cells), edit["keys"]))


def _move(draft: Division, cells: Cells, edit: Edit, ground: Ground) -> Cells:
    path = ground.projection.forward(edit["path"])
    to = _metres(edit["to"], ground, edit, keep=path)
    return _shaped(cells, moving.move(coverage(cells), path, to))


def _vertex(draft: Division, cells: Cells, edit: Edit, ground: Ground) -> Cells:
    at = ground.projection.forward([edit["at"]])
    to = None if edit["to"] is None else _metres([edit["to"]], ground, edit)
    return _shaped(cells, moving.move_vertex(coverage(cells), at, to, ground.area))


def _draw(draft: Division, cells: Cells, edit: Edit, ground: Ground) -> Cells:
    ring = _metres(edit["ring"], ground, edit)
    if len(np.unique(ring, axis=0)) < 3:
        raise Refused("crosses_itself")
    key = new_key(draft)
    after = editing.draw(coverage(cells), {key: shapely.Polygon(ring)}, ground.area)
    return _shaped(cells, after, {key: Cell(key, after[key])})


def _rename(draft: Division, cells: Cells, edit: Edit, ground: Ground) -> Cells:
    if edit["key"] not in cells:
        raise Refused("no_such_cell", edit["key"])
    return {**cells, edit["key"]: replace(cells[edit["key"]], name=edit["name"])}


def _fix(draft: Division, cells: Cells, edit: Edit, ground: Ground) -> Cells:
    if edit["key"] not in cells:
        raise Refused("no_such_cell", edit["key"])
    return {**cells, edit["key"]: replace(cells[edit["key"]], fixed=edit["fixed"])}


def _adopt(draft: Division, cells: Cells, edit: Edit, ground: Ground) -> Cells:
    """Take cells of another division over: each goes on as the draft's cell of its code."""
    others = other_cells(draft, edit["from"], ground)
    missing = [key for key in edit["keys"] if key not in others]
    if missing:
        raise Refused("no_such_cell", *missing)
    number = int(new_key(draft)[1:])
    by_code = {cell.code: key for key, cell in cells.items() if cell.code}
    new: Cells = {}
    for key in dict.fromkeys(edit["keys"]):
        other = others[key]
        own = by_code.get(other.code) or other.code
        if not own:
            own, number = f"n{number}", number + 1
        new[own] = replace(other, key=own)
    after = editing.draw(coverage(cells), coverage(new), ground.area)
    return _shaped(cells, after, new)


def other_cells(draft: Division, other: str | int, ground: Ground) -> Cells:
    """The cells in force ("today"), those of an automatic split ("automatic"), or a division's.

    Raises NotFound for a division of another community, or none, and SplitNotReady where no job
    worked the automatic split out yet.
    """
    if other == TODAY:
        return cells_today(ground)
    if other == AUTOMATIC:
        return cells_split(ground, draft.standard)
    found = Division.objects.filter(community=draft.community_id, pk=other).first()
    if found is None:
        raise NotFound
    return cells_of(found, ground)


_KINDS: dict[str, Callable[[Division, Cells, Edit, Ground], Cells]] = {
    "split": _split,
    "merge": _merge,
    "move": _move,
    "vertex": _vertex,
    "draw": _draw,
    "rename": _rename,
    "fix": _fix,
    "adopt": _adopt,
}
KINDS = tuple(_KINDS)

#: What each kind of edit must say.
NEEDED = {
    "split": ("key", "line"),
    "merge": ("keys",),
    "move": ("path", "to"),
    "vertex": ("at", "to"),
    "draw": ("ring",),
    "rename": ("key", "name"),
    "fix": ("key", "fixed"),
    "adopt": ("keys", "from"),
}
