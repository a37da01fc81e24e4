"""Dividing again after a town has grown: little moves, and it is said what."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from spatial.cells import Load, appraise, mixed, split, verdict, walking_load
from spatial.cells.pieces import by_place, holders

SIDE = 1200
AREA = box(0, 0, SIDE, SIDE)
STREETS = [LineString([(0, at), (SIDE, at)]) for at in range(100, SIDE, 100)] + [
    LineString([(at, 0), (at, SIDE)]) for at in range(100, SIDE, 100)
]
XY = np.stack(np.meshgrid(np.arange(20, SIDE, 40), np.arange(20, SIDE, 40)), -1).reshape(-1, 2)
DWELLINGS = np.random.default_rng(3).poisson(5, len(XY))
BEFORE = split(AREA, XY, DWELLINGS, STREETS)


def off(load: np.ndarray) -> float:
    """Share of the load that is beyond 300–500 per cell; full neighbours may leave a rest."""
    return float((np.maximum(0, load - 500) + np.maximum(0, 300 - load)).sum() / load.sum())


def was_off(cell: np.ndarray, dwellings: np.ndarray) -> float:
    """The same for the old cells, before anything moved."""
    return off(np.bincount(cell, dwellings))


def test_within_the_standard_nothing_moves() -> None:
    again = split(AREA, XY, DWELLINGS, STREETS, previous=BEFORE.cells)
    assert again.previous.tolist() == list(range(len(BEFORE.cells)))
    assert (again.building_cell == BEFORE.building_cell).all()


def test_a_new_quarter_in_one_corner_moves_few() -> None:
    # a tenth more buildings, all in the south-west ninth of the town
    rng = np.random.default_rng(5)
    xy = np.vstack([XY, rng.uniform(5, SIDE / 3, (len(XY) // 10, 2))])
    dwellings = np.append(DWELLINGS, rng.poisson(5, len(xy) - len(XY)))
    grown = split(AREA, xy, dwellings, STREETS, previous=BEFORE.cells)
    anew = split(AREA, xy, dwellings, STREETS)
    was = holders(BEFORE.cells, xy)
    now = np.append(grown.previous, -2)[grown.building_cell]
    moved = dwellings[was != now].sum() / dwellings.sum()
    kept = np.zeros((len(BEFORE.cells), len(anew.cells)))
    np.add.at(kept, (was, anew.building_cell), dwellings)
    moved_anew = 1 - kept.max(axis=1).sum() / dwellings.sum()
    assert moved <= 0.10
    assert moved < moved_anew / 2
    assert (grown.previous >= 0).sum() == len(BEFORE.cells), "every old cell goes on"
    assert was_off(was, dwellings) > 0.02
    assert off(grown.load) < 0.005
    assert verdict(grown.cells, AREA, sliver=0.01).clean
    assert shapely.coverage_is_valid(grown.cells)


def test_too_little_for_so_many_cells_dissolves_some() -> None:
    fewer = split(AREA, XY, DWELLINGS * 0.6, STREETS, previous=BEFORE.cells)
    assert len(fewer.cells) < len(BEFORE.cells)
    assert off(fewer.load) < 0.02
    assert len(set(fewer.previous.tolist())) == len(fewer.cells)


def test_previous_cells_that_cover_a_part_only() -> None:
    #  +---+---+      the old cell is the west half; the east half is new
    #  | a |   |
    #  +---+---+
    division = split(
        box(0, 0, 400, 200), [(50, 100), (300, 100)], [9, 9], [], previous=[box(0, 0, 200, 200)],
        between=(5, 10),
    )  # fmt: skip
    assert sorted(division.load.tolist()) == [9, 9]
    assert sorted(division.previous.tolist()) == [-1, 0]
    with pytest.raises(ValueError, match="previous cell crosses itself"):
        bow = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
        split(AREA, XY, DWELLINGS, STREETS, previous=[bow])


def test_metres_to_walk_are_balanced_when_they_are_the_standard() -> None:
    load = walking_load(STREETS, AREA)
    assert load.amount.sum() == pytest.approx(2 * 11 * SIDE)
    division = split(AREA, XY, DWELLINGS, STREETS, by=[load], between=(2000, 3500))
    assert division.max_to_mean <= 1.1
    metres = appraise(division.cells, load=load, streets=STREETS).walking
    assert metres.sum() == pytest.approx(2 * 11 * SIDE, abs=1)
    assert metres.max() / metres.mean() <= 1.15


def test_a_mixture_is_in_the_unit_of_the_first() -> None:
    ones = Load.of([(1, 1), (2, 2)], [10, 30])
    other = Load.of([(3, 3), (5000, 1)], [7, 9], weight=3)
    found = mixed([ones, other], AREA)
    assert found.amount[:3].tolist() == pytest.approx([2.5, 7.5, 30])
    nothing = Load.of([(1, 1)], [0])
    assert mixed([ones, nothing], AREA).amount.tolist() == [10, 30, 0]


@pytest.mark.parametrize(
    ("xy", "amount", "weight"),
    [([(0, 0)], [1, 2], 1), ([(0, np.nan)], [1], 1), ([(0, 0)], [-1], 1), ([(0, 0)], [1], 0)],
)
def test_a_load_that_is_none_is_refused(xy: list, amount: list, weight: float) -> None:
    with pytest.raises(ValueError, match=r"load|places"):
        Load.of(xy, amount, weight)


def test_what_a_barrier_cuts_and_what_lies_apart() -> None:
    #  +-------+-------+  +--+     a: a river of 4 m through the middle; b: a dead arm of it, and
    #  | a  || |   |b  |  |b |     a second part; c is whole
    #  +-------+-------+  +--+
    cells = [
        box(0, 0, 100, 100),
        shapely.MultiPolygon([box(100, 0, 200, 100), box(250, 0, 280, 100)]),
        box(0, 100, 100, 200),
    ]
    river = [box(60, -5, 64, 105), LineString([(150, 100), (150, 40)]), box(40, 140, 60, 160)]
    found = appraise(cells, load=Load.of([(1, 1), (101, 1)], [30, 10]), barriers=river)
    assert found.sides.tolist() == [2, 1, 1]
    assert found.parts.tolist() == [1, 2, 1]
    assert found.load.tolist() == [30, 10, 0]
    assert found.max_to_mean == pytest.approx(30 / (40 / 3))
    assert np.isnan(found.walk).all()


@settings(max_examples=15, deadline=None)
@given(
    old=st.lists(st.integers(1, 39), max_size=3, unique=True),
    points=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 100)), max_size=30),
)
def test_from_any_previous_cells_the_area_is_tiled(old: list, points: list) -> None:
    area = box(0, 0, 400, 100)
    cuts = [0, *(10 * at for at in sorted(old)), 400]
    previous = [box(west, 0, east, 100) for west, east in itertools.pairwise(cuts)]
    division = split(area, points, [3] * len(points), [], between=(10, 20), previous=previous)
    assert verdict(division.cells, area, sliver=0.01).clean
    assert shapely.coverage_is_valid(division.cells)
    assert division.households.sum() == 3 * len(points)
    kept = [one for one in division.previous.tolist() if one >= 0]
    assert len(kept) == len(set(kept))


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), max_size=40))
def test_an_order_by_place_has_each_point_once(points: list) -> None:
    xy = np.array(points, dtype=float).reshape(-1, 2)
    assert sorted(by_place(xy).tolist()) == list(range(len(points)))


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=4),
        max_size=5,
    )
)
def test_walking_load_adds_up_to_the_streets(lines: list) -> None:
    streets = [LineString(line) for line in lines if len(set(line)) > 1]
    load = walking_load(streets, box(0, 0, 50, 50))
    assert load.amount.sum() == pytest.approx(sum(street.length for street in streets))
    assert len(load.xy) == len(load.amount)
