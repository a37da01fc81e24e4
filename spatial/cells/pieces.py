"""The planar map that cells are put together from: faces, and who touches whom."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

#: Vertices lie on this grid (metres), so that neighbours share them exactly.
GRID = 0.001
#: A metre of border inside a block counts like this many metres along a barrier.
INNER_COST = 3.0
#: The shared border that a link over a gap stands for.
LINK_METRES = 0.1

Polygons = NDArray[np.object_]


@dataclass(frozen=True)
class Pieces:
    """Faces that tile an area, and their neighbours.

    ``polygons (P,)``; ``block (P,)`` tells which faces were one before blocks were cut, so that a
    border between two blocks lies on a barrier; ``fixed (P,)`` is the number of the cell kept
    whole that the face belongs to, or -1; ``home (P,)`` that of the previous cell, or -1.
    """

    polygons: Polygons
    block: NDArray[np.int64]
    fixed: NDArray[np.int64]
    home: NDArray[np.int64]


@dataclass(frozen=True)
class Neighbours:
    """Symmetric neighbour lists (CSR): ``start (P+1,)``, ``other``, ``metres`` of shared border.

    ``inner`` marks borders that lie inside a block, not on a barrier.
    """

    start: NDArray[np.int64]
    other: NDArray[np.int64]
    metres: NDArray[np.float64]
    inner: NDArray[np.bool_]

    def among(self, own: NDArray[np.int64]) -> "Neighbours":
        """The neighbour lists of some pieces only, numbered anew in the order given."""
        here = np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))
        number = np.full(len(self.start) - 1, -1)
        number[own] = np.arange(len(own))
        kept = (number[here] >= 0) & (number[self.other] >= 0)
        order = np.lexsort((number[self.other[kept]], number[here[kept]]))
        start = np.searchsorted(number[here[kept]][order], np.arange(len(own) + 1))
        rows = np.flatnonzero(kept)[order]
        return Neighbours(start, number[self.other[rows]], self.metres[rows], self.inner[rows])


def faces_of(
    lines: Sequence[shapely.Geometry] | NDArray[np.object_], within: shapely.Geometry
) -> Polygons:
    """Faces that the lines and the outline of ``within`` enclose; they share vertices."""
    everything = np.append(np.asarray(lines, dtype=object), within.boundary)
    noded = shapely.union_all(everything, grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.point_on_surface(faces)
    shapely.prepare(within)
    return faces[shapely.intersects(within, inside)]


def whole_lines(lines: Sequence[shapely.Geometry], within: shapely.Geometry) -> NDArray[np.object_]:
    """The lines' parts inside ``within``; empty and pointlike remains are left out."""
    if len(lines) == 0:
        return np.array([], dtype=object)
    shapely.prepare(within)
    touching = np.asarray(lines, dtype=object)
    touching = touching[shapely.intersects(within, touching)]
    across = ~shapely.contains_properly(within, touching)
    touching[across] = shapely.intersection(touching[across], within)
    return lines_among(touching)


