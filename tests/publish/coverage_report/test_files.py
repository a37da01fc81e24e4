"""The files of the report: real numbers, no formula, styles that QGIS knows, the same bytes."""

import csv
import dataclasses
import datetime as dt
import io
import json
import re
import sqlite3
import zipfile
from typing import Any
from xml.etree import ElementTree as Xml

import pyogrio
import pytest
from django.utils import translation
from python_calamine import CalamineWorkbook

from publish.coverage_report.definitions import DEFINITIONS
from publish.coverage_report.formats import FORMATS, file_name, render
from publish.coverage_report.report import Report
from publish.coverage_report.tables import tables_of
from tests.publish.coverage_report.sample import sample

LANGUAGES = ("en", "zh-hans")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def report() -> Report:
    return sample()


@pytest.mark.parametrize("name", ["xlsx", "csv", "gpkg", "json"])
def test_the_same_report_gives_the_same_bytes_at_any_time(report, name, monkeypatch):
    once = render(report, name, "en")
    # What zip files, workbooks and databases would take for the time of day.
    monkeypatch.setattr("time.time", lambda: 1_900_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_at: dt.datetime(2030, 3, 17, 5).timetuple())
    assert render(sample(), name, "en") == once


def test_the_name_of_a_file_tells_area_and_days(report):
    assert file_name(report, "pdf") == "coverage-990100000101-2026-03-01-2026-03-31.pdf"
    assert {one.ending for one in FORMATS.values()} >= {"html", "pdf", "xlsx", "gpkg", "png"}


def sheets(report: Report, language: str) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(render(report, "xlsx", language)))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def parts(report: Report, language: str) -> dict[str, Xml.Element]:
    """The XML of each sheet and of the styles, by file name."""
    with zipfile.ZipFile(io.BytesIO(render(report, "xlsx", language))) as archive:
        names = [n for n in archive.namelist() if "worksheets/" in n or n.endswith("styles.xml")]
        return {name: Xml.fromstring(archive.read(name)) for name in names}  # noqa: S314


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_has_the_real_numbers_of_its_table(report, language):
    with translation.override(language):
        tables = tables_of(report)
    found = sheets(report, language)
    assert len(found) == len(tables)
    for rows, table in zip(found.values(), tables, strict=True):
        assert rows[0] == [column.title for column in table.columns]
        told = [["" if item is None else item for item in row] for row in table.rows]
        assert rows[1:] == told


def test_every_sheet_has_frozen_heads_a_filter_and_no_formula(report):
    pages: dict[str, Any] = {
        name: root for name, root in parts(report, "en").items() if "styles" not in name
    }
    for root in pages.values():
        pane = root.find(f".//{SHEET}pane")
        assert (pane.get("state"), pane.get("ySplit")) == ("frozen", "1")
        assert root.find(f"{SHEET}autoFilter").get("ref").startswith("A1:")
        assert root.find(f".//{SHEET}f") is None


def test_numbers_look_like_what_they_are(report):
    found: dict[str, Any] = parts(report, "en")
    styles = found["xl/styles.xml"]
    codes = {one.get("numFmtId"): one.get("formatCode") for one in styles.iter(f"{SHEET}numFmt")}
    codes |= {"3": "#,##0", "4": "#,##0.00", "1": "0", "49": "@", "10": "0.00%"}
    looks = [codes.get(one.get("numFmtId")) for one in styles.find(f"{SHEET}cellXfs")]
    names = list(sheets(report, "en"))
    root = found[f"xl/worksheets/sheet{names.index('Cells') + 1}.xml"]
    second = list(root.find(f"{SHEET}sheetData"))[1]
    heads = sheets(report, "en")["Cells"][0]
    for head, look in (
        ("Coverage", "0.0%"),
        ("Metres overdue", "#,##0.00"),
        ("Lamps", "#,##0"),
    ):
        assert looks[int(list(second)[heads.index(head)].get("s"))] == look


def test_a_cell_named_like_a_formula_is_text(report):
    assert sheets(report, "en")["Cells"][2][1] == "=2+2 East"
    assert "'=2+2 East" in texts(report, "en")["cells.csv"]


