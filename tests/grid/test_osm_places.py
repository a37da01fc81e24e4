"""Buildings and other places: what has no valid shape is listed, never mended."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from grid.osm.places import Places, number, places
from grid.osm.read import read
from tests.grid.osm_drawing import osm, write

Ways = Mapping[int, tuple[Sequence[int], Mapping[str, str]]]
HOUSE = {"building": "apartments"}
#   4---3   8---7
#   |   |   |   |      20 m squares, 20 m apart
#   1---2   5---6
SQUARES = {
    1: (0, 0), 2: (20, 0), 3: (20, 20), 4: (0, 20),
    5: (40, 0), 6: (60, 0), 7: (60, 20), 8: (40, 20),
    11: (5, 5), 12: (15, 5), 13: (15, 15), 14: (5, 15),
}  # fmt: skip


def found(folder: Path, *args: object, **more: object) -> Places:
    return places(read(write(folder, osm(SQUARES, *args, **more))))  # type: ignore[arg-type]


def skipped(places: Places) -> set[tuple[str, str, str]]:
    return {(row.id, row.kind, row.reason.value) for row in places.skipped}


def test_a_closed_way_is_a_building(tmp_path: Path) -> None:
    result = found(tmp_path, {10: ([1, 2, 3, 4, 1], HOUSE)})
    assert (result.buildings.osm_id, result.buildings.kind) == (["way/10"], ["apartments"])
    assert result.buildings.shape[0].geom_type == "MultiPolygon"
    assert skipped(result) == set()


@pytest.mark.parametrize(
    ("refs", "reason"),
    [
        ([1, 2, 3, 4], "open_ring"),
        ([1, 2, 1], "too_few_points"),
        ([1, 3, 2, 4, 1], "self_intersection"),
        ([1, 2, 3, 99, 1], "missing_nodes"),
        ([1, 2, 2, 1], "zero_area"),
        ([1], "too_few_points"),
    ],
)
def test_a_broken_ring_is_listed_with_its_reason(
    tmp_path: Path, refs: list[int], reason: str
) -> None:
    result = found(tmp_path, {10: (refs, HOUSE), 11: ([5, 6, 7, 8, 5], HOUSE)})
    assert result.buildings.osm_id == ["way/11"]
    assert skipped(result) == {("way/10", "building", reason)}


def test_a_courtyard_is_a_hole(tmp_path: Path) -> None:
    ways: Ways = {10: ([1, 2, 3], {}), 11: ([1, 4, 3], {}), 12: ([11, 12, 13, 14, 11], {})}
    members = [(10, "outer"), (11, "outer"), (12, "inner")]
    result = found(tmp_path, ways, {20: (members, HOUSE)})
    (shape,) = result.buildings.shape
    assert result.buildings.osm_id == ["relation/20"]
    assert len(shape.geoms[0].interiors) == 1
    assert skipped(result) == set()


def test_two_outer_rings_are_one_building_and_its_way_counts_once(tmp_path: Path) -> None:
    ways: Ways = {10: ([1, 2, 3, 4, 1], HOUSE), 11: ([5, 6, 7, 8, 5], {})}
    result = found(tmp_path, ways, {20: ([(10, "outer"), (11, "")], HOUSE)})
    assert result.buildings.osm_id == ["relation/20"]
    assert len(result.buildings.shape[0].geoms) == 2


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([(10, "outer")], "open_ring"),
        ([(10, "outer"), (99, "outer")], "missing_members"),
        ([(12, "inner")], "no_outer_ring"),
        ([(12, "outer"), (13, "inner")], "rings_overlap"),
        ([(13, "outer"), (13, "outer")], "rings_overlap"),
    ],
)
def test_a_broken_multipolygon_is_listed(
    tmp_path: Path, members: list[tuple[int, str]], reason: str
) -> None:
    ways: Ways = {10: ([1, 2, 3], {}), 12: ([11, 12, 13, 14, 11], {}), 13: ([1, 2, 3, 4, 1], {})}
    result = found(tmp_path, ways, {20: (members, HOUSE)})
    assert len(result.buildings) == 0
    assert skipped(result) == {("relation/20", "building", reason)}


def test_lamps_and_service_points_are_points(tmp_path: Path) -> None:
    result = found(
        tmp_path,
        {10: ([1, 2, 3, 4, 1], {"amenity": "school", "building": "school"})},
        tagged={11: {"highway": "street_lamp", "ref": "7"}, 12: {"amenity": "pharmacy"}},
    )
    assert (result.lamps.osm_id, result.lamps.tags[0]["ref"]) == (["node/11"], "7")
    assert dict(zip(result.service_points.osm_id, result.service_points.kind, strict=True)) == {
        "node/12": "pharmacy",
        "way/10": "school",
    }
    assert {shape.geom_type for shape in result.service_points.shape} == {"Point"}
    assert result.buildings.osm_id == ["way/10"]


def test_the_backdrop_is_water_green_and_railways(tmp_path: Path) -> None:
    ways = {
        10: ([1, 2, 3, 4, 1], {"leisure": "park"}),
        11: ([5, 6, 7, 8, 5], {"natural": "water"}),
        12: ([1, 7], {"railway": "rail"}),
        13: ([2, 8], {"railway": "subway", "tunnel": "yes"}),
        14: ([2, 8], {"waterway": "stream"}),
    }
    result = found(tmp_path, ways)
    kinds = dict(zip(result.backdrop.osm_id, result.backdrop.kind, strict=True))
    assert kinds == {"way/10": "green", "way/11": "water", "way/12": "railway", "way/14": "water"}


@pytest.mark.parametrize(
    ("text", "value"),
    [("6", 6), ("6.5 m", 6.5), ("6,5", 6.5), ("5;6", 5), ("", None), (None, None), ("ten", None),
     ("-3", None), ("1e308", 1), ("99999", None), ("0", None), ("NaN", None)],
)  # fmt: skip
def test_numbers_in_tags(text: str | None, value: float | None) -> None:
    assert number(text, most=200) == value
