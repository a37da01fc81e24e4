"""The map of change between two periods: streets newly walked, no longer walked, the same.

Of a larger area its communities, by how much more or less of their streets was walked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from publish.coverage_report.drawing import Drawing, Shape, box, line
from publish.coverage_report.drawn_map import (
    FLAT,
    draw_bands,
    draw_borders,
    draw_labels,
    flatness,
)
from publish.coverage_report.map_frame import Frame, hatch, lines, rings
from publish.coverage_report.map_legend import Entry, draw_legend, legend_height, scale_and_north
from publish.coverage_report.map_looks import DIFFERENCE, looks
from publish.coverage_report.report import MapArea

#: Coverage that moved by less, as a share, counts as the same.
MOVED = 0.05
#: What is drawn first lies below.
_ORDER = ("neither", "both", "lost", "gained")


@dataclass(frozen=True)
class ChangedArea:
    """An area to draw; ``by`` is how much its coverage rose, None where one report has none."""

    area: MapArea
    by: float | None

    @property
    def kind(self) -> str:
        """``gained``, ``lost``, ``both`` for about the same, ``neither`` for not known."""
        if self.by is None:
            return "neither"
        # Whole hundredths of a point, so that a border case falls the same way on every machine.
        by = round(self.by, 4)
        return "gained" if by >= MOVED else "lost" if by <= -MOVED else "both"


def streets_changed(
    cells: Sequence[MapArea],
    streets: Sequence[tuple[str, Any]],
    *,
    title: str,
    says: str,
    size: tuple[float, float],
) -> Drawing:
    """``streets``: the class of publish/difference.py, or "neither", and the line (EPSG:4326).

    ``size``: width and greatest height in mm.
    """
    entries = [
        ("gained", _("Newly walked")),
        ("lost", _("No longer walked")),
        ("both", _("Walked in both")),
        ("neither", _("Walked in neither")),
    ]
    drawing, frame, seen, outlines, legend = _begun(cells, entries, title, says, size)
    draw_bands(drawing, cells, seen, "")
    kinds = np.array([kind for kind, _line in streets], dtype=object)
    drawn = frame.clipped(frame.on_paper([line_ for _kind, line_ in streets]))
    for kind in _ORDER:
        pieces = lines(drawn[kinds == kind])
        if pieces:
            drawing.add(_street(kind, pieces, frame.thickness))
    return _ended(drawing, frame, cells, outlines, entries, legend, _line_swatch)


def areas_changed(
    areas: Sequence[ChangedArea], *, title: str, says: str, size: tuple[float, float]
) -> Drawing:
    """Areas in the colours of the streets; what is not known is hatched."""
    points = round(MOVED * 100)
    entries = [
        ("gained", _("coverage rose by %d points or more") % points),
        ("lost", _("fell by %d points or more") % points),
        ("both", _("moved less")),
    ]
    if any(one.kind == "neither" for one in areas):
        entries.append(("neither", _("not in both reports")))
    grounds = [one.area for one in areas]
    drawing, frame, seen, outlines, legend = _begun(grounds, entries, title, says, size)
    for one, shape in zip(areas, seen, strict=True):
        for mark in _filled(one.kind, shape):
            drawing.add(mark)
    draw_borders(drawing, seen)
    return _ended(drawing, frame, grounds, outlines, entries, legend, _area_swatch)


def _begun(
    areas: Sequence[MapArea],
    entries: Sequence[Entry],
    title: str,
    says: str,
    size: tuple[float, float],
) -> tuple[Drawing, Frame, Any, Any, float]:
    """The drawing, its frame, the outlines in it and whole, and the legend's height."""
    width, tallest = size
    legend = legend_height(entries, width)
    whole = shapely.union_all([area.outline for area in areas])
    height = min(tallest, max(FLAT, width * flatness(whole) + legend))
    frame = Frame.around(whole, 0.1, 0.1, width - 0.2, height - legend - 0.2)
    outlines = frame.on_paper([area.outline for area in areas])
    drawing = Drawing(width, height, title=title, says=says)
    return drawing, frame, frame.clipped(outlines), outlines, legend


def _ended(
    drawing: Drawing,
    frame: Frame,
    areas: Sequence[MapArea],
    outlines: Any,
    entries: Sequence[Entry],
    legend: float,
    swatch: Any,
) -> Drawing:
    draw_labels(drawing, areas, outlines, True)
    edge = box(0.1, 0.1, frame.width, frame.height)
    drawing.add(Shape((edge,), True, line="#c9cdd4", width=0.2))
    draw_legend(drawing, entries, drawing.height - legend, swatch)
    scale_and_north(drawing, frame)
    return drawing


def _street(kind: str, pieces: tuple[Any, ...], thick: float) -> Shape:
    width, dash = DIFFERENCE[kind]
    return Shape(
        pieces,
        line=looks().difference[kind],
        width=width * thick,
        dash=tuple(part * thick for part in dash),
        round=not dash,
    )


def _filled(kind: str, shape: Any) -> list[Shape]:
    """More is dark and plain, less is hatched as well, so that both are told apart in grey."""
    colour = looks().difference[kind]
    if kind == "gained":
        return [Shape(rings([shape]), True, fill=colour, opacity=0.75)]
    if kind == "lost":
        strokes = hatch(shape, step=2.0)
        below = Shape(rings([shape]), True, fill=colour, opacity=0.35)
        return [below, Shape(strokes, line=colour, width=0.5)] if strokes else [below]
    if kind == "both":
        return [Shape(rings([shape]), True, fill=colour, opacity=0.12)]
    strokes = hatch(shape)
    return [Shape(strokes, line=colour, width=0.15)] if strokes else []


def _line_swatch(drawing: Drawing, key: str, x: float, y: float) -> None:
    drawing.add(_street(key, (line((x + 1.0, y), (x + 7.5, y)),), 1.2))


def _area_swatch(drawing: Drawing, key: str, x: float, y: float) -> None:
    square = box(x + 1, y - 1.6, 6.5, 3.2)
    for mark in _filled(key, shapely.polygons(square)):
        drawing.add(mark)
    drawing.add(Shape((square,), True, line=looks().line, width=0.2))