def texts(report: Report, language: str) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(render(report, "csv", language))) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_csv_has_a_mark_and_the_numbers_of_the_tables(report, language):
    files = texts(report, language)
    with translation.override(language):
        tables = {f"{table.name}.csv": table for table in tables_of(report)}
    assert files.keys() == tables.keys()
    for name, text in files.items():
        assert text.startswith("\ufeff")
        rows = list(csv.reader(io.StringIO(text[1:])))
        assert len(rows) == len(tables[name].rows) + 1
        assert {len(row) for row in rows} == {len(tables[name].columns)}
    first = next(csv.DictReader(io.StringIO(files["cells.csv"][1:])))
    with translation.override(language):
        assert float(first[str(DEFINITIONS["coverage"].title)]) == 0.8123
        assert first[str(DEFINITIONS["visits_due"].title)] == "<5"


@pytest.mark.parametrize("name", ["xlsx", "csv", "json", "gpkg"])
def test_a_change_that_would_tell_of_a_small_count_is_not_told(report, name):
    """12 visits due now and "<5" before: their difference is told nowhere."""
    small = report.cells[0].figures["visits_due"]
    with_small = dataclasses.replace(
        report,
        previous={**report.previous, "visits_due": small},
    )
    with translation.override("en"):
        overview = next(table for table in tables_of(with_small) if table.name == "overview")
    row = next(row for row in overview.rows if row[0] == "Visits due")
    assert row[1:4] == (12, "<5", None)
    assert render(with_small, name, "en")


def gpkg(report: Report, language: str, tmp_path) -> str:
    path = tmp_path / f"{language}.gpkg"
    path.write_bytes(render(report, "gpkg", language))
    return str(path)


def test_gdal_reads_every_layer_with_its_numbers(report, tmp_path):
    path = gpkg(report, "en", tmp_path)
    layers = dict(pyogrio.list_layers(path).tolist())
    assert layers == {
        "cells": "MultiPolygon",
        "streets": "LineString",
        "overdue": "LineString",
        "lamps_dark": "Point",
        "about": None,
        "definitions": None,
        "layer_styles": None,
    }
    _meta, _fids, shapes, columns = pyogrio.raw.read(path, layer="cells")
    fields = dict(zip(_meta["fields"], columns, strict=True))
    assert (_meta["crs"], len(shapes)) == ("EPSG:4326", 3)
    assert fields["code"].tolist() == [page.area.code for page in report.cells]
    assert fields["overdue_metres"].tolist() == [
        page.figures["overdue_metres"].value for page in report.cells
    ]
    assert set(fields["visits_due"]) == {"<5"}
    info = pyogrio.read_info(path, layer="overdue")
    late = [one for one in report.map.streets if one.freshness in ("overdue", "never")]
    assert info["features"] == len(late)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_layer_has_a_style_that_is_whole(report, language, tmp_path):
    database = sqlite3.connect(gpkg(report, language, tmp_path))
    try:
        rows = database.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        ).fetchall()
        times = database.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall()
    finally:
        database.close()
    assert times == [("2026-04-02T00:00:00.000Z",)]
    assert [row[0] for row in rows] == ["cells", "streets", "overdue", "lamps_dark"]
    for _name, column, style, default in rows:
        assert (column, default) == ("geom", 1)
        root = Xml.fromstring(style)  # noqa: S314  our own
        symbols = {one.get("name") for one in root.iter("symbol")}
        rules = {one.get("symbol") for one in root.iter("rule")}
        assert root.tag == "qgis"
        assert symbols
        assert rules <= symbols
        for rgba in re.findall(r"\d+,\d+,\d+,\d+", style):
            assert all(int(part) <= 255 for part in rgba.split(","))
    streets = dict((row[0], row[2]) for row in rows)["streets"]  # noqa: C402
    for kind in ("today", "within", "due", "overdue", "never"):
        assert f"'{kind}'" in streets


def test_json_has_figures_and_definitions_and_no_maps(report):
    found = json.loads(render(report, "json", "zh-hans"))
    assert found["figures"]["coverage"] == {"value": 0.8123, "unit": "share"}
    assert found["cells"][0]["figures"]["visits_due"]["value"]["told"] == "<5"
    assert found["definitions"]["coverage"]["title"] == "覆盖率"
    assert found["map"] == {"cells": [], "streets": [], "lamps": []}
