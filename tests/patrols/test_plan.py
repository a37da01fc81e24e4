"""Planned walks in the small town: what they close, what they say, what they refuse."""

import io
import json

import numpy as np
import pytest
from defusedxml import ElementTree
from django.contrib.gis.geos import LineString, Point
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.scope import Scope
from api.errors import BadCoordinate, BadInput, TooMany, UnknownArea
from grid.models import Area, Segment, StreetKind
from patrols.gpx import tracks_of
from patrols.open_stretches import OpenStretches, dark, overdue
from patrols.plan import Plan, PlannedWalk, plan_walks
from patrols.plan_ground import Reach, areas_in_reach
from patrols.turns import Direction
from streetlights.models import Lamp
from tests.town import Town, box, place, small_town, walk

NOW = timezone.now()
ROW_1_WEST = ((50, 50), (150, 50))
ALLEY_1_SOUTH = ((50, 50), (50, 150))


@pytest.fixture
def town(db) -> Town:
    return small_town()


def plan_walk(codes, **wishes) -> tuple[Plan, PlannedWalk]:
    """A plan for one, and its walk."""
    plan = plan_walks(codes, **wishes)
    (walk,) = plan.walks
    return plan, walk


def walk_all_but(town: Town, *kept, days_ago: float = 1) -> None:
    """Everything in the town was walked lately, except the segments of these keys."""
    for ends in town.segments:
        if ends not in kept:
            walk(town, town.worker, ends, 0, 1000, days_ago=days_ago)


def test_what_was_never_walked_is_overdue_for_as_long_as_we_look_back(town):
    found = overdue(town.west, NOW)
    metres = (found.end_dm - found.start_dm) / 10
    assert metres.sum() == 1200
    alley = np.isin(
        found.segment_id, [s.pk for e, s in town.segments.items() if e[0][0] == e[1][0]]
    )
    assert set(found.worth[alley]) == {(90 - 7) * 1.5}
    assert set(found.worth[~alley]) == {90 - 7}


def test_a_metre_is_worth_the_days_it_is_overdue(town):
    #  Row 1: 0 ---- walked 10 days ago ---- 400 dm ---- walked yesterday ---- 1000 dm
    walk_all_but(town, ROW_1_WEST)
    walk(town, town.worker, ROW_1_WEST, 0, 1000, days_ago=10)
    walk(town, town.worker, ROW_1_WEST, 400, 1000, days_ago=1)
    found = overdue(town.west, timezone.now())
    assert found.segment_id.tolist() == [town.segments[ROW_1_WEST].pk]
    assert (found.start_dm.tolist(), found.end_dm.tolist()) == ([0], [400])
    assert found.worth == pytest.approx([3], abs=0.01)


def test_without_a_time_the_walk_closes_all_that_is_open_in_the_cell(town):
    found, walk = plan_walk([town.west.code], now=NOW)
    assert found.open_metres == found.closes_metres == pytest.approx(1200, abs=0.5)
    assert found.unreachable_metres == 0
    assert walk.metres < 1.5 * found.open_metres
    assert walk.closes_metres == found.closes_metres


def test_two_cells_are_planned_as_one(town):
    found, _walk = plan_walk([town.west.code, town.east.code, town.west.code], now=NOW)
    assert [area.code for area in found.areas] == [town.west.code, town.east.code]
    assert found.closes_metres == pytest.approx(2400, abs=0.5)


def test_a_short_time_goes_where_it_counts_most(town):
    walk_all_but(town, ROW_1_WEST, ALLEY_1_SOUTH)
    minutes = 100 / 1.2 / 60 + 0.01
    found, walk = plan_walk([town.west.code], now=NOW, minutes=minutes, start=place(50, 50))
    # One of the two fits, and a look into the alley counts more.
    assert found.closes_metres == pytest.approx(100, abs=0.5)
    assert [turn.name for turn in walk.turns] == ["Alley 1"]
    assert walk.minutes <= 1.5


