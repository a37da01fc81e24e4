"""Dividing the small town: codes, responsibilities, and what lies in which cell."""

import datetime as dt
import itertools
from collections.abc import Sequence

import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from api.errors import BadGeometry, UnknownArea
from grid.division import CommunityDivision, communities_of, divide
from grid.locks import lock_community
from grid.metres import shapes, to_geos
from grid.models import Area, Building, CellStretch, Responsibility, Segment
from grid.placing import place_in_cells
from grid.standard import Standard
from spatial.cells import verdict
from tests.town import Town, box

TODAY = dt.date(2026, 11, 22)
HALVES = (150, 200)


@pytest.fixture
def lived_in(town: Town) -> Town:
    """Nine buildings of 40 dwellings: two cells at 150–200, one for each half or so."""
    Building.objects.update(flats=40)
    return town


def cut(town: Town, fixed: Sequence[shapely.Polygon] = ()) -> CommunityDivision:
    return divide(town.community, standard=Standard(HALVES), today=TODAY, fixed=fixed)


def test_cells_tile_the_community_and_are_balanced(lived_in: Town) -> None:
    division = cut(lived_in)
    cells = Area.objects.cells().inside(lived_in.community.code)
    assert sorted(cell.households for cell in cells) == [160, 200]
    assert [cell.area.code for cell in division.cells] == [cell.code for cell in cells]
    assert division.max_to_mean == pytest.approx(200 / 180)
    drawn = shapes(cell.geometry for cell in cells)
    assert shapely.coverage_is_valid(drawn)
    community = shapes([lived_in.community.geometry])[0]
    assert shapely.union_all(drawn).symmetric_difference(community).area < 1e-10
    assert verdict(drawn, community, sliver=1e-7).clean


def test_every_decimetre_of_duty_lies_in_one_cell(lived_in: Town) -> None:
    division = cut(lived_in)
    for segment in Segment.objects.duty():
        rows = list(segment.cell_stretches.order_by("start_dm").values_list("start_dm", "end_dm"))
        assert rows[0][0] == 0
        assert rows[-1][1] == segment.length_dm
        assert all(one[1] == two[0] for one, two in itertools.pairwise(rows))
    assert not CellStretch.objects.filter(segment=lived_in.sidewalk).exists()
    assert sum(cell.metres for cell in division.cells) == pytest.approx(2400)


def test_places_follow_their_cells(lived_in: Town) -> None:
    cut(lived_in)
    placed: list[tuple[GEOSGeometry, Area | None]] = [
        (building.footprint, building.cell) for building in Building.objects.all()
    ]
    placed += [(lamp.location, lamp.cell) for lamp in lived_in.community.lamp_set.all()]
    for shape, cell in placed:
        assert cell is not None
        assert cell.geometry.covers(shape.point_on_surface)
        assert cell.retired_on is None


def test_again_with_nothing_changed_changes_nothing(lived_in: Town) -> None:
    cut(lived_in)
    stretches = set(CellStretch.objects.values_list("pk", flat=True))
    again = cut(lived_in).registered
    assert (again.made, again.changed, again.retired, again.ended) == ([], [], [], [])
    assert not again.placed.changed
    assert set(CellStretch.objects.values_list("pk", flat=True)) == stretches


def test_a_cell_that_keeps_most_of_its_buildings_keeps_code_name_and_people(town: Town) -> None:
    # West has the two western columns (6 buildings), east one (3). Dwellings pull the border
    # eastwards over no column, so both keep most.
    Building.objects.update(flats=40)
    Building.objects.filter(cell=town.east).update(flats=70)
    divide(town.community, standard=Standard((200, 250)), today=TODAY)
    codes = list(Area.objects.cells().inside(town.community.code).values_list("code", "name"))
    assert codes == [(town.west.code, "Lantern West"), (town.east.code, "Lantern East")]
    assert not Responsibility.objects.exclude(ends_on=None).exists()


def test_a_cell_that_is_gone_ends_its_responsibilities(lived_in: Town) -> None:
    whole = divide(lived_in.community, standard=Standard((300, 500)), today=TODAY)
    assert len(whole.cells) == 1
    gone = set(whole.registered.retired)
    assert gone
    for code in gone:
        area = Area.objects.get(code=code)
        assert area.retired_on == TODAY
        assert list(area.responsibilities.values_list("ends_on", flat=True)) == [TODAY]
    assert {held.area.code for held in whole.registered.ended if held.area} == gone
    assert Responsibility.objects.get(area=lived_in.community).ends_on is None


def test_codes_are_never_used_twice(lived_in: Town) -> None:
    divide(lived_in.community, standard=Standard((300, 500)), today=TODAY)
    used = set(Area.objects.values_list("code", flat=True))
    division = divide(lived_in.community, standard=Standard((60, 90)), today=TODAY)
    assert len(division.cells) == 5
    assert not used & set(division.registered.made)


def test_an_estate_stays_a_cell_of_its_own(lived_in: Town) -> None:
    estate = shapes([box(50, 50, 250, 150)])[0]
    first = divide(lived_in.community, standard=Standard((100, 150)), today=TODAY, fixed=[estate])
    (kept,) = [cell.area for cell in first.cells if cell.area.fixed]
    assert kept.geometry.sym_difference(to_geos(estate)).area < 1e-10
    again = divide(lived_in.community, standard=Standard((60, 90)), today=TODAY)
    assert [cell.area.code for cell in again.cells if cell.area.fixed] == [kept.code]


def test_an_estate_elsewhere_is_refused_and_nothing_changes(lived_in: Town) -> None:
    before = list(Area.objects.values_list("code", "retired_on"))
    with pytest.raises(BadGeometry, match="does not lie in the area"):
        cut(lived_in, fixed=[shapes([box(900, 900, 950, 950)])[0]])
    assert list(Area.objects.values_list("code", "retired_on")) == before


def test_a_new_segment_gets_its_cell_without_a_new_division(lived_in: Town) -> None:
    cut(lived_in)
    segment = Segment.objects.duty().first()
    assert segment is not None
    segment.cell_stretches.all().delete()
    placed = place_in_cells(lived_in.community)
    assert (placed.places, placed.stretches_dropped) == (0, 0)
    assert placed.stretches_made == segment.cell_stretches.count() > 0


def test_an_area_above_means_its_communities(town: Town) -> None:
    assert communities_of(town.city.code) == [town.community]
    with pytest.raises(UnknownArea, match="is a cell"):
        communities_of(town.west.code)
    with pytest.raises(UnknownArea, match="no community"):
        communities_of("12")


@pytest.mark.django_db(transaction=True)
def test_the_lock_needs_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        lock_community("990101001001")
    with transaction.atomic(), connection.cursor() as cursor:
        lock_community("990101001001")
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        assert cursor.fetchone()[0] >= 1
