"""Sidewalks and crossings mapped on their own, and the street that gets their metres.

A footway, path or cycleway *accompanies* a street where it runs beside it: within reach (wider
for main roads, which are drawn as one line in the middle), bearings within 25°, and for most of
its length. Tags (``footway=sidewalk``, ``is_sidepath`` …) make the reach longer and the share
smaller; without them a building, water or a tagged sidewalk in between, another name, or another
layer keep the two apart. A crossing accompanies the street it runs along, if any, else it lies on
the street it crosses and gets no metres of it. The outline of a square accompanies the streets
along it wherever it runs beside one, however short. What accompanies nothing stays a way of its
own.

The result is a list of *links*, linear in between::

    street    0 ─────────────── 60 ───────────── 120
    sidewalk      4 ─────────────────────── 97        (4 → 0, 97 → 120: corners reach the junction)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from grid.models.streets import StreetKind

STEP = 4.0
MAX_ANGLE = np.radians(25)
#: Metres that a sidewalk may end short of the junction it leads to.
CORNER = 12.0
#: How far past a street's end a point still counts as beside it.
_PAST_END = 6.0
_CROSSING_REACH = 15.0
_TOLERANCE = 1.5
#: Of its length that a way lies beside streets: with tags that say so, without, round a square.
_SHARE = (0.5, 0.7, 0.0)
#: Metres from the street's line: (with tags that say so, without).
_REACH: dict[StreetKind, tuple[float, float]] = {
    StreetKind.MAIN_ROAD: (35.0, 25.0),
    StreetKind.STREET: (25.0, 20.0),
    StreetKind.ALLEY: (15.0, 10.0),
    StreetKind.PEDESTRIAN: (20.0, 12.0),
}
_CHUNK = 100_000


@dataclass(slots=True)
class Ways:
    """Segments as columns (S,): ``line`` in metres, and what decides who accompanies whom.

    ``outline``, ``sidewalk`` and ``crossing`` are what tags say; ``beside`` whether the way may
    accompany at all; ``name`` the street's or, for a sidewalk, that of the street it belongs to.
    """

    line: np.ndarray
    kind: Sequence[StreetKind]
    duty: np.ndarray
    beside: np.ndarray
    outline: np.ndarray
    sidewalk: np.ndarray
    crossing: np.ndarray
    name: np.ndarray
    layer: np.ndarray


@dataclass(slots=True)
class Links:
    """Columns (N,), sorted by sidewalk and ``start``: [start, end] m of the sidewalk are the metres
    from ``street_start`` to ``street_end`` (which may be smaller, or the same) of the street."""

    sidewalk: np.ndarray
    start: np.ndarray
    end: np.ndarray
    street: np.ndarray
    street_start: np.ndarray
    street_end: np.ndarray

    def __len__(self) -> int:
        return len(self.sidewalk)

    @classmethod
    def none(cls) -> "Links":
        """No links at all."""
        return cls(*(np.empty(0, dtype=kind) for kind in (np.int64, float, float) * 2))

    def take(self, chosen: np.ndarray) -> "Links":
        """The chosen links ((N,) bool), in order."""
        return Links(
            self.sidewalk[chosen],
            self.start[chosen],
            self.end[chosen],
            self.street[chosen],
            self.street_start[chosen],
            self.street_end[chosen],
        )


def accompany(ways: Ways, obstacles: Sequence[shapely.Geometry] = ()) -> Links:
    """Link every sidewalk and crossing to the streets beside it.

    Args:
        ways: the segments, lines in a local projection in metres.
        obstacles: buildings and water that no untagged sidewalk has between it and its street.
    """
    of_kind = np.array([kind in _REACH for kind in ways.kind], dtype=bool)
    streets = np.flatnonzero(ways.duty & of_kind & ~ways.beside)
    candidates = np.flatnonzero(ways.beside)
    rows: list[tuple[float, ...]] = []
    if len(streets) and len(candidates):
        blocked_by = np.concatenate(
            [np.asarray(obstacles, dtype=object), ways.line[ways.sidewalk & ways.beside]]
        )
        samples = _Samples(ways.line, candidates)
        _find_streets(ways, samples, streets, shapely.STRtree(blocked_by))
        rows = _links(ways, samples)
        done = {row[0] for row in rows}
        left = [at for at in np.flatnonzero(ways.crossing).tolist() if at not in done]
        rows += _crossings(ways, left, streets)
    rows.sort()
    table = np.array(rows, dtype=float).reshape(-1, 6).T
    whole = (table[0].astype(np.int64), table[3].astype(np.int64))
    return Links(whole[0], table[1], table[2], whole[1], table[4], table[5])


class _Samples:
    """Points every few metres along the candidates, and the street found for each.

    ``way`` (N,) index of the segment, ``at`` (N,) metres along it, ``width`` (N,) metres that the
    sample stands for, ``street`` (N,) index of the street or -1, ``on_street`` (N,) metres there.
    """

    def __init__(self, line: np.ndarray, candidates: np.ndarray) -> None:
        length = shapely.length(line[candidates])
        count = np.maximum(3, np.ceil(length / STEP)).astype(np.int64)
        self.way = np.repeat(candidates, count)
        self.width = np.repeat(length / count, count)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        self.at = (within + 0.5) * self.width
        self.point = shapely.line_interpolate_point(line[self.way], self.at)
        self.heading = _heading(line[self.way], self.at)
        self.street = np.full(len(self.way), -1)
        self.on_street = np.zeros(len(self.way))


def _heading(line: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Unit vectors (N,2) along the lines at these metres; a chord of 4 m evens out wiggles."""
    ahead = shapely.line_interpolate_point(line, np.minimum(at + 2, shapely.length(line)))
    behind = shapely.line_interpolate_point(line, np.maximum(at - 2, 0))
    vector = shapely.get_coordinates(ahead) - shapely.get_coordinates(behind)
    norm = np.linalg.norm(vector, axis=1, keepdims=True)
    return vector / np.where(norm == 0, 1, norm)


