"""Versions of a community's division: one takes another's place, and the old one is kept.

The division in force is `Area` and `CellStretch` themselves; a past one is written down when it
ends, so that a report about its days has its cells, names and stretches.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import MultiPolygon

from accounts.models import Member, Role
from grid.models import (
    BEGINNING,
    Area,
    CellStretch,
    Division,
    DivisionCell,
    DivisionStretch,
    Responsibility,
)


@dataclass(frozen=True)
class Standing:
    """A community's cells and stretches as they are stored before a change."""

    cells: list[Area]
    stretches: list[tuple[int, int, int, int]]


@dataclass(frozen=True)
class CellOn:
    """A cell as it was on a day; ``outline`` (EPSG:4326) where it was asked for."""

    code: str
    name: str
    households: int
    fixed: bool
    outline: MultiPolygon | None = None


def standing(community: Area, cells: list[Area]) -> Standing:
    """The stretches of the cells in force, with copies of those. One query."""
    rows = CellStretch.objects.filter(cell__in=cells).order_by("segment", "start_dm")
    copies = [
        Area(
            pk=cell.pk,
            code=cell.code,
            level=cell.level,
            name=cell.name,
            geometry=cell.geometry.clone(),
            households=cell.households,
            fixed=cell.fixed,
        )
        for cell in cells
    ]
    return Standing(copies, list(rows.values_list("segment", "cell", "start_dm", "end_dm")))


def succeed(
    community: Area,
    before: Standing,
    *,
    today: dt.date,
    division: Division | None = None,
    standard: dict[str, Any] | None = None,
) -> Division:
    """Let another division be in force from today on; call with the community's lock held.

    ``division`` is the plan or draft that was put in force, if it was one; ``before`` is written
    down as the version that ends. One that began today too was in force on no day.
    """
    old = Division.objects.filter(community=community, state=Division.State.IN_FORCE).first()
    if before.cells:
        old = old or Division(community=community, starts_on=BEGINNING)
        old.state = Division.State.PAST
        old.ends_on = max(today, old.starts_on or today)
        old.save()
        _write_down(old, before, stretches=old.starts_on != old.ends_on)
    elif old is not None:
        old.delete()
    new = division or Division(community=community)
    new.state = Division.State.IN_FORCE
    new.starts_on = today if before.cells else BEGINNING
    if standard is not None:
        new.standard = standard
    new.save()
    new.cells.all().delete()
    return new


def _write_down(version: Division, before: Standing, *, stretches: bool) -> None:
    version.cells.all().delete()
    rows = DivisionCell.objects.bulk_create(
        DivisionCell(
            division=version,
            step=version.step,
            key=cell.code,
            code=cell.code,
            name=cell.name,
            households=cell.households,
            fixed=cell.fixed,
            outline=cell.geometry,
        )
        for cell in before.cells
    )
    if not stretches:
        return
    by_area = dict(zip([cell.pk for cell in before.cells], rows, strict=True))
    DivisionStretch.objects.bulk_create(
        (
            DivisionStretch(cell=by_area[cell], segment_id=segment, start_dm=start, end_dm=end)
            for segment, cell, start, end in before.stretches
        ),
        batch_size=5_000,
    )


def cells_on(code: str, day: dt.date | None, *, outlines: bool = False) -> list[CellOn]:
    """The cells at or below an area's code in force on a day, by code; None asks for today's.

    One query for today's; one more for a past day, and another where a division of then is gone.
    """
    columns = ["code", "name", "households", "fixed"]
    gone = [] if day is None else list(gone_divisions(code, day))
    live = Area.objects.cells().inside(code).order_by("code")
    for _pk, community in gone:
        live = live.exclude(code__startswith=community)
    found = [CellOn(*row) for row in live.values_list(*columns, *(["geometry"] * outlines))]
    if gone:
        past = DivisionCell.objects.filter(
            division__in=[pk for pk, _community in gone], code__startswith=code
        )
        found += [CellOn(*row) for row in past.values_list(*columns, *(["outline"] * outlines))]
    return sorted(found, key=lambda cell: cell.code)


def gone_divisions(code: str, day: dt.date) -> Iterable[tuple[int, str]]:
    """Divisions at or below a code in force on that day but not today: number and community."""
    return (
        Division.objects.gone_since(day)
        .inside(code)
        .order_by("community__code")
        .values_list("pk", "community__code")
    )


def unheld(division: Division, on: dt.date) -> list[CellOn]:
    """The cells of a version, plan or draft for which no worker is responsible on that day.

    A cell without a code yet is nobody's. Two queries.
    """
    if division.state == Division.State.IN_FORCE:
        cells = cells_on(division.community.code, None)
    else:
        rows = division.cells.filter(step=division.step).order_by("key")
        cells = [CellOn(*row) for row in rows.values_list("code", "name", "households", "fixed")]
    held = set(
        Responsibility.objects.on(on)
        .filter(role=Role.WORKER, member__is_active=True)
        .filter(area__code__in=[cell.code for cell in cells if cell.code])
        .values_list("area__code", flat=True)
    )
    return [cell for cell in cells if cell.code not in held]


def losing(division: Division, on: dt.date) -> list[tuple[Member, str, str]]:
    """Who is responsible for cells in force that a draft or plan has no more: role and code.

    Two queries.
    """
    kept = division.cells.filter(step=division.step).exclude(code="").values_list("code", flat=True)
    held = (
        Responsibility.objects.on(on)
        .filter(area__in=Area.objects.cells().inside(division.community.code))
        .exclude(area__code__in=list(kept))
        .select_related("member", "area")
        .order_by("area__code", "role", "pk")
    )
    return [(one.member, one.role, one.area.code) for one in held if one.area]
