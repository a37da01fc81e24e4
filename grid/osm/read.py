"""Reading an OpenStreetMap file into plain nodes, ways and relations.

The file is read three times, once for each type, because exports do not agree on the order; what
nobody asks for is dropped inside the reader, before it becomes a Python object.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import osmium
import osmium.filter
import osmium.index
import osmium.osm
from django.utils.translation import gettext as _

from grid.osm import rules
from grid.osm.problems import OsmFileError, Reason, Skipped
from grid.osm.source import Source, opened

logger = logging.getLogger(__name__)
#: Steps on the way, for a progress bar: called with the stage and the features read so far.
Progress = Callable[[str, int], None]
_UNDEFINED = 2147483647


@dataclass(frozen=True, slots=True)
class Node:
    """A tagged node; ``lonlat`` is (2,) EPSG:4326, NaN where the file gives no usable position."""

    id: int
    tags: dict[str, str]
    lonlat: np.ndarray


@dataclass(frozen=True, slots=True)
class Way:
    """A tagged way: ``refs`` (n,) int64 node ids, ``lonlat`` (n,2) EPSG:4326.

    NaN stands for a node that the file does not hold, infinity for one with an impossible position.
    """

    id: int
    tags: dict[str, str]
    refs: np.ndarray
    lonlat: np.ndarray

    @property
    def closed(self) -> bool:
        return len(self.refs) > 1 and self.refs[0] == self.refs[-1]

    @property
    def fault(self) -> Reason | None:
        """Why the way has no line, if so."""
        if len(self.refs) < 2:
            return Reason.TOO_FEW_POINTS
        if np.isinf(self.lonlat).any():
            return Reason.BAD_COORDINATE
        if np.isnan(self.lonlat).any():
            return Reason.MISSING_NODES
        if (self.lonlat == self.lonlat[0]).all():
            return Reason.ZERO_LENGTH
        return None


@dataclass(frozen=True, slots=True)
class Relation:
    """A multipolygon: its tags and its member ways as (way id, role)."""

    id: int
    tags: dict[str, str]
    members: list[tuple[int, str]]


@dataclass(slots=True)
class OsmData:
    """What the import uses of a file; ``member_ways`` are the untagged parts of relations."""

    nodes: list[Node] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    member_ways: dict[int, Way] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    #: West, south, east, north of all positions seen; None for a file without any.
    bounds: tuple[float, float, float, float] | None = None


def read(path: Path, progress: Progress | None = None) -> OsmData:
    """Read an .osm.pbf or .osm file (also gzip or bzip2) from the local disk.

    Raises:
        OsmFileError: the file is none of these, is cut off or damaged.
    """
    with opened(path) as source:
        try:
            return _read(source, progress or (lambda stage, count: None))
        except (RuntimeError, ValueError, OverflowError, osmium.InvalidLocationError) as error:
            logger.info("%s cannot be read", path, exc_info=True)
            raise OsmFileError(
                _("%(path)s is damaged or incomplete, so nothing was imported; fetch it again.")
                % {"path": path}
            ) from error


def _read(source: Source, progress: Progress) -> OsmData:
    data = OsmData()
    file = osmium.io.File(str(source.path), source.format)
    _read_relations(data, file, progress)
    positions = osmium.index.create_map("flex_mem")
    negative = _read_nodes(data, file, positions, source.negative_ids, progress)
    _read_ways(data, file, positions, negative, progress)
    boxes = [way.lonlat[np.isfinite(way.lonlat).all(axis=1)] for way in data.ways]
    boxes += [node.lonlat[None] for node in data.nodes if np.isfinite(node.lonlat).all()]
    boxes = [box for box in boxes if len(box)]
    if boxes:
        low = np.min([box.min(axis=0) for box in boxes], axis=0)
        high = np.max([box.max(axis=0) for box in boxes], axis=0)
        data.bounds = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return data


def _once(data: OsmData, seen: set[int], kind: str, osm_id: int) -> bool:
    if osm_id in seen:
        data.skipped.append(Skipped(f"{kind}/{osm_id}", kind, Reason.DUPLICATE_ID))
        return False
    seen.add(osm_id)
    return True


def _tags(tags: Iterable[osmium.osm.Tag]) -> dict[str, str]:
    return {tag.k: tag.v for tag in tags}


def _read_relations(data: OsmData, file: osmium.io.File, progress: Progress) -> None:
    reader = osmium.FileProcessor(file, osmium.osm.RELATION).with_filter(
        osmium.filter.TagFilter(("type", "multipolygon"))
    )
    seen: set[int] = set()
    for relation in cast(Iterable[osmium.osm.Relation], reader):
        tags = _tags(relation.tags)
        if relation.deleted or not rules.is_used_area(tags):
            continue
        if _once(data, seen, "relation", relation.id):
            members = [(m.ref, m.role) for m in relation.members if m.type == "w"]
            data.relations.append(Relation(relation.id, tags, members))
            progress("relations", len(data.relations))


def _read_nodes(
    data: OsmData,
    file: osmium.io.File,
    positions: osmium.index.LocationTable,
    negative_ids: bool,
    progress: Progress,
) -> dict[int, tuple[float, float]]:
    """Fill the table of positions and the list of nodes; return the positions of negative ids."""
    locations = osmium.NodeLocationsForWays(positions)
    locations.ignore_errors()
    reader = osmium.FileProcessor(file, osmium.osm.NODE).with_filter(locations)
    negative: dict[int, tuple[float, float]] = {}
    if negative_ids:
        for node in cast(Iterable[osmium.osm.Node], reader):
            if node.id < 0:
                negative[node.id] = _lonlat(node.location)
    reader.with_filter(osmium.filter.TagFilter(*rules.NODE_TAGS))
    seen: set[int] = set()
    for node in cast(Iterable[osmium.osm.Node], reader):
        if not node.deleted and _once(data, seen, "node", node.id):
            data.nodes.append(Node(node.id, _tags(node.tags), np.array(_lonlat(node.location))))
            progress("nodes", len(data.nodes))
    return negative


def _lonlat(location: osmium.osm.Location) -> tuple[float, float]:
    if location.valid():
        return location.x / 1e7, location.y / 1e7
    missing = location.x == _UNDEFINED
    return (np.nan, np.nan) if missing else (np.inf, np.inf)


def _read_ways(
    data: OsmData,
    file: osmium.io.File,
    positions: osmium.index.LocationTable,
    negative: dict[int, tuple[float, float]],
    progress: Progress,
) -> None:
    locations = osmium.NodeLocationsForWays(positions)
    locations.ignore_errors()
    reader = (
        osmium.FileProcessor(file, osmium.osm.WAY)
        .with_filter(osmium.filter.KeyFilter(*rules.WAY_KEYS))
        .with_filter(locations)
    )
    seen: set[int] = set()
    for way in cast(Iterable[osmium.osm.Way], reader):
        tags = _tags(way.tags)
        if way.deleted or not rules.is_used_way(tags):
            continue
        if _once(data, seen, "way", way.id):
            data.ways.append(_way(way, tags, negative))
            progress("ways", len(data.ways))
    wanted = {ref for relation in data.relations for ref, _role in relation.members} - seen
    if not wanted:
        return
    reader = (
        osmium.FileProcessor(file, osmium.osm.WAY)
        .with_filter(osmium.filter.IdFilter(wanted))
        .with_filter(locations)
    )
    for way in cast(Iterable[osmium.osm.Way], reader):
        if not way.deleted:
            data.member_ways[way.id] = _way(way, {}, negative)


def _way(
    way: osmium.osm.Way, tags: dict[str, str], negative: dict[int, tuple[float, float]]
) -> Way:
    refs = np.array([node.ref for node in way.nodes], dtype=np.int64)
    xy = np.array([(node.x, node.y) for node in way.nodes], dtype=np.float64).reshape(-1, 2)
    lonlat = xy / 1e7
    lonlat[xy[:, 0] == _UNDEFINED] = np.nan
    with np.errstate(invalid="ignore"):
        lonlat[(np.abs(lonlat[:, 0]) > 180) | (np.abs(lonlat[:, 1]) > 90)] = np.inf
    for at in np.flatnonzero(refs < 0) if negative else ():
        lonlat[at] = negative.get(int(refs[at]), (np.nan, np.nan))
    return Way(way.id, tags, refs, lonlat)
