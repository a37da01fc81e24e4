"""When each point was last covered, as it was known on any past day.

A point that was covered on days 3 and 8 was last seen on day 3 from day 3 until day 8, and on day
8 since: a rectangle of points and days (the transaction-time half of a bitemporal table, Snodgrass
1999). Every question about the past is a question about these rectangles, and they never overlap.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.intervals import grouping, painting
from spatial.intervals.seen import LastSeen, covering_times, last_seen
from spatial.intervals.sets import Ints, Stretches, dense, joined, overlay, union, unpack

Small = NDArray[np.int32]

_LIMIT = (1 << 31) - 1


class Replaced(NamedTuple):
    """Stretches that were last seen on ``since`` until they were walked again on ``until``.

    Five int32 columns (n,), 20 bytes a row.
    """

    segment: Small
    start: Small
    end: Small
    since: Small
    until: Small

    def rows(self, chosen: NDArray[np.bool_] | Ints) -> "Replaced":
        return Replaced(*(column[chosen] for column in self))

    def on(self) -> Stretches:
        return Stretches(*(column.astype(np.int64) for column in self[:3]))


class History(NamedTuple):
    """``now``, and what each ``add`` replaced. Times are days, or any unit that fits in 32 bits.

    n coverings leave at most 3n replaced stretches: at most 60 bytes a covering beside ``now``,
    whatever their order. Nothing is forgotten, and nothing can be taken back: after a walk is
    deleted, build it anew.
    """

    now: LastSeen
    replaced: tuple[Replaced, ...] = ()

    @classmethod
    def of(cls, a: Stretches, time: ArrayLike) -> "History":
        """Built from coverings in any order. O(n log n) but for segments of very many pieces."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(last_seen(Stretches(nothing, nothing, nothing), nothing)).add(a, time)

    def add(self, a: Stretches, time: ArrayLike) -> "History":
        """With more coverings, usually of a new day: O(pieces + new).

        Coverings earlier than what was already seen on their segment (a tablet that was long
        without network) are sorted in: those segments alone are computed again. Raises ValueError
        for times beyond 32 bits, or not as many as the stretches.
        """
        when = covering_times(time, len(a.start))
        if when.size and max(-int(when.min()), int(when.max())) >= _LIMIT:
            raise ValueError("times must fit in 32 bits")
        replaced = self.replaced
        now = self.now.add(a, when)
        late = _late(self.now, a, when)
        seeds, fresh, fresh_time = self.now, a, when
        if len(late):
            again = [chunk.rows(np.isin(chunk.segment, late)) for chunk in replaced]
            replaced = tuple(chunk.rows(~np.isin(chunk.segment, late)) for chunk in replaced)
            mine = np.isin(seeds.on.segment, late)
            fresh = joined([a, _rows(seeds.on, mine), *(chunk.on() for chunk in again)])
            fresh_time = np.concatenate([when, seeds.time[mine], *(chunk.since for chunk in again)])
            seeds = LastSeen(_rows(seeds.on, ~mine), seeds.time[~mine])
        found = _replaced(seeds, fresh, fresh_time)
        return History(now, (*replaced, found) if len(found.since) else replaced)

    def as_of(self, time: int) -> LastSeen:
        """When each point was last covered, as of that time and including it."""
        then = [chunk.rows((chunk.since <= time) & (time < chunk.until)) for chunk in self.replaced]
        still = self.now.time <= time
        on = joined([_rows(self.now.on, still), *(chunk.on() for chunk in then)])
        seen = np.concatenate([self.now.time[still], *(chunk.since for chunk in then)])
        return last_seen(on, seen)

    def series(self, first: int, last: int, window: int) -> Ints:
        """(last - first + 1,) decimetres covered in the ``window`` days that end on each day.

        O(replaced + pieces + days), one pass whatever the number of days.
        """
        change = np.zeros(last - first + 2, dtype=np.int64)
        for chunk in self.replaced:
            grouping.by_day(chunk.start, chunk.end, chunk.since, chunk.until, window, first, change)
        on, time = self.now
        never = np.full(len(time), 2 * _LIMIT, dtype=np.int64)
        grouping.by_day(on.start, on.end, time, never, window, first, change)
        return change.cumsum()[:-1]

    def within(self, area: Stretches) -> "History":
        """Only what lies in the area (any set)."""
        whole = union(area)
        return History(
            self.now.within(whole), tuple(_within(chunk, whole) for chunk in self.replaced)
        )

    def split(self, group: Ints, groups: int) -> list["History"]:
        """One history for each group of segments; ``group`` (S,) is that of each segment number.

        O(n log n), however many groups.
        """
        order, cuts = _by_group(group[self.now.on.segment], groups)
        still = [
            LastSeen(_rows(self.now.on, rows), self.now.time[rows])
            for rows in np.split(order, cuts)
        ]
        replaced: list[list[Replaced]] = [[] for _ in range(groups)]
        for chunk in self.replaced:
            order, cuts = _by_group(group[chunk.segment], groups)
            for one, rows in zip(replaced, np.split(order, cuts), strict=True):
                one.append(chunk.rows(rows))
        return [History(now, tuple(of)) for now, of in zip(still, replaced, strict=True)]

    def size(self) -> int:
        """Bytes it holds."""
        still = sum(column.nbytes for column in (*self.now.on, self.now.time))
        return still + sum(column.nbytes for chunk in self.replaced for column in chunk)


