"""Splitting an area into cells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from spatial.cells.annealing import Weights
from spatial.cells.blocks import Buildings, cut
from spatial.cells.borders import spare_footprints, straighten
from spatial.cells.loads import Load, mixed
from spatial.cells.partition import cell_count, partition
from spatial.cells.pieces import GRID, Pieces, Polygons, added_up, holders, linked
from spatial.cells.resplitting import resettle
from spatial.cells.verdict import compactness

#: How much of the work is over when the area is cut into pieces, and when those are shared out.
CUT, SHARED = 0.25, 0.7


def _untold(_share: float) -> None:
    """Nobody asks how far it is."""


@dataclass(frozen=True)
class Division:
    """How an area was split into C cells.

    ``cells (C,)`` polygons (multipolygons where the area itself is in parts) that tile the area on
    a grid of a millimetre; ``building_cell (B,)`` the cell of each building, -1 for buildings
    outside the area; ``households (C,)``; ``load (C,)`` what was shared out evenly (dwellings where
    nothing else was said); ``compactness (C,)`` (Polsby & Popper 1991); ``fixed (C,)`` marks cells
    kept whole; ``previous (C,)`` is the number of the previous cell that each goes on from, or -1;
    ``max_to_mean`` of the load over the cells not kept whole, and ``largest``, the most in one
    place (one building) ÷ that mean: the first is never less than the second.
    """

    cells: Polygons
    building_cell: NDArray[np.int64]
    households: NDArray[np.float64]
    load: NDArray[np.float64]
    compactness: NDArray[np.float64]
    fixed: NDArray[np.bool_]
    previous: NDArray[np.int64]
    max_to_mean: float
    largest: float

    @property
    def outside(self) -> NDArray[np.int64]:
        """Numbers of the buildings that lie outside the area."""
        return np.flatnonzero(self.building_cell < 0)


def split(
    area: shapely.Polygon | shapely.MultiPolygon,
    building_xy: ArrayLike,
    households: ArrayLike,
    barriers: Sequence[shapely.LineString],
    *,
    between: tuple[float, float] = (300, 500),
    by: Sequence[Load] = (),
    previous: Sequence[shapely.Geometry] | NDArray[np.object_] = (),
    fixed: Sequence[shapely.Polygon] = (),
    footprints: Sequence[shapely.Geometry] | None = None,
    seed: int = 0,
    progress: Callable[[float], None] = _untold,
) -> Division:
    """Divide ``area`` into contiguous, compact cells with about equal loads.

    ``building_xy (B, 2)`` points of the buildings, ``households (B,)`` their dwellings,
    ``barriers`` streets, water and railways that borders should follow; all in metres.
    The load is dwellings, or what ``by`` says: each of its loads scaled to the first one's total,
    then mixed by weight. The number of cells is chosen so that the mean load, in the unit of the
    first, lies ``between`` the two numbers; there is one cell where there is too little. Each
    polygon of ``fixed`` becomes a cell of its own. Borders inside blocks run between buildings, and
    around ``footprints (B,)`` where given.

    With ``previous`` cells the division starts from those: nothing moves while all their loads lie
    ``between``, else as little as brings them there (see `resettle`).

    ``progress`` is told which share of the work is over, 0 to 1; it may raise to stop the work.

    The same input and seed give the same cells. Memory is linear in buildings and barriers, some
    6 kB for each building; so is time, but for sorting.

    Raises ValueError for an area that is empty or invalid, for numbers that are not finite, and
    for fixed polygons that overlap or miss the area, and for previous cells that are invalid.
    """
    xy = np.asarray(building_xy, dtype=np.float64).reshape(-1, 2)
    count = np.asarray(households, dtype=np.float64).reshape(-1)
    area = _checked_area(area, xy, count, between)
    kept_whole = _checked_fixed(fixed, area)
    before = _checked_previous(previous)
    outlines = None if footprints is None else np.asarray(footprints, dtype=object)
    buildings = Buildings(xy, count, outlines)
    load = mixed([Load.of(one.xy, one.amount, one.weight) for one in by] or [Load(xy, count)], area)
    inside = holders(np.array([area], dtype=object), load.xy) == 0
    taken = holders(np.array(kept_whole, dtype=object), load.xy) >= 0
    cells = cell_count(load.amount[inside & ~taken].sum(), between)
    pieces = cut(area, kept_whole, buildings, barriers, cells, load, before)
    progress(CUT)
    held = holders(pieces.polygons, load.xy)
    amount = added_up(held, load.amount, len(pieces.polygons))
    if before:
        label, origin = _resettled(pieces, amount, cells, between, seed)
    else:
        label, origin = _labels(pieces, amount, cells, seed), None
    progress(SHARED)
    unmoved = None
    if origin is not None and (label[pieces.fixed < 0] == pieces.home[pieces.fixed < 0]).all():
        unmoved = _if_they_tile([*before, *kept_whole], int(label.max()) + 1, area)
    return _finish(area, pieces, label, origin, unmoved, buildings, load)


def _labels(
    pieces: Pieces, amount: NDArray[np.float64], cells: int, seed: int
) -> NDArray[np.int64]:
    """The cell of each piece (P,), from 0: first the divided ones, then those kept whole."""
    label = np.full(len(pieces.polygons), -1, dtype=np.int64)
    free = np.flatnonzero(pieces.fixed < 0)
    whole = np.flatnonzero(pieces.fixed >= 0)
    if len(free) == 0:
        return pieces.fixed
    graph, part = linked(pieces.polygons[free], pieces.block[free], amount[free], cells)
    weights = _weights(pieces, amount, free)
    made = 0
    for number in range(part.max() + 1):
        own = np.flatnonzero(part == number)
        share = weights.load[own].sum() / max(weights.load.sum(), 1e-9)
        label[free[own]] = made + partition(
            graph.among(own), weights.among(own), max(1, round(cells * share)), seed
        )
        made = label.max() + 1
    label[whole] = made + pieces.fixed[whole]
    return label


def _weights(pieces: Pieces, amount: NDArray[np.float64], which: NDArray[np.int64]) -> Weights:
    polygons = pieces.polygons[which]
    return Weights(amount[which], shapely.area(polygons), shapely.length(polygons))


def _resettled(
    pieces: Pieces,
    amount: NDArray[np.float64],
    cells: int,
    between: tuple[float, float],
    seed: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cell of each piece (P,), and the previous cell that each cell (C,) goes on from."""
    free = np.flatnonzero(pieces.fixed < 0)
    whole = np.flatnonzero(pieces.fixed >= 0)
    label = np.full(len(pieces.polygons), -1, dtype=np.int64)
    origin = np.empty(0, dtype=np.int64)
    if len(free):
        graph, _part = linked(pieces.polygons[free], pieces.block[free], amount[free], cells)
        home = pieces.home[free]
        found = resettle(graph, _weights(pieces, amount, free), home, between, seed)
        origin, label[free] = np.unique(found, return_inverse=True)
        origin = np.where(origin <= home.max(), origin, -1)
    label[whole] = len(origin) + pieces.fixed[whole]
    return label, np.append(origin, np.full(int(label.max()) + 1 - len(origin), -1))


