"""Finishing borders between cells: straight inside blocks, and round footprints."""

import heapq
from collections.abc import Callable
from functools import partial

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.cells.pieces import GRID, Polygons, faces_of, neighbours, parts_of

#: A footprint counts as cut when more than this is inside on a border (metres).
CUT_METRES = 0.05
#: How often borders are straightened again without those that took a cell away.
TRIALS = 3


def dissolve(polygons: Polygons, label: NDArray[np.int64], cells: int) -> Polygons:
    """One polygon per cell (C,) from pieces that share vertices; shared borders stay shared."""
    order = np.argsort(label, kind="stable")
    groups = np.split(polygons[order], np.searchsorted(label[order], np.arange(1, cells)))
    return np.array(
        [group[0] if len(group) == 1 else shapely.coverage_union_all(group) for group in groups],
        dtype=object,
    )


def straighten(
    polygons: Polygons,
    label: NDArray[np.int64],
    block: NDArray[np.int64],
    cells: int,
    obstacles: NDArray[np.object_],
    area: shapely.Geometry,
) -> Polygons:
    """Cells (C,) whose borders inside blocks are as straight as the obstacles allow.

    Borders along barriers and the outline stay; no obstacle (building point or footprint) changes
    sides. ``polygons``, ``label`` and ``block`` (P,) are pieces that tile ``area``.
    """
    cell = dissolve(polygons, label, cells)
    inner = _inner_borders(polygons, label, block)
    arcs = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(list(inner))))
    rest = _along_barriers(shapely.boundary(cell), inner)
    lines = _straightened(arcs, rest, area.boundary, obstacles)
    for _ in range(TRIALS):
        faces = faces_of([*lines, *rest], area)
        straight = dissolve(faces, _most_overlap(faces, cell), cells)
        lost = np.flatnonzero(shapely.is_empty(straight))
        if len(lost) == 0:
            return straight
        # A border that no longer closes loses its cell to the neighbour; there all stays as it was.
        _cell, near = shapely.STRtree(arcs).query(cell[lost], predicate="intersects")
        lines[near] = arcs[near]
    return cell


def spare_footprints(
    cell: Polygons,
    footprints: Polygons,
    owner: NDArray[np.int64],
    area: shapely.Geometry,
    fixed: NDArray[np.bool_],
) -> Polygons:
    """Cells (C,) whose borders go round the footprints (F,) instead of through them.

    ``owner (F,)`` is the cell that each footprint belongs to. Cells that are ``fixed (C,)`` stay as
    they were drawn, also where that cuts a footprint. Where two overlapping footprints have
    different owners the border must cut one of them.
    """
    borders = shapely.boundary(cell)
    tree = shapely.STRtree(footprints)
    line, hit = tree.query(borders, predicate="crosses")
    inside = shapely.intersection(borders[line], shapely.buffer(footprints[hit], -CUT_METRES))
    cut = np.unique(hit[shapely.length(inside) > CUT_METRES])
    cut = cut[~fixed[owner[cut]]]
    if len(cut) == 0:
        return cell
    movable = shapely.difference(area, shapely.union_all(cell[fixed])) if fixed.any() else area
    blockers = shapely.intersection(footprints[cut], movable)
    spared = shapely.difference(shapely.union_all(borders), shapely.union_all(blockers))
    faces = faces_of([spared, *shapely.boundary(blockers)], area)
    label = _most_overlap(faces, cell)
    face, blocker = shapely.STRtree(blockers).query(
        shapely.point_on_surface(faces), predicate="within"
    )
    label[face] = owner[cut[blocker]]
    label = _joined_up(faces, label, cell)
    return dissolve(faces, label, len(cell)) if len(np.unique(label)) == len(cell) else cell


def _joined_up(faces: Polygons, label: NDArray[np.int64], before: Polygons) -> NDArray[np.int64]:
    """Remnants that a footprint cut off from their cell go to the neighbour with most border.

    ``before`` are the cells as they were: one that lay in parts already may stay so.
    """
    label = label.copy()
    graph = neighbours(faces, label)
    here = np.repeat(np.arange(len(faces)), np.diff(graph.start))
    size = shapely.area(faces)
    for _ in range(len(before)):
        same = label[here] == label[graph.other]
        part = parts_of(len(faces), here[same], graph.other[same])
        part_size, part_cell = np.bincount(part, size), np.zeros(part.max() + 1, dtype=np.int64)
        part_cell[part] = label
        parts = np.bincount(part_cell, minlength=len(before))
        broken = parts[part_cell] > shapely.get_num_geometries(before)[part_cell]
        if not broken.any():
            break
        smallest = np.flatnonzero(broken)[np.argmin(part_size[broken])]
        around = (part[here] == smallest) & (part[graph.other] != smallest)
        if not around.any():
            break
        border = np.bincount(label[graph.other[around]], graph.metres[around])
        label[part == smallest] = np.argmax(border)
    return label


def _inner_borders(
    polygons: Polygons, label: NDArray[np.int64], block: NDArray[np.int64]
) -> NDArray[np.object_]:
    """The edges between two pieces of one block that belong to different cells, as lines."""
    edges, piece = _edges(polygons)
    order = np.lexsort(edges.T)
    twin = np.flatnonzero((edges[order][:-1] == edges[order][1:]).all(axis=1))
    one, two = piece[order[twin]], piece[order[twin + 1]]
    kept = (block[one] == block[two]) & (label[one] != label[two])
    return shapely.linestrings(edges[order[twin[kept]]].reshape(-1, 2, 2) * GRID)


