"""Edits of cells after which they tile as before: split, merge, draw, take over.

Each takes a coverage (`spatial.cells.coverage`) and gives a new one, or raises Refused; what it is
given stays as it was. Positions are metres. `spatial.cells.moving` moves borders.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from spatial.cells.coverage import (
    Coverage,
    Refused,
    around,
    check,
    on_grid,
    settled,
    without_crumbs,
)
from spatial.cells.loads import Load
from spatial.cells.pieces import GRID, holders
from spatial.cells.verdict import SLIVER_METRES

#: The ends of a line that is to cut a cell reach its border from so far.
REACH = 8.0
#: What a line cuts off beside its two sides is overlooked below this share of the cell.
SHRED = 0.005
#: How often cells are noded anew, each time with those around that rounding tore off; then all.
MOST_ROUNDS = 3


def split(
    cells: Mapping[str, shapely.Geometry],
    key: str,
    line: ArrayLike,
    new_key: str,
    load: Load | None = None,
) -> Coverage:
    """The cell cut in two along a line (N, 2) from border to border.

    The side with more load, or more ground, keeps the key. Raises Refused: "no_such_cell",
    "not_across" where the line does not divide the cell, "too_many_parts".
    """
    cell = _cell(cells, key)
    cut = shapely.intersection(_reaching(_line(line), cell), cell)
    noded = shapely.union_all([cell.boundary, cut], grid_size=GRID)
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    parts = parts[shapely.intersects(cell, shapely.point_on_surface(parts))]
    islands = shapely.get_num_geometries(cell) - 1
    parts = parts[np.argsort(-shapely.area(parts), kind="stable")]
    if len(parts) < 2 + islands:
        raise Refused("not_across", key)
    sides = _two_sides(parts, cut, cell, key)
    return _replaced(cells, key, new_key, sides, load)


def _reaching(line: shapely.LineString, cell: shapely.Geometry) -> shapely.LineString:
    """The line with ends that stop just short of the cell's border brought on to it."""
    xy = list(line.coords)
    for end, place in ((0, 0), (-1, len(xy) + 1)):
        point = shapely.Point(line.coords[end])
        if 0 < cell.boundary.distance(point) <= REACH and cell.intersects(point):
            near = shapely.shortest_line(cell.boundary, point).coords[0]
            xy.insert(place, near)
    return shapely.LineString(xy)


def _two_sides(
    parts: NDArray[np.object_], cut: shapely.Geometry, cell: shapely.Geometry, key: str
) -> tuple[shapely.Geometry, shapely.Geometry]:
    """Parts joined to two: those the line made, with shreds and islands at the nearer one."""
    made = shapely.length(shapely.intersection(shapely.boundary(parts), cut.buffer(2 * GRID)))
    by_line = made > SLIVER_METRES
    large = np.flatnonzero(by_line & (shapely.area(parts) >= SHRED * cell.area))
    if len(large) < 2:
        raise Refused("not_across", key)
    if len(large) > 2:
        raise Refused("too_many_parts", key)
    sides = [[parts[large[0]]], [parts[large[1]]]]
    for number in np.setdiff1d(np.arange(len(parts)), large):
        shared = [parts[number].intersection(side[0]).length for side in sides]
        far = [parts[number].distance(side[0]) for side in sides]
        nearer = int(np.argmax(shared)) if max(shared) > 0 else int(np.argmin(far))
        sides[nearer].append(parts[number])
    one, two = (shapely.union_all(side, grid_size=GRID) for side in sides)
    return one, two


def _replaced(
    cells: Mapping[str, shapely.Geometry],
    key: str,
    new_key: str,
    sides: tuple[shapely.Geometry, shapely.Geometry],
    load: Load | None,
) -> Coverage:
    amount = [0.0, 0.0]
    if load is not None:
        held = holders(np.array(sides, dtype=object), load.xy)
        amount = [float(load.amount[held == side].sum()) for side in (0, 1)]
    first = max((0, 1), key=lambda side: (amount[side], sides[side].area))
    rough = {**cells, key: sides[first], new_key: sides[1 - first]}
    return made(cells, rough, {key, new_key})


def merge(cells: Mapping[str, shapely.Geometry], keys: Sequence[str]) -> Coverage:
    """Neighbouring cells become one, with the key of the first.

    Raises Refused: "no_such_cell", "one_cell" for fewer than two, "not_neighbours".
    """
    merged = [_cell(cells, key) for key in dict.fromkeys(keys)]
    if len(merged) < 2:
        raise Refused("one_cell", *keys)
    whole = on_grid(shapely.coverage_union_all(merged)).item()
    if _parts(whole) > max(_parts(one) for one in merged):
        raise Refused("not_neighbours", *keys)
    after = {key: cell for key, cell in cells.items() if key not in keys}
    return check(cells, {**after, keys[0]: whole})


