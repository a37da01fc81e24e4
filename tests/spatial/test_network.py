"""Lines joined to a network."""

import numpy as np
import pytest
import shapely

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
