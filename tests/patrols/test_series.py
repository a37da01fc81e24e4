"""Coverage day by day is the coverage of each day's window."""

import datetime as dt
import json
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command
from django.utils import timezone

from patrols.coverage import coverage, midnight
from patrols.models import Patrol, WalkedStretch
from patrols.series import series
from tests.town import Town

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
TODAY = timezone.localdate(NOW)


def walk(town: Town, segment, start: int, end: int, at: dt.datetime) -> None:
    patrol = Patrol.objects.create(
        member=town.worker, started_at=at, received_at=at, state=Patrol.State.MATCHED
    )
    WalkedStretch.objects.create(
        patrol=patrol, segment=segment, start_dm=start, end_dm=end, walked_at=at, confidence=1
    )


def walks(town: Town, count: int = 60) -> None:
    """At random, many at the ends of segments and of days."""
    rng = np.random.default_rng(8)
    segments = list(town.segments.values())
    for _ in range(count):
        start, end = sorted(int(x) for x in rng.choice([0, 300, 499, 500, 999, 1000], 2, False))
        day = midnight(TODAY - dt.timedelta(days=int(rng.integers(0, 12))))
        seconds = float(rng.choice([-0.001, 0, 0.5, 3600, 23 * 3600]))
        segment = segments[int(rng.integers(0, len(segments)))]
        walk(town, segment, start, end, day + dt.timedelta(seconds=seconds))


@pytest.mark.parametrize("days", [1, 3, 30])
def test_each_day_is_the_coverage_of_its_window(town: Town, days: int) -> None:
    walks(town)
    # A length that is no whole number of decimetres.
    segment = town.segments[(50, 50), (150, 50)]
    segment.metres = "99.97"
    segment.save()
    walk(town, segment, 900, 1000, NOW - dt.timedelta(days=2))
    start = TODAY - dt.timedelta(days=7)
    for code in (town.community.code, town.west.code):
        found = series(code, start=start, end=TODAY, days=days, now=NOW)
        assert [row.day for row in found] == [start + dt.timedelta(days=n) for n in range(8)]
        for row in found:
            window = coverage(
                code, start=row.day - dt.timedelta(days=days - 1), end=row.day, now=NOW
            )
            assert (row.metres, row.covered_metres) == (window.metres, window.covered_metres)


def test_the_command_prints_each_day(town: Town) -> None:
    walk(town, town.segments[(50, 50), (150, 50)], 0, 1000, midnight(dt.date(2026, 6, 28)))
    out = StringIO()
    window = ["--from", "2026-06-27", "--to", "2026-06-30", "--each-day", "2"]
    call_command("coverage", town.community.code, *window, "--json", stdout=out)
    found = [(row["day"], row["covered_metres"]) for row in json.loads(out.getvalue())["each_day"]]
    assert found == [
        ("2026-06-27", 0),
        ("2026-06-28", 100),
        ("2026-06-29", 100),
        ("2026-06-30", 0),
    ]
    out = StringIO()
    call_command("coverage", town.community.code, *window, stdout=out)
    lines = [line.split() for line in out.getvalue().splitlines() if line.startswith("2026-")]
    assert [line[-1] for line in lines] == ["0.0%", "4.2%", "4.2%", "0.0%"]
