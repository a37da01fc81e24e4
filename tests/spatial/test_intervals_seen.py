"""Last seen and its history, against a table of single decimetres and days."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.intervals import History, LastSeen, Stretches, last_seen, length, stretches

stretch = st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(0, 12)).map(
    lambda item: (item[0], *sorted(item[1:]))
)
many = st.lists(stretch, max_size=12)
walks = st.lists(st.tuples(stretch, st.integers(-3, 6)), max_size=15)

Walks = list[tuple[tuple[int, int, int], int]]


def of(rows: list[tuple[int, int, int]]) -> Stretches:
    return stretches(*np.array(rows, dtype=int).reshape(-1, 3).T)


def seen(walks: Walks) -> LastSeen:
    return last_seen(of([walk for walk, _ in walks]), [day for _, day in walks])


def history(*batches: Walks) -> History:
    found = History.of(of([]), [])
    for batch in batches:
        found = found.add(of([walk for walk, _ in batch]), [day for _, day in batch])
    return found


def rows(a: LastSeen) -> list[tuple[int, ...]]:
    return [tuple(map(int, row)) for row in zip(*a.on, a.time, strict=True)]


def table(walks: Walks) -> dict[tuple[int, int], int]:
    """The latest day of each decimetre."""
    found: dict[tuple[int, int], int] = {}
    for (s, start, end), day in walks:
        for x in range(start, end):
            found[s, x] = max(day, found.get((s, x), day))
    return found


@given(walks, walks)
def test_adding_a_day_is_as_if_it_had_always_been_there(before, later):
    added = seen(before).add(of([walk for walk, _ in later]), [day for _, day in later])
    assert rows(added) == rows(seen(before + later))


@given(walks, walks, walks)
def test_merging_is_associative_and_ignores_order(a, b, c):
    a, b, c = seen(a), seen(b), seen(c)
    assert rows(a.merge(b).merge(c)) == rows(c.merge(a.merge(b))) == rows(a.merge(c.merge(b)))


@given(walks)
def test_pieces_are_as_few_as_they_can_be(walks):
    found = rows(seen(walks))
    assert len(found) <= 2 * len(walks)
    for (s, _, end, day), (t, start, _, other) in pairwise(found):
        assert (s, end) <= (t, start)
        assert (s, end, day) != (t, start, other)


@given(walks, many)
def test_classes_are_the_extent_divided(walks, extent):
    known = table(walks)
    inside = {(s, x) for s, start, end in extent for x in range(start, end)}
    ages = [6 - known[point] for point in inside if point in known]
    expected = [
        sum(age <= 1 for age in ages),
        sum(1 < age <= 4 for age in ages),
        sum(age > 4 for age in ages),
        len(inside) - len(ages),
    ]
    assert seen(walks).classes(6, [1, 4], of(extent)).tolist() == expected


@given(walks, many)
def test_within_keeps_what_lies_inside(walks, area):
    inside = {(s, x) for s, start, end in area for x in range(start, end)}
    found = {
        (s, x): day
        for s, start, end, day in rows(seen(walks).within(of(area)))
        for x in range(start, end)
    }
    assert found == {point: day for point, day in table(walks).items() if point in inside}


@given(st.lists(walks, max_size=5), many)
def test_a_history_within_an_area_is_that_areas_history(batches, area):
    whole = history(*batches)
    inside = whole.within(of(area))
    expected = [whole.as_of(day).within(of(area)).lengths([day - 1])[0] for day in range(8)]
    assert inside.series(0, 7, 2).tolist() == expected


@given(st.lists(walks, max_size=5), st.lists(st.integers(0, 3), min_size=8, max_size=8))
def test_split_histories_are_those_of_the_groups_walks(batches, group):
    split = history(*batches).split(np.array(group), 4)
    for number, found in enumerate(split):
        mine = [[walk for walk in batch if group[walk[0][0]] == number] for batch in batches]
        expected = history(*mine)
        for day in range(-1, 8):
            assert rows(found.as_of(day)) == rows(expected.as_of(day))
        assert found.series(0, 7, 2).tolist() == expected.series(0, 7, 2).tolist()


@given(st.lists(walks, max_size=5))
def test_a_past_day_is_as_if_nothing_had_come_after(batches):
    found = history(*batches)
    for day in range(-4, 8):
        until_then = [walk for batch in batches for walk in batch if walk[1] <= day]
        assert rows(found.as_of(day)) == rows(seen(until_then))


@given(st.lists(walks, max_size=6))
def test_a_history_is_linear_in_what_was_walked(batches):
    found = history(*batches)
    assert sum(len(chunk.since) for chunk in found.replaced) <= 3 * sum(map(len, batches))


@given(st.lists(walks, max_size=6))
def test_rectangles_have_metres_and_days_and_never_overlap(batches):
    found = history(*batches)
    seen_on: set[tuple[int, int, int]] = set()
    for chunk in found.replaced:
        for s, start, end, since, until in zip(*chunk, strict=True):
            assert start < end
            assert since < until
            covered = {(s, x, d) for x in range(start, end) for d in range(since, until)}
            assert not covered & seen_on
            seen_on |= covered


@given(st.lists(walks, max_size=5))
def test_adding_changes_nothing_that_was_there(batches):
    before = history(*batches)
    kept = [column.copy() for chunk in before.replaced for column in chunk]
    days = before.series(-3, 6, 2).tolist()
    before.add(of([(0, 0, 12), (1, 3, 5)]), [0, 7])
    assert before.series(-3, 6, 2).tolist() == days
    for old, column in zip(
        kept, (column for chunk in before.replaced for column in chunk), strict=True
    ):
        assert np.array_equal(old, column)


def test_yesterday_is_still_known_after_today():
    #  day 3  [--------------)
    #  day 8       [----)
    found = history([((0, 0, 15), 3)], [((0, 5, 10), 8)])
    assert rows(found.as_of(7)) == [(0, 0, 15, 3)]
    assert rows(found.as_of(8)) == [(0, 0, 5, 3), (0, 5, 10, 8), (0, 10, 15, 3)]
    assert rows(found.as_of(2)) == []
    #                                    day 3   4   5  6  7  8  9
    assert found.series(3, 9, 2).tolist() == [15, 15, 0, 0, 0, 5, 5]


def test_a_late_walk_changes_the_days_between():
    found = history([((0, 0, 10), 8)], [((0, 0, 4), 3)])
    assert rows(found.as_of(7)) == [(0, 0, 4, 3)]
    assert rows(found.as_of(8)) == [(0, 0, 10, 8)]


def test_many_walks_of_one_segment_among_few_of_many():
    rng = np.random.default_rng(4)
    walks = [((9, *sorted(rng.integers(0, 500, 2))), int(rng.integers(0, 90))) for _ in range(3000)]
    walks += [((int(s), 0, 7), 5) for s in rng.integers(0, 2**31, 500)]
    found = {(s, x): day for s, start, end, day in rows(seen(walks)) for x in range(start, end)}
    assert found == table(walks)
    assert length(history(walks).as_of(90).on) == len(found)


def test_times_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="a time"):
        last_seen(of([(0, 0, 1)]), [])
    with pytest.raises(ValueError, match="32 bits"):
        history([((0, 0, 1), 2**31)])
    with pytest.raises(ValueError, match="ascend"):
        seen([]).classes(3, [4, 4], of([]))
