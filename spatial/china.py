"""Positions as Chinese web maps shift them: GCJ-02 (Amap, Tencent) and BD-09 (Baidu).

The shift is not published; the formulas are the ones that "eviltransform" and "coordtransform"
made known, with Krasovsky's ellipsoid. Against the maps themselves they are right to about a metre;
backwards and forwards agree to a millimetre. Outside a box around China nothing is shifted.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spatial.network import Floats

_AXIS, _ECCENTRICITY = 6_378_245.0, 0.006_693_421_622_965_943
#: West, south, east, north of where maps are shifted, in degrees.
_BOX = (72.004, 0.8293, 137.8347, 55.8271)
_BAIDU = np.pi * 3000 / 180


def wgs84_to_gcj02(lonlat: npt.ArrayLike) -> Floats:
    """(N, 2) longitude and latitude in degrees, shifted as Amap shows them."""
    given = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    return given + _shift(given)


def gcj02_to_wgs84(lonlat: npt.ArrayLike) -> Floats:
    """(N, 2) the positions that ``wgs84_to_gcj02`` shifts to these; a fixed point of six rounds."""
    given = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    found = given - _shift(given)
    for _round in range(5):
        found = given - _shift(found)
    return found


def bd09_to_gcj02(lonlat: npt.ArrayLike) -> Floats:
    """(N, 2) from Baidu's own shift upon the shift."""
    x, y = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2).T - [[0.0065], [0.006]]
    radius = np.hypot(x, y) - 0.00002 * np.sin(y * _BAIDU)
    angle = np.arctan2(y, x) - 0.000003 * np.cos(x * _BAIDU)
    return np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))


def bd09_to_wgs84(lonlat: npt.ArrayLike) -> Floats:
    """(N, 2) from a position on Baidu's map to WGS 84."""
    return gcj02_to_wgs84(bd09_to_gcj02(lonlat))


def _shift(lonlat: Floats) -> Floats:
    """(N, 2) degrees that a position of WGS 84 is moved by."""
    lon, lat = lonlat.T
    x, y = lon - 105, lat - 35
    root, pi = np.sqrt(np.abs(x)), np.pi
    common = (20 * np.sin(6 * x * pi) + 20 * np.sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20 * np.sin(y * pi) + 40 * np.sin(y / 3 * pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * pi) + 320 * np.sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20 * np.sin(x * pi) + 40 * np.sin(x / 3 * pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * pi) + 300 * np.sin(x / 30 * pi)) * 2 / 3
    sine = np.sin(lat / 180 * pi)
    magic = 1 - _ECCENTRICITY * sine * sine
    meridian = _AXIS * (1 - _ECCENTRICITY) / (magic * np.sqrt(magic)) * pi / 180
    parallel = _AXIS / np.sqrt(magic) * np.cos(lat / 180 * pi) * pi / 180
    west, south, east_edge, north_edge = _BOX
    inside = (lon > west) & (lon < east_edge) & (lat > south) & (lat < north_edge)
    return np.where(inside[:, None], np.column_stack((east / parallel, north / meridian)), 0.0)
