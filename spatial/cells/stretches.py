"""Which stretch of a street lies in which cell."""

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.cells.pieces import Polygons, holders

#: Nearer to a border than this, a line runs along it; then the cell this far to its left counts.
ON_BORDER, ASIDE = 0.05, 0.5
#: Of so many steps along a line one is looked at first.
STRIDE = 5

Ints = NDArray[np.int64]


def stretches(lines: NDArray[np.object_], centimetres: Ints, cells: Polygons) -> Ints:
    """Rows (R, 4): line, cell, start, end in whole decimetres; those of a line tile it.

    ``lines (S,)`` and ``cells (C,)`` in metres; ``centimetres (S,)`` is the length that positions
    along a line are counted in (it may differ a little from the line drawn in this plane). A line
    is cut where it crosses a border; along a shared border it belongs to the cell on its left,
    along the outline to the cell inside. What lies in no cell goes with the stretch beside it, and
    a line that lies in none to the nearest cell. Rows are in order of line and start.
    """
    length = -(-np.asarray(centimetres, dtype=np.int64) // 10)
    whole = np.full(len(lines), -1, dtype=np.int64)
    if len(lines) == 0 or len(cells) == 0:
        return np.empty((0, 4), dtype=np.int64)
    cell, line = shapely.STRtree(lines).query(cells, predicate="contains_properly")
    whole[line] = cell
    inside = np.flatnonzero(whole >= 0)
    rows = np.column_stack([inside, whole[inside], np.zeros(len(inside), np.int64), length[inside]])
    across = np.flatnonzero(whole < 0)
    cut = _cut(lines[across], np.asarray(centimetres)[across], length[across], cells)
    cut[:, 0] = across[cut[:, 0]]
    rows = np.vstack([rows, cut]).astype(np.int64)
    return rows[np.lexsort((rows[:, 2], rows[:, 0]))]


def metres_in(
    lines: NDArray[np.object_], cells: Polygons, *, step: float = 2.0
) -> NDArray[np.float64]:
    """Metres (C,) of line in each cell, as `stretches` shares them out, but sixty times as fast.

    Looked at ``step`` by step, so a line may be off by half a step where it crosses a border; steps
    between two looks in one cell are taken for that cell's, so that a line which leaves it and
    comes back within ``STRIDE`` steps is taken to have stayed.
    """
    if len(lines) == 0 or len(cells) == 0:
        return np.zeros(len(cells))
    length = shapely.length(lines)
    cell, line = shapely.STRtree(lines).query(cells, predicate="contains_properly")
    metres = np.bincount(cell, length[line], minlength=len(cells))
    across = np.setdiff1d(np.arange(len(lines)), line)
    steps = np.maximum(1, np.ceil(length[across] / step)).astype(np.int64)
    of = np.repeat(np.arange(len(across)), steps)
    each = (length[across] / steps)[of]
    at = np.arange(len(of)) - np.repeat(np.cumsum(steps) - steps, steps)
    looked = (at % STRIDE == 0) | (at == steps[of] - 1)
    along, borders = (at + 0.5) * each, _borders(cells)
    cell = np.full(len(of), -1, dtype=np.int64)
    cell[looked] = _cell_beside(lines[across][of[looked]], along[looked], cells, borders)
    # The last step of a line is looked at, so the next look is on the same line.
    number = np.flatnonzero(looked)
    before = np.cumsum(looked) - 1
    one, two = cell[number[before]], cell[number[before + ~looked]]
    cell = np.where(one == two, one, cell)
    crossing = ~looked & (one != two)
    cell[crossing] = _cell_beside(lines[across][of[crossing]], along[crossing], cells, borders)
    cell = _filled(cell, of, lines[across], cells)
    return np.asarray(metres + np.bincount(cell, each, minlength=len(cells)))


def _cut(lines: NDArray[np.object_], centimetres: Ints, length: Ints, cells: Polygons) -> Ints:
    """Rows for lines that touch a border, looked at decimetre by decimetre."""
    if len(lines) == 0:
        return np.empty((0, 4), dtype=np.int64)
    line = np.repeat(np.arange(len(lines)), length)
    start = np.arange(len(line)) - np.repeat(np.cumsum(length) - length, length)
    scale = (shapely.length(lines) / (centimetres / 100))[line]
    along = (start * 0.1 + 0.05) * scale
    cell = _cell_beside(lines[line], along, cells, _borders(cells))
    cell = _filled(cell, line, lines, cells)
    first = np.flatnonzero(np.r_[True, (np.diff(line) != 0) | (np.diff(cell) != 0)])
    last = np.r_[first[1:], len(line)] - 1
    return np.column_stack([line[first], cell[first], start[first], start[last] + 1])


def _borders(cells: Polygons) -> shapely.Geometry:
    """The borders of the cells, prepared for questions about many points."""
    borders = shapely.union_all(shapely.boundary(cells))
    shapely.prepare(borders)
    return borders


def _cell_beside(
    lines: NDArray[np.object_],
    along: NDArray[np.float64],
    cells: Polygons,
    borders: shapely.Geometry,
) -> Ints:
    """Cell of the point of each line at ``along`` metres; left of it where it lies on a border."""
    points = shapely.line_interpolate_point(lines, along)
    here = shapely.get_coordinates(points)
    beside = shapely.dwithin(borders, points, ON_BORDER)
    cell = np.full(len(here), -1, dtype=np.int64)
    cell[~beside] = holders(cells, here[~beside])
    near = np.flatnonzero(beside)
    if len(near) == 0:
        return cell
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines[near], along[near] + 0.05))
    back = shapely.get_coordinates(
        shapely.line_interpolate_point(lines[near], np.maximum(along[near] - 0.05, 0))
    )
    way = ahead - back
    step = np.hypot(*way.T)
    left = ASIDE * np.column_stack([-way[:, 1], way[:, 0]]) / np.where(step > 0, step, 1)[:, None]
    cell[near] = holders(cells, here[near] + left)
    for aside in (-left, np.zeros_like(left)):  # on the outline the cell is on the other side
        lost = cell[near] < 0
        cell[near[lost]] = holders(cells, here[near[lost]] + aside[lost])
    return cell


def _filled(cell: Ints, line: Ints, lines: NDArray[np.object_], cells: Polygons) -> Ints:
    """Decimetres in no cell take the cell before them on their line, else the one after."""
    at = np.arange(len(cell))
    first = np.r_[True, np.diff(line) != 0]
    for direction in (slice(None), slice(None, None, -1)):
        known = cell[direction] >= 0
        begins = (first if direction == slice(None) else np.r_[first[1:], True])[direction]
        source = np.maximum.accumulate(np.where(known | begins, at, 0))
        cell[direction] = cell[direction][source]
    lost = np.unique(line[cell < 0])
    if len(lost):
        nearest = shapely.STRtree(cells).nearest(lines[lost])
        missing = cell < 0
        cell[missing] = nearest[np.searchsorted(lost, line[missing])]
    return cell
