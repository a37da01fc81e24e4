"""Which fixes are believed, and where a track is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spatial.fixes import CYCLIST_SPEED, REASONS, clean


def stroll(seconds, speed=1.3):
    """(n, 2) metres of a walk due east."""
    seconds = np.asarray(seconds, dtype=float)
    return np.column_stack([seconds * speed, np.zeros_like(seconds)])


def test_a_plain_walk_is_kept_whole_in_one_piece():
    times = np.arange(0, 600, 3.0)
    found = clean(stroll(times), times, metres=True)
    assert found.kept.tolist() == list(range(200))
    assert found.pieces.tolist() == [0, 200]
    assert found.dropped == {"accuracy": 0, "speed": 0, "time": 0, "position": 0}


def test_degrees_and_metres_are_judged_alike():
    times = np.arange(0, 300, 3.0)
    metres = stroll(times)
    metres[50] += 200
    degrees = np.column_stack([24.94 + metres[:, 0] / 55_390, 60.17 + metres[:, 1] / 111_420])
    assert (
        clean(degrees, times).reason.tolist() == clean(metres, times, metres=True).reason.tolist()
    )


def test_nothing_in_is_nothing_out():
    found = clean([], [])
    assert len(found.kept) == 0
    assert found.pieces.tolist() == [0]


def test_inaccurate_fixes_are_dropped_and_unknown_accuracy_is_believed():
    times = np.arange(5.0)
    found = clean(stroll(times), times, [5, 50, 50.1, np.nan, -1], metres=True)
    assert found.kept.tolist() == [0, 1, 3]
    assert found.dropped["accuracy"] == 2


@pytest.mark.parametrize(
    "place",
    [(np.nan, 60), (24, np.inf), (181, 60), (24, 91), (1e308, -1e308), (0, 0)],
)
def test_impossible_positions_are_dropped(place):
    places = [(24.94, 60.17), place, (24.94001, 60.17)]
    found = clean(places, [0, 3, 6])
    assert found.kept.tolist() == [0, 2]
    assert found.dropped["position"] == 1


def test_fixes_without_a_time_and_second_fixes_of_an_instant_are_dropped():
    times = [0, 3, np.nan, 3, 6]
    found = clean(stroll([0, 3, 4, 3, 6]), times, metres=True)
    assert found.kept.tolist() == [0, 1, 4]
    assert found.dropped["time"] == 2


def test_fixes_out_of_order_are_sorted_and_kept():
    times = np.array([0, 3, 12, 9, 6, 15.0])
    found = clean(stroll(times), times, metres=True)
    assert found.kept.tolist() == [0, 1, 4, 3, 2, 5]
    assert sum(found.dropped.values()) == 0


@pytest.mark.parametrize("wrong", [[40], [40, 41], [40, 41, 42], [0], [199], [0, 1], [40, 44]])
def test_a_jump_and_back_drops_the_outliers_and_nothing_after_them(wrong):
    times = np.arange(0, 600, 3.0)
    track = stroll(times)
    track[wrong] += (30, 300)
    found = clean(track, times, metres=True)
    assert np.flatnonzero(found.reason).tolist() == wrong
    assert found.dropped["speed"] == len(wrong)
    assert found.pieces.tolist() == [0, 200 - len(wrong)]


@pytest.mark.parametrize("every", [1, 3, 10, 30])
def test_a_bus_ride_is_dropped_while_riding_and_cuts_the_track(every):
    times = np.arange(0, 1500.0)
    riding = (times >= 600) & (times < 900)
    track = np.column_stack([np.cumsum(np.where(riding, 12.0, 1.3)), np.zeros(1500)])
    found = clean(track[::every], times[::every], metres=True)
    dropped = times[::every][found.reason > 0]
    assert 600 - every <= dropped.min() <= 610 + every
    assert 890 - every <= dropped.max() <= 900 + every
    assert found.dropped["speed"] >= (300 - 20) / every - 2
    assert len(found.pieces) == 3


def test_standing_at_the_bus_stop_is_kept():
    times = np.arange(0, 900.0, 3)
    moving = ((times > 200) & (times < 400)) | ((times > 500) & (times < 700))
    track = np.column_stack([np.cumsum(np.where(moving, 36.0, 0.0)), np.zeros(300)])
    found = clean(track, times, metres=True)
    kept = times[found.kept]
    assert ((kept > 410) & (kept < 490)).sum() == 27  # all of them
    assert len(found.pieces) == 4


def test_a_runner_is_kept_and_a_cyclist_only_when_declared():
    times = np.arange(0, 600, 3.0)
    run, ride = stroll(times, 5.0), stroll(times, 9.0)
    assert sum(clean(run, times, metres=True).dropped.values()) == 0
    assert clean(ride, times, metres=True).dropped["speed"] > 190
    declared = clean(ride, times, metres=True, max_speed=CYCLIST_SPEED)
    assert sum(declared.dropped.values()) == 0


def test_noise_alone_is_no_speed():
    times = np.arange(0, 3600.0)
    noise = np.random.default_rng(4).normal(0, 5, (3600, 2))
    assert clean(noise, times, metres=True).dropped["speed"] < 10


@pytest.mark.parametrize(
    ("wait", "metres", "pieces"), [(59, 300, 1), (61, 99, 1), (61, 101, 2), (3600, 5, 1)]
)
def test_a_track_is_cut_where_fixes_are_a_minute_and_a_hundred_metres_apart(wait, metres, pieces):
    times = np.concatenate([np.arange(0, 60, 3.0), 57 + wait + np.arange(0, 60, 3.0)])
    track = np.concatenate([stroll(np.arange(0, 60, 3.0)), stroll(np.arange(0, 60, 3.0))])
    track[20:, 0] += track[19, 0] + metres
    found = clean(track, times, metres=True)
    assert len(found.kept) == 40
    assert len(found.pieces) == pieces + 1


def test_a_jump_to_another_place_cuts_the_track_and_keeps_both_sides():
    times = np.arange(0, 600, 3.0)
    track = stroll(times)
    track[100:] += 5000
    found = clean(track, times, metres=True)
    assert len(found.pieces) == 3
    assert len(found.kept) > 195


def test_the_date_line_is_no_jump():
    found = clean([(179.9999, 10), (-179.9999, 10)], [0, 30])
    assert sum(found.dropped.values()) == 0
    assert found.pieces.tolist() == [0, 2]


def test_refuses_arrays_of_different_lengths():
    with pytest.raises(ValueError, match="2 positions, 3 times"):
        clean([(1, 1), (2, 2)], [0, 1, 2])


@settings(max_examples=60, deadline=None)
@given(
    places=hnp.arrays(float, st.tuples(st.integers(0, 40), st.just(2)), elements=st.floats()),
    data=st.data(),
)
def test_every_fix_is_kept_or_counted_once(places, data):
    times = data.draw(hnp.arrays(float, len(places), elements=st.floats()))
    before = places.copy(), times.copy()
    found = clean(places, times)
    assert len(found.kept) + sum(found.dropped.values()) == len(places)
    assert (np.diff(times[found.kept]) > 0).all()
    assert found.pieces[0] == 0
    assert found.pieces[-1] == len(found.kept)
    assert (np.diff(found.pieces) > 0).all()
    assert set(found.reason.tolist()) <= set(range(len(REASONS) + 1))
    np.testing.assert_array_equal(places, before[0])
    np.testing.assert_array_equal(times, before[1])


whole = st.integers(-200, 200)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), whole, whole), max_size=30, unique_by=lambda x: x[0]),
    st.randoms(use_true_random=False),
    st.integers(-(10**6), 10**6),
)
def test_neither_the_order_of_arrival_nor_the_epoch_nor_the_place_matters(fixes, random, moved):
    table = np.array(fixes, dtype=float).reshape(-1, 3)
    order = list(range(len(fixes)))
    random.shuffle(order)
    found = clean(table[:, 1:], table[:, 0], metres=True)
    again = clean(table[order, 1:] + moved, table[order, 0] + moved, metres=True)
    assert np.asarray(order, dtype=int)[again.kept].tolist() == found.kept.tolist()
    assert again.pieces.tolist() == found.pieces.tolist()
    assert again.reason.tolist() == found.reason[order].tolist()
