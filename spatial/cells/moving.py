"""Moving the borders of cells, vertex by vertex, for all cells that have them.

As in `spatial.cells.editing` an edit gives a new coverage or raises Refused. Vertices named by a
position are found within 5 cm, since pages round positions to the centimetre.
"""

import itertools
from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from spatial.cells.coverage import Coverage, Refused
from spatial.cells.editing import in_the_way, made
from spatial.cells.pieces import GRID, holders
from spatial.cells.verdict import SLIVER_METRES

#: A vertex that somebody means is at most so far from where they say it is.
MEANT = 0.05

Vertex = tuple[int, int]


def move(cells: Mapping[str, shapely.Geometry], path: ArrayLike, to: ArrayLike) -> Coverage:
    """The stretch of border ``path`` (N, 2), vertex by vertex, replaced by ``to`` (M, 2).

    Both begin and end at the same vertices; the cells on both sides follow. Raises Refused:
    "no_such_vertex", "no_such_border" where ``path`` is not one border of the same two cells,
    "outline" where it is the community's, "crosses" (the keys of cells in the way) or
    "crosses_itself".
    """
    old = _vertices(cells, path)
    owner = _owners(cells)
    sides = {(owner.get((a, b)), owner.get((b, a))) for a, b in itertools.pairwise(old)}
    if len(sides) != 1 or old[0] == old[-1]:
        raise Refused("no_such_border")
    left, right = sides.pop()
    if left is None or right is None:
        raise Refused("no_such_border" if left is right else "outline")
    line = shapely.LineString(np.asarray(to, dtype=np.float64))
    both = shapely.coverage_union_all([cells[left], cells[right]])
    if not both.buffer(SLIVER_METRES).covers(line):
        raise Refused("crosses", *in_the_way(cells, line, {left, right}))
    new = [old[0], *_keys(np.asarray(to, dtype=np.float64)[1:-1]), old[-1]]
    rough = {
        **cells,
        left: _substituted(cells[left], old, new, left),
        right: _substituted(cells[right], old[::-1], new[::-1], right),
    }
    return made(cells, rough, {left, right}, whole=True)


def move_vertex(
    cells: Mapping[str, shapely.Geometry],
    at: ArrayLike,
    to: ArrayLike | None,
    area: shapely.Geometry,
) -> Coverage:
    """One vertex of all cells that have it moved, or taken away where only two cells meet.

    Where a border ends at the outline of the community the end slides along the outline, to where
    it is nearest to ``to``. Raises Refused as `move` does.
    """
    (vertex,) = _vertices(cells, np.asarray(at, dtype=np.float64).reshape(1, 2))
    owner = _owners(cells)
    having = sorted({key for edge, key in owner.items() if vertex in edge})
    beside = sorted({b for a, b in owner if a == vertex} | {a for a, b in owner if b == vertex})
    rims = [end for end in beside if ((vertex, end) in owner) != ((end, vertex) in owner)]
    if len(having) < 2 or len(rims) > 2:
        raise Refused("outline")
    if rims:
        inner = [end for end in beside if end not in rims]
        if to is None or len(inner) != 1:
            raise Refused("outline")
        return _slid(cells, vertex, inner[0], np.asarray(to, dtype=np.float64), owner, area)
    if to is None:
        if len(beside) != 2:
            raise Refused("junction")
        ends = [np.array(one) * GRID for one in (beside[0], vertex, beside[1])]
        return move(cells, ends, [ends[0], ends[2]])
    (goal,) = _keys(np.asarray(to, dtype=np.float64).reshape(1, 2))
    rough = {**cells, **{key: _with_vertex(cells[key], vertex, goal, key) for key in having}}
    return made(cells, rough, set(having), whole=True)


