"""Attackers who know every published figure and the rule itself learn no count below five."""

import itertools
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from publish.small_counts import Published, publishable, publishable_part

Counts = dict[str, int]
CITY = "1101"


def town(*communities: Iterable[int], subdistrict: str = "110105003") -> Counts:
    """Communities 001, 002 … of one subdistrict, with cells 001, 002 … of the given counts."""
    return {
        f"{subdistrict}{community:03}{cell:03}": count
        for community, cells in enumerate(communities, 1)
        for cell, count in enumerate(cells, 1)
    }


def read(published: Mapping[str, Published], digits: int) -> list[str]:
    return [str(shown) for code, shown in sorted(published.items()) if len(code) == digits]


# ---- by hand


@pytest.mark.parametrize(
    ("cells", "shown", "community"),
    [
        # large cells hide nothing
        ([12, 7, 9], "12 7 9", "28"),
        ([5], "5", "5"),
        # one small cell: the total says what adding up says anyway
        ([20, 17, 3], "20 17 <5", "37–41"),
        ([20, 17, 0], "20 17 <5", "37–41"),
        ([4], "<5", "<5"),
        ([0], "<5", "<5"),
        # two: a sum of 0 would tell both, one of 7 that neither is below 3
        ([0, 0], "<5 <5", "<9"),
        ([4, 3], "<5 <5", "<9"),
        ([9, 4, 4], "9 <5 <5", "9–17"),
        # three hide each other in a sum from 5 to 7
        ([1, 0, 2], "<5 <5 <5", "<5"),
        ([4, 1, 0], "<5 <5 <5", "5"),
        ([3, 3, 1], "<5 <5 <5", "7"),
        ([4, 4, 0], "<5 <5 <5", "8–12"),
        ([4, 4, 4], "<5 <5 <5", "8–12"),
        ([30, 1, 0, 2], "30 <5 <5 <5", "30–34"),
        ([30, 3, 0, 2], "30 <5 <5 <5", "35"),
    ],
)
def test_a_community(cells: list[int], shown: str, community: str) -> None:
    published = publishable(town(cells))
    assert read(published, 15) == shown.split()
    assert read(published, 12) == [community]


def test_the_levels_above() -> None:
    #  city, district, subdistrict   communities   cells
    #  65–69                         15            6 9
    #                                50–54         50 2 <- the one small cell
    first = publishable(town([6, 9], [50, 2]))
    assert read(first, 12) == ["15", "50–54"]
    assert [read(first, digits) for digits in (9, 6, 4)] == [["65–69"]] * 3

    #  two more subdistricts with a small cell each: now the three hide each other in the sum
    second = town([50, 3], subdistrict="110105004")
    third = town([50, 2], subdistrict="110105005")
    three = publishable(town([6, 9], [50, 2]) | second | third)
    assert read(three, 9) == ["65–69", "50–54", "50–54"]
    assert read(three, 4) == ["172"]


def test_a_hidden_total_hides_in_the_next_one_too() -> None:
    #  <9 + <9: a city of 1 would tell that three cells of four are empty
    published = publishable(town([1, 0], [0, 0]))
    assert read(published, 12) == ["<9", "<9"]
    assert read(published, 4) == ["<5"]


def test_what_is_hidden_twice_needs_no_more_hiding_above() -> None:
    #  each "<5" may be made up by any of its three cells, so that their sum may be told
    published = publishable(town([1, 0, 2], [2, 0, 1]))
    assert read(published, 12) == ["<5", "<5"]
    assert read(published, 4) == ["6"]


def test_a_park_hides_nobody() -> None:
    cells = town([0, 4, 3])
    park = min(cells)
    assert read(publishable(cells), 12) == ["7"]
    assert read(publishable(cells, room={park: 0}), 12) == ["<9"]
    assert str(publishable(cells, room={park: 0})[park]) == "<5"


def test_little_room_does_not_bring_totals_below_the_threshold() -> None:
    cells = town([1, 1, 1, 0, 1])
    assert read(publishable(cells, room=dict.fromkeys(cells, 1)), 12) == ["<6"]


@pytest.mark.parametrize(
    ("plans", "due", "shown"),
    [
        (40, 2, "<5"),
        (40, 17, "17"),
        # the rest of the plans is a small count as well
        (40, 38, "36–40"),
        (8, 6, "<9"),
        (8, 0, "<9"),
        (9, 5, "5–9"),
        (3, 3, "<5"),
    ],
)
def test_visits_due_beside_plans(plans: int, due: int, shown: str) -> None:
    wholes = publishable(town([plans]))
    assert read(publishable_part(town([due]), wholes), 15) == [shown]


def test_small_wholes_do_not_give_the_part_away() -> None:
    #  plans   5  2  2  2    reads 5 <5 <5 <5, together 11: the last three are 6
    #  due     4  2  2  2    together 10: would tell that the first has 4 at least
    wholes = publishable(town([5, 2, 2, 2]))
    assert read(wholes, 12) == ["11"]
    assert read(publishable_part(town([4, 2, 2, 2]), wholes), 12) == ["6–11"]


