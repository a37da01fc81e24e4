"""Coverage of a district for 30 days, at once and day by day: loaded and summed."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from bench import scratch
from bench.rows import row

SEED = 20261122
NOW = dt.datetime(2026, 6, 30, 20, tzinfo=dt.UTC)
CODE = "990101001001"
Answer = TypeVar("Answer")
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
        from django.utils import timezone

        from patrols.coverage import coverage
        from patrols.series import series

        _make(blocks, walks, stretches)
        today = timezone.localdate(NOW)
        start, week = (today - dt.timedelta(days=days) for days in (29, 6))
        coverage(CODE, start=start, end=today, now=NOW)  # compile and warm
        series(CODE, start=today, end=today, days=7, now=NOW)
        found, seconds = _timed(lambda: coverage(CODE, start=start, end=today, now=NOW))
        daily, drawing = _timed(lambda: series(CODE, start=start, end=today, days=7, now=NOW))
        last, one = _timed(lambda: coverage(CODE, start=week, end=today, now=NOW))
        metres, peer = _timed(lambda: _range_agg(start))
    if daily[-1].covered_metres != last.covered_metres:
        raise AssertionError("the last day of the series is not the coverage of its window")
    case = f"district, {walks * stretches:,} stretches"
    postgres, reports = "PostgreSQL range_agg", "a report for each day"
    return [
        row(case, "seconds", seconds, "s", postgres, peer),
        row(case, "covered_metres", found.covered_metres, "m", postgres, metres),
        row(case, "series_seconds", drawing, "s", reports, one * len(daily)),
    ]


def _timed(answer: Callable[[], Answer]) -> tuple[Answer, float]:
    began = time.perf_counter()
    return answer(), time.perf_counter() - began


def _range_agg(start: dt.date) -> float:
    """Metres walked since that day, as PostgreSQL finds them."""
    from django.db import connection

    from patrols.coverage import midnight

    with connection.cursor() as cursor:
        cursor.execute(PEER, [midnight(start), NOW])
        return float(cursor.fetchone()[0])


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
