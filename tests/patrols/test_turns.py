"""What a walk sounds like: streets drawn in metres, walked edge by edge."""

from typing import Any

import numpy as np
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from grid.models import StreetKind
from patrols.turns import NAMELESS, Direction, Streets, Turn, turns_of
from spatial.network import Network
from spatial.simulation import perturbed_grid
from spatial.walks import Walk, cover

Town = dict[str, tuple[list[tuple[float, float]], str, str]]


def told(town: Town, *way: str) -> list[str]:
    """The sentences of a walk along the named lines; ``-a`` walks line a from its end."""
    keys = list(town)
    on = Network.from_lines([LineString(line) for line, _name, _kind in town.values()])
    streets = Streets(
        np.array([kind for _line, _name, kind in town.values()]),
        [(name, "", "") for _line, name, _kind in town.values()],
    )
    edge = np.array([keys.index(key.lstrip("-")) for key in way])
    walk = Walk(
        edge=edge,
        start_m=np.zeros(len(edge)),
        end_m=on.edge_length[edge],
        forward=np.array([not key.startswith("-") for key in way]),
        effort=0.0,
        worth=0.0,
        closed=np.zeros(0),
        unreachable=np.zeros(0),
    )
    _line, turns = turns_of(walk, on, streets)
    assert sum(turn.metres for turn in turns) == pytest.approx(walk.metres)
    return [turn.sentence() for turn in turns]


#      100 +---c---+
#          |       d      a, b: High Street; c: Mill Lane; d: an alley; e: its dead end
#          b     --e--
#          |
#  0 --a-- 50
CORNER: Town = {
    "a": ([(0, 0), (50, 0)], "High Street", "street"),
    "b": ([(50, 0), (50, 100)], "High Street", "street"),
    "c": ([(50, 100), (150, 100)], "Mill Lane", "street"),
    "d": ([(150, 100), (150, 50)], "", "alley"),
    "e": ([(150, 50), (110, 50)], "", "alley"),
}


def test_one_street_is_one_turn_even_round_a_bend() -> None:
    assert told(CORNER, "a", "b", "c") == [
        "Start on High Street, 150 m",
        "Turn right into Mill Lane, 100 m",
    ]


def test_streets_without_a_name_go_by_their_kind_and_turn_where_they_bend() -> None:
    assert told(CORNER, "c", "d", "e") == [
        "Start on Mill Lane, 100 m",
        "Turn right into the alley, 50 m",
        "Turn right into the alley, 40 m",
    ]


def test_a_dead_end_is_a_look_aside_and_the_way_goes_on_from_before_it() -> None:
    #      d        c --- g along one street; d a dead end half-way, on the right
    #  c --+-- g
    town: Town = {
        "c": ([(0, 0), (100, 0)], "Mill Lane", "street"),
        "d": ([(100, 0), (100, -60)], "", "alley"),
        "g": ([(100, 0), (200, 0)], "Mill Lane", "street"),
    }
    assert told(town, "c", "d", "-d", "g") == [
        "Start on Mill Lane, 100 m",
        "Look into the alley on the right and come back, 60 m each way",
        "Straight on into Mill Lane, 100 m",
    ]
    # Two edges deep, and from the other side.
    town["f"] = ([(100, -60), (100, -80)], "", "alley")
    assert told(town, "-g", "d", "f", "-f", "-d", "-c")[1] == (
        "Look into the alley on the left and come back, 80 m each way"
    )


def test_a_long_dead_end_is_walked_like_any_street_and_turned_on() -> None:
    town: Town = {
        "a": ([(0, 0), (50, 0)], "High Street", "street"),
        "b": ([(50, 0), (50, 300)], "Mill Lane", "street"),
    }
    assert told(town, "a", "b", "-b", "-a") == [
        "Start on High Street, 50 m",
        "Turn left into Mill Lane, 300 m",
        "Turn back on Mill Lane, 300 m",
        "Turn right into High Street, 50 m",
    ]


