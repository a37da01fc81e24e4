"""The report for map programs: a GeoPackage whose layers bring their QGIS styles along.

Layers are written by GDAL; the table of definitions and ``layer_styles``, where QGIS looks for the
style of a layer, by SQLite. Every time in the file is the day the report was made.
"""

import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from django.utils import translation
from django.utils.translation import gettext as _

from api.errors import BadInput
from publish.coverage_report import qgis_style
from publish.coverage_report.definitions import DEFINITIONS
from publish.coverage_report.report import CellPage, MapArea, MapStreet, Report
from publish.coverage_report.tables import Table, name_of_kind, plain, tables_of

#: Figures that may be "<5" or "≥30": text, in every row.
_TOLD = {"visits_due", "visits_done", "freshness_median_days"}
_WHOLE = {key for key, one in DEFINITIONS.items() if one.unit == "count"} - _TOLD
#: SQLite's own numbers of how often a file was changed, and by which version: bytes of its head.
_CHANGES, _VALID_FOR = 24, 92


@dataclass(frozen=True)
class Layer:
    """``columns`` by name, as long as ``shapes`` (EPSG:4326)."""

    name: str
    title: str
    geometry: str
    shapes: Sequence[Any]
    columns: Mapping[str, np.ndarray]
    style: str


def gpkg_of(report: Report, language: str) -> bytes:
    """Layers ``cells``, ``communities``, ``streets``, ``overdue``, ``lamps_dark``, where there are
    any; the same report, the same bytes. Raises BadInput where there is nothing to draw."""
    with translation.override(language):
        layers = [layer for layer in _layers(report) if len(layer.shapes)]
        tables = [table for table in tables_of(report) if table.name in ("about", "definitions")]
        if not layers:
            raise BadInput(
                _("This area has neither streets nor outlines: there is no map to write.")
            )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.gpkg"
        for layer in layers:
            _write(path, layer)
        _finish(path, layers, tables, f"{report.made_for.isoformat()}T00:00:00.000Z")
        return _without_history(path.read_bytes())


def _layers(report: Report) -> list[Layer]:
    if report.communities:
        inside = [page.map.cells for page in report.communities if page.map]
        cells = [cell for of_community in inside for cell in of_community]
        communities = report.map.cells
    else:
        cells, communities = list(report.map.cells), ()
    streets = report.map.streets
    late = [one for one in streets if one.freshness in ("overdue", "never")]
    return [
        _areas("communities", _("Communities"), communities, report.communities),
        _areas("cells", _("Cells"), cells, report.cells),
        _lines("streets", _("Streets by freshness"), streets, qgis_style.streets()),
        _lines("overdue", _("Overdue streets"), late, qgis_style.overdue()),
        Layer(
            "lamps_dark",
            _("Dark lamps"),
            "Point",
            [lamp.place for lamp in report.map.lamps],
            {
                "number": _text(lamp.number for lamp in report.map.lamps),
                "cell": _text(lamp.cell for lamp in report.map.lamps),
            },
            qgis_style.lamps(),
        ),
    ]


def _text(items: Any) -> np.ndarray:
    return np.array(list(items), dtype=object)


def _areas(name: str, title: str, areas: Sequence[MapArea], pages: Sequence[CellPage]) -> Layer:
    known = {page.area.code: page for page in pages}
    # A community without cells is drawn itself.
    shown = [area for area in areas if area.code in known]
    columns = {
        "code": _text(area.code for area in shown),
        "name": _text(area.name for area in shown),
        "member": _text(known[area.code].member or "" for area in shown),
    }
    for key in DEFINITIONS:
        values = [plain(known[area.code].figures[key].value) for area in shown]
        columns[key] = _column(key, values)
    return Layer(
        name, title, "MultiPolygon", [area.outline for area in shown], columns, qgis_style.areas()
    )


def _column(key: str, values: list[Any]) -> np.ndarray:
    if key in _TOLD:
        return _text(None if value is None else str(value) for value in values)
    if key in _WHOLE:
        return np.array([value or 0 for value in values], dtype=np.int64)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _lines(name: str, title: str, streets: Sequence[MapStreet], style: str) -> Layer:
    columns = {
        "name": _text(one.name for one in streets),
        "kind": _text(name_of_kind(one.kind) for one in streets),
        "cell": _text(one.cell for one in streets),
        "freshness": _text(one.freshness for one in streets),
        "days": np.array(
            [np.nan if one.days is None else one.days for one in streets], dtype=np.float64
        ),
        "metres": np.array([one.metres for one in streets], dtype=np.float64),
        "unlit": np.array([one.unlit for one in streets], dtype=np.int32),
    }
    return Layer(name, title, "LineString", [one.line for one in streets], columns, style)


def _write(path: Path, layer: Layer) -> None:
    shapes = list(layer.shapes)
    if layer.geometry == "MultiPolygon":
        shapes = [shapely.multipolygons(shapely.get_parts(shape)) for shape in shapes]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        list(layer.columns.values()),
        list(layer.columns),
        layer=layer.name,
        driver="GPKG",
        geometry_type=layer.geometry,
        crs="EPSG:4326",
        append=path.exists(),
        layer_options={"IDENTIFIER": layer.title},
    )


_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
    f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
    styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
    owner TEXT(30), ui TEXT(30), update_time DATETIME DEFAULT CURRENT_TIMESTAMP
)
"""


def _finish(path: Path, layers: list[Layer], tables: list[Table], made: str) -> None:
    """Add the styles and the tables without geometry, all of one time."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("BEGIN")
        database.execute(_STYLES)
        database.executemany(
            "INSERT INTO layer_styles"
            " VALUES (NULL, '', '', ?, 'geom', ?, ?, '', 1, '', '', NULL, ?)",
            [(layer.name, layer.name, layer.style, made) for layer in layers],
        )
        _add_tables(database, {table.name: table.rows for table in tables})
        titles = {table.name: table.title for table in tables} | {"layer_styles": "layer_styles"}
        database.executemany(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
            " VALUES (?, 'attributes', ?, '')",
            list(titles.items()),
        )
        database.execute("UPDATE gpkg_contents SET last_change = ?", [made])
        database.execute("COMMIT")
        # Pages that GDAL left half filled are written anew, in one order.
        database.execute("VACUUM")
    finally:
        database.close()


def _add_tables(database: sqlite3.Connection, rows: Mapping[str, Sequence[Any]]) -> None:
    database.execute(
        "CREATE TABLE definitions (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,"
        " key TEXT, title TEXT, unit TEXT, meaning TEXT)"
    )
    database.execute(
        "CREATE TABLE about (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, what TEXT, value TEXT)"
    )
    database.executemany("INSERT INTO definitions VALUES (NULL, ?, ?, ?, ?)", rows["definitions"])
    database.executemany(
        "INSERT INTO about VALUES (NULL, ?, ?)", [(what, str(of)) for what, of in rows["about"]]
    )


def _without_history(content: bytes) -> bytes:
    """With SQLite's counters of changes at one, as if the file had been written at once."""
    one = (1).to_bytes(4, "big")
    found = bytearray(content)
    found[_CHANGES : _CHANGES + 4] = one
    found[_VALID_FOR : _VALID_FOR + 4] = one
    return bytes(found)
