"""The plane that every length is measured in."""

import pickle

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.projection import LocalProjection

HELSINKI = LocalProjection(24.94, 60.17)


@given(
    lon=st.floats(-179.0, 179.0),
    lat=st.floats(-85.0, 85.0),
    east=st.floats(-0.2, 0.2),
    north=st.floats(-0.2, 0.2),
)
def test_there_and_back_is_where_one_started(lon, lat, east, north):
    plane = LocalProjection(lon, lat)
    places = np.array([[lon + east, lat + north]])
    assert plane.inverse(plane.forward(places)) == pytest.approx(places, abs=1e-9)


def test_the_centre_is_the_origin_and_y_points_north():
    assert HELSINKI.forward([[24.94, 60.17]]) == pytest.approx(np.zeros((1, 2)), abs=1e-6)
    (east, north), *_ = HELSINKI.forward([[24.94, 60.18]])
    assert east == pytest.approx(0.0, abs=1e-6)
    assert 1100 < north < 1120


def test_lengths_agree_with_the_ellipsoid_to_a_centimetre_in_a_hundred_metres():
    places = np.array([[24.95, 60.16], [24.9512, 60.1607]])
    across = np.hypot(*np.diff(HELSINKI.forward(places), axis=0)[0])
    geodesic = pyproj.Geod(ellps="WGS84").line_length(places[:, 0], places[:, 1])
    assert across == pytest.approx(geodesic, rel=1e-5)


def test_projects_geometries_and_arrays_of_them():
    line = shapely.LineString([(24.94, 60.17), (24.95, 60.18)])
    metres = HELSINKI.project(line)
    assert metres.length > 1000
    assert HELSINKI.unproject(metres).equals_exact(line, 1e-9)
    both = HELSINKI.project([line, line])
    assert [each.length for each in both] == [metres.length, metres.length]


def test_a_box_that_grows_a_little_keeps_its_plane():
    one = LocalProjection.around((24.93, 60.16, 24.95, 60.18))
    other = LocalProjection.around((24.93001, 60.16, 24.95, 60.18001))
    assert one == other
    assert hash(one) == hash(other)
    assert one != HELSINKI.around((24.0, 60.0, 24.1, 60.1))


def test_survives_pickling_into_another_process():
    again = pickle.loads(pickle.dumps(HELSINKI))  # noqa: S301
    assert again == HELSINKI
    assert (again.forward([[25.0, 60.0]]) == HELSINKI.forward([[25.0, 60.0]])).all()


def test_no_places_are_no_places():
    assert HELSINKI.forward(np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize("centre", [(181, 0), (0, 91), (float("nan"), 0), (60.17, 124.94)])
def test_refuses_a_centre_off_the_earth(centre):
    with pytest.raises(ValueError, match="No place on Earth"):
        LocalProjection(*centre)


box = st.tuples(st.floats(-179.9, 179.9), st.floats(-84.9, 84.9), *[st.floats(0.0, 0.1)] * 2)


@settings(deadline=None, max_examples=25)
@given(box)
def test_the_plane_around_a_box_is_centred_in_it_and_says_so_in_proj_too(sides):
    west, south, wide, high = sides
    plane = LocalProjection.around((west, south, west + wide, south + high))
    assert abs(plane.lon - (west + wide / 2)) <= 0.0005 + 1e-9
    assert abs(plane.lat - (south + high / 2)) <= 0.0005 + 1e-9
    corners = np.array([[west, south], [west + wide, south + high]])
    proj = pyproj.Transformer.from_crs("EPSG:4326", plane.proj4, always_xy=True)
    assert np.column_stack(proj.transform(*corners.T)) == pytest.approx(
        plane.forward(corners), abs=1e-4
    )


@given(st.lists(st.tuples(st.floats(-0.1, 0.1), st.floats(-0.1, 0.1)), min_size=2, max_size=5))
def test_a_geometry_goes_there_and_back(steps):
    line = shapely.LineString([(24.94 + east, 60.17 + north) for east, north in steps])
    metres = HELSINKI.project(line)
    assert shapely.get_coordinates(metres) == pytest.approx(
        HELSINKI.forward(shapely.get_coordinates(line))
    )
    assert HELSINKI.unproject(metres).equals_exact(line, 1e-9)
