"""The report's numbers: equal to ``manage.py coverage``, adding up, and right by a simple oracle.

The small town has 24 segments of 100 m in two cells; see tests/town.py.
"""

import dataclasses
import datetime as dt
import json
import random
from typing import Any

import pytest
import shapely
from django.utils import timezone

from api.errors import BadInput, UnknownArea
from grid.models import Cadence, StreetKind
from patrols.coverage import coverage, midnight
from patrols.models import BuildingPassed, Patrol, WalkedStretch
from patrols.walks import streets_of
from publish.coverage_report.figures import Small, report_of
from publish.darkness import darkness_of
from streetlights.models import Lamp
from tests.town import Town, place, small_town

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
TODAY = timezone.localdate(NOW)
DAY = dt.timedelta(days=1)


@pytest.fixture
def town(db) -> Town:
    return small_town()


def walk(town: Town, *stretches, days_ago: float, member=None) -> Patrol:
    at = NOW - dt.timedelta(days=days_ago)
    patrol = Patrol.objects.create(
        member=member or town.worker,
        started_at=at,
        received_at=at,
        source_digest=str((stretches, days_ago)).encode()[:32],
        state=Patrol.State.MATCHED,
    )
    WalkedStretch.objects.bulk_create(
        WalkedStretch(
            patrol=patrol, segment=segment, start_dm=start, end_dm=end, walked_at=at, confidence=1
        )
        for segment, start, end in stretches
    )
    return patrol


def walks_at_random(town: Town, seed: int = 7) -> None:
    """Forty walks over seventy days, by two members, each over some stretches anywhere."""
    draw = random.Random(seed)
    segments = [town.segments[key] for key in sorted(town.segments)]
    for number in range(40):
        stretches = []
        for segment in draw.sample(segments, 3):
            start = draw.randrange(0, 900)
            stretches.append((segment, start, draw.randrange(start + 1, 1001)))
        member = town.worker if number % 3 else town.teammate
        walk(town, *stretches, days_ago=round(draw.uniform(0.01, 70), 3), member=member)


def of(town: Town, days: int = 7, end: dt.date = TODAY, code: str = "", **more):
    return report_of(
        code or town.community.code, start=end - (days - 1) * DAY, end=end, now=NOW, **more
    )


def value(figures, key):
    return figures[key].value


@pytest.mark.parametrize(("days", "ago"), [(7, 0), (30, 0), (7, 12), (1, 3)])
def test_numbers_are_those_of_manage_py_coverage(town, days, ago):
    walks_at_random(town)
    BuildingPassed.objects.create(
        patrol=Patrol.objects.earliest("started_at"),
        building=town.buildings[0],
        passed_at=NOW - 2 * DAY,
    )
    end = TODAY - ago * DAY
    for code in (town.community.code, town.city.code, town.west.code):
        report = of(town, days, end, code)
        found = coverage(code, start=end - (days - 1) * DAY, end=end, now=NOW)
        same = {
            key: value(report.figures, key)
            for key in ("metres", "covered_metres", "coverage", "overdue_metres", "patrols",
                        "members", "buildings_passed")
        }  # fmt: skip
        assert same == {key: getattr(found, key) for key in same}
        for page, cell in zip(report.cells, found.cells, strict=True):
            assert page.area.code == cell.code
            assert page.member == cell.member
            keys = same.keys() - {"members"}
            assert {k: value(page.figures, k) for k in keys} == {k: getattr(cell, k) for k in keys}
        kinds = {one.kind: (one.metres, one.covered_metres) for one in report.kinds}
        assert kinds == {k: (v.metres, v.covered_metres) for k, v in found.kinds.items()}


def test_the_period_before_is_the_coverage_of_those_days(town):
    walks_at_random(town)
    report = of(town, 7)
    earlier = coverage(town.community.code, start=TODAY - 13 * DAY, end=TODAY - 7 * DAY, now=NOW)
    assert (report.previous_start, report.previous_end) == (TODAY - 13 * DAY, TODAY - 7 * DAY)
    assert value(report.previous, "covered_metres") == earlier.covered_metres
    assert value(report.previous, "overdue_metres") == earlier.overdue_metres
    assert value(report.previous, "patrols") == earlier.patrols


