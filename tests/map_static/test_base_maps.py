"""The BASE_MAPS setting fails at start, with a hint, instead of on a reader's screen."""

import json
from typing import Any

import pytest

from map_static.base_maps import base_maps, check_base_maps

GOOD = {
    "name": "Streets",
    "url": "https://{s}.tiles.example/{z}/{x}/{y}.png",
    "attribution": "© Somebody",
    "crs": "gcj02",
    "subdomains": "ab",
}


def found(settings: Any, value: str, hosts: list[str] | None = None) -> list[str]:
    settings.BASE_MAPS, settings.BASE_MAP_HOSTS = value, hosts or []
    messages = check_base_maps(None)
    assert all(message.hint for message in messages)
    return [message.id or "" for message in messages]


def test_nothing_set_is_fine(settings: Any) -> None:
    assert found(settings, "[]") == found(settings, "") == []
    assert base_maps() == []


def test_a_good_one_is_taken(settings: Any) -> None:
    assert found(settings, json.dumps([GOOD]), ["https://*.tiles.example"]) == []
    assert base_maps() == [GOOD]


def test_each_host_that_the_browser_would_refuse_is_named(settings: Any) -> None:
    assert found(settings, json.dumps([GOOD]), ["a.tiles.example"]) == ["gridwalk.W010"]
    assert found(settings, json.dumps([GOOD])) == ["gridwalk.W010"] * 2


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"url": "ftp://tiles.example/{z}/{x}/{y}"},
        {"url": "https://tiles.example/{z}/{x}"},
        {"url": "javascript:alert(1)//{z}{x}{y}"},
        {"attribution": None},
        {"crs": "bd09"},
        {"colour": "blue"},
    ],
)
def test_what_is_wrong_is_an_error_and_shows_no_base_map(
    settings: Any, change: dict[str, Any]
) -> None:
    assert found(settings, json.dumps([GOOD | change]))[0] == "gridwalk.E010"
    assert base_maps() == []


@pytest.mark.parametrize("value", ["{", "{}", "[1]", "null", '"x"', "NaN"])
def test_what_is_no_list_of_objects_is_an_error(settings: Any, value: str) -> None:
    assert found(settings, value) == ["gridwalk.E010"]
