"""Streets cut at junctions: ways on foot become junction-to-junction segments."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from grid.osm import rules
from grid.osm.problems import Reason, Skipped
from grid.osm.read import OsmData, Way

_ELLIPSOID = pyproj.Geod(ellps="WGS84")


@dataclass(slots=True)
class Segments:
    """Segments as columns of equal length S.

    ``way``, ``from_node``, ``to_node`` (S,) int64 OSM ids; ``nth`` (S,) tells apart pieces of one
    way between the same two nodes, in the way's order; ``line`` (S,) LineStrings in EPSG:4326;
    ``metres`` (S,) on the ellipsoid, to the centimetre, so that a length does not depend on what
    else is in the file; ``duty`` (S,) bool; ``tags`` the way's.
    """

    way: np.ndarray
    from_node: np.ndarray
    to_node: np.ndarray
    nth: np.ndarray
    line: np.ndarray
    metres: np.ndarray
    kind: np.ndarray
    duty: np.ndarray
    tags: list[dict[str, str]]

    def __len__(self) -> int:
        return len(self.way)

    def take(self, chosen: np.ndarray) -> "Segments":
        """The chosen segments ((S,) bool), in order."""
        return Segments(
            way=self.way[chosen],
            from_node=self.from_node[chosen],
            to_node=self.to_node[chosen],
            nth=self.nth[chosen],
            line=self.line[chosen],
            metres=self.metres[chosen],
            kind=self.kind[chosen],
            duty=self.duty[chosen],
            tags=[self.tags[at] for at in np.flatnonzero(chosen)],
        )


def lengths(lines: np.ndarray) -> np.ndarray:
    """Lengths (S,) of EPSG:4326 lines in metres on the WGS 84 ellipsoid, to the centimetre."""
    lonlat, line = shapely.get_coordinates(lines, return_index=True)
    if len(lonlat) < 2:
        return np.zeros(len(lines))
    _az, _back, step = _ELLIPSOID.inv(*lonlat[:-1].T, *lonlat[1:].T)
    inside = line[1:] == line[:-1]
    return np.round(np.bincount(line[1:][inside], step[inside], minlength=len(lines)), 2)


def cut(ways: Sequence[Way]) -> tuple[Segments, list[Skipped]]:
    """Cut the ways that people walk on at every junction.

    A junction is a node that two used ways share, or that one way passes twice, and each end of a
    way. A bridge and the street beneath share no node and so do not meet. A node repeated in a row
    adds nothing to a line and is passed over.
    """
    used: list[Way] = []
    skipped: list[Skipped] = []
    for way in ways:
        if "highway" not in way.tags or rules.standing(way.tags) == rules.Standing.OUT:
            continue
        if fault := way.fault:
            skipped.append(Skipped(f"way/{way.id}", "street", fault))
        else:
            used.append(_without_repeats(way))
    if not used:
        return _empty(), skipped
    return _cut(used, skipped), skipped


def square_outlines(data: OsmData) -> list[Way]:
    """Outlines of squares drawn as multipolygons, as if each way were tagged like its square.

    Closed ways with ``area=yes`` need no such help. A way with a highway tag of its own is that.
    """
    found: dict[int, Way] = {}
    ways = {way.id: way for way in data.ways} | data.member_ways
    for relation in data.relations:
        tags = relation.tags | {"area": "yes"}
        if "highway" not in tags or rules.standing(tags) == rules.Standing.OUT:
            continue
        for ref, _role in relation.members:
            way = ways.get(ref)
            if way is not None and "highway" not in way.tags:
                found.setdefault(ref, Way(ref, tags, way.refs, way.lonlat))
    return list(found.values())


def _without_repeats(way: Way) -> Way:
    stays = np.append(True, way.refs[1:] != way.refs[:-1])
    return way if stays.all() else Way(way.id, way.tags, way.refs[stays], way.lonlat[stays])


def _cut(ways: list[Way], skipped: list[Skipped]) -> Segments:
    refs = np.concatenate([way.refs for way in ways])
    lonlat = np.concatenate([way.lonlat for way in ways])
    size = np.array([len(way.refs) for way in ways])
    last = np.cumsum(size) - 1
    _ids, which, times = np.unique(refs, return_inverse=True, return_counts=True)
    junction = times[which] > 1
    junction[last] = True
    junction[last - size + 1] = True
    ends = np.flatnonzero(junction)
    of_way = np.repeat(np.arange(len(ways)), size)
    same = of_way[ends[1:]] == of_way[ends[:-1]]
    first, final = ends[:-1][same], ends[1:][same]
    count = final - first + 1
    at = np.repeat(first - np.append(0, np.cumsum(count)[:-1]), count) + np.arange(count.sum())
    line = shapely.linestrings(lonlat[at], indices=np.repeat(np.arange(len(first)), count))
    owner = of_way[first]
    metres = lengths(line)
    segments = Segments(
        way=np.array([way.id for way in ways], dtype=np.int64)[owner],
        from_node=refs[first],
        to_node=refs[final],
        nth=_nth(owner, refs[first], refs[final]),
        line=line,
        metres=metres,
        kind=np.array([rules.kind(way.tags) for way in ways], dtype=object)[owner],
        duty=np.array([rules.standing(way.tags) == rules.Standing.DUTY for way in ways])[owner],
        tags=[ways[at].tags for at in owner],
    )
    long_enough = metres > 0
    for way_id in np.unique(segments.way[~long_enough]):
        skipped.append(Skipped(f"way/{way_id}", "street_part", Reason.ZERO_LENGTH))
    return segments if long_enough.all() else segments.take(long_enough)


def _nth(way: np.ndarray, from_node: np.ndarray, to_node: np.ndarray) -> np.ndarray:
    """How many earlier pieces of the same way join the same two nodes."""
    seen: dict[tuple[int, int, int], int] = {}
    nth = np.zeros(len(way), dtype=np.int64)
    for at, key in enumerate(zip(way.tolist(), from_node.tolist(), to_node.tolist(), strict=True)):
        nth[at] = seen.get(key, 0)
        seen[key] = int(nth[at]) + 1
    return nth


def _empty() -> Segments:
    none = np.empty(0, dtype=np.int64)
    objects = np.empty(0, dtype=object)
    return Segments(none, none, none, none, objects, np.empty(0), objects, none.astype(bool), [])
