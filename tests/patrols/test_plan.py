"""Planned walks in the small town: what they close, what they say, what they refuse."""

import io
import json

import numpy as np
import pytest
from defusedxml import ElementTree
from django.contrib.gis.geos import LineString
from django.core.management import CommandError, call_command
from django.utils import timezone

from api.errors import BadCoordinate, BadInput, UnknownArea
from grid.models import Segment, StreetKind
from patrols.gpx import tracks_of
from patrols.plan import overdue, plan_walk
from patrols.route import Direction
from tests.town import Town, place, small_town, walk

NOW = timezone.now()
ROW_1_WEST = ((50, 50), (150, 50))
ALLEY_1_SOUTH = ((50, 50), (50, 150))


@pytest.fixture
def town(db) -> Town:
    return small_town()


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
    found = plan_walk([town.west.code], now=NOW)
    assert found.open_metres == found.closes_metres == pytest.approx(1200, abs=0.5)
    assert found.unreachable_metres == 0
    assert found.metres < 1.5 * found.open_metres


def test_two_cells_are_planned_as_one(town):
    found = plan_walk([town.west.code, town.east.code, town.west.code], now=NOW)
    assert found.areas == [town.west.code, town.east.code]
    assert found.closes_metres == pytest.approx(2400, abs=0.5)


def test_a_short_time_goes_where_it_counts_most(town):
    walk_all_but(town, ROW_1_WEST, ALLEY_1_SOUTH)
    found = plan_walk([town.west.code], now=NOW, minutes=100 / 1.2 / 60 + 0.01, start=place(50, 50))
    # One of the two fits, and a look into the alley counts more.
    assert found.closes_metres == pytest.approx(100, abs=0.5)
    assert [turn.name for turn in found.turns] == ["Alley 1"]
    assert found.minutes <= 1.5


def test_the_walk_comes_back_and_turns_are_told_in_both_languages(town):
    walk_all_but(town, ROW_1_WEST)
    found = plan_walk([town.west.code], now=NOW, minutes=10, start=place(50, 70), back=True)
    assert found.line[0] == pytest.approx(place(50, 70), abs=1e-6)
    assert found.line[-1] == pytest.approx(place(50, 70), abs=1e-6)
    first, second, *_rest = found.turns
    assert (first.direction, first.name, first.name_zh) == (Direction.START, "Alley 1", "第1巷")
    assert (second.direction, second.name) == (Direction.LEFT, "Row 1")
    assert second.called() == "第1街"
    assert sum(turn.metres for turn in found.turns) == pytest.approx(found.metres, abs=0.1)


def test_steps_take_twice_the_time(town):
    walk_all_but(town, ROW_1_WEST)
    flat = plan_walk([town.west.code], now=NOW)
    Segment.objects.filter(pk=town.segments[ROW_1_WEST].pk).update(kind=StreetKind.STEPS)
    steps = plan_walk([town.west.code], now=NOW)
    assert steps.metres == flat.metres
    assert steps.minutes == pytest.approx(2 * flat.minutes, abs=0.11)


def test_nothing_overdue_is_no_walk(town):
    walk_all_but(town)
    found = plan_walk([town.west.code], now=NOW, minutes=40, start=place(50, 50))
    assert (found.metres, found.open_metres, found.turns) == (0, 0, [])


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
    found = plan_walk([town.west.code], now=NOW, start=place(50, 50))
    assert found.unreachable_metres == pytest.approx(30, abs=0.5)


def test_planning_takes_few_queries(town, queries):
    # area, segments, stretches in cells, cadences, walks; boundary, streets there, sidewalks, names
    with queries(9):
        plan_walk([town.west.code], now=NOW, minutes=10)


def test_wishes_that_cannot_be_met_are_refused(town):
    with pytest.raises(UnknownArea):
        plan_walk(["123"], now=NOW)
    with pytest.raises(BadCoordinate, match="from the nearest street"):
        plan_walk([town.west.code], now=NOW, start=place(5000, 50))
    with pytest.raises(BadInput, match="where to start"):
        plan_walk([town.west.code], now=NOW, minutes=10, back=True)


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
    points = ElementTree.parse(file).getroot().findall(".//{*}rtept")
    assert len(points) == len(coordinates)
    assert points[0].find("{*}name").text.startswith("第1")
    with pytest.raises(Exception, match="no track"):
        tracks_of(file)


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
        (["--gpx", "/nowhere/walk.gpx"], "cannot be written"),
    ],
)
def test_the_command_says_what_is_wrong(town, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(town.west.code, *arguments)
