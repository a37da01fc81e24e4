"""Ways are cut where they meet, and only there."""

from pathlib import Path

import pytest

from grid.osm.problems import Reason, Skipped
from grid.osm.read import read
from grid.osm.segments import Segments, cut, square_outlines
from tests.grid.osm_drawing import osm, write

STREET = {"highway": "residential", "name": "Elm Street"}


def segments(folder: Path, text: str) -> tuple[Segments, list[Skipped]]:
    return cut(read(write(folder, text)).ways)


def ends(found: Segments) -> list[tuple[int, int, int]]:
    return sorted(
        zip(found.way.tolist(), found.from_node.tolist(), found.to_node.tolist(), strict=True)
    )


def test_a_street_is_cut_where_another_meets_it(tmp_path: Path) -> None:
    #      4
    #      |
    #  1 --2-- 3      every piece 100 m
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 100)}
    found, skipped = segments(
        tmp_path, osm(nodes, {10: ([1, 2, 3], STREET), 11: ([2, 4], {"highway": "footway"})})
    )
    assert ends(found) == [(10, 1, 2), (10, 2, 3), (11, 2, 4)]
    assert found.metres == pytest.approx([100, 100, 100], abs=0.02)
    assert skipped == []


def test_a_bridge_and_the_street_beneath_do_not_meet(tmp_path: Path) -> None:
    #      4
    #  1 --+-- 3      no node is shared at +
    #      5
    nodes = {1: (0, 0), 3: (200, 0), 4: (100, 100), 5: (100, -100)}
    ways = {10: ([1, 3], STREET), 11: ([4, 5], {**STREET, "bridge": "yes", "layer": "1"})}
    found, _ = segments(tmp_path, osm(nodes, ways))
    assert ends(found) == [(10, 1, 3), (11, 4, 5)]


def test_a_way_that_is_out_makes_no_junction(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 100)}
    ways = {10: ([1, 2, 3], STREET), 11: ([2, 4], {"highway": "residential", "access": "private"})}
    found, _ = segments(tmp_path, osm(nodes, ways))
    assert ends(found) == [(10, 1, 3)]


def test_a_way_through_its_own_node_is_cut_there(tmp_path: Path) -> None:
    #      4-3
    #      | |
    #  1 --2-+        1 2 3 4 2: a lollipop
    nodes = {1: (0, 0), 2: (100, 0), 3: (150, 50), 4: (100, 50)}
    found, _ = segments(tmp_path, osm(nodes, {10: ([1, 2, 3, 4, 2], STREET)}))
    assert ends(found) == [(10, 1, 2), (10, 2, 2)]


def test_pieces_between_the_same_two_nodes_are_told_apart(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (100, 0), 3: (50, 50), 4: (50, -50), 5: (-50, 0), 6: (150, 0)}
    ways = {10: ([1, 3, 2, 6, 1, 4, 2], STREET), 11: ([5, 1], STREET), 12: ([2, 6], STREET)}
    found, _ = segments(tmp_path, osm(nodes, ways))
    columns = (found.from_node.tolist(), found.to_node.tolist(), found.nth.tolist())
    of_way = list(zip(*columns, strict=True))
    assert (1, 2, 0) in of_way
    assert (1, 2, 1) in of_way


def test_a_repeated_node_is_passed_over(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0)}
    found, skipped = segments(tmp_path, osm(nodes, {10: ([1, 2, 2, 3], STREET)}))
    assert ends(found) == [(10, 1, 3)]
    assert skipped == []


def test_the_outline_of_a_square_is_walked_on_but_no_duty(tmp_path: Path) -> None:
    #  4---3
    #  |   |            a square drawn as a multipolygon of two ways,
    #  1---2--- 5       and a street that ends at it
    nodes = {1: (0, 0), 2: (20, 0), 3: (20, 20), 4: (0, 20), 5: (120, 0)}
    ways = {10: ([1, 2, 3], {}), 11: ([3, 4, 1], {}), 12: ([2, 5], STREET)}
    square = {20: ([(10, "outer"), (11, "outer")], {"highway": "pedestrian"})}
    data = read(write(tmp_path, osm(nodes, ways, square)))
    found, skipped = cut([*data.ways, *square_outlines(data)])
    assert ends(found) == [(10, 1, 2), (10, 2, 3), (11, 3, 1), (12, 2, 5)]
    assert dict(zip(found.way.tolist(), found.duty.tolist(), strict=True)) == {
        10: False,
        11: False,
        12: True,
    }
    assert skipped == []


def test_faulty_ways_are_listed_and_left_out(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 0)}
    ways = {
        10: ([1, 2], STREET),
        11: ([1], STREET),
        12: ([1, 99, 2], STREET),
        13: ([2, 3], STREET),
        14: ([1, 1], STREET),
    }
    found, skipped = segments(tmp_path, osm(nodes, ways))
    assert ends(found) == [(10, 1, 2)]
    assert {(row.id, row.reason) for row in skipped} == {
        ("way/11", Reason.TOO_FEW_POINTS),
        ("way/12", Reason.MISSING_NODES),
        ("way/13", Reason.ZERO_LENGTH),
        ("way/14", Reason.ZERO_LENGTH),
    }


def test_a_town_without_streets_has_no_segments(tmp_path: Path) -> None:
    found, skipped = segments(tmp_path, osm({1: (0, 0)}))
    assert (len(found), skipped) == (0, [])
