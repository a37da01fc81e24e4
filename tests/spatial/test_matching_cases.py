"""Cases with a known truth: how much of it is found, and how many metres beside it are claimed.

Each is walked several times with other noise: 4 m per axis that wanders, unless the case says so.
"""

import numpy as np
import pytest
import shapely

from spatial.matching import match
from spatial.network import Network
from tests.spatial.test_matching import noise, stroll, town

SEEDS = range(8)


def cells(rows):
    """Metres (edge, metre) whose middle lies in the stretches."""
    return {
        (int(edge), metre)
        for edge, start, end in rows
        for metre in range(int(np.ceil(start - 0.5)), int(np.ceil(end - 0.5)))
    }


def judge(network, xy, seconds, truth, *, sigma=4.0, correlation=0.6, told=False):
    """Recall and false metres per walk, over all seeds, of a walk whose stretches are known."""
    true = cells(truth)
    found = wrong = 0
    for seed in SEEDS:
        seen = xy + noise(len(xy), sigma, seed, correlation)
        accuracy = np.full(len(xy), 1.5 * sigma) if told else None
        told_by = match(network, seen, seconds, accuracy=accuracy)
        claimed = cells(zip(told_by.edge, told_by.start_m, told_by.end_m, strict=True))
        found += len(claimed & true)
        wrong += len(claimed - true)
    return found / max(len(true) * len(SEEDS), 1), wrong / len(SEEDS)


def whole(network, *edges):
    return [(edge, 0.0, network.edge_length[edge]) for edge in edges]


def test_parallel_streets_twelve_metres_apart():
    #  a=====2=====b   y = 12, walked from end to end
    #  c=====0=====d   y = 0
    pair = town([(0, 0), (300, 0)], [(0, 0), (0, 12)], [(0, 12), (300, 12)], [(300, 0), (300, 12)])
    xy, seconds = stroll((0, 12), (300, 12), every=3.0)
    recall, wrong = judge(pair, xy, seconds, whole(pair, 2))
    assert recall >= 0.96
    assert wrong <= 12


def test_a_footway_beside_a_carriageway():
    #  x---3---x          carriageway (0, 1) with a footway (2, 3, 4) 8 m beside it, joined at the
    #  |       |          junctions by crossings; walked: the footway
    #  o---0---o---1---o
    way = town(
        [(0, 0), (150, 0)], [(150, 0), (300, 0)],
        [(0, 8), (150, 8)], [(150, 8), (300, 8)],
        [(0, 0), (0, 8)], [(150, 0), (150, 8)], [(300, 0), (300, 8)],
    )  # fmt: skip
    xy, seconds = stroll((0, 8), (300, 8), every=3.0)
    recall, wrong = judge(way, xy, seconds, whole(way, 2, 3), sigma=2.5)
    assert recall >= 0.95
    assert wrong <= 15


@pytest.mark.parametrize("every", [1.0, 3.0])
def test_a_street_crossed_at_a_right_angle(every):
    #      |
    #  ----.----      the street is no part of the walk but for its width
    #      |
    street = town([(0, 0), (400, 0)])
    xy, seconds = stroll((200, -90), (200, 90), every=every)
    _, wrong = judge(street, xy, seconds, [])
    assert wrong <= 10


def test_stairs_between_two_streets():
    #  o-----0-----o      two streets on a slope, 60 m apart, with stairs (2) between them,
    #        2            and the road (3) that goes round
    #  o-----1-----o)3
    slope = town(
        [(0, 60), (100, 60)], [(100, 60), (200, 60)],
        [(0, 0), (100, 0)], [(100, 0), (200, 0)],
        [(100, 60), (92, 45), (108, 30), (92, 15), (100, 0)],
        [(200, 60), (240, 30), (200, 0)],
    )  # fmt: skip
    stairs = np.concatenate(
        [stroll((0, 60), (100, 60), every=3.0)[0],
         stroll((100, 60), (92, 45), (108, 30), (92, 15), (100, 0), every=3.0, speed=0.6)[0],
         stroll((100, 0), (0, 0), every=3.0)[0]]
    )  # fmt: skip
    recall, wrong = judge(slope, stairs, np.arange(len(stairs)) * 3.0, whole(slope, 0, 4, 2))
    assert recall >= 0.97
    assert wrong <= 6


