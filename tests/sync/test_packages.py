"""The ground that a tablet carries of a cell, in the small town (its map is in tests/town.py)."""

import datetime as dt
import gzip
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import LineString, MultiPolygon, Point, Polygon
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from accounts.models import Member, Role
from grid.models import (
    Accompaniment,
    Area,
    Building,
    Cadence,
    CellStretch,
    Level,
    Responsibility,
    Segment,
    ServicePoint,
    Street,
)
from households.models import BuildingHead
from patrols.coverage import coverage
from streetlights.models import Lamp
from sync import areas, packages
from sync.package_marks import versions
from tests.conftest import Queries
from tests.households.homes import by_job, home, plan
from tests.sync.unpacking import line
from tests.town import Town, box, place, walk

pytestmark = pytest.mark.django_db
BORDER = ((150, 50), (250, 50))
FIRST = ((50, 50), (150, 50))


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    caches["packages"].clear()


def ask(member: Member, code: str, version: str = "", **headers: str) -> Any:
    client = Client()
    client.force_login(member)
    if version:
        headers["If-None-Match"] = f'"{version}"'
    return client.get(f"/api/v1/sync/packages/{code}/", headers=headers)


def package(town: Town, code: str = "", member: Member | None = None) -> dict[str, Any]:
    response = ask(member or town.worker, code or town.west.code)
    assert response.status_code == 200, response.content
    return response.json()


def named(found: dict[str, Any], town: Town) -> dict[tuple, int]:
    """Which rows of the package are the town's segments."""
    rows = {pk: i for i, pk in enumerate(found["segments"]["id"])}
    return {ends: rows[one.pk] for ends, one in town.segments.items() if one.pk in rows}


def test_a_segment_comes_with_all_that_walking_on_it_needs(town: Town) -> None:
    found = package(town)
    of, row = found["segments"], named(found, town)[FIRST]
    stored = town.segments[FIRST]
    assert found["streets"][of["street"][row]][:2] == ["Row 1", "第1街"]
    assert found["kinds"][of["kind"][row]] == "street"
    assert (of["duty"][row], of["cm"][row], of["cadence"][row]) == (1, 10_000, 7)
    assert (of["from"][row], of["to"][row]) == (stored.from_node, stored.to_node)
    drawn = shapely.get_coordinates(line(of["lines"][row]))
    assert drawn == pytest.approx(shapely.get_coordinates(shapely.from_wkb(bytes(stored.line.wkb))))
    assert town.sidewalk is not None
    assert found["links"] == [[town.sidewalk.pk, 0, 1000, stored.pk, 0, 1000]]
    side = of["id"].index(town.sidewalk.pk)
    assert (of["duty"][side], of["street"][side]) == (0, -1)


# West is x < 200: it holds the streets up to x = 150 and half of those that cross the border.
def test_own_stretches_are_the_cell_s_and_no_others(town: Town) -> None:
    for cell, half in ((town.west, [0, 500]), (town.east, [500, 1000])):
        found = packages.package(cell)
        rows = named(found, town)
        own = {row: part for row, *part in found["segments"]["own"]}
        assert own[rows[BORDER]] == half
        assert len(found["segments"]["own"]) == len(own)
        stored = CellStretch.objects.filter(cell=cell).values_list("segment_id", flat=True)
        assert {found["segments"]["id"][row] for row in own} == set(stored)


def test_the_cells_of_a_community_add_up_to_its_metres(town: Town) -> None:
    total = 0
    for cell in (town.west, town.east):
        of = packages.package(cell)["segments"]
        total += sum(min(end * 10, of["cm"][i]) - start * 10 for i, start, end in of["own"])
    now = timezone.now()
    day = timezone.localdate(now)
    assert total / 100 == coverage(town.community.code, start=day, end=day, now=now).metres


#    far    near  |west        0 . . . 200 . . . 400        near, from x = 400 to 600, is no farther
#    -300   -150  |                                         than 200 m from east; from west it is
def test_streets_within_two_hundred_metres_and_buildings_within_sixty_come_along(
    town: Town,
) -> None:
    def street(x: float) -> Segment:
        return Segment.objects.create(
            community=town.community, kind="alley", duty=True, metres=10, osm_way=int(10_000 + x),
            line=LineString(place(x, 200), place(x, 210), srid=4326), from_node=1, to_node=2,
            digest=bytes(32),
        )  # fmt: skip

    def house(x: float) -> Building:
        return Building.objects.create(
            community=town.community, osm_id=f"way/h{x}", footprint=box(x, 200, x + 5, 205)
        )

    streets, houses = [street(-190), street(-210)], [house(-60), house(-70)]
    found = packages.package(town.west)
    assert [one.pk in found["segments"]["id"] for one in streets] == [True, False]
    assert [one.pk in found["buildings"]["id"] for one in houses] == [True, False]
    assert not found["buildings"]["own"][found["buildings"]["id"].index(houses[0].pk)]


