"""Splitting an area into cells: what must hold for any town, and for awkward ones."""

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from spatial.cells import Division, split, verdict


def tiles(division: Division, area: shapely.Geometry) -> bool:
    """No gap, no overlap, nothing outside; neighbours share every vertex."""
    found = verdict(division.cells, area, sliver=0.01)
    return bool(found.clean and shapely.coverage_is_valid(division.cells))


def lattice(west: float, south: float, columns: int, rows: int, step: float) -> np.ndarray:
    """Points (columns × rows, 2) step metres apart."""
    x, y = np.meshgrid(west + step * np.arange(columns), south + step * np.arange(rows))
    return np.column_stack([x.ravel(), y.ravel()])


def test_a_street_between_two_halves_becomes_the_border() -> None:
    # 200 +-------+-------+
    #     | o o o | o o o |     6 buildings of 10 dwellings on either side of the street x = 200,
    #     | o o o | o o o |     which is not drawn quite to the outline in the north
    #   0 +-------+-------+
    #     0      200     400
    area = box(0, 0, 400, 200)
    xy = np.vstack([lattice(50, 50, 3, 2, 50), lattice(250, 50, 3, 2, 50)])
    division = split(area, xy, [10] * 12, [LineString([(200, -20), (200, 220)])], between=(50, 70))
    assert division.households.tolist() == [60, 60]
    assert len(set(division.building_cell[:6])) == 1
    border = division.cells[0].intersection(division.cells[1])
    assert border.length == pytest.approx(200)
    assert border.hausdorff_distance(LineString([(200, 0), (200, 200)])) == 0
    assert tiles(division, area)


def test_without_streets_the_border_runs_straight_between_buildings() -> None:
    area = box(0, 0, 400, 200)
    xy = np.vstack([lattice(50, 50, 3, 2, 50), lattice(250, 50, 3, 2, 50)])
    division = split(area, xy, [10] * 12, [], between=(50, 70))
    assert division.households.tolist() == [60, 60]
    assert tiles(division, area)
    assert len(shapely.get_coordinates(division.cells[0])) <= 8
    assert division.compactness.min() > 0.7


def test_a_hundred_blocks_are_balanced_compact_and_bounded_by_streets() -> None:
    streets = [LineString([(0, 90 * at), (900, 90 * at)]) for at in range(11)]
    streets += [LineString([(90 * at, 0), (90 * at, 900)]) for at in range(11)]
    xy = np.vstack(
        [lattice(90 * i + 25, 90 * j + 25, 3, 2, 20) for i in range(10) for j in range(10)]
    )
    households = np.random.default_rng(3).poisson(8, len(xy))
    area = box(0, 0, 900, 900)
    division = split(area, xy, households, streets, between=(300, 500))
    assert 300 <= division.households.mean() <= 500
    assert division.max_to_mean <= 1.06
    assert division.compactness.mean() >= 0.6
    assert set(shapely.get_type_id(division.cells).tolist()) == {3}, "each cell is in one part"
    assert tiles(division, area)
    inner = shapely.difference(shapely.union_all(shapely.boundary(division.cells)), area.boundary)
    along = shapely.intersection(inner, shapely.union_all(streets).buffer(0.01)).length
    assert along / inner.length > 0.7


def test_every_building_lies_wholly_in_its_cell() -> None:
    # A row of touching houses across the only street, and no way round between them.
    houses = [box(20 + 20 * at, 40, 40 + 20 * at, 60) for at in range(18)]
    houses.append(box(190, 60, 210, 90))
    area = box(0, 0, 400, 100)
    xy = np.array([house.centroid.coords[0] for house in houses])
    street = LineString([(200, 0), (200, 100)])
    division = split(area, xy, [10] * 19, [street], between=(80, 110), footprints=houses)
    assert len(division.cells) == 2
    for house, cell in zip(houses, division.building_cell, strict=True):
        assert division.cells[cell].buffer(0.01).covers(house)
    assert tiles(division, area)


def test_an_estate_is_kept_whole() -> None:
    xy = lattice(10, 10, 20, 10, 20)
    estate = box(100, 40, 200, 160)
    area = box(0, 0, 400, 200)
    division = split(area, xy, [5] * 200, [], between=(150, 250), fixed=[estate])
    assert division.fixed.sum() == 1
    cell = division.cells[int(np.flatnonzero(division.fixed)[0])]
    assert shapely.area(cell.symmetric_difference(estate)) < 0.1
    inside = shapely.intersects_xy(estate, xy)
    assert division.households[division.fixed] == [5 * inside.sum()]
    free = division.households[~division.fixed]
    assert division.max_to_mean == pytest.approx(free.max() / free.mean())
    assert tiles(division, area)


def test_a_footprint_across_the_estates_fence_leaves_the_fence_where_it_is() -> None:
    area, estate = box(0, 0, 300, 100), box(0, 0, 100, 100)
    houses = [box(90, 40, 110, 60), box(200, 40, 220, 60)]
    for first in ((95, 50), (105, 50)):
        division = split(
            area, [first, (210, 50)], [9, 9], [], between=(5, 9), fixed=[estate], footprints=houses
        )
        (kept,) = division.cells[division.fixed]
        assert shapely.area(kept.symmetric_difference(estate)) == 0


def test_an_estate_may_be_all_there_is() -> None:
    division = split(box(0, 0, 99, 99), [(5, 5)], [700], [], fixed=[box(-1, -1, 100, 100)])
    assert (len(division.cells), division.fixed.all(), division.max_to_mean) == (1, True, 1.0)


