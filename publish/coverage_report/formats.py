"""The doors of the report: one name for each format. The same report gives the same bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from publish.coverage_report.report import Report


@dataclass(frozen=True)
class Format:
    """``door`` is ``module:function`` of this package; it is loaded when it is asked for."""

    door: str
    ending: str
    mime: str
    title: Any

    def write(self, report: Report, language: str) -> bytes:
        module, function = self.door.split(":")
        found: Callable[[Report, str], bytes] = getattr(
            import_module(f"publish.coverage_report.{module}"), function
        )
        return found(report, language)


FORMATS = {
    "html": Format("as_html:html_of", "html", "text/html", _("Page to read (HTML)")),
    "pdf": Format("as_pdf:pdf_of", "pdf", "application/pdf", _("To print (PDF)")),
    "xlsx": Format(
        "as_xlsx:xlsx_of",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _("Workbook (XLSX)"),
    ),
    "csv": Format("as_csv:csv_of", "zip", "application/zip", _("All tables as text (CSV, zipped)")),
    "gpkg": Format(
        "as_gpkg:gpkg_of",
        "gpkg",
        "application/geopackage+sqlite3",
        _("For QGIS and other map programs (GeoPackage)"),
    ),
    "png": Format("as_png:png_map_of", "png", "image/png", _("The map as a picture (PNG)")),
    "json": Format("as_json:json_of", "json", "application/json", _("For programs (JSON)")),
}


def render(report: Report, format: str, language: str) -> bytes:
    """The report in one of ``FORMATS``, in "zh-hans" or "en". Raises KeyError for another one."""
    with translation.override(language):
        return FORMATS[format].write(report, language)


def file_name(report: Report, format: str) -> str:
    """``coverage-990100000101-2026-03-01-2026-03-31.pdf``"""
    ending = FORMATS[format].ending
    return f"coverage-{report.area.code}-{report.start}-{report.end}.{ending}"
