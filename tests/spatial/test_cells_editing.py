"""Edits of cells on a plan of 300 m × 200 m, drawn in tens of metres.

::

    200 +-----+-----+-----+
        |     |     |     |
        |  a  |  b  |  c  |
        |     |     |     |
      0 +-----+-----+-----+
        0    100   200   300
"""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spatial.cells import Load
from spatial.cells.coverage import Coverage, Refused, coloured, is_whole, tidied
from spatial.cells.editing import draw, merge, split
from spatial.cells.moving import move, move_vertex
from spatial.cells.pieces import GRID, neighbours
from spatial.cells.snapping import snapped

AREA = shapely.box(0, 0, 300, 200)


@pytest.fixture
def three() -> Coverage:
    return plan()


def plan() -> Coverage:
    boxes = {"a": (0, 0, 100, 200), "b": (100, 0, 200, 200), "c": (200, 0, 300, 200)}
    return tidied({key: shapely.box(*bounds) for key, bounds in boxes.items()}, AREA)


def areas(cells: Coverage) -> dict[str, float]:
    return {key: round(cell.area, 1) for key, cell in cells.items()}


def tile(cells: Coverage) -> bool:
    """Nothing overlaps, nothing is left out, and neighbours have the same vertices."""
    polygons = list(cells.values())
    whole = shapely.union_all(polygons)
    return bool(
        is_whole(cells, AREA)
        and abs(sum(one.area for one in polygons) - AREA.area) < 1
        and abs(whole.area - AREA.area) < 1
    )


def test_a_cell_is_split_along_a_line(three: Coverage) -> None:
    """
    ::

        +-----+-----+-----+
        |     |  n1 |     |     the line begins and ends short of the border
        |  a  +-----+  c  |     y = 60
        |     |  b  |     |
        +-----+-----+-----+
    """
    after = split(three, "b", [(104, 60), (150, 60), (197, 60)], "n1")
    assert areas(after) == {"a": 20_000, "b": 14_000, "c": 20_000, "n1": 6_000}
    assert tile(after)
    assert areas(three)["b"] == 20_000
    assert after["a"].touches(after["n1"])


def test_the_side_with_more_dwellings_keeps_the_key(three: Coverage) -> None:
    lived_in = Load.of([(150, 30), (150, 150)], [50, 10])
    after = split(three, "b", [(90, 60), (210, 60)], "n1", lived_in)
    assert areas(after)["b"] == 6_000


def test_islands_stay_with_the_nearer_side() -> None:
    """
    ::

        +--+   +--------+
        |  |   |    n1  |     one cell of two parts, cut at y = 100
        +--+   +--------+
               |    b   |
               +--------+
    """
    land = shapely.box(100, 0, 300, 200)
    island = shapely.box(0, 150, 50, 200)
    whole = shapely.MultiPolygon([land, island])
    after = split({"b": whole}, "b", [(100, 99), (300, 99)], "n1")
    assert areas(after) == {"b": 22_700, "n1": 19_800}
    assert shapely.get_num_geometries(after["b"]) == 2


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ([(120, 60), (150, 60)], "not_across"),
        ([(0, 60), (50, 60)], "not_across"),
        ([(150, 60), (150, 60)], "not_across"),
        ([(90, 50), (150, 50), (150, 250), (160, 250), (160, 50), (210, 50)], "too_many_parts"),
    ],
)
def test_a_line_that_cuts_nothing_or_too_much_is_refused(
    three: Coverage, line: list[tuple[float, float]], why: str
) -> None:
    with pytest.raises(Refused) as refused:
        split(three, "b", line, "n1")
    assert refused.value.why == why


def test_neighbours_are_merged_and_strangers_are_not(three: Coverage) -> None:
    after = merge(three, ["b", "a"])
    assert areas(after) == {"b": 40_000, "c": 20_000}
    assert tile(after)
    refusals = {"not_neighbours": ["a", "c"], "one_cell": ["a"], "no_such_cell": ["a", "x"]}
    for why, keys in refusals.items():
        with pytest.raises(Refused) as refused:
            merge(three, keys)
        assert refused.value.why == why


def test_what_was_split_and_merged_is_as_before(three: Coverage) -> None:
    again = merge(split(three, "b", [(90, 60), (210, 75)], "n1"), ["b", "n1"])
    assert areas(again) == areas(three)
    assert all(again[key].symmetric_difference(three[key]).area < 0.1 for key in three)


def bent() -> Coverage:
    """The border of a and b has a vertex at (100, 100), that of b and c one at (200, 100)."""
    cells = merge(split(plan(), "a", [(-9, 100), (109, 100)], "n1"), ["a", "n1"])
    return merge(split(cells, "c", [(190, 100), (309, 100)], "n2"), ["c", "n2"])


