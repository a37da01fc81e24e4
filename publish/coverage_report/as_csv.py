"""The report's tables as text: one CSV file each (RFC 4180, UTF-8 with a mark), in one archive."""

import csv
import datetime as dt
import io
import zipfile

from django.utils import translation

from api.tables import tame
from publish.coverage_report.report import Report
from publish.coverage_report.tables import Item, Table, tables_of


def csv_of(report: Report, language: str) -> bytes:
    """A zip of ``cells.csv``, ``overview.csv`` …; its times are the day the report was made."""
    with translation.override(language):
        tables = tables_of(report)
    written = io.BytesIO()
    made = report.made_for
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables:
            entry = zipfile.ZipInfo(f"{table.name}.csv", (made.year, made.month, made.day, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, text_of(table).encode("utf-8-sig"))
    return written.getvalue()


def text_of(table: Table) -> str:
    """One table; days are ISO 8601, numbers have a point, a share is 0..1."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow([tame(column.title) for column in table.columns])
    rows.writerows([_told(item) for item in row] for row in table.rows)
    return written.getvalue()


def _told(item: Item) -> str | int | float:
    if item is None:
        return ""
    if isinstance(item, dt.date):
        return item.isoformat()
    return tame(item) if isinstance(item, str) else item