def test_the_walk_comes_back_and_turns_are_told_in_both_languages(town):
    walk_all_but(town, ROW_1_WEST)
    _found, walk = plan_walk([town.west.code], now=NOW, minutes=10, start=place(50, 70), back=True)
    assert walk.line[0] == pytest.approx(place(50, 70), abs=1e-6)
    assert walk.line[-1] == pytest.approx(place(50, 70), abs=1e-6)
    first, second, *_rest = walk.turns
    assert (first.direction, first.name, first.name_zh) == (Direction.START, "Alley 1", "第1巷")
    assert (second.direction, second.name) == (Direction.ASIDE_LEFT, "Row 1")
    assert second.called() == "第1街 / Row 1"
    assert sum(turn.metres for turn in walk.turns) == pytest.approx(walk.metres, abs=0.1)


def test_steps_take_twice_the_time(town):
    walk_all_but(town, ROW_1_WEST)
    _found, flat = plan_walk([town.west.code], now=NOW)
    Segment.objects.filter(pk=town.segments[ROW_1_WEST].pk).update(kind=StreetKind.STEPS)
    _found, steps = plan_walk([town.west.code], now=NOW)
    assert steps.metres == flat.metres
    assert steps.minutes == pytest.approx(2 * flat.minutes, abs=0.11)


def test_nothing_overdue_is_no_walk(town):
    walk_all_but(town)
    found, walk = plan_walk([town.west.code], now=NOW, minutes=40, start=place(50, 50))
    assert (walk.metres, found.open_metres, walk.turns) == (0, 0, [])


def test_an_island_is_told(town):
    Segment.objects.create(
        community=town.community,
        kind=StreetKind.PATH,
        duty=True,
        line=LineString(place(100, 100), place(100, 130), srid=4326),
        metres=30,
        from_node=1,
        to_node=2,
        digest=bytes(32),
    ).cell_stretches.create(cell=town.west, start_dm=0, end_dm=300)
    found, _walk = plan_walk([town.west.code], now=NOW, start=place(50, 50))
    assert found.unreachable_metres == pytest.approx(30, abs=0.5)


def test_planning_takes_few_queries(town, queries):
    # area; streets there, sidewalks; segments, stretches in cells, cadences, walks; lamps; names
    with queries(9):
        plan_walk([town.west.code], now=NOW, minutes=10)


def test_wishes_that_cannot_be_met_are_refused(town):
    with pytest.raises(UnknownArea):
        plan_walks(["123"], now=NOW)
    with pytest.raises(BadCoordinate, match="from the nearest street"):
        plan_walk([town.west.code], now=NOW, start=place(5000, 50))
    with pytest.raises(BadInput, match="where to start"):
        plan_walk([town.west.code], now=NOW, minutes=10, back=True)


def test_two_workers_share_the_cell_and_leave_nothing_out(town):
    found = plan_walks([town.west.code], now=NOW, workers=2, start=place(50, 50))
    assert found.closes_metres == pytest.approx(1200, abs=0.5)
    one, other = (walk.minutes for walk in found.walks)
    assert max(one, other) <= 1.25 * (one + other) / 2
    assert found.spread_minutes == pytest.approx(abs(one - other), abs=0.01)


def test_each_of_several_workers_keeps_to_the_time(town):
    one = plan_walks([town.west.code], now=NOW, minutes=7, start=place(50, 50))
    two = plan_walks([town.west.code], now=NOW, minutes=7, start=place(50, 50), workers=2)
    assert all(walk.minutes <= 7 for walk in two.walks)
    assert two.closes_metres > 1.5 * one.closes_metres
    # A metre that both walk is closed once.
    assert two.closes_metres <= sum(walk.closes_metres for walk in two.walks) + 0.2
    assert two.closes_worth <= two.open_worth


def test_what_lies_beyond_the_time_does_not_count_as_open(town):
    #  150 +---+-|    From (50, 50) two minutes lead 144 m, in a straight line past (150, 150);
    #      |   | |    streets that come so near count whole, there and back (72 m) only those
    #   50 S---+-|    that begin at S.
    found = plan_walks([town.west.code], now=NOW, minutes=2, start=place(50, 50))
    assert found.open_metres == pytest.approx(2 * 150 + 2 * 200, abs=0.5)
    home = plan_walks([town.west.code], now=NOW, minutes=2, start=place(50, 50), back=True)
    assert home.open_metres == pytest.approx(200, abs=0.5)


