"""Which part of a file is wanted: a box, a drawn boundary, or all of it."""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely
from django.utils.translation import gettext as _

#: A data extent is a little wider than the data, about 10 m, so that nothing lies on its border.
_MARGIN = 0.0001
_MAX_BYTES = 200_000_000


class ExtentError(Exception):
    """The box or boundary is refused; the message is one sentence for the person who gave it."""

    code = "bad_extent"


def box(text: str) -> shapely.MultiPolygon:
    """``W,S,E,N`` in degrees as a rectangle in EPSG:4326; raises ExtentError."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise ExtentError(_("The box must be four numbers: W,S,E,N in degrees.")) from error
    if not all(math.isfinite(value) for value in (west, south, east, north)):
        raise ExtentError(_("The box must be four numbers: W,S,E,N in degrees."))
    rectangle = shapely.box(west, south, east, north)
    _check_range(rectangle)
    if west >= east or south >= north:
        raise ExtentError(
            _("The box must be W,S,E,N with W < E and S < N; a box over 180° must be split.")
        )
    return shapely.MultiPolygon([rectangle])


def around(bounds: tuple[float, float, float, float]) -> shapely.MultiPolygon:
    """The extent of data between these bounds, as a rectangle in EPSG:4326."""
    low = np.clip(np.round(np.array(bounds[:2]) - _MARGIN, 7), [-180, -90], [180, 90])
    high = np.clip(np.round(np.array(bounds[2:]) + _MARGIN, 7), [-180, -90], [180, 90])
    return shapely.MultiPolygon([shapely.box(*low, *high)])


def boundary(path: Path) -> shapely.MultiPolygon:
    """The polygons of a GeoJSON or GeoPackage file, joined, in EPSG:4326 without heights.

    Raises:
        ExtentError: no such file, no polygon in it, an invalid one, or no coordinate system.
    """
    if not path.is_file():
        raise ExtentError(_("There is no file %(path)s.") % {"path": path})
    with path.open("rb") as file:
        head = file.read(16)
    geopackage = head == b"SQLite format 3\x00"
    try:
        shapes, crs = _geopackage(path) if geopackage else _geojson(path)
        polygons = [shape for shape in shapes if shape is not None and not shape.is_empty]
        kinds = {shape.geom_type for shape in polygons}
    except ExtentError:
        raise
    except Exception as error:
        raise ExtentError(
            _("%(path)s is no boundary in GeoJSON or GeoPackage form.") % {"path": path}
        ) from error
    if not polygons or not kinds <= {"Polygon", "MultiPolygon"}:
        raise ExtentError(_("%(path)s holds no polygon, or other things too.") % {"path": path})
    for shape in polygons:
        if not shape.is_valid or not np.isfinite(shapely.get_coordinates(shape)).all():
            raise ExtentError(
                _("The boundary in %(path)s is not valid: %(why)s.")
                % {"path": path, "why": shapely.is_valid_reason(shape)}
            )
    degrees = shapely.transform(shapely.force_2d(shapely.union_all(polygons)), _to_degrees(crs))
    _check_range(degrees)
    return shapely.MultiPolygon([degrees] if degrees.geom_type == "Polygon" else degrees.geoms)


def _to_degrees(crs: pyproj.CRS) -> Any:
    transformer = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    if crs == pyproj.CRS("EPSG:4326"):
        return lambda points: points
    return lambda points: np.column_stack(transformer.transform(*points.T))


def _geopackage(path: Path) -> tuple[Iterable[Any], pyproj.CRS]:
    info = pyogrio.read_info(path)
    if info["driver"] != "GPKG" or not info["crs"]:
        raise ExtentError(
            _("%(path)s does not say its coordinate system, or is no GeoPackage.") % {"path": path}
        )
    _meta, _fids, shapes, _fields = pyogrio.raw.read(path, columns=[])
    return shapely.from_wkb(shapes), pyproj.CRS.from_user_input(info["crs"])


def _geojson(path: Path) -> tuple[Iterable[Any], pyproj.CRS]:
    """Read without GDAL: a GeoJSON file cannot make it open another file or address."""
    if path.stat().st_size > _MAX_BYTES:
        raise ExtentError(_("%(path)s is too large for a boundary.") % {"path": path})
    content = json.loads(path.read_text(encoding="utf-8-sig"))
    features = content["features"] if content["type"] == "FeatureCollection" else [content]
    shapes = [
        shapely.from_geojson(json.dumps(item["geometry"] if item["type"] == "Feature" else item))
        for item in features
    ]
    named = (content.get("crs") or {}).get("properties", {}).get("name", "OGC:CRS84")
    crs = pyproj.CRS.from_user_input(str(named))
    return shapes, pyproj.CRS("EPSG:4326") if named.endswith("CRS84") else crs


def _check_range(shape: shapely.Geometry) -> None:
    west, south, east, north = shape.bounds
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
        return
    if -180 <= south <= north <= 180 and -90 <= west <= east <= 90:
        raise ExtentError(
            _("Latitude and longitude look swapped: longitude comes first, as in %(box)s.")
            % {"box": f"{south:g},{west:g},{north:g},{east:g}"}
        )
    raise ExtentError(_("The area lies outside longitude ±180° and latitude ±90°."))


def is_plain_box(shape: shapely.MultiPolygon) -> bool:
    """Whether the boundary is a rectangle along the axes, as a box or a data extent is."""
    return bool(len(shape.geoms) == 1 and shape.equals(shapely.envelope(shape)))


def swapped(shape: shapely.MultiPolygon) -> shapely.MultiPolygon:
    """The same shape with latitude and longitude exchanged."""
    return shapely.transform(shape, lambda points: points[:, ::-1])
