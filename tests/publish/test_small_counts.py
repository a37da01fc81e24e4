"""What is shown of counts of households: true, enough, and nothing below five."""

import random
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.small_counts import Published, publishable, publishable_part

Counts = dict[str, int]


def town(*communities: Iterable[int], subdistrict: str = "110105003") -> Counts:
    """Communities 001, 002 … of one subdistrict, with cells 001, 002 … of the given counts."""
    return {
        f"{subdistrict}{community:03}{cell:03}": count
        for community, cells in enumerate(communities, 1)
        for cell, count in enumerate(cells, 1)
    }


def read(published: Mapping[str, Published], digits: int) -> list[str]:
    return [str(shown) for code, shown in sorted(published.items()) if len(code) == digits]


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
