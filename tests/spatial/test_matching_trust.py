"""How sure the matcher is: little where another way would have done as well, much where none."""

import numpy as np
import pytest

from spatial.matching import CERTAIN, match
from spatial.simulation import perturbed_grid, record, walk
from tests.spatial.test_matching import noise, stroll, town
from tests.spatial.test_matching_cases import cells

SEEDS = range(6)


def confidence(network, *corners, sigma=5.0, every=3.0, edge=None):
    """Of each seed, the mean confidence of the metres found (on one edge)."""
    xy, seconds = stroll(*corners, every=every)
    found = [match(network, xy + noise(len(xy), sigma, seed, 0.6), seconds) for seed in SEEDS]
    means = []
    for one in found:
        metres = (one.end_m - one.start_m) * ((one.edge == edge) | (edge is None))
        means.append(np.average(one.confidence, weights=metres) if metres.any() else 0.0)
    return float(np.mean(means))


def test_a_street_by_itself_is_certain_and_one_beside_another_is_not():
    #  =========  y = 8, walked along their middle, y = 4
    #  =========  y = 0
    pair = town([(0, 0), (300, 0)], [(0, 8), (300, 8)])
    alone = town([(0, 0), (300, 0)])
    assert confidence(alone, (0, 4), (300, 4)) > 0.99
    assert confidence(pair, (0, 4), (300, 4)) < CERTAIN


@pytest.mark.parametrize(("apart", "least"), [(8, 0.5), (20, 0.9), (60, 0.99)])
def test_the_farther_the_other_street_the_surer(apart, least):
    pair = town([(0, 0), (300, 0)], [(0, apart), (300, apart)])
    assert confidence(pair, (0, 0), (300, 0)) > least
    nearer = town([(0, 0), (300, 0)], [(0, apart / 2), (300, apart / 2)])
    assert confidence(pair, (0, 0), (300, 0)) >= confidence(nearer, (0, 0), (300, 0))


def test_sooner_or_later_round_the_same_corner_is_the_same_way():
    #          |
    #          1
    #  ---0----+      no other street near: the corner leaves nothing in doubt
    corner = town([(0, 0), (150, 0)], [(150, 0), (150, 150)])
    assert confidence(corner, (0, 0), (150, 0), (150, 150)) > 0.98


def test_a_way_that_ends_between_two_streets_is_in_doubt_at_its_end():
    #           1
    #          /       up to the fork and ten metres on, half way between 1 and 2
    #  ---0---<
    #          \
    #           2
    fork = town([(0, 0), (150, 0)], [(150, 0), (250, 20)], [(150, 0), (250, -20)])
    xy, seconds = stroll((0, 0), (200, 0), every=3.0)
    found = match(fork, xy, seconds)
    street = found.confidence[found.edge == 0]
    branch = found.confidence[found.edge != 0]
    assert street.min() > 0.95
    assert branch.max() < 0.8


def test_of_certain_metres_99_in_100_are_true():
    grid = perturbed_grid(np.random.default_rng(3), blocks=6)
    true = claimed = found = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        route = walk(grid, rng, metres=1500)
        fixes = record(grid, route, rng, noise=8.0)
        told = match(grid, fixes.xy, fixes.seconds, accuracy=fixes.accuracy)
        sure = told.confidence >= CERTAIN
        walked = cells(zip(route.edge, route.start_m, route.end_m, strict=True))
        certain = cells(zip(told.edge[sure], told.start_m[sure], told.end_m[sure], strict=True))
        true, claimed = true + len(certain & walked), claimed + len(certain)
        found += len(walked)
    assert true / claimed >= 0.99
    assert claimed / found >= 0.9
