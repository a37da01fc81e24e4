"""Sets of stretches: union, intersection, difference, complement, length."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.intervals import grouping

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


def dense(segment: Ints) -> tuple[Ints, int, Ints | None]:
    """Segment numbers small enough to count by: the numbers, how many, and what they stand for.

    The last is None where the numbers are the segments themselves. O(n), or O(n log n) where the
    segment numbers are sparse.
    """
    count = int(segment.max(initial=-1)) + 1
    if count <= 4 * len(segment) + (1 << 16):
        return segment, count, None
    ids, index = np.unique(segment, return_inverse=True)
    return index, len(ids), ids


def unpack(segment: Ints, packed: Ints, ids: Ints | None) -> Stretches:
    """Stretches of packed integers as the kernels give them."""
    mask = (1 << _SHIFT) - 1
    return Stretches(segment if ids is None else ids[segment], packed >> _SHIFT, packed & mask)


def union(*sets: Stretches) -> Stretches:
    """The normal set of all points that lie in any of the sets. O(n log n)."""
    together = joined(sets)
    index, count, ids = dense(together.segment)
    first, packed, _when = grouping.group(
        index, together.start, together.end, np.zeros(0, dtype=np.int64), count
    )
    return unpack(*grouping.sweep(first, packed), ids)


def joined(sets: Sequence[Stretches]) -> Stretches:
    """The stretches of all the sets, one after the other."""
    if len(sets) == 1:
        return sets[0]
    return Stretches(*(np.concatenate(parts) for parts in zip(*sets, strict=True)))


def length(a: Stretches) -> int:
    """Decimetres of all the stretches together; those of a normal set are each counted once."""
    return int((a.end - a.start).sum())


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
