"""A walk matched on the ground of a package gives what the server finds on all its streets.

The town is a grid eleven blocks wide; the cell is its middle third, and a package holds the
streets to 200 m around it. Walks stay on the cell's own streets, where they like to go along its
border::

    990 +-----------------------+
        |      200 m around     |
    660 |      +-------+        |
        |      | cell  |        |
    330 |      +-------+        |
        |                       |
      0 +-----------------------+
        0     330     660      990
"""

import datetime as dt
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import LineString, MultiPolygon, Polygon

from accounts.models import Member
from grid.models import Accompaniment, Area, Building, CellStretch, Segment
from patrols import ingest, match
from patrols.gpx import Fixes
from patrols.models import BuildingPassed, Patrol, WalkedStretch
from spatial.network import Network
from spatial.projection import LocalProjection
from spatial.simulation import perturbed_grid, record, walk
from sync.packages import package
from tests.sync.unpacking import network
from tests.town import _member

pytestmark = pytest.mark.django_db
HERE = LocalProjection(116.35, 40.0)
START = dt.datetime(2026, 6, 30, 1, tzinfo=dt.UTC)
LOW, HIGH = 330.0, 660.0
ON_THE_TABLET = Path(__file__).parents[1] / "js" / "field" / "walk_packages.js"


@dataclass
class Ground:
    streets: Network
    cell: Area
    member: Member
    inside: np.ndarray


def _degrees(xy: np.ndarray) -> np.ndarray:
    """As OpenStreetMap and packages have them: to 1e-7."""
    return np.round(HERE.inverse(xy), 7)


@pytest.fixture
def ground(db: None) -> Ground:
    streets = perturbed_grid(np.random.default_rng(3))
    square = MultiPolygon(
        Polygon(_degrees(np.array(shapely.box(LOW, LOW, HIGH, HIGH).exterior.coords)).tolist()),
        srid=4326,
    )
    community = Area.objects.create(
        code="110108001001", level=12, name="Grid", geometry=square, households=0
    )
    cell = Area.objects.create(
        code="110108001001001", level=15, name="Middle", geometry=square, households=0
    )
    lines = [_degrees(shapely.get_coordinates(streets.line(i))) for i in range(len(streets))]
    rows = Segment.objects.bulk_create(
        Segment(
            community=community,
            kind="street",
            # Every ninth is a sidewalk of the street before it, drawn the other way round.
            duty=i % 9 != 8,
            line=LineString(line.tolist(), srid=4326),
            metres=round(float(length), 2),
            osm_way=i,
            from_node=int(streets.edge_from[i]),
            to_node=int(streets.edge_to[i]),
            digest=bytes(32),
        )
        for i, (line, length) in enumerate(zip(lines, streets.edge_length, strict=True))
    )
    middle = np.array(
        [streets.line(i).interpolate(0.5, normalized=True).coords[0] for i in range(len(streets))]
    )
    inside = np.all((middle > LOW) & (middle < HIGH), axis=1)
    CellStretch.objects.bulk_create(
        CellStretch(segment=row, cell=cell, start_dm=0, end_dm=row.length_dm)
        for row, own in zip(rows, inside, strict=True)
        if own and row.duty
    )
    Accompaniment.objects.bulk_create(
        Accompaniment(
            sidewalk=row, start_dm=0, end_dm=row.length_dm, street_segment=rows[i - 1],
            street_start_dm=rows[i - 1].length_dm, street_end_dm=0,
        )
        for i, row in enumerate(rows)
        if not row.duty
    )  # fmt: skip
    Building.objects.bulk_create(
        Building(
            community=community,
            cell=cell if LOW < x < HIGH and LOW < y < HIGH else None,
            osm_id=f"way/{x}-{y}",
            footprint=MultiPolygon(
                Polygon(
                    _degrees(np.array(shapely.box(x, y, x + 30, y + 30).exterior.coords)).tolist()
                )
            ),
        )
        for x in range(215, 790, 90)
        for y in range(215, 790, 90)
    )
    return Ground(streets, cell, _member("walker", "Walker"), inside)


