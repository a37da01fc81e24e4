"""Diagnosis of circuits: drawn ones, and any small one against counting every set of faults."""

import itertools
import math
import time
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.circuits import Circuit, NotATree, Priors, Section, Sighting, diagnose

HOUR, DAY = 3600.0, 86_400.0


def circuit(*feeds: tuple[object, object]) -> Circuit:
    """Sections named by their two ends."""
    return Circuit.of("C", [Section(f"{start}-{end}", start, end) for start, end in feeds])


def estate() -> Circuit:
    """32 lamps on three branches; lamps 19 to 28 hang behind the section 8-19.

    C - 1 - 2 - 3 - 4 - 5 - 6 - 7
        |
        8 - 9 - 10 - 11 - 12 - 13 - 14 - 15 - 16 - 17 - 18
        |
       19 - 20 - 21 - 22 - 23 - 24      25, 26, 27, 28 from 21
        29, 30, 31, 32 from 4
    """
    chains = [("C", *range(1, 8)), (1, *range(8, 19)), (8, *range(19, 25))]
    chains += [(21, 25, 26, 27, 28), (4, 29, 30, 31, 32)]
    return circuit(*(pair for chain in chains for pair in itertools.pairwise(chain)))


BEHIND = range(19, 29)


def seen(lit=(), dark=(), at: float = 0.0) -> list[Sighting]:
    return [Sighting(lamp, True, at) for lamp in lit] + [Sighting(one, False, at) for one in dark]


def ranked(on: Circuit, sightings: list[Sighting]) -> list[list[object]]:
    """Ids of the faults of each explanation, most probable first."""
    found = diagnose(on, sightings).explanations
    assert [one.probability for one in found] == sorted(
        (o.probability for o in found), reverse=True
    )
    return [[fault.id for fault in one.faults] for one in found]


def test_lamps_dark_behind_one_section_point_at_it():
    lit = [lamp for lamp in range(1, 33) if lamp not in BEHIND]
    found = diagnose(estate(), seen(lit, BEHIND))
    first = found.explanations[0]
    assert [(fault.kind, fault.id) for fault in first.faults] == [("section", "8-19")]
    assert first.probability > 0.95


def test_three_of_ten_dark_lamps_are_enough():
    assert ranked(estate(), seen([1, 5, 8, 9], [20, 24, 27]))[0] in (["8-19"], ["19-20"])
    assert ranked(estate(), seen([1, 5, 8, 9], [19, 24, 27]))[0] == ["8-19"]


def test_two_lamps_failed_each_by_itself():
    others = [lamp for lamp in range(1, 33) if lamp not in (13, 31)]
    assert ranked(estate(), seen(others, [13, 31]))[0] == [31, 13]


def test_a_lamp_misread_does_not_hide_the_cable():
    lit = [lamp for lamp in range(1, 33) if lamp not in BEHIND]
    dark = [lamp for lamp in BEHIND if lamp != 23]
    assert ranked(estate(), seen([*lit, 23], dark))[0] == ["8-19"]


def test_everything_dark_is_the_cabinet():
    on = circuit(("C", 1), (1, 2), ("C", 3), (3, 4))
    assert ranked(on, seen(dark=[1, 2, 3, 4]))[0] == ["C"]


def test_everything_lit_is_no_fault():
    assert ranked(estate(), seen(range(1, 33)))[0] == []


def test_a_dark_lamp_between_lit_ones_is_that_lamp():
    assert ranked(estate(), seen([8, 20], [19]))[0] == [19]


def test_two_broken_sections_at_once():
    dark = [*BEHIND, 29, 30, 31, 32]
    lit = [lamp for lamp in range(1, 33) if lamp not in dark]
    assert ranked(estate(), seen(lit, dark))[0] == ["8-19", "4-29"]


def test_looks_twice_that_agree_outweigh_one_that_does_not():
    on = circuit(("C", 1), (1, 2), (2, 3))
    contradicting = [Sighting(2, True, 0), Sighting(2, True, 60), Sighting(2, False, 120)]
    assert ranked(on, [*seen([1, 3]), *contradicting])[0] == []


def test_a_lamp_seen_lit_an_hour_after_it_was_dark_is_lit():
    on = circuit(("C", 1), (1, 2), (2, 3))
    early, late = seen(dark=[2, 3]), seen(lit=[1, 2, 3], at=3 * HOUR)
    assert ranked(on, [*early, *late])[0] == []
    assert ranked(on, [*late, *seen(dark=[2, 3], at=6 * HOUR)])[0] == ["1-2"]


def counted(on: Circuit, sightings: list[Sighting]) -> tuple[list[object], int]:
    """The best explanation, and how many sightings were left out for it."""
    found = diagnose(on, sightings)
    return [fault.id for fault in found.explanations[0].faults], found.left_out


