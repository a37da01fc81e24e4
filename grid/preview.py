"""A picture of a division: cells, streets, dwellings."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import shapely
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from grid.division import CommunityDivision
from grid.metres import outlines, projection_of, shapes
from grid.models import Building, Segment

#: Fonts that know Chinese, the first that is there; matplotlib brings DejaVu Sans.
CHINESE_FONTS = ["Noto Sans CJK SC", "Noto Sans CJK JP", "PingFang SC", "Microsoft YaHei"]
#: Soft fills told apart by their neighbours' lightness too.
FILLS = ["#dbe9f6", "#fde8cf", "#dff0d8", "#f6dfe6", "#e9e2f5", "#f7f3c9", "#d9f0ee"]


def draw_preview(division: CommunityDivision, path: Path) -> None:
    """Write a PNG of the community's cells with their numbers, dwellings and the streets.

    Raises OSError where the file cannot be written.
    """
    known = set(font_manager.get_font_names())
    fonts = [*[name for name in CHINESE_FONTS if name in known][:1], "DejaVu Sans"]
    projection = projection_of(division.community)
    cells = outlines([cell.area for cell in division.cells], projection)
    west, south, east, north = shapely.total_bounds(cells)
    width = 12.0
    height = float(np.clip(width * (north - south) / (east - west), 4, 24))
    figure = Figure(figsize=(width, height + 0.6), layout="constrained")
    axes = figure.subplots()
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    for at, cell in enumerate(cells):
        _fill(axes, [cell], FILLS[at % len(FILLS)], edge="none")
    footprints = Building.objects.filter(community=division.community)
    _fill(
        axes, _drawn(footprints.values_list("footprint", flat=True), projection), "#b9b2a8", "none"
    )
    streets = Segment.objects.duty().filter(community=division.community)
    _lines(axes, _drawn(streets.values_list("line", flat=True), projection), "#ffffff", 1.0)
    _lines(axes, shapely.boundary(cells), "#1f2a37", 1.6)
    for cell, shape in zip(division.cells, cells, strict=True):
        middle = shapely.point_on_surface(shape)
        axes.text(
            middle.x, middle.y, f"{cell.area.code[-3:]}\n{cell.households:,}",
            ha="center", va="center", fontsize=9, fontfamily=fonts, color="#111827",
            bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
    axes.set_title(
        f"{division.community}   max ÷ mean {division.max_to_mean:.2f}",
        fontfamily=fonts,
        fontsize=11,
        loc="left",
    )
    FigureCanvasAgg(figure).print_png(str(path))


def _drawn(geometries: Iterable[object], projection: object) -> np.ndarray:
    return np.atleast_1d(projection.project(shapes(geometries)))  # type: ignore[attr-defined]


def _fill(axes: object, polygons: Iterable[shapely.Geometry], colour: str, edge: str) -> None:
    patches = [
        PathPatch(
            Outline.make_compound_path(
                *(
                    Outline(shapely.get_coordinates(ring), closed=True)
                    for ring in shapely.get_rings(one)
                )
            )
        )
        for one in shapely.get_parts(np.asarray(list(polygons), dtype=object))
    ]
    axes.add_collection(PatchCollection(patches, facecolor=colour, edgecolor=edge))  # type: ignore[attr-defined]


def _lines(axes: object, lines: Iterable[shapely.Geometry], colour: str, width: float) -> None:
    parts = shapely.get_parts(np.asarray(list(lines), dtype=object))
    drawn = [shapely.get_coordinates(part) for part in parts]
    axes.add_collection(LineCollection(drawn, colors=colour, linewidths=width))  # type: ignore[attr-defined]
