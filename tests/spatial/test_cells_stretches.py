"""Which stretch of a street lies in which cell.

::

    20 +------+------+
       |  2   |  3   |
    10 +------+------+      cells 0 … 3, 10 m × 10 m, metres
       |  0   |  1   |
     0 +------+------+
       0     10     20
"""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, box

from spatial.cells import metres_in, stretches

CELLS = np.array([box(0, 0, 10, 10), box(10, 0, 20, 10), box(0, 10, 10, 20), box(10, 10, 20, 20)])


def cut(*lines: list[tuple[float, float]]) -> list[list[int]]:
    drawn = np.array([LineString(line) for line in lines], dtype=object)
    length = np.rint(shapely.length(drawn) * 100).astype(int)
    return stretches(drawn, length, CELLS).tolist()


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ([(1, 1), (9, 1)], [[0, 0, 0, 80]]),
        ([(1, 5), (19, 5)], [[0, 0, 0, 90], [0, 1, 90, 180]]),
        ([(19, 5), (1, 5)], [[0, 1, 0, 90], [0, 0, 90, 180]]),
        ([(10, 1), (10, 19)], [[0, 0, 0, 90], [0, 2, 90, 180]]),
        ([(10, 19), (10, 1)], [[0, 3, 0, 90], [0, 1, 90, 180]]),
        ([(0, 10), (20, 10)], [[0, 2, 0, 100], [0, 3, 100, 200]]),
        ([(0, 1), (0, 9)], [[0, 0, 0, 80]]),
        ([(0, 9), (0, 1)], [[0, 0, 0, 80]]),
        ([(-3, 5), (5, 5)], [[0, 0, 0, 80]]),
        ([(15, 5), (25, 5), (25, 15), (15, 15)], [[0, 1, 0, 200], [0, 3, 200, 300]]),
        ([(40, 5), (50, 5)], [[0, 1, 0, 100]]),
        ([(1, 1), (1.005, 1)], [[0, 0, 0, 1]]),
    ],
    ids=[
        "inside one cell", "across a border", "across it backwards",
        "north along a border: the west side is left", "south along it: the east side is left",
        "east along borders", "along the outline", "along the outline, the outside to its left",
        "in from outside", "out and in elsewhere", "wholly outside", "half a centimetre",
    ],
)  # fmt: skip
def test_a_line_is_cut_at_borders(line: list[tuple[float, float]], rows: list[list[int]]) -> None:
    found = cut(line)
    assert [row[:2] for row in found] == [row[:2] for row in rows]
    for got, wanted in zip(found, rows, strict=True):
        assert got[2:] == pytest.approx(wanted[2:], abs=51 if len(line) == 4 else 1)


def test_stored_lengths_count_even_where_the_plane_differs() -> None:
    line = np.array([LineString([(1, 5), (19, 5)])], dtype=object)
    assert stretches(line, np.array([1803]), CELLS).tolist() == [[0, 0, 0, 90], [0, 1, 90, 181]]


def test_a_street_a_hair_off_the_border_does_not_flicker() -> None:
    line = [(10 + 0.02 * (-1) ** at, 1.0 + at) for at in range(9)]
    assert [row[1] for row in cut(line)] == [0]


coordinate = st.integers(-2, 22)


@given(st.lists(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=6), min_size=1))
def test_the_stretches_of_a_line_tile_it(lines: list) -> None:
    lines = [line for line in lines if len(set(line)) > 1]
    drawn = np.array([LineString(line) for line in lines], dtype=object)
    centimetres = np.rint(shapely.length(drawn) * 100).astype(int)
    rows = stretches(drawn, centimetres, CELLS)
    for number, length in enumerate(centimetres):
        own = rows[rows[:, 0] == number]
        assert own[0, 2] == 0
        assert own[-1, 3] == -(-length // 10)
        assert (own[1:, 2] == own[:-1, 3]).all()
        assert (own[1:, 1] != own[:-1, 1]).all()


@given(st.lists(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=6), min_size=1))
def test_metres_looked_at_add_up_to_the_lines(lines: list) -> None:
    drawn = np.array([LineString(line) for line in lines], dtype=object)
    assert metres_in(drawn, CELLS).sum() == pytest.approx(shapely.length(drawn).sum())


def test_metres_looked_at_are_those_of_the_stretches() -> None:
    """Zigzags of some hundred metres: straight through, along borders, in and out by the outline.

    A border is crossed somewhere within a step, so that much is the difference at each crossing.
    """
    wide = shapely.transform(CELLS, lambda xy: 40 * xy)
    lines = np.array(
        [
            LineString([(10, 10), (790, 790)]),
            LineString([(10, 300), (430, 300), (430, 500), (10, 500)]),
            LineString([(400, 10), (400, 790)]),
            LineString([(-60, 100), (350, 100), (350, -60)]),
            LineString([(100, 410), (250, 395), (391, 412), (700, 399)]),
        ],
        dtype=object,
    )
    rows = stretches(lines, np.rint(shapely.length(lines) * 100).astype(int), wide)
    exact = np.bincount(rows[:, 1], (rows[:, 3] - rows[:, 2]) / 10, minlength=4)
    crossings = (np.diff(rows[:, 0]) == 0).sum()
    assert metres_in(lines, wide) == pytest.approx(exact, abs=crossings * 1.0 + 0.5)
