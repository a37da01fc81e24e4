"""Splitting a made-up town into cells: balance, compactness, seconds.

Beside it METIS alone (recursive bisection) on the same pieces, neither annealed nor straightened;
and spopt's MaxP on 400 buildings, also on the same pieces: it is told the least number of dwellings
for a region, and takes minutes for 4,000 buildings.
"""

import time
from typing import Any

import numpy as np
import pymetis
import shapely

from spatial.cells import Division, compactness, split
from spatial.cells.blocks import Buildings, cut
from spatial.cells.borders import dissolve
from spatial.cells.pieces import Neighbours, Pieces, added_up, holders, neighbours

BETWEEN = (300, 500)
#: Buildings of each town.
SIZES = {"small": (400, 2_000), "full": (400, 4_000, 400_000)}
Town = tuple[shapely.Polygon, np.ndarray, np.ndarray, list[shapely.LineString]]


def run(size: str) -> list[dict[str, Any]]:
    """Rows for each number of buildings; MaxP is beside the fewest only."""
    split(*town(200), between=BETWEEN)  # compiles
    fewest, *others = SIZES[size]
    rows = _case(fewest, with_maxp=True)
    return rows + [row for many in others for row in _case(many, with_maxp=False)]


def town(buildings: int, seed: int = 7) -> Town:
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


def _case(buildings: int, *, with_maxp: bool) -> list[dict[str, Any]]:
    made = town(buildings)
    began = time.perf_counter()
    division = split(*made, between=BETWEEN)
    seconds = time.perf_counter() - began
    peers = {"pymetis": _metis_alone(made, len(division.cells))}
    if with_maxp:
        peers["spopt MaxP"] = _maxp(made)
    return [
        row
        for peer, beside in peers.items()
        for row in _rows(str(buildings), division, seconds, peer, beside)
    ]


def _rows(
    case: str,
    division: Division,
    seconds: float,
    peer: str,
    beside: tuple[float, float, float],
) -> list[dict[str, Any]]:
    reached = (division.max_to_mean, float(division.compactness.mean()), seconds)
    metrics = ("max_to_mean", "polsby_popper_mean", "seconds")
    return [
        {
            "case": case,
            "metric": metric,
            "value": value,
            "unit": "s" if metric == "seconds" else "ratio",
            "peer": peer,
            "peer_value": other,
            "ratio": value / other,
        }
        for metric, value, other in zip(metrics, reached, beside, strict=True)
    ]


def _pieces(made: Town, cells: int) -> tuple[Pieces, np.ndarray, Neighbours]:
    area, xy, households, streets = made
    pieces = cut(area, [], Buildings(xy, households, None), streets, cells)
    weight = added_up(holders(pieces.polygons, xy), households, len(pieces.polygons))
    return pieces, weight, neighbours(pieces.polygons, pieces.block)


def _figures(pieces: Pieces, weight: np.ndarray, label: np.ndarray) -> tuple[float, float]:
    total = np.bincount(label, weight)
    drawn = dissolve(pieces.polygons, label, len(total))
    return float(total.max() / total.mean()), float(compactness(drawn).mean())


def _metis_alone(made: Town, cells: int) -> tuple[float, float, float]:
    began = time.perf_counter()
    pieces, weight, graph = _pieces(made, cells)
    _, parts = pymetis.part_graph(
        cells,
        pymetis.CSRAdjacency(graph.start, graph.other),
        vweights=weight.astype(np.int64),
        eweights=np.maximum(1, np.rint(graph.metres)).astype(np.int64),
        recursive=True,
    )
    label = np.asarray(parts)
    return *_figures(pieces, weight, label), time.perf_counter() - began


def _maxp(made: Town) -> tuple[float, float, float]:
    """spopt's MaxP heuristic on the same pieces, at least 300 dwellings to a region."""
    import geopandas
    from libpysal.weights import W
    from spopt.region import MaxPHeuristic

    began = time.perf_counter()
    pieces, weight, graph = _pieces(made, max(1, round(made[2].sum() / np.mean(BETWEEN))))
    middle = shapely.centroid(pieces.polygons)
    frame = geopandas.GeoDataFrame(
        {"dwellings": weight, "x": shapely.get_x(middle), "y": shapely.get_y(middle)},
        geometry=list(pieces.polygons),
    )
    near = {
        piece: graph.other[graph.start[piece] : graph.start[piece + 1]].tolist()
        for piece in range(len(weight))
    }
    np.random.seed(0)  # noqa: NPY002 - spopt draws from the global generator
    model = MaxPHeuristic(
        frame,
        W(near, silence_warnings=True),
        attrs_name=["x", "y"],
        threshold_name="dwellings",
        threshold=BETWEEN[0],
        top_n=2,
        max_iterations_construction=3,
    )
    model.solve()
    label = np.unique(np.asarray(model.labels_), return_inverse=True)[1]
    return *_figures(pieces, weight, label), time.perf_counter() - began
