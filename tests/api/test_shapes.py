"""GeoJSON shapes from outside (faults 31 to 35)::

bow-tie  4 +--+       open ring  +--+
         | X |                   |  |
         0 +--+                  +--   (the last side is missing)
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import BadCoordinate, BadGeometry, GridwalkError
from api.shapes import geometry

SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def test_a_square_is_taken() -> None:
    shape = geometry(polygon(SQUARE), "Polygon")
    assert shape.srid == 4326
    assert shape.extent == (0, 0, 4, 4)


def test_heights_are_dropped() -> None:
    shape = geometry(polygon([[x, y, 99] for x, y in SQUARE]), "Polygon")
    assert not shape.hasz
    assert shape.extent == (0, 0, 4, 4)


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        (polygon([[0, 0], [4, 4], [4, 0], [0, 4], [0, 0]]), "Self-intersection"),
        (polygon(SQUARE[:-1]), "open"),
        (polygon(SQUARE[:2]), "too few"),
        (polygon(), "too few"),
        (polygon([[0, 0]] * 4), "the same"),
        (polygon([[-170, 0], [170, 0], [170, 4], [-170, 4], [-170, 0]]), "180° meridian"),
        (polygon(SQUARE, [[9, 9], [10, 9], [10, 10], [9, 9]]), "outside"),
        (polygon("abc"), "lists"),
        (polygon([[0, 0], [4], [4, 4], [0, 0]]), "longitude, latitude"),
        ({"type": "Point", "coordinates": []}, "one of: Polygon"),
        ({"type": ["Polygon"], "coordinates": []}, "one of: Polygon"),
        ({"type": "Polygon"}, "lists"),
        ({"type": "Polygon", "coordinates": [SQUARE], "crs": {"href": "http://x/"}}, "crs"),
        ("POLYGON EMPTY", "GeoJSON object"),
    ],
)
def test_a_bad_polygon_gets_a_sentence(shape: Any, sentence: str) -> None:
    with pytest.raises(BadGeometry, match=sentence):
        geometry(shape, "Polygon")


def test_an_empty_point_is_refused() -> None:
    with pytest.raises(BadGeometry):
        geometry({"type": "Point", "coordinates": []}, "Point")


@pytest.mark.parametrize("x", [1e308, float("nan"), float("inf"), 10**400, None, True, "4"])
def test_a_position_that_is_none_is_refused(x: Any) -> None:
    with pytest.raises(BadGeometry if x == "4" else BadCoordinate):
        geometry({"type": "Point", "coordinates": [x, 0]}, "Point")


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=20,
)


@given(st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon"]), anything)
def test_any_coordinates_give_a_valid_shape_or_a_refusal(kind: str, coordinates: Any) -> None:
    try:
        shape = geometry({"type": kind, "coordinates": coordinates}, kind)
    except GridwalkError:
        return
    assert shape.valid
    assert not shape.empty
