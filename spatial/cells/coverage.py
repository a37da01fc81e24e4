"""Cells that share every vertex of their borders: made so, kept so, and checked.

A coverage is a dict from a cell's key to its polygon in metres, all vertices on ``GRID``. No two
cells overlap, and where they meet they have the same edges, so that what one gains another loses.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.cells.partition import give_away
from spatial.cells.pieces import GRID, Polygons, holders, neighbours
from spatial.cells.verdict import SLIVER_METRES

Coverage = dict[str, shapely.Geometry]

#: A part that an edit cuts off a cell goes to a neighbour below this share of the cell.
CRUMB = 0.1


class Refused(ValueError):
    """An edit after which the cells would not tile; ``why`` is stable, ``keys`` names the cells."""

    def __init__(self, why: str, *keys: str) -> None:
        super().__init__(f"{why} {' '.join(keys)}".strip())
        self.why, self.keys = why, keys


def on_grid(geometry: object) -> NDArray[np.object_]:
    """Geometries with their vertices on the grid, to the last bit."""
    return np.asarray(
        shapely.transform(np.asarray(geometry, dtype=object), lambda xy: np.rint(xy / GRID) * GRID)
    )


def is_whole(cells: Mapping[str, shapely.Geometry], area: shapely.Geometry) -> bool:
    """Whether the cells are a coverage of all of ``area``, to the grid's rounding."""
    polygons = np.array(list(cells.values()), dtype=object)
    return bool(
        len(polygons)
        and shapely.is_valid(polygons).all()
        and shapely.coverage_is_valid(polygons)
        and abs(shapely.area(polygons).sum() - area.area) <= GRID * area.length
        and shapely.difference(area, shapely.coverage_union_all(polygons)).area
        <= GRID * area.length
    )


def tidied(cells: Mapping[str, shapely.Geometry], area: shapely.Geometry) -> Coverage:
    """A coverage made from sound polygons that tile ``area`` more or less.

    Where two overlap the first one counts, slivers of gaps go to a neighbour, what lies outside is
    left out; gaps that are none of rounding stay. Cells that are a coverage stay as they are.
    """
    rounded = dict(zip(cells, on_grid(list(cells.values())), strict=True)) if cells else {}
    if not rounded or is_whole(rounded, area):
        return rounded
    sound = {key: shapely.make_valid(one) for key, one in rounded.items()}
    return settled(sound, area)


