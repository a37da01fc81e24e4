"""Coverage of a district for 30 days: loaded from the database, and summed."""

import datetime as dt
import time
from typing import Any

import numpy as np

from bench import scratch

SEED = 20261122
NOW = dt.datetime(2026, 6, 30, 20, tzinfo=dt.UTC)
CODE = "990101001001"
#: Blocks along one side, walks, and stretches in each walk.
SIZES = {"small": (12, 40, 60), "full": (60, 1000, 120)}

#: The peer: PostgreSQL's own multiranges over the same rows.
PEER = """
WITH walked AS (
    SELECT segment_id, range_agg(int4range(start_dm, end_dm)) AS covered
    FROM patrols_walkedstretch WHERE walked_at >= %s AND walked_at < %s
    GROUP BY segment_id
)
SELECT sum(upper(piece) - lower(piece)) / 10.0 FROM walked, unnest(covered) AS piece
"""


def run(size: str) -> list[dict[str, Any]]:
    """Seconds for a 30-day report of a district, against PostgreSQL's range_agg alone."""
    blocks, walks, stretches = SIZES[size]
    with scratch.database():
        from django.db import connection
        from django.utils import timezone

        from patrols.coverage import coverage

        _make(blocks, walks, stretches)
        today = timezone.localdate(NOW)
        start = today - dt.timedelta(days=29)
        coverage(CODE, start=start, end=today, now=NOW)  # compile and warm
        began = time.perf_counter()
        found = coverage(CODE, start=start, end=today, now=NOW)
        seconds = time.perf_counter() - began
        began = time.perf_counter()
        with connection.cursor() as cursor:
            midnight = dt.datetime.combine(start, dt.time(), timezone.get_default_timezone())
            cursor.execute(PEER, [midnight, NOW])
            metres = float(cursor.fetchone()[0])
        peer = time.perf_counter() - began
    row = {"case": f"district, {walks * stretches:,} stretches", "peer": "PostgreSQL range_agg"}
    return [
        row
        | {
            "metric": "seconds",
            "value": seconds,
            "unit": "s",
            "peer_value": peer,
            "ratio": seconds / peer,
        },
        row
        | {
            "metric": "covered_metres",
            "value": found.covered_metres,
            "unit": "m",
            "peer_value": metres,
            "ratio": found.covered_metres / metres,
        },
    ]


def _make(blocks: int, walks: int, stretches: int) -> None:
    """A square of streets 100 m apart in one community, walked at random with a fixed seed."""
    from django.contrib.gis.geos import LineString, MultiPolygon, Polygon

    from accounts.models import Member
    from grid.models import Area, Segment
    from patrols.models import Patrol, WalkedStretch

    side = blocks * 0.001
    square = MultiPolygon(Polygon.from_bbox((0, 0, side, side)))
    for level in (4, 6, 9, 12):
        community = Area.objects.create(
            code=CODE[:level], level=level, name="Bench", geometry=square
        )
    lines = [
        ((x, y), (x + dx, y + dy))
        for x in range(blocks)
        for y in range(blocks)
        for dx, dy in ((1, 0), (0, 1))
    ]
    segments = Segment.objects.bulk_create(
        Segment(
            community=community,
            kind="street",
            duty=True,
            line=LineString(*[(x / 1000, y / 1000) for x, y in line], srid=4326),
            metres=100,
            osm_way=number,
            from_node=number * 2,
            to_node=number * 2 + 1,
            digest=bytes(32),
        )
        for number, line in enumerate(lines)
    )
    member = Member.objects.create(username="bench", name="Bench")
    rng = np.random.default_rng(SEED)
    for number in range(walks):
        at = NOW - dt.timedelta(days=float(rng.uniform(0, 29)))
        patrol = Patrol.objects.create(
            member=member,
            started_at=at,
            received_at=at,
            source_digest=number.to_bytes(8),
            state=Patrol.State.MATCHED,
        )
        ends = np.sort(rng.integers(0, 1001, (stretches, 2)), axis=1)
        ends[:, 1] += ends[:, 0] == ends[:, 1]
        chosen = rng.integers(0, len(segments), stretches)
        WalkedStretch.objects.bulk_create(
            WalkedStretch(
                patrol=patrol,
                segment=segments[index],
                start_dm=int(start),
                end_dm=int(end),
                walked_at=at,
                confidence=1,
            )
            for index, (start, end) in zip(chosen, ends, strict=True)
        )