def _find_streets(
    ways: Ways, samples: _Samples, streets: np.ndarray, blocked: shapely.STRtree
) -> None:
    tree = shapely.STRtree(ways.line[streets])
    reach = np.full((len(ways.line), 2), 0.0)
    for at in streets:
        reach[at] = _REACH[ways.kind[at]]
    furthest = np.where(ways.sidewalk | ways.crossing, reach[:, 0].max(), reach[:, 1].max())
    for first in range(0, len(samples.way), _CHUNK):
        part = slice(first, first + _CHUNK)
        sample, found = tree.query(
            samples.point[part], predicate="dwithin", distance=furthest[samples.way[part]]
        )
        _choose(ways, samples, sample + first, streets[found], reach, blocked)


def _choose(
    ways: Ways,
    samples: _Samples,
    sample: np.ndarray,
    street: np.ndarray,
    reach: np.ndarray,
    blocked: shapely.STRtree,
) -> None:
    """Of the pairs (sample, street) keep those beside each other; of those the nearest."""
    way = samples.way[sample]
    tagged = ways.sidewalk[way] | ways.crossing[way]
    at = shapely.line_locate_point(ways.line[street], samples.point[sample])
    foot = shapely.line_interpolate_point(ways.line[street], at)
    offset = shapely.get_coordinates(samples.point[sample]) - shapely.get_coordinates(foot)
    apart = np.linalg.norm(offset, axis=1)
    heading = _heading(ways.line[street], at)
    past = np.abs((offset * heading).sum(axis=1))
    aside = np.sqrt(np.maximum(apart**2 - past**2, 0))
    along = np.abs((samples.heading[sample] * heading).sum(axis=1))
    same_name = (ways.name[way] != "") & (ways.name[way] == ways.name[street])
    beside = (
        (apart <= reach[street, np.where(tagged, 0, 1)])
        & (along >= np.cos(MAX_ANGLE))
        & (past <= np.minimum(_PAST_END, aside))
        & (tagged | same_name | (ways.name[way] == ""))
        & (tagged | (ways.layer[way] == ways.layer[street]))
    )
    kept = np.flatnonzero(beside)
    doubtful = kept[~tagged[kept]]
    rays = shapely.linestrings(
        np.stack(
            [
                shapely.get_coordinates(samples.point[sample[doubtful]]),
                shapely.get_coordinates(foot[doubtful]),
            ],
            axis=1,
        )
    )
    hit, _obstacle = blocked.query(rays, predicate="intersects")
    beside[doubtful[hit]] = False
    kept = np.flatnonzero(beside)
    # The street of that name, then the nearest; ties go to the first: a rerun gives the same.
    order = kept[np.lexsort((street[kept], apart[kept].round(3), ~same_name[kept], sample[kept]))]
    first = np.append(True, sample[order][1:] != sample[order][:-1])[: len(order)]
    best = order[first]
    samples.street[sample[best]] = street[best]
    samples.on_street[sample[best]] = at[best]


