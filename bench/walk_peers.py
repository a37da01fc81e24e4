"""What others make of a round trip over required streets: peers of ``spatial.walks.cover``.

Both get the town as a network and a mask of what is required (E,), and give metres.
"""

from __future__ import annotations

import itertools
from typing import Any

import networkx as nx
import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from spatial.network import Network

#: OR-tools counts in whole numbers: decimetres.
_DM = 10.0


def frederickson(town: Network, mask: np.ndarray) -> float:
    """Join the parts by a spanning tree, then match what is odd (Frederickson, SIAM Journal on
    Computing 7, 1979), with networkx."""
    required = nx.MultiGraph()
    for a, b, metres in _ends(town, mask):
        required.add_edge(a, b, weight=metres)
    far = _distances(town, required)
    components = [list(nodes) for nodes in nx.connected_components(required)]
    joins = nx.Graph()
    for i, j in itertools.combinations(range(len(components)), 2):
        metres, a, b = min((far[a][b], a, b) for a in components[i] for b in components[j])
        joins.add_edge(i, j, weight=metres, ends=(a, b))
    for _i, _j, join in nx.minimum_spanning_edges(joins, data=True):
        required.add_edge(*join["ends"], weight=join["weight"])
    odd = [node for node, degree in required.degree() if degree % 2]
    pairs = nx.Graph()
    pairs.add_weighted_edges_from((a, b, far[a][b]) for a, b in itertools.combinations(odd, 2))
    matched = nx.min_weight_matching(pairs)
    return float(required.size(weight="weight") + sum(far[a][b] for a, b in matched))


def or_tools(town: Network, mask: np.ndarray, *, seconds: int) -> float:
    """The routing library of OR-tools with guided local search for so many seconds.

    Arcs as nodes: each required street is two nodes, one a direction, of which one is visited;
    from one to the next it is the shortest way.
    """
    streets = _ends(town, mask)
    arcs = [(a, b) for a, b, _m in streets] + [(b, a) for a, b, _m in streets]
    far = _distances(town, {node for arc in arcs for node in arc})
    # The depot stands where the first street begins; every round trip passes it.
    tails = np.array([arcs[0][0], *(a for a, _b in arcs)])
    heads = np.array([arcs[0][0], *(b for _a, b in arcs)])
    cost = np.array([[round(far[head][tail] * _DM) for tail in tails] for head in heads])
    index = pywrapcp.RoutingIndexManager(len(tails), 1, 0)
    routing = pywrapcp.RoutingModel(index)
    transit = routing.RegisterTransitMatrix(cost.tolist())
    routing.SetArcCostEvaluatorOfAllVehicles(transit)
    for nth in range(1, len(streets) + 1):
        either = [index.NodeToIndex(nth), index.NodeToIndex(nth + len(streets))]
        routing.AddDisjunction(either, int(cost.max()) * len(arcs), 1)
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    search.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    search.time_limit.FromSeconds(seconds)
    found = routing.SolveWithParameters(search)
    if found is None:
        return float("nan")
    return float(found.ObjectiveValue() / _DM + sum(metres for _a, _b, metres in streets))


def _ends(town: Network, mask: np.ndarray) -> list[tuple[int, int, float]]:
    return [
        (int(town.edge_from[edge]), int(town.edge_to[edge]), float(town.edge_length[edge]))
        for edge in np.flatnonzero(mask)
    ]


def _distances(town: Network, nodes: Any) -> dict[int, dict[int, float]]:
    """Metres of the shortest way from some nodes to all."""
    whole = nx.Graph()
    for a, b, metres in _ends(town, np.ones(len(town), bool)):
        if not whole.has_edge(a, b) or whole[a][b]["weight"] > metres:
            whole.add_edge(a, b, weight=metres)
    return {
        node: nx.single_source_dijkstra_path_length(whole, node, weight="weight") for node in nodes
    }