def test_the_zigzag_of_a_crossing_is_one_turn() -> None:
    #          | c
    #      +-b2+        a: sidewalk; b1, b2: 6 and 4 m over the carriageway; c: the side street
    #      b1
    #  -a--+
    town: Town = {
        "a": ([(0, 0), (80, 0)], "High Street", "footway"),
        "b1": ([(80, 0), (80, 6)], "", "footway"),
        "b2": ([(80, 6), (84, 6)], "", "footway"),
        "c": ([(84, 6), (84, 90)], "Mill Lane", "street"),
    }
    assert told(town, "a", "b1", "b2", "c") == [
        "Start on High Street, 80 m",
        "Turn left into Mill Lane, 94 m",
    ]


def test_a_street_crossed_half_way_is_no_turn() -> None:
    #  a --|8 m of Broad Street|-- c    one alley goes on behind it
    town: Town = {
        "a": ([(0, 0), (60, 0)], "Long Alley", "alley"),
        "b": ([(60, 0), (68, 0)], "Broad Street", "main_road"),
        "c": ([(68, 0), (140, 0)], "Long Alley", "alley"),
    }
    assert told(town, "a", "b", "c") == ["Start on Long Alley, 140 m"]


def test_steps_are_always_said() -> None:
    #      c
    #      s (6 m of steps)
    #  -a--+
    town: Town = {
        "a": ([(0, 0), (60, 0)], "High Street", "street"),
        "s": ([(60, 0), (60, 6)], "", "steps"),
        "c": ([(60, 6), (60, 50)], "Upper Lane", "alley"),
    }
    assert told(town, "a", "s", "c") == [
        "Start on High Street, 60 m",
        "Turn left, over the steps, 6 m",
        "Straight on into Upper Lane, 44 m",
    ]


def test_a_few_metres_into_a_doorway_are_not_told() -> None:
    town: Town = {
        "a": ([(0, 0), (60, 0)], "High Street", "street"),
        "s": ([(60, 0), (60, 5)], "", "footway"),
        "c": ([(60, 0), (120, 0)], "High Street", "street"),
    }
    assert told(town, "a", "s", "-s", "c") == ["Start on High Street, 130 m"]


def test_both_languages_where_the_map_has_them() -> None:
    def turn(**names: str) -> Turn:
        given: dict[str, Any] = {"name": "", "name_zh": "", "name_en": "", "kind": "street"}
        return Turn(**{**given, **names}, direction=Direction.LEFT, metres=40, at=(0, 0), first=0)

    both = turn(name="昌平路", name_zh="昌平路", name_en="Changping Road")
    assert both.sentence() == "Turn left into 昌平路 / Changping Road, 40 m"
    assert turn(name="Row 1", name_zh="第1街").called() == "第1街 / Row 1"
    assert turn(name="Kaivokatu").called() == "Kaivokatu"
    with translation.override("zh-hans"):
        assert both.sentence() == "左转进入昌平路 / Changping Road，走 40 米"
        assert turn(kind="alley").sentence() == "左转进入巷，走 40 米"


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_any_walk_is_told_whole_and_in_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    on = perturbed_grid(rng, blocks=int(rng.integers(1, 4)))
    kinds = np.array(StreetKind.values)[rng.integers(0, len(StreetKind.values), len(on))]
    names = [NAMELESS if n == 0 else (f"Street {n}", "", "") for n in rng.integers(0, 4, len(on))]
    walk = cover(on, rng.random(len(on)) < 0.4)
    line, turns = turns_of(walk, on, Streets(kinds, names))
    assert sum(turn.metres for turn in turns) == pytest.approx(walk.metres)
    assert [turn.direction.value for turn in turns[:1]] == (["start"] if len(walk) else [])
    first = [turn.first for turn in turns]
    assert first == sorted(set(first))
    for turn in turns:
        assert line[turn.first] == pytest.approx(turn.at)
        assert turn.sentence()