def test_an_area_within_another_is_not_weighed_twice(town):
    both = plan_walks([town.community.code, town.west.code], now=NOW)
    assert [area.code for area in both.areas] == [town.community.code]
    assert both.open_worth == plan_walks([town.community.code], now=NOW).open_worth


def test_a_large_area_is_planned_where_one_can_be_in_time(town):
    whole = plan_walks([town.city.code], now=NOW, minutes=5, start=place(50, 50))
    alone = plan_walks([town.community.code], now=NOW, minutes=5, start=place(50, 50))
    assert whole.closes_metres == alone.closes_metres > 300
    far = Area.objects.create(
        code="990101001002", level=12, name="Far", geometry=box(9000, 0, 9400, 400)
    )
    with pytest.raises(BadCoordinate, match="No street"):
        plan_walks([far.code], now=NOW, minutes=5, start=place(50, 50))


def test_more_than_can_be_planned_at_once_is_said_not_tried(town, monkeypatch):
    monkeypatch.setattr("spatial.walks.gap.MOST_LINKS", 5)
    with pytest.raises(TooMany, match="how many minutes"):
        plan_walks([town.west.code], now=NOW)


def test_what_others_know_makes_overdue_metres_weigh_more(town):
    # Row 1 is overdue by three days from 0 to 40 m; somebody knows of something at 30..60 m.
    walk_all_but(town, ROW_1_WEST)
    walk(town, town.worker, ROW_1_WEST, 0, 1000, days_ago=10)
    walk(town, town.worker, ROW_1_WEST, 400, 1000, days_ago=1)
    row = town.segments[ROW_1_WEST].pk

    def known(_area, _now):
        return OpenStretches(
            np.array([row, row]), np.array([300, 350]), np.array([600, 600]), np.array([7.0, 2.0])
        )

    now = timezone.now()
    plain = plan_walks([town.west.code], now=now, weights=())
    found = plan_walks([town.west.code], now=now, weights=(known,))
    assert found.open_worth - plain.open_worth == pytest.approx(10 * 7 + 5 * 2, abs=0.2)
    assert found.closes_worth == found.open_worth


def test_near_a_dark_lamp_a_metre_weighs_more(town):
    #  Row 1   50 ------------[80 ==== L ==== 120]------- 150     the lamp stands 3 m beside it
    Lamp.objects.update(working=False)
    found = dark(town.west, NOW)
    assert found.segment_id.tolist() == [town.segments[ROW_1_WEST].pk]
    assert found.start_dm.tolist() == [pytest.approx(300, abs=1)]
    assert found.end_dm.tolist() == [pytest.approx(700, abs=1)]
    assert dark(town.community, NOW).worth.tolist() == found.worth.tolist() == [20]
    assert len(dark(town.east, NOW).worth) == 0
    Lamp.objects.update(working=None)
    assert len(dark(town.west, NOW).worth) == 0


def test_a_dark_lamp_decides_where_a_short_walk_goes(town):
    # One of two streets of a kind fits; the one of the lamp is chosen.
    walk_all_but(town, ROW_1_WEST, ((50, 250), (150, 250)))
    Segment.objects.update(kind=StreetKind.STREET)
    Lamp.objects.update(working=False, location=Point(*place(100, 253), srid=4326))
    _found, chosen = plan_walk([town.west.code], now=NOW, minutes=1.5)
    assert [turn.name for turn in chosen.turns] == ["Row 3"]
    Lamp.objects.update(location=Point(*place(100, 53), srid=4326))
    _found, chosen = plan_walk([town.west.code], now=NOW, minutes=1.5)
    assert [turn.name for turn in chosen.turns] == ["Row 1"]


def test_one_way_streets_do_not_bind_feet(town):
    # The stored direction of Row 1 is eastward; a walk from its east end goes west along it.
    walk_all_but(town, ROW_1_WEST)
    _found, home = plan_walk([town.west.code], now=NOW, minutes=2, start=place(150, 50))
    assert home.line[-1] == pytest.approx(place(50, 50), abs=1e-6)