ADD_UP = (
    *("metres", "covered_metres", "overdue_metres", "lit_metres", "unlit_metres", "fault_metres"),
    *("lamps", "lamps_lit", "buildings_passed", "cases_taken_in", "cases_closed", "cases_open"),
)


def test_cells_kinds_and_communities_add_up_to_the_area(town):
    walks_at_random(town)
    Cadence.objects.create(area=town.east, kind=StreetKind.ALLEY, days=3)
    report = of(town, code=town.city.code)
    for which in ("figures", "previous"):
        for key in ADD_UP:
            parts = [getattr(page, which)[key].value for page in report.cells]
            whole = getattr(report, which)[key].value
            assert round(sum(parts), 2) == round(whole, 2), key
            assert getattr(report.communities[0], which)[key].value == whole
    for key in ("metres", "covered_metres", "overdue_metres"):
        kinds = sum(getattr(one, key) for one in report.kinds)
        assert round(kinds, 2) == value(report.figures, key)
    assert report.pages == report.communities
    assert report.nowhere is None


def test_every_decimetre_by_hand_says_the_same(town):
    """An oracle that knows nothing of intervals: a list of decimetres for each segment."""
    walks_at_random(town, 3)
    Lamp.objects.create(community=town.community, cell=town.west, location=_point(100, 50))
    report = of(town, 7)
    since, until = midnight(TODAY - 6 * DAY), NOW
    latest: dict[int, list[Any]] = {
        pk: [None] * 1000 for pk in (one.pk for one in town.segments.values())
    }
    covered = {pk: [False] * 1000 for pk in latest}
    rows = WalkedStretch.objects.filter(walked_at__lt=until).order_by("walked_at")
    for row in rows.filter(walked_at__gte=until - 30 * DAY):
        for at in range(row.start_dm, row.end_dm):
            latest[row.segment_id][at] = row.walked_at
            covered[row.segment_id][at] |= row.walked_at >= since
    ages = sorted(
        31 if at is None else (until - at) // DAY for row in latest.values() for at in row
    )
    late = sum(at is None or until - at > 7 * DAY for row in latest.values() for at in row)
    assert value(report.figures, "covered_metres") == sum(map(sum, covered.values())) / 10
    assert value(report.figures, "overdue_metres") == late / 10
    median = ages[(len(ages) + 1) // 2 - 1]
    told = value(report.figures, "freshness_median_days")
    assert told == median if median < 30 else told == Small(30, None)
    assert round(sum(one.metres for one in report.map.streets), 2) == 2400
    drawn = {"overdue": 0.0, "never": 0.0}
    for one in report.map.streets:
        drawn[one.freshness] = drawn.get(one.freshness, 0) + one.metres
    assert round(drawn["overdue"] + drawn["never"], 2) == late / 10
    assert {one.cell for one in report.map.streets} == {town.west.code, town.east.code}


def _point(x: float, y: float):
    from django.contrib.gis.geos import Point

    return Point(*place(x, y), srid=4326)


def test_light_and_nights_are_those_of_the_map(town):
    walks_at_random(town)
    # 2 in the night between two June days over Helsinki is dark enough; noon is not.
    segment = town.segments[(50, 50), (150, 50)]
    at = dt.datetime(2026, 6, 28, 22, 30, tzinfo=dt.UTC)
    walk(town, (segment, 0, 400), days_ago=(NOW - at) / DAY)
    lamp = Lamp.objects.create(
        community=town.community, cell=town.west, location=_point(100, 50), working=False
    )
    Lamp.objects.create(community=town.community, cell=town.east, location=_point(300, 50))
    report = of(town)
    streets = streets_of(town.community)
    found = darkness_of(town.community, streets, [], since=midnight(TODAY - 6 * DAY), until=NOW)
    for key in ("lit_metres", "unlit_metres", "fault_metres"):
        assert value(report.figures, key) == found[key]
    share = round(found["night_covered_metres"] / found["metres"], 4)
    assert value(report.figures, "night_coverage") == share
    assert (value(report.figures, "lamps"), value(report.figures, "lamps_lit")) == (3, 2)
    assert [one.cell for one in report.map.lamps] == [lamp.cell and lamp.cell.code]


def test_a_lamp_counts_as_it_was_last_seen_by_the_end_of_the_period(town):
    lamp = Lamp.objects.create(
        community=town.community, cell=town.west, location=_point(100, 50), number="7"
    )
    lamp.see("dark", at=NOW - 10 * DAY)
    lamp.see("lit", at=NOW - 2 * DAY)
    assert value(of(town).figures, "lamps_lit") == 2
    week_ago = of(town, 7, TODAY - 7 * DAY)
    assert value(week_ago.figures, "lamps_lit") == 1
    assert value(week_ago.figures, "fault_metres") > 0
    assert value(of(town, 7, TODAY - 14 * DAY).figures, "lamps_lit") == 2
    assert value(of(town).previous, "lamps_lit") == 1


def test_what_lies_in_no_cell_has_a_row_of_its_own(town):
    segment = town.segments[(50, 50), (150, 50)]
    segment.cell_stretches.all().delete()
    segment.cell_stretches.create(cell=town.west, start_dm=0, end_dm=1000)
    town.segments[(50, 50), (50, 150)].cell_stretches.all().delete()
    report = of(town)
    assert report.nowhere is not None
    assert value(report.nowhere.figures, "metres") == 100
    assert sum(value(page.figures, "metres") for page in report.cells) == 2300


def test_an_area_without_walks_streets_or_cells_has_a_report(town):
    report = of(town)
    assert value(report.figures, "coverage") == 0
    assert value(report.figures, "freshness_median_days") == Small(30, None)
    assert value(report.figures, "cases_on_time") is None
    assert value(report.figures, "visits_due") is None
    assert json.dumps(report.as_dict())


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (TODAY, TODAY - DAY, "before the first"),
        (TODAY, TODAY + DAY, "yet to come"),
        (TODAY - 400 * DAY, TODAY, "366 days"),
    ],
)
def test_days_that_cannot_be_are_refused(town, start, end, sentence):
    with pytest.raises(BadInput, match=sentence):
        report_of(town.community.code, start=start, end=end, now=NOW)


