"""The cases that map matching has to get right, each drawn."""

import numpy as np
import pytest
import shapely

from spatial.matching import match
from spatial.network import Network


def town(*lines, ends=None):
    return Network.from_lines([shapely.LineString(line) for line in lines], ends=ends)


def stroll(*corners, every=1.0, speed=1.3, start=0.0):
    """Positions (n, 2) and times (n,) of a walk from corner to corner."""
    line = shapely.LineString(corners)
    times = np.arange(0.0, line.length / speed + 1e-9, every)
    points = shapely.line_interpolate_point(line, np.minimum(times * speed, line.length))
    return shapely.get_coordinates(points), start + times


def noise(count, metres, seed=1, correlation=0.8):
    """(count, 2) what a receiver adds: noise that wanders."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0.0, metres, (count, 2))
    for i in range(1, count):
        steps[i] = correlation * steps[i - 1] + np.sqrt(1 - correlation**2) * steps[i]
    return steps


def covered(network, found, edge):
    """The walked part of an edge as a shapely geometry on the line of its metres."""
    parts = [
        shapely.LineString([(a, 0), (b, 0)])
        for e, a, b in zip(found.edge, found.start_m, found.end_m, strict=True)
        if e == edge
    ]
    return shapely.union_all(parts) if parts else shapely.LineString()


def metres(network, found):
    """Metres covered of each edge, each metre once."""
    return np.array([covered(network, found, edge).length for edge in range(len(network))])


def same_bytes(one, other):
    names = ("edge", "start_m", "end_m", "seconds", "confidence")
    return all(getattr(one, n).tobytes() == getattr(other, n).tobytes() for n in names)


STREET = town([(0, 0), (400, 0)])


def test_no_fixes_cover_nothing():
    found = match(STREET, np.zeros((0, 2)), [])
    assert (len(found.edge), found.path_metres, found.off_network_metres) == (0, 0, 0)


def test_a_single_fix_covers_nothing():
    found = match(STREET, [(50.0, 2.0)], [0.0])
    assert (len(found.edge), found.path_metres, found.off_network_metres) == (0, 0, 0)


def test_an_empty_network_covers_nothing():
    xy, seconds = stroll((0, 0), (100, 0))
    assert len(match(Network.from_lines([]), xy, seconds).edge) == 0


@pytest.mark.parametrize("every", [1, 2, 3, 5, 7, 10, 15, 20, 30])
def test_a_walk_along_a_street_covers_what_was_walked(every):
    #   ····>>>>>>>>>>>>>>····
    #   0   50          350  400
    xy, seconds = stroll((50, 3), (350, 3), every=every)
    found = match(STREET, xy, seconds)
    assert found.edge.tolist() == [0]
    last = xy[-1, 0]
    assert found.start_m[0] == pytest.approx(50, abs=2)
    assert found.end_m[0] == pytest.approx(last, abs=2)
    assert found.seconds[0] == pytest.approx(seconds[-1], abs=6)
    assert found.path_metres == pytest.approx(last - 50, abs=4)
    assert found.off_network_metres == 0


def test_rows_come_in_the_order_of_walking_with_increasing_times():
    #  b---c
    #  |   |      a → b → c → d
    #  a   d
    square = town([(0, 0), (0, 100)], [(0, 100), (100, 100)], [(100, 0), (100, 100)])
    found = match(square, *stroll((0, 5), (0, 100), (100, 100), (100, 5)))
    assert found.edge.tolist() == [0, 1, 2]
    assert (np.diff(found.seconds) > 50).all()
    assert (found.start_m < found.end_m).all()
    assert (found.confidence > 0.5).all()
    assert (found.confidence <= 1).all()


def test_nothing_in_a_gap_is_covered():
    #  a>>>>>>>b  ..(no fixes for 5 minutes).. c>>>>>>>d
    first, second = stroll((0, 0), (100, 0)), stroll((300, 0), (400, 0), start=400)
    found = match(STREET, *(np.concatenate(pair) for pair in zip(first, second, strict=True)))
    assert covered(STREET, found, 0).intersection(shapely.LineString([(110, 0), (290, 0)])).is_empty
    assert metres(STREET, found)[0] == pytest.approx(200, abs=8)


def test_a_short_gap_is_walked_along_the_street():
    first, second = stroll((0, 0), (100, 0)), stroll((150, 0), (250, 0), start=115)
    found = match(STREET, *(np.concatenate(pair) for pair in zip(first, second, strict=True)))
    assert metres(STREET, found)[0] == pytest.approx(250, abs=6)


#          d
#          |
#  a-------b-------c      somebody waits an hour at b
#          |
#          e
CROSSROADS = town([(-200, 0), (0, 0)], [(0, 0), (200, 0)], [(0, 0), (0, 150)], [(0, -150), (0, 0)])


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("every", [1.0, 5.0])
def test_standing_still_for_an_hour_covers_nothing_new(seed, every):
    there, _ = stroll((-150, 0), (0, 0), every=every)
    wait = np.zeros((int(3600 / every), 2))
    on, _ = stroll((0, 0), (150, 0), every=every)
    xy = np.concatenate([there, wait, on])
    seconds = np.arange(len(xy)) * every
    xy = xy + noise(len(xy), 5.0, seed, correlation=0.9)
    walked = metres(CROSSROADS, match(CROSSROADS, xy, seconds))
    assert walked[0] == pytest.approx(150, abs=15)
    assert walked[1] == pytest.approx(150, abs=15)
    assert walked[2:].sum() <= 12


@pytest.mark.parametrize("seed", range(4))
def test_only_standing_covers_next_to_nothing(seed):
    xy = np.array([(120.0, 4.0)]) + noise(3600, 5.0, seed, correlation=0.95)
    assert match(STREET, xy, np.arange(3600.0)).path_metres <= 15


@pytest.mark.parametrize("turn_at", [180.0, 255.0, 300.0])
def test_a_turn_back_in_the_street_covers_up_to_the_turn(turn_at):
    #  >>>>>>>>>>>>>>>.
    #  <<<<<<<<<<<<<<<'
    xy, seconds = stroll((20, 0), (turn_at, 0), (60, 0), every=3.0)
    found = match(STREET, xy + noise(len(xy), 4.0, 3), seconds)
    assert covered(STREET, found, 0).bounds[2] == pytest.approx(turn_at, abs=10)
    assert found.edge.tolist() == [0, 0]
    assert found.path_metres == pytest.approx(turn_at - 20 + turn_at - 60, abs=25)


#  +---------+---------+
#  |   b     |         |       from the left street through a courtyard (b)
#  |. . . . .|         |       to the middle street: 150 m of no street
#  +---------+---------+
BLOCK = town(
    [(0, 0), (150, 0)], [(150, 0), (300, 0)], [(0, 200), (150, 200)], [(150, 200), (300, 200)],
    [(0, 0), (0, 200)], [(150, 0), (150, 200)], [(300, 0), (300, 200)],
)  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("every", [1.0, 3.0, 10.0])
def test_a_way_through_a_courtyard_is_off_the_network(seed, every):
    xy, seconds = stroll((0, 20), (0, 100), (150, 100), (150, 180), every=every)
    found = match(BLOCK, xy + noise(len(xy), 4.0, seed, 0.5), seconds)
    walked = metres(BLOCK, found)
    assert walked[4] == pytest.approx(80, abs=20)
    assert walked[5] == pytest.approx(80, abs=20)
    assert walked[[0, 1, 2, 3, 6]].sum() == 0
    assert 90 < found.off_network_metres < 190


def test_a_walk_far_from_all_streets_is_off_the_network():
    xy, seconds = stroll((0, 3000), (200, 3000))
    found = match(STREET, xy, seconds)
    assert len(found.edge) == 0
    assert found.off_network_metres == pytest.approx(200, abs=10)


def test_duplicated_and_out_of_order_fixes_change_nothing():
    xy, seconds = stroll((0, 5), (0, 195), (150, 200))
    order = np.random.default_rng(2).permutation(np.repeat(np.arange(len(xy)), 2))
    assert same_bytes(match(BLOCK, xy, seconds), match(BLOCK, xy[order], seconds[order]))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("every", [1.0, 3.0, 6.0])
def test_a_street_crossed_at_a_right_angle_is_covered_by_its_width_at_most(seed, every):
    #        .
    #  ------.------      from courtyard to courtyard
    #        .
    xy, seconds = stroll((200, -90), (200, 90), every=every)
    found = match(STREET, xy + noise(len(xy), 3.0, seed), seconds)
    assert found.path_metres <= 15
    assert found.off_network_metres > 120


@pytest.mark.parametrize("seed", range(8))
def test_crossing_a_street_at_a_junction_covers_little_of_it(seed):
    xy, seconds = stroll((-150, 0), (150, 0), every=3.0)
    walked = metres(CROSSROADS, match(CROSSROADS, xy + noise(len(xy), 5.0, seed), seconds))
    assert walked[:2].sum() > 280
    assert walked[2:].sum() <= 12


def test_parallel_streets_twelve_metres_apart_are_told_apart():
    #  =================  y = 12, walked
    #  =================  y = 0
    pair = town([(0, 0), (300, 0)], [(0, 12), (300, 12)], [(0, 0), (0, 12)], [(300, 0), (300, 12)])
    right = wrong = 0.0
    for seed in range(10):
        xy, seconds = stroll((5, 12), (295, 12), every=3.0)
        walked = metres(pair, match(pair, xy + noise(len(xy), 4.0, seed, 0.6), seconds))
        right, wrong = right + walked[1], wrong + walked[0]
    assert right / (10 * 290) > 0.95
    assert wrong / (10 * 290) < 0.05


#      t          a dead end of 30 m in the middle
#      |
#  a---b---c
ALLEY = town([(0, 0), (150, 0)], [(150, 0), (300, 0)], [(150, 0), (150, 30)])


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("every", [1.0, 3.0])
def test_a_dead_end_is_covered_to_its_tip_in_and_out(seed, every):
    xy, seconds = stroll((20, 0), (150, 0), (150, 30), (150, 0), (280, 0), every=every)
    found = match(ALLEY, xy + noise(len(xy), 4.0, seed, 0.6), seconds)
    assert found.edge.tolist() == [0, 2, 2, 1]
    assert metres(ALLEY, found)[2] == pytest.approx(30, abs=0.01)


@pytest.mark.parametrize("seed", range(8))
def test_passing_a_dead_end_does_not_cover_it(seed):
    xy, seconds = stroll((20, 0), (280, 0), every=3.0)
    found = match(ALLEY, xy + noise(len(xy), 5.0, seed, 0.6), seconds)
    assert metres(ALLEY, found)[2] == 0


def test_a_round_walked_twice_comes_twice_and_counts_once():
    square = town(
        [(0, 0), (100, 0)], [(100, 0), (100, 100)], [(100, 100), (0, 100)], [(0, 100), (0, 0)]
    )
    corners = [(0, 0), (100, 0), (100, 100), (0, 100)]
    found = match(square, *stroll(*corners, *corners, (0, 0)))
    assert found.edge.tolist() == [0, 1, 2, 3] * 2
    assert found.path_metres == pytest.approx(800, abs=6)
    assert metres(square, found).sum() == pytest.approx(400, abs=3)


def test_a_loop_with_one_junction_is_walked_round():
    #       .--.
    #  a---b    |      the loop begins and ends at b
    #       '--'
    loop = town([(0, 0), (100, 0)], [(100, 0), (160, 60), (220, 0), (160, -60), (100, 0)])
    found = match(loop, *stroll((0, 0), (100, 0), (160, 60), (220, 0), (160, -60), (100, 0)))
    assert found.edge.tolist() == [0, 1]
    assert found.start_m[1] == pytest.approx(0, abs=0.01)
    assert found.end_m[1] == pytest.approx(loop.edge_length[1], abs=4)


def test_a_hairpin_is_walked_through_its_bend_and_not_across():
    #  a-----------.
    #  b-----------'     two arms 16 m apart, one edge
    hairpin = town([(0, 0), (200, 0), (208, 8), (200, 16), (0, 16)])
    xy, seconds = stroll((0, 0), (200, 0), (208, 8), (200, 16), (0, 16), every=3.0)
    found = match(hairpin, xy + noise(len(xy), 3.0), seconds)
    assert found.edge.tolist() == [0]
    assert found.path_metres == pytest.approx(hairpin.edge_length[0], abs=12)


def test_two_streets_between_the_same_junctions_are_told_apart():
    pair = town([(0, 0), (200, 0)], [(0, 0), (100, 60), (200, 0)])
    found = match(pair, *stroll((0, 0), (100, 60), (200, 0)))
    assert found.edge.tolist() == [1]


@pytest.mark.parametrize("seed", range(4))
def test_under_a_bridge_one_stays_on_the_street(seed):
    #          |          the bridge (edges 2, 3) shares no node with
    #  --------+-------   the street (edges 0, 1) it crosses
    #          |
    lines = ([(-200, 0), (0, 0)], [(0, 0), (200, 0)], [(0, -150), (0, 0)], [(0, 0), (0, 150)])
    two_floors = town(*lines, ends=[(1, 2), (2, 3), (11, 12), (12, 13)])
    xy, seconds = stroll((-150, 0), (150, 0), every=3.0)
    walked = metres(two_floors, match(two_floors, xy + noise(len(xy), 4.0, seed), seconds))
    assert walked[:2].sum() > 280
    assert walked[2:].sum() == 0


def test_from_the_street_beneath_nobody_turns_onto_the_bridge():
    lines = ([(-200, 0), (0, 0)], [(0, 0), (200, 0)], [(0, -150), (0, 0)], [(0, 0), (0, 150)])
    two_floors = town(*lines, ends=[(1, 2), (2, 3), (11, 12), (12, 13)])
    found = match(two_floors, *stroll((-150, 0), (0, 0), (0, 130), every=3.0))
    runs = np.flatnonzero(np.diff(found.edge))
    assert set(found.edge.tolist()) <= {0, 1, 2, 3}
    # The way up exists only off the network: no row joins street and bridge without a break.
    assert found.off_network_metres > 0
    assert len(runs) >= 1


def test_outliers_cost_nothing():
    xy, seconds = stroll((0, 5), (0, 200), (150, 200), every=3.0)
    thrown = xy.copy()
    thrown[[10, 30, 31, 60]] += (70, -40)
    one, other = match(BLOCK, xy, seconds), match(BLOCK, thrown, seconds)
    assert other.edge.tolist() == one.edge.tolist()
    assert metres(BLOCK, other) == pytest.approx(metres(BLOCK, one), abs=4)


def test_inaccurate_fixes_are_believed_less():
    #  The walker on the street at y = 0 is seen 25 m off, by fixes that admit it.
    xy, seconds = stroll((20, 0), (380, 0), every=3.0)
    xy[40:60, 1] += 25
    accuracy = np.full(len(xy), 8.0)
    accuracy[40:60] = 45.0
    found = match(STREET, xy, seconds, accuracy=accuracy)
    assert metres(STREET, found)[0] == pytest.approx(360, abs=5)
    assert found.off_network_metres == 0


def test_the_pavement_of_a_wide_street_counts_as_the_street():
    #  . . . . . . .   walked, 13 m beside the line, by a receiver that thinks it knows
    #  -------------
    covered_metres = []
    for seed in range(6):
        xy, seconds = stroll((20, 13), (380, 13), every=3.0)
        xy = xy + noise(len(xy), 5.0, seed, 0.6)
        found = match(STREET, xy, seconds, accuracy=np.full(len(xy), 4.0))
        covered_metres.append(metres(STREET, found)[0])
    assert np.mean(covered_metres) > 330


def test_the_same_walk_gives_the_same_bytes_whatever_was_matched_before():
    xy, seconds = stroll((0, 5), (0, 200), (150, 200), (150, 0), every=3.0)
    xy = xy + noise(len(xy), 6.0)
    one = match(BLOCK, xy, seconds)
    match(BLOCK, *stroll((300, 10), (300, 190), every=30.0))
    again = match(BLOCK, xy.copy(), seconds.copy())
    fresh = match(Network.from_lines([BLOCK.line(edge) for edge in range(len(BLOCK))]), xy, seconds)
    assert same_bytes(one, again)
    assert same_bytes(one, fresh)


def test_of_routes_of_the_same_length_always_the_same_is_taken():
    # In a perfect grid many routes are as long; farther tracks make the matcher look farther.
    side = [(i * 40, j * 40) for i in range(8) for j in range(8)]
    streets = [
        [a, b] for a in side for b in side if a < b and abs(a[0] - b[0]) + abs(a[1] - b[1]) == 40
    ]
    walks = [
        (np.array([(0, 0), (75, 80), (160, 155), (245, 240), (280, 280)], float) + seed, every)
        for seed in range(6)
        for every in (25.0, 40.0, 58.0)
    ]
    warm = town(*streets)
    for xy, every in reversed(walks):
        match(warm, xy * 1.2, np.arange(5) * every)
    for xy, every in walks:
        assert same_bytes(
            match(warm, xy, np.arange(5) * every), match(town(*streets), xy, np.arange(5) * every)
        )


def test_the_input_is_not_changed():
    xy, seconds = stroll((0, 5), (0, 200))
    before = xy.copy(), seconds.copy()
    match(BLOCK, xy, seconds)
    assert (xy == before[0]).all()
    assert (seconds == before[1]).all()


def test_hostile_numbers_are_dropped_not_matched():
    xy = np.array([(np.nan, 0), (np.inf, 1), (1e308, 0), (10.0, 0), (14.0, 0)])
    found = match(STREET, xy, [0, 1, 2, 3, np.nan])
    assert len(found.edge) == 0


def test_refuses_arrays_of_different_lengths():
    with pytest.raises(ValueError, match="positions"):
        match(STREET, np.zeros((3, 2)), np.zeros(2))
