"""From a stored track to the stretches of street it covered; again and again the same rows."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction
from django.utils.translation import gettext_noop
from numpy.typing import NDArray

from grid.models import Building
from grid.walking_network import WalkingNetwork, load_near
from patrols import ingest
from patrols.gpx import NO_TIME, Fixes
from patrols.models import BuildingPassed, Patrol, WalkedStretch
from spatial.fixes import CYCLIST_SPEED, RUNNER_SPEED, CleanFixes, clean
from spatial.intervals import overlay, stretches, union
from spatial.matching import CERTAIN, Match, MatchOptions, match
from spatial.projection import LocalProjection

#: Streets so far from every fix cannot have been walked.
REACH_METRES = 150.0
#: A building is passed when a fix comes so near.
PASSED_METRES = 20.0

_METRES_PER_DEGREE = 111_320.0
_FIXES_PER_BOX = 50

NO_TRACK = gettext_noop("The raw track is no longer stored.")
NO_FIXES_LEFT = gettext_noop("No fix could be used: see the counts of dropped fixes.")
NO_STREETS = gettext_noop("No streets are stored where this track lies. Import the map first.")
GAVE_UP = gettext_noop("Matching failed several times; the log has the cause.")


@dataclass(frozen=True)
class Walk:
    """The fixes that count, in local metres, and where their pieces begin."""

    projection: LocalProjection
    xy: NDArray[np.float64]
    seconds: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    pieces: NDArray[np.int64]


def match_patrol(patrol_id: uuid.UUID | str, *, now: dt.datetime) -> Patrol:
    """Match a stored patrol and replace its rows, in one transaction.

    A patrol that cannot be matched is left ``failed`` with a reason; its earlier rows stay when
    only the raw track is gone.
    """
    with transaction.atomic():
        patrol = Patrol.objects.select_for_update().get(pk=patrol_id)
        fixes = ingest.fixes_of(patrol)
        if fixes is None:
            if patrol.state != Patrol.State.MATCHED:
                _fail(patrol, NO_TRACK)
            return patrol
        cleaned = _clean(patrol, fixes)
        if not len(cleaned.kept):
            return _fail(patrol, NO_FIXES_LEFT)
        walk = _walk(fixes, cleaned)
        known = load_near(_region(fixes, cleaned), walk.projection)
        if not len(known.ids):
            return _fail(patrol, NO_STREETS)
        _match(patrol, walk, known)
        _note_buildings(patrol, fixes, cleaned, walk)
        patrol.state, patrol.reason, patrol.matched_at = Patrol.State.MATCHED, "", now
        patrol.save()
        return patrol


def give_up(patrol_id: uuid.UUID | str) -> None:
    """Show that the job failed for good; a patrol matched before keeps its rows."""
    Patrol.objects.filter(pk=patrol_id, state=Patrol.State.STORED).update(
        state=Patrol.State.FAILED, reason=GAVE_UP
    )


def _fail(patrol: Patrol, reason: str) -> Patrol:
    patrol.state, patrol.reason = Patrol.State.FAILED, reason
    patrol.save()
    return patrol


def _clean(patrol: Patrol, fixes: Fixes) -> CleanFixes:
    seconds = np.where(fixes.milliseconds == NO_TIME, np.nan, fixes.milliseconds / 1000)
    speed = CYCLIST_SPEED if patrol.mode == Patrol.Mode.CYCLE else RUNNER_SPEED
    lonlat = np.column_stack((fixes.longitudes, fixes.latitudes))
    cleaned = clean(lonlat, seconds, fixes.accuracies, max_speed=speed)
    for reason, count in cleaned.dropped.items():
        setattr(patrol, f"dropped_{reason}", count)
    return cleaned


def _walk(fixes: Fixes, cleaned: CleanFixes) -> Walk:
    lonlat = np.column_stack((fixes.longitudes, fixes.latitudes))[cleaned.kept]
    projection = LocalProjection.around((*lonlat.min(axis=0), *lonlat.max(axis=0)))
    return Walk(
        projection=projection,
        xy=projection.forward(lonlat),
        seconds=fixes.milliseconds[cleaned.kept] / 1000,
        accuracy=fixes.accuracies[cleaned.kept],
        pieces=cleaned.pieces,
    )


def _region(fixes: Fixes, cleaned: CleanFixes) -> MultiPolygon:
    """Boxes (EPSG:4326) around every fifty fixes of a piece, with room to each side."""
    boxes = []
    for first, last in zip(cleaned.pieces[:-1], cleaned.pieces[1:], strict=True):
        for start in range(first, last, _FIXES_PER_BOX):
            # One fix of overlap, so that the way between two boxes lies in one of them.
            rows = cleaned.kept[start : min(start + _FIXES_PER_BOX + 1, last)]
            lon, lat = fixes.longitudes[rows], fixes.latitudes[rows]
            north = REACH_METRES / _METRES_PER_DEGREE
            east = north / max(0.01, np.cos(np.radians(np.abs(lat).max())))
            boxes.append((lon.min() - east, lat.min() - north, lon.max() + east, lat.max() + north))
    # The boxes overlap; PostGIS wants a valid multipolygon.
    together = shapely.union_all(shapely.box(*np.array(boxes).T))
    region = GEOSGeometry(memoryview(shapely.to_wkb(together)), srid=4326)
    return region if isinstance(region, MultiPolygon) else MultiPolygon(region, srid=4326)


def _match(patrol: Patrol, walk: Walk, known: WalkingNetwork) -> None:
    options = MatchOptions(
        max_speed=CYCLIST_SPEED if patrol.mode == Patrol.Mode.CYCLE else RUNNER_SPEED
    )
    rows: list[WalkedStretch] = []
    matched = off_street = 0.0
    for first, last in zip(walk.pieces[:-1], walk.pieces[1:], strict=True):
        piece = slice(first, last)
        found = match(
            known.network,
            walk.xy[piece],
            walk.seconds[piece],
            accuracy=walk.accuracy[piece],
            options=options,
        )
        matched += found.path_metres
        off_street += found.off_network_metres
        rows += credited(patrol, found, known)
    WalkedStretch.objects.filter(patrol=patrol).delete()
    WalkedStretch.objects.bulk_create(rows, batch_size=2000)
    patrol.matched_metres = round(matched, 1)
    patrol.off_street_metres = round(off_street, 1)
    note_covered(patrol, rows, _lengths(known))


def credited(patrol: Patrol, found: Match, known: WalkingNetwork) -> list[WalkedStretch]:
    """Rows for what was walked: streets as they are, sidewalks on the street they accompany."""
    edge = found.edge
    # The projection of the track and that of the import differ by parts in a million.
    scale = known.centimetres[edge] / 10 / known.network.edge_length[edge]
    start = np.rint(found.start_m * scale).astype(np.int64)
    end = np.rint(found.end_m * scale).astype(np.int64)
    whole = known.length_dm[edge]
    end = np.where(end >= whole - 1, whole, end)
    own = known.duty[edge] & (start < end)
    segment = known.ids[edge[own]]
    parts = [(segment, start[own], end[own], np.flatnonzero(own))]
    side = np.flatnonzero(~known.duty[edge] & (start < end))
    in_side, link, common = overlay(
        stretches(edge[side], start[side], end[side]), stretches(*known.links[:, :3].T)
    )
    if len(link):
        row = known.links[link]
        share = (row[:, 5] - row[:, 4]) / (row[:, 2] - row[:, 1])
        a = np.rint(row[:, 4] + (common.start - row[:, 1]) * share).astype(np.int64)
        b = np.rint(row[:, 4] + (common.end - row[:, 1]) * share).astype(np.int64)
        parts.append((row[:, 3], np.minimum(a, b), np.maximum(a, b), side[in_side]))
    return [
        WalkedStretch(
            patrol=patrol,
            segment_id=int(s),
            start_dm=int(a),
            end_dm=int(b),
            walked_at=dt.datetime.fromtimestamp(float(found.seconds[i]), dt.UTC),
            confidence=round(float(found.confidence[i]), 3),
        )
        for part in parts
        for s, a, b, i in zip(*part, strict=True)
        if a < b
    ]


def _lengths(known: WalkingNetwork) -> dict[int, int]:
    """Centimetres of each segment and of each street that a sidewalk accompanies."""
    own = dict(zip(known.ids.tolist(), known.centimetres.tolist(), strict=True))
    street = zip(known.links[:, 3].tolist(), known.street_centimetres.tolist(), strict=True)
    return own | dict(street)


def note_covered(patrol: Patrol, rows: list[WalkedStretch], centimetres: Mapping[int, int]) -> None:
    """Set on the patrol how much it covered, and how much of that for certain; saves nothing."""
    sure = [row for row in rows if row.confidence >= CERTAIN]
    patrol.covered_metres = round(Decimal(_covered_metres(rows, centimetres)), 1)
    patrol.certain_metres = round(Decimal(_covered_metres(sure, centimetres)), 1)
    patrol.doubtful_metres = patrol.covered_metres - patrol.certain_metres


def _covered_metres(rows: list[WalkedStretch], centimetres: Mapping[int, int]) -> float:
    """Metres of street that the patrol covered, each once."""
    ids, index = np.unique([row.segment_id for row in rows], return_inverse=True)
    once = union(stretches(index, [row.start_dm for row in rows], [row.end_dm for row in rows]))
    limit = np.array([centimetres[int(key)] for key in ids], dtype=np.int64)
    if not len(ids):
        return 0.0
    ends = np.minimum(once.end * 10, limit[once.segment])
    return float((ends - np.minimum(once.start * 10, ends)).sum()) / 100


def _note_buildings(patrol: Patrol, fixes: Fixes, cleaned: CleanFixes, walk: Walk) -> None:
    """Note each building that a fix came within 20 m of, with the time of the first such fix."""
    rows = list(
        Building.objects.filter(footprint__intersects=_region(fixes, cleaned))
        .order_by("pk")
        .values_list("pk", "footprint")
    )
    BuildingPassed.objects.filter(patrol=patrol).delete()
    if not rows:
        return
    footprints = walk.projection.project(shapely.from_wkb([bytes(row[1].wkb) for row in rows]))
    tree = shapely.STRtree(shapely.points(walk.xy))
    building, fix = tree.query(footprints, predicate="dwithin", distance=PASSED_METRES)
    first = np.full(len(rows), len(walk.xy), dtype=np.int64)
    np.minimum.at(first, building, fix)
    BuildingPassed.objects.bulk_create(
        [
            BuildingPassed(
                patrol=patrol,
                building_id=rows[index][0],
                passed_at=dt.datetime.fromtimestamp(float(walk.seconds[first[index]]), dt.UTC),
            )
            for index in np.flatnonzero(first < len(walk.xy))
        ],
        batch_size=2000,
    )