def roundabout():
    """Four arms of 120 m (0 east, 1 north, 2 west, 3 south), quarters 4 to 7 of a ring of 20 m."""
    turn = np.linspace(0, np.pi / 2, 7)
    quarters = [
        np.column_stack([np.cos(turn + k * np.pi / 2), np.sin(turn + k * np.pi / 2)]) * 20
        for k in range(4)
    ]
    arms = [np.array([[20, 0], [140, 0]]) @ _turned(k) for k in range(4)]
    return Network.from_lines([shapely.LineString(np.round(line, 3)) for line in arms + quarters])


def _turned(quarters):
    angle = quarters * np.pi / 2
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def test_a_roundabout():
    #         1
    #       /---\        from the east (0) round the north side to the west (2)
    #  2 --(     )-- 0
    #       \---/
    #         3
    ring = roundabout()
    way = [*ring.line(0).reverse().coords, *ring.line(4).coords, *ring.line(5).coords]
    xy, seconds = stroll(*way, *ring.line(2).coords, every=3.0)
    recall, wrong = judge(ring, xy, seconds, whole(ring, 0, 4, 5, 2))
    assert recall >= 0.97
    assert wrong <= 8


@pytest.mark.parametrize("deep", [20, 30, 60])
def test_a_dead_end_alley_in_and_out(deep):
    #      t
    #      |
    #  a---b---c
    alley = town([(0, 0), (150, 0)], [(150, 0), (300, 0)], [(150, 0), (150, deep)])
    xy, seconds = stroll((0, 0), (150, 0), (150, deep), (150, 0), (300, 0), every=3.0)
    recall, wrong = judge(alley, xy, seconds, whole(alley, 0, 1, 2))
    assert recall >= 0.98
    assert wrong <= 1


def test_a_turn_back_in_the_street():
    #  >>>>>>>>.
    #  <<<<<<<<'   400
    street = town([(0, 0), (400, 0)])
    xy, seconds = stroll((0, 0), (250, 0), (0, 0), every=3.0)
    recall, wrong = judge(street, xy, seconds, [(0, 0, 250)])
    assert recall >= 0.97
    assert wrong <= 8


def test_a_loop_walked_twice():
    #  o---2---o
    #  3       1     and a street (4) that leaves it, not walked
    #  o---0---o---4---o
    block = town(
        [(0, 0), (120, 0)], [(120, 0), (120, 90)], [(120, 90), (0, 90)], [(0, 90), (0, 0)],
        [(120, 0), (240, 0)],
    )  # fmt: skip
    corners = [(0, 0), (120, 0), (120, 90), (0, 90)]
    xy, seconds = stroll(*corners, *corners, (0, 0), every=3.0)
    recall, wrong = judge(block, xy, seconds, whole(block, 0, 1, 2, 3))
    assert recall >= 0.98
    assert wrong <= 2
    paths = [
        match(block, xy + noise(len(xy), 4.0, seed, 0.6), seconds).path_metres for seed in SEEDS
    ]
    assert np.mean(paths) == pytest.approx(840, abs=20)


@pytest.mark.parametrize("sigma", [4.0, 8.0, 14.0])
def test_an_hour_of_standing_still_on_the_way(sigma):
    #  a>>>>>>>b......(an hour)......b>>>>>>>c     side streets 2 and 3 at b
    cross = town(
        [(-150, 0), (0, 0)], [(0, 0), (150, 0)], [(0, 0), (0, 120)], [(0, -120), (0, 0)]
    )  # fmt: skip
    there, _ = stroll((-150, 0), (0, 0), every=3.0)
    on, _ = stroll((0, 0), (150, 0), every=3.0)
    xy = np.concatenate([there, np.zeros((1200, 2)), on])
    recall, wrong = judge(
        cross,
        xy,
        np.arange(len(xy)) * 3.0,
        whole(cross, 0, 1),
        sigma=sigma,
        correlation=0.9,
        told=sigma > 4,
    )
    assert recall >= 0.97
    assert wrong <= 10


def test_an_hour_of_standing_still_and_nothing_else():
    street = town([(0, 0), (400, 0)])
    xy = np.tile([(200.0, 3.0)], (1200, 1))
    _, wrong = judge(street, xy, np.arange(1200) * 3.0, [], correlation=0.9)
    assert wrong <= 10


def tunnel(seconds_without):
    """Streets 0, 1 (under ground, 200 m), 2 in a line, and a road round it (3, 4, 5)."""
    street = town(
        [(0, 0), (150, 0)], [(150, 0), (350, 0)], [(350, 0), (500, 0)],
        [(150, 0), (150, 120)], [(150, 120), (350, 120)], [(350, 120), (350, 0)],
    )  # fmt: skip
    before, _ = stroll((0, 0), (150, 0), every=3.0)
    after, _ = stroll((350, 0), (500, 0), every=3.0)
    times = np.arange(len(before)) * 3.0
    later = times[-1] + seconds_without + np.arange(len(after)) * 3.0
    return street, np.concatenate([before, after]), np.concatenate([times, later])


