"""Drawn vertices brought on to the lines that cells should be bounded by."""

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

#: A vertex this near to a line (metres) is meant to lie on it; one this near to a line's vertex,
#: a junction or a bend, is meant to be that.
NEAR, NEAR_VERTEX = 8.0, 4.0


def snapped(
    xy: ArrayLike, lines: NDArray[np.object_], *, keep: ArrayLike = (), within: float = 0.05
) -> NDArray[np.float64]:
    """The positions (N, 2) in metres, each on the nearest of the lines (L,) if one is near.

    Positions ``within`` so many metres of one to ``keep`` (K, 2) stay where they are.
    """
    places = np.asarray(xy, dtype=np.float64).reshape(-1, 2).copy()
    if len(lines) == 0 or len(places) == 0:
        return places
    points = shapely.points(places)
    fixed = np.asarray(keep, dtype=np.float64).reshape(-1, 2)
    free = np.ones(len(places), dtype=bool)
    if len(fixed):
        free = ~shapely.dwithin(shapely.multipoints(fixed), points, within)
    asked, found = shapely.STRtree(lines).query_nearest(
        points, max_distance=NEAR, all_matches=False
    )
    for at, line in zip(asked.tolist(), lines[found], strict=True):
        if not free[at]:
            continue
        vertices = shapely.multipoints(shapely.get_coordinates(line))
        near = shapely.shortest_line(points[at], vertices)
        if shapely.length(near) > NEAR_VERTEX:
            near = shapely.shortest_line(points[at], line)
        places[at] = shapely.get_coordinates(near)[-1]
    return places
