"""The report's tables as a workbook: a sheet each, real numbers, heads that stay in sight."""

import datetime as dt
import io
import re
import unicodedata

import xlsxwriter
from django.utils import translation
from xlsxwriter.worksheet import Worksheet

from publish.coverage_report.definitions import DEFINITIONS
from publish.coverage_report.report import Report
from publish.coverage_report.tables import ColumnUnit, Item, Table, tables_of

_FORMATS: dict[str, str] = {
    "share": "0.0%",
    "metres": "#,##0.00",
    "days": "0",
    "count": "#,##0",
    "date": "yyyy-mm-dd",
    "text": "@",
}
#: What Excel takes for a sheet's name.
_MOST_LETTERS, _WIDEST = 31, 60


def xlsx_of(report: Report, language: str) -> bytes:
    """The same report, the same bytes: the day it was made stands for every time in the file."""
    with translation.override(language):
        tables = tables_of(report)
    written = io.BytesIO()
    # Text stays text: a cell named "=1+1" is neither a formula nor a link.
    workbook = xlsxwriter.Workbook(
        written,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    workbook.set_properties(
        {
            "title": f"{report.area.code} {report.start} – {report.end}",
            "created": dt.datetime.combine(report.made_for, dt.time()),
        }
    )
    styles = {unit: workbook.add_format({"num_format": told}) for unit, told in _FORMATS.items()}
    head = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    long = workbook.add_format({"text_wrap": True, "valign": "top"})
    for table in tables:
        sheet = workbook.add_worksheet(sheet_name(table.title))
        _write(sheet, table, styles, head, long)
    workbook.close()
    return written.getvalue()


def sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:_MOST_LETTERS]


def _write(sheet: Worksheet, table: Table, styles: dict, head: object, long: object) -> None:
    for number, column in enumerate(table.columns):
        sheet.write_string(0, number, column.title, head)
        told = [str(row[number]) for row in table.rows if row[number] is not None]
        sheet.set_column(number, number, _width(column.title, told))
    for line, row in enumerate(table.rows, start=1):
        for number, item in enumerate(row):
            unit = "date" if isinstance(item, dt.date) else _unit(table, line - 1, number)
            style = long if isinstance(item, str) and len(item) > _WIDEST else styles[unit]
            _put(sheet, line, number, item, style)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _unit(table: Table, line: int, number: int) -> ColumnUnit:
    """A row of the overview has a unit of its own."""
    unit = table.columns[number].unit
    if table.name == "overview" and unit == "count":
        return list(DEFINITIONS.values())[line].unit
    return unit


def _put(sheet: Worksheet, line: int, number: int, item: Item, style: object) -> None:
    if isinstance(item, dt.date):
        sheet.write_datetime(line, number, dt.datetime.combine(item, dt.time()), style)
    elif isinstance(item, str):
        sheet.write_string(line, number, item, style)
    elif item is not None:
        sheet.write_number(line, number, item, style)


def _width(title: str, told: list[str]) -> int:
    """Room for the longest item; a Chinese character takes two places."""
    longest = max(map(_places, told), default=0)
    return max(8, min(_WIDEST, longest + 2), min(16, _places(title) + 2))


def _places(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
