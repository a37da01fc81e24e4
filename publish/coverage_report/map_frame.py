"""What every map of the report has: a plane fitted onto paper, labels, a scale bar, north.

A frame is a rectangle in mm on a drawing into which metres of a local projection are fitted; north
is up. Geometry comes in EPSG:4326 and is thinned to what a printer can show.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from publish.coverage_report.drawing import Drawing, Floats, Shape, Words, box, line, width_of
from spatial.projection import LocalProjection

#: Two points nearer than this on paper, in mm, are one: a dot of 300 per inch.
DOT = 25.4 / 300
INK, QUIET = "#22262e", "#5a606c"
_MAP_SCALES = (1, 2, 5)


@dataclass(frozen=True)
class Frame:
    """Where a place lies on paper: ``mm`` per metre, and the frame's edges in mm."""

    projection: LocalProjection
    west: float
    north: float
    mm: float
    left: float
    top: float
    width: float
    height: float

    @classmethod
    def around(
        cls,
        outline: Any,
        left: float,
        top: float,
        width: float,
        height: float,
        *,
        margin: float = 3.0,
        scale: int | None = None,
    ) -> Frame:
        """A frame in which ``outline`` (EPSG:4326) lies in the middle as large as it can.

        ``scale``: 1:scale exactly instead. Raises ValueError for an empty outline.
        """
        if shapely.is_empty(outline):
            raise ValueError("Nothing to draw: the outline is empty.")
        projection = LocalProjection.around(shapely.bounds(outline))
        west, south, east, north = shapely.bounds(projection.project(outline))
        across, up = max(east - west, 1.0), max(north - south, 1.0)
        fitting = min((width - 2 * margin) / across, (height - 2 * margin) / up)
        mm = 1000 / scale if scale else fitting
        middle_x, middle_y = (west + east) / 2, (south + north) / 2
        return cls(
            projection,
            middle_x - width / 2 / mm,
            middle_y + height / 2 / mm,
            mm,
            left,
            top,
            width,
            height,
        )

    @property
    def thickness(self) -> float:
        """What widths of streets are multiplied by, so that a dense map does not clog."""
        return float(min(max((8_000 / self.scale) ** 0.5, 0.4), 1.2))

    @property
    def scale(self) -> float:
        """The n of 1:n."""
        return 1000 / self.mm

    def near(self, geometries: Sequence[Any]) -> list[int]:
        """Places in the sequence of what may lie in the frame, by bounding boxes."""
        if not len(geometries):
            return []
        corners = [
            (self.west, self.north),
            (self.west + self.width / self.mm, self.north - self.height / self.mm),
        ]
        found = self.projection.inverse(corners)
        (west, north), (east, south) = found.tolist()
        bounds = shapely.bounds(np.array(geometries, dtype=object))
        # The frame's edges are slightly bent in degrees; a thousandth is more than they bend.
        spare_x, spare_y = (east - west) / 1000, (north - south) / 1000
        inside = (
            (bounds[:, 0] <= east + spare_x)
            & (bounds[:, 2] >= west - spare_x)
            & (bounds[:, 1] <= north + spare_y)
            & (bounds[:, 3] >= south - spare_y)
        )
        return np.flatnonzero(inside).tolist()

    def on_paper(self, geometries: Sequence[Any]) -> Any:
        """Geometries in EPSG:4326 as an array in mm on the drawing, thinned to a dot."""
        found = shapely.transform(np.array(geometries, dtype=object), self._to_paper)
        return shapely.simplify(found, DOT, preserve_topology=False)

    def clipped(self, geometries: Any) -> Any:
        """What of them lies inside the frame."""
        return shapely.clip_by_rect(
            geometries, self.left, self.top, self.left + self.width, self.top + self.height
        )

    def _to_paper(self, lonlat: Floats) -> Floats:
        metres = self.projection.forward(lonlat)
        x = self.left + (metres[:, 0] - self.west) * self.mm
        y = self.top + (self.north - metres[:, 1]) * self.mm
        return np.column_stack([x, y])


def rings(geometries: Iterable[Any]) -> tuple[Floats, ...]:
    """All rings of polygons, outer ones and holes turning opposite ways."""
    areas = shapely.orient_polygons(np.array(list(geometries), dtype=object))
    found = shapely.get_rings(shapely.get_parts(areas)) if len(areas) else []
    return tuple(shapely.get_coordinates(ring)[:-1] for ring in found)


def lines(geometries: Iterable[Any]) -> tuple[Floats, ...]:
    """All lines, joined end to end where only two of them meet, so that paths are few.

    Thinned once more: where streets are joined many points are less than a dot off the line.
    """
    parts = shapely.get_parts(np.array(list(geometries), dtype=object))
    parts = parts[(shapely.get_type_id(parts) == 1) & ~shapely.is_empty(parts)]
    if not len(parts):
        return ()
    joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    thin = shapely.simplify(joined, DOT, preserve_topology=False)
    return tuple(shapely.get_coordinates(joint) for joint in thin)


