"""The maps of the report: streets by freshness, or areas by coverage; as one drawing.

A community's map shows its streets; a larger area's shows the areas below it, coloured by how much
of their streets was walked. Both carry a legend, a scale bar, north and the areas' codes or names.
Labels of areas for which there is no room are left out; the tables have them all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from publish.coverage_report.drawing import Drawing, Shape, Words, box, line
from publish.coverage_report.map_frame import (
    QUIET,
    Frame,
    Labels,
    hatch,
    lines,
    rings,
)
from publish.coverage_report.map_legend import Entry, draw_legend, legend_height, scale_and_north
from publish.coverage_report.map_looks import (
    LABEL_SIZES,
    NEVER_DASH,
    UNLIT_EDGE,
    WIDTHS,
    looks,
)
from publish.coverage_report.report import MapArea, MapData, MapLamp, MapStreet

#: The least height of a map in mm.
FLAT = 80.0
#: Names stand on the map where most of them find room, else all areas carry their codes.
_MOST_NAMED = 0.7


def map_of(
    data: MapData,
    *,
    title: str,
    says: str = "",
    size: tuple[float, float],
    focus: str = "",
    named: bool = True,
) -> Drawing:
    """Streets where there are any, else areas by coverage.

    ``size``: width and greatest height in mm; an area that lies flat takes less.

    ``focus``: the code of the one area that the map is about; its neighbours grow pale.
    ``named``: names on the labels where they fit, else codes only.
    """
    width, tallest = size
    shown = [ground for ground in data.cells if not shapely.is_empty(ground.outline)]
    about = [ground for ground in shown if not focus or ground.code == focus]
    walks = data.streets
    entries = _street_legend(data) if walks else _area_legend(data.cells)
    legend = legend_height(entries, width)
    whole = shapely.union_all([ground.outline for ground in about])
    height = min(tallest, max(FLAT, width * flatness(whole) + legend))
    drawing = Drawing(width, height, title=title, says=says)
    edge = box(0.1, 0.1, width - 0.2, height - legend - 0.2)
    if not about:
        drawing.add(Shape((edge,), True, line="#c9cdd4", width=0.2))
        drawing.add(
            Words(width / 2, height / 2, _("There is no outline to draw."), 3, "middle", QUIET)
        )
        return drawing
    frame = Frame.around(whole, 0.1, 0.1, width - 0.2, height - legend - 0.2)
    outlines = frame.on_paper([ground.outline for ground in shown])
    seen = frame.clipped(outlines)
    if walks:
        draw_bands(drawing, shown, seen, focus)
        _draw_streets(drawing, frame, walks)
        _draw_lamps(drawing, frame, data.lamps)
    else:
        _draw_shares(drawing, shown, seen)
        draw_borders(drawing, seen)
    if focus:
        _draw_veil(drawing, frame, shown, seen, focus)
    else:
        draw_labels(drawing, shown, outlines, named)
    drawing.add(Shape((edge,), True, line="#c9cdd4", width=0.2))
    draw_legend(drawing, entries, height - legend, _swatch)
    scale_and_north(drawing, frame)
    return drawing


def _draw_streets(drawing: Drawing, frame: Frame, walks: Sequence[MapStreet]) -> None:
    look, thick = looks(), frame.thickness
    near = frame.near([walk.line for walk in walks])
    drawn = frame.clipped(frame.on_paper([walks[place].line for place in near]))
    kinds = np.array([walks[place].freshness for place in near], dtype=object)
    dark = np.array([walks[place].unlit for place in near], dtype=bool)
    for kind in ("never", *look.order[:-1]):
        here = kinds == kind
        unlit = lines(drawn[here & dark])
        if unlit:
            width = (WIDTHS[kind] + 2 * UNLIT_EDGE) * thick
            drawing.add(Shape(unlit, line=look.unlit, width=width, round=False))
            if kind == "never":
                drawing.add(Shape(unlit, line="#ffffff", width=(WIDTHS[kind] + 0.1) * thick))
    for kind in ("never", *look.order[:-1]):
        pieces = lines(drawn[kinds == kind])
        if pieces:
            dash = tuple(part * thick for part in NEVER_DASH) if kind == "never" else ()
            width = WIDTHS[kind] * thick
            drawing.add(Shape(pieces, line=look.freshness[kind], width=width, dash=dash))


def _draw_lamps(drawing: Drawing, frame: Frame, lamps: Sequence[MapLamp]) -> None:
    near = frame.near([lamp.place for lamp in lamps])
    if near:
        places = shapely.get_coordinates(frame.on_paper([lamps[at].place for at in near]))
        _lamp_marks(drawing, [(x, y) for x, y in places.tolist()])


def _lamp_marks(drawing: Drawing, places: Sequence[tuple[float, float]]) -> None:
    """A dark square on its corner with a light edge: no street looks like it."""
    corners = np.array([(0, -1.1), (1.1, 0), (0, 1.1), (-1.1, 0)])
    marks = tuple(corners + place for place in places)
    drawing.add(Shape(marks, True, fill=looks().lamp_dark, line="#ffffff", width=0.3))


def _draw_shares(drawing: Drawing, grounds: Sequence[MapArea], seen: Any) -> None:
    look = looks()
    of = np.array(
        [-1 if ground.share is None else look.class_of(ground.share) for ground in grounds]
    )
    for rank, colour in enumerate(look.coverage):
        pieces = rings(seen[of == rank])
        if pieces:
            drawing.add(Shape(pieces, True, fill=colour))
    for area in seen[of == -1]:
        strokes = hatch(area)
        if strokes:
            drawing.add(Shape(strokes, line="#8b9199", width=0.15))


def flatness(outline: Any) -> float:
    """Height divided by width as they are on the ground; 1 for what is empty."""
    if shapely.is_empty(outline):
        return 1.0
    west, south, east, north = shapely.bounds(outline)
    wide = (east - west) * math.cos(math.radians((south + north) / 2))
    return float((north - south) / wide) if wide else 1.0


def draw_bands(drawing: Drawing, grounds: Sequence[MapArea], seen: Any, focus: str) -> None:
    """Borders as pale bands below the streets, which often run along them."""
    drawing.add(Shape(rings(seen), True, line="#dde0e6", width=1.3))
    own = [area for ground, area in zip(grounds, seen, strict=True) if ground.code == focus]
    about = own if focus else seen
    drawing.add(Shape(rings([shapely.union_all(about)]), True, line="#aeb5c1", width=1.8))


def draw_borders(drawing: Drawing, seen: Any) -> None:
    colour = looks().line
    drawing.add(Shape(rings(seen), True, line=colour, width=0.25))
    drawing.add(Shape(rings([shapely.union_all(seen)]), True, line=colour, width=0.5))


def _draw_veil(
    drawing: Drawing, frame: Frame, grounds: Sequence[MapArea], seen: Any, focus: str
) -> None:
    """What lies around the area that the map is about grows pale."""
    own = shapely.union_all(
        [area for ground, area in zip(grounds, seen, strict=True) if ground.code == focus]
    )
    left, top = frame.left, frame.top
    paper = shapely.box(left, top, left + frame.width, top + frame.height)
    # Streets along the border belong to the area as much as to its neighbour.
    around = rings([shapely.difference(paper, shapely.buffer(own, 1.1))])
    if around:
        drawing.add(Shape(around, True, fill="#ffffff", opacity=0.7))


def draw_labels(drawing: Drawing, grounds: Sequence[MapArea], outlines: Any, named: bool) -> None:
    """Names where most areas have room for theirs, else codes: one way for the whole map."""
    largest = sorted(range(len(grounds)), key=lambda at: (-shapely.area(outlines[at]), at))
    short = _short_codes(grounds)
    labels, with_name = Labels(), 0
    for at in largest if named else ():
        name = grounds[at].name
        if name and labels.put(outlines[at], name, LABEL_SIZES, inside=0.85):
            with_name += 1
        else:
            labels.put(outlines[at], short[at], LABEL_SIZES)
    if with_name < _MOST_NAMED * len(grounds):
        labels = Labels()
        for at in largest:
            labels.put(outlines[at], short[at], LABEL_SIZES)
    labels.write(drawing)


def _short_codes(grounds: Sequence[MapArea]) -> list[str]:
    """Codes without the digits that all of them begin with, at least the last three."""
    codes = [ground.code for ground in grounds]
    shared = 0
    while codes and all(len(code) > shared for code in codes):
        if len({code[shared] for code in codes}) > 1:
            break
        shared += 1
    return [code[min(shared, max(len(code) - 3, 0)) :] for code in codes]


def _street_legend(data: MapData) -> list[Entry]:
    told = {
        "today": _("walked on the last day"),
        "within": _("walked in time"),
        "due": _("due for a walk soon"),
        "overdue": _("overdue for a walk"),
        "never": _("never walked"),
    }
    entries = [(kind, told[kind]) for kind in looks().order]
    if any(walk.unlit for walk in data.streets):
        entries.append(("unlit", _("dark edges: unlit at night")))
    if data.lamps:
        entries.append(("lamp", _("dark lamp")))
    return entries


def _area_legend(grounds: Sequence[MapArea]) -> list[Entry]:
    look = looks()
    borders = [0.0, *look.coverage_from, 1.0]
    entries = [
        (f"share{rank}", f"{borders[rank] * 100:.0f}–{borders[rank + 1] * 100:.0f}\u202f%")
        for rank in range(len(look.coverage))
    ]
    if any(ground.share is None for ground in grounds):
        entries.append(("none", _("no street")))
    return [("", _("Streets walked:")), *entries]


def _swatch(drawing: Drawing, key: str, x: float, y: float) -> None:
    look = looks()
    stroke = line((x + 0.5, y), (x + 7.5, y))
    if key.startswith("share"):
        fill = look.coverage[int(key.removeprefix("share"))]
        square = box(x + 1, y - 1.6, 6.5, 3.2)
        drawing.add(Shape((square,), True, fill=fill, line=look.line, width=0.2))
    elif key == "none":
        square = box(x + 1, y - 1.6, 6.5, 3.2)
        strokes = hatch(shapely.polygons(square))
        drawing.add(Shape(strokes, line="#8b9199", width=0.15))
        drawing.add(Shape((square,), True, line=look.line, width=0.2))
    elif key == "lamp":
        _lamp_marks(drawing, [(x + 4, y)])
    elif key == "unlit":
        width = WIDTHS["within"] + 2 * UNLIT_EDGE
        drawing.add(Shape((stroke,), line=look.unlit, width=width))
        colour = look.freshness["within"]
        drawing.add(Shape((stroke,), line=colour, width=WIDTHS["within"]))
    else:
        dash = NEVER_DASH if key == "never" else ()
        # A little wider than on the map: the legend is read first.
        width = WIDTHS[key] * 1.4
        drawing.add(Shape((stroke,), line=look.freshness[key], width=width, dash=dash))
