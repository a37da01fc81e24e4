"""The table of shortest routes near a track."""

import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from spatial.matching_graph import build_graph
from spatial.matching_routes import RouteTable, find_slot
from spatial.network import Network
from spatial.simulation import perturbed_grid


def perfect_grid(side, step):
    at = [(x * step, y * step) for x in range(side) for y in range(side)]
    return Network.from_lines(
        [
            shapely.LineString([a, b])
            for a in at
            for b in at
            if a < b and abs(a[0] - b[0]) + abs(a[1] - b[1]) == step
        ]
    )


def known(rows, source, nodes):
    """{node: (metres, first link, last link)} of a row."""
    slots = {node: find_slot(rows, source, node) for node in range(nodes)}
    return {
        node: (float(rows.metres[at]), int(rows.first[at]), int(rows.last[at]))
        for node, at in slots.items()
        if at >= 0
    }


def test_distances_are_the_shortest_and_reach_as_far_as_asked():
    network = perturbed_grid(np.random.default_rng(3), blocks=6)
    graph = build_graph(network)
    size = len(graph.node_offset) - 1
    joined = coo_array((graph.link_length, (graph.link_from, graph.link_to)), shape=(size, size))
    truth = dijkstra(joined, directed=False)
    table = RouteTable(graph)
    rows = table.reach(np.arange(size), np.full(size, 256.0))
    for source in range(size):
        row = known(rows, source, size)
        assert set(row) == set(np.flatnonzero(truth[source] <= 256.0).tolist())
        for node, (metres, _, last) in row.items():
            assert metres == pytest.approx(truth[source, node], abs=1e-3)
            if node != source:
                assert node in (graph.link_from[last], graph.link_to[last])


def test_of_routes_of_the_same_length_the_same_is_taken_however_far_a_row_reaches():
    graph = build_graph(perfect_grid(12, 30.0))
    # Streets of 10, 20 or 30 m make many routes of the same length at every distance.
    lengths = np.random.default_rng(5).choice([10.0, 20.0, 30.0], len(graph.link_edge))
    graph = graph._replace(link_length=lengths)
    size = len(graph.node_offset) - 1
    near, far = RouteTable(graph), RouteTable(graph)
    short = near.reach(np.arange(size), np.full(size, 120.0))
    long = far.reach(np.arange(size), np.full(size, 500.0))
    for source in range(size):
        wide = known(long, source, size)
        for node, route in known(short, source, size).items():
            assert wide[node] == route


def test_a_row_is_made_anew_when_it_has_to_reach_farther():
    graph = build_graph(perfect_grid(20, 50.0))
    table = RouteTable(graph)
    here = np.array([0])
    few = len(known(table.reach(here, np.array([100.0])), 0, 400))
    many = len(known(table.reach(here, np.array([900.0])), 0, 400))
    assert few < many
    assert len(known(table.reach(here, np.array([50.0])), 0, 400)) == many


def test_the_table_starts_anew_when_it_is_full(monkeypatch):
    graph = build_graph(perfect_grid(20, 50.0))
    monkeypatch.setattr("spatial.matching_routes._MOST_SLOTS", 1000)
    table = RouteTable(graph)
    table.reach(np.arange(200), np.full(200, 300.0))
    rows = table.reach(np.array([3]), np.array([100.0]))
    assert (rows.row_at >= 0).sum() == 1
    assert known(rows, 3, 400)[3][0] == 0.0