def hatch(area: Any, *, step: float = 1.2) -> tuple[Floats, ...]:
    """Slanted lines that fill a polygon given in mm."""
    west, north, east, south = shapely.bounds(area)
    tall = south - north
    starts = np.arange(math.floor((west - tall) / step) * step, east, step)
    slanted = [line((x, south), (x + tall, north)) for x in starts]
    if not slanted:
        return ()
    return lines(shapely.intersection(shapely.linestrings(slanted), area))


Box = tuple[float, float, float, float]


@dataclass
class Labels:
    """Texts that never touch one another: each takes its first place that is free."""

    places: list[tuple[Box, str, float]] = field(default_factory=list)

    def put(self, area: Any, text: str, sizes: Sequence[float], *, inside: float = 0.55) -> bool:
        """The text in the largest size that finds room around the area's middle.

        ``inside``: which share of it has to lie within the area. False where there is no room.
        """
        for size in sizes:
            wide, tall = width_of(text, size, bold=True) + 0.8, size * 1.25
            for x, y in _spots(area):
                place = (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
                if self._free(place) and _share_inside(area, place) >= inside:
                    self.places.append((place, text, size))
                    return True
        return False

    def write(self, drawing: Drawing) -> None:
        """Each on a plate that lets the map shine through."""
        for (left, top, right, bottom), text, size in self.places:
            plate = box(left, top, right - left, bottom - top)
            drawing.add(Shape((plate,), True, fill="#ffffff", opacity=0.82))
            base, middle = (top + bottom) / 2 + size * 0.36, (left + right) / 2
            drawing.add(Words(middle, base, text, size, anchor="middle", colour=INK, bold=True))

    def _free(self, place: Box) -> bool:
        left, top, right, bottom = place
        return all(
            right <= west or east <= left or bottom <= north or south <= top
            for (west, north, east, south), _text, _size in self.places
        )


def _spots(area: Any) -> list[tuple[float, float]]:
    """The area's centre where it lies inside, the middle of its widest part, places around it."""
    centre = shapely.centroid(area)
    first = [(shapely.get_x(centre), shapely.get_y(centre))] if shapely.within(centre, area) else []
    circle = shapely.maximum_inscribed_circle(area, tolerance=0.5)
    x, y = shapely.get_coordinates(circle)[0]
    reach = max(shapely.length(circle), 1.0)
    around = [(0, 0), (0, -0.4), (0, 0.4), (-0.4, 0), (0.4, 0), (0, -0.8), (0, 0.8)]
    return first + [(x + reach * across, y + reach * down) for across, down in around]


def _share_inside(area: Any, place: Box) -> float:
    label = shapely.box(*place)
    return float(shapely.area(shapely.intersection(area, label)) / shapely.area(label))


def scale_bar(drawing: Drawing, frame: Frame, x: float, y: float, units: tuple[str, str]) -> float:
    """A bar of a round length, ``units`` being the words for m and km; returns its width in mm."""
    metres = _round_metres(32.0 / frame.mm)
    length = metres * frame.mm
    for part in range(2):
        fill = INK if part == 0 else "#ffffff"
        half = box(x + part * length / 2, y, length / 2, 1.1)
        drawing.add(Shape((half,), True, fill=fill, line=INK, width=0.2))
    told = f"{metres:g}\u202f{units[0]}" if metres < 1000 else f"{metres / 1000:g}\u202f{units[1]}"
    drawing.add(Words(x, y - 0.8, "0", 2.3, colour=INK))
    drawing.add(Words(x + length, y - 0.8, told, 2.3, anchor="middle", colour=INK))
    return length + width_of(told, 2.3) / 2


def _round_metres(most: float) -> float:
    """The largest of 1, 2, 5, 10, 20, 50 … metres that is not longer than ``most``."""
    power = 10.0 ** math.floor(math.log10(most))
    return max(power * step for step in _MAP_SCALES if power * step <= most)


def north_arrow(drawing: Drawing, x: float, y: float, letter: str) -> None:
    """An arrow 6 mm high whose middle is at x; its foot at y."""
    tip = line((x, y - 6), (x + 1.7, y), (x, y - 1.5))
    other = line((x, y - 6), (x - 1.7, y), (x, y - 1.5))
    drawing.add(Shape((tip,), True, fill=INK, line=INK, width=0.2))
    drawing.add(Shape((other,), True, fill="#ffffff", line=INK, width=0.2))
    drawing.add(Words(x, y - 6.7, letter, 2.6, anchor="middle", bold=True, colour=INK))