def _links(ways: Ways, samples: _Samples) -> list[tuple[float, ...]]:
    """Runs of samples along one street become links, for ways that are beside streets enough."""
    found = samples.street >= 0
    share = np.zeros(len(ways.line))
    total = np.bincount(samples.way, minlength=len(ways.line))
    near = np.bincount(samples.way, found, minlength=len(ways.line))
    np.divide(near, total, out=share, where=total > 0)
    tagged = ways.sidewalk | ways.crossing
    least = np.select([tagged, ~ways.outline], _SHARE[:2], _SHARE[2])
    enough = share >= least
    rows: list[tuple[float, ...]] = []
    use = np.flatnonzero(enough[samples.way])
    if not len(use):
        return rows
    way, street = samples.way[use], samples.street[use]
    breaks = np.flatnonzero((way[1:] != way[:-1]) | (street[1:] != street[:-1])) + 1
    for run in np.split(use, breaks):
        if samples.street[run[0]] >= 0:
            rows += _link(ways, samples, run)
    return rows


def _link(ways: Ways, samples: _Samples, run: np.ndarray) -> list[tuple[float, ...]]:
    """One run along one street, as linear pieces that follow the samples to within 1.5 m."""
    way, street = int(samples.way[run[0]]), int(samples.street[run[0]])
    half = samples.width[run[0]] / 2
    length = ways.line[way].length
    start, end = samples.at[run[0]] - half, samples.at[run[-1]] + half
    start, end = (0.0 if start < half else start), (length if end > length - half else end)
    ends = [ways.line[street].project(ways.line[way].interpolate(m)) for m in (start, end)]
    at = np.concatenate([[start], samples.at[run], [end]])
    on = np.concatenate([[ends[0]], samples.on_street[run], [ends[1]]])
    forward = on[-1] >= on[0]
    on = np.maximum.accumulate(on) if forward else np.minimum.accumulate(on)
    on = _to_junctions(on, ways.line[street].length, forward, at_ends=(start == 0, end == length))
    line = shapely.simplify(shapely.linestrings(at, on), _TOLERANCE)
    pieces = shapely.get_coordinates(line)
    return [(way, a[0], b[0], street, a[1], b[1]) for a, b in pairwise(pieces.tolist())]


def _to_junctions(
    on: np.ndarray, length: float, forward: bool, at_ends: tuple[bool, bool]
) -> np.ndarray:
    """Take the ends on to the street's own ends where they all but reach them.

    Never by more than the run itself: a step at a corner is not a walk to the junction.
    """
    low, high = (0, -1) if forward else (-1, 0)
    low_ends, high_ends = at_ends if forward else at_ends[::-1]
    own = on[high] - on[low]
    if on[low] < min(own, CORNER if low_ends else STEP):
        on[low] = 0
    if on[high] > length - min(own, CORNER if high_ends else STEP):
        on[high] = length
    return on


def _crossings(ways: Ways, crossings: list[int], streets: np.ndarray) -> list[tuple[float, ...]]:
    """Crossings that run along no street lie on the one they cross, with no metres of it."""
    if not crossings:
        return []
    tree = shapely.STRtree(ways.line[streets])
    which, found = tree.query(ways.line[crossings], "dwithin", distance=_CROSSING_REACH)
    if not len(which):
        return []
    way, street = np.array(crossings)[which], streets[found]
    apart = shapely.distance(ways.line[way], ways.line[street])
    touch = shapely.get_point(shapely.shortest_line(ways.line[street], ways.line[way]), 0)
    at = shapely.line_locate_point(ways.line[street], touch)
    own = _heading(ways.line[way], shapely.length(ways.line[way]) / 2)
    along = np.abs((own * _heading(ways.line[street], at)).sum(axis=1))
    # Of the streets that meet where it touches, the one most nearly at a right angle.
    order = np.lexsort((street, along.round(2), apart.round(0), way))
    first = order[np.append(True, way[order][1:] != way[order][:-1])]
    return [
        (int(way[n]), 0.0, ways.line[way[n]].length, int(street[n]), float(at[n]), float(at[n]))
        for n in first
    ]
