"""Which links may explain a position."""

from itertools import pairwise

import numpy as np
import shapely

from spatial.matching_graph import build_graph, candidate_scratch, find_candidates
from spatial.matching_prices import DEFAULT_PRICES
from spatial.network import Network
from spatial.simulation import perturbed_grid


def candidates(network: Network, xy: list, noise: float = 6.0) -> list[dict[int, float]]:
    """Of each position {link: metres away}, in the order in which they are given."""
    graph = build_graph(network)
    points = np.array(xy, dtype=float).reshape(-1, 2)
    offset, link, _, away = find_candidates(
        graph, points, np.full(len(points), noise), 16, candidate_scratch(graph), DEFAULT_PRICES
    )
    return [
        dict(zip(link[a:b].tolist(), away[a:b].tolist(), strict=True)) for a, b in pairwise(offset)
    ]


def streets(*lines: list) -> Network:
    return Network.from_lines([shapely.LineString(line) for line in lines])


def test_the_nearest_comes_first_and_what_is_far_less_likely_not_at_all() -> None:
    #  ------------  1, 10 m north
    #       x        2 m north
    #  ------------  0
    #  ------------  2, 30 m south
    town = streets([(0, 0), (100, 0)], [(0, 10), (100, 10)], [(0, -30), (100, -30)])
    assert candidates(town, [(50, 2)]) == [{0: 2.0, 1: 8.0}]


def test_a_street_alone_is_looked_for_as_far_as_the_noise_may_reach() -> None:
    town = streets([(0, 0), (100, 0)])
    assert candidates(town, [(50, 39), (50, 41)]) == [{0: 39.0}, {}]
    assert candidates(town, [(50, 41), (50, 61)], noise=20.0) == [{0: 41.0}, {}]


def test_of_a_street_that_only_leads_here_the_end_counts_less_far_away() -> None:
    #          x   18 m off
    #  ---0---+
    #         |1
    behind = streets([(0, 0), (50, 0)], [(50, 0), (50, -50)], [(0, 3), (100, 3)])
    assert candidates(behind, [(70, 3)]) == [{2: 0.0}]
    beside = streets([(0, 20), (100, 20)], [(0, 3), (100, 3)])
    assert candidates(beside, [(70, 3)]) == [{1: 0.0, 0: 17.0}]


def test_the_grid_finds_what_a_look_at_every_street_finds() -> None:
    network = perturbed_grid(np.random.default_rng(8), blocks=5)
    xy = np.random.default_rng(9).uniform(-30, 480, (200, 2))
    lines = [network.line(edge) for edge in range(len(network))]
    for point, found in zip(xy, candidates(network, xy.tolist()), strict=True):
        away = shapely.distance(shapely.Point(point), lines)
        if away.min() > 40:
            assert found == {}
            continue
        assert next(iter(found)) == int(away.argmin())
        assert list(found.values()) == sorted(found.values())
        for link, metres in found.items():
            assert abs(metres - away[link]) < 1e-6
