"""Which lamp probably hangs on which: the shortest cable along the streets from given cabinets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from spatial.network import Floats, Ints, Network

#: A lamp farther from every street than this (metres) is on no street's cable.
FARTHEST = 60.0
#: Two positions on one spot are still two nodes; a sparse graph has no edges of length 0.
_LEAST = 1e-6


@dataclass(frozen=True)
class Draft:
    """Trees over R roots and L lamps: terminals 0 … R - 1 are roots, the next L are lamps.

    ``order`` lists the lamps (as terminals) that are fed, each after its feeder; ``feed`` and
    ``metres`` (R + L,) give each one's feeder (-1 for roots and lamps left out) and metres of
    cable; ``route`` the (n, 2) metres of its cable, from the feeder to the lamp.
    """

    order: list[int]
    feed: Ints
    metres: Floats
    route: dict[int, Floats]


@dataclass(frozen=True)
class _Graph:
    """Positions (G, 2) and pieces of street between them; ``terminal`` (T,) nodes, -1 left out."""

    xy: Floats
    tail: Ints
    head: Ints
    metres: Floats
    terminal: Ints


def draft(
    network: Network,
    roots: npt.ArrayLike,
    lamps: npt.ArrayLike,
    *,
    farthest: float = FARTHEST,
) -> Draft:
    """Trees of least total length along the streets, each lamp in one; positions in metres.

    Of all trees whose cable goes from lamp to lamp, those with the least metres: the minimum
    spanning tree of distances along the streets, in which the roots count as joined. It is found
    without a table of all distances, from the shortest ways between the parts of the network
    that are nearest to each terminal (Mehlhorn 1988), in O(n log n). What no way leads to, and
    what is farther than ``farthest`` from every street, is left out.
    """
    roots = np.asarray(roots, dtype=np.float64).reshape(-1, 2)
    spots = np.concatenate([roots, np.asarray(lamps, dtype=np.float64).reshape(-1, 2)])
    graph = _graph(network, spots, farthest)
    there = np.flatnonzero(graph.terminal >= 0)
    feed, metres = np.full(len(spots), -1), np.zeros(len(spots))
    if len(there) == 0:
        return Draft([], feed, metres, {})
    size = len(graph.xy)
    links = coo_array((graph.metres, (graph.tail, graph.head)), shape=(size, size)).tocsr()
    reach, before, source = dijkstra(
        links, directed=False, indices=graph.terminal[there], min_only=True,
        return_predecessors=True,
    )  # fmt: skip
    of_node = np.full(size + 1, -1)
    of_node[graph.terminal[there]] = there
    near = of_node[np.where(source < 0, size, source)]
    bridges = _bridges(graph, reach, near, len(roots))
    order: list[int] = []
    route: dict[int, Floats] = {}
    at = list(range(len(roots)))
    for terminal in at:  # grows while it is walked, from the roots outwards
        for other, piece in bridges.get(terminal, ()):
            if other < len(roots) or feed[other] >= 0:
                continue
            feed[other] = terminal
            at.append(other)
            order.append(other)
            tail, head = int(graph.tail[piece]), int(graph.head[piece])
            if near[tail] != terminal:
                tail, head = head, tail
            metres[other] = reach[tail] + graph.metres[piece] + reach[head]
            nodes = [*_back(before, tail)[::-1], *_back(before, head)]
            route[other] = graph.xy[nodes]
    return Draft(order, feed, metres, route)


def _graph(network: Network, spots: Floats, farthest: float) -> _Graph:
    """The streets cut where a terminal lies beside them, and the way from there to it."""
    edges = len(network)
    first, last = network.vertex_start[:-1], network.vertex_start[1:] - 1
    base = len(network.node_xy)
    vertex = base + np.arange(len(network.vertices))
    vertex[first], vertex[last] = network.edge_from, network.edge_to
    lines = [network.line(edge) for edge in range(edges)]
    beside, edge = shapely.STRtree(lines).query_nearest(
        shapely.points(spots), max_distance=farthest, all_matches=False
    )
    near = np.array(lines, dtype=object)[edge] if edges else np.array([], dtype=object)
    along = shapely.line_locate_point(near, shapely.points(spots[beside]))
    foot_xy = network.points_at(edge, along) if edges else np.empty((0, 2))
    foot = base + len(vertex) + np.arange(len(beside))
    terminal = np.full(len(spots), -1)
    terminal[beside] = foot + len(beside)
    owner = np.concatenate([np.repeat(np.arange(edges), np.diff(network.vertex_start)), edge])
    place = np.concatenate([network.along, along])
    node = np.concatenate([vertex, foot])
    order = np.lexsort((place, owner))
    owner, place, node = owner[order], place[order], node[order]
    same = owner[1:] == owner[:-1]
    offset = np.hypot(*(spots[beside] - foot_xy).T)
    tail = np.concatenate([node[:-1][same], foot])
    head = np.concatenate([node[1:][same], terminal[beside]])
    metres = np.maximum(np.concatenate([np.diff(place)[same], offset]), _LEAST)
    xy = np.concatenate([network.node_xy, network.vertices, foot_xy, spots[beside]])
    return _Graph(xy, *_once(tail, head, metres), terminal)


def _once(tail: Ints, head: Ints, metres: Floats) -> tuple[Ints, Ints, Floats]:
    """The shortest of pieces between the same two nodes; no piece from a node to itself."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    order = np.lexsort((metres, high, low))
    low, high, metres = low[order], high[order], metres[order]
    kept = low != high
    kept[1:] &= (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    return low[kept], high[kept], metres[kept]


def _bridges(
    graph: _Graph, reach: Floats, near: Ints, roots: int
) -> dict[int, list[tuple[int, int]]]:
    """Of every terminal, those it is joined with and over which piece (Kruskal's method)."""
    one, other = near[graph.tail], near[graph.head]
    pieces = np.flatnonzero((one != other) & (one >= 0) & (other >= 0))
    length = reach[graph.tail[pieces]] + graph.metres[pieces] + reach[graph.head[pieces]]
    joined = np.arange(len(graph.terminal))
    joined[:roots] = 0

    def top(terminal: int) -> int:
        while joined[terminal] != terminal:
            joined[terminal] = joined[joined[terminal]]
            terminal = int(joined[terminal])
        return terminal

    found: dict[int, list[tuple[int, int]]] = {}
    for piece in pieces[np.lexsort((other[pieces], one[pieces], length))].tolist():
        a, b = int(one[piece]), int(other[piece])
        if (top_a := top(a)) != (top_b := top(b)):
            joined[max(top_a, top_b)] = min(top_a, top_b)
            found.setdefault(a, []).append((b, piece))
            found.setdefault(b, []).append((a, piece))
    return found


def _back(before: Ints, node: int) -> list[int]:
    """The nodes from here back to the terminal that is nearest."""
    found = [node]
    while before[found[-1]] >= 0:
        found.append(int(before[found[-1]]))
    return found