def test_an_estate_across_the_middle_leaves_two_sides_on_their_own() -> None:
    #  +-----+---+-----+
    #  | o o |###| o o |     no cell reaches over the estate from west to east
    #  +-----+---+-----+
    area, estate = box(0, 0, 500, 200), box(200, 0, 300, 200)
    xy = np.vstack([lattice(20, 20, 9, 9, 20), lattice(320, 20, 9, 9, 20)])
    division = split(area, xy, [2] * len(xy), [], between=(150, 200), fixed=[estate])
    assert len(division.cells) == 3
    assert set(shapely.get_num_geometries(division.cells).tolist()) == {1}


def test_buildings_outside_are_reported() -> None:
    division = split(box(0, 0, 100, 100), [(50, 50), (150, 50), (-1, 5)], [1, 1, 1], [])
    assert division.outside.tolist() == [1, 2]
    assert division.building_cell.tolist() == [0, -1, -1]
    assert division.households.tolist() == [1]


ISLAND = MultiPolygon([box(0, 0, 300, 300), box(320, 0, 350, 30)])
RING = Polygon(box(0, 0, 300, 300).exterior, [box(100, 100, 200, 200).exterior.coords])
MANY = lattice(10, 10, 15, 15, 20)


@pytest.mark.parametrize(
    ("area", "xy", "streets"),
    [
        (box(0, 0, 300, 300), np.empty((0, 2)), []),
        (box(0, 0, 300, 300), np.empty((0, 2)), [LineString([(150, -9), (150, 309)])]),
        (box(0, 0, 300, 300), [(5, 5)], []),
        (box(0, 0, 300, 300), [(5, 5)] * 40, []),
        (box(0, 0, 300, 300), [(0, 0), (300, 300), (150, 0)] * 20, []),
        (box(0, 0, 300, 300), [(10 * at, 150) for at in range(1, 30)], []),
        (box(0, 0, 300, 300), MANY, [LineString([(150, 0), (150, 100)])]),
        (box(0, 0, 300, 300), MANY, [LineString([(40, 40), (40, 40.0005)])]),
        (box(0, 0, 300, 300), MANY, [LineString([(0, 0), (300, 300)])] * 3),
        (RING, MANY, []),
        (RING, MANY, [LineString([(0, 150), (300, 150)])]),
        (ISLAND, np.vstack([MANY, [(330, 10)]]), []),
        (MultiPolygon([box(0, 0, 300, 300), box(300, 300, 600, 600)]), MANY, []),
    ],
    ids=[
        "no buildings", "no buildings, a street", "one building", "forty at one point",
        "on the outline", "in one line", "a street that ends in the middle", "half a millimetre",
        "three times the same street", "a hole", "a street across a hole", "an island",
        "parts that touch in a point",
    ],
)  # fmt: skip
def test_awkward_towns_are_tiled(area: shapely.Geometry, xy: npt.ArrayLike, streets: list) -> None:
    count = len(np.asarray(xy))
    division = split(area, xy, [4] * count, streets, between=(80, 120))
    assert tiles(division, area)
    assert division.households.sum() == 4 * (division.building_cell >= 0).sum()
    for number, cell in enumerate(division.building_cell):
        if cell >= 0:
            assert division.cells[cell].distance(Point(np.asarray(xy)[number])) == 0


def test_few_households_make_one_cell() -> None:
    assert len(split(box(0, 0, 300, 300), MANY, [1] * 225, []).cells) == 1


def test_the_same_seed_gives_the_same_cells() -> None:
    one, two = (split(RING, MANY, [4] * 225, [], between=(80, 120), seed=5) for _ in range(2))
    assert shapely.to_wkb(one.cells).tolist() == shapely.to_wkb(two.cells).tolist()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"area": Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])}, "crosses itself"),
        ({"area": Polygon()}, "empty"),
        ({"building_xy": [(np.nan, 1)]}, "finite"),
        ({"households": [-1]}, "negative"),
        ({"households": [1, 2]}, "1 buildings but 2"),
        ({"between": (500, 300)}, "lower one first"),
        ({"fixed": [box(500, 500, 600, 600)]}, "does not lie in the area"),
        ({"fixed": [box(0, 0, 50, 50), box(20, 20, 80, 80)]}, "overlaps"),
    ],
)
def test_bad_input_is_refused(change: dict, sentence: str) -> None:
    good = {"area": box(0, 0, 99, 99), "building_xy": [(1, 1)], "households": [1], "barriers": []}
    with pytest.raises(ValueError, match=sentence):
        split(**(good | change))


@settings(max_examples=25, deadline=None)
@given(
    points=st.lists(st.tuples(st.integers(-5, 105), st.integers(-5, 105)), max_size=30),
    streets=st.lists(
        st.lists(st.tuples(st.integers(-9, 109), st.integers(-9, 109)), min_size=2, max_size=4),
        max_size=5,
    ),
)
def test_any_town_is_tiled(points: list, streets: list) -> None:
    lines = [LineString(street) for street in streets if len(set(street)) > 1]
    area = Polygon([(0, 0), (100, 0), (100, 60), (60, 60), (60, 100), (0, 100)])
    division = split(area, points, [3] * len(points), lines, between=(10, 20))
    assert tiles(division, area)
    assert division.households.sum() == 3 * (division.building_cell >= 0).sum()