def test_a_tunnel_without_reception_is_a_gap():
    #  0>>>>>>(......1......)>>>>>>2      two and a half minutes without a fix: not covered
    street, xy, seconds = tunnel(154)
    recall, wrong = judge(street, xy, seconds, whole(street, 0, 2))
    assert recall >= 0.96
    assert wrong <= 8


def test_through_a_tunnel_within_a_minute_one_went_straight():
    #  a cyclist's pace would do; fixes less than 60 s apart are one piece
    street, xy, seconds = tunnel(58)
    recall, wrong = judge(street, xy, seconds, whole(street, 0, 1, 2))
    assert recall >= 0.96
    assert wrong <= 8


def test_leaving_the_network_through_a_courtyard():
    #  +---0---+---1---+
    #  4       5       6     up street 4, through the courtyard, up street 5
    #  +---2---+---3---+
    block = town(
        [(0, 200), (150, 200)], [(150, 200), (300, 200)], [(0, 0), (150, 0)], [(150, 0), (300, 0)],
        [(0, 0), (0, 200)], [(150, 0), (150, 200)], [(300, 0), (300, 200)],
    )  # fmt: skip
    xy, seconds = stroll((0, 0), (0, 100), (150, 100), (150, 200), every=3.0)
    recall, wrong = judge(block, xy, seconds, [(4, 0, 100), (5, 100, 200)])
    assert recall >= 0.9
    assert wrong <= 15


def test_on_a_bridge_over_a_street_one_stays_on_the_bridge():
    #          3
    #          |         the bridge (2, 3) shares no node with the street (0, 1) beneath;
    #  ---0----+---1--   a ramp (4) joins them far away
    #          2
    lines = [
        [(-200, 0), (0, 0)], [(0, 0), (200, 0)], [(0, -150), (0, 0)], [(0, 0), (0, 150)],
        [(200, 0), (200, 150), (0, 150)],
    ]  # fmt: skip
    floors = town(*lines, ends=[(1, 2), (2, 3), (11, 12), (12, 13), (3, 13)])
    xy, seconds = stroll((0, -150), (0, 150), (200, 150), (200, 0), every=3.0)
    recall, wrong = judge(floors, xy, seconds, whole(floors, 2, 3, 4))
    assert recall >= 0.97
    assert wrong <= 6


def test_a_ride_by_bus_is_dropped_by_its_speed():
    #  >>>>>>>  = = = = = = = = =  >>>>>>>     walked to the stop, 700 m by bus, walked on
    street = town([(0, 0), (150, 0)], [(150, 0), (850, 0)], [(850, 0), (1000, 0)])
    before, _ = stroll((0, 0), (150, 0), every=3.0)
    waiting = np.tile([(150.0, 0.0)], (20, 1))
    ride, _ = stroll((150, 0), (850, 0), every=3.0, speed=11.0)
    after, _ = stroll((850, 0), (1000, 0), every=3.0)
    xy = np.concatenate([before, waiting, ride, after])
    recall, wrong = judge(street, xy, np.arange(len(xy)) * 3.0, whole(street, 0, 2))
    assert recall >= 0.95
    assert wrong <= 30


@pytest.mark.parametrize(("sigma", "least", "most"), [(2, 0.97, 1), (8, 0.97, 6), (14, 0.95, 20)])
def test_noise_of_which_the_receiver_tells(sigma, least, most):
    #  o---2---o     round the block; every corner has a street that leads away
    #  3       1
    #  o---0---o
    sides = [[(0, 0), (120, 0)], [(120, 0), (120, 90)], [(120, 90), (0, 90)], [(0, 90), (0, 0)]]
    arms = [
        [(0, 0), (-100, 0)],
        [(120, 0), (220, 0)],
        [(120, 90), (220, 90)],
        [(0, 90), (-100, 90)],
    ]
    block = town(*sides, *arms)
    xy, seconds = stroll((0, 0), (120, 0), (120, 90), (0, 90), (0, 0), every=3.0)
    recall, wrong = judge(
        block, xy, seconds, whole(block, 0, 1, 2, 3), sigma=float(sigma), told=True
    )
    assert recall >= least
    assert wrong <= most
