"""The algebra, against sets of single decimetres."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.intervals import (
    Stretches,
    complement,
    difference,
    intersection,
    last_seen,
    length,
    overlay,
    stretches,
    union,
)

stretch = st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(0, 12)).map(
    lambda item: (item[0], *sorted(item[1:]))
)
many = st.lists(stretch, max_size=12)


def of(rows: list[tuple[int, int, int]]) -> Stretches:
    return stretches(*np.array(rows, dtype=int).reshape(-1, 3).T)


def points(a: Stretches) -> set[tuple[int, int]]:
    return {(s, x) for s, start, end in zip(*a, strict=True) for x in range(start, end)}


def rows(a: Stretches) -> list[tuple[int, int, int]]:
    return [(int(s), int(start), int(end)) for s, start, end in zip(*a, strict=True)]


def test_walking_twice_counts_once():
    #  0    5    10   15
    #  [----------)
    #       [---------)      -> one stretch of 15
    assert rows(union(of([(0, 0, 10), (0, 5, 15)]))) == [(0, 0, 15)]


def test_segments_never_melt_together():
    assert rows(union(of([(1, 0, 5), (0, 2, 9)]))) == [(0, 2, 9), (1, 0, 5)]


def test_a_later_walk_hides_an_earlier_one():
    #  day 1  [----------)
    #  day 2      [--)         -> 1 2 1
    found, when = last_seen(of([(0, 0, 10), (0, 4, 6)]), [1, 2])
    assert rows(found) == [(0, 0, 4), (0, 4, 6), (0, 6, 10)]
    assert list(when) == [1, 2, 1]


@pytest.mark.parametrize(
    ("segment", "start", "end"),
    [([0], [5], [2]), ([0], [-1], [2]), ([0, 1], [0], [1]), ([2**31], [0], [1])],
)
def test_impossible_stretches_are_refused(segment, start, end):
    with pytest.raises(ValueError, match=r"stretch|lie in|one length"):
        stretches(segment, start, end)


@given(many, many)
def test_the_algebra_is_that_of_sets(a, b):
    a, b = of(a), of(b)
    assert points(union(a, b)) == points(a) | points(b)
    assert points(intersection(a, b)) == points(a) & points(b)
    assert points(difference(a, b)) == points(a) - points(b)
    assert points(complement(a, b)) == points(b) - points(a)


@given(many, many, many)
def test_union_is_associative_and_ignores_order(a, b, c):
    a, b, c = of(a), of(b), of(c)
    assert rows(union(union(a, b), c)) == rows(union(c, union(b, a))) == rows(union(a, b, c))


@given(many)
def test_a_normal_set_has_one_form(a):
    once = union(of(a))
    assert rows(union(once)) == rows(once)
    for (s, _, end), (t, start, _) in zip(rows(once), rows(once)[1:], strict=False):
        assert (s, end) < (t, start)


@given(st.lists(st.tuples(stretch, st.integers(-5, 5)), max_size=12))
def test_last_seen_is_the_latest_time_of_each_decimetre(walks):
    a = of([walk for walk, _ in walks])
    found, when = last_seen(a, [time for _, time in walks])
    expected: dict[tuple[int, int], int] = {}
    for (s, start, end), time in walks:
        for x in range(start, end):
            expected[s, x] = max(time, expected.get((s, x), time))
    got = {
        (s, x): int(t)
        for (s, start, end), t in zip(rows(found), when, strict=True)
        for x in range(start, end)
    }
    assert got == expected


@given(many, many)
def test_an_overlay_names_every_pair_that_overlaps_in_order(a, b):
    disjoint = rows(union(of(b)))
    expected = [
        (i, j, s, max(start, low), min(end, high))
        for i, (s, start, end) in enumerate(a)
        for j, (t, low, high) in enumerate(disjoint)
        if s == t and max(start, low) < min(end, high)
    ]
    in_a, in_b, common = overlay(of(a), of(disjoint))
    assert [tuple(map(int, row)) for row in zip(in_a, in_b, *common, strict=True)] == expected


@given(many)
def test_length_counts_the_points_of_a_normal_set(a):
    assert length(union(of(a))) == len(points(of(a)))
    assert length(of(a)) == sum(end - start for _, start, end in a)
