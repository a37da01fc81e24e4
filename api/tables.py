"""Tables to take away: CSV and XLSX in which nothing is a formula."""

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter
from django.http import HttpResponse
from django.utils.timezone import localtime

#: What spreadsheets take for the beginning of a formula; OWASP, “CSV Injection”.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Rows that a worksheet holds.
MOST_ROWS = 1_048_575


def csv_file(name: str, head: Sequence[object], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A CSV to download: UTF-8 with the mark that Excel needs, text kept from being a formula."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([tame(str(cell)) for cell in head])
    for row in rows:
        writer.writerow([_written(cell) for cell in row])
    return _download(f"{name}.csv", "text/csv; charset=utf-8", ("\ufeff" + out.getvalue()).encode())


def xlsx_file(name: str, head: Sequence[object], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """An XLSX to download: numbers as numbers, times as times, all text as text."""
    out = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd hh:mm",
    }
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for column, cell in enumerate(head):
            sheet.write_string(0, column, str(cell), bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif isinstance(cell, dt.datetime):
                    sheet.write_datetime(number, column, localtime(cell).replace(tzinfo=None))
                elif cell is not None:
                    sheet.write(number, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return _download(f"{name}.xlsx", XLSX, out.getvalue())


def tame(text: str) -> str:
    """An apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _written(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return localtime(cell).isoformat(" ", "minutes")
    return tame(cell) if isinstance(cell, str) else cell


def _download(name: str, kind: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