@pytest.mark.parametrize(
    ("counts", "room"),
    [({"110105003001": 7}, {}), ({"x" * 15: 7}, {}), (town([-1]), {}), (town([6]), town([5]))],
)
def test_what_cannot_be_is_refused(counts: Counts, room: Counts) -> None:
    with pytest.raises(ValueError, match=r"cell|Cell"):
        publishable(counts, room=room)


def test_a_threshold_that_hides_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="threshold"):
        publishable(town([1]), threshold=1)


def test_a_part_belongs_to_its_whole() -> None:
    wholes = publishable(town([7, 3]))
    with pytest.raises(ValueError, match="more in the part"):
        publishable_part(town([8, 0]), wholes)
    with pytest.raises(ValueError, match="same cells"):
        publishable_part(town([7]), wholes)


# ---- an attacker who tries every town there could be


@pytest.mark.parametrize(
    ("shape", "threshold"),
    [
        ([3], 5),
        ([4], 5),
        ([1, 1], 5),
        ([1, 2], 5),
        ([2, 2], 5),
        ([6], 3),
        ([1, 2, 3], 3),
        ([2, 2, 2], 3),
        ([1, 1, 1, 3], 3),
    ],
)
def test_whoever_tries_all_towns_finds_each_small_count_possible(
    shape: list[int], threshold: int
) -> None:
    cells = list(town(*([0] * size for size in shape)))
    seen: dict[tuple[Published, ...], list[set[int]]] = {}
    for counts in itertools.product(range(threshold + 1), repeat=len(cells)):
        shown = publishable(dict(zip(cells, counts, strict=True)), threshold)
        possible = seen.setdefault(tuple(shown.values()), [set() for _cell in cells])
        for of_cell, count in zip(possible, counts, strict=True):
            of_cell.add(count)
    for possible in seen.values():
        assert all(of_cell in ({threshold}, set(range(threshold))) for of_cell in possible)


@pytest.mark.parametrize(
    ("shape", "threshold", "most"),
    [
        ([3], 2, 5),
        ([1, 1, 1], 2, 4),
        ([1, 3], 2, 3),
        ([2], 3, 7),
        ([5], 2, 2),
        ([7], 2, 1),
        ([3, 4], 2, 1),
        ([5], 3, 2),
    ],
)
def test_two_layers_side_by_side(shape: list[int], threshold: int, most: int) -> None:
    cells = list(town(*([0] * size for size in shape)))
    pairs = [(whole, part) for whole in range(most + 1) for part in range(whole + 1)]
    seen: dict[object, list[set[tuple[int, int]]]] = {}
    for chosen in itertools.product(pairs, repeat=len(cells)):
        wholes = publishable({c: w for c, (w, _p) in zip(cells, chosen, strict=True)}, threshold)
        parts = {c: p for c, (_w, p) in zip(cells, chosen, strict=True)}
        shown = tuple(wholes.values()), tuple(publishable_part(parts, wholes, threshold).values())
        possible = seen.setdefault(shown, [set() for _cell in cells])
        for of_cell, pair in zip(possible, chosen, strict=True):
            of_cell.add(pair)
    small = set(range(threshold))
    for possible in seen.values():
        for of_cell in possible:
            for secret in (
                {whole for whole, _part in of_cell},
                {part for _whole, part in of_cell},
                {whole - part for whole, part in of_cell},
            ):
                assert not secret & small or secret >= small


# ---- an attacker with a solver, in towns of any shape


class Attacker:
    """Knows the cells' codes, the room in them and all that is published, of one layer or two."""

    def __init__(self, cells: list[str], *layers: Mapping[str, Published]) -> None:
        self.cells = cells
        self.unknowns = len(cells) * len(layers)
        rows, low, high = [], [], []
        for number, layer in enumerate(layers):
            for code, shown in layer.items():
                row = np.zeros((len(layers), len(cells)))
                row[number] = [cell.startswith(code) for cell in cells]
                rows.append(row.ravel())
                low.append(shown.low)
                high.append(shown.high)
        if len(layers) == 2:
            for at in range(len(cells)):
                row = np.zeros((2, len(cells)))
                row[:, at] = 1, -1
                rows.append(row.ravel())
                low.append(0)
                high.append(10**6)
        self.known = LinearConstraint(np.array(rows), low, high)

    def extreme(self, price: np.ndarray, room: np.ndarray) -> tuple[int, list[Counts]]:
        """The least that ``price`` can come to, and one town in which it does."""
        bounds = Bounds(0, room)
        found = milp(price, constraints=self.known, integrality=1, bounds=bounds)
        assert found.success, found.message
        towns = np.rint(found.x).astype(int).reshape(-1, len(self.cells))
        return round(found.fun), [dict(zip(self.cells, map(int, t), strict=True)) for t in towns]


count = st.integers(0, 6) | st.integers(0, 40)
towns = st.lists(
    st.lists(st.lists(count, min_size=1, max_size=4), min_size=1, max_size=3),
    min_size=1,
    max_size=3,
).map(
    lambda subdistricts: {
        code: count
        for number, communities in enumerate(subdistricts, 1)
        for code, count in town(*communities, subdistrict=f"{110105000 + number}").items()
    }
)


