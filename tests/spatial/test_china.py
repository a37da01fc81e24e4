"""Shifted positions of Chinese web maps, against the figures that coordtransform publishes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.china import bd09_to_gcj02, bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_gcj02

TIANANMEN = [[116.404, 39.915]]


def test_published_figures():
    assert wgs84_to_gcj02(TIANANMEN)[0] == pytest.approx(
        [116.41024449916938, 39.91640428150164], abs=1e-9
    )
    assert bd09_to_gcj02(TIANANMEN)[0] == pytest.approx(
        [116.39762729119315, 39.90865673957631], abs=1e-9
    )


@given(st.floats(74, 135), st.floats(18, 54))
def test_there_and_back_is_the_same_place(lon, lat):
    back = gcj02_to_wgs84(wgs84_to_gcj02([[lon, lat]]))
    assert back[0] == pytest.approx([lon, lat], abs=1e-8)


def test_outside_china_nothing_is_shifted():
    helsinki = [[24.94, 60.17], [-0.1, 51.5]]
    assert wgs84_to_gcj02(helsinki).tolist() == helsinki
    assert gcj02_to_wgs84(helsinki).tolist() == helsinki


def test_many_at_once_as_one_by_one():
    lonlat = np.array([[116.4, 39.9], [121.5, 31.2], [113.3, 23.1]])
    one_by_one = [bd09_to_wgs84([row])[0] for row in lonlat]
    assert np.allclose(bd09_to_wgs84(lonlat), one_by_one, atol=1e-12)
    assert bd09_to_wgs84(np.empty((0, 2))).shape == (0, 2)
