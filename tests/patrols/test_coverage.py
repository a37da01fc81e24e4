"""Coverage, freshness and overdue metres of the small town.

Each segment is 100 m; the three between x = 150 and x = 250 lie half in each cell. Twenty-four
segments make 2,400 m, 1,200 m in each cell.
"""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from grid.models import Cadence, StreetKind
from patrols.coverage import coverage, freshness
from patrols.models import Patrol, WalkedStretch
from tests.town import Town, small_town

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
TODAY = timezone.localdate(NOW)
HOUR = 1 / 24
ROW_1_WEST = ((50, 50), (150, 50))
ROW_1_MIDDLE = ((150, 50), (250, 50))


@pytest.fixture
def town(db) -> Town:
    return small_town()


def walk(town: Town, *stretches, days_ago: float = HOUR, member=None) -> Patrol:
    """A matched patrol over (segment key, start_dm, end_dm) that many days ago."""
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
            patrol=patrol,
            segment=town.segments[key],
            start_dm=start,
            end_dm=end,
            walked_at=at,
            confidence=1,
        )
        for key, start, end in stretches
    )
    return patrol


def of(code: str, days: int = 7, **more):
    return coverage(code, start=TODAY - dt.timedelta(days=days - 1), end=TODAY, now=NOW, **more)


def test_nothing_walked_is_nothing_covered_and_all_overdue(town):
    found = of(town.community.code)
    assert (found.metres, found.covered_metres, found.coverage) == (2400, 0, 0)
    assert found.overdue_metres == 2400


def test_walking_twice_counts_once(town):
    #  0        60 m      100 m
    #  [---------)
    #       [--------------)      together all of it
    walk(town, (ROW_1_WEST, 0, 600), (ROW_1_WEST, 300, 1000))
    walk(town, (ROW_1_WEST, 0, 1000), days_ago=1)
    found = of(town.community.code)
    assert found.covered_metres == 100
    assert (found.patrols, found.members) == (2, 1)


def test_a_segment_across_the_border_counts_in_both_cells_once_in_total(town):
    walk(town, (ROW_1_MIDDLE, 400, 900))
    found = of(town.community.code)
    west, east = found.cells
    assert (west.covered_metres, east.covered_metres) == (10, 40)
    assert found.covered_metres == 50
    assert sum(cell.metres for cell in found.cells) == found.metres == 2400


def test_a_cell_asked_alone_is_the_same_as_in_its_community(town):
    walk(town, (ROW_1_MIDDLE, 400, 900), (ROW_1_WEST, 0, 1000))
    whole = of(town.community.code)
    for cell in whole.cells:
        alone = of(cell.code)
        assert alone.cells == [cell]
        assert (alone.metres, alone.covered_metres) == (cell.metres, cell.covered_metres)


def test_the_window_starts_at_local_midnight_and_holds_both_days(town):
    first = TODAY - dt.timedelta(days=6)
    midnight = dt.datetime.combine(first, dt.time(), timezone.get_default_timezone())
    before = (NOW - midnight) / dt.timedelta(days=1)
    walk(town, (ROW_1_WEST, 0, 500), days_ago=before)
    walk(town, (ROW_1_WEST, 500, 1000), days_ago=before + 1 / 86_400)
    assert of(town.community.code, days=7).covered_metres == 50
    assert of(town.community.code, days=8).covered_metres == 100


def test_a_past_window_knows_nothing_of_later_walks(town):
    walk(town, (ROW_1_WEST, 0, 1000))
    day = TODAY - dt.timedelta(days=1)
    assert coverage(town.community.code, start=day, end=day, now=NOW).covered_metres == 0


def test_overdue_follows_the_cadence_of_kind_and_nearest_area(town):
    walk(town, (ROW_1_WEST, 0, 1000), days_ago=8)
    assert of(town.community.code).overdue_metres == 2400
    Cadence.objects.create(area=town.community, kind=StreetKind.STREET, days=10)
    assert of(town.community.code).overdue_metres == 2300
    Cadence.objects.create(area=town.west, kind=StreetKind.STREET, days=2)
    assert of(town.community.code).overdue_metres == 2400


def test_a_segments_own_cadence_wins(town):
    walk(town, (ROW_1_WEST, 0, 1000), days_ago=8)
    segment = town.segments[ROW_1_WEST]
    segment.cadence_days = 30
    segment.save()
    assert of(town.community.code).overdue_metres == 2300


def test_a_sidewalk_is_no_metres_of_its_own(town):
    found = of(town.community.code, segments=True)
    assert town.sidewalk.pk not in {segment.id for segment in found.segments}
    assert found.metres == sum(segment.metres for segment in found.segments)


def test_segments_tell_when_they_were_last_walked(town):
    walk(town, (ROW_1_WEST, 0, 300), days_ago=40)
    row = next(
        segment
        for segment in of(town.community.code, segments=True).segments
        if segment.id == town.segments[ROW_1_WEST].pk
    )
    assert row.last_walked == NOW - dt.timedelta(days=40)
    assert (row.name, row.kind, row.metres, row.covered_metres) == ("Row 1", "street", 100, 0)


def test_the_last_centimetres_of_a_segment_count_as_they_are(town):
    segment = town.segments[ROW_1_WEST]
    segment.metres = Decimal("99.93")
    segment.save()
    walk(town, (ROW_1_WEST, 0, segment.length_dm))
    found = of(town.community.code)
    assert found.covered_metres == 99.93
    assert found.metres == 2399.93


def test_a_patrol_counts_once_in_each_cell_it_walked_in(town):
    walk(town, (ROW_1_WEST, 0, 500), (ROW_1_WEST, 600, 900), (ROW_1_MIDDLE, 400, 600))
    walk(town, (ROW_1_WEST, 0, 100), member=town.teammate, days_ago=1)
    found = of(town.community.code)
    assert [cell.patrols for cell in found.cells] == [2, 1]
    assert (found.patrols, found.members) == (2, 2)


def test_the_responsible_worker_is_named(town):
    assert [cell.member for cell in of(town.community.code).cells] == ["Wang Wei", "Tian Tian"]


def test_freshness_tells_each_stretch_its_latest_walk(town):
    #   day -5  [----------------)
    #   day -1       [-----)
    walk(town, (ROW_1_WEST, 0, 1000), days_ago=5)
    walk(town, (ROW_1_WEST, 300, 600), days_ago=1)
    old, new = (NOW - dt.timedelta(days=days) for days in (5, 1))
    found = freshness(town.community.code, as_of=NOW)
    assert found == {
        town.segments[ROW_1_WEST].pk: [(0, 300, old), (300, 600, new), (600, 1000, old)]
    }


def test_freshness_of_a_cell_stops_at_its_border(town):
    walk(town, (ROW_1_MIDDLE, 0, 1000))
    found = freshness(town.west.code, as_of=NOW)
    assert found == {town.segments[ROW_1_MIDDLE].pk: [(0, 500, NOW - dt.timedelta(hours=1))]}


def test_coverage_takes_few_queries_however_large_the_area(town, django_assert_num_queries):
    walk(town, (ROW_1_WEST, 0, 1000))
    # area, segments, stretches in cells, cadences, walks, buildings passed, cells, their members
    with django_assert_num_queries(8):
        of(town.community.code)