def _along_barriers(
    outlines: NDArray[np.object_], inner: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Borders between two cells that are not inner ones, edge by edge.

    All come from the same vertices: an edge that only one cell has is the area's outline.
    """
    ends, cells = np.unique(_edges(outlines)[0], axis=0, return_counts=True)
    shared = ends[cells > 1]
    both, times = np.unique(np.vstack([shared, _edges(inner)[0]]), axis=0, return_counts=True)
    kept = both[times == 1].reshape(-1, 2, 2) * GRID
    if len(kept) == 0:
        return np.array([], dtype=object)
    merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(kept)))
    return shapely.get_parts(merged)


def _edges(geometries: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Straight edges (E, 4) in steps of the grid, the lower end first, and whose (E,) they are."""
    parts, of_part = shapely.get_parts(geometries, return_index=True)
    flat = shapely.get_dimensions(parts) == 2
    rings, of_ring = shapely.get_rings(parts[flat], return_index=True)
    lines, of_line = shapely.get_parts(parts[~flat], return_index=True)
    whose = np.concatenate([of_part[flat][of_ring], of_part[~flat][of_line]])
    xy, of = shapely.get_coordinates(np.concatenate([rings, lines]), return_index=True)
    at = np.flatnonzero(of[:-1] == of[1:])
    ends = np.rint(np.stack([xy[at], xy[at + 1]], axis=1) / GRID).astype(np.int64)
    swap = (ends[:, 0, 0] > ends[:, 1, 0]) | (
        (ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1])
    )
    ends[swap] = ends[swap][:, ::-1]
    return ends.reshape(-1, 4), whose[of[at]]


def _straightened(
    arcs: NDArray[np.object_],
    rest: NDArray[np.object_],
    outline: shapely.Geometry,
    obstacles: NDArray[np.object_],
) -> NDArray[np.object_]:
    """Each arc straightened in turn; it crosses no obstacle, no other arc, nor rest nor outline."""
    now = np.concatenate([arcs, rest, [outline]])
    # A straightened arc stays in its old bounding box, so the tree need not be built again.
    lines, things = shapely.STRtree(now), shapely.STRtree(obstacles)
    # Other borders begin at these: an arc that left them would leave those hanging.
    xy = shapely.get_coordinates(arcs)
    shapely.prepare(outline)
    on_outline = shapely.dwithin(outline, shapely.points(xy), GRID)
    pinned = set(_keys(np.vstack([shapely.get_coordinates(rest), xy[on_outline]])))

    def free(number: int, triangle: shapely.Polygon) -> bool:
        if len(things.query(triangle, predicate="intersects")):
            return False
        near = lines.query(triangle)
        near = near[near != number]
        return not shapely.crosses(now[near], triangle).any()

    for number, arc in enumerate(arcs):
        now[number] = _straight(arc, pinned, partial(free, number))
    return now[: len(arcs)]


def _keys(xy: NDArray[np.float64]) -> list[tuple[int, int]]:
    return [(x, y) for x, y in np.rint(xy / GRID).astype(np.int64).tolist()]


def _straight(
    arc: shapely.LineString,
    pinned: set[tuple[int, int]],
    free: Callable[[shapely.Polygon], bool],
) -> shapely.LineString:
    """The arc without the vertices whose corner is free, flattest corners first.

    Visvalingam & Whyatt (1993), with the corners that hold something kept.
    """
    xy = shapely.get_coordinates(arc)
    last = len(xy) - 1
    fewest = 4 if np.array_equal(xy[0], xy[-1]) else 2
    before, after = np.arange(-1, last), np.arange(1, last + 2)
    alive = np.ones(len(xy), bool)

    def corner(at: int) -> tuple[float, int, int, int]:
        left, right = xy[before[at]] - xy[at], xy[after[at]] - xy[at]
        return abs(left[0] * right[1] - left[1] * right[0]) / 2, at, before[at], after[at]

    bound = [key in pinned for key in _keys(xy)]
    waiting = [corner(at) for at in range(1, last) if not bound[at]]
    heapq.heapify(waiting)
    while waiting and alive.sum() > fewest:
        size, at, left, right = heapq.heappop(waiting)
        if not alive[at] or before[at] != left or after[at] != right:
            continue
        if size > GRID**2:
            triangle = shapely.polygons(xy[[left, at, right]])
            own = np.delete(xy, [left, at, right], axis=0)[np.delete(alive, [left, at, right])]
            if not free(triangle) or shapely.intersects_xy(triangle, own).any():
                continue
        alive[at] = False
        after[left], before[right] = right, left
        for moved in (left, right):
            if 0 < moved < last and not bound[moved]:
                heapq.heappush(waiting, corner(moved))
    return shapely.linestrings(xy[alive])


def _most_overlap(faces: Polygons, cell: Polygons) -> NDArray[np.int64]:
    """Number of the cell that covers most of each face."""
    face, over = shapely.STRtree(cell).query(faces, predicate="intersects")
    area = shapely.area(shapely.intersection(faces[face], cell[over]))
    label = np.zeros(len(faces), dtype=np.int64)
    order = np.argsort(area, kind="stable")
    label[face[order]] = over[order]
    return label
