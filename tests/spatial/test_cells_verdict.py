"""A verdict on cells drawn by hand."""

import pytest
import shapely
from shapely import Polygon, box

from spatial.cells import compactness, verdict

AREA = box(0, 0, 30, 10)


def test_cells_that_tile_their_area_are_clean() -> None:
    assert verdict([box(0, 0, 10, 10), box(10, 0, 30, 10)], AREA).clean


def test_overlap_gap_and_outside_are_named_with_their_cells() -> None:
    # 10 +----+xx+----+    +--+     a 0–12, b 10–20 (x: overlap), gap 20–25, c 25–33 (3 m outside)
    #    | a  |xx| b  |    | c:
    #  0 +----+xx+----+    +--+
    #    0    10 12  20    25 30 33
    found = verdict([box(0, 0, 12, 10), box(10, 0, 20, 10), box(25, 0, 33, 10)], AREA)
    assert [(flaw.kind, flaw.cells, flaw.square_metres) for flaw in found.flaws] == [
        ("overlap", (0, 1), 20),
        ("gap", (1, 2), 50),
        ("outside", (2,), 30),
    ]


def test_slivers_of_rounding_are_passed_over() -> None:
    cells = [box(0, 0, 10.04, 10), box(10, 0, 30.05, 9.95)]
    assert verdict(cells, AREA).clean
    assert len(verdict(cells, AREA, sliver=0.01).flaws) == 3


def test_a_long_gap_as_wide_as_a_path_counts() -> None:
    found = verdict([box(0, 0, 10, 10), box(10.5, 0, 30, 10)], AREA)
    assert [flaw.kind for flaw in found.flaws] == ["gap"]


def test_invalid_cells_are_refused() -> None:
    with pytest.raises(ValueError, match="crosses itself"):
        verdict([Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])], AREA)


def test_compactness_of_known_shapes() -> None:
    circle = shapely.Point(0, 0).buffer(1, quad_segs=64)
    assert compactness([circle, box(0, 0, 1, 1), box(0, 0, 4, 1)]) == pytest.approx(
        [1, 0.785, 0.503], abs=0.001
    )