def test_the_street_that_a_far_sidewalk_accompanies_comes_along(town: Town) -> None:
    def segment(x: float, duty: bool) -> Segment:
        return Segment.objects.create(
            community=town.community, kind="footway", duty=duty, metres=10, osm_way=int(20_000 - x),
            line=LineString(place(x, 200), place(x, 210), srid=4326), from_node=3, to_node=4,
            digest=bytes(32),
        )  # fmt: skip

    street, side = segment(-204, True), segment(-198, False)
    Accompaniment.objects.create(
        sidewalk=side, start_dm=0, end_dm=100, street_segment=street, street_start_dm=100,
        street_end_dm=0,
    )  # fmt: skip
    found = packages.package(town.west)
    assert [side.pk, 0, 100, street.pk, 100, 0] in found["links"]
    assert found["segments"]["id"] == sorted(found["segments"]["id"])
    assert street.pk in found["segments"]["id"]


def test_borders_lamps_and_service_points(town: Town) -> None:
    west, east = packages.package(town.west), packages.package(town.east)
    assert west["cell"]["code"] == town.west.code
    assert [one["code"] for one in west["neighbours"]] == [town.east.code]
    outline = shapely.from_geojson(json.dumps(west["cell"]["outline"]))
    assert outline.equals_exact(shapely.from_wkb(bytes(town.west.geometry.wkb)), 1e-7)
    assert west["lamps"]["number"] == ["L-1"]
    assert (west["lamps"]["lon"][0], west["lamps"]["lat"][0]) == pytest.approx(place(100, 53))
    assert east["lamps"]["number"] == []
    assert east["service_points"]["name"] == ["Harbour Library"]


def test_a_building_with_a_yard_keeps_it(town: Town) -> None:
    ring = box(20, 220, 40, 240)[0][0].coords
    hole = box(25, 225, 35, 235)[0][0].coords
    ring_and_hole = MultiPolygon(Polygon(ring, hole), srid=4326)
    wall = Building.objects.create(
        community=town.community, cell=town.west, osm_id="way/yard", street_name="Row 3",
        number="5", footprint=ring_and_hole,
    )  # fmt: skip
    found = packages.package(town.west)["buildings"]
    row = found["id"].index(wall.pk)
    assert (found["address"][row], found["own"][row]) == ("Row 3 5", 1)
    rings = [shapely.get_coordinates(line(steps)) for steps in found["rings"][row]]
    assert [len(points) for points in rings] == [4, 4]
    assert rings[1] == pytest.approx(np.array(hole[:-1]), abs=1e-7)


def test_a_cadence_is_that_of_the_own_cell(town: Town) -> None:
    Cadence.objects.create(area=town.east, kind="street", days=3)
    for cell, days in ((town.west, 7), (town.east, 3)):
        found = packages.package(cell)
        assert found["segments"]["cadence"][named(found, town)[BORDER]] == days


def test_nothing_about_people_is_in_it(town: Town) -> None:
    with by_job():
        household = home(town.buildings[0], label="D-77", contact="Ann Secret")
        plan(household, town)
        BuildingHead.objects.create(
            area=town.west, building=town.buildings[0], address="Row 1", kind="elected",
            name="Bo Head", starts_on=dt.date(2020, 1, 1),
        )  # fmt: skip
    found = json.dumps(package(town), ensure_ascii=False)
    for word in ("D-77", "Ann", "Secret", "Bo Head", str(household.pk), "Wang Wei", "Tian Tian"):
        assert word not in found
    assert set(json.loads(found)) == {
        *("format", "version", "cell", "neighbours", "streets", "kinds", "segments", "links"),
        *("buildings", "lamps", "service_points"),
    }
    assert set(json.loads(found)["buildings"]) == {"id", "address", "own", "rings"}


def hold(member: Member, role: Role, area: Area, **more: Any) -> None:
    given = {"starts_on": dt.date(2020, 1, 1), **more}
    Responsibility.objects.create(member=member, role=role, area=area, **given)


def test_only_own_cells_are_there(town: Town) -> None:
    assert ask(town.worker, town.west.code).status_code == 200
    assert ask(town.coordinator, town.east.code).status_code == 200
    for member, code in (
        (town.worker, town.east.code),
        (town.leader, town.west.code),
        (town.outsider, town.west.code),
        (town.administrator, town.west.code),
        (town.worker, town.community.code),
        (town.worker, "nonsense"),
    ):
        response = ask(member, code)
        assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    assert Client().get(f"/api/v1/sync/packages/{town.west.code}/").status_code == 401