def _slid(
    cells: Mapping[str, shapely.Geometry],
    vertex: Vertex,
    inner: Vertex,
    to: NDArray[np.float64],
    owner: Mapping[tuple[Vertex, Vertex], str],
    area: shapely.Geometry,
) -> Coverage:
    """The last edge of a border, from ``inner`` to ``vertex`` on the outline, ends elsewhere."""
    left, right = owner[inner, vertex], owner[vertex, inner]
    both = shapely.coverage_union_all([cells[left], cells[right]])
    goal = shapely.shortest_line(shapely.boundary(area), shapely.Point(to)).coords[0]
    edge = shapely.LineString([np.array(inner) * GRID, goal])
    border = shapely.intersection(cells[left].boundary, cells[right].boundary)
    last = shapely.LineString([np.array(inner) * GRID, np.array(vertex) * GRID])
    kept = shapely.difference(border, last, grid_size=GRID)
    if not both.buffer(SLIVER_METRES).covers(edge):
        raise Refused("crosses", *in_the_way(cells, edge, {left, right}))
    noded = shapely.union_all([both.boundary, kept, edge], grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    faces = faces[shapely.intersects(both, shapely.point_on_surface(faces))]
    way = np.array(goal) - np.array(inner) * GRID
    aside = 5 * GRID * np.array([-way[1], way[0]]) / max(float(np.hypot(*way)), GRID)
    middle = np.array(inner) * GRID + way / 2
    number = holders(faces, np.array([middle + aside, middle - aside]))
    if len(faces) != 2 or set(number.tolist()) != {0, 1}:
        raise Refused("crosses_itself", left, right)
    rough = {**cells, left: faces[number[0]], right: faces[number[1]]}
    return made(cells, rough, {left, right}, whole=True)


def _keys(xy: NDArray[np.float64]) -> list[Vertex]:
    return [(x, y) for x, y in np.rint(xy / GRID).astype(np.int64).reshape(-1, 2).tolist()]


def _vertices(cells: Mapping[str, shapely.Geometry], places: ArrayLike) -> list[Vertex]:
    """The cells' vertices that are meant by these positions (N, 2)."""
    known = np.unique(shapely.get_coordinates(list(cells.values())), axis=0)
    points = shapely.points(np.asarray(places, dtype=np.float64).reshape(-1, 2))
    tree = shapely.STRtree(shapely.points(known))
    asked, found = tree.query_nearest(points, max_distance=MEANT, all_matches=False)
    if len(asked) < len(points):
        raise Refused("no_such_vertex")
    return _keys(known[found[np.argsort(asked)]])


def _owners(cells: Mapping[str, shapely.Geometry]) -> dict[tuple[Vertex, Vertex], str]:
    """Which cell lies to the left of each directed edge of a border."""
    keys = list(cells)
    parts, of = shapely.get_parts(np.array(list(cells.values()), dtype=object), return_index=True)
    rings, ring_of = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    xy, at = shapely.get_coordinates(rings, return_index=True)
    vertex = _keys(xy)
    return {
        (vertex[one], vertex[one + 1]): keys[of[ring_of[at[one]]]]
        for one in np.flatnonzero(at[:-1] == at[1:]).tolist()
    }


def _substituted(
    cell: shapely.Geometry, old: list[Vertex], new: list[Vertex], key: str
) -> shapely.Geometry:
    """The cell, whose ring runs along ``old`` with the cell on its left, along ``new`` instead."""

    def along(ring: list[Vertex]) -> list[Vertex]:
        if old[0] not in ring or old[1] not in ring:
            return ring
        start = ring.index(old[0])
        turned = ring[start:] + ring[:start]
        return new + turned[len(old) :] if turned[: len(old)] == old else ring

    return _rebuilt(cell, along, key)


def _with_vertex(cell: shapely.Geometry, old: Vertex, new: Vertex, key: str) -> shapely.Geometry:
    return _rebuilt(cell, lambda ring: [new if one == old else one for one in ring], key)


def _rebuilt(cell: shapely.Geometry, change: object, key: str) -> shapely.Geometry:
    """The cell with every ring (open, the cell on its left) changed. Raises Refused if unsound."""
    assert callable(change)  # noqa: S101
    polygons = []
    for part in shapely.get_parts(shapely.orient_polygons(cell)):
        rings = [
            np.array(change(_keys(shapely.get_coordinates(ring))[:-1])) * GRID
            for ring in (part.exterior, *part.interiors)
        ]
        if any(len(ring) < 3 for ring in rings):
            raise Refused("crosses_itself", key)
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    rebuilt = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    if not rebuilt.is_valid:
        raise Refused("crosses_itself", key)
    return rebuilt
