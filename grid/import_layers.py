"""Reading polygons from GeoJSON, GeoPackage or Shapefile, and saying what is wrong with each."""

import codecs
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely
from django.utils.translation import gettext as _

from api.errors import BadFile
from grid.layer_files import Opened, opened

#: What Chinese mapping tools write into .cpg, besides names Python knows.
_ENCODINGS = {"936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030",
              "65001": "utf-8", "utf8": "utf-8"}  # fmt: skip
#: The coordinates of a GeoJSON are longitude and latitude; some tools still say so.
_PLAIN_GEOJSON = {"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "EPSG:4326",
                  "urn:ogc:def:crs:EPSG::4326"}  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """Features of a file: ``shapes (N,)`` 2D in ``crs`` (None where unreadable), ``rows`` (N,).

    ``encoding`` is the one that attributes were read with. Nothing was repaired.
    """

    shapes: np.ndarray
    rows: list[dict[str, Any]]
    crs: pyproj.CRS
    encoding: str

    def in_degrees(self) -> np.ndarray:
        """The shapes (N,) in EPSG:4326, corners only moved; None stays."""
        to = pyproj.Transformer.from_crs(self.crs, 4326, always_xy=True)

        def move(xy: np.ndarray) -> np.ndarray:
            return np.column_stack(to.transform(xy[:, 0], xy[:, 1])) if len(xy) else xy

        return np.asarray(shapely.transform(self.shapes, move), dtype=object)


def read_layer(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: str | None = None
) -> Layer:
    """All features of the file's layer (its only one, unless named).

    ``encoding`` and ``crs`` (like EPSG:4490) replace what the file says or leaves out. Without a
    word on encoding strict UTF-8 is tried, then GB18030.

    Raises BadFile, with a sentence, for what is no map, has no reference system, or holds text in
    another encoding.
    """
    given = _system(crs) if crs else None
    if encoding:
        encoding = _known(encoding)
    with opened(path) as found:
        if found.kind == "geojson":
            read = _geojson(found.path, path.name, given)
        else:
            read = _with_gdal(found, path.name, layer, encoding, given)
    if len(read.rows) == 0:
        raise BadFile(_("%s holds no features.") % path.name)
    return read


def read_polygons(path: Path) -> list[shapely.Geometry]:
    """The polygons of a file in EPSG:4326; raises BadFile where one of them is not sound."""
    layer = read_layer(path)
    for number, shape in enumerate(layer.shapes, start=1):
        if problem := problem_of(shape):
            raise BadFile(
                _("Feature %(number)s of %(file)s: %(problem)s.")
                % {"number": number, "file": path.name, "problem": problem[1]}
            )
    return list(layer.in_degrees())


def problem_of(shape: shapely.Geometry | None) -> tuple[str, str] | None:
    """A stable code and the reason why a feature is no sound polygon; None if it is one."""
    if shape is None:
        return "open_ring", _("a ring is not closed, or the shape cannot be read")
    if shape.is_empty:
        return "empty", _("it is empty")
    if shape.geom_type not in {"Polygon", "MultiPolygon"}:
        return "not_a_polygon", _("it is a %s, not a polygon") % shape.geom_type
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return "bad_coordinate", _("a coordinate is not a finite number")
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        crossing = "Self-intersection" in reason
        code = "self_intersection" if crossing else "invalid_ring"
        return code, _("its outline is not sound: %s") % reason
    return None


def _system(text: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError as error:
        raise BadFile(_("%s is no coordinate reference system known here.") % text) from error


def _known(encoding: str) -> str:
    name = _ENCODINGS.get(encoding.strip().lower(), encoding.strip())
    try:
        return codecs.lookup(f"cp{name}" if name.isdecimal() else name).name
    except (LookupError, ValueError) as error:
        raise BadFile(_("%s is no encoding known here.") % encoding) from error


def _geojson(path: Path, name: str, given: pyproj.CRS | None) -> Layer:
    try:
        whole = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_constant)
        features = _features_of(whole)
        rows = [dict(feature.get("properties") or {}) for feature in features]
        drawn = [feature["geometry"] for feature in features]
    except UnicodeDecodeError as error:
        raise BadFile(_("%s is not in UTF-8, as GeoJSON must be.") % name) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadFile(_("%s is not a GeoJSON FeatureCollection.") % name) from error
    crs = given or _geojson_system(whole.get("crs"), name)
    shapes = np.array([_shape_of(one) for one in drawn], dtype=object)
    return Layer(shapely.force_2d(shapes), rows, crs, "utf-8")


