"""Cutting an area into the pieces that cells are put together from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from spatial.cells.borders import dissolve
from spatial.cells.loads import Load
from spatial.cells.pieces import (
    INNER_COST,
    Pieces,
    Polygons,
    added_up,
    by_place,
    faces_of,
    holders,
    neighbours,
    whole_lines,
)
from spatial.cells.seams import divided, seams

#: A block is cut between its buildings when it holds more than this share of a cell's load or
#: ground.
BLOCK_LOAD, BLOCK_AREA = 0.1, 0.3
#: The same where cells exist, since the fewest dwellings that must move are to be found.
BLOCK_LOAD_AGAIN = 0.02
#: Pieces without dwellings smaller than this share of a cell's ground join a neighbour.
CRUMB_AREA = 0.02
#: What is smaller than this (m²) may change from one previous cell to another: rounding.
SPECK = 1.0
#: Footprints are sampled at this spacing (metres), drawn in by INSET, to cut between them.
SPACING, INSET = 4.0, 0.4


@dataclass(frozen=True)
class Buildings:
    """``xy (B, 2)`` metres, ``households (B,)``, and ``footprints (B,)`` where they are known."""

    xy: NDArray[np.float64]
    households: NDArray[np.float64]
    footprints: Polygons | None


def cut(
    area: shapely.Geometry,
    kept_whole: Sequence[shapely.Geometry],
    buildings: Buildings,
    barriers: Sequence[shapely.Geometry],
    cells: int,
    load: Load | None = None,
    previous: Sequence[shapely.Geometry] = (),
) -> Pieces:
    """Pieces that tile the area: blocks, parts of large blocks, and the areas kept whole.

    ``load`` is what tells whether a block is large (dwellings where it is None). The borders of
    the ``previous`` cells are cut along like barriers.
    """
    if load is None:
        load = Load(buildings.xy, buildings.households)
    lines = _barrier_lines(area, kept_whole, [*barriers, *_outlines(previous)])
    blocks = faces_of(lines, area)
    most = BLOCK_LOAD_AGAIN if len(previous) else BLOCK_LOAD
    large = _large_blocks(blocks, load, kept_whole, cells, most)
    faces, block = divided(blocks, _cuts(blocks, buildings, large), area)
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    order = by_place(inside)
    faces, block, inside = faces[order], block[order], inside[order]
    pieces = Pieces(
        faces,
        holders(blocks, inside),
        _holders_of(kept_whole, inside),
        _holders_of(previous, inside),
    )
    return _without_crumbs(pieces, buildings, CRUMB_AREA * shapely.area(area) / cells)


def _barrier_lines(
    area: shapely.Geometry,
    kept_whole: Sequence[shapely.Geometry],
    barriers: Sequence[shapely.Geometry],
) -> list[shapely.Geometry]:
    """Outlines of what is kept whole, and the barriers outside it."""
    lines = list(whole_lines(barriers, area))
    if not kept_whole:
        return lines
    whole = shapely.union_all(kept_whole)
    return [*shapely.boundary(kept_whole), *shapely.difference(lines, whole)]


def _holders_of(polygons: Sequence[shapely.Geometry], xy: NDArray[np.float64]) -> NDArray[np.int64]:
    return holders(np.array(polygons, dtype=object), xy)


def _outlines(cells: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
    return list(shapely.get_parts(shapely.boundary(np.array(cells, dtype=object))))


def _large_blocks(
    blocks: Polygons, load: Load, kept_whole: Sequence[shapely.Geometry], cells: int, most: float
) -> NDArray[np.bool_]:
    """Blocks (K,) with more of a cell's load than ``most``, or too much ground, to be one piece."""
    held = added_up(holders(blocks, load.xy), load.amount, len(blocks))
    size = shapely.area(blocks)
    middle = shapely.get_coordinates(shapely.point_on_surface(blocks))
    free = _holders_of(kept_whole, middle) < 0
    too_much = held * cells > most * held[free].sum()
    return free & (too_much | (size * cells > BLOCK_AREA * size[free].sum()))


def _cuts(blocks: Polygons, buildings: Buildings, large: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Lines between the buildings of the large blocks."""
    held = holders(blocks, buildings.xy)
    which = np.flatnonzero(np.append(large, False)[held])  # the last is nowhere's, -1
    sites, owner = _sites(buildings, which)
    return seams(blocks, held[owner], sites, owner)


def _sites(
    buildings: Buildings, which: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points that stand for the buildings, and whose they are: along footprints where known."""
    if buildings.footprints is None:
        return buildings.xy[which], which
    footprints = buildings.footprints[which]
    inset = shapely.buffer(footprints, -INSET, quad_segs=1)
    outline = shapely.segmentize(
        shapely.boundary(np.where(shapely.is_empty(inset), footprints, inset)), SPACING
    )
    xy, of = shapely.get_coordinates(outline, return_index=True)
    return xy, which[of]


def _without_crumbs(pieces: Pieces, buildings: Buildings, smallest: float) -> Pieces:
    """Small pieces without dwellings join the neighbour with which they share most border."""
    held = holders(pieces.polygons, buildings.xy)
    households = added_up(held, buildings.households, len(pieces.polygons))
    size = shapely.area(pieces.polygons)
    graph = neighbours(pieces.polygons, pieces.block)
    here = np.repeat(np.arange(len(size)), np.diff(graph.start))
    border = graph.metres * np.where(graph.inner, INNER_COST, 1.0)
    border[pieces.fixed[graph.other] >= 0] = -1
    border[(pieces.home[here] != pieces.home[graph.other]) & (size[here] > SPECK)] = -1
    border[size[graph.other] <= SPECK] = -1
    order = np.lexsort((border, here))
    last = np.flatnonzero(np.r_[np.diff(here[order]) > 0, len(order) > 0])
    crumb, host = here[order][last], graph.other[order][last]
    joins = (
        (households[crumb] == 0)
        & (size[crumb] < smallest)
        & (pieces.fixed[crumb] < 0)
        & (border[order][last] > 0)
    )
    links = csr_array(
        (np.ones(joins.sum()), (crumb[joins], host[joins])), shape=(len(size), len(size))
    )
    count, group = connected_components(links, directed=False)
    largest = np.zeros(count, dtype=np.int64)
    by_size = np.argsort(size, kind="stable")
    largest[group[by_size]] = by_size
    return Pieces(
        dissolve(pieces.polygons, group, count),
        pieces.block[largest],
        pieces.fixed[largest],
        pieces.home[largest],
    )
