"""A verdict on any set of cells, split here or drawn by hand: overlaps, gaps, parts outside."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

#: What is narrower than this everywhere (metres) is a sliver of rounding, not a fault.
SLIVER_METRES = 0.1


@dataclass(frozen=True)
class Flaw:
    """A place where cells do not tile their area.

    ``kind`` is "overlap" (of two ``cells``), "gap" (``cells`` around it) or "outside" (of one).
    """

    kind: str
    cells: tuple[int, ...]
    geometry: shapely.Geometry
    square_metres: float


@dataclass(frozen=True)
class Verdict:
    overlaps: list[Flaw]
    gaps: list[Flaw]
    outside: list[Flaw]

    @property
    def flaws(self) -> list[Flaw]:
        return [*self.overlaps, *self.gaps, *self.outside]

    @property
    def clean(self) -> bool:
        return not self.flaws


def verdict(
    cells: Sequence[shapely.Geometry] | NDArray[np.object_],
    area: shapely.Geometry,
    *,
    sliver: float = SLIVER_METRES,
) -> Verdict:
    """Where the cells (C,) overlap, leave gaps in ``area``, or reach outside it; all in metres.

    Parts narrower than ``sliver`` are passed over. Raises ValueError for invalid geometry, since
    areas of a ring that crosses itself mean nothing.
    """
    cells = np.asarray(cells, dtype=object)
    if not (shapely.is_valid(cells).all() and shapely.is_valid(area)):
        raise ValueError("A cell or the area is invalid: its outline crosses itself.")
    tree = shapely.STRtree(cells)
    one, two = tree.query(cells, predicate="intersects")
    one, two = one[one < two], two[one < two]
    shared = shapely.intersection(cells[one], cells[two])
    overlaps = [
        flaw
        for a, b, part in zip(one.tolist(), two.tolist(), shared, strict=True)
        for flaw in _wide_parts("overlap", (a, b), part, sliver)
    ]
    left = shapely.difference(area, shapely.union_all(cells))
    gaps = [
        Flaw(
            "gap",
            tuple(sorted(tree.query(gap, predicate="dwithin", distance=sliver).tolist())),
            gap,
            gap.area,
        )
        for gap in _wide(left, sliver)
    ]
    outside = [
        flaw
        for number, part in enumerate(shapely.difference(cells, area))
        for flaw in _wide_parts("outside", (number,), part, sliver)
    ]
    return Verdict(overlaps, gaps, outside)


def compactness(cells: Sequence[shapely.Geometry] | NDArray[np.object_]) -> NDArray[np.float64]:
    """Polsby–Popper compactness (C,): 4π area ÷ outline², 1 for a circle (Polsby & Popper 1991)."""
    outline = shapely.length(cells)
    return 4 * np.pi * shapely.area(cells) / np.where(outline > 0, outline, np.inf) ** 2


def _wide(geometry: shapely.Geometry, sliver: float) -> list[shapely.Geometry]:
    parts = shapely.get_parts(shapely.get_parts(geometry))
    parts = parts[shapely.get_dimensions(parts) == 2]
    return list(parts[~shapely.is_empty(shapely.buffer(parts, -sliver / 2))])


def _wide_parts(
    kind: str, cells: tuple[int, ...], part: shapely.Geometry, sliver: float
) -> list[Flaw]:
    return [Flaw(kind, cells, wide, wide.area) for wide in _wide(part, sliver)]
