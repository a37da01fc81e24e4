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
from dataclasses import dataclass

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import LineString, MultiPolygon, Polygon

from accounts.models import Member
from grid.models import Accompaniment, Area, CellStretch, Segment
from patrols import ingest, match
from patrols.gpx import Fixes
from patrols.models import Patrol, WalkedStretch
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
