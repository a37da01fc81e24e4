"""The interval algebra over street segments: which stretches, how long, how long ago.

A stretch is [start, end) on a segment, in whole decimetres from the segment's first vertex; sets
of stretches are parallel integer arrays. A set is *normal* when it is sorted by segment and start
and its stretches are disjoint, not touching and not empty, which makes it the only one that
holds the same points. All results are exact, and deterministic whatever the order of the input.
Segment numbers and positions must lie in [0, 2**31); segment numbers are usually indices, not
database keys.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]

_SHIFT = 32
_LIMIT = 1 << 31


class Stretches(NamedTuple):
    """A set of stretches: three integer arrays of one length."""

    segment: Ints
    start: Ints
    end: Ints


def stretches(segment: ArrayLike, start: ArrayLike, end: ArrayLike) -> Stretches:
    """Check and convert three arrays of one length.

    Raises ValueError for arrays of unlike lengths, numbers outside [0, 2**31), or an end before
    its start.
    """
    found = Stretches(*(np.asarray(part, dtype=np.int64).ravel() for part in (segment, start, end)))
    if not len(found.segment) == len(found.start) == len(found.end):
        raise ValueError("segment, start and end must have one length")
    for part in found:
        if part.size and (part.min() < 0 or part.max() >= _LIMIT):
            raise ValueError("segments and positions must lie in [0, 2**31)")
    if np.any(found.end < found.start):
        raise ValueError("a stretch must not end before it starts")
    return found


def _line(a: Stretches) -> tuple[Ints, Ints]:
    """All segments laid end to end on one line, far enough apart never to touch."""
    base = a.segment << _SHIFT
    return base | a.start, base | a.end


def _unline(start: Ints, end: Ints) -> Stretches:
    mask = (1 << _SHIFT) - 1
    return Stretches(start >> _SHIFT, start & mask, end & mask)


def union(*sets: Stretches) -> Stretches:
    """The normal set of all points that lie in any of the sets. O(n log n)."""
    everything = Stretches(*(np.concatenate(parts) for parts in zip(*sets, strict=True)))
    start, end = _line(everything)
    filled = start < end
    start, end = start[filled], end[filled]
    if not start.size:
        return _unline(start, end)
    order = np.argsort(start, kind="stable")
    start, reach = start[order], np.maximum.accumulate(end[order])
    opens = np.concatenate(([True], start[1:] > reach[:-1]))
    closes = np.concatenate((opens[1:], [True]))
    return _unline(start[opens], reach[closes])


def overlay(a: Stretches, b: Stretches) -> tuple[Ints, Ints, Stretches]:
    """Every overlap of a stretch of ``a`` (any set) with one of ``b`` (sorted and disjoint).

    Returns the index into ``a``, the index into ``b``, and the common stretch, in the order of
    ``a`` and then of ``b``. O(n log n + overlaps).
    """
    a_start, a_end = _line(a)
    b_start, b_end = _line(b)
    first = np.searchsorted(b_end, a_start, side="right")
    last = np.searchsorted(b_start, a_end, side="left")
    count = np.where(a_start < a_end, np.maximum(last - first, 0), 0)
    in_a = np.repeat(np.arange(len(a_start)), count)
    rank = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    in_b = first[in_a] + rank
    common = _unline(np.maximum(a_start[in_a], b_start[in_b]), np.minimum(a_end[in_a], b_end[in_b]))
    filled = common.start < common.end
    return in_a[filled], in_b[filled], Stretches(*(part[filled] for part in common))


def intersection(a: Stretches, b: Stretches) -> Stretches:
    """The normal set of the points that lie in both."""
    return overlay(union(a), union(b))[2]


def complement(a: Stretches, extent: Stretches) -> Stretches:
    """The normal set of the points of ``extent`` that ``a`` leaves out."""
    whole, taken = union(extent), intersection(a, extent)
    whole_start, whole_end = _line(whole)
    taken_start, taken_end = _line(taken)
    owner = np.searchsorted(whole_start, taken_start, side="right")
    starts = np.insert(
        taken_end, np.searchsorted(owner, np.arange(1, len(whole_start) + 1)), whole_start
    )
    ends = np.insert(
        taken_start,
        np.searchsorted(owner, np.arange(1, len(whole_start) + 1), side="right"),
        whole_end,
    )
    filled = starts < ends
    return _unline(starts[filled], ends[filled])


def difference(a: Stretches, b: Stretches) -> Stretches:
    """The normal set of the points of ``a`` that are not in ``b``."""
    return complement(b, a)


def last_seen(a: Stretches, time: ArrayLike) -> tuple[Stretches, Ints]:
    """When each point was last covered.

    ``time`` is one integer for each stretch of ``a`` (any unit, larger is later). Returns sorted
    disjoint stretches and their latest time; neighbours with one time are joined. O(n log n),
    memory linear in the input.
    """
    when = np.asarray(time, dtype=np.int64).ravel()
    start, end = _line(a)
    if len(when) != len(start):
        raise ValueError("each stretch needs a time")
    filled = start < end
    start, end, when = start[filled], end[filled], when[filled]
    edges = np.unique(np.concatenate((start, end)))
    latest_first = np.argsort(-when, kind="stable")
    seen = _paint(
        np.searchsorted(edges, start[latest_first]),
        np.searchsorted(edges, end[latest_first]),
        when[latest_first],
        len(edges),
    )
    painted = np.flatnonzero(seen[:-1] != _UNSEEN) if edges.size else np.zeros(0, np.int64)
    opens = np.ones(len(painted), dtype=bool)
    opens[1:] = (np.diff(painted) > 1) | (np.diff(seen[painted]) != 0)
    closes = np.concatenate((opens[1:], np.ones(min(1, len(painted)), dtype=bool)))
    return _unline(edges[painted[opens]], edges[painted[closes] + 1]), seen[painted[opens]]


_UNSEEN = np.iinfo(np.int64).min


@njit(cache=True)
def _paint(first: Ints, last: Ints, when: Ints, pieces: int) -> Ints:
    """Paint pieces [first, last), the latest first; each piece keeps its first paint.

    ``free`` points past painted pieces (a union-find with path halving), so each is visited once.
    """
    seen = np.full(pieces, np.iinfo(np.int64).min, dtype=np.int64)
    free = np.arange(pieces + 1)
    for index in range(len(first)):
        piece = first[index]
        while True:
            while free[piece] != piece:
                free[piece] = free[free[piece]]
                piece = free[piece]
            if piece >= last[index]:
                break
            seen[piece] = when[index]
            free[piece] = piece + 1
    return seen