def lines_among(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """The lines that the geometries hold; empty and pointlike ones are left out."""
    parts = shapely.get_parts(shapely.get_parts(geometries))
    return parts[(shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > 0)]


def by_place(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """An order (N,) of the points in which near ones come close together (Morton 1966)."""
    if len(xy) == 0:
        return np.empty(0, dtype=np.int64)
    spread = max(float(np.ptp(xy, axis=0).max()), 1e-9)
    whole = ((xy - xy.min(axis=0)) / spread * 65535).astype(np.int64)
    for shift in (8, 4, 2, 1):
        mask = sum(((1 << shift) - 1) << (2 * shift * at) for at in range(16 // shift))
        whole = (whole | (whole << shift)) & mask
    return np.argsort(whole[:, 0] | (whole[:, 1] << 1), kind="stable")


def holders(polygons: Polygons, xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number of the polygon that holds each point (the lowest on a border); -1 where none does."""
    held = np.full(len(xy), -1, dtype=np.int64)
    if len(polygons) == 0 or len(xy) == 0:
        return held
    # Asked this way round GEOS prepares each polygon once, for all of its points.
    polygon, point = shapely.STRtree(shapely.points(xy)).query(polygons, predicate="intersects")
    order = np.lexsort((polygon, point))
    held[point[order][::-1]] = polygon[order][::-1]
    return held


def added_up(
    number: NDArray[np.int64], amount: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """Sum (count,) of the amounts (N,) with each number; those numbered -1 are left out."""
    kept = number >= 0
    return np.bincount(number[kept], amount[kept], minlength=count).astype(np.float64)


def neighbours(polygons: Polygons, block: NDArray[np.int64]) -> Neighbours:
    """Who shares how many metres of border with whom, from exactly equal edges of the rings."""
    parts, of_part = shapely.get_parts(polygons, return_index=True)
    ring, part = shapely.get_rings(parts, return_index=True)
    face = of_part[part]
    xy, of_ring = shapely.get_coordinates(ring, return_index=True)
    node = _node_numbers(xy)
    edge = np.flatnonzero(of_ring[:-1] == of_ring[1:])
    low, high = np.minimum(node[edge], node[edge + 1]), np.maximum(node[edge], node[edge + 1])
    key = low * (node.max() + 1) + high
    order = np.argsort(key, kind="stable")
    twin = np.flatnonzero(key[order][:-1] == key[order][1:])
    one, two = order[twin], order[twin + 1]
    length = np.hypot(*(xy[edge[one]] - xy[edge[one] + 1]).T)
    a, b = face[of_ring[edge[one]]], face[of_ring[edge[two]]]
    return joined(a, b, length, block)


def linked(
    polygons: Polygons, block: NDArray[np.int64], households: NDArray[np.float64], cells: int
) -> tuple[Neighbours, NDArray[np.int64]]:
    """Neighbours, and the part (P,) of the area that each piece is connected to.

    A part with too few dwellings for a cell of its own (an island, a corner cut off by an estate
    kept whole) is linked to the nearest piece of another part, as if they touched.
    """
    graph = neighbours(polygons, block)
    enough = 0.5 * households.sum() / cells
    here = np.repeat(np.arange(len(polygons)), np.diff(graph.start))
    a, b, metres = here, graph.other, graph.metres / 2
    while True:
        part = parts_of(len(polygons), a, b)
        total = np.bincount(part, households)
        if len(total) == 1 or (cells > 1 and total.min() >= enough):
            return joined(a, b, metres, block), part
        alone = np.flatnonzero(part == np.argmin(total))
        others = np.flatnonzero(part != np.argmin(total))
        found, distance = shapely.STRtree(polygons[others]).query_nearest(
            polygons[alone], return_distance=True, all_matches=False
        )
        nearest = np.argmin(distance)
        a = np.append(a, alone[found[0, nearest]])
        b = np.append(b, others[found[1, nearest]])
        metres = np.append(metres, LINK_METRES)


def parts_of(count: int, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of the connected part of each of ``count`` pieces, linked pairwise by ``a``, ``b``."""
    links = csr_array((np.ones(len(a)), (a, b)), shape=(count, count))
    return connected_components(links, directed=False)[1].astype(np.int64)


def joined(
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    metres: NDArray[np.float64],
    block: NDArray[np.int64],
) -> Neighbours:
    """Neighbour lists from pairs (repeated ones are added up; a piece is not its own neighbour)."""
    count = len(block)
    apart = a != b
    here, there = np.r_[a[apart], b[apart]], np.r_[b[apart], a[apart]]
    pair, back = np.unique(here * count + there, return_inverse=True)
    length = added_up(back, np.r_[metres[apart], metres[apart]], len(pair))
    here, there = pair // count, pair % count
    start = np.searchsorted(here, np.arange(count + 1))
    return Neighbours(start, there, length, block[here] == block[there])


def _node_numbers(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    on_grid = np.rint((xy - xy.min(axis=0)) / GRID).astype(np.int64)
    key = on_grid[:, 0] * (on_grid[:, 1].max() + 1) + on_grid[:, 1]
    return np.unique(key, return_inverse=True)[1]
