"""Storing a town: streets, segments, sidewalks' links, buildings, service points, backdrop.

Everything is merged by OSM id inside the caller's transaction: rows keep their primary keys, and a
second import of the same file touches none. A segment that is gone from the map is retired
(``removed_on``), not deleted, since walks are recorded on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.utils import timezone
from psycopg import sql

from grid.models import (
    Accompaniment,
    Area,
    Backdrop,
    Building,
    CellStretch,
    Segment,
    ServicePoint,
    Street,
)
from grid.osm.merge import Counts, digest, identifiers, merge_places, run, stage
from grid.osm.places import Features, number
from grid.osm.town import TownMap, clean

_KEY = ("osm_way", "from_node", "to_node", "nth")


@dataclass(slots=True)
class SegmentCounts(Counts):
    """Counts of segments, and the metres that are somebody's duty afterwards, counted once."""

    metres: float = 0.0


def ewkb(shapes: np.ndarray) -> list[str]:
    """Shapes in EPSG:4326 as hexadecimal EWKB, for COPY."""
    encoded: list[str] = shapely.to_wkb(
        shapely.set_srid(shapes, 4326), hex=True, include_srid=True
    ).tolist()
    return encoded


def store_segments(community: Area, town: TownMap) -> SegmentCounts:
    """Streets, segments and links; call inside a transaction that holds the community's lock."""
    _store_streets(community, town)
    counts = _merge_segments(community, town)
    _store_links(community, town)
    _drop_empty_streets(community)
    return counts


def _store_streets(community: Area, town: TownMap) -> None:
    names: dict[str, tuple[str, str]] = {}
    rows = zip(town.name, town.accompanies, town.segments.tags, strict=True)
    for name, accompanies, tags in rows:
        if name:
            chinese, english = names.get(name, ("", ""))
            own = {} if accompanies else tags
            chinese = chinese or clean(own.get("name:zh") or own.get("name:zh-Hans"))
            names[name] = (chinese, english or clean(own.get("name:en")))
    found = ((name, *more) for name, more in names.items())
    stage(Street, ["name", "name_zh", "name_en"], found, key=["name"])
    table = sql.Identifier(Street._meta.db_table)
    run(
        "UPDATE {table} t SET name_zh = s.name_zh, name_en = s.name_en FROM staged s"
        " WHERE t.community_id = %s AND t.name = s.name"
        " AND (t.name_zh, t.name_en) <> (s.name_zh, s.name_en)",
        [community.pk],
        table=table,
    )
    run(
        "INSERT INTO {table} (community_id, name, name_zh, name_en)"
        " SELECT %s, name, name_zh, name_en FROM staged ORDER BY name"
        " ON CONFLICT (community_id, name) DO NOTHING",
        [community.pk],
        table=table,
    )


def _segment_rows(town: TownMap) -> Iterator[tuple[object, ...]]:
    segments = town.segments
    duty = segments.duty & ~town.accompanies
    lines = ewkb(segments.line)
    for at in range(len(segments)):
        kind, metres, name = str(segments.kind[at]), f"{segments.metres[at]:.2f}", town.name[at]
        key = [int(column[at]) for column in (segments.way, segments.from_node, segments.to_node)]
        counted = bool(duty[at])
        content = digest(kind, counted, metres, name, lines[at])
        yield (*key, int(segments.nth[at]), kind, counted, lines[at], metres, content, name, at)


def _merge_segments(community: Area, town: TownMap) -> SegmentCounts:
    content = ("kind", "duty", "line", "metres", "digest")
    rows = _segment_rows(town)
    stage(Segment, [*_KEY, *content], rows, key=_KEY, street_name="text", row="int4")
    names: dict[str, Any] = {
        "table": sql.Identifier(Segment._meta.db_table),
        "streets": sql.Identifier(Street._meta.db_table),
        "key": identifiers(_KEY),
        "content": identifiers(content),
    }
    same = sql.SQL(" AND ").join(
        sql.SQL("t.{0} = s.{0}").format(sql.Identifier(column)) for column in _KEY
    )
    source = sql.SQL(
        "(SELECT staged.*, street.id AS street_id FROM staged"
        " LEFT JOIN {streets} street ON street.community_id = %s AND street.name = street_name)"
    ).format(**names)
    change = (
        "UPDATE {table} t SET ({content}, street_id, removed_on) ="
        " ROW({content_of_s}, s.street_id, NULL) FROM {source} s"
        " WHERE t.community_id = %s AND {same} AND "
    )
    names |= {"same": same, "source": source, "content_of_s": identifiers(content, "s")}
    both = [community.pk, community.pk]
    revived = run(change + "t.removed_on IS NOT NULL", both, **names)
    updated = run(change + "t.digest <> s.digest", both, **names)
    added = run(
        "INSERT INTO {table} (community_id, {key}, {content}, street_id)"
        " SELECT %s, {key}, {content}, street_id FROM {source} s WHERE NOT EXISTS"
        " (SELECT 1 FROM {table} t WHERE t.community_id = %s AND {same}) ORDER BY row",
        [community.pk, *both],
        **names,
    )
    removed = run(
        "UPDATE {table} t SET removed_on = %s WHERE t.community_id = %s AND t.removed_on IS NULL"
        " AND t.osm_way IS NOT NULL AND NOT EXISTS (SELECT 1 FROM staged s WHERE {same})",
        [timezone.localdate(), community.pk],
        **names,
    )
    run(
        "DELETE FROM {stretches} c USING {table} t WHERE c.segment_id = t.id"
        " AND t.community_id = %s AND t.removed_on IS NOT NULL",
        [community.pk],
        stretches=sql.Identifier(CellStretch._meta.db_table),
        **names,
    )
    unchanged = len(town.segments) - added - updated - revived
    metres = _duty_metres(community)
    return SegmentCounts(added + revived, updated, unchanged, removed, metres)


