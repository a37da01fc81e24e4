"""The map beside two reports of one area: where more was walked, and where less."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from api.errors import UnknownArea
from grid.divisions.versions import cells_on
from grid.models import Area, Level
from patrols.coverage import area_of, past_day
from patrols.walks import Streets, streets_of
from publish.coverage_report import telling
from publish.coverage_report.drawn_change import ChangedArea, areas_changed, streets_changed
from publish.coverage_report.drawn_ground import lines_of
from publish.coverage_report.page import inline
from publish.coverage_report.report import MapArea
from publish.difference import CLASSES, Difference, Period, difference_of
from publish.models import ArchivedReport
from publish.report_archive.comparing import value_of
from spatial.intervals import Stretches, difference, intersection, union

_SIZE = (182.0, 140.0)


@dataclass(frozen=True)
class ChangeMap:
    """``rows``: what is told beside the drawing, as title and text, for those who do not see it."""

    svg: SafeString
    rows: tuple[tuple[str, str], ...]
    of_streets: bool


def change_map(before: ArchivedReport, after: ArchivedReport, now: dt.datetime) -> ChangeMap | None:
    """None for one period twice, for two areas, and where there is nothing to draw.

    Streets are compared as their walks are known today; eight queries for a community's, one for
    the communities of a larger area, whose figures are those of the two reports.
    """
    if before.area_code != after.area_code:
        return None
    if (before.start, before.end) == (after.start, after.end):
        return None
    if len(after.area_code) < Level.COMMUNITY:
        return _of_communities(before, after)
    return _of_streets(before, after, now)


def _of_streets(
    before: ArchivedReport, after: ArchivedReport, now: dt.datetime
) -> ChangeMap | None:
    on = past_day(after.end, now)
    try:
        area = area_of(after.area_code, on)
    except UnknownArea:
        return None
    streets = streets_of(area, on)
    cells = _cells(area, on)
    if not cells or not len(streets.ids):
        return None
    found = difference_of(
        streets, Period(after.start, after.end), Period(before.start, before.end), now=now
    )
    figures = found.figures()
    rows = (
        (_("Newly walked"), _metres(figures["gained"])),
        (_("No longer walked"), _metres(figures["lost"])),
        (_("Walked in both"), _metres(figures["both"])),
        (_("Walked in neither"), _metres(figures["neither"])),
    )
    drawing = streets_changed(
        cells, _drawn(streets, found), title=_title(after), says=_said(rows), size=_SIZE
    )
    return ChangeMap(inline(drawing, "change"), rows, True)


def _drawn(streets: Streets, found: Difference) -> list[tuple[str, Any]]:
    """Every metre of the area's streets once: the class it is of, and its line."""
    inside = union(streets.parts)
    sets = [intersection(of, inside) for of in found.sets]
    rest = inside
    for of in sets:
        rest = difference(rest, of)
    kinds = np.repeat([*CLASSES, "neither"], [len(of.segment) for of in (*sets, rest)])
    pieces = Stretches(
        *(
            np.concatenate([getattr(of, name) for of in (*sets, rest)])
            for name in ("segment", "start", "end")
        )
    )
    lines = lines_of(streets.ids, streets.centimetres, pieces)
    return list(zip(kinds.tolist(), lines, strict=True))


def _cells(area: Area, on: dt.date | None) -> list[MapArea]:
    """The cells of that day, else the area itself."""
    found = [
        MapArea(cell.code, cell.name, shapely.from_wkb(bytes(cell.outline.wkb)), None, None)
        for cell in cells_on(area.code, on, outlines=True)
        if cell.outline is not None
    ]
    if not found and area.geometry:
        whole = shapely.from_wkb(bytes(area.geometry.wkb))
        found = [MapArea(area.code, area.name, whole, None, None)]
    return [one for one in found if not shapely.is_empty(one.outline)]


def _of_communities(before: ArchivedReport, after: ArchivedReport) -> ChangeMap | None:
    old, new = (_coverage(report) for report in (before, after))
    inside = Area.objects.filter(code__in=[*old, *new]).order_by("code")
    areas = []
    for code, name, wkb in inside.values_list("code", "name", AsWKB("geometry")):
        outline = shapely.from_wkb(bytes(wkb)) if wkb else None
        if outline is None or shapely.is_empty(outline):
            continue
        then, now = old.get(code), new.get(code)
        by = None if then is None or now is None else now - then
        areas.append(ChangedArea(MapArea(code, name, outline, now, None), by))
    if not areas:
        return None
    names = {
        "gained": _("Coverage rose"),
        "lost": _("Coverage fell"),
        "both": _("About the same"),
        "neither": _("Not in both reports"),
    }
    rows = tuple(
        (title, telling.comma().join(one.area.name or one.area.code for one in of_kind))
        for kind, title in names.items()
        if (of_kind := [one for one in areas if one.kind == kind])
    )
    drawing = areas_changed(areas, title=_title(after), says=_said(rows), size=_SIZE)
    return ChangeMap(inline(drawing, "change"), rows, False)


def _coverage(report: ArchivedReport) -> dict[str, float | None]:
    pages: list[Mapping[str, Any]] = (report.figures or {}).get("communities", [])
    found: dict[str, float | None] = {}
    for page in pages:
        value = value_of(page["figures"], "coverage")
        found[page["area"]["code"]] = float(value) if isinstance(value, int | float) else None
    return found


def _metres(value: float) -> str:
    return str(telling.told(value, "metres"))


def _title(report: ArchivedReport) -> str:
    return _("%s: what changed") % (report.area_name or report.area_code)


def _said(rows: tuple[tuple[str, str], ...]) -> str:
    return "; ".join(f"{title}: {text}" for title, text in rows)
