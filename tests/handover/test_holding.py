"""Days that nobody holds and days that two hold, drawn as lines of days."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.holding import DAY, Gap, Held, gaps, overlaps

FIRST = dt.date(2026, 3, 1)


def day(number: int) -> dt.date:
    return FIRST + number * DAY


def held(*drawn: str) -> list[Held]:
    """Members by their lines: a letter is a day held, > at the end is for ever."""
    rows = []
    for member, line in enumerate(drawn):
        days = [nth for nth, sign in enumerate(line) if sign not in ". "]
        end = None if line.endswith(">") else day(days[-1])
        rows.append(Held(member, member, day(days[0]), end))
    return rows


@pytest.mark.parametrize(
    ("drawn", "found"),
    [
        # 0123456789
        (("aaaaaaaaa>",), []),
        (("aaaa......", "....bbbbb>"), []),
        (("aaaa......", "......bbb>"), [Gap(day(4), day(5))]),
        (("aaaa......",), [Gap(day(4), None)]),
        (("...aaaaaa>",), [Gap(None, day(2))]),
        ((), [Gap(None, None)]),
        (("aaaaaa....", ".bb.......", "........c>"), [Gap(day(6), day(7))]),
    ],
)
def test_days_that_nobody_holds(drawn: tuple[str, ...], found: list[Gap]) -> None:
    assert gaps(held(*drawn), day(0), day(9)) == found


def test_a_gap_counts_only_where_it_touches_the_days_asked_for() -> None:
    rows = held("aaa.......", ".....bbbb>")
    assert gaps(rows, day(5), day(9)) == []
    assert gaps(rows, day(4), day(4)) == [Gap(day(3), day(4))]


def test_two_who_hold_the_same_on_the_same_days() -> None:
    one, other = held("aaaaa.....", "...bbbbbb>")
    (found,) = overlaps([other, one], day(0), day(9))
    assert (found.one, found.other, found.since, found.until) == (one, other, day(3), day(4))
    assert overlaps([one, other], day(5), day(9)) == []


def test_the_same_member_twice_is_no_overlap() -> None:
    rows = [Held(1, 7, day(0), None), Held(2, 7, day(3), None)]
    assert overlaps(rows, day(0), day(9)) == []


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12), st.booleans()), max_size=6))
def test_gaps_are_the_days_that_nobody_holds(drawn: list[tuple[int, int, bool]]) -> None:
    rows = [
        Held(nth, nth, day(start), None if ever else day(start + length))
        for nth, (start, length, ever) in enumerate(drawn)
    ]
    found = gaps(rows, day(0), day(40))
    for number in range(41):
        today = day(number)
        in_gap = any(
            (gap.since or day(0)) <= today and (gap.until is None or today <= gap.until)
            for gap in found
        )
        assert in_gap == (not any(row.on(today) for row in rows))
