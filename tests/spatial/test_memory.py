"""Memory grows in step with the input: four times as much takes about four times the room.

Arrays that compiled kernels make for themselves are not seen here; by their source they are as
long as their input.
"""

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
import shapely

from spatial.fixes import clean
from spatial.intervals import (
    History,
    Stretches,
    complement,
    difference,
    intersection,
    last_seen,
    overlay,
    stretches,
    union,
)
from spatial.network import Network
from spatial.projection import LocalProjection

ROWS = 5_000


def walks(rows: int) -> tuple[Stretches, np.ndarray]:
    rng = np.random.default_rng(rows)
    ends = np.sort(rng.integers(0, 900, (2, rows)), axis=0)
    return stretches(rng.integers(0, rows // 20, rows), *ends), rng.integers(0, 30, rows)


def places(rows: int) -> np.ndarray:
    return np.random.default_rng(rows).uniform((24.9, 60.1), (25.0, 60.2), (rows, 2))


def clean_many(rows: int) -> object:
    steps = np.arange(rows, dtype=np.float64)
    return clean(np.column_stack([steps, steps]), steps, metres=True)


def network_of(rows: int) -> object:
    lines = shapely.linestrings([[(i, 0), (i, 1), (i + 1, 1)] for i in range(rows)])
    return Network.from_lines(lines).incidence


def points_of(rows: int) -> object:
    town = Network.from_lines(shapely.linestrings([[(i, 0), (i + 1, 0)] for i in range(rows)]))
    return town.points_at(np.arange(rows), np.full(rows, 0.5))


def add_a_day(rows: int) -> object:
    a, day = walks(rows)
    return History.of(a, day).add(a, day + 30)


TASKS: dict[str, Callable[[int], object]] = {
    "union": lambda rows: union(walks(rows)[0]),
    "intersection": lambda rows: intersection(walks(rows)[0], walks(rows + 1)[0]),
    "difference": lambda rows: difference(walks(rows)[0], walks(rows + 1)[0]),
    "complement": lambda rows: complement(walks(rows)[0], walks(rows + 1)[0]),
    "overlay": lambda rows: overlay(walks(rows)[0], union(walks(rows + 1)[0])),
    "last_seen": lambda rows: last_seen(*walks(rows)),
    "history": add_a_day,
    "series": lambda rows: History.of(*walks(rows)).series(0, 30, 7),
    "as of": lambda rows: History.of(*walks(rows)).as_of(15),
    "clean": clean_many,
    "network": network_of,
    "points": points_of,
    "projection": lambda rows: LocalProjection(24.9, 60.1).forward(places(rows)),
}


def peak(task: Callable[[int], object], rows: int) -> int:
    tracemalloc.start()
    try:
        task(rows)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", TASKS)
def test_four_times_the_rows_take_four_times_the_room(name: str) -> None:
    task = TASKS[name]
    task(100)  # compiles, imports and caches
    few, many = peak(task, ROWS), peak(task, 4 * ROWS)
    assert few > 8 * ROWS  # the measure sees the arrays
    assert many < 4.6 * few