def test_cells_of_a_day_by_role_and_date(town: Town) -> None:
    today = timezone.localdate()
    yesterday = today - dt.timedelta(days=1)
    hold(town.outsider, Role.VOLUNTEER, town.east)
    hold(town.outsider, Role.LEADER, town.subdistrict)
    hold(town.outsider, Role.WORKER, town.west, ends_on=yesterday)
    hold(town.administrator, Role.WORKER, town.west)

    def codes(member: Member, day: dt.date = today) -> list[str]:
        return [cell.code for cell in areas.own_cells(member, day)]

    both = [town.west.code, town.east.code]
    assert codes(town.outsider) == [town.east.code]
    assert codes(town.outsider, yesterday) == both
    assert codes(town.coordinator) == both
    assert codes(town.leader) == []
    assert codes(town.administrator) == [town.west.code]
    Area.objects.filter(pk=town.west.pk).update(retired_on=today)
    assert codes(town.coordinator) == [town.east.code]
    Member.objects.filter(pk=town.coordinator.pk).update(is_active=False)
    assert codes(Member.objects.get(pk=town.coordinator.pk)) == []


def test_more_cells_than_a_tablet_carries_is_a_sentence(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(areas, "MOST_CELLS", 1)
    with pytest.raises(areas.TooMany, match="more than 1 cells"):
        areas.own_cells(town.coordinator, timezone.localdate())
    assert len(areas.own_cells(town.worker, timezone.localdate())) == 1


def version(town: Town) -> str:
    return versions([town.west])[town.west.code]


def _new_lamp(town: Town) -> None:
    Lamp.objects.create(
        community=town.community, cell=town.west, location=Point(*place(60, 60), srid=4326)
    )


CHANGES: dict[str, Callable[[Town], Any]] = {
    "a street's name": lambda town: Street.objects.filter(name="Row 1").update(name="Row One"),
    "a segment's line": lambda town: Segment.objects.filter(pk=town.segments[FIRST].pk).update(
        line=LineString(place(50, 50), place(150, 51), srid=4326)
    ),
    "a segment removed": lambda town: Segment.objects.filter(pk=town.segments[FIRST].pk).update(
        removed_on=timezone.localdate()
    ),
    "a sidewalk's street": lambda town: Accompaniment.objects.update(end_dm=900),
    "a border": lambda town: CellStretch.objects.filter(segment=town.segments[BORDER]).delete(),
    "a cadence": lambda town: Cadence.objects.create(kind="alley", days=2),
    "a building": lambda town: Building.objects.filter(pk=town.buildings[0].pk).update(number="9"),
    "a lamp": _new_lamp,
    "a service point": lambda town: ServicePoint.objects.update(cell=town.west),
    "the neighbour's name": lambda town: Area.objects.filter(pk=town.east.pk).update(name="East"),
}


def test_the_version_changes_with_whatever_is_in_it(town: Town) -> None:
    for name, change in CHANGES.items():
        before = version(town)
        assert version(town) == before
        change(town)
        assert version(town) != before, name


def test_what_is_not_in_it_leaves_it_as_it_was(town: Town) -> None:
    before, body = version(town), packages.package(town.west)
    Lamp.objects.get().see("dark", at=timezone.now(), member=town.worker)
    walk(town, town.worker, FIRST, 0, 500, days_ago=1)
    Area.objects.create(
        code="990101001001009", level=Level.CELL, name="Far", geometry=box(9000, 0, 9100, 100)
    )
    Building.objects.create(
        community=town.community, osm_id="way/far", footprint=box(900, 0, 909, 9)
    )
    assert packages.package(town.west) == body
    Building.objects.filter(osm_id="way/far").delete()
    assert version(town) == before


def test_an_unchanged_package_is_not_made_again(town: Town, queries: Queries) -> None:
    first = ask(town.worker, town.west.code)
    kept = first.json()["version"]
    assert first["ETag"] == f'"{kept}"'
    assert "private" in first["Cache-Control"]
    client = Client()
    client.force_login(town.worker)
    address = f"/api/v1/sync/packages/{town.west.code}/"
    # Session, member, responsibilities, cell, version.
    with queries(5):
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    # The same five: another tablet of the cell finds it made.
    with queries(5):
        assert client.get(address, {"v": kept}).json() == first.json()
    Street.objects.filter(name="Row 1").update(name="Row One")
    # Five, and segments, links, neighbours, stretches, cadences, buildings, lamps and
    # service points.
    with queries(13):
        changed = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["version"] != kept


def test_it_travels_gzipped_where_that_is_understood(town: Town) -> None:
    response = ask(town.worker, town.west.code, **{"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response["Vary"]
    plain = ask(town.worker, town.west.code)
    assert "Content-Encoding" not in plain
    assert gzip.decompress(response.content) == plain.content


def test_the_feed_names_versions_in_one_query(town: Town, queries: Queries) -> None:
    cells = areas.own_cells(town.coordinator, timezone.localdate())
    with queries(1):
        before = packages.listed(cells)
    assert [row["bytes"] for row in before] == [None, None]
    ask(town.worker, town.west.code)
    west, east = packages.listed(cells)
    assert west["version"] == before[0]["version"] == version(town)
    assert west["bytes"] > 500
    assert east["bytes"] is None
