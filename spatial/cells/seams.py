"""Cutting blocks halfway between their buildings."""

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import QhullError, Voronoi

from spatial.cells.pieces import GRID, Polygons, faces_of, holders, lines_among

#: Sites that one Voronoi diagram is made of; blocks stand apart in it by this many block widths.
TOGETHER, APART = 2000, 10.0

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def seams(blocks: Polygons, block: Ints, sites: Floats, owner: Ints) -> NDArray[np.object_]:
    """Lines within the blocks (K,) halfway between sites of different owners (Voronoi edges).

    ``sites (S, 2)`` may hold several points of one building: ``owner (S,)`` says whose each is and
    ``block (S,)`` in which block it counts. The lines end on the grid, to half a millimetre at the
    block's border. Time and memory are linear in sites but for their sorting.
    """
    order = np.lexsort((sites[:, 1], sites[:, 0], block))
    block, sites, owner = block[order], sites[order], owner[order]
    again = (np.diff(block) == 0) & (np.diff(sites, axis=0) == 0).all(axis=1)
    new = np.r_[True, ~again][: len(block)]
    block, sites, owner = block[new], sites[new], owner[new]
    ends, of = [np.empty((0, 2, 2))], [np.empty(0, dtype=np.int64)]
    for rows, corner in _batches(blocks, block, sites):
        found, inside = _ridges(sites[rows], owner[rows], block[rows], corner)
        ends.append(found)
        of.append(inside)
    return _clipped(np.vstack(ends), np.concatenate(of), blocks)