def drawn_room(counts: Counts, data: st.DataObject) -> Counts:
    """Some of the cells have few doors, and everybody can see how many."""
    small = [cell for cell in list(counts)[::3] if counts[cell] < 5]
    return {cell: data.draw(st.integers(counts[cell], 8)) for cell in small}


@settings(max_examples=40, deadline=None)
@given(counts=towns, data=st.data())
def test_a_solver_finds_each_small_count_possible(counts: Counts, data: st.DataObject) -> None:
    cells = list(counts)
    room = drawn_room(counts, data)
    shown = publishable(counts, room=room)
    most = np.array([room.get(cell, np.inf) for cell in cells])
    attacker = Attacker(cells, shown)
    for at, cell in enumerate(cells):
        if counts[cell] >= 5:
            assert shown[cell] == Published(counts[cell], counts[cell])
            continue
        price = np.eye(len(cells))[at]
        least, poorest = attacker.extreme(price, most)
        greatest, richest = attacker.extreme(-price, most)
        assert (least, -greatest) == (0, min(4, room.get(cell, 4)))
        # The rule itself rules neither of these towns out: it would have published the same.
        assert publishable(poorest[0], room=room) == shown
        assert publishable(richest[0], room=room) == shown


@settings(max_examples=40, deadline=None)
@given(counts=towns, data=st.data())
def test_a_solver_with_two_layers(counts: Counts, data: st.DataObject) -> None:
    cells = list(counts)
    parts = {cell: data.draw(st.integers(0, counts[cell])) for cell in cells}
    room = drawn_room(counts, data)
    wholes = publishable(counts, room=room)
    shown = publishable_part(parts, wholes, room=room)
    attacker = Attacker(cells, wholes, shown)
    most = np.array([room.get(cell, np.inf) for cell in cells] * 2)
    at = data.draw(st.integers(0, len(cells) - 1))
    cell = cells[at]
    whole, part = np.eye(2 * len(cells))[[at, len(cells) + at]]
    for secret, truth in (
        (whole, counts[cell]),
        (part, parts[cell]),
        (whole - part, counts[cell] - parts[cell]),
    ):
        if truth >= 5:
            continue
        least, poorest = attacker.extreme(secret, most)
        greatest, richest = attacker.extreme(-secret, most)
        assert least == 0
        assert -greatest >= min(4, room.get(cell, 4))
        for wholes_then, parts_then in (poorest, richest):
            assert publishable(wholes_then, room=room) == wholes
            assert publishable_part(parts_then, wholes, room=room) == shown


# ---- what is shown is true, and enough


@given(counts=towns, threshold=st.integers(2, 9), data=st.data())
def test_what_is_shown_is_true(counts: Counts, threshold: int, data: st.DataObject) -> None:
    parts = {cell: data.draw(st.integers(0, counts[cell])) for cell in counts}
    wholes = publishable(counts, threshold)
    for layer, shown in ((counts, wholes), (parts, publishable_part(parts, wholes, threshold))):
        totals: Counts = defaultdict(int)
        for cell, number in layer.items():
            for digits in (4, 6, 9, 12, 15):
                totals[cell[:digits]] += number
        assert shown.keys() == totals.keys()
        for code, reading in shown.items():
            assert reading.low <= totals[code] <= reading.high
            assert not reading.exact or reading.low >= threshold


@given(counts=towns)
def test_a_range_spans_eight_at_most(counts: Counts) -> None:
    assert all(shown.high - shown.low <= 8 for shown in publishable(counts).values())


def city(mean: float, seed: int = 5) -> Counts:
    """3,000 cells in 300 communities of 30 subdistricts, some quarters older than others."""
    chance = random.Random(seed)
    counts: Counts = {}
    for subdistrict in range(30):
        for community in range(10):
            age = chance.gammavariate(2, mean / 2)
            for cell in range(1, chance.randint(4, 16) + 1):
                code = (
                    f"1101{subdistrict // 6 + 1:02}{subdistrict + 1:03}{community + 1:03}{cell:03}"
                )
                counts[code] = round(chance.gammavariate(4, age / 4))
    return counts


@pytest.mark.parametrize("mean", [3, 12, 40])
def test_a_city_stays_readable(mean: float) -> None:
    chance = random.Random(1)
    plans = city(mean)
    due = {code: sum(chance.random() < 0.3 for _plan in range(n)) for code, n in plans.items()}
    wholes = publishable(plans)
    assert all(wholes[cell].exact for cell, number in plans.items() if number >= 5)
    for layer in (wholes, publishable_part(due, wholes)):
        totals = [shown for code, shown in layer.items() if len(code) < 15]
        assert np.mean([shown.exact for shown in totals]) > 0.5
        above = [shown for code, shown in layer.items() if len(code) < 12]
        width = sum(shown.high - shown.low for shown in above)
        assert width < 0.03 * sum(shown.low for shown in above)


def test_a_city_is_quick() -> None:
    counts = city(12)
    took = []
    for _time in range(3):
        start = time.process_time()
        publishable(counts)
        took.append(time.process_time() - start)
    assert len(counts) > 2700
    assert min(took) < 0.1