def _if_they_tile(
    cells: Sequence[shapely.Geometry], count: int, area: shapely.Geometry
) -> Polygons | None:
    """The cells, if they are ``count`` and tile the area to the grid."""
    polygons = np.array(cells, dtype=object)
    off = abs(shapely.area(polygons).sum() - shapely.area(area))
    close = off <= GRID * shapely.length(polygons).sum()
    whole = len(polygons) == count and close and shapely.coverage_is_valid(polygons)
    return polygons if whole else None


def _finish(
    area: shapely.Geometry,
    pieces: Pieces,
    label: NDArray[np.int64],
    origin: NDArray[np.int64] | None,
    unmoved: Polygons | None,
    buildings: Buildings,
    load: Load,
) -> Division:
    cells = int(label.max()) + 1
    fixed = np.zeros(cells, bool)
    fixed[label[pieces.fixed >= 0]] = True
    polygons = _drawn(area, pieces, label, fixed, unmoved, buildings)
    building_cell = holders(polygons, buildings.xy)
    held = holders(polygons, load.xy)
    amount = added_up(held, load.amount, cells)
    mean = float(amount[~fixed].mean()) if amount[~fixed].sum() > 0 else 0.0
    single = load.amount[np.append(~fixed, False)[held]]  # the last is nowhere's, -1
    return Division(
        cells=polygons,
        building_cell=building_cell,
        households=added_up(building_cell, buildings.households, cells),
        load=amount,
        compactness=compactness(polygons),
        fixed=fixed,
        previous=np.full(cells, -1) if origin is None else origin,
        max_to_mean=float(amount[~fixed].max() / mean) if mean else 1.0,
        largest=float(single.max() / mean) if mean else 0.0,
    )