def _walked(ground: Ground, seed: int) -> Fixes:
    rng = np.random.default_rng(seed)
    route = walk(ground.streets, rng, metres=900, within=ground.inside)
    track = record(ground.streets, route, rng, noise=float(rng.choice([3.0, 6.0, 10.0])))
    lonlat = HERE.inverse(track.xy)
    at = np.rint((START.timestamp() + track.seconds) * 1000).astype(np.int64)
    return Fixes(lonlat[:, 0], lonlat[:, 1], at, track.accuracy)


def _rows(stretches: list[WalkedStretch]) -> list[tuple]:
    return sorted(
        (row.segment_id, row.start_dm, row.end_dm, row.walked_at, row.confidence)
        for row in stretches
    )


def test_the_package_gives_the_same_stretches_as_the_database(ground: Ground) -> None:
    made = package(ground.cell)
    assert len(made["segments"]["id"]) < 0.8 * len(ground.streets)
    beyond = 0
    for seed in range(12):
        track = _walked(ground, seed)
        stored = ingest.store(ground.member, track, now=START, match_later=False)
        patrol = match.match_patrol(stored.patrol.pk, now=START)
        assert patrol.state == Patrol.State.MATCHED
        expected = _rows(list(WalkedStretch.objects.filter(patrol=patrol)))

        cleaned = match._clean(patrol, track)
        walked = match._walk(track, cleaned)
        known = network(made, walked.projection)
        found: list[WalkedStretch] = []
        for first, last in zip(walked.pieces[:-1], walked.pieces[1:], strict=True):
            piece = slice(first, last)
            matched = match.match(
                known.network, walked.xy[piece], walked.seconds[piece],
                accuracy=walked.accuracy[piece],
            )  # fmt: skip
            found += match.credited(patrol, matched, known)
        assert _rows(found) == expected, seed
        xy = HERE.forward(np.column_stack((track.longitudes, track.latitudes)))
        beyond += int(((xy < LOW) | (xy > HIGH)).any(axis=1).sum())
    # The walks did go along the border, with fixes on its far side.
    assert beyond > 100


def _told(track: Fixes) -> list[dict[str, Any]]:
    columns = (track.longitudes, track.latitudes, track.milliseconds, track.accuracies)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [{"lon": lon, "lat": lat, "ms": at, "accuracy": within} for lon, lat, at, within in rows]


def test_the_tablet_finds_the_same_on_it(ground: Ground) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    tracks = [_walked(ground, seed) for seed in range(20, 28)]
    asked = {"package": package(ground.cell), "walks": [_told(track) for track in tracks]}
    answer = subprocess.run(
        [node, ON_THE_TABLET], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    passed = differ = rows_in_all = 0
    for track, found in zip(tracks, json.loads(answer.stdout), strict=True):
        stored = ingest.store(ground.member, track, now=START, match_later=False)
        patrol = match.match_patrol(stored.patrol.pk, now=START)
        rows = WalkedStretch.objects.filter(patrol=patrol)
        expected = sorted(rows.values_list("segment_id", "start_dm", "end_dm"))
        mine = sorted(tuple(row[:3]) for row in found["stretches"])
        assert [row[0] for row in mine] == [row[0] for row in expected]
        # The tablet's plane is centred on its packages: a number on the edge of two decimetres
        # may round to the other one.
        apart = np.abs(np.array(mine) - np.array(expected))
        assert apart.max() <= 1
        differ += int(np.count_nonzero(apart))
        rows_in_all += len(expected)
        buildings = BuildingPassed.objects.filter(patrol=patrol).order_by("building")
        seen = [
            [pk, round(at.timestamp() * 1000)]
            for pk, at in buildings.values_list("building", "passed_at")
        ]
        assert sorted(found["buildings"]) == seen
        passed += len(seen)
    assert differ <= 0.02 * rows_in_all
    assert passed > 50