def settled(
    cells: Mapping[str, shapely.Geometry],
    area: shapely.Geometry,
    *,
    to_fill: shapely.Geometry | None = None,
    drawn: Iterable[str] = (),
) -> Coverage:
    """A coverage of the polygons, noded on the grid: the first counts where they overlap.

    What lies outside ``area`` is left out. Gaps narrower than a sliver, and those in ``to_fill``,
    go to the neighbour with most border, to one that is not ``drawn`` if there is one. A cell of
    which nothing is left is left out.
    """
    keys, polygons = list(cells), np.array(list(cells.values()), dtype=object)
    lines = np.append(shapely.boundary(polygons), shapely.boundary(area))
    noded = shapely.union_all(lines, grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    middle = shapely.point_on_surface(faces)
    shapely.prepare(area)
    faces = faces[shapely.intersects(area, middle)]
    if len(faces) == 0:
        return {}
    middle = shapely.get_coordinates(shapely.point_on_surface(faces))
    owner = holders(polygons, middle)
    fill = shapely.is_empty(shapely.buffer(faces, -SLIVER_METRES / 2))
    if to_fill is not None:
        shapely.prepare(to_fill)
        fill |= shapely.intersects_xy(to_fill, middle)
    barred = np.isin(keys, list(drawn))
    _fill(faces, owner, (owner < 0) & fill, barred)
    return _joined(keys, faces, owner)


def _fill(
    faces: Polygons, owner: NDArray[np.int64], loose: NDArray[np.bool_], barred: NDArray[np.bool_]
) -> None:
    """Give the loose faces (owner changed in place) to the neighbour with most border.

    Cells that are ``barred`` (C,) get only what has no other neighbour.
    """
    if loose.any():
        graph = neighbours(faces, np.zeros(len(faces), dtype=np.int64))
        known = owner >= 0
        give_away(graph, owner, np.flatnonzero(loose), known & ~barred[owner])
        left = loose & (owner < 0)
        give_away(graph, owner, np.flatnonzero(left), owner >= 0)


def without_crumbs(
    before: Mapping[str, shapely.Geometry], after: Coverage, drawn: Iterable[str] = ()
) -> Coverage:
    """The coverage with small parts that an edit cut off their cell given to a neighbour.

    A cell that lay in several parts before may go on doing so. What is left of a cell that is not
    one of ``drawn`` goes to a neighbour as a whole where it is no more than a sliver.
    """
    keys, cells = list(after), np.array(list(after.values()), dtype=object)
    had = np.array([shapely.get_num_geometries(before.get(key, after[key])) for key in keys])
    torn = shapely.get_num_geometries(cells) > had
    thin = shapely.is_empty(shapely.buffer(cells, -SLIVER_METRES / 2)) | (shapely.area(cells) < 1)
    thin &= ~np.isin(keys, list(drawn))
    if not (torn | thin).any():
        return after
    parts, of = shapely.get_parts(cells, return_index=True)
    small = shapely.area(parts) < CRUMB * shapely.area(cells)[of]
    loose = (torn[of] & small) | thin[of]
    owner = np.where(loose, -1, of).astype(np.int64)
    _fill(parts, owner, loose, np.isin(keys, list(drawn)))
    owner = np.where(owner < 0, of, owner)
    return _joined(keys, parts, owner)


def _joined(keys: Sequence[str], faces: Polygons, owner: NDArray[np.int64]) -> Coverage:
    """The faces of each cell put together; cells without any are left out."""
    return {
        key: on_grid(shapely.coverage_union_all(faces[owner == number])).item()
        for number, key in enumerate(keys)
        if (owner == number).any()
    }


def around(cells: Mapping[str, shapely.Geometry], touched: set[str]) -> list[str]:
    """The keys of the touched cells and of those that meet them."""
    keys, polygons = list(cells), np.array(list(cells.values()), dtype=object)
    own = np.array([key in touched for key in keys])
    _own, near = shapely.STRtree(polygons).query(polygons[own], predicate="intersects")
    return [keys[number] for number in np.unique(near)]


def check(before: Mapping[str, shapely.Geometry], after: Coverage, gained: float = 0.0) -> Coverage:
    """The cells after an edit, if they are a coverage of the ground before and ``gained`` m² more.

    Raises Refused.
    """
    polygons = np.array(list(after.values()), dtype=object)
    was = np.array(list(before.values()), dtype=object)
    if not len(polygons) or shapely.is_empty(polygons).any() or (shapely.area(polygons) < 1).any():
        raise Refused("nothing_left")
    if not shapely.is_valid(polygons).all() or not shapely.coverage_is_valid(polygons):
        raise Refused("does_not_tile")
    leeway = GRID * (shapely.length(was).sum() + shapely.length(polygons).sum())
    if abs(shapely.area(polygons).sum() - shapely.area(was).sum() - gained) > leeway:
        raise Refused("does_not_tile")
    return after


def coloured(cells: Mapping[str, shapely.Geometry]) -> dict[str, int]:
    """A colour 0..5 for each cell, another one for each neighbour (Matula & Beck 1983).

    Six are enough for any coverage: some cell always has five neighbours at most. Cells in many
    parts could need a seventh; they get the least used of their neighbours'.
    """
    if not cells:
        return {}
    polygons = np.array(list(cells.values()), dtype=object)
    graph = neighbours(polygons, np.zeros(len(polygons), dtype=np.int64))
    beside = [set(graph.other[a:b].tolist()) for a, b in itertools.pairwise(graph.start)]
    waiting, order = set(range(len(polygons))), []
    while waiting:
        least = min(waiting, key=lambda one: (len(beside[one] & waiting), one))
        waiting.remove(least)
        order.append(least)
    colour: dict[int, int] = {}
    for one in reversed(order):
        taken = [colour[other] for other in sorted(beside[one]) if other in colour]
        colour[one] = min(range(6), key=lambda at: (taken.count(at), at))
    return {key: colour[number] for number, key in enumerate(cells)}
