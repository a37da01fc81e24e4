"""Sidewalks and crossings are part of the street they accompany."""

import numpy as np
import pytest
import shapely
from shapely import LineString

from grid.models import StreetKind
from grid.osm.accompany import Links, Ways, accompany

STREET, MAIN_ROAD, FOOTWAY = StreetKind.STREET, StreetKind.MAIN_ROAD, StreetKind.FOOTWAY


def line(*points: tuple[float, float]) -> LineString:
    return LineString(points)


def link(streets: list, beside: list, obstacles: list = ()) -> Links:  # type: ignore[assignment]
    """Streets come first: (line, kind, name); then ways beside: (line, tag, name), tag one of
    "sidewalk", "crossing", "outline", "". Numbers in the links count through both lists."""
    both = [*streets, *beside]
    lines = np.empty(len(both), dtype=object)
    lines[:] = [row[0] for row in both]
    tag = np.array(["street"] * len(streets) + [row[1] for row in beside])
    return accompany(
        Ways(
            line=lines,
            kind=[row[1] for row in streets] + [FOOTWAY] * len(beside),
            duty=np.ones(len(both), dtype=bool),
            beside=tag != "street",
            outline=tag == "outline",
            sidewalk=tag == "sidewalk",
            crossing=tag == "crossing",
            name=np.array([row[2] for row in both], dtype=object),
            layer=np.full(len(both), "0", dtype=object),
        ),
        obstacles,
    )


def rows(links: Links) -> list[tuple[int, float, float, int, float, float]]:
    table = [links.sidewalk, links.start, links.end]
    table += [links.street, links.street_start, links.street_end]
    return [tuple(row) for row in np.round(np.array(table, dtype=float).T, 1).tolist()]


ELM = (line((0, 0), (100, 0)), STREET, "Elm Street")


def test_a_sidewalk_gives_its_metres_to_the_street() -> None:
    #  ................   sidewalk, 8 m beside
    #  ----------------   street
    assert rows(link([ELM], [(line((0, 8), (100, 8)), "sidewalk", "")])) == [(1, 0, 100, 0, 0, 100)]


def test_a_sidewalk_may_run_against_its_street() -> None:
    assert rows(link([ELM], [(line((100, -8), (0, -8)), "", "")])) == [(1, 0, 100, 0, 100, 0)]


def test_a_sidewalk_that_ends_at_the_corner_reaches_the_junction() -> None:
    #     .........       from 8 m to 92 m
    #  ---------------
    links = link([ELM], [(line((8, 8), (92, 8)), "sidewalk", "")])
    assert (links.street_start.min(), links.street_end.max()) == (0, 100)


def test_a_step_at_the_corner_is_no_walk_to_the_junction() -> None:
    links = link([ELM], [(line((8, 8), (10, 8)), "sidewalk", "")])
    assert np.abs(links.street_end - links.street_start).sum() <= 2.1


def test_half_a_sidewalk_covers_half_the_street() -> None:
    links = link([ELM], [(line((0, 8), (50, 8)), "sidewalk", "")])
    assert rows(links) == [(1, 0, 50, 0, 0, 50)]


def test_one_sidewalk_along_two_segments() -> None:
    #  ................................
    #  ---------------+----------------
    oak = (line((100, 0), (200, 0)), STREET, "Elm Street")
    links = rows(link([ELM, oak], [(line((0, 8), (200, 8)), "sidewalk", "")]))
    assert [(row[3], row[4], row[5]) for row in links] == [(0, 0, 100), (1, 0, 100)]
    assert links[0][2] == pytest.approx(100, abs=2)
    assert links[0][2] == links[1][1]


def test_links_follow_a_bend() -> None:
    #  .....
    #  ---. :
    #     | :
    bent = (line((0, 0), (100, 0), (100, -100)), STREET, "")
    links = link([bent], [(line((0, 10), (110, 10), (110, -100)), "sidewalk", "")])
    # Halfway round, at the outer corner, a walker is at the street's own corner.
    at = np.interp(110, np.append(links.start, links.end[-1]), np.append(links.street_start, 200))
    assert at == pytest.approx(100, abs=6)
    assert (np.diff(links.street_start) >= 0).all()
    assert links.street_end[-1] == 200