def test_where_a_street_is_closed_to_feet_the_way_goes_round(town):
    #  150 o-------o      Row 1 is what is open; its only way in from the west end of
    #      |       |      Alley 1 is gone, so that the walk enters from (150, 50).
    #   50 S   ----o
    walk_all_but(town, ROW_1_WEST)
    Segment.objects.filter(pk=town.segments[ROW_1_WEST].pk).update(from_node=77)
    _found, round_way = plan_walk([town.west.code], now=NOW, start=place(50, 60))
    assert round_way.metres == pytest.approx(90 + 100 + 100 + 100, abs=1)


def test_the_areas_of_a_member_within_reach_come_nearest_first(town):
    scope = Scope(frozenset({town.west.code, town.east.code}))

    def within(minutes: float, *, back: bool = False) -> Reach:
        found = Reach.of(place(390, 100), minutes, back=back)
        assert found is not None
        return found

    near = within(40)
    assert areas_in_reach(scope, near) == [town.east.code, town.west.code]
    # 190 m to the west cell: three minutes lead 216 m, there and back only 108 m.
    assert len(areas_in_reach(scope, within(3))) == 2
    assert areas_in_reach(scope, within(3, back=True)) == [town.east.code]
    assert areas_in_reach(Scope(everywhere=True), near) == [town.community.code]
    assert areas_in_reach(Scope(), near) == []


def run(*arguments) -> str:
    out = io.StringIO()
    call_command("plan_walk", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_command_prints_json_and_writes_a_route_that_is_no_track(town, tmp_path):
    file = tmp_path / "walk.gpx"
    lon, lat = place(50, 50)
    answer = json.loads(
        run(town.west.code, "--minutes", 40, "--from", f"{lon},{lat}", "--gpx", file, "--json")
    )
    assert answer["closes_metres"] == pytest.approx(1200, abs=0.5)
    assert answer["minutes"] <= 40
    coordinates = answer["route"]["coordinates"]
    assert coordinates[0] == pytest.approx([lon, lat], abs=1e-6)
    assert answer["turns"][0]["at"] == coordinates[0]
    assert set(answer) >= {"areas", "minutes", "metres", "open_worth", "closes_worth", "turns"}
    points = ElementTree.parse(file).getroot().findall(".//{*}rtept")
    assert len(points) == len(coordinates)
    assert points[0].find("{*}name").text.startswith("第1")
    with pytest.raises(Exception, match="no track"):
        tracks_of(file)


def test_the_command_plans_for_several(town, tmp_path):
    file = tmp_path / "walks.gpx"
    answer = json.loads(
        run(town.west.code, town.east.code, "--workers", 3, "--gpx", file, "--json")
    )
    assert len(answer["walks"]) == 3
    minutes = [walk["minutes"] for walk in answer["walks"]]
    assert answer["spread_minutes"] == pytest.approx(max(minutes) - min(minutes), abs=0.01)
    assert answer["closes_metres"] == pytest.approx(2400, abs=0.5)
    assert len(ElementTree.parse(file).getroot().findall("{*}rte")) == 3
    out = run(town.west.code, "--workers", 2)
    assert "Walk 2 of 2: " in out


def test_the_command_tells_the_way_to_people(town):
    out = run(town.west.code, "--minutes", 10)
    assert "of 1,200 m overdue" in out
    assert "Start on 第" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--minutes", "0"], "minutes from 1 to 720"),
        (["--minutes", "nan"], "minutes from 1 to 720"),
        (["--from", "60.17"], "not a position"),
        (["--from", "nan,60"], "not a position"),
        (["--minutes", "10", "--back"], "where to start"),
        (["--workers", "0"], "workers from 1 to 12"),
        (["--workers", "²"], "workers from 1 to 12"),
        (["--gpx", "/nowhere/walk.gpx"], "cannot be written"),
    ],
)
def test_the_command_says_what_is_wrong(town, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(town.west.code, *arguments)
