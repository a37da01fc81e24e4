"""Buildings, service points, lamps and the backdrop, from tagged nodes, ways and multipolygons."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely

from grid.osm import rules
from grid.osm.problems import Reason, Skipped
from grid.osm.read import Node, OsmData, Relation, Way
from grid.osm.rings import assemble, crossed

_NUMBER = re.compile(r"\s*(\d{1,4}(?:[.,]\d{1,3})?)")


@dataclass(slots=True)
class Features:
    """Features of one sort as columns (N,): OSM id like ``way/1``, kind, tags, EPSG:4326 shape."""

    osm_id: list[str] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    shape: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=object))

    def __len__(self) -> int:
        return len(self.osm_id)

    def take(self, chosen: np.ndarray) -> "Features":
        """The chosen features ((N,) bool), in order."""
        at = np.flatnonzero(chosen)
        return Features(
            [self.osm_id[i] for i in at],
            [self.kind[i] for i in at],
            [self.tags[i] for i in at],
            self.shape[at],
        )


@dataclass(slots=True)
class Places:
    buildings: Features
    service_points: Features
    backdrop: Features
    lamps: Features
    skipped: list[Skipped]


def places(data: OsmData) -> Places:
    """Sort what was read into the four kinds of place.

    A building or green that is both a multipolygon and its own outer way is taken once, as the
    multipolygon. A service point drawn as an area is a point on it. What has no valid shape is
    skipped with its reason; no shape is mended.
    """
    areas = _Areas(data)
    lamps = _points(data, rules.lamp, areas.skipped)
    points = _points(data, rules.service_point, areas.skipped)
    return Places(
        buildings=areas.of(rules.building, "building"),
        service_points=_join(points, _on_surface(areas.of(rules.service_point, "service_point"))),
        backdrop=_join(areas.of(_backdrop_area, "backdrop"), _lines(data, areas.skipped)),
        lamps=lamps,
        skipped=areas.skipped,
    )


def number(text: str | None, *, most: float) -> float | None:
    """The first number of a tag like ``6.5 m`` or ``5;6``; None where none is up to ``most``."""
    found = _NUMBER.match(text or "")
    value = float(found.group(1).replace(",", ".")) if found else None
    return value if value is not None and 0 < value <= most else None


def _backdrop_area(tags: dict[str, str]) -> str | None:
    return None if rules.backdrop_is_line(tags) else rules.backdrop(tags)


def _join(one: Features, other: Features) -> Features:
    return Features(
        one.osm_id + other.osm_id,
        one.kind + other.kind,
        one.tags + other.tags,
        np.concatenate([one.shape, other.shape]),
    )


def _on_surface(areas: Features) -> Features:
    return Features(areas.osm_id, areas.kind, areas.tags, shapely.point_on_surface(areas.shape))


def _points(
    data: OsmData, kind_of: Callable[[dict[str, str]], str | None], skipped: list[Skipped]
) -> Features:
    found: list[tuple[Node, str]] = []
    for node in data.nodes:
        kind = kind_of(node.tags)
        if kind is None:
            continue
        if np.isfinite(node.lonlat).all():
            found.append((node, kind))
        else:
            what = "lamp" if kind == "lamp" else "service_point"
            skipped.append(Skipped(f"node/{node.id}", what, Reason.BAD_COORDINATE))
    return Features(
        [f"node/{node.id}" for node, _kind in found],
        [kind for _node, kind in found],
        [node.tags for node, _kind in found],
        shapely.points(np.array([node.lonlat for node, _kind in found]).reshape(-1, 2)),
    )


def _lines(data: OsmData, skipped: list[Skipped]) -> Features:
    found: list[tuple[Way, str]] = []
    for way in data.ways:
        kind = rules.backdrop(way.tags)
        if kind is None or not rules.backdrop_is_line(way.tags):
            continue
        if fault := way.fault:
            skipped.append(Skipped(f"way/{way.id}", "backdrop", fault))
        else:
            found.append((way, kind))
    shapes = np.empty(len(found), dtype=object)
    shapes[:] = [shapely.LineString(way.lonlat) for way, _kind in found]
    return Features(
        [f"way/{way.id}" for way, _kind in found],
        [kind for _way, kind in found],
        [way.tags for way, _kind in found],
        shapes,
    )


class _Areas:
    """Closed ways and multipolygons by what they are."""

    def __init__(self, data: OsmData) -> None:
        self.data = data
        self.skipped: list[Skipped] = []
        self._by_id = data.member_ways | {way.id: way for way in data.ways}

    def of(self, kind_of: Callable[[dict[str, str]], str | None], what: str) -> Features:
        """All areas whose tags have that kind, each with a valid MultiPolygon."""
        features = Features()
        shapes: list[shapely.Geometry] = []
        outers: set[int] = set()
        for relation, kind, shape in self._relations(kind_of, what):
            features.osm_id.append(f"relation/{relation.id}")
            features.kind.append(kind)
            features.tags.append(relation.tags)
            shapes.append(shape)
            outers |= {ref for ref, role in relation.members if role != "inner"}
        ways = [(way, kind_of(way.tags)) for way in self.data.ways if way.id not in outers]
        sound = [(way, kind) for way, kind in ways if kind is not None]
        for way, kind, shape in self._closed_ways(sound, what):
            features.osm_id.append(f"way/{way.id}")
            features.kind.append(kind)
            features.tags.append(way.tags)
            shapes.append(shape)
        features.shape = np.empty(len(shapes), dtype=object)
        features.shape[:] = shapes
        return features

    def _relations(
        self, kind_of: Callable[[dict[str, str]], str | None], what: str
    ) -> Iterator[tuple[Relation, str, shapely.Geometry]]:
        for relation in self.data.relations:
            kind = kind_of(relation.tags)
            if kind is None:
                continue
            shape = assemble(relation, self._by_id)
            if isinstance(shape, Reason):
                self.skipped.append(Skipped(f"relation/{relation.id}", what, shape))
            else:
                yield relation, kind, shape

    def _closed_ways(
        self, ways: list[tuple[Way, str]], what: str
    ) -> Iterator[tuple[Way, str, shapely.Geometry]]:
        sound: list[tuple[Way, str]] = []
        for way, kind in ways:
            if fault := ring_fault(way):
                self.skipped.append(Skipped(f"way/{way.id}", what, fault))
            else:
                sound.append((way, kind))
        if not sound:
            return
        owner = np.repeat(np.arange(len(sound)), [len(way.refs) for way, _kind in sound])
        rings = shapely.linearrings(np.concatenate([way.lonlat for way, _ in sound]), indices=owner)
        polygons = shapely.polygons(rings)
        fine = shapely.is_valid(polygons)
        shapes = shapely.multipolygons(polygons, indices=np.arange(len(sound)))
        for at, (way, kind) in enumerate(sound):
            if fine[at]:
                yield way, kind, shapes[at]
            else:
                self.skipped.append(Skipped(f"way/{way.id}", what, crossed(polygons[at])))


def ring_fault(way: Way) -> Reason | None:
    """Why the way is no ring, if so; whether it crosses itself shows its polygon."""
    if fault := way.fault:
        return Reason.ZERO_AREA if fault == Reason.ZERO_LENGTH else fault
    if len(way.refs) < 4 and way.closed:
        return Reason.TOO_FEW_POINTS
    return None if way.closed else Reason.OPEN_RING
