"""When each point was last covered, and how much was covered how recently."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spatial.intervals import grouping, painting
from spatial.intervals.sets import Ints, Stretches, dense, joined, overlay, union, unpack


class LastSeen(NamedTuple):
    """Sorted disjoint stretches (n,) and the latest time (n,) each was covered.

    Neighbours that touch differ in time, which makes it the only one that says the same. It
    holds 32 bytes for each piece, and never more pieces than twice the stretches it was made of.
    """

    on: Stretches
    time: Ints

    def add(self, a: Stretches, time: ArrayLike) -> "LastSeen":
        """With more coverings, of any time: the same as if all had been there from the start.

        What was covered before is not needed again: O(pieces + new). Raises ValueError.
        """
        return last_seen(
            joined((self.on, a)), np.concatenate((self.time, covering_times(time, len(a.start))))
        )

    def merge(self, other: "LastSeen") -> "LastSeen":
        """The later of both at each point; associative and commutative."""
        return self.add(other.on, other.time)

    def covered(self, since: int) -> Stretches:
        """The normal set of the points covered at ``since`` or later."""
        recent = self.time >= since
        return union(Stretches(*(column[recent] for column in self.on)))

    def within(self, area: Stretches) -> "LastSeen":
        """Only what lies in the area (any set)."""
        piece, _of, common = overlay(self.on, union(area))
        return LastSeen(common, self.time[piece])

    def lengths(self, since: ArrayLike) -> Ints:
        """(W,) decimetres covered at each of ``since`` (W,) or later. One pass for all of them."""
        bounds = np.asarray(since, dtype=np.int64).ravel()
        order = np.argsort(bounds, kind="stable")
        windows = grouping.by_class(self.on.start, self.on.end, self.time, bounds[order])
        found = np.empty(len(bounds), dtype=np.int64)
        found[order] = windows[::-1].cumsum()[::-1][1:]
        return found

    def classes(self, now: int, ages: ArrayLike, extent: Stretches) -> Ints:
        """(K + 2,) decimetres of ``extent`` by freshness class: ages up to the first of ``ages``
        (K,) ascending, up to the next, …, older than the last, and never covered.

        Together they are the whole extent. Raises ValueError where the ages do not ascend.
        """
        limits = np.asarray(ages, dtype=np.int64).ravel()
        if np.any(np.diff(limits) <= 0):
            raise ValueError("ages must ascend")
        whole = union(extent)
        inside = self.within(whole)
        seen = inside.lengths(now - limits)
        ever = int((inside.on.end - inside.on.start).sum())
        total = int((whole.end - whole.start).sum())
        return np.diff(np.concatenate(([0], seen, [ever, total])))


def covering_times(time: ArrayLike, count: int) -> Ints:
    """One time for each stretch; raises ValueError where they are not as many."""
    when = np.asarray(time, dtype=np.int64).ravel()
    if len(when) != count:
        raise ValueError("each stretch needs a time")
    return when


def last_seen(a: Stretches, time: ArrayLike) -> LastSeen:
    """When each point was last covered; ``time`` is one integer for each stretch of ``a``.

    Linear in the input but for the pieces p that lie on one segment at a time: O(n · (log p + p))
    at worst; fastest where the stretches come in order of time. Memory linear in the input.
    Raises ValueError where the times are not as many as the stretches.
    """
    when = covering_times(time, len(a.start))
    index, count, ids = dense(a.segment)
    segment, packed, latest = painting.paint(*grouping.group(index, a.start, a.end, when, count))
    return LastSeen(unpack(segment, packed, ids), latest)
