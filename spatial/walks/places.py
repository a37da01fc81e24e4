"""Places on the network and the parts it falls into."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from spatial.network import Ints, Network
from spatial.walks.pieces import Place


def nearest(
    network: Network, xy: npt.ArrayLike, *, barred: npt.ArrayLike | None = None
) -> tuple[Place, float]:
    """The place on the network nearest to x, y (metres), and how far off it is.

    ``barred`` (E,) leaves edges out. Raises ValueError when no edge is left.
    """
    free = np.ones(len(network), bool) if barred is None else ~np.asarray(barred, bool)
    edges = np.flatnonzero(free)
    if len(edges) == 0:
        raise ValueError("No edge of the network is open to feet.")
    point = shapely.Point(np.asarray(xy, dtype=np.float64))
    lines = [network.line(int(edge)) for edge in edges]
    metres = shapely.distance(lines, point)
    nth = int(np.argmin(metres))
    return (int(edges[nth]), float(lines[nth].project(point))), float(metres[nth])


def parts(network: Network) -> Ints:
    """(E,) which connected part of the network each edge lies in."""
    count = len(network.node_xy)
    ends = (network.edge_from, network.edge_to)
    graph = coo_array((np.ones(len(network)), ends), shape=(count, count))
    part = connected_components(graph, directed=False)[1].astype(np.int64)
    return np.asarray(part[network.edge_from])