def _batches(blocks: Polygons, block: Ints, sites: Floats) -> Iterator[tuple[Ints, Floats]]:
    """Sites of some blocks of like size, and where (S, 2) each one's block is to be moved to."""
    start = np.flatnonzero(np.r_[True, np.diff(block) > 0][: len(block)])
    count = np.diff(np.r_[start, len(block)])
    bounds = shapely.bounds(blocks)[block[start]] if len(start) else np.empty((0, 4))
    low = np.minimum(bounds[:, :2], np.minimum.reduceat(sites, start)) if len(start) else bounds
    high = np.maximum(bounds[:, 2:], np.maximum.reduceat(sites, start)) if len(start) else bounds
    width = (high - low).max(axis=1) if len(start) else np.empty(0)
    by_size = np.argsort(width, kind="stable")
    cuts = np.flatnonzero(np.diff(np.cumsum(count[by_size]) // TOGETHER)) + 1
    for some in np.split(by_size, cuts) if len(start) else []:
        step = APART * max(width[some].max(), 1.0)
        across = int(np.ceil(np.sqrt(len(some))))
        at = np.arange(len(some))
        place = step * np.column_stack([at % across, at // across])
        rows = np.concatenate([np.arange(start[one], start[one] + count[one]) for one in some])
        yield rows, np.repeat(place - (low[some] + high[some]) / 2, count[some], axis=0)


def _ridges(sites: Floats, owner: Ints, block: Ints, corner: Floats) -> tuple[Floats, Ints]:
    """Voronoi edges (E, 2, 2) between sites of one block and different owners; their block (E,)."""
    moved = sites + corner
    middle, reach = moved.mean(axis=0), 20 * (np.ptp(moved, axis=0).max() + 1)
    # Far sites close every region that reaches into a block.
    far = middle + reach * np.array([[1, 0.1], [-0.1, 1], [-1, -0.1], [0.1, -1]])
    try:
        diagram = Voronoi(np.vstack([moved, far]))
    except QhullError:  # every site in one place; the blocks then stay whole
        return np.empty((0, 2, 2)), np.empty(0, dtype=np.int64)
    whose = np.append(owner, [-1] * len(far))
    where = np.append(block, [-1] * len(far))
    one, two = diagram.ridge_points.T
    ends = np.array(diagram.ridge_vertices)
    kept = (whose[one] != whose[two]) & (where[one] == where[two]) & (ends >= 0).all(axis=1)
    kept &= where[one] >= 0
    return diagram.vertices[ends[kept]] - corner[one[kept]][:, None], where[one[kept]]


def _clipped(ends: Floats, block: Ints, blocks: Polygons) -> NDArray[np.object_]:
    """The edges' parts in their block, with their ends on the grid."""
    # Corners a hair apart (sites on a circle) become one on the grid, not a gap.
    ends = np.rint(ends / GRID) * GRID
    some = (ends[:, 0] != ends[:, 1]).any(axis=1)
    lines, block = shapely.linestrings(ends[some]), block[some]
    shapely.prepare(blocks[np.unique(block)])
    touching = shapely.intersects(blocks[block], lines)
    lines, block = lines[touching], block[touching]
    across = ~shapely.contains_properly(blocks[block], lines)
    lines[across] = shapely.intersection(lines[across], blocks[block[across]])
    parts = lines_among(lines)
    xy = np.rint(shapely.get_coordinates(parts) / GRID) * GRID
    return lines_among(shapely.set_coordinates(parts, xy))


def divided(
    blocks: Polygons, cuts: NDArray[np.object_], area: shapely.Geometry
) -> tuple[Polygons, Ints]:
    """The faces (P,) that the cuts divide the blocks (K,) of the area into, and their blocks (P,).

    Faces share vertices. Cuts meet each other and the blocks' borders at their ends only, but for
    chance of rounding: that is noticed, and then everything is noded anew, which takes five times
    as long.
    """
    if len(cuts) == 0:
        return blocks, np.arange(len(blocks))
    edges = _edges_of(shapely.get_rings(shapely.get_parts(blocks)))
    halves = _edges_of(cuts)
    edges = _split_at(edges, halves.reshape(-1, 2))
    lines = shapely.linestrings(np.vstack([edges, halves]))
    faces = shapely.get_parts(shapely.polygonize(lines))
    block = _block_of(faces, blocks)
    faces, block = faces[block >= 0], block[block >= 0]
    ground = np.bincount(block, shapely.area(faces), minlength=len(blocks))
    off = np.abs(ground - shapely.area(blocks))
    if (off <= GRID * (1 + shapely.length(blocks))).all() and shapely.coverage_is_valid(faces):
        return faces, block
    faces = faces_of(lines, area)
    return faces, _block_of(faces, blocks)


def _block_of(faces: Polygons, blocks: Polygons) -> Ints:
    return holders(blocks, shapely.get_coordinates(shapely.point_on_surface(faces)))


def _edges_of(lines: NDArray[np.object_]) -> Floats:
    """Straight edges (E, 2, 2) of the lines on the grid, each once whichever way it runs."""
    xy, of = shapely.get_coordinates(lines, return_index=True)
    # The grid's own numbers, to the last bit: GEOS rounds a bit differently.
    xy = np.rint(xy / GRID) * GRID
    at = np.flatnonzero(of[:-1] == of[1:])
    ends = np.stack([xy[at], xy[at + 1]], axis=1)
    swap = (ends[:, 0, 0] > ends[:, 1, 0]) | (
        (ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1])
    )
    ends[swap] = ends[swap][:, ::-1]
    flat = ends.reshape(-1, 4)
    order = np.lexsort(flat.T)
    flat = flat[order]
    first = np.r_[True, (np.diff(flat, axis=0) != 0).any(axis=1)][: len(flat)]
    first &= (flat[:, :2] != flat[:, 2:]).any(axis=1)
    return flat[first].reshape(-1, 2, 2)


def _split_at(edges: Floats, points: Floats) -> Floats:
    """The edges cut at the points that lie on them, to a hair."""
    near, edge = shapely.STRtree(shapely.linestrings(edges)).query(
        shapely.points(points), predicate="dwithin", distance=GRID
    )
    point, start, end = points[near], edges[edge, 0], edges[edge, 1]
    inner = ((point != start) & (point != end)).any(axis=1)
    inner &= (point != start).any(axis=1) & (point != end).any(axis=1)
    point, start, end, edge = point[inner], start[inner], end[inner], edge[inner]
    along = ((point - start) * (end - start)).sum(axis=1)
    number = np.arange(len(edges))
    of = np.concatenate([number, edge, number])
    xy = np.vstack([edges[:, 0], point, edges[:, 1]])
    rank = np.concatenate([np.full(len(edges), -1.0), along, np.full(len(edges), np.inf)])
    order = np.lexsort((rank, of))
    of, xy = of[order], xy[order]
    at = np.flatnonzero((of[:-1] == of[1:]) & (xy[:-1] != xy[1:]).any(axis=1))
    return np.stack([xy[at], xy[at + 1]], axis=1)
