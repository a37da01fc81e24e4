"""import_osm, from the command line to the stored town."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from django.core.management import CommandError, call_command

from grid.models import (
    Accompaniment,
    Area,
    Backdrop,
    Building,
    CellStretch,
    Segment,
    ServicePoint,
    Street,
)
from streetlights.models import Lamp
from tests.grid.osm_drawing import lonlat, osm, write

#       5
#       |            Oak Lane (alley), 5 to 2
#  1 ---2--- 3       Elm Street, 100 m and 100 m
#  7 ---:--- 8       its sidewalk, 8 m south, and
#       :            a crossing, 2 to 9
#                    a house 21-24, a lamp 4, a pharmacy 6
NODES = {
    1: (0, 0), 2: (100, 0), 3: (200, 0), 5: (100, 100), 7: (0, -8), 8: (200, -8), 9: (100, -8),
    4: (50, 4), 6: (150, 20), 21: (20, 30), 22: (40, 30), 23: (40, 50), 24: (20, 50),
}  # fmt: skip
TAGGED = {
    4: {"highway": "street_lamp", "ref": "L-4", "height": "6 m"},
    6: {"amenity": "pharmacy", "name": "同仁堂"},
}
ELM = {"highway": "residential", "name": "榆树街", "name:en": "Elm Street"}
HOUSE = {
    "building": "apartments", "building:levels": "6", "building:flats": "48",
    "addr:street": "榆树街", "addr:housenumber": "19甲",
}  # fmt: skip
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    10: ([1, 2, 3], ELM),
    11: ([5, 2], {"highway": "service", "service": "alley", "name": "Oak Lane"}),
    12: ([7, 9, 8], {"highway": "footway", "footway": "sidewalk"}),
    13: ([2, 9], {"highway": "footway", "footway": "crossing"}),
    14: ([21, 22, 23, 24, 21], HOUSE),
    15: ([1, 21, 22], {"building": "shed"}),
    16: ([5, 23], {"highway": "motorway"}),
    17: ([21, 22, 23, 21], {"leisure": "park"}),
}
CODE = "110108001001"
Import = Callable[..., dict[str, Any]]


@pytest.fixture
def run(tmp_path: Path, db: None) -> Import:
    """Write a drawing and import it; the JSON object that the command printed."""

    def run(
        *options: str, nodes: Any = NODES, ways: Any = WAYS, tagged: Any = TAGGED
    ) -> dict[str, Any]:
        path = write(tmp_path, osm(nodes, ways, tagged=tagged))
        out = StringIO()
        call_command("import_osm", str(path), "--json", *options, stdout=out)
        result: dict[str, Any] = json.loads(out.getvalue())
        return result

    return run


def rows() -> list[tuple[object, ...]]:
    """Everything stored, with primary keys."""
    models = [Segment, Accompaniment, Street, Building, Lamp, ServicePoint, Backdrop, Area]
    return [row for model in models for row in model._default_manager.order_by("pk").values_list()]


def test_a_town_is_stored_and_counted(run: Import) -> None:
    result = run("--code", CODE, "--name", "学院路")
    assert result["area"] == CODE
    assert result["segments"] == {
        "added": 6,
        "updated": 0,
        "unchanged": 0,
        "removed": 0,
        "metres": pytest.approx(300, abs=0.1),
    }
    one = {"added": 1, "updated": 0, "unchanged": 0, "removed": 0}
    assert (result["buildings"], result["lamps"], result["service_points"]) == (one, one, one)
    assert result["skipped"] == [{"id": "way/15", "kind": "building", "reason": "open_ring"}]


def test_what_is_stored_says_what_the_map_says(run: Import) -> None:
    run("--code", CODE, "--name", "学院路")
    house = Building.objects.get()
    assert (house.osm_id, house.kind, house.levels, house.flats) == ("way/14", "apartments", 6, 48)
    assert (house.street_name, house.number) == ("榆树街", "19甲")
    lamp = Lamp.objects.get()
    assert (lamp.osm_id, lamp.number, lamp.height) == ("node/4", "L-4", 6)
    point = ServicePoint.objects.get()
    assert (point.kind, point.name) == ("pharmacy", "同仁堂")
    assert Backdrop.objects.get().kind == "green"
    street = Street.objects.get(name="榆树街")
    assert street.name_en == "Elm Street"
    assert {segment.osm_way for segment in street.segments.all()} == {10, 12, 13}
    community = Area.objects.get(code=CODE)
    assert community.name == "学院路"
    assert Segment.objects.filter(community=community).count() == 6


def test_the_sidewalk_is_walked_on_and_the_street_gets_the_metres(run: Import) -> None:
    run("--code", CODE)
    duty = {segment.osm_way for segment in Segment.objects.duty()}
    assert duty == {10, 11}
    assert set(Segment.objects.filter(duty=False).values_list("osm_way", flat=True)) == {12, 13}
    credited = Accompaniment.objects.filter(sidewalk__osm_way=12)
    assert {link.street_segment.osm_way for link in credited} == {10}
    assert sum(link.street_end_dm - link.street_start_dm for link in credited) == 2000
    for link in Accompaniment.objects.filter(sidewalk__osm_way=13):
        assert link.street_start_dm == link.street_end_dm


def test_a_second_import_changes_nothing(run: Import) -> None:
    run("--code", CODE)
    before = rows()
    result = run("--code", CODE)
    assert rows() == before
    assert result["segments"] | {"metres": 0} == {
        "added": 0, "updated": 0, "unchanged": 6, "removed": 0, "metres": 0,
    }  # fmt: skip
    assert result["buildings"]["unchanged"] == 1


def test_a_changed_map_updates_rows_in_place(run: Import) -> None:
    run("--code", CODE)
    before = {s.osm_way: s.pk for s in Segment.objects.filter(osm_way=11)}
    house, lamp = Building.objects.get().pk, Lamp.objects.get().pk
    nodes = {**NODES, 5: (100, 90), 4: (52, 4)}
    ways = {**WAYS, 14: (WAYS[14][0], HOUSE | {"building:levels": "7"})}
    result = run("--code", CODE, nodes=nodes, ways=ways)
    assert result["segments"]["updated"] == 1
    assert result["segments"]["metres"] == pytest.approx(290, abs=0.1)
    assert {s.osm_way: s.pk for s in Segment.objects.filter(osm_way=11)} == before
    assert (Building.objects.get().pk, Building.objects.get().levels) == (house, 7)
    assert result["lamps"]["updated"] == 1
    assert Lamp.objects.get().pk == lamp


def test_what_is_gone_is_removed_and_comes_back_as_the_same_segment(run: Import) -> None:
    run("--code", CODE)
    lane = Segment.objects.get(osm_way=11)
    fewer = {key: way for key, way in WAYS.items() if key not in {11, 14}}
    result = run("--code", CODE, ways=fewer, tagged={})
    # Without the lane its corner is no junction, but the crossing still ends there.
    assert result["segments"]["removed"] == 1
    assert (result["buildings"]["removed"], result["lamps"]["removed"]) == (1, 1)
    assert Segment.objects.get(pk=lane.pk).removed_on is not None
    assert not Building.objects.exists()
    assert run("--code", CODE)["segments"]["added"] == 1
    assert Segment.objects.get(pk=lane.pk).removed_on is None


def test_a_divided_community_stays_divided_to_the_decimetre(run: Import) -> None:
    run("--code", CODE)
    community = Area.objects.get(code=CODE)
    Area.objects.create(code=f"{CODE}001", level=15, name="001", geometry=community.geometry)
    longer = {**NODES, 5: (100, 110)}
    result = run("--code", CODE, nodes=longer)
    stretches = CellStretch.objects.filter(cell__code=f"{CODE}001")
    in_cells = sum(stretch.end_dm - stretch.start_dm for stretch in stretches) / 10
    assert result["segments"]["metres"] == pytest.approx(310, abs=0.1)
    assert in_cells == pytest.approx(310, abs=0.3)
    before = list(stretches.order_by("pk").values_list())
    run("--code", CODE, nodes=longer)
    assert list(stretches.order_by("pk").values_list()) == before
    assert Building.objects.get().cell_id is not None


def test_what_was_drawn_here_stays(run: Import) -> None:
    run("--code", CODE)
    community = Area.objects.get(code=CODE)
    Lamp.objects.create(community=community, number="ours", location=Lamp.objects.get().location)
    run("--code", CODE, tagged={})
    assert [lamp.number for lamp in Lamp.objects.all()] == ["ours"]


def test_missing_areas_above_are_made(run: Import) -> None:
    run("--code", CODE)
    codes = list(Area.objects.order_by("code").values_list("code", "level"))
    assert codes == [("1101", 4), ("110108", 6), ("110108001", 9), (CODE, 12)]


def test_a_neighbour_joins_the_areas_above(run: Import) -> None:
    run("--code", CODE)
    west, south = lonlat(400, 0)
    nodes = {1: (500, 0), 2: (600, 0)}
    run("--code", "110108001002", nodes=nodes, ways={10: ([1, 2], ELM)}, tagged={})
    subdistrict = Area.objects.get(code="110108001")
    for community in Area.objects.filter(level=12):
        assert subdistrict.geometry.covers(community.geometry)
    assert west > 116.35
    assert south == pytest.approx(40)


def test_without_a_code_the_same_file_finds_its_community_again(run: Import) -> None:
    first, second = run()["area"], run()["area"]
    assert first == second
    assert len(first) == 12
    assert first.isdecimal()
    assert Area.objects.filter(level=12).count() == 1


def box(*corners: float) -> str:
    (west, south), (east, north) = lonlat(*corners[:2]), lonlat(*corners[2:])
    return f"--bbox={west},{south},{east},{north}"


def test_a_box_keeps_what_has_its_middle_inside(run: Import) -> None:
    result = run("--code", CODE, box(0, -20, 60, 60))
    # Of Elm Street the western half; of the sidewalk too; the house; the lamp; no pharmacy.
    assert result["segments"]["added"] == 2
    assert result["segments"]["metres"] == pytest.approx(100, abs=0.1)
    assert result["service_points"]["added"] == 0
    assert result["buildings"]["added"] == 1


def test_a_boundary_file_does_the_same(run: Import, tmp_path: Path) -> None:
    ring = [lonlat(*corner) for corner in [(0, -20), (60, -20), (70, 60), (0, 60), (0, -20)]]
    path = tmp_path / "boundary.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    result = run("--code", CODE, "--boundary", str(path))
    assert result["segments"]["added"] == 2
    assert Area.objects.get(code=CODE).geometry.num_points == 5
    # A drawn boundary stays, and keeps holding, when the next import gives none.
    assert run("--code", CODE)["segments"]["unchanged"] == 2


def test_a_geopackage_in_metres_is_a_boundary_too(run: Import, tmp_path: Path) -> None:
    ring = [lonlat(*corner) for corner in [(0, -20), (60, -20), (70, 60), (0, 60), (0, -20)]]
    frame = geopandas.GeoDataFrame(geometry=[shapely.Polygon(ring)], crs="EPSG:4326")
    path = tmp_path / "boundary.gpkg"
    frame.to_crs("EPSG:32650").to_file(path, driver="GPKG")
    assert run("--code", CODE, "--boundary", str(path))["segments"]["added"] == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--bbox", "1,2,3"], "W,S,E,N"),
        (["--bbox", "NaN,0,1,1"], "W,S,E,N"),
        (["--bbox", "39,116,41,117"], "swapped"),
        (["--bbox", "116.4,40,116.3,41"], "W < E"),
        (["--bbox", "0,0,1e308,1"], "outside"),
        (["--bbox", "10,10,11,11"], "spans"),
        (["--bbox", "-0.5,51,0.1,52"], "spans"),
        (["--bbox", "-.5,-51,-.1,-50"], "spans"),
        (["--code", "12"], "12 digits"),
        (["--code", "11010800100x"], "12 digits"),
        (["--boundary", "nowhere.geojson"], "no file"),
    ],
)
def test_bad_options_are_refused_in_a_sentence(run: Import, options: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(*options)
    assert rows() == []


def test_a_box_with_latitude_first_is_refused_with_a_hint(run: Import) -> None:
    near_equator = {ref: (x, y) for ref, (x, y) in NODES.items()}
    with pytest.raises(CommandError, match="swapped"):
        run("--bbox", "39.9,116.3,40.1,116.4", nodes=near_equator)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"type": "Point", "coordinates": [116.35, 40]}',
        '{"type": "Polygon", "coordinates": [[[116,40],[117,41],[117,40],[116,41],[116,40]]]}',
        '{"type": "Polygon", "coordinates": [[[40,116],[41,116],[41,117],[40,117],[40,116]]]}',
        '{"type": "Polygon", "coordinates": [[[116,40],[1e999,41],[117,40],[116,40]]]}',
        '{"type": "FeatureCollection", "features": []}',
        "[" * 100_000,
    ],
)
def test_a_bad_boundary_is_refused_in_a_sentence(run: Import, tmp_path: Path, text: str) -> None:
    path = tmp_path / "boundary.geojson"
    path.write_text(text)
    with pytest.raises(CommandError):
        run("--boundary", str(path))
    assert rows() == []


def test_a_damaged_file_changes_nothing(run: Import, tmp_path: Path) -> None:
    run("--code", CODE)
    before = rows()
    path = write(tmp_path, osm(NODES, WAYS)[:-300], "cut.osm")
    with pytest.raises(CommandError, match="damaged"):
        call_command("import_osm", str(path), "--code", CODE)
    assert rows() == before


def test_a_file_without_streets_never_empties_a_community(run: Import, tmp_path: Path) -> None:
    run("--code", CODE)
    before = rows()
    with pytest.raises(CommandError, match="no streets"):
        call_command("import_osm", str(write(tmp_path, osm({1: (0, 0)}), "empty.osm")))
    assert rows() == before


def test_the_summary_for_people_lists_what_was_skipped(run: Import, tmp_path: Path) -> None:
    out = StringIO()
    path = write(tmp_path, osm(NODES, WAYS, tagged=TAGGED), "again.osm")
    call_command("import_osm", str(path), stdout=out)
    assert "skipped building, open_ring: 1" in out.getvalue()
    assert "way/15" in out.getvalue()


@pytest.mark.parametrize(
    ("file", "buildings", "lamps"), [("krems", 1195, 0), ("beijing-haidian", 257, 21)]
)
def test_real_towns(db: None, shared_data: Path, file: str, buildings: int, lamps: int) -> None:
    path = shared_data / f"{file}.osm.pbf"
    out = StringIO()
    call_command("import_osm", str(path), "--json", stdout=out)
    first = json.loads(out.getvalue())
    assert (first["buildings"]["added"], first["lamps"]["added"]) == (buildings, lamps)
    out = StringIO()
    call_command("import_osm", str(path), "--json", stdout=out)
    second = json.loads(out.getvalue())
    assert second["segments"] == first["segments"] | {
        "added": 0, "unchanged": first["segments"]["added"],
    }  # fmt: skip
