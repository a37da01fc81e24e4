"""A city's walks of 30 days: covered metres in windows, a day more, and any past day.

Segments are 80 m in the mean; half of the stretches are whole segments, the others lie anywhere.
The peers answer the same questions in the same run: PostgreSQL's multiranges, on one core, over a
table that is already loaded, and (for one union) a running maximum over one numpy sort.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from bench import scratch
from spatial.intervals import History, Stretches, last_seen, length, stretches, union

SEED = 20261122
DAYS = 30
WINDOWS = (1, 7, 30)
#: Stretches and segments.
SIZES = {"small": (200_000, 5_000), "full": (5_000_000, 125_000)}
TIMES = 3

Answer = TypeVar("Answer")

COVERED = """
SELECT coalesce(sum(upper(piece) - lower(piece)), 0) FROM (
    SELECT unnest(range_agg(int4range(low, high))) AS piece
    FROM walked WHERE day >= %s GROUP BY segment
) AS pieces
"""


def run(size: str) -> list[dict[str, Any]]:
    """Seconds and metres of the case ``city``; seconds are the best of three, on one core."""
    a, day = walks(*SIZES[size])
    since = [DAYS - days for days in WINDOWS]
    few = Stretches(*(column[:100] for column in a))
    History.of(few, day[:100]).add(few, day[:100] - 1).series(0, 1, 1)  # compiles
    last_seen(few, day[:100]).lengths(since)

    seen, load = _timed(lambda: last_seen(a, day))
    ours, after_load = _timed(lambda: seen.lengths(since))
    theirs, peer = multiranges(a, day, since)
    whole, joining = _timed(lambda: length(union(a)))
    cummax, sorting = _timed(lambda: running_maximum(a))
    if ours.tolist() != theirs or whole != cummax:
        raise AssertionError(f"not the same decimetres: {ours}, {theirs}; {whole}, {cummax}")
    postgres = ("PostgreSQL range_agg", peer)
    return [
        _row("seconds", load + after_load, "s", *postgres),
        _row("seconds_after_load", after_load, "s", *postgres),
        _row("metres_30_days", ours[-1] / 10, "m", "PostgreSQL range_agg", theirs[-1] / 10),
        _row("seconds_union", joining, "s", "numpy sort and running maximum", sorting),
        *_days(a, day),
    ]


def _days(a: Stretches, day: np.ndarray) -> list[dict[str, Any]]:
    """What a day more costs, and the history that any past day is read from."""
    last = day == DAYS - 1
    new, old = (Stretches(*(column[rows] for column in a)) for rows in (last, ~last))
    before = last_seen(old, day[~last])
    _seen, adding = _timed(lambda: before.add(new, day[last]))
    yesterday, building = _timed(lambda: History.of(old, day[~last]), times=1)
    history, following = _timed(lambda: yesterday.add(new, day[last]))
    _series, drawing = _timed(lambda: history.series(0, DAYS - 1, 7))
    _then, looking = _timed(lambda: history.as_of(DAYS // 2))
    return [
        _row("seconds_for_a_day", adding, "s"),
        _row("history_seconds", building, "s"),
        _row("history_seconds_for_a_day", following, "s"),
        _row("history_series_seconds", drawing, "s"),
        _row("history_as_of_seconds", looking, "s"),
        _row("history_bytes_per_walk", history.size() / len(day), "B"),
    ]


def _row(
    metric: str, value: float, unit: str, peer: str | None = None, peer_value: float | None = None
) -> dict[str, Any]:
    return {
        "case": "city",
        "metric": metric,
        "value": float(value),
        "unit": unit,
        "peer": peer,
        "peer_value": peer_value,
        "ratio": None if peer_value is None else value / peer_value,
    }


def _timed(answer: Callable[[], Answer], times: int = TIMES) -> tuple[Answer, float]:
    """The answer and the seconds of the fastest of several runs."""
    best = np.inf
    for _ in range(times):
        began = time.perf_counter()
        found = answer()
        best = min(best, time.perf_counter() - began)
    return found, best


def walks(count: int, segments: int) -> tuple[Stretches, np.ndarray]:
    """Stretches in order of time, as they arrive, and their days from 0."""
    rng = np.random.default_rng(SEED)
    metres = np.maximum(5, rng.gamma(2, 40, segments))
    segment = rng.integers(0, segments, count)
    limit = np.ceil(metres * 10).astype(np.int64)[segment]
    start, end = np.sort((rng.random((2, count)) * (limit + 1)).astype(np.int64), axis=0)
    whole = rng.random(count) < 0.5
    start, end = np.where(whole, 0, start), np.where(whole, limit, end)
    return stretches(segment, start, end), np.sort(rng.integers(0, DAYS, count))


def running_maximum(a: Stretches) -> int:
    """Decimetres of the union, the usual way: sort by start, keep the furthest end so far."""
    base = a.segment << 32
    order = np.argsort(base + a.start)
    start = (base + a.start)[order]
    reach = np.maximum.accumulate((base + a.end)[order])
    before = np.concatenate(([start[0]], reach[:-1]))
    return int((reach - np.maximum(start, before)).clip(0).sum())


def multiranges(a: Stretches, day: np.ndarray, since: list[int]) -> tuple[list[int], float]:
    """Decimetres in each window as PostgreSQL finds them, and its seconds for all windows."""
    with scratch.database():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")
            cursor.execute("SET work_mem = '512MB'")
            cursor.execute("CREATE TEMP TABLE walked (segment int, low int, high int, day int)")
            with cursor.copy("COPY walked FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(_binary(np.column_stack((*a, day))))
            cursor.execute("ANALYZE walked")

            def answer() -> list[int]:
                found = []
                for first in since:
                    cursor.execute(COVERED, [first])
                    found.append(int(cursor.fetchone()[0]))
                return found

            return _timed(answer)


def _binary(rows: np.ndarray) -> bytes:
    """Rows (n, k) of int4 columns in PostgreSQL's binary copy format."""
    columns = rows.shape[1]
    record = np.dtype(
        [("fields", ">i2"), ("of", [("size", ">i4"), ("value", ">i4")], (columns,))], align=False
    )
    packed = np.empty(len(rows), dtype=record)
    packed["fields"] = columns
    packed["of"]["size"] = 4
    packed["of"]["value"] = rows
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + packed.tobytes() + b"\xff\xff"
