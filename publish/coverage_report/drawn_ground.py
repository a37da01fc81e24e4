"""What the report's maps are drawn of: outlines with shares, streets with freshness, dark lamps."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Q
from numpy.typing import NDArray
from shapely.ops import substring

from grid.divisions.versions import cells_on
from grid.models import Area, Level, Segment
from patrols.coverage import midnight
from patrols.tallies import DAY
from publish.coverage_report.gather import Ground, Ints, Window, ground_of
from publish.coverage_report.map_looks import looks
from publish.coverage_report.report import (
    CellPage,
    Figures,
    MapArea,
    MapData,
    MapLamp,
    MapStreet,
    Report,
)
from spatial.intervals import Stretches, difference, overlay, union
from spatial.projection import LocalProjection
from streetlights.lighting import lights_on, working_at
from streetlights.models import Lamp


def with_area_maps(report: Report, on: dt.date | None) -> Report:
    """The report of a city, district or subdistrict with its communities as a map, and a map of
    its cells for each of them. Three queries."""
    code = report.area.code
    inside = Area.objects.current().inside(code).filter(level=Level.COMMUNITY)
    shapes = {
        one: shapely.from_wkb(bytes(wkb))
        for one, wkb in inside.values_list("code", AsWKB("geometry"))
    }
    cells = _cells(code, report.cells, on)
    below: dict[str, list[MapArea]] = {}
    for cell in cells:
        below.setdefault(cell.code[: Level.COMMUNITY], []).append(cell)
    return dataclasses.replace(
        report,
        map=MapData(_areas(report.communities, shapes)),
        communities=tuple(
            dataclasses.replace(page, map=MapData(tuple(below.get(page.area.code, ()))))
            for page in report.communities
        ),
    )


def with_street_map(report: Report, area: Area, window: Window, *, longest: int) -> Report:
    """The report of a community or cell with its streets, its cells and its dark lamps."""
    ground = ground_of(area, window, longest=longest)
    cells = _cells(report.area.code, report.cells, window.on)
    if not cells:
        whole = shapely.from_wkb(bytes(area.geometry.wkb))
        share, overdue = _shares(report.figures)
        cells = (MapArea(area.code, area.name, whole, share, overdue),)
    return dataclasses.replace(
        report, map=MapData(cells, _streets(ground, window), _lamps(area, window))
    )


def _cells(code: str, pages: Sequence[CellPage], on: dt.date | None) -> tuple[MapArea, ...]:
    shapes = {
        cell.code: shapely.from_wkb(bytes(cell.outline.wkb))
        for cell in cells_on(code, on, outlines=True)
        if cell.outline is not None
    }
    return _areas(pages, shapes)


def _areas(pages: Iterable[CellPage], shapes: dict[str, Any]) -> tuple[MapArea, ...]:
    return tuple(
        MapArea(page.area.code, page.area.name, shapes[page.area.code], *_shares(page.figures))
        for page in pages
        if page.area.code in shapes
    )


def _shares(figures: Figures) -> tuple[float | None, float | None]:
    """Covered and overdue."""
    metres, late = figures["metres"].value, figures["overdue_metres"].value
    share = figures["coverage"].value
    assert isinstance(metres, float)  # noqa: S101
    assert isinstance(late, float)  # noqa: S101
    assert not isinstance(share, int) or share in (0, 1)  # noqa: S101
    return (share, round(late / metres, 4)) if metres else (None, None)  # type: ignore[return-value]


def _streets(ground: Ground, window: Window) -> tuple[MapStreet, ...]:
    """Every piece of street that is of one freshness, light and cell, in order along segments."""
    streets = ground.streets
    pieces, part, age = _by_freshness(ground, window)
    light = lights_on(streets.ids, [window.until])[0]
    dark = difference(union(streets.parts), light.lit)
    found: list[tuple[Stretches, Ints, bool]] = []
    for among, is_dark in ((light.lit, False), (dark, True)):
        piece, _of, common = overlay(pieces, among)
        found.append((common, piece, is_dark))
    segment, start, end = (
        np.concatenate([getattr(common, name) for common, _piece, _dark in found])
        for name in ("segment", "start", "end")
    )
    which = np.concatenate([piece for _common, piece, _dark in found])
    unlit = np.concatenate([np.full(len(piece), is_dark) for _common, piece, is_dark in found])
    order = np.lexsort((start, segment))
    all_pieces = Stretches(segment[order], start[order], end[order])
    names = _named(streets.ids)
    metres = streets.cm(all_pieces) / 100
    classes = _classes(age, ground.cadence[part], window)
    lines = lines_of(streets.ids, streets.centimetres, all_pieces)
    return tuple(
        MapStreet(
            line,
            str(classes[which[one]]),
            bool(unlit[one]),
            names.get(int(streets.ids[segment[one]]), ""),
            str(streets.kinds[segment[one]]),
            str(streets.cell[part[which[one]]]),
            float(length),
            None if age[which[one]] < 0 else int(age[which[one]] // DAY),
        )
        for one, line, length in zip(order.tolist(), lines, metres.tolist(), strict=True)
    )


def _by_freshness(ground: Ground, window: Window) -> tuple[Stretches, Ints, NDArray[np.float64]]:
    """Pieces of the parts, which part, and how many seconds ago; -1 for longer than looked back."""
    parts = ground.streets.parts
    seen = ground.seen(window.until)
    walked, part, common = overlay(seen.on, parts)
    never = difference(union(parts), union(seen.on))
    _piece, unseen, rest = overlay(never, parts)
    age = window.until.timestamp() - seen.time[walked]
    pieces = Stretches(*(np.concatenate(pair) for pair in zip(common, rest, strict=True)))
    return (
        pieces,
        np.concatenate((part, unseen)),
        np.concatenate((age, np.full(len(unseen), -1.0))),
    )


def _classes(age: NDArray[np.float64], cadence: Ints, window: Window) -> NDArray[np.str_]:
    """As map_static's js/freshness.js tells them apart."""
    today = window.until.timestamp() - midnight(window.end).timestamp()
    late = age > cadence * DAY
    due = age > cadence * looks().due_from * DAY
    return np.select(
        [age < 0, late, age <= today, due], ["never", "overdue", "today", "due"], "within"
    )


