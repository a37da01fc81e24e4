"""The interval algebra over street segments: which stretches, how long, how long ago.

A stretch is [start, end) on a segment, in whole decimetres from the segment's first vertex; sets
of stretches are parallel integer arrays. A set is *normal* when it is sorted by segment and start
and its stretches are disjoint, not touching and not empty, which makes it the only one that
holds the same points. All results are exact, and deterministic whatever the order of the input.
Segment numbers and positions must lie in [0, 2**31); segment numbers are usually indices, not
database keys. Times are whole numbers of any unit, larger is later.

``union`` and its kin know what was walked; ``last_seen`` when it was walked last, to which later
walks are added without the earlier ones; ``History`` what that was at any time before. Memory is
linear in the input throughout: a stretch takes 24 bytes, one with its time 32, and what a function
holds beside is a fixed number of columns as long as what it was given or gives back.
"""

from spatial.intervals.history import History
from spatial.intervals.seen import LastSeen, last_seen
from spatial.intervals.sets import (
    Stretches,
    complement,
    difference,
    intersection,
    length,
    overlay,
    stretches,
    union,
)

__all__ = [
    "History",
    "LastSeen",
    "Stretches",
    "complement",
    "difference",
    "intersection",
    "last_seen",
    "length",
    "overlay",
    "stretches",
    "union",
]
