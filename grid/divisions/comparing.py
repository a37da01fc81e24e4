"""What differs between two divisions of a community, and what would change hands."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from grid.divisions.drafts import Cell, coverage
from grid.divisions.ground import Ground
from grid.divisions.shown import geojson
from grid.moved import Holding, moved_between
from spatial.cells import stretches
from spatial.cells.coverage import on_grid
from spatial.cells.pieces import GRID, added_up, holders
from spatial.cells.verdict import SLIVER_METRES


def compared(
    cells: Mapping[str, Cell], others: Mapping[str, Cell], ground: Ground
) -> dict[str, Any]:
    """From ``others`` to ``cells``: the pieces that are in another cell, and what lies in them.

    Cells are the same by their code, or their key where they have none.
    """
    pieces, was, becomes = _pieces(coverage(cells), coverage(others))
    to, from_ = list(cells.values()), list(others.values())
    differs = np.array(
        [
            (from_[a].key if a >= 0 else "") != (to[b].key if b >= 0 else "")
            for a, b in zip(was.tolist(), becomes.tolist(), strict=True)
        ],
        dtype=bool,
    )
    pieces, was, becomes = pieces[differs], was[differs], becomes[differs]
    _ids, load = ground.buildings
    in_piece = holders(pieces, load.xy)
    buildings = added_up(in_piece, np.ones(len(in_piece)), len(pieces))
    households = added_up(in_piece, load.amount, len(pieces))
    # Elsewhere every street has the cell it had.
    near = np.unique(shapely.STRtree(ground.segments.lines).query(pieces, "dwithin", 1.0)[1])
    before, after = holding_of(others, ground, near), holding_of(cells, ground, near)
    moved = moved_between(before, after)
    metres = _metres_by_pair(before, after)
    touched = {_key(from_, number) for number in was} | {_key(to, number) for number in becomes}
    return {
        "cells": {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": geojson(piece, ground.projection),
                    "properties": {
                        "from": _named(from_, int(was[at])),
                        "to": _named(to, int(becomes[at])),
                        "buildings": int(buildings[at]),
                        "households": int(households[at]),
                        "metres": round(
                            metres.get((_key(from_, was[at]), _key(to, becomes[at])), 0.0), 1
                        ),
                    },
                }
                for at, piece in enumerate(pieces)
            ],
        },
        "moved": {
            "buildings": moved.buildings,
            "households": moved.households,
            "metres": round(moved.metres, 1),
        },
        "same": sorted(key for key in cells if key in others and key not in touched),
    }


def _key(cells: list[Cell], number: int) -> str:
    return cells[int(number)].key if number >= 0 else ""


def _named(cells: list[Cell], number: int) -> dict[str, str] | None:
    if number < 0:
        return None
    one = cells[number]
    return {"key": one.key, "code": one.code, "name": one.name}


def _pieces(
    cells: Mapping[str, shapely.Geometry], others: Mapping[str, shapely.Geometry]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Polygons (P,) in which the cell of both is the same, and their numbers there (-1: none).

    Pieces narrower than a sliver everywhere are left out.
    """
    new = np.array(list(cells.values()), dtype=object)
    old = np.array(list(others.values()), dtype=object)
    if len(new) == 0 or len(old) == 0:
        return np.array([], dtype=object), np.empty(0, np.int64), np.empty(0, np.int64)
    was, becomes = shapely.STRtree(new).query(old, predicate="intersects")
    shared = shapely.intersection(old[was], new[becomes], grid_size=GRID)
    gone = shapely.difference(old, shapely.union_all(new), grid_size=GRID)
    come = shapely.difference(new, shapely.union_all(old), grid_size=GRID)
    pieces = np.concatenate([shared, gone, come])
    was = np.concatenate([was, np.arange(len(old)), np.full(len(new), -1)])
    becomes = np.concatenate([becomes, np.full(len(old), -1), np.arange(len(new))])
    wide = ~shapely.is_empty(shapely.buffer(pieces, -SLIVER_METRES / 2))
    return on_grid(_flat(pieces[wide])), was[wide], becomes[wide]


def _flat(pieces: np.ndarray) -> np.ndarray:
    """The polygons of each geometry, without lines and points where two cells only touch."""
    mixed = shapely.get_type_id(pieces) == shapely.GeometryType.GEOMETRYCOLLECTION
    for at in np.flatnonzero(mixed):
        parts = shapely.get_parts(pieces[at])
        pieces[at] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return pieces


def holding_of(cells: Mapping[str, Cell], ground: Ground, near: np.ndarray) -> Holding:
    """Which cell (key) has each building, and each decimetre of the duty segments ``near``."""
    keys = list(cells)
    polygons = np.array([cell.shape for cell in cells.values()], dtype=object)
    ids, load = ground.buildings
    held = holders(polygons, load.xy).tolist()
    segments = ground.segments
    rows = stretches(segments.lines[near], segments.centimetres[near], polygons)
    return Holding(
        {
            int(pk): (keys[cell], int(count))
            for pk, cell, count in zip(ids, held, load.amount, strict=True)
            if cell >= 0
        },
        [
            (int(segments.ids[near[line]]), keys[cell], start, end)
            for line, cell, start, end in rows.tolist()
        ],
    )


def _metres_by_pair(before: Holding, after: Holding) -> dict[tuple[str, str], float]:
    """Metres of street by the key of the cell before and the cell after."""
    had: dict[int, list[tuple[str, int, int]]] = {}
    for segment, key, start, end in before.stretches:
        had.setdefault(segment, []).append((key, start, end))
    found: dict[tuple[str, str], float] = {}
    for segment, key, start, end in after.stretches:
        for its_key, its_start, its_end in had.get(segment, ()):
            common = max(0, min(end, its_end) - max(start, its_start)) / 10
            if common and its_key != key:
                found[its_key, key] = found.get((its_key, key), 0.0) + common
    return found