def test_evenings_that_agree_are_taken_together():
    on = circuit(("C", 1), (1, 2), (2, 3), (3, 4))
    monday, tuesday = seen([1, 2], [3]), seen([1], [4], at=DAY)
    assert counted(on, [*tuesday, *monday]) == (["2-3"], 0)


def test_after_a_repair_the_evenings_before_are_left_out():
    broken = seen([1, 8], [19, 22, 24, 27])
    assert counted(estate(), broken)[0] == ["8-19"]
    assert counted(estate(), [*broken, *seen([22], at=DAY)]) == ([], 6)


def test_after_a_new_fault_the_evenings_before_are_left_out():
    monday, tuesday = seen(range(1, 33)), seen([8, 11], [19, 24], at=DAY)
    assert counted(estate(), [*monday, *tuesday]) == (["8-19"], 32)


def test_what_was_seen_weeks_ago_does_not_count():
    on = circuit(("C", 1), (1, 2))
    assert counted(on, [*seen(dark=[2]), *seen(lit=[1], at=30 * DAY)]) == ([], 1)


def test_a_long_section_is_likelier_than_a_short_one():
    on = Circuit.of("C", [Section("a", "C", 1, 10.0), Section("b", 1, 2, 200.0)])
    found = [
        [fault.id for fault in one.faults] for one in diagnose(on, seen(dark=[2])).explanations
    ]
    assert found.index(["b"]) < found.index(["a"])


def test_half_seen_the_next_look_halves_what_is_left():
    """A chain of which 1 is lit and 16, 17, 18 are dark: the break lies somewhere between."""
    on = circuit(*itertools.pairwise(["C", *range(1, 19)]))
    sightings = seen([1], [16, 17, 18])
    found = diagnose(on, sightings)
    assert {len(one.faults) for one in found.explanations} == {1}
    looks = 0
    while found.explanations[0].probability < 0.9:
        lamp = found.look_next
        assert isinstance(lamp, int) and 1 < lamp < 16
        sightings += seen([lamp] if lamp < 7 else [], [] if lamp < 7 else [lamp])
        found, looks = diagnose(on, sightings), looks + 1
    assert [fault.id for fault in found.explanations[0].faults] == ["6-7"]
    assert looks <= 5


def test_without_sightings_nothing_is_known_to_be_broken():
    found = diagnose(estate(), [])
    assert [(one.faults, one.probability) for one in found.explanations] == [((), 1.0)]
    assert found.look_next in estate().lamps
    assert diagnose(Circuit.of("C", []), []).look_next is None


def test_a_sighting_of_something_else():
    with pytest.raises(KeyError):
        diagnose(estate(), seen([99]))
    with pytest.raises(KeyError):
        diagnose(estate(), seen(["C"]))


@pytest.mark.parametrize(
    ("feeds", "reason", "which"),
    [
        ([("C", 1), ("C", 1)], "same_section_twice", "C-1"),
        ([("C", 1), ("C", 2), (2, 1)], "fed_twice", 1),
        ([("C", 1), (1, "C")], "feeds_cabinet", "1-C"),
        ([("C", 1), (2, 3), (3, 2)], "cycle", 3),
        ([("C", 1), (2, 2)], "cycle", 2),
        ([("C", 1), (7, 8), (8, 9)], "not_connected", 7),
    ],
)
def test_what_is_no_tree(feeds, reason, which):
    with pytest.raises(NotATree) as error:
        circuit(*feeds)
    assert (error.value.reason, error.value.which) == (reason, which)


def test_a_thousand_lamps_in_milliseconds():
    on = circuit(*itertools.pairwise(["C", *range(1, 1001)]))
    sightings = seen(range(1, 700), range(700, 1001))
    diagnose(on, sightings)  # compiles
    took = []
    for _ in range(5):
        began = time.process_time()
        found = diagnose(on, sightings)
        took.append(time.process_time() - began)
    assert [fault.id for fault in found.explanations[0].faults] == ["699-700"]
    assert min(took) < 0.02


# Any small circuit against every set of faults.


@st.composite
def small_circuits(draw):
    """Up to 4 lamps (as many sections, and the cabinet: 512 sets of faults), and sightings."""
    count = draw(st.integers(1, 4))
    feeds = [draw(st.integers(0, lamp - 1)) for lamp in range(1, count + 1)]
    metres = [draw(st.sampled_from([None, 5.0, 300.0])) for _ in feeds]
    sections = [
        Section(f"s{lamp}", feed, lamp, length)
        for lamp, (feed, length) in enumerate(zip(feeds, metres, strict=True), start=1)
    ]
    sighting = st.builds(
        Sighting,
        st.integers(1, count),
        st.booleans(),
        st.sampled_from([0.0, 900.0, HOUR, 3 * HOUR]),
    )
    chance = st.floats(0.01, 0.4)
    priors = Priors(
        lamp=draw(chance), section=draw(chance), cabinet=draw(chance),
        dark_though_lit=draw(chance), lit_though_dark=draw(chance),
    )  # fmt: skip
    return sections, draw(st.lists(sighting, max_size=6)), priors


