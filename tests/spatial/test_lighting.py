"""Which metres lamps light."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point

from spatial.intervals import length
from spatial.lighting import lit


def told(found):
    return [tuple(map(int, row)) for row in zip(*found, strict=True)]


def test_a_lamp_beside_a_street():
    #        o  lamp (50, 3), reach 5
    #  0 ---------------------------- 100
    street = LineString([(0, 0), (100, 0)])
    assert told(lit([street], [(50, 3)], [5])) == [(0, 460, 540)]


def test_two_lamps_that_meet_are_one_stretch_and_apart_are_two():
    street = LineString([(0, 0), (100, 0)])
    assert told(lit([street], [(20, 0), (28, 0), (60, 0)], [5, 5, 5])) == [
        (0, 150, 330),
        (0, 550, 650),
    ]


def test_around_a_corner_positions_run_on():
    #  (10, 10)
    #     |      lamp at the corner (10, 0)
    #  0 -+
    bent = LineString([(0, 0), (10, 0), (10, 10)])
    assert told(lit([bent], [(10, 0)], [4])) == [(0, 60, 140)]


def test_the_ends_of_a_street_end_its_light():
    street = LineString([(0, 0), (10, 0)])
    assert told(lit([street], [(0, 0), (10, 0)], [30, 30])) == [(0, 0, 100)]


def test_each_street_by_itself_and_none_beyond_reach():
    streets = [LineString([(0, y), (100, y)]) for y in (0, 4, 20)]
    assert told(lit(streets, [(50, 0)], [5])) == [(0, 450, 550), (1, 470, 530)]


def test_nothing_lights_nothing():
    street = LineString([(0, 0), (10, 0)])
    assert told(lit([street], np.zeros((0, 2)), [])) == []
    assert told(lit([], [(0, 0)], [5])) == []
    assert told(lit([street], [(5, 0)], [0])) == []
    assert told(lit([LineString([(3, 3), (3, 3)])], [(3, 3)], [5])) == []


@pytest.mark.parametrize("reach", [[5, 5], [-1], [math.nan], [math.inf]])
def test_what_is_no_reach_is_refused(reach):
    with pytest.raises(ValueError):
        lit([LineString([(0, 0), (10, 0)])], [(0, 0)], reach)


METRES = st.integers(-60, 60)
LINES = st.lists(
    st.lists(st.tuples(METRES, METRES), min_size=2, max_size=5, unique=True).map(LineString),
    min_size=1,
    max_size=4,
)
LAMPS = st.lists(st.tuples(METRES, METRES, st.integers(1, 40)), min_size=1, max_size=5)


@given(LINES, LAMPS)
def test_as_long_as_the_streets_inside_the_circles(lines, lamps):
    """Against shapely: what of each line lies in the union of the circles, to a decimetre a cut."""
    xy, reach = [lamp[:2] for lamp in lamps], [lamp[2] for lamp in lamps]
    found = lit(lines, xy, reach)
    light = shapely.union_all([Point(x, y).buffer(r, 256) for x, y, r in lamps])
    for number, line in enumerate(lines):
        mine = type(found)(*(part[found.segment == number] for part in found))
        pieces = (len(line.coords) + 1) * len(lamps) * 2
        # A line that crosses itself is inside once on each of its passes, which shapely merges.
        parts = [LineString(pair) for pair in zip(line.coords, line.coords[1:], strict=False)]
        true = sum(part.intersection(light).length for part in parts)
        assert float(length(mine)) / 10 == pytest.approx(true, abs=0.2 * pieces)


@given(LINES, LAMPS)
def test_another_lamp_never_takes_light_away(lines, lamps):
    xy, reach = [lamp[:2] for lamp in lamps], [lamp[2] for lamp in lamps]
    one = lit(lines, xy[:-1], reach[:-1])
    all_of_them = lit(lines, xy, reach)
    assert length(all_of_them) >= length(one)
