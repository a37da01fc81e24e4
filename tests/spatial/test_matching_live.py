"""A track matched as it arrives: whatever the batches, the same bytes as all at once."""

import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.matching import MatchOptions, match
from spatial.matching_live import LiveMatch
from spatial.network import Network
from spatial.simulation import SimulatedFixes, perturbed_grid, record, walk

ARRAYS = ("edge", "start_m", "end_m", "seconds", "confidence")

GRID = perturbed_grid(np.random.default_rng(8), blocks=5)
#  +--+--+     a hairpin, a loop, dead ends, and an edge of no length
TANGLE = Network.from_lines(
    [
        shapely.LineString(line)
        for line in (
            [(0, 0), (200, 0), (208, 8), (200, 16), (0, 16)],
            [(0, 0), (0, 90)],
            [(0, 90), (60, 150), (120, 90), (60, 30), (0, 90)],
            [(200, 0), (200, -25)],
            [(0, 90), (-30, 90)],
        )
    ]
)
NOWHERE = Network.from_lines([])
TOWNS = {"grid": GRID, "tangle": TANGLE, "nowhere": NOWHERE}


def same(one, other):
    return (
        all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in ARRAYS)
        and one.path_metres == other.path_metres
        and one.off_network_metres == other.off_network_metres
    )


def simulated(network, seed, *, fixes=300, every=3.0, noise=6.0, pauses=0.0):
    rng = np.random.default_rng(seed)
    route = walk(network, rng, metres=fixes * every * 1.3)
    return record(network, route, rng, every=every, noise=noise, pauses=pauses)


def follow(network, track, cuts, order=None, accuracy=None, options=None):
    """Match after every batch and compare with all fixes so far at once."""
    order = np.arange(len(track.seconds)) if order is None else order
    live = LiveMatch(network, options=options)
    for batch in np.split(order, sorted(cuts)):
        told = None if accuracy is None else accuracy[batch]
        live.add(track.xy[batch], track.seconds[batch], told)
        seen = order[: len(live)]
        whole = match(
            network,
            track.xy[seen],
            track.seconds[seen],
            accuracy=None if accuracy is None else accuracy[seen],
            options=options,
        )
        assert same(live.so_far(), whole)
    return live


@settings(max_examples=25, deadline=None)
@given(
    town=st.sampled_from(["grid", "tangle"]),
    seed=st.integers(0, 1000),
    every=st.sampled_from([1.0, 3.0, 10.0]),
    pauses=st.sampled_from([0.0, 1.0]),
    told=st.booleans(),
    cuts=st.lists(st.integers(0, 200), max_size=8),
)
def test_any_batches_give_the_same_as_all_at_once(town, seed, every, pauses, told, cuts):
    track = simulated(TOWNS[town], seed, fixes=200, every=every, pauses=pauses)
    cuts = [min(cut, len(track.seconds)) for cut in cuts]
    follow(TOWNS[town], track, cuts, accuracy=track.accuracy if told else None)


fix = st.tuples(
    st.floats(-150, 350),
    st.floats(-150, 350),
    st.integers(0, 300).map(float),
    st.floats(1, 60) | st.just(np.nan),
)


@settings(max_examples=60, deadline=None)
@given(
    town=st.sampled_from(sorted(TOWNS)),
    batches=st.lists(st.lists(fix, max_size=12), max_size=6),
)
def test_any_fixes_late_doubled_or_impossible_give_the_same(town, batches):
    live = LiveMatch(TOWNS[town])
    table = np.zeros((0, 4))
    for batch in batches:
        more = np.array(batch, dtype=float).reshape(-1, 4)
        table = np.concatenate([table, more])
        live.add(more[:, :2], more[:, 2], more[:, 3])
        whole = match(TOWNS[town], table[:, :2], table[:, 2], accuracy=table[:, 3])
        assert same(live.so_far(), whole)


def test_one_fix_at_a_time():
    follow(GRID, simulated(GRID, 4, fixes=60), range(60))


