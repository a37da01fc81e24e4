"""The report as a tagged PDF, A4, with bookmarks and its letters embedded."""

import hashlib
from io import BytesIO
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from publish.coverage_report.as_html import page_of
from publish.coverage_report.drawing import Drawing, svg_of
from publish.coverage_report.report import Report

_SCHEME = "drawing:"


def pdf_of(report: Report, language: str) -> bytes:
    """The report in ``language`` ("en", "zh-hans"); the same report gives the same bytes.

    What lays it out gets the report's own drawings: no file and no connection, whatever else the
    report holds.
    """
    # Pango is loaded when a report is asked for, not with every process.
    from weasyprint import HTML

    drawings: dict[str, str] = {}

    def placed(drawing: Drawing, name: str) -> SafeString:
        """A picture instead of the drawing's elements: one thing to whoever has it read out."""
        drawings[_SCHEME + name] = svg_of(drawing, name=name)
        words = f"{drawing.title}. {drawing.says}" if drawing.says else drawing.title
        return format_html('<img src="{}" alt="{}">', _SCHEME + name, words)

    page, out = page_of(report, language, placed), BytesIO()
    HTML(string=page, url_fetcher=_fetches_only(drawings)).write_pdf(
        out, pdf_identifier=_identifier(page, drawings), pdf_tags=True
    )
    return out.getvalue()


def _identifier(page: str, drawings: dict[str, str]) -> bytes:
    return hashlib.sha256("".join([page, *drawings.values()]).encode()).digest()[:16]


def _fetches_only(drawings: dict[str, str]) -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class FetchesOnlyDrawings(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in drawings:
                raise PermissionError(f"A report needs nothing from elsewhere: {url}")
            told = {"Content-Type": "image/svg+xml; charset=utf-8"}
            return URLFetcherResponse(url, drawings[url].encode(), told)

    return FetchesOnlyDrawings()
