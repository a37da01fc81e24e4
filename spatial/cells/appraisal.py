"""How fair and how walkable cells are, whoever drew them: loads, metres, shape, barriers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.cells.loads import Load
from spatial.cells.pieces import added_up, holders
from spatial.cells.stretches import stretches
from spatial.cells.verdict import SLIVER_METRES, compactness
from spatial.network import Network
from spatial.walks import Pieces, cover

#: A line of water or railway is this wide when it cuts a cell (metres); what it cuts off counts
#: from this share of the cell's land.
BARRIER_METRES, CUT_OFF = 0.2, 0.05


@dataclass(frozen=True)
class Appraisal:
    """Figures for C cells.

    ``load (C,)`` and ``walking (C,)`` metres of street, as cells share them; ``walk (C,)`` metres
    of a short walk over all of them, NaN where none was asked for; ``compactness (C,)`` (Polsby &
    Popper 1991); ``parts (C,)`` that each cell lies in; ``sides (C,)`` parts that water and
    railways leave of its land, 1 where they do not cross it; ``max_to_mean`` of the loads, which
    is never less than ``largest``, the most in one place (one building) ÷ the mean.
    """

    load: NDArray[np.float64]
    walking: NDArray[np.float64]
    walk: NDArray[np.float64]
    compactness: NDArray[np.float64]
    parts: NDArray[np.int64]
    sides: NDArray[np.int64]
    max_to_mean: float
    largest: float


def appraise(
    cells: Sequence[shapely.Geometry] | NDArray[np.object_],
    *,
    load: Load,
    streets: Sequence[shapely.LineString] | NDArray[np.object_] = (),
    barriers: Sequence[shapely.Geometry] | NDArray[np.object_] = (),
    walks: bool = False,
) -> Appraisal:
    """Judge the cells (C,), drawn by hand too; all in metres.

    ``streets`` are those to be walked, ``barriers`` water (lines or polygons) and railways. With
    ``walks`` a walk over each cell's streets is planned, some tenths of a second each.

    Raises ValueError for cells whose outline crosses itself.
    """
    polygons = np.asarray(cells, dtype=object)
    if not shapely.is_valid(polygons).all():
        raise ValueError("A cell is invalid: its outline crosses itself.")
    lines = np.asarray(streets, dtype=object)
    centimetres = np.rint(shapely.length(lines) * 100).astype(np.int64) if len(lines) else lines
    rows = stretches(lines, centimetres, polygons)
    end = np.minimum(rows[:, 3] / 10, centimetres[rows[:, 0]].astype(np.float64) / 100)
    held = holders(polygons, load.xy)
    amount = added_up(held, load.amount, len(polygons))
    mean = float(amount.mean()) if len(amount) and amount.sum() > 0 else 0.0
    walk = np.full(len(polygons), np.nan)
    if walks and len(lines):
        walk = _walks(lines, rows, end, len(polygons))
    return Appraisal(
        load=amount,
        walking=added_up(rows[:, 1], end - rows[:, 2] / 10, len(polygons)),
        walk=walk,
        compactness=compactness(polygons),
        parts=np.array([_wide_parts(cell) for cell in polygons], dtype=np.int64),
        sides=_sides(polygons, np.asarray(barriers, dtype=object)),
        max_to_mean=float(amount.max() / mean) if mean else 1.0,
        largest=float(load.amount[held >= 0].max() / mean) if mean else 0.0,
    )


def _wide_parts(cell: shapely.Geometry) -> int:
    """Parts that are more than a sliver of rounding."""
    parts = shapely.get_parts(cell)
    wide = ~shapely.is_empty(shapely.buffer(parts, -SLIVER_METRES / 2))
    return max(1, int(wide.sum()))


def _sides(polygons: NDArray[np.object_], barriers: NDArray[np.object_]) -> NDArray[np.int64]:
    """Parts (C,) of each cell's land that the barriers leave, small ones left out."""
    sides = np.ones(len(polygons), dtype=np.int64)
    if len(barriers) == 0:
        return sides
    tree = shapely.STRtree(barriers)
    for number, cell in enumerate(polygons):
        near = barriers[np.sort(tree.query(cell, predicate="intersects"))]
        if len(near) == 0:
            continue
        drawn = np.where(
            shapely.get_dimensions(near) == 2,
            near,
            shapely.buffer(near, BARRIER_METRES / 2, cap_style="flat"),
        )
        for_part = [
            shapely.area(shapely.get_parts(shapely.difference(part, shapely.union_all(drawn))))
            for part in shapely.get_parts(cell)
        ]
        land = sum(float(size.sum()) for size in for_part)
        # Parts that the cell lies in anyway are not the barrier's doing.
        sides[number] = max(1, *(int((size > CUT_OFF * land).sum()) for size in for_part))
    return sides


def _walks(
    lines: NDArray[np.object_],
    rows: NDArray[np.int64],
    end: NDArray[np.float64],
    cells: int,
) -> NDArray[np.float64]:
    """Metres (C,) of a round walk over the streets of each cell."""
    network = Network.from_lines(lines)
    metres = np.zeros(cells)
    for cell in range(cells):
        own = rows[:, 1] == cell
        if own.any():
            wanted = Pieces(rows[own, 0], rows[own, 2] / 10, end[own])
            metres[cell] = cover(network, wanted, back=True).metres
    return metres
