"""Metres around one place.

Lengths are never measured in degrees: every community gets its own transverse Mercator plane,
centred on it, in which a metre is a metre to within one part in 10,000 up to 90 km away.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

Floats = npt.NDArray[np.float64]


@lru_cache(maxsize=64)
def _transformers(lon: float, lat: float) -> tuple[pyproj.Transformer, pyproj.Transformer]:
    plane = pyproj.CRS.from_proj4(
        f"+proj=tmerc +lat_0={lat!r} +lon_0={lon!r} +k=1 +x_0=0 +y_0=0 +ellps=WGS84 +units=m"
    )
    wgs84 = pyproj.CRS.from_epsg(4326)
    return (
        pyproj.Transformer.from_crs(wgs84, plane, always_xy=True),
        pyproj.Transformer.from_crs(plane, wgs84, always_xy=True),
    )


class LocalProjection:
    """Transverse Mercator on the WGS 84 ellipsoid with its origin (0, 0) at lon, lat.

    Raises ValueError when the origin is not a position on Earth (lon -180..180, lat -90..90).
    Two projections with the same origin are equal and give the same bytes.
    """

    def __init__(self, lon: float, lat: float) -> None:
        self.lon, self.lat = float(lon), float(lat)
        if not (-180.0 <= self.lon <= 180.0 and -90.0 <= self.lat <= 90.0):
            raise ValueError(f"No place on Earth: longitude {lon}, latitude {lat}.")
        self._forward, self._inverse = _transformers(self.lon, self.lat)

    @classmethod
    def around(cls, bounds: Iterable[float]) -> LocalProjection:
        """The projection centred in a box (west, south, east, north) in degrees.

        The centre is rounded to 0.001 degrees, so that a box that grows by a few metres keeps
        its plane.
        """
        west, south, east, north = (float(value) for value in bounds)
        return cls(round((west + east) / 2, 3), round((south + north) / 2, 3))

    @property
    def proj4(self) -> str:
        """The plane as a PROJ string, for GDAL, GEOS and PostGIS."""
        return (
            f"+proj=tmerc +lat_0={self.lat!r} +lon_0={self.lon!r} +k=1 +x_0=0 +y_0=0"
            " +datum=WGS84 +units=m +no_defs"
        )

    def forward(self, lonlat: npt.ArrayLike) -> Floats:
        """(n, 2) lon, lat in degrees -> (n, 2) x, y in metres. NaN and inf stay not finite."""
        return _transform(self._forward, lonlat)

    def inverse(self, xy: npt.ArrayLike) -> Floats:
        """(n, 2) x, y in metres -> (n, 2) lon, lat in degrees."""
        return _transform(self._inverse, xy)

    def project(self, geometry: Any) -> Any:
        """A shapely geometry, or an array or list of them, from degrees to metres (2D)."""
        return shapely.transform(geometry, self.forward)

    def unproject(self, geometry: Any) -> Any:
        """A shapely geometry, or an array or list of them, from metres to degrees (2D)."""
        return shapely.transform(geometry, self.inverse)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LocalProjection):
            return NotImplemented
        return (self.lon, self.lat) == (other.lon, other.lat)

    def __hash__(self) -> int:
        return hash((self.lon, self.lat))

    def __reduce__(self) -> tuple[type[LocalProjection], tuple[float, float]]:
        return LocalProjection, (self.lon, self.lat)

    def __repr__(self) -> str:
        return f"LocalProjection({self.lon!r}, {self.lat!r})"


def _transform(transformer: pyproj.Transformer, points: npt.ArrayLike) -> Floats:
    points = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if len(points) == 0:
        return points.copy()
    return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))
