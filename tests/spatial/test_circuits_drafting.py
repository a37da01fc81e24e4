"""Drafting circuits: the shortest cable along drawn streets, and against all distances."""

import itertools

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.circuits.drafting import Draft, draft
from spatial.network import Network


def network(*lines) -> Network:
    return Network.from_lines([shapely.LineString(line) for line in lines])


def feeds(found: Draft) -> dict[int, int]:
    """Lamp -> its feeder, as terminals."""
    return {lamp: int(found.feed[lamp]) for lamp in found.order}


def test_lamps_along_a_street_hang_one_on_the_next():
    """
    C 1   2       3       4     the street y = 0 from 0 to 300
    """
    found = draft(network([(0, 0), (300, 0)]), [(0, 5)], [(10, 5), (290, 5), (90, 5), (190, 5)])
    assert feeds(found) == {1: 0, 3: 1, 4: 3, 2: 4}
    assert found.order == [1, 3, 4, 2]
    assert found.metres[[1, 3]] == pytest.approx([20, 90])
    assert found.route[3].tolist() == [[10, 5], [10, 0], [90, 0], [90, 5]]


def test_cable_goes_round_the_block_and_not_through_it():
    """
    1 . 2     40 m apart through the houses, 240 along the streets: 2 hangs on 3
    |   |
    C---+ 3
    """
    streets = network([(0, 0), (0, 100)], [(0, 0), (40, 0)], [(40, 0), (40, 100)])
    found = draft(streets, [(0, 0)], [(0, 100), (40, 100), (40, 10)])
    assert feeds(found) == {1: 0, 3: 0, 2: 3}


def test_each_lamp_hangs_on_the_nearer_cabinet():
    found = draft(
        network([(0, 0), (300, 0)]), [(0, 0), (300, 0)], [(50, 0), (100, 0), (220, 0), (260, 0)]
    )
    assert feeds(found) == {2: 0, 3: 2, 5: 1, 4: 5}


def test_what_no_way_leads_to_is_left_out():
    streets = network([(0, 0), (100, 0)], [(0, 500), (100, 500)])
    found = draft(streets, [(0, 0)], [(50, 0), (50, 500), (50, 200)])
    assert feeds(found) == {1: 0}
    assert found.feed.tolist() == [-1, 0, -1, -1]


def test_nothing_to_do():
    assert draft(network([(0, 0), (9, 0)]), [(0, 0)], np.empty((0, 2))).order == []
    assert draft(network([(0, 0), (9, 0)]), np.empty((0, 2)), [(1, 0)]).order == []
    assert draft(Network.from_lines([]), [(0, 0)], [(1, 0)]).order == []


def test_two_lamps_on_one_spot_and_a_loop():
    streets = network([(0, 0), (50, 0)], [(50, 0), (80, 30), (110, 0), (80, -30), (50, 0)])
    found = draft(streets, [(0, 0)], [(80, 30), (80, 30), (110, 0)])
    assert sorted(found.order) == [1, 2, 3]
    assert found.metres.sum() == pytest.approx(50 + np.hypot(30, 30) * 2, abs=0.01)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_the_cable_is_as_short_as_with_all_distances(seed):
    rng = np.random.default_rng(seed)
    lines = []
    for x, y in itertools.product(range(4), range(4)):
        for dx, dy in ((1, 0), (0, 1)):
            if x + dx < 4 and y + dy < 4 and rng.random() < 0.8:
                lines.append([(100.0 * x, 100.0 * y), (100.0 * (x + dx), 100.0 * (y + dy))])
    if not lines:
        return
    streets = network(*lines)
    roots, lamps = int(rng.integers(1, 3)), int(rng.integers(1, 9))
    on = rng.integers(0, len(lines), roots + lamps)
    spots = streets.points_at(on, rng.uniform(0, 100, roots + lamps))
    found = draft(streets, spots[:roots], spots[roots:])

    whole = nx.Graph()
    for edge in range(len(streets)):
        places = [(0.0, ("n", int(streets.edge_from[edge])))]
        places += [(100.0, ("n", int(streets.edge_to[edge])))]
        places += [
            (float(streets.line(edge).project(shapely.Point(spots[t]))), ("t", t))
            for t in np.flatnonzero(on == edge).tolist()
        ]
        for (low, a), (high, b) in itertools.pairwise(sorted(places)):
            whole.add_edge(a, b, weight=high - low)
    closure = nx.Graph()
    for one in range(roots + lamps):
        reach = nx.single_source_dijkstra_path_length(whole, ("t", one))
        for other in range(one):
            if ("t", other) in reach:
                closure.add_edge(one, other, weight=reach["t", other])
    for root in range(1, roots):
        closure.add_edge(0, root, weight=0.0)
    if 0 not in closure:
        assert found.order == []
        return
    part = closure.subgraph(nx.node_connected_component(closure, 0))
    least = nx.minimum_spanning_tree(part).size(weight="weight")
    assert found.metres.sum() == pytest.approx(least, abs=0.01)
    assert set(found.order) == set(part) - set(range(roots))
    before = set(range(roots))
    for lamp in found.order:
        assert found.feed[lamp] in before
        before.add(lamp)
        way = shapely.LineString(found.route[lamp])
        assert way.length == pytest.approx(found.metres[lamp], abs=0.01)
        assert found.route[lamp][0] == pytest.approx(spots[found.feed[lamp]])
        assert found.route[lamp][-1] == pytest.approx(spots[lamp])