def _rows(a: Stretches, chosen: NDArray[np.bool_] | Ints) -> Stretches:
    return Stretches(*(column[chosen] for column in a))


def _by_group(group: Ints, groups: int) -> tuple[Ints, Ints]:
    """The rows group after group, as they were within each, and where each but the first begins."""
    order = np.argsort(group, kind="stable")
    return order, np.searchsorted(group[order], np.arange(1, groups))


def _within(chunk: Replaced, area: Stretches) -> Replaced:
    row, _of, common = overlay(chunk.on(), area)
    segment, start, end = (column.astype(np.int32) for column in common)
    return Replaced(segment, start, end, chunk.since[row], chunk.until[row])


def _late(now: LastSeen, a: Stretches, when: Ints) -> Ints:
    """Segments on which a covering is earlier than what was already seen there."""
    if not len(when) or not len(now.time) or when.min() >= now.time.max():
        return np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.diff(now.on.segment, prepend=-1))
    segments, latest = now.on.segment[starts], np.maximum.reduceat(now.time, starts)
    at = np.minimum(np.searchsorted(segments, a.segment), len(segments) - 1)
    return np.unique(a.segment[(segments[at] == a.segment) & (when < latest[at])])


def _replaced(seeds: LastSeen, a: Stretches, when: Ints) -> Replaced:
    """What coverings, none earlier than the seeds of its segment, replace in order of time."""
    index, count, ids = dense(np.concatenate((seeds.on.segment, a.segment)))
    once, day = _once(Stretches(index[len(seeds.time) :], a.start, a.end), when, count)
    old = grouping.group(index[: len(seeds.time)], seeds.on.start, seeds.on.end, seeds.time, count)
    new = grouping.group(once.segment, once.start, once.end, day, count)
    segment, packed, since, until = painting.trace(*old, *new)
    on = unpack(segment, packed, ids)
    return Replaced(*(column.astype(np.int32) for column in (*on, since, until)))


def _once(a: Stretches, when: Ints, segments: int) -> tuple[Stretches, Ints]:
    """The normal set of each time, in order of time."""
    earliest = int(when.min(initial=_LIMIT))
    joined_up = union(Stretches((when - earliest) * segments + a.segment, a.start, a.end))
    day, segment = np.divmod(joined_up.segment, max(segments, 1))
    return Stretches(segment, joined_up.start, joined_up.end), day + earliest
