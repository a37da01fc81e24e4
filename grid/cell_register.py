"""Writing a community's cells: which code each one has, and what becomes of those that go."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from api.errors import Conflict
from grid.divisions.versions import standing, succeed
from grid.metres import outlines, projection_of, shapes, to_geos
from grid.models import Area, Building, CellStretch, Division, Level, Responsibility
from grid.placing import Placed, place_in_cells, points_of
from spatial.cells import building_share, fresh_codes, keep_codes
from spatial.cells.pieces import holders


@dataclass(frozen=True)
class DrawnCell:
    """A cell to be written: shape in EPSG:4326; code and name where its source gives them.

    ``fixed`` marks one kept whole; None leaves an old cell's mark as it is.
    """

    shape: shapely.Geometry
    households: int = 0
    fixed: bool | None = None
    code: str = ""
    name: str = ""


@dataclass
class Registered:
    """The community's cells in the order they were drawn, and what changed."""

    cells: list[Area]
    made: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    redrawn: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    ended: list[Responsibility] = field(default_factory=list)
    placed: Placed = field(default_factory=lambda: Placed(0, 0, 0))
    version: Division | None = None


def register_cells(
    community: Area,
    drawn: Sequence[DrawnCell],
    *,
    today: dt.date,
    division: Division | None = None,
    standard: dict[str, Any] | None = None,
) -> Registered:
    """Make the community's cells the drawn ones; call in a transaction with its lock held.

    A drawn cell without a code keeps the code of the old cell of which it has most buildings (most
    ground, where the old cell has no building); the rest get codes never used before. Old cells
    whose code nobody keeps are retired and their responsibilities end. Then everything in the
    community gets its cell, and new cells without a name the name of their longest street. Where
    cells come, go or change shape that is a new version of the division; ``division`` is the draft
    or plan that the drawn cells come from, ``standard`` (JSON) what they were made by.

    Raises Conflict where a drawn code belongs to something else or no codes are left.
    """
    old = list(Area.objects.cells().inside(community.code).order_by("code"))
    codes = _codes(community, old, drawn)
    before = {area.code: area for area in Area.objects.filter(code__in=codes)}
    stood = standing(community, old)
    result = Registered(cells=[])
    for code, cell in zip(codes, drawn, strict=True):
        result.cells.append(_write(before.get(code), code, cell, result))
    _retire([area for area in old if area.code not in set(codes)], today, result)
    total = sum(cell.households for cell in drawn)
    if community.households != total:
        community.households = total
        community.save(update_fields=["households"])
    result.placed = place_in_cells(community)
    _name_by_street([cell for cell in result.cells if not cell.name], community)
    if division or result.made or result.retired or result.redrawn:
        result.version = succeed(
            community, stood, today=today, division=division, standard=standard
        )
    return result


def _codes(community: Area, old: Sequence[Area], drawn: Sequence[DrawnCell]) -> list[str]:
    given = [cell.code for cell in drawn if cell.code]
    if len(set(given)) < len(given) or any(
        len(code) != Level.CELL or not code.startswith(community.code) for code in given
    ):
        raise Conflict(
            _("Codes of cells must be 15 digits, differ, and start with the community's.")
        )
    free = [area for area in old if area.code not in given]
    kept = iter(codes_kept(community, free, [cell for cell in drawn if not cell.code]))
    codes = [cell.code or next(kept) for cell in drawn]
    # Retired cells count too: a code is never used twice.
    used = (
        Area.objects.inside(community.code).filter(level=Level.CELL).values_list("code", flat=True)
    )
    try:
        fresh = iter(fresh_codes(community.code, [*used, *given], codes.count(None)))
    except ValueError as error:
        raise Conflict(
            _("Community %s has no free codes for cells left.") % community.code
        ) from error
    return [code or next(fresh) for code in codes]


def codes_kept(
    community: Area, old: Sequence[Area], drawn: Sequence[DrawnCell]
) -> list[str | None]:
    """The code of the old cell that each drawn one goes on as; None for a new one. One query."""
    if not old or not drawn:
        return [None] * len(drawn)
    projection = projection_of(community)
    before = outlines(old, projection)
    after = projection.project(np.array([cell.shape for cell in drawn], dtype=object))
    footprints = Building.objects.filter(community=community).order_by("pk")
    xy = points_of(shapes(footprints.values_list("footprint", flat=True)), projection)
    was = holders(before, xy)
    share = building_share(was, holders(after, xy), len(old), len(drawn))
    for empty in np.flatnonzero(np.bincount(was[was >= 0], minlength=len(old)) == 0):
        common = shapely.area(shapely.intersection(before[empty], after))
        share[empty] = common / shapely.area(before[empty])
    return keep_codes([area.code for area in old], share)


def _write(area: Area | None, code: str, cell: DrawnCell, result: Registered) -> Area:
    if area is None:
        area = Area.objects.create(
            code=code,
            level=Level.CELL,
            name=cell.name,
            geometry=to_geos(cell.shape),
            households=cell.households,
            fixed=bool(cell.fixed),
        )
        result.made.append(code)
        return area
    # A ring may begin elsewhere after edits.
    stored, drawn = shapely.normalize(shapes([area.geometry, to_geos(cell.shape)]))
    same_shape = stored.equals_exact(drawn, 1e-9)
    fixed = area.fixed if cell.fixed is None else cell.fixed
    wanted = (cell.name or area.name, cell.households, fixed, None)
    if not same_shape or (area.name, area.households, area.fixed, area.retired_on) != wanted:
        area.name, area.households, area.fixed, area.retired_on = wanted
        area.geometry = area.geometry if same_shape else to_geos(cell.shape)
        area.save()
        result.changed.append(code)
        if not same_shape:
            result.redrawn.append(code)
    return area


def _retire(areas: Sequence[Area], today: dt.date, result: Registered) -> None:
    for area in areas:
        area.retired_on = today
        area.save(update_fields=["retired_on"])
        result.retired.append(area.code)
        held = Responsibility.objects.filter(area=area).exclude(ends_on__lte=today)
        for responsibility in held.select_related("member", "area"):
            responsibility.ends_on = max(today, responsibility.starts_on)
            responsibility.save(update_fields=["ends_on"])
            result.ended.append(responsibility)


def _name_by_street(cells: Sequence[Area], community: Area) -> None:
    """Number and longest street, like "012 Kirkkokatu"; the community's name where none has one."""
    rows = (
        CellStretch.objects.filter(cell__in=cells)
        .exclude(segment__street=None)
        .values("cell", "segment__street__name")
        .annotate(length=Sum(F("end_dm") - F("start_dm")))
        .order_by("cell", "length", "-segment__street__name")
    )
    longest = {row["cell"]: row["segment__street__name"] for row in rows}
    for cell in cells:
        cell.name = f"{cell.code[-3:]} {longest.get(cell.pk, community.name)}"[:120]
        cell.save(update_fields=["name"])