def test_a_crossing_gets_no_metres_of_the_street_it_crosses() -> None:
    #      :
    #  ----:-----
    #      :
    links = link([ELM], [(line((50, -8), (50, 8)), "crossing", "")])
    assert rows(links) == [(1, 0, 16, 0, 50, 50)]


def test_a_crossing_over_a_side_street_continues_the_walk_along_the_main_one() -> None:
    #       |
    #  .....:......      the crossing of the side street at x = 100
    #  -----+------
    main = [ELM, (line((100, 0), (200, 0)), STREET, "Elm Street")]
    side = (line((100, 0), (100, 100)), STREET, "Oak Street")
    links = link([*main, side], [(line((92, 8), (108, 8)), "crossing", "")])
    credit = {n: float(np.abs(links.street_end - links.street_start)[links.street == n].sum())
              for n in range(3)}  # fmt: skip
    assert credit[0] == pytest.approx(8, abs=3)
    assert credit[1] == pytest.approx(8, abs=3)
    assert credit[2] == 0


@pytest.mark.parametrize(
    ("beside", "why"),
    [
        ((line((0, 60), (100, 60)), "", ""), "too far"),
        ((line((0, 5), (60, 45)), "", ""), "turns away"),
        ((line((50, 5), (50, 90)), "", ""), "at a right angle"),
        ((line((0, 8), (100, 8)), "", "Rose Walk"), "has a name of its own"),
        ((line((0, 8), (30, 8), (30, 100)), "", ""), "leaves for most of its length"),
        ((line((110, 0), (200, 0)), "", ""), "continues where the street ends"),
        ((line((100, 0), (106, 0)), "", ""), "continues it for a few steps"),
    ],
)
def test_a_path_of_its_own_accompanies_nothing(beside: tuple, why: str) -> None:
    assert rows(link([ELM], [beside])) == [], why


def test_the_outline_of_a_square_is_its_streets_where_it_runs_along_them() -> None:
    #      +------+      40 m
    #      |      |
    #      +......+       8 m
    #  -----------------
    square = line((30, 8), (70, 8), (70, 40), (30, 40), (30, 8))
    assert rows(link([ELM], [(square, "outline", "")])) == [(1, 0, 40, 0, 30, 70)]
    assert rows(link([ELM], [(square, "", "")])) == []


def test_the_same_name_is_the_same_street() -> None:
    assert len(link([ELM], [(line((0, 8), (100, 8)), "", "Elm Street")])) == 1


def test_houses_keep_an_alley_behind_them_apart() -> None:
    #  ................   alley, 18 m behind
    #   [###] [####]
    #  ----------------
    houses = [shapely.box(2, 6, 48, 14), shapely.box(50, 6, 98, 14)]
    alley = (line((0, 18), (100, 18)), "", "")
    assert len(link([ELM], [alley])) == 1
    assert len(link([ELM], [alley], houses)) == 0


def test_a_park_path_behind_the_sidewalk_is_no_second_sidewalk() -> None:
    #  ::::::::::::::::   path, 16 m
    #  ................   sidewalk, 8 m
    #  ----------------
    sidewalk, path = (line((0, 8), (100, 8)), "sidewalk", ""), (line((0, 16), (100, 16)), "", "")
    assert {row[0] for row in rows(link([ELM], [sidewalk, path]))} == {1}


def test_the_sidewalk_of_a_named_street_goes_there_though_another_is_nearer() -> None:
    rose = (line((0, 14), (100, 14)), STREET, "Rose Walk")
    links = link([ELM, rose], [(line((0, 8), (100, 8)), "sidewalk", "Elm Street")])
    assert {row[3] for row in rows(links)} == {0}


def test_a_wide_road_has_its_sidewalks_further_off() -> None:
    sidewalk = (line((0, 30), (100, 30)), "sidewalk", "")
    assert len(link([ELM], [sidewalk])) == 0
    assert len(link([(ELM[0], MAIN_ROAD, "")], [sidewalk])) == 1


def test_nothing_to_link_is_no_links() -> None:
    assert len(link([], [(line((0, 8), (100, 8)), "sidewalk", "")])) == 0
    assert len(link([ELM], [])) == 0