def _features_of(whole: dict[str, Any]) -> list[dict[str, Any]]:
    """The features of a collection, a feature alone, or a bare shape."""
    if whole["type"] == "FeatureCollection":
        return list(whole["features"])
    return [whole if whole["type"] == "Feature" else {"geometry": whole}]


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is not a number of JSON")


def _shape_of(drawn: Any) -> shapely.Geometry | None:
    if not isinstance(drawn, dict):
        return shapely.Polygon()
    found: shapely.Geometry | None = shapely.from_geojson(json.dumps(drawn), on_invalid="ignore")
    return found


def _geojson_system(said: Any, name: str) -> pyproj.CRS:
    """The reference system a GeoJSON names; an address to fetch one from is refused."""
    if said is None:
        return pyproj.CRS.from_epsg(4326)
    properties = said.get("properties") if isinstance(said, dict) else None
    word = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(word, str) or said.get("type") != "name" or "://" in word:
        raise BadFile(_("%s names its reference system in a way that is not read.") % name)
    return pyproj.CRS.from_epsg(4326) if word in _PLAIN_GEOJSON else _system(word)


def _with_gdal(
    found: Opened, name: str, layer: str | None, encoding: str | None, given: pyproj.CRS | None
) -> Layer:
    is_shapefile = found.kind == "shp"
    if is_shapefile and given is None and not found.path.with_suffix(".prj").exists():
        raise BadFile(_("%s has no .prj. Say its reference system with --crs.") % name)
    chosen = None if is_shapefile else _chosen_layer(found.path, layer, name)
    said = _as_bytes(found.path) if is_shapefile else None
    try:
        meta, _fids, shapes, columns = pyogrio.raw.read(found.path, layer=chosen)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise BadFile(_("%s is damaged.") % name) from error
    crs = given or (_system(meta["crs"]) if meta["crs"] else None)
    if crs is None:
        raise BadFile(_("%s names no reference system. Say it with --crs.") % name)
    fields, values, used = list(meta["fields"]), [list(column) for column in columns], "utf-8"
    if is_shapefile:
        fields, values, used = _decoded(fields, values, encoding or said, name)
    rows: list[dict[str, Any]] = [{} for _shape in shapes]
    for field, column in zip(fields, values, strict=True):
        for row, value in zip(rows, column, strict=True):
            row[field] = value
    geometry = np.asarray(shapely.from_wkb(shapes, on_invalid="ignore"), dtype=object)
    return Layer(shapely.force_2d(geometry), rows, crs, used)


def _chosen_layer(path: Path, layer: str | None, name: str) -> str:
    layers = [str(row[0]) for row in pyogrio.list_layers(path) if row[1] is not None]
    if layer is None and len(layers) == 1:
        return layers[0]
    if layer not in layers:
        raise BadFile(
            _("Choose a layer of %(name)s with --layer: %(layers)s.")
            % {"name": name, "layers": ", ".join(layers) or _("it has none")}
        )
    return layer


def _as_bytes(path: Path) -> str | None:
    """Have GDAL hand on every byte of text as one letter; which encoding it is, we find out.

    The encoding that the .cpg says, if there is one.
    """
    cpg = path.with_suffix(".cpg")
    said = cpg.read_text(encoding="ascii", errors="replace").strip() if cpg.exists() else ""
    cpg.write_text("ISO-8859-1", encoding="ascii")
    return _known(said) if said else None


def _decoded(
    fields: Sequence[str], values: list[list[Any]], encoding: str | None, name: str
) -> tuple[list[str], list[list[Any]], str]:
    """Field names and text values in the encoding given, else in the first that fits."""
    for attempt in [encoding] if encoding else ["utf-8", "gb18030"]:
        try:
            names = [_redecoded(field, attempt) for field in fields]
            columns = [[_redecoded(value, attempt) for value in column] for column in values]
        except UnicodeDecodeError:
            continue
        return names, columns, attempt
    raise BadFile(
        _("The text of %(name)s is not in %(encoding)s. Say its encoding with --encoding.")
        % {"name": name, "encoding": encoding or "UTF-8, GB18030"}
    )


def _redecoded(value: Any, encoding: str) -> Any:
    return value.encode("iso-8859-1").decode(encoding) if isinstance(value, str) else value
