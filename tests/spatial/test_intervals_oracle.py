"""The algebra against PostgreSQL's multiranges, which are exact and not ours."""

from typing import Any

import numpy as np
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spatial.intervals import (
    History,
    Stretches,
    complement,
    difference,
    intersection,
    last_seen,
    length,
    stretches,
    union,
)

pytestmark = pytest.mark.django_db

#: Few ends, so that stretches often touch; sometimes far apart.
position = st.one_of(st.integers(0, 12), st.integers(0, 2**31 - 1))
stretch = st.tuples(st.sampled_from([0, 1, 2, 2**31 - 1]), position, position).map(
    lambda item: (item[0], *sorted(item[1:]))
)
many = st.lists(stretch, max_size=20)
walks = st.lists(st.tuples(stretch, st.integers(0, 9)), max_size=25)
asking = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

ALGEBRA = """
WITH a AS (
    SELECT segment, range_agg(int4range(low, high)) AS covered
    FROM unnest(%s::int[], %s::int[], %s::int[]) AS t (segment, low, high) GROUP BY segment
), b AS (
    SELECT segment, range_agg(int4range(low, high)) AS covered
    FROM unnest(%s::int[], %s::int[], %s::int[]) AS t (segment, low, high) GROUP BY segment
), both_sets AS (
    SELECT segment, coalesce(a.covered, '{}') AS a, coalesce(b.covered, '{}') AS b
    FROM a FULL JOIN b USING (segment)
)
SELECT segment, a + b, a * b, a - b, b - a FROM both_sets ORDER BY segment
"""

COVERED = """
SELECT window_number, segment, range_agg(int4range(low, high))
FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[]) AS t (segment, low, high, day)
JOIN unnest(%s::int[], %s::int[]) WITH ORDINALITY AS w (first, last, window_number)
ON day BETWEEN first AND last GROUP BY window_number, segment ORDER BY window_number, segment
"""

Rows = list[tuple[int, int, int]]


def of(rows: Rows) -> Stretches:
    return stretches(*np.array(rows, dtype=np.int64).reshape(-1, 3).T)


def listed(a: Stretches) -> Rows:
    return [(int(s), int(start), int(end)) for s, start, end in zip(*a, strict=True)]


def asked(sql: str, *parameters: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [p.tolist() if isinstance(p, np.ndarray) else p for p in parameters])
        return cursor.fetchall()


def pieces(rows: list[tuple], column: int = 1) -> Rows:
    return [(row[0], piece.lower, piece.upper) for row in rows for piece in row[column]]


def covered(a: Stretches, day: np.ndarray, windows: list[tuple[int, int]]) -> list[Rows]:
    """What was covered from the first to the last day of each window."""
    rows = asked(COVERED, *a, day, *map(list, zip(*windows, strict=True)))
    return [
        pieces([row[1:] for row in rows if row[0] == number + 1]) for number in range(len(windows))
    ]


def lengths(sets: list[Rows]) -> list[int]:
    return [sum(end - start for _, start, end in rows) for rows in sets]


@asking
@given(many, many)
def test_the_algebra_is_that_of_multiranges(a, b):
    a, b = of(a), of(b)
    rows = asked(ALGEBRA, *a, *b)
    assert listed(union(a, b)) == pieces(rows, 1)
    assert listed(intersection(a, b)) == pieces(rows, 2)
    assert listed(difference(a, b)) == pieces(rows, 3)
    assert listed(complement(a, b)) == pieces(rows, 4)
    assert [length(union(a, b))] == lengths([pieces(rows, 1)])


@asking
@given(walks)
def test_last_seen_knows_every_window(walks):
    a, day = of([walk for walk, _ in walks]), np.array([day for _, day in walks], dtype=np.int64)
    seen = last_seen(a, day)
    expected = covered(a, day, [(since, 9) for since in range(11)])
    assert [listed(seen.covered(since)) for since in range(11)] == expected
    assert seen.lengths(range(11)).tolist() == lengths(expected)


@asking
@given(st.lists(walks, max_size=5))
def test_a_history_knows_every_past_day_in_whatever_order_the_walks_arrive(batches):
    history = History.of(of([]), [])
    for batch in batches:
        history = history.add(of([walk for walk, _ in batch]), [day for _, day in batch])
    everything = [row for batch in batches for row in batch]
    a = of([walk for walk, _ in everything])
    day = np.array([day for _, day in everything], dtype=np.int64)
    expected = covered(a, day, [(last - 2, last) for last in range(-1, 14)])
    found = [listed(history.as_of(last).covered(last - 2)) for last in range(-1, 14)]
    assert found == expected
    assert history.series(-1, 13, 3).tolist() == lengths(expected)
