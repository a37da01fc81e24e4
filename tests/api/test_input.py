"""Positions, boxes and codes from outside (faults 29, 31, 34)."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import BadCoordinate, UnknownArea
from api.input import area_code, box, lon_lat, number


@pytest.mark.parametrize(
    "value",
    [
        *("NaN", "nan", "inf", "-Infinity", "1e999", "1_0", "٣", "", " ", "0x10", "1;--"),
        *("9" * 400, None, True, [1], math.nan, math.inf, 10**400),
    ],
)
def test_not_a_number(value: object) -> None:
    with pytest.raises(BadCoordinate):
        number(value, "lon")


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_position_on_earth_is_kept(lon: float, lat: float) -> None:
    assert lon_lat(repr(lon), lat) == (lon, lat)


@pytest.mark.parametrize(("lon", "lat"), [("1e308", "0"), (181, 0), (0, -200), ("200", "200")])
def test_a_position_off_earth_is_refused(lon: object, lat: object) -> None:
    with pytest.raises(BadCoordinate, match="between"):
        lon_lat(lon, lat)


def test_swapped_positions_get_a_hint() -> None:
    with pytest.raises(BadCoordinate, match="look swapped"):
        lon_lat(39.9, 116.4)


def test_a_box() -> None:
    assert box("24.9,60.1,25,60.2").extent == (24.9, 60.1, 25.0, 60.2)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1,2,3", "four numbers"),
        ("1,2,3,4,5", "four numbers"),
        ("1,2,nan,4", "number"),
        ("25,60.1,24.9,60.2", "west beyond its east"),
        ("24.9,60.2,25,60.1", "south beyond its north"),
        ("24.9,60.1,24.9,60.2", "no area"),
        ("39,116,40,117", "look swapped"),
        ("1,2,1e308,4", "between"),
    ],
)
def test_a_bad_box_gets_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadCoordinate, match=sentence):
        box(text)


@given(st.text(max_size=20))
def test_any_text_as_a_code_is_taken_or_refused(text: str) -> None:
    with contextlib.suppress(UnknownArea):
        assert area_code(text).isdigit()
