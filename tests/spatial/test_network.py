"""Lines joined to a network."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.network import Network


def lines(*coordinates):
    return [shapely.LineString(each) for each in coordinates]


#     d
#     |
# a---b---c      three streets meet in b
STAR = lines([(0, 0), (10, 0)], [(10, 0), (20, 0)], [(10, 0), (10, 8)])


def test_ends_at_the_same_place_are_one_node():
    network = Network.from_lines(STAR)
    assert len(network) == 3
    assert len(network.node_xy) == 4
    assert network.edge_to[0] == network.edge_from[1] == network.edge_from[2]
    assert network.edge_length.tolist() == [10, 10, 8]


def test_ends_within_a_centimetre_are_one_node_and_farther_ones_two():
    near = Network.from_lines(lines([(0, 0), (10, 0)], [(10.004, 0), (20, 0)]))
    assert len(near.node_xy) == 3
    far = Network.from_lines(lines([(0, 0), (10, 0)], [(10.03, 0), (20, 0)]))
    assert len(far.node_xy) == 4


def test_a_bridge_and_the_street_beneath_it_stay_apart_when_ends_are_named():
    #      |         the bridge's end lies on a node of the street
    #  ----+----     beneath, at the same coordinates
    crossing = lines([(0, 0), (10, 0)], [(10, 0), (20, 0)], [(10, 0), (10, 20)])
    network = Network.from_lines(crossing, ends=[(1, 2), (2, 3), (90, 91)])
    assert network.edge_to[0] == network.edge_from[1]
    assert network.edge_from[2] != network.edge_to[0]


def test_loops_and_parallel_edges_are_ordinary_edges():
    #  a==b (twice), and a loop from b back to b
    network = Network.from_lines(
        lines(
            [(0, 0), (10, 0)],
            [(0, 0), (5, 5), (10, 0)],
            [(10, 0), (20, 5), (20, -5), (10, 0)],
        )
    )
    assert len(network.node_xy) == 2
    assert network.edge_from[2] == network.edge_to[2]
    offsets, edges = network.incidence
    b = network.edge_to[0]
    assert edges[offsets[b] : offsets[b + 1]].tolist() == [0, 1, 2, 2]


def test_metres_along_start_anew_on_every_edge():
    network = Network.from_lines(lines([(0, 0), (3, 4), (3, 10)], [(3, 10), (3, 11)]))
    assert network.along.tolist() == [0, 5, 11, 0, 1]
    assert network.vertex_start.tolist() == [0, 3, 5]


def test_points_at_metres_are_clamped_to_the_edge():
    network = Network.from_lines(lines([(0, 0), (3, 4), (3, 10)], [(3, 10), (13, 10)]))
    found = network.points_at([0, 0, 1, 0, 1], [5.0, 8.0, 2.5, 99.0, -1.0])
    assert found == pytest.approx(np.array([(3, 4), (3, 7), (5.5, 10), (3, 10), (3, 10)]))


def test_z_is_ignored():
    network = Network.from_lines([shapely.LineString([(0, 0, 5), (3, 4, 900)])])
    assert network.edge_length.tolist() == [5]


def test_no_lines_are_an_empty_network():
    network = Network.from_lines([])
    assert len(network) == 0
    assert network.bounds == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "bad",
    [
        shapely.LineString(),
        shapely.Point(1, 1),
        None,
        shapely.LineString([(0, 0), (float("inf"), 1)]),
        shapely.LineString([(0, 0), (float("nan"), 1)]),
    ],
)
def test_refuses_what_is_no_line(bad):
    with pytest.raises(ValueError, match="the first is line 1"):
        Network.from_lines([*lines([(0, 0), (1, 0)]), bad])


def test_refuses_ends_that_do_not_fit_the_lines():
    with pytest.raises(ValueError, match="ends has shape"):
        Network.from_lines(STAR, ends=[(1, 2)])


corner = st.tuples(st.integers(0, 6), st.integers(0, 6))
drawings = st.lists(st.lists(corner, min_size=2, max_size=5), min_size=1, max_size=8)


@given(drawings)
def test_the_lines_come_back_and_their_ends_meet_where_they_are_the_same(drawing):
    given_lines = lines(*drawing)
    network = Network.from_lines(given_lines)
    assert network.bounds == tuple(shapely.total_bounds(given_lines))
    for edge, line in enumerate(given_lines):
        assert network.line(edge).equals_exact(line, 0)
        assert network.edge_length[edge] == pytest.approx(line.length)
        assert tuple(network.node_xy[network.edge_from[edge]]) == drawing[edge][0]
        assert tuple(network.node_xy[network.edge_to[edge]]) == drawing[edge][-1]
    assert len(network.node_xy) == len({end for line in drawing for end in (line[0], line[-1])})


@given(drawings)
def test_each_node_knows_its_edges(drawing):
    network = Network.from_lines(lines(*drawing))
    offsets, edges = network.incidence
    for node in range(len(network.node_xy)):
        ends = [*network.edge_from, *network.edge_to]
        touching = [at % len(network) for at in range(len(ends)) if ends[at] == node]
        assert edges[offsets[node] : offsets[node + 1]].tolist() == sorted(touching)
    assert len(edges) == 2 * len(network)


@given(drawings, st.data())
def test_named_ends_are_one_node_when_their_names_are_the_same(drawing, data):
    name = st.integers(0, 5)
    names = [data.draw(st.tuples(name, name)) for _ in drawing]
    network = Network.from_lines(lines(*drawing), ends=names)
    nodes = dict(zip([a for a, _ in names], network.edge_from, strict=True))
    nodes |= dict(zip([b for _, b in names], network.edge_to, strict=True))
    assert len(set(nodes.values())) == len(nodes) == len(network.node_xy)
    assert [nodes[a] for a, _ in names] == network.edge_from.tolist()
    assert [nodes[b] for _, b in names] == network.edge_to.tolist()


@given(drawings, st.data())
def test_a_point_on_an_edge_lies_so_many_metres_along_its_line(drawing, data):
    given_lines = lines(*drawing)
    edges = data.draw(st.lists(st.integers(0, len(drawing) - 1), min_size=1, max_size=6))
    metres = data.draw(st.lists(st.floats(-3.0, 40.0), min_size=len(edges), max_size=len(edges)))
    found = Network.from_lines(given_lines).points_at(edges, metres)
    for edge, along, place in zip(edges, metres, found, strict=True):
        # A line of no length has its point for any metre, which shapely does not say.
        expected = given_lines[edge].interpolate(max(along, 0.0))
        if given_lines[edge].length == 0:
            expected = shapely.Point(drawing[edge][0])
        assert tuple(place) == pytest.approx((expected.x, expected.y), abs=1e-9)
