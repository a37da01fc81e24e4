"""Doors are called at in a short walk, what is urgent first.

60 +       c
   |       |        streets cross at (50, 0); stops a, b, c, d lie beside them
 0 a---b---+---d
   0  30  50   90
"""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from spatial.network import Network
from spatial.visiting import DETOUR, length, metres_between, short_walk, straight_between

CROSS = Network.from_lines(
    [
        shapely.LineString([(0, 0), (50, 0)]),
        shapely.LineString([(50, 0), (90, 0)]),
        shapely.LineString([(50, 0), (50, 60)]),
    ]
)
A, B, C, D = (0, 0), (30, 0), (50, 60), (90, 0)
whole = st.integers(0, 300).map(float)


@st.composite
def doors(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stops in metres, their groups, and where the walk begins."""
    count = draw(st.integers(0, 9))
    xy = draw(arrays.arrays(np.float64, (count, 2), elements=whole))
    group = draw(arrays.arrays(np.int64, count, elements=st.integers(0, 2)))
    return xy, group, draw(arrays.arrays(np.float64, 2, elements=whole))


def crow(xy: np.ndarray, start: np.ndarray) -> np.ndarray:
    return np.hypot(*(xy - start).T)


def test_metres_follow_the_streets() -> None:
    between = metres_between(CROSS, [A, B, C, D])
    expected = [[0, 30, 110, 90], [30, 0, 80, 60], [110, 80, 0, 100], [90, 60, 100, 0]]
    assert between == pytest.approx(np.array(expected, float))


def test_a_stop_beside_the_street_walks_to_it_first() -> None:
    assert metres_between(CROSS, [(30, -7), (60, 5)])[0, 1] == pytest.approx(7 + 30 + 5)


def test_where_no_street_is_known_the_straight_line_answers() -> None:
    nowhere = Network.from_lines([])
    assert metres_between(nowhere, [A, B])[0, 1] == pytest.approx(30 * DETOUR)


def test_what_no_way_leads_to_is_still_called_at() -> None:
    apart = Network.from_lines(
        [shapely.LineString([(0, 0), (50, 0)]), shapely.LineString([(200, 0), (250, 0)])]
    )
    assert metres_between(apart, [(0, 0), (200, 0)])[0, 1] == pytest.approx(200 * DETOUR)


def test_a_short_walk_passes_no_door_twice() -> None:
    between = metres_between(CROSS, [A, B, C, D])
    order = short_walk(between, [0, 0, 0, 0], from_start=between[0])
    assert order.tolist() == [0, 1, 3, 2]
    assert length(between, order, from_start=between[0]) == pytest.approx(30 + 60 + 100)


def test_what_is_urgent_comes_first_however_far() -> None:
    between = metres_between(CROSS, [A, B, C, D])
    order = short_walk(between, [1, 1, 1, 0], from_start=between[0])
    assert order.tolist() == [3, 1, 0, 2]


@given(doors())
def test_every_stop_once_group_by_group_and_the_same_again(
    town: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    xy, group, start = town
    between = straight_between(xy)
    order = short_walk(between, group, from_start=crow(xy, start))
    assert sorted(order.tolist()) == list(range(len(xy)))
    assert group[order].tolist() == sorted(group.tolist())
    assert order.tolist() == short_walk(between, group, from_start=crow(xy, start)).tolist()


@given(doors())
def test_no_turn_of_a_part_and_no_move_of_a_stop_makes_it_shorter(
    town: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    xy, group, start = town
    between, first = straight_between(xy), crow(xy, start)
    order = short_walk(between, group, from_start=first)
    metres = length(between, order, from_start=first)
    ranks = group[order]
    for i, j in itertools.combinations(range(len(order)), 2):
        if ranks[i] != ranks[j]:
            continue
        turned = [*order[:i], *order[i : j + 1][::-1], *order[j + 1 :]]
        moved = [*order[:i], *order[i + 1 : j + 1], order[i], *order[j + 1 :]]
        back = [*order[:i], order[j], *order[i:j], *order[j + 1 :]]
        for other in (turned, moved, back):
            assert metres <= length(between, other, from_start=first) + 1e-5


def test_it_is_nearly_as_short_as_the_shortest() -> None:
    ratios = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        between = straight_between(rng.uniform(0, 300, (8, 2)))
        first = rng.uniform(0, 300, 8)
        ours = length(between, short_walk(between, np.zeros(8), from_start=first), from_start=first)
        orders = np.array(list(itertools.permutations(range(8))))
        best = (first[orders[:, 0]] + between[orders[:, :-1], orders[:, 1:]].sum(axis=1)).min()
        ratios.append(ours / best)
    assert min(ratios) >= 1 - 1e-9
    assert np.mean(ratios) < 1.05


def test_a_walk_that_may_begin_anywhere_begins_at_an_end() -> None:
    order = short_walk(straight_between([(50, 0), (0, 0), (100, 0), (25, 0)]), np.zeros(4))
    assert order.tolist() in ([1, 3, 0, 2], [2, 0, 3, 1])


def test_metres_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        short_walk(np.zeros((2, 2)), [0, 0, 0])
    with pytest.raises(ValueError, match="finite"):
        short_walk(np.full((2, 2), np.inf), [0, 0])
