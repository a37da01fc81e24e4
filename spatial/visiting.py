"""In which order to call at doors: what is urgent first, and each part a short walk.

An open walk through all stops with its start given, in classes of urgency that stay in order (a
travelling salesman's path with precedence between groups). Nearest neighbour makes a first order;
2-opt (Croes 1958) and Or-opt of one to three stops, both ways round (Or 1976), better it within
each group until no move helps, counting the ways from one group to the next. Distances are
symmetric: feet go both ways on every street.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import shapely

from spatial.network import Floats, Ints, Network
from spatial.walks.pieces import Pieces, cut
from spatial.walks.routes import table

#: What a walk takes against the straight line where no street is known; between the grid's 1.27
#: and the 1.2 to 1.4 measured in towns.
DETOUR = 1.3
#: Less than this (metres) is no gain: rounding alone must not keep the search going.
_GAIN = 1e-6


def straight_between(xy: npt.ArrayLike) -> Floats:
    """(n, 2) metres -> (n, n) metres as the crow flies, times ``DETOUR``."""
    points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    gap = points[:, None, :] - points[None, :, :]
    between: Floats = np.hypot(gap[..., 0], gap[..., 1]) * DETOUR
    return between


def metres_between(network: Network, xy: npt.ArrayLike) -> Floats:
    """(n, 2) metres -> (n, n) metres to walk along the network, symmetric, with a diagonal of 0.

    Each stop is joined to the nearest point of the network by a straight line. Where no way
    leads, or nothing is known of streets, `straight_between` answers.
    """
    points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    straight = straight_between(points)
    if len(network) == 0 or len(points) < 2:
        return straight
    lines = np.array([network.line(edge) for edge in range(len(network))], dtype=object)
    stops = shapely.points(points)
    edge = shapely.STRtree(lines).nearest(stops)
    off = shapely.distance(lines[edge], stops)
    along = shapely.line_locate_point(lines[edge], stops)
    nothing = Pieces(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    links = cut(
        network,
        nothing,
        worth=np.zeros(0),
        barred=nothing,
        cost=np.ones(len(network)),
        places=list(zip(edge.tolist(), along.tolist(), strict=True)),
    )
    nodes, stop_node = np.unique(links.place_node, return_inverse=True)
    known = table(links.adjacency(), links.effort, nodes)[np.ix_(stop_node, stop_node)]
    between: Floats = np.where(np.isfinite(known), known + off[:, None] + off[None, :], straight)
    np.fill_diagonal(between, 0.0)
    # Which of two equal ways is added up first differs in the last digit.
    return (between + between.T) / 2


def short_walk(
    between: Floats, group: npt.ArrayLike, *, from_start: npt.ArrayLike | None = None
) -> Ints:
    """The n stops in the order of a short walk: all of group 0 first, then group 1 …

    ``between`` (n, n) are metres between stops, symmetric and finite; ``group`` (n,) whole
    numbers, in any order; ``from_start`` (n,) metres from where the walk begins to each stop, None
    where it may begin anywhere. The same input gives the same order. O(n²) for each round of
    moves. Raises ValueError for shapes that do not fit, or metres that are not finite.
    """
    group = np.asarray(group, dtype=np.int64).reshape(-1)
    count = len(group)
    first = np.zeros(count) if from_start is None else np.asarray(from_start, dtype=np.float64)
    if between.shape != (count, count) or first.shape != (count,):
        raise ValueError(f"{count} stops do not fit metres of shape {between.shape}.")
    if not (np.isfinite(between).all() and np.isfinite(first).all()):
        raise ValueError("All stops must be finite metres apart.")
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    ranks = np.unique(group, return_inverse=True)[1]
    metres = np.zeros((count + 1, count + 1))
    metres[:count, :count] = between
    metres[count, :count] = metres[:count, count] = first
    ends = np.cumsum(np.bincount(ranks)).astype(np.int64)
    found: Any = _order(metres, np.argsort(ranks, kind="stable").astype(np.int64), ends)
    return found


def length(
    between: Floats, order: npt.ArrayLike, *, from_start: npt.ArrayLike | None = None
) -> float:
    """Metres of the walk in that order, from its start where one is given."""
    order = np.asarray(order, dtype=np.int64)
    if len(order) == 0:
        return 0.0
    first = 0.0 if from_start is None else float(np.asarray(from_start)[order[0]])
    return first + float(between[order[:-1], order[1:]].sum())


@numba.njit(cache=True)
def _order(metres, stops, ends):
    """Stops sorted by group, which end at ``ends`` -> walking order. Node n is the start."""
    n = len(stops)
    path = np.empty(n + 1, np.int64)
    path[0] = n
    path[1:] = stops
    low = 1
    for end in ends:
        for k in range(low, end + 1):
            nearest = k
            for other in range(k + 1, end + 1):
                if metres[path[k - 1], path[other]] < metres[path[k - 1], path[nearest]]:
                    nearest = other
            path[k], path[nearest] = path[nearest], path[k]
        low = end + 1
    better = True
    while better:
        better = False
        low = 1
        for end in ends:
            while _turned(metres, path, low, end) or _moved(metres, path, low, end):
                better = True
            low = end + 1
    return path[1:]


@numba.njit(cache=True, inline="always")
def _step(metres, path, k):
    """Metres from position k to the next; the walk may end anywhere."""
    return 0.0 if k + 1 >= len(path) else metres[path[k], path[k + 1]]


@numba.njit(cache=True, inline="always")
def _flip(path, i, j):
    while i < j:
        path[i], path[j] = path[j], path[i]
        i += 1
        j -= 1


@numba.njit(cache=True)
def _turned(metres, path, low, high):
    """2-opt: positions i..j within low..high the other way round; whether a move was made."""
    made = False
    for i in range(low, high):
        for j in range(i + 1, high + 1):
            before = metres[path[i - 1], path[i]] + _step(metres, path, j)
            after = metres[path[i - 1], path[j]]
            if j + 1 < len(path):
                after += metres[path[i], path[j + 1]]
            if after < before - _GAIN:
                _flip(path, i, j)
                made = True
    return made


@numba.njit(cache=True)
def _moved(metres, path, low, high):
    """Or-opt: one to three stops to another place of their group; whether a move was made."""
    for size in range(1, 4):
        for i in range(low, high - size + 2):
            j = i + size - 1
            left = metres[path[i - 1], path[i]] + _step(metres, path, j)
            if j + 1 < len(path):
                left -= metres[path[i - 1], path[j + 1]]
            for k in range(low - 1, high + 1):
                if i - 1 <= k <= j:
                    continue
                gap = _step(metres, path, k)
                for turned in range(2):
                    first, last = (path[j], path[i]) if turned else (path[i], path[j])
                    added = metres[path[k], first] - gap
                    if k + 1 < len(path):
                        added += metres[last, path[k + 1]]
                    if added < left - _GAIN:
                        if turned:
                            _flip(path, i, j)
                        _shift(path, i, j, k)
                        return True
    return False


@numba.njit(cache=True, inline="always")
def _shift(path, i, j, k):
    """Move positions i..j behind position k: three reversals of what lies between."""
    low, middle, high = (k + 1, i - 1, j) if k < i else (i, j, k)
    _flip(path, low, middle)
    _flip(path, middle + 1, high)
    _flip(path, low, high)