def test_a_border_moves_for_both_neighbours() -> None:
    """
    ::

        +-----+-----+
        |     |     |
        |     +-+ b |      the stretch from (100, 0) to (100, 100) is replaced
        |  a    |   |
        |     +-+   |
        +-----+-----+
    """
    cells = bent()
    way = [(100, 0), (120, 30), (120, 70), (100, 100)]
    after = move(cells, [(100, 0), (100, 100)], way)
    assert areas(after) == {"a": 21_400, "b": 18_600, "c": 20_000}
    assert tile(after)
    back = move(after, way[::-1], [(100, 100), (100, 0)])
    assert areas(back) == areas(cells)


def test_positions_are_found_to_the_centimetre() -> None:
    after = move(bent(), [(100.01, 0.01), (99.99, 100.01)], [(100, 0), (90, 50), (100, 100)])
    assert areas(after)["a"] == 19_500
    assert tile(after)


@pytest.mark.parametrize(
    ("path", "to", "why"),
    [
        ([(0, 100), (0, 0)], [(0, 100), (20, 50), (0, 0)], "outline"),
        ([(100, 0), (200, 100)], [(100, 0), (150, 50), (200, 100)], "no_such_border"),
        ([(100, 0), (100, 99)], [(100, 0), (90, 50), (100, 99)], "no_such_vertex"),
        ([(100, 0), (100, 100)], [(100, 0), (260, 50), (100, 100)], "crosses"),
        ([(100, 0), (100, 100)], [(100, 0), (100, 150), (100, 100)], "crosses_itself"),
        ([(100, 0), (100, 100)], [(100, 0), (90, 180), (110, 160), (100, 100)], "crosses_itself"),
    ],
)
def test_a_border_that_cannot_run_there_is_refused(
    path: list[tuple[float, float]], to: list[tuple[float, float]], why: str
) -> None:
    with pytest.raises(Refused) as refused:
        move(bent(), path, to)
    assert refused.value.why == why


def test_a_border_that_runs_through_another_cell_names_it() -> None:
    with pytest.raises(Refused) as refused:
        move(bent(), [(100, 0), (100, 100)], [(100, 0), (260, 50), (100, 100)])
    assert refused.value.keys == ("c",)


def test_where_three_cells_meet_all_three_follow() -> None:
    """
    ::

        +-----+-----+
        |     |  n1 |
        |  a  *-----+        * moves from (100, 100) to (80, 120)
        |     |  b  |
        +-----+-----+
    """
    cells = split(plan(), "b", [(100, 100), (200, 100)], "n1")
    after = move_vertex(cells, (100, 100), (80, 120), AREA)
    assert tile(after)
    assert areas(after)["a"] == 18_000
    assert (80, 120) in after["b"].exterior.coords
    assert (80, 120) in after["n1"].exterior.coords
    with pytest.raises(Refused, match="junction"):
        move_vertex(cells, (100, 100), None, AREA)


def test_a_vertex_between_two_cells_moves_and_goes() -> None:
    moved = move_vertex(bent(), (100, 100), (120, 100), AREA)
    assert areas(moved) == {"a": 22_000, "b": 18_000, "c": 20_000}
    gone = move_vertex(moved, (120, 100), None, AREA)
    assert areas(gone) == areas(plan())
    assert tile(gone)


def test_a_border_ends_elsewhere_on_the_outline() -> None:
    """
    ::

        +-----+--*--+        from (100, 200) to (150, 200); it was to go to (150, 230)
        |     | /   |
        |  a  |/ b  |
        |     |     |
        +-----+-----+
    """
    after = move_vertex(bent(), (100, 200), (150, 230), AREA)
    assert tile(after)
    assert areas(after) == {"a": 22_500, "b": 17_500, "c": 20_000}
    for corner in ((0, 0), (300, 200)):
        with pytest.raises(Refused, match="outline"):
            move_vertex(bent(), corner, (10, 10), AREA)


def test_a_drawn_cell_takes_its_ground_from_those_below(three: Coverage) -> None:
    """
    ::

        +-----+-----+-----+
        |  a +-------+    |
        |    |  n1   | c  |      what is left of b lies in two parts
        |    +-------+    |
        +-----+-----+-----+
    """
    after = draw(three, {"n1": shapely.box(80, 50, 220, 150)}, AREA)
    assert areas(after) == {"a": 18_000, "b": 10_000, "c": 18_000, "n1": 14_000}
    assert shapely.get_num_geometries(after["b"]) == 2
    assert tile(after)


