"""Coverage of a past window counts by the cells in force then.

On 20 June the town's two cells, west and east of x = 200, became a southern and a northern one::

    +----|----+        +---------+
    |    |    |        |  north  |
    |west|east|   →    +---------+  y = 200
    |    |    |        |  south  |
    +----|----+        +---------+
"""

import datetime as dt

import pytest

from api.errors import UnknownArea
from grid.cell_register import DrawnCell, register_cells
from grid.metres import shapes
from grid.models import Area, Cadence, Segment, Street, StreetKind
from patrols.coverage import coverage
from patrols.models import BuildingPassed, Patrol, WalkedStretch
from patrols.walks import streets_of
from tests.conftest import Queries
from tests.town import Town, box, place

CHANGED = dt.date(2026, 6, 20)
NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
MAY = (dt.date(2026, 5, 1), dt.date(2026, 5, 31))
JUNE = (dt.date(2026, 6, 1), dt.date(2026, 6, 30))
#: From x = 150 to 250 at y = 50: half west, half east; all of it south.
ROW_1_MIDDLE = ((150, 50), (250, 50))


@pytest.fixture
def then(town: Town) -> Town:
    """Walked on 15 May over the border, and divided anew since."""
    at = dt.datetime(2026, 5, 15, 12, tzinfo=dt.UTC)
    patrol = Patrol.objects.create(
        member=town.worker, started_at=at, received_at=at, state=Patrol.State.MATCHED
    )
    WalkedStretch.objects.create(
        patrol=patrol, segment=town.segments[ROW_1_MIDDLE], start_dm=0, end_dm=1000,
        walked_at=at, confidence=1,
    )  # fmt: skip
    # The building in the middle of the south-eastern block.
    BuildingPassed.objects.create(patrol=patrol, building=town.buildings[6], passed_at=at)
    halves = [(0, 0, 400, 200), (0, 200, 400, 400)]
    register_cells(
        town.community, [DrawnCell(shapes([box(*one)])[0]) for one in halves], today=CHANGED
    )
    return town


def by_cell(days: tuple[dt.date, dt.date], code: str) -> dict[str, tuple[float, float, int]]:
    found = coverage(code, start=days[0], end=days[1], now=NOW)
    return {
        one.code[-3:]: (one.metres, one.covered_metres, one.buildings_passed) for one in found.cells
    }


def test_last_months_report_keeps_last_months_cells(then: Town) -> None:
    assert by_cell(MAY, then.community.code) == {"001": (1200, 50, 0), "002": (1200, 50, 1)}
    now = by_cell(JUNE, then.community.code)
    assert [metres for metres, _covered, _passed in now.values()] == [1200, 1200]
    assert [covered for _metres, covered, _passed in now.values()] == [0, 0]
    names = [one.name for one in coverage(
        then.community.code, start=MAY[0], end=MAY[1], now=NOW).cells]  # fmt: skip
    assert names == ["Lantern West", "Lantern East"]
    member = coverage(then.east.code, start=MAY[0], end=MAY[1], now=NOW).cells[0].member
    assert member == "Tian Tian"


def test_a_cell_that_is_gone_can_be_asked_about_its_days(then: Town) -> None:
    gone = Area.objects.exclude(retired_on=None).get()
    found = coverage(gone.code, start=MAY[0], end=MAY[1], now=NOW)
    assert (found.metres, found.covered_metres, len(found.cells)) == (1200, 50, 1)
    with pytest.raises(UnknownArea):
        coverage(gone.code, start=JUNE[0], end=JUNE[1], now=NOW)


def test_larger_areas_join_divisions_of_then_and_of_today(then: Town) -> None:
    other = Area.objects.create(
        code="990101001002", level=12, name="Other", geometry=box(400, 0, 500, 400)
    )
    Area.objects.create(
        code="990101001002001", level=15, name="Only", geometry=box(400, 0, 500, 400)
    )
    assert other.pk
    assert set(by_cell(MAY, "9901")) == {"001", "002"}
    found = coverage("9901", start=MAY[0], end=MAY[1], now=NOW)
    assert [one.code for one in found.cells] == [
        then.west.code, then.east.code, "990101001002001",
    ]  # fmt: skip
    assert found.metres == sum(one.metres for one in found.cells) == 2400


def test_cadences_of_cells_count_for_the_cells_of_then(then: Town) -> None:
    Cadence.objects.create(area=then.east, kind=StreetKind.STREET, days=90)
    streets = streets_of(then.community, MAY[1])
    east = (streets.cell == then.east.code) & (streets.kinds[streets.parts.segment] == "street")
    assert set(streets.cadence()[east].tolist()) == {90}
    assert set(streets.cadence()[~east].tolist()) == {7}


def test_a_street_mapped_since_counts_for_the_community_and_no_cell_of_then(then: Town) -> None:
    from django.contrib.gis.geos import LineString

    Segment.objects.create(
        community=then.community, street=Street.objects.first(), kind="street", duty=True,
        line=LineString(place(50, 350), place(50, 380), srid=4326), metres=30, osm_way=77,
        from_node=77_001, to_node=77_002, digest=bytes(32),
    )  # fmt: skip
    found = coverage(then.community.code, start=MAY[0], end=MAY[1], now=NOW)
    assert (found.metres, sum(one.metres for one in found.cells)) == (2430, 2400)


def test_todays_cells_cost_no_query_more(then: Town, queries: Queries) -> None:
    with queries(2):
        streets_of(then.community)
    with queries(3):
        streets_of(then.community, CHANGED)
    with queries(4):
        streets_of(then.community, MAY[1])
