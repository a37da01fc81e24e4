"""Which metres of street a lamp lights: stretches of segments within its reach.

A lamp lights the ground in a circle around its pole. Where the circle cuts a straight piece of a
segment is a quadratic equation; the pieces near each lamp come from an index over all pieces.
Nothing here knows of walls: light is taken to pass as far as it reaches.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from spatial.intervals import Stretches, stretches, union

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def lit(lines: Sequence[shapely.LineString], xy: ArrayLike, reach: ArrayLike) -> Stretches:
    """The stretches of the lines that lie within reach of any lamp, as a normal set.

    ``lines`` in metres of one plane, the segment's number being its place; xy (L, 2) and reach
    (L,) metres, in the same plane. Positions are decimetres along the line, rounded to the
    nearest. Memory is linear in the pieces of the lines and the pairs of lamps and pieces that
    meet. Raises ValueError where lamps and reaches differ in number, or a reach is negative.
    """
    centre = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    radius = np.asarray(reach, dtype=np.float64).reshape(-1)
    if len(centre) != len(radius):
        raise ValueError("each lamp needs a reach")
    if np.any(radius < 0) or not np.all(np.isfinite(radius)):
        raise ValueError("a reach is a length")
    segment, start, begin, end = _pieces(lines)
    if not len(segment) or not len(centre):
        return stretches([], [], [])
    tree = shapely.STRtree(shapely.linestrings(np.stack((begin, end), axis=1)))
    lamp, piece = tree.query(shapely.points(centre), predicate="dwithin", distance=radius)
    first, last = _cut(begin[piece], end[piece], centre[lamp], radius[lamp])
    along = start[piece]
    whole = np.rint(shapely.length(np.asarray(lines, dtype=object)) * 10).astype(np.int64)
    from_dm = np.rint((along + first) * 10).astype(np.int64)
    to_dm = np.minimum(np.rint((along + last) * 10).astype(np.int64), whole[segment[piece]])
    real = to_dm > from_dm
    return union(stretches(segment[piece][real], from_dm[real], to_dm[real]))


def _pieces(lines: Sequence[shapely.LineString]) -> tuple[Ints, Floats, Floats, Floats]:
    """Straight pieces: segment (P,), metres from its start (P,), both ends (P, 2)."""
    points, owner = shapely.get_coordinates(np.asarray(lines, dtype=object), return_index=True)
    together = owner[:-1] == owner[1:]
    begin, end = points[:-1][together], points[1:][together]
    segment = owner[:-1][together]
    length = np.hypot(*(end - begin).T)
    total = np.concatenate(([0.0], np.cumsum(length)))[:-1]
    if not len(segment):
        return segment, total, begin, end
    fresh = np.concatenate(([True], segment[1:] != segment[:-1]))
    base = total[fresh][np.cumsum(fresh) - 1]
    return segment, total - base, begin, end


def _cut(begin: Floats, end: Floats, centre: Floats, radius: Floats) -> tuple[Floats, Floats]:
    """Metres from the beginning of each piece at which it enters and leaves its circle."""
    way = end - begin
    length = np.hypot(*way.T)
    safe = np.where(length > 0, length, 1.0)
    unit = way / safe[:, None]
    beside = centre - begin
    middle = (beside * unit).sum(axis=1)
    apart = beside[:, 0] * unit[:, 1] - beside[:, 1] * unit[:, 0]
    half = np.sqrt(np.maximum(radius**2 - apart**2, 0.0))
    return np.clip(middle - half, 0.0, length), np.clip(middle + half, 0.0, length)