def _drawn(
    area: shapely.Geometry,
    pieces: Pieces,
    label: NDArray[np.int64],
    fixed: NDArray[np.bool_],
    unmoved: Polygons | None,
    buildings: Buildings,
) -> Polygons:
    """Cells (C,) with their borders finished: straight inside blocks, and round footprints.

    Cells that nothing moved between keep the very borders that they had.
    """
    held = holders(pieces.polygons, buildings.xy)
    inside = held >= 0
    footprints = buildings.footprints
    obstacles = shapely.points(buildings.xy) if footprints is None else footprints
    polygons = straighten(pieces.polygons, label, pieces.block, len(fixed), obstacles[inside], area)
    if footprints is None:
        return polygons
    owner = label[held[inside]]
    return spare_footprints(polygons, footprints[inside], owner, area, fixed)


def _checked_area(
    area: shapely.Geometry,
    xy: NDArray[np.float64],
    households: NDArray[np.float64],
    between: tuple[float, float],
) -> shapely.Geometry:
    if shapely.is_empty(area) or not shapely.is_valid(area) or shapely.area(area) == 0:
        raise ValueError("The area is empty or its outline crosses itself.")
    if len(xy) != len(households):
        raise ValueError(f"{len(xy)} buildings but {len(households)} counts of dwellings.")
    if not (np.isfinite(xy).all() and np.isfinite(households).all() and (households >= 0).all()):
        raise ValueError("Building positions and dwellings must be finite, dwellings not negative.")
    if not 0 < between[0] <= between[1]:
        raise ValueError("The standard must be two positive numbers, the lower one first.")
    return shapely.set_precision(shapely.force_2d(area), GRID)


def _checked_previous(
    previous: Sequence[shapely.Geometry] | NDArray[np.object_],
) -> list[shapely.Geometry]:
    cells = np.asarray(previous, dtype=object)
    if len(cells) and not shapely.is_valid(cells).all():
        raise ValueError("A previous cell crosses itself.")
    return list(shapely.set_precision(shapely.force_2d(cells), GRID)) if len(cells) else []


def _checked_fixed(
    fixed: Sequence[shapely.Polygon], area: shapely.Geometry
) -> list[shapely.Geometry]:
    kept: list[shapely.Geometry] = []
    for number, polygon in enumerate(fixed, start=1):
        if not shapely.is_valid(polygon):
            raise ValueError(f"Fixed area {number} crosses itself.")
        inside = shapely.intersection(shapely.force_2d(polygon), area, grid_size=GRID)
        if shapely.area(inside) < 1:
            raise ValueError(f"Fixed area {number} does not lie in the area.")
        if any(shapely.area(shapely.intersection(inside, other)) > 1 for other in kept):
            raise ValueError(f"Fixed area {number} overlaps another one.")
        taken = shapely.union_all(kept, grid_size=GRID)
        kept.append(shapely.difference(inside, taken, grid_size=GRID))
    return kept
