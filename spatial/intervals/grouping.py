"""Inner loops: stretches grouped by segment, joined, and summed.

Within a segment a stretch is one integer, ``start << 32 | end``, so that it moves and sorts as one.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Column = NDArray[Any]

_LOW = (1 << 32) - 1


@njit(cache=True)
def group(
    segment: Ints, start: Ints, end: Ints, time: Ints, segments: int
) -> tuple[Ints, Ints, Ints]:
    """Counting sort by segment: bounds (segments + 1,), packed stretches, their times.

    ``time`` may be empty. Empty stretches are left out; the order within a segment is kept.
    O(n + segments).
    """
    first = np.zeros(segments + 2, dtype=np.int64)
    for i in range(len(segment)):
        if start[i] < end[i]:
            first[segment[i] + 2] += 1
    for s in range(segments):
        first[s + 2] += first[s + 1]
    filled = first[segments + 1]
    packed = np.empty(filled, dtype=np.int64)
    when = np.empty(filled if len(time) else 0, dtype=np.int64)
    for i in range(len(segment)):
        if start[i] < end[i]:
            at = first[segment[i] + 1]
            first[segment[i] + 1] += 1
            packed[at] = start[i] << 32 | end[i]
            if len(time):
                when[at] = time[i]
    return first[: segments + 1], packed, when


@njit(cache=True)
def sweep(first: Ints, packed: Ints) -> tuple[Ints, Ints]:
    """Join what overlaps or touches within each segment: segment and packed stretch of each piece.

    Sorts ``packed`` in place. O(n log n).
    """
    segment = np.empty(len(packed), dtype=np.int64)
    joined = np.empty(len(packed), dtype=np.int64)
    found = 0
    for s in range(len(first) - 1):
        if first[s] == first[s + 1]:
            continue
        mine = packed[first[s] : first[s + 1]]
        mine.sort()
        start, reach = mine[0] >> 32, mine[0] & _LOW
        for i in range(1, len(mine)):
            opens, closes = mine[i] >> 32, mine[i] & _LOW
            if opens > reach:
                segment[found], joined[found] = s, start << 32 | reach
                found += 1
                start = opens
            reach = max(reach, closes)
        segment[found], joined[found] = s, start << 32 | reach
        found += 1
    return segment[:found].copy(), joined[:found].copy()


@njit(cache=True)
def by_class(start: Ints, end: Ints, time: Ints, since: Ints) -> Ints:
    """(W + 1,) length of the pieces by the number of ``since`` (W,) ascending not after them."""
    found = np.zeros(len(since) + 1, dtype=np.int64)
    for i in range(len(time)):
        w = np.searchsorted(since, time[i], side="right")
        found[w] += end[i] - start[i]
    return found


@njit(cache=True)
def by_day(
    start: Column, end: Column, since: Column, until: Column, window: int, first: int, change: Ints
) -> None:
    """Add to ``change`` (D + 1,) by how much the length seen within ``window`` grows each day."""
    last = first + len(change) - 1
    for i in range(len(since)):
        seen = np.int64(since[i])
        low = max(seen, np.int64(first))
        high = min(np.int64(until[i]), seen + np.int64(window), np.int64(last))
        if low < high:
            change[low - first] += end[i] - start[i]
            change[high - first] -= end[i] - start[i]