def test_what_is_covered_wholly_is_gone_and_crumbs_go_to_neighbours(three: Coverage) -> None:
    """
    ::

        +-----+-----+-----+
        |     |/////|     |     b is left with a strip of 2 m, which a gets, and one of 20 m
        +-----+-----+-----+
    """
    gone = draw(three, {"n1": shapely.box(90, -10, 210, 210)}, AREA)
    assert areas(gone) == {"a": 18_000, "c": 18_000, "n1": 24_000}
    crumb = draw(three, {"n1": shapely.box(120, 10, 205, 210)}, AREA)
    assert tile(crumb)
    strip = draw(three, {"n1": shapely.box(102, -10, 180, 210)}, AREA)
    assert areas(strip) == {"a": 20_400, "b": 4_000, "c": 20_000, "n1": 15_600}
    assert tile(strip)


def test_a_known_cell_takes_the_shape_it_has_elsewhere(three: Coverage) -> None:
    after = draw(three, {"b": shapely.box(120, 0, 220, 200)}, AREA)
    assert areas(after) == {"a": 24_000, "b": 20_000, "c": 16_000}
    assert list(after) == ["a", "b", "c"]
    assert tile(after)


def test_ground_of_no_cell_is_taken_by_drawing(three: Coverage) -> None:
    del three["b"]
    after = draw(three, {"n1": shapely.box(95, -5, 205, 205)}, AREA)
    assert tile(after)
    with pytest.raises(Refused, match="outside"):
        draw(three, {"n1": shapely.box(400, 0, 500, 100)}, AREA)
    bow_tie = shapely.Polygon([(0, 0), (50, 50), (50, 0), (0, 50)])
    with pytest.raises(Refused, match="crosses_itself"):
        draw(three, {"n1": bow_tie}, AREA)


def test_slivers_between_drawn_cells_are_closed_and_gaps_stay() -> None:
    near = {"a": shapely.box(0, 0, 99.97, 200), "b": shapely.box(100.02, 0, 300.04, 200)}
    assert tile(tidied(near, AREA))
    over = {"a": shapely.box(0, 0, 150, 200), "b": shapely.box(100, 0, 300, 200)}
    assert areas(tidied(over, AREA)) == {"a": 30_000, "b": 30_000}
    gap = {"a": shapely.box(0, 0, 100, 200), "b": shapely.box(110, 0, 300, 200)}
    assert areas(tidied(gap, AREA)) == {"a": 20_000, "b": 38_000}


def test_neighbours_have_different_colours(three: Coverage) -> None:
    cells = split(
        split(three, "b", [(90, 50), (210, 50)], "n1"), "c", [(190, 120), (310, 90)], "n2"
    )
    colour = coloured(cells)
    keys = list(cells)
    graph = neighbours(np.array(list(cells.values())), np.zeros(len(keys), dtype=np.int64))
    here = np.repeat(np.arange(len(keys)), np.diff(graph.start))
    assert all(colour[keys[a]] != colour[keys[b]] for a, b in zip(here, graph.other, strict=True))
    assert set(colour.values()) <= set(range(6))


def test_vertices_are_set_on_what_is_near() -> None:
    """
    ::

        (0, 50) ----x----- (100, 50)     a street; 5 m off is near, 9 m is not
    """
    street = np.array([shapely.LineString([(0, 50), (100, 50)])], dtype=object)
    asked = [(40, 55), (40, 59), (98, 52), (60, 45)]
    assert snapped(asked, street, keep=[(60, 45)]).tolist() == [
        [40, 50], [40, 59], [100, 50], [60, 45],
    ]  # fmt: skip


STEP = st.tuples(
    st.sampled_from(["split", "merge", "vertex", "move", "draw"]),
    st.integers(0, 10**6),
    st.tuples(*[st.floats(-20, 320, width=32)] * 4),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=8))
def test_whatever_is_edited_the_cells_tile(steps: list[tuple[str, int, tuple[float, ...]]]) -> None:
    cells, made = plan(), 0
    for number, (kind, at, (x, y, u, v)) in enumerate(steps):
        keys = list(cells)
        key = keys[at % len(keys)]
        ring = shapely.get_coordinates(cells[key])
        vertex = ring[at % len(ring)]
        follow = ring[(at % (len(ring) - 1)) :][:2]
        try:
            if kind == "split":
                cells = split(cells, key, [(x, y), (u, v)], f"n{number}")
            elif kind == "merge":
                cells = merge(cells, [key, keys[(at + 1) % len(keys)]])
            elif kind == "vertex":
                cells = move_vertex(cells, vertex, None if at % 5 == 0 else (x, y), AREA)
            elif kind == "move":
                cells = move(cells, follow, [follow[0], (x, y), follow[1]])
            else:
                box = shapely.box(min(x, u), min(y, v), max(x, u), max(y, v))
                cells = draw(cells, {f"n{number}": box}, AREA)
        except Refused:
            continue
        made += 1
        assert tile(cells)
        xy = shapely.get_coordinates(list(cells.values()))
        assert np.abs(xy / GRID - np.rint(xy / GRID)).max() < 1e-6
    assume(made)
