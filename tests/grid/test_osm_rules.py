"""The rule of duty: which ways are somebody's duty, walked only, or out."""

from typing import Any

import pytest

from config.checks import check_duty_rule
from grid.models import StreetKind
from grid.osm import rules
from grid.osm.rules import Standing, standing


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential"},
        {"highway": "service"},
        {"highway": "service", "service": "alley"},
        {"highway": "footway", "footway": "sidewalk"},
        {"highway": "steps"},
        {"highway": "track"},
        {"highway": "cycleway", "foot": "designated"},
        {"highway": "trunk", "sidewalk": "both"},
        {"highway": "trunk", "foot": "yes"},
        {"highway": "residential", "access": "private", "foot": "yes"},
        {"highway": "primary", "foot": "no", "sidewalk": "separate"},
        {"highway": "primary", "foot": "use_sidepath"},
        {"highway": "service", "tunnel": "building_passage"},
        {"highway": "footway", "tunnel": "yes", "layer": "-1"},
        {"highway": "footway", "level": "0"},
        {"highway": "footway", "indoor": "no"},
    ],
)
def test_public_ways_on_foot_are_duty(tags: dict[str, str]) -> None:
    assert standing(tags) is Standing.DUTY


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "cycleway"},
        {"highway": "service", "service": "driveway"},
        {"highway": "service", "service": "parking_aisle"},
        {"highway": "pedestrian", "area": "yes"},
        {"highway": "steps", "conveying": "yes"},
        {"highway": "footway", "footway": "link"},
    ],
)
def test_some_ways_are_walked_without_being_duty(tags: dict[str, str]) -> None:
    assert standing(tags) is Standing.WALK


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "motorway"},
        {"highway": "motorway_link", "foot": "yes"},
        {"highway": "trunk"},
        {"highway": "corridor"},
        {"highway": "platform"},
        {"highway": "construction", "construction": "residential"},
        {"highway": "proposed"},
        {"highway": "residential", "access": "private"},
        {"highway": "residential", "access": "private", "sidewalk": "both"},
        {"highway": "service", "access": "no"},
        {"highway": "path", "foot": "no"},
        {"highway": "footway", "indoor": "yes"},
        {"highway": "footway", "level": "-2"},
        {"highway": "service", "tunnel": "yes"},
        {"highway": "footway", "tunnel": "yes", "layer": "-3"},
        {"highway": "footway", "abandoned": "yes"},
        {"railway": "rail"},
        {},
    ],
)
def test_private_indoor_unbuilt_and_fast_ways_are_out(tags: dict[str, str]) -> None:
    assert standing(tags) is Standing.OUT


def test_a_setting_changes_single_rows(settings: Any) -> None:
    settings.OSM_DUTY_RULE = {"highway=track": "walk", "highway=platform": "duty"}
    assert standing({"highway": "track"}) is Standing.WALK
    assert standing({"highway": "platform"}) is Standing.DUTY
    assert standing({"highway": "residential"}) is Standing.DUTY


def test_every_row_is_well_formed() -> None:
    assert rules.malformed_rows(rules.RULE) == []
    bad = {"highway": "duty", "highway=track": "stroll", "=x": "out", "a=b": "out / duty / walk"}
    assert rules.malformed_rows(bad) == [f"{tag}:{row}" for tag, row in bad.items()]


def test_a_malformed_setting_is_told_at_start(settings: Any) -> None:
    assert check_duty_rule(None) == []
    settings.OSM_DUTY_RULE = {"highway=track": "stroll"}
    (problem,) = check_duty_rule(None)
    assert "highway=track:stroll" in problem.msg


def test_links_are_of_the_kind_of_their_road() -> None:
    assert rules.kind({"highway": "secondary_link"}) is StreetKind.MAIN_ROAD
    assert rules.kind({"highway": "service"}) is StreetKind.ALLEY
