"""Simulated walks: what the truth and the noise have to be."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.ops import substring

from spatial.network import Network
from spatial.simulation import Route, perturbed_grid, record, walk

#  a---b---c
#      |
#      t
TEE = Network.from_lines(
    [
        shapely.LineString(line)
        for line in ([(0, 0), (100, 0)], [(100, 0), (200, 0)], [(100, 0), (100, -30)])
    ]
)
GRID = perturbed_grid(np.random.default_rng(1), blocks=5)


def places(network, route):
    """(R, 2) and (R, 2): where each stretch begins and ends, in walking order."""
    low = network.points_at(route.edge, route.start_m)
    high = network.points_at(route.edge, route.end_m)
    forward = route.forward[:, None]
    return np.where(forward, low, high), np.where(forward, high, low)


@pytest.mark.parametrize("seed", range(10))
def test_a_walk_is_connected_and_as_long_as_asked(seed):
    route = walk(GRID, np.random.default_rng(seed), metres=2500)
    assert route.metres == pytest.approx(2500)
    begins, ends = places(GRID, route)
    assert begins[1:] == pytest.approx(ends[:-1], abs=1e-6)
    assert (route.start_m >= 0).all()
    assert (route.end_m <= GRID.edge_length[route.edge]).all()
    assert (route.start_m < route.end_m).all()


def test_it_turns_back_only_at_a_dead_end_and_only_at_its_tip():
    route = walk(TEE, np.random.default_rng(3), metres=900, start_node=0)
    back = np.flatnonzero(route.edge[1:] == route.edge[:-1])
    assert len(back) > 2
    _, ends = places(TEE, route)
    tips = {(0, 0), (200, 0), (100, -30)}
    assert {tuple(np.round(ends[at]).astype(int).tolist()) for at in back} <= tips


def test_it_prefers_what_it_has_not_walked():
    route = walk(GRID, np.random.default_rng(5), metres=float(GRID.edge_length.sum()))
    assert len(np.unique(route.edge)) > 0.5 * len(GRID)


def test_it_stays_within_the_given_edges_and_takes_none_of_no_weight():
    within = GRID.node_xy[GRID.edge_from][:, 0] < 250
    assert within[walk(GRID, np.random.default_rng(7), metres=3000, within=within).edge].all()
    prefer = np.where(np.arange(len(TEE)) == 2, 0.0, 1.0)
    route = walk(TEE, np.random.default_rng(7), metres=1000, start_node=0, prefer=prefer)
    assert set(route.edge.tolist()) == {0, 1}


def test_it_starts_where_it_is_told():
    route = walk(TEE, np.random.default_rng(9), metres=50, start_node=int(TEE.edge_from[0]))
    assert (route.edge.tolist(), route.start_m.tolist(), route.end_m.tolist()) == ([0], [0], [50])


def test_a_loop_is_walked_round_and_round():
    loop = Network.from_lines([shapely.LineString([(0, 0), (50, 40), (100, 0), (0, 0)])])
    route = walk(loop, np.random.default_rng(11), metres=600)
    assert route.metres == pytest.approx(600)


def test_says_when_nothing_can_be_walked():
    with pytest.raises(ValueError, match="No edge"):
        walk(TEE, np.random.default_rng(0), metres=10, within=np.zeros(3, bool))
    with pytest.raises(ValueError, match="0 m is none"):
        walk(TEE, np.random.default_rng(0), metres=0)
    with pytest.raises(ValueError, match="from node 0"):
        walk(TEE, np.random.default_rng(0), metres=10, start_node=0, within=np.zeros(3, bool))


def test_the_same_seed_gives_the_same_walk_and_fixes():
    def once():
        rng = np.random.default_rng(13)
        route = walk(GRID, rng, metres=1500)
        return route, record(GRID, route, rng)

    (one, fixes), (other, again) = once(), once()
    assert one.edge.tobytes() == other.edge.tobytes()
    assert fixes.xy.tobytes() == again.xy.tobytes()
    assert fixes.accuracy.tobytes() == again.accuracy.tobytes()


LONG = Network.from_lines([shapely.LineString([(0, 0), (20_000, 0)])])
WHOLE = Route(np.array([0]), np.array([0.0]), np.array([20_000.0]), np.array([True]))


def test_noise_has_the_spread_and_correlation_asked_for():
    rng = np.random.default_rng(17)
    fixes = record(LONG, WHOLE, rng, noise=6.0, correlation=0.7, outliers=0.0)
    off = fixes.xy[:, 1]
    assert off.std() == pytest.approx(6.0, rel=0.1)
    assert np.corrcoef(off[:-1], off[1:])[0, 1] == pytest.approx(0.7, abs=0.05)
    assert np.median(fixes.accuracy) == pytest.approx(9.0, rel=0.1)


def test_outliers_are_as_many_and_as_far_as_asked():
    fixes = record(LONG, WHOLE, np.random.default_rng(19), noise=0.0, outliers=0.05)
    thrown = np.abs(fixes.xy[:, 1]) > 1e-6
    assert thrown.mean() == pytest.approx(0.05, abs=0.015)
    assert np.abs(fixes.xy[thrown, 1]).max() <= 90


def test_fixes_come_at_the_interval_from_the_start_at_walking_pace():
    fixes = record(LONG, WHOLE, np.random.default_rng(23), every=5.0, noise=0.0, outliers=0.0,
                   start=1000.0)  # fmt: skip
    assert fixes.seconds[0] == 1000.0
    assert np.diff(fixes.seconds) == pytest.approx(5.0)
    assert np.diff(fixes.xy[:, 0]).mean() == pytest.approx(6.5, rel=0.35)
    assert (np.diff(fixes.xy[:, 0]) > 0).all()


def test_pauses_take_time_and_go_nowhere():
    def once(pauses):
        return record(LONG, WHOLE, np.random.default_rng(29), noise=0.0, outliers=0.0,
                      pauses=pauses)  # fmt: skip

    brisk, slow = once(0.0), once(1.0)
    assert slow.seconds[-1] - brisk.seconds[-1] == pytest.approx(200 * 70, rel=0.2)
    assert (np.diff(slow.xy[:, 0]) >= 0).all()
    still = np.diff(slow.xy[:, 0]) == 0
    assert still.sum() * 3 == pytest.approx(200 * 70, rel=0.2)
    assert slow.xy[-1, 0] == pytest.approx(20_000, abs=5)


def test_a_made_up_town_has_alleys():
    ends = np.bincount(np.concatenate([GRID.edge_from, GRID.edge_to]))
    dead = (ends[GRID.edge_from] == 1) | (ends[GRID.edge_to] == 1)
    assert ((GRID.edge_length < 50) & dead).sum() > 5


seeds = st.integers(0, 2**32 - 1)


@settings(deadline=None, max_examples=30)
@given(seeds, st.integers(2, 6), st.floats(1.0, 3000.0))
def test_any_walk_in_any_town_is_connected_and_as_long_as_asked(seed, blocks, metres):
    rng = np.random.default_rng(seed)
    town = perturbed_grid(rng, blocks=blocks)
    route = walk(town, rng, metres=metres)
    assert route.metres == pytest.approx(metres)
    begins, ends = places(town, route)
    assert begins[1:] == pytest.approx(ends[:-1], abs=1e-6)


@settings(deadline=None, max_examples=30)
@given(seeds, st.floats(0.5, 20.0), st.floats(0.5, 3.0), st.floats(0.0, 1.0))
def test_without_noise_every_fix_lies_on_the_route(seed, every, speed, pauses):
    rng = np.random.default_rng(seed)
    route = walk(GRID, rng, metres=800)
    fixes = record(
        GRID, route, rng, every=every, speed=speed, pauses=pauses, noise=0.0, outliers=0.0
    )
    walked = shapely.MultiLineString(
        [
            substring(GRID.line(edge), start, end)
            for edge, start, end in zip(route.edge, route.start_m, route.end_m, strict=True)
        ]
    )
    assert shapely.distance(shapely.points(fixes.xy), walked) == pytest.approx(0.0, abs=1e-6)
    assert np.diff(fixes.seconds) == pytest.approx(every)
    assert len(fixes.xy) == len(fixes.seconds) == len(fixes.accuracy)


@given(seeds, st.integers(1, 8))
def test_any_town_has_no_street_twice_and_none_without_length(seed, blocks):
    town = perturbed_grid(np.random.default_rng(seed), blocks=blocks)
    pairs = np.sort(np.stack([town.edge_from, town.edge_to], axis=1), axis=1)
    assert len(np.unique(pairs, axis=0)) == len(town)
    assert (town.edge_length > 0).all()