def test_a_long_stay_that_grows_while_one_looks():
    #  ---->....(ten minutes)....---->
    xy = np.concatenate([np.linspace(0, 100, 30), np.full(200, 100.0), np.linspace(100, 200, 30)])
    wander = np.random.default_rng(3).normal(0, 4, (260, 2))
    walked = np.asarray(np.column_stack([xy, np.zeros(260)]) + wander, dtype=np.float64)
    seconds = np.arange(260, dtype=np.float64) * 3.0
    track = SimulatedFixes(walked, seconds, np.full(260, np.nan, dtype=np.float64))
    follow(TANGLE, track, range(20, 260, 20))


def test_a_batch_that_arrives_late_reopens_the_past():
    track = simulated(GRID, 6, fixes=240)
    order = np.concatenate([np.arange(0, 80), np.arange(120, 200), np.arange(80, 120)])
    follow(GRID, track, [40, 80, 120, 160, 180], order)


def test_pieces_apart_are_settled_and_a_fix_between_them_joins_them():
    #  >>>>>   (four minutes)   >>>>>   (four minutes)   >>>>>
    track = simulated(GRID, 7, fixes=240)
    apart = np.concatenate([np.arange(0, 40), np.arange(120, 160), np.arange(200, 230)])
    order = np.concatenate([apart, np.arange(40, 120, 5)])
    follow(GRID, track, [40, 80, 110], order)


def test_a_quicker_pace_changes_what_came_before_as_well():
    rng = np.random.default_rng(9)
    route = walk(GRID, rng, metres=900)
    slow = record(GRID, route, rng, speed=1.0)
    fast = record(GRID, walk(GRID, rng, metres=900), rng, speed=2.6, start=slow.seconds[-1] + 3)
    track = SimulatedFixes(
        np.concatenate([slow.xy, fast.xy - fast.xy[0] + slow.xy[-1]]),
        np.concatenate([slow.seconds, fast.seconds]),
        np.concatenate([slow.accuracy, fast.accuracy]),
    )
    follow(GRID, track, range(50, len(track.seconds), 50))


def test_other_tracks_in_between_do_not_matter():
    track, other = simulated(GRID, 1), simulated(GRID, 2)
    live = LiveMatch(GRID)
    for start in range(0, 300, 60):
        live.add(track.xy[start : start + 60], track.seconds[start : start + 60])
        live.so_far()
        match(GRID, other.xy[start:], other.seconds[start:])
    assert same(live.so_far(), match(GRID, track.xy[:300], track.seconds[:300]))


def test_a_cyclist_is_followed_with_a_cyclist_s_options():
    options = MatchOptions(max_speed=14.0, noise=4.0)
    rng = np.random.default_rng(5)
    track = record(GRID, walk(GRID, rng, metres=1500), rng, speed=5.0, every=1.0)
    follow(GRID, track, range(30, 240, 30), options=options)


def test_what_came_is_copied():
    track = simulated(GRID, 3, fixes=60)
    xy = track.xy.copy()
    live = LiveMatch(GRID)
    live.add(xy, track.seconds)
    before = live.so_far()
    xy[:] = 0
    live.add(np.zeros((0, 2)), [])
    assert same(live.so_far(), before)


def test_refuses_a_batch_of_different_lengths_and_keeps_what_was():
    live = LiveMatch(GRID)
    live.add([(0.0, 0.0)], [0.0])
    with pytest.raises(ValueError, match="2 positions, 1 times"):
        live.add([(0.0, 0.0), (1.0, 1.0)], [1.0])
    assert len(live) == 1


def test_a_batch_costs_less_than_the_whole():
    track = simulated(GRID, 10, fixes=4000, every=1.0)
    live = LiveMatch(GRID)
    live.add(track.xy[:3600], track.seconds[:3600])
    live.so_far()
    match(GRID, track.xy, track.seconds)
    batch, whole = [], []
    for start in range(3600, 4000, 20):
        began = time.process_time()
        live.add(track.xy[start : start + 20], track.seconds[start : start + 20])
        batch.append(time.process_time() - began)
        live.so_far()
        began = time.process_time()
        match(GRID, track.xy[: start + 20], track.seconds[: start + 20])
        whole.append(time.process_time() - began)
    assert np.median(batch) < np.median(whole)