def draw(
    cells: Mapping[str, shapely.Geometry],
    shapes: Mapping[str, shapely.Geometry],
    area: shapely.Geometry,
) -> Coverage:
    """Cells of these shapes, new or of known keys, take their ground from those below.

    What a known key had beyond its new shape goes to its neighbours; so do small parts that are
    cut off. Cells covered wholly are gone; ground that was no cell's is taken too. Raises Refused:
    "crosses_itself" for a shape that is not sound, "outside" where nothing of it lies in ``area``.
    """
    drawn = {}
    for key, shape in shapes.items():
        if not shapely.is_valid(shape):
            raise Refused("crosses_itself", key)
        drawn[key] = shapely.intersection(on_grid(shape).item(), area, grid_size=GRID)
        if drawn[key].area < 1:
            raise Refused("outside", key)
    was = shapely.union_all(list(cells.values()), grid_size=GRID) if cells else shapely.Polygon()
    below = {key: cell for key, cell in cells.items() if key not in drawn}
    after = settled({**drawn, **below}, area, to_fill=was, drawn=drawn)
    lost = set(drawn) - set(after)
    if lost:
        raise Refused("nothing_left", *sorted(lost))
    after = without_crumbs({**cells, **drawn}, after, drawn)
    gained = shapely.difference(shapely.union_all(list(drawn.values())), was, grid_size=GRID).area
    order = [key for key in cells if key in after] + [key for key in drawn if key not in cells]
    return check(cells, {key: after[key] for key in order}, gained)


def made(
    cells: Mapping[str, shapely.Geometry],
    rough: Mapping[str, shapely.Geometry],
    touched: set[str],
    *,
    whole: bool = False,
) -> Coverage:
    """The coverage that the roughly drawn cells become; the others keep their ground.

    With ``whole`` a touched cell that comes in more parts than before is refused.
    """
    near = around(rough, touched)
    for left in reversed(range(MOST_ROUNDS)):
        after = {**rough, **_settled_near(cells, rough, touched, near, whole)}
        torn = _torn(after)
        if not torn or len(near) == len(rough):
            break
        # Rounding reached a border farther off: then the cells there are noded with these, and at
        # last all of them.
        grown = [key for key in rough if key in torn or key in near]
        near = grown if left > 1 and len(grown) > len(near) else list(rough)
    return check(cells, {key: after[key] for key in rough})


def _torn(cells: Coverage) -> set[str]:
    """The keys of cells whose borders are not those of their neighbours."""
    edges = shapely.coverage_invalid_edges(list(cells.values()))
    return {key for key, edge in zip(cells, edges, strict=True) if not shapely.is_empty(edge)}


def _settled_near(
    cells: Mapping[str, shapely.Geometry],
    rough: Mapping[str, shapely.Geometry],
    touched: set[str],
    near: Sequence[str],
    whole: bool,
) -> Coverage:
    """The cells of the keys ``near`` as a coverage of the ground they had."""
    still = [key for key in near if key not in touched]
    ordered = {key: rough[key] for key in [*still, *sorted(touched)]}
    was = shapely.union_all([cells[key] for key in near if key in cells], grid_size=GRID)
    made = settled(ordered, was, to_fill=was)
    for key in near:
        apart = shapely.symmetric_difference(made.get(key, shapely.Polygon()), rough[key])
        if not apart.buffer(-SLIVER_METRES / 2).is_empty:
            raise Refused("crosses", *in_the_way(cells, apart, touched))
        if whole and key in touched and _parts(made[key]) > _parts(cells[key]):
            raise Refused("crosses_itself", key)
    return made


def in_the_way(
    cells: Mapping[str, shapely.Geometry], where: shapely.Geometry, touched: set[str]
) -> list[str]:
    return [
        key
        for key, cell in cells.items()
        if key not in touched and shapely.intersection(cell, where).length > SLIVER_METRES
    ]


def _cell(cells: Mapping[str, shapely.Geometry], key: str) -> shapely.Geometry:
    if key not in cells:
        raise Refused("no_such_cell", key)
    return cells[key]


def _parts(cell: shapely.Geometry) -> int:
    return int(shapely.get_num_geometries(cell))


def _line(line: ArrayLike) -> shapely.LineString:
    xy = np.asarray(line, dtype=np.float64).reshape(-1, 2)
    moved = np.r_[True, (np.diff(xy, axis=0) != 0).any(axis=1)]
    if moved.sum() < 2:
        raise Refused("not_across")
    return shapely.LineString(xy[moved])