def chance_of_look(priors: Priors, lit: bool, seen_lit: bool) -> float:
    wrong = priors.dark_though_lit if lit else priors.lit_though_dark
    return 1 - wrong if lit == seen_lit else wrong


def by_counting(sections, sightings, priors):
    """Weights of all sets of faults: (faults that show, lamps lit) -> weight."""
    feed = {one.end: one for one in sections}
    chance = {("cabinet", 0): priors.cabinet}
    for one in sections:
        metres = one.metres or priors.metres
        chance["lamp", one.end] = priors.lamp
        chance["section", one.id] = 1 - (1 - priors.section) ** (metres / priors.metres)
    own_newest = {one.lamp: max(o.seconds for o in sightings if o.lamp == one.lamp)
                  for one in sightings}  # fmt: skip
    upstream = {}
    for lamp in feed:
        path, at = [], lamp
        while at != 0:
            path.append(("section", feed[at].id))
            at = feed[at].start
        upstream[lamp] = [("cabinet", 0), *reversed(path)]
    bears = {part for one in sightings for part in [*upstream[one.lamp], ("lamp", one.lamp)]}
    found: dict[tuple[frozenset, frozenset], float] = defaultdict(float)
    for broken in itertools.product([False, True], repeat=len(chance)):
        faults = {part for part, is_broken in zip(chance, broken, strict=True) if is_broken}
        weight = math.prod(p if part in faults else 1 - p for part, p in chance.items())
        lit = {
            lamp for lamp in feed
            if not faults & set(upstream[lamp]) and ("lamp", lamp) not in faults
        }  # fmt: skip
        for one in sightings:
            halvings = (own_newest[one.lamp] - one.seconds) / priors.newer_seconds
            sure = 0.5**halvings
            weight *= sure * chance_of_look(priors, one.lamp in lit, one.lit) + (1 - sure) / 2
        shown = set()
        for lamp in feed:
            path = [*upstream[lamp], ("lamp", lamp)]
            shown |= {next((part for part in path if part in faults), None)} - {None}
        found[frozenset(shown & bears), frozenset(lit)] += weight
    return found


def entropy(chances) -> float:
    return -sum(p * math.log2(p) for p in chances if p > 0)


@settings(max_examples=80)
@given(small_circuits())
def test_as_counting_every_set_of_faults_says(drawn):
    sections, sightings, priors = drawn
    weights = by_counting(sections, sightings, priors)
    total = sum(weights.values())
    expected: dict[frozenset, float] = defaultdict(float)
    for (shown, _lit), weight in weights.items():
        expected[shown] += weight / total
    on = Circuit.of(0, sections)
    found = diagnose(on, sightings, priors=priors, most=400)
    assert len(found.explanations) == len(expected)
    for one in found.explanations:
        faults = frozenset((fault.kind, fault.id) for fault in one.faults)
        assert one.probability == pytest.approx(expected[faults], rel=1e-9)
    few = diagnose(on, sightings, priors=priors, most=3).explanations
    best = sorted(expected.values(), reverse=True)[:3]
    assert [one.probability for one in few] == pytest.approx(best)

    for place, lamp in enumerate(on.node[1:], start=1):
        lit = sum(weight for (_, lamps), weight in weights.items() if lamp in lamps) / total
        assert found.lit[place] == pytest.approx(lit, rel=1e-9)
        looks = [
            sum(
                weight / total * chance_of_look(priors, lamp in lamps, seen_lit)
                for (_, lamps), weight in weights.items()
            )
            for seen_lit in (True, False)
        ]
        error = sum(
            weight / total
            * entropy(chance_of_look(priors, lamp in lamps, seen_lit) for seen_lit in (True, False))
            for (_, lamps), weight in weights.items()
        )  # fmt: skip
        assert found.bits[place] == pytest.approx(entropy(looks) - error, abs=1e-9)
    assert found.bits[0] == 0


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_no_chance_leaves_its_bounds_in_large_circuits(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 300))
    on = Circuit.of(
        0, [Section(f"s{n}", int(rng.integers(max(0, n - 5), n)), n) for n in range(1, count + 1)]
    )
    sightings = [
        Sighting(
            int(rng.integers(1, count + 1)), bool(rng.random() < 0.5), float(rng.random() * DAY)
        )
        for _ in range(int(rng.integers(0, 600)))
    ]
    found = diagnose(on, sightings)
    chances = [one.probability for one in found.explanations]
    assert chances == sorted(chances, reverse=True)
    assert 0 < sum(chances) <= 1 + 1e-9
    assert len({one.faults for one in found.explanations}) == len(chances)
    assert ((found.lit >= 0) & (found.lit <= 1 + 1e-12)).all()
    assert np.isfinite(found.bits).all()
