"""Inner loops: coverings laid over each other, the later over the earlier.

Stretches come grouped by segment and packed, as in ``grouping``. The pieces of one segment are
three columns: start, end and time; sorted and disjoint.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Columns = tuple[Ints, Ints, Ints]

_LOW = (1 << 32) - 1


@njit(cache=True)
def _columns(rows: int) -> Columns:
    return (
        np.empty(rows, dtype=np.int64),
        np.empty(rows, dtype=np.int64),
        np.empty(rows, dtype=np.int64),
    )


@njit(cache=True)
def _wider(columns: Columns, used: int, needed: int) -> Columns:
    """Columns with room for ``needed`` more rows: the same, or copies twice as long or more."""
    if used + needed <= len(columns[0]):
        return columns
    room = max(2 * len(columns[0]), used + needed)
    new = _columns(room)
    for k in range(3):
        new[k][:used] = columns[k][:used]
    return new


@njit(cache=True)
def _reached(end: Ints, count: int, position: int) -> int:
    """The first piece that ends after the position. O(log count)."""
    low, high = 0, count
    while low < high:
        middle = (low + high) >> 1
        if end[middle] > position:
            high = middle
        else:
            low = middle + 1
    return low


@njit(cache=True)
def _splice(
    start: Ints, end: Ints, time: Ints, count: int, i: int, j: int, spare: Columns, new: int
) -> int:
    """Put the first ``new`` spare pieces in the place of pieces [i, j); the new count."""
    shift = new - (j - i)
    if shift > 0:
        for k in range(count - 1, j - 1, -1):
            start[k + shift], end[k + shift], time[k + shift] = start[k], end[k], time[k]
    elif shift < 0:
        for k in range(j, count):
            start[k + shift], end[k + shift], time[k + shift] = start[k], end[k], time[k]
    for k in range(new):
        start[i + k], end[i + k], time[i + k] = spare[0][k], spare[1][k], spare[2][k]
    return count + shift


@njit(cache=True)
def _lay(
    start: Ints, end: Ints, time: Ints, count: int, a: int, b: int, when: int, spare: Columns
) -> int:
    """Cover [a, b) at ``when``: pieces seen earlier give way, the others stay. The new count.

    The first ``count`` pieces are sorted and disjoint, before and after.
    """
    i = _reached(end, count, a)
    # Most often all of it is already seen at least as late.
    j = i
    cursor = a
    while j < count and start[j] <= cursor and time[j] >= when:
        cursor = end[j]
        if cursor >= b:
            return count
        j += 1
    j = i
    new = 0
    cursor = a
    while j < count and start[j] < b:
        if time[j] >= when:
            if cursor < start[j]:
                spare[0][new], spare[1][new], spare[2][new] = cursor, start[j], when
                new += 1
            spare[0][new], spare[1][new], spare[2][new] = start[j], end[j], time[j]
            new += 1
            cursor = max(cursor, end[j])
        else:
            if start[j] < a:
                spare[0][new], spare[1][new], spare[2][new] = start[j], a, time[j]
                new += 1
        j += 1
    right = j > i and end[j - 1] > b and time[j - 1] < when
    if cursor < b:
        spare[0][new], spare[1][new], spare[2][new] = cursor, b, when
        new += 1
    if right:
        spare[0][new], spare[1][new], spare[2][new] = b, end[j - 1], time[j - 1]
        new += 1
    return _splice(start, end, time, count, i, j, spare, new)


@njit(cache=True)
def _give(out: Columns, used: int, segment: int, pieces: Columns, count: int) -> int:
    """Append a segment's pieces, neighbours of one time joined; the rows used then."""
    begun = used
    for k in range(count):
        start, end, time = pieces[0][k], pieces[1][k], pieces[2][k]
        if used > begun and out[2][used - 1] == time and out[1][used - 1] & _LOW == start:
            out[1][used - 1] += end - start
        else:
            out[0][used], out[1][used], out[2][used] = segment, start << 32 | end, time
            used += 1
    return used


@njit(cache=True)
def _unbroken(start: Ints, end: Ints, time: Ints, count: int) -> tuple[int, int, int]:
    """From where to where pieces cover without a gap, and the earliest time there."""
    earliest = time[0]
    for k in range(1, count):
        if start[k] != end[k - 1]:
            return start[0], end[k - 1], earliest
        earliest = min(earliest, time[k])
    return start[0], end[count - 1], earliest


@njit(cache=True)
def paint(first: Ints, packed: Ints, when: Ints) -> tuple[Ints, Ints, Ints]:
    """Pieces of each segment with the latest time of each: segment, packed stretch, time.

    The last stretches of a segment go first: where the input is in order of time, most of the
    others then lie under later ones and change nothing. O(n · log p + n · p) at worst, with p
    pieces on a segment at a time.
    """
    most = 0
    for s in range(len(first) - 1):
        most = max(most, first[s + 1] - first[s])
    start, end, time = _columns(2 * most + 2)
    spare = _columns(2 * most + 2)
    out = _columns(len(packed) // 4 + 16)
    used = 0
    for s in range(len(first) - 1):
        count = 0
        low, high, earliest = 0, 0, 0
        for i in range(first[s + 1] - 1, first[s] - 1, -1):
            a, b = packed[i] >> 32, packed[i] & _LOW
            if low <= a and b <= high and when[i] <= earliest:
                continue
            count = _lay(start, end, time, count, a, b, when[i], spare)
            low, high, earliest = _unbroken(start, end, time, count)
        out = _wider(out, used, count)
        used = _give(out, used, s, (start, end, time), count)
    return out[0][:used].copy(), out[1][:used].copy(), out[2][:used].copy()


@njit(cache=True)
def trace(
    seed_first: Ints, seed: Ints, seed_time: Ints, first: Ints, packed: Ints, when: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """What later coverings replace: segment, packed stretch, seen since, and until.

    The seeds are the disjoint pieces seen before; the coverings of each segment come in order of
    time, none earlier than its seeds. Each covering adds one piece and cuts at most two, so there
    are at most three rows for each covering and one for each seed.
    """
    most = 0
    for s in range(len(first) - 1):
        most = max(most, first[s + 1] - first[s] + seed_first[s + 1] - seed_first[s])
    start, end, time = _columns(2 * most + 2)
    spare = _columns(2 * most + 2)
    out = _columns(len(packed) + 16)
    until = np.empty(len(out[0]), dtype=np.int64)
    used = 0
    for s in range(len(first) - 1):
        if first[s] == first[s + 1]:
            continue
        count = 0
        for i in range(seed_first[s], seed_first[s + 1]):
            start[count], end[count], time[count] = seed[i] >> 32, seed[i] & _LOW, seed_time[i]
            count += 1
        for i in range(first[s], first[s + 1]):
            a, b = packed[i] >> 32, packed[i] & _LOW
            out = _wider(out, used, count)
            if len(until) < len(out[0]):
                grown = np.empty(len(out[0]), dtype=np.int64)
                grown[:used] = until[:used]
                until = grown
            k = _reached(end, count, a)
            while k < count and start[k] < b:
                if time[k] < when[i]:
                    out[0][used], out[2][used], until[used] = s, time[k], when[i]
                    out[1][used] = max(start[k], a) << 32 | min(end[k], b)
                    used += 1
                k += 1
            count = _lay(start, end, time, count, a, b, when[i], spare)
    return out[0][:used].copy(), out[1][:used].copy(), out[2][:used].copy(), until[:used].copy()