def _named(ids: Ints) -> dict[int, str]:
    rows = Segment.objects.filter(pk__in=ids.tolist()).exclude(street=None)
    return dict(rows.values_list("pk", "street__name"))


def lines_of(ids: Ints, centimetres: Ints, pieces: Stretches) -> list[Any]:
    """Each piece as a line in EPSG:4326; whole segments as they are stored."""
    if not len(ids):
        return []
    rows = Segment.objects.filter(pk__in=ids.tolist()).values_list("pk", AsWKB("line"))
    known = {pk: shapely.from_wkb(bytes(wkb)) for pk, wkb in rows}
    lines = np.array([known[pk] for pk in ids.tolist()], dtype=object)
    plane = LocalProjection.around(shapely.total_bounds(lines))
    flat = plane.project(lines)
    whole = -(-centimetres // 10)
    found = []
    for segment, start, end in zip(*(column.tolist() for column in pieces), strict=True):
        if start == 0 and end >= whole[segment]:
            found.append(lines[segment])
            continue
        cut = substring(flat[segment], start / whole[segment], end / whole[segment], True)
        found.append(shapely.LineString(plane.inverse(shapely.get_coordinates(cut)).round(8)))
    return found


def _lamps(area: Area, window: Window) -> tuple[MapLamp, ...]:
    """Lamps that were last seen dark by the end of the period."""
    cell = area.level == Level.CELL
    lamps = Lamp.objects.filter(Q(cell__code=area.code) if cell else Q(community__code=area.code))
    then = working_at(lamps, window.until)
    rows = lamps.order_by("number", "pk").values_list(
        "pk", "number", "cell__code", "working", AsWKB("location")
    )
    return tuple(
        MapLamp(shapely.from_wkb(bytes(place)), number, code or "")
        for pk, number, code, working, place in rows
        if then.get(pk, working) is False
    )