def test_an_unknown_area_is_refused(db):
    with pytest.raises(UnknownArea):
        report_of("990109", start=TODAY, end=TODAY, now=NOW)


def test_a_past_period_says_the_same_whenever_it_is_made(town):
    walks_at_random(town)
    code, end = town.community.code, TODAY - 5 * DAY
    once = report_of(code, start=end - 6 * DAY, end=end, now=NOW)
    again = report_of(code, start=end - 6 * DAY, end=end, now=NOW + 3 * DAY)
    assert dataclasses.replace(again, made_for=once.made_for) == once


def test_weeks_end_with_the_period_and_go_back_through_the_one_before(town):
    walks_at_random(town)
    report = of(town, 14)
    assert [week.end for week in report.weeks] == [TODAY - 7 * n * DAY for n in (3, 2, 1, 0)]
    for week in report.weeks:
        found = coverage(town.community.code, start=week.start, end=week.end, now=NOW)
        assert week.covered_metres == found.covered_metres


def test_the_longest_overdue_streets_come_first_by_name(town):
    row_1 = [town.segments[(x, 50), (x + 100, 50)] for x in (50, 150, 250)]
    walk(town, *((segment, 0, 1000) for segment in row_1), days_ago=1)
    report = of(town)
    west = report.cells[0]
    assert [row.metres for row in west.overdue] == sorted(
        (row.metres for row in west.overdue), reverse=True
    )
    assert "Row 1" not in {row.name for row in report.overdue}
    assert sum(row.metres for row in west.overdue) == value(west.figures, "overdue_metres")
    assert west.overdue_streets == len(west.overdue)


def test_progress_is_told_and_may_stop_the_work(town):
    class Stop(Exception):
        pass

    def stop(done: int, of_all: int) -> None:
        assert (done, of_all) == (1, 1)
        raise Stop

    with pytest.raises(Stop):
        of(town, code=town.city.code, progress=stop)


def test_the_map_draws_outlines_and_shares(town):
    walks_at_random(town)
    report = of(town, code=town.city.code)
    assert [one.code for one in report.map.cells] == [town.community.code]
    assert [one.code for one in report.communities[0].map.cells] == [
        town.west.code,
        town.east.code,
    ]
    assert all(shapely.is_valid(one.outline) for one in report.map.cells)
    assert report.map.cells[0].share == value(report.figures, "coverage")
