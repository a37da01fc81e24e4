"""Splitting a made-up town into cells: balance, compactness, seconds.

The peer is METIS alone (recursive bisection) on the same pieces, neither annealed nor straightened.
"""

import time
from typing import Any

import numpy as np
import pymetis
import shapely

from spatial.cells import compactness, split
from spatial.cells.blocks import Buildings, cut
from spatial.cells.borders import dissolve
from spatial.cells.pieces import holders, neighbours

BETWEEN = (300, 500)


def run(size: str) -> list[dict[str, Any]]:
    """Rows for 4,000 buildings; with ``size`` "full" for 100,000 too."""
    rows = []
    for buildings in (4_000,) if size == "small" else (4_000, 100_000):
        rows += _case(buildings)
    return rows


def town(
    buildings: int, seed: int = 7
) -> tuple[shapely.Polygon, np.ndarray, np.ndarray, list[shapely.LineString]]:
    """Area, building points (B, 2), dwellings (B,), streets: bent streets 90 m apart, in metres."""
    rng = np.random.default_rng(seed)
    per_block = 12
    across = int(np.ceil(np.sqrt(buildings / per_block)))
    x, y = np.meshgrid(np.arange(across + 1) * 90.0, np.arange(across + 1) * 90.0)
    corner = np.stack([x, y], axis=-1) + rng.normal(0, 8, (across + 1, across + 1, 2))
    streets = [shapely.LineString(row) for row in corner]
    streets += [shapely.LineString(column) for column in corner.transpose(1, 0, 2)]
    area = shapely.Polygon(
        np.vstack([corner[0], corner[1:, -1], corner[-1, -2::-1], corner[-2:0:-1, 0]])
    )
    lattice = (np.stack(np.meshgrid(np.arange(4), np.arange(3)), axis=-1).reshape(-1, 2) + 0.5) / (
        4,
        3,
    )
    xy = []
    for row in range(across):
        for column in range(across):
            u, v = (lattice + rng.uniform(-0.05, 0.05, lattice.shape)).T
            a, b = corner[row, column], corner[row, column + 1]
            c, d = corner[row + 1, column], corner[row + 1, column + 1]
            xy.append(
                np.outer((1 - u) * (1 - v), a)
                + np.outer(u * (1 - v), b)
                + np.outer((1 - u) * v, c)
                + np.outer(u * v, d)
            )
    points = np.vstack(xy)[:buildings]
    return area, points, rng.poisson(4.6, len(points)).astype(float), streets


def _case(buildings: int) -> list[dict[str, Any]]:
    area, xy, households, streets = town(buildings)
    small = town(200)
    split(small[0], small[1], small[2], small[3], between=BETWEEN)  # compiles
    began = time.perf_counter()
    division = split(area, xy, households, streets, between=BETWEEN)
    seconds = time.perf_counter() - began
    peer = _metis_alone(area, xy, households, streets, len(division.cells))
    reached = {
        "max_to_mean": (division.max_to_mean, "ratio", peer[0]),
        "polsby_popper_mean": (float(division.compactness.mean()), "ratio", peer[1]),
        "seconds": (seconds, "s", None),
    }
    return [
        {
            "case": str(buildings),
            "metric": metric,
            "value": value,
            "unit": unit,
            "peer": None if beside is None else "pymetis",
            "peer_value": beside,
            "ratio": None if beside is None else value / beside,
        }
        for metric, (value, unit, beside) in reached.items()
    ]


def _metis_alone(
    area: shapely.Polygon,
    xy: np.ndarray,
    households: np.ndarray,
    streets: list[shapely.LineString],
    cells: int,
) -> tuple[float, float]:
    pieces = cut(area, [], Buildings(xy, households, None), streets, cells)
    held = holders(pieces.polygons, xy)
    weight = np.bincount(held, households, len(pieces.polygons))
    graph = neighbours(pieces.polygons, pieces.block)
    _, parts = pymetis.part_graph(
        cells,
        pymetis.CSRAdjacency(graph.start, graph.other),
        vweights=weight.astype(np.int64),
        eweights=np.maximum(1, np.rint(graph.metres)).astype(np.int64),
        recursive=True,
    )
    label = np.asarray(parts)
    total = np.bincount(label, weight)
    drawn = dissolve(pieces.polygons, label, cells)
    return float(total.max() / total.mean()), float(compactness(drawn).mean())