def _duty_metres(community: Area) -> float:
    total = Segment.objects.duty().filter(community=community).values_list("metres", flat=True)
    return float(sum(total))


def _store_links(community: Area, town: TownMap) -> None:
    """Bring the links up to date; ``staged`` still holds the segments with their row numbers."""
    table = sql.Identifier(Accompaniment._meta.db_table)
    run("DROP TABLE IF EXISTS segment_of_row")
    run(
        "CREATE TEMPORARY TABLE segment_of_row ON COMMIT DROP AS"
        " SELECT s.row, t.id FROM staged s JOIN {table} t USING ({key}) WHERE t.community_id = %s",
        [community.pk],
        table=sql.Identifier(Segment._meta.db_table),
        key=identifiers(_KEY),
    )
    run("CREATE INDEX ON segment_of_row (row)")
    run("ANALYZE segment_of_row")
    positions = ("start_dm", "end_dm", "street_start_dm", "street_end_dm")
    rows = _link_rows(town)
    stage(Accompaniment, positions, rows, key=["start_dm"], sidewalk="int4", street="int4")
    run(
        "ALTER TABLE staged ADD COLUMN sidewalk_id int8, ADD COLUMN street_segment_id int8;"
        "UPDATE staged SET sidewalk_id = a.id, street_segment_id = b.id"
        " FROM segment_of_row a, segment_of_row b WHERE a.row = sidewalk AND b.row = street"
    )
    columns = ("sidewalk_id", "street_segment_id", *positions)
    names: dict[str, Any] = {"table": table, "columns": identifiers(columns)}
    run(
        "DELETE FROM {table} t USING {segments} seg WHERE t.sidewalk_id = seg.id"
        " AND seg.community_id = %s"
        " AND ({columns_of_t}) NOT IN (SELECT {columns} FROM staged)",
        [community.pk],
        segments=sql.Identifier(Segment._meta.db_table),
        columns_of_t=identifiers(columns, "t"),
        **names,
    )
    run(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM staged"
        " ORDER BY sidewalk_id, start_dm ON CONFLICT (sidewalk_id, start_dm) DO NOTHING",
        **names,
    )


def _link_rows(town: TownMap) -> Iterator[tuple[int, ...]]:
    """Links in whole decimetres; a piece shorter than one disappears into its neighbour."""
    links, metres = town.links, town.segments.metres
    length = np.ceil(np.round(metres * 10, 3)).astype(np.int64)

    def whole(position: np.ndarray, segment: np.ndarray) -> np.ndarray:
        # The last centimetres belong to the last decimetre, as in Segment.length_dm.
        near_end = position >= metres[segment] - 0.05
        dm = np.clip(np.round(position * 10).astype(np.int64), 0, length[segment])
        return np.where(near_end, length[segment], dm)

    rows = zip(
        whole(links.start, links.sidewalk).tolist(),
        whole(links.end, links.sidewalk).tolist(),
        whole(links.street_start, links.street).tolist(),
        whole(links.street_end, links.street).tolist(),
        links.sidewalk.tolist(),
        links.street.tolist(),
        strict=True,
    )
    return (row for row in rows if row[0] < row[1])


def _drop_empty_streets(community: Area) -> None:
    Street.objects.filter(
        community=community, segments__isnull=True, responsibilities__isnull=True
    ).delete()


def store_buildings(community: Area, buildings: Features) -> Counts:
    """Buildings; which cell they lie in and how many dwellings count is division's business."""
    columns = ["osm_id", "name", "kind", "street_name", "number", "levels", "flats", "footprint"]
    rows = []
    for osm_id, kind, tags, shape in _features(buildings):
        flats = number(tags.get("building:flats"), most=5000)
        row = (
            osm_id,
            clean(tags.get("name")),
            clean(kind)[:60],
            clean(tags.get("addr:street") or tags.get("addr:place")),
            clean(tags.get("addr:housenumber"))[:60],
            number(tags.get("building:levels"), most=200),
            None if flats is None else int(flats),
            shape,
        )
        rows.append((*row, digest(*row)))
    return merge_places(Building, community, [*columns, "digest"], rows, households=0)


def store_service_points(community: Area, points: Features) -> Counts:
    """Service points with their kind and name."""
    return _named(ServicePoint, "location", community, points)


def store_backdrop(community: Area, backdrop: Features) -> Counts:
    """Water, greens and railways."""
    return _named(Backdrop, "geometry", community, backdrop)


def _named(
    model: type[ServicePoint] | type[Backdrop], shape_column: str, community: Area, found: Features
) -> Counts:
    rows = [
        (osm_id, clean(tags.get("name")), kind, shape, digest(clean(tags.get("name")), kind, shape))
        for osm_id, kind, tags, shape in _features(found)
    ]
    columns = ["osm_id", "name", "kind", shape_column, "digest"]
    return merge_places(model, community, columns, rows)


def _features(found: Features) -> Iterator[tuple[str, str, dict[str, str], str]]:
    """OSM id, kind, tags and EWKB of each feature, an id once (a way can be two areas)."""
    seen: set[str] = set()
    for row in zip(found.osm_id, found.kind, found.tags, ewkb(found.shape), strict=True):
        if row[0] not in seen:
            seen.add(row[0])
            yield row
