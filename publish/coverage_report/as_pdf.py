"""The report as a tagged PDF, A4, with bookmarks and its letters embedded."""

import hashlib
from io import BytesIO

from households.sheet_pdf import fetches_nothing
from publish.coverage_report.as_html import page_of
from publish.coverage_report.report import Report


def as_pdf(report: Report) -> bytes:
    """The report in the active language; the same report gives the same bytes.

    What lays it out may open no file and no connection, whatever the report holds.
    """
    # Pango is loaded when a report is asked for, not with every process.
    from weasyprint import HTML

    page, out = page_of(report), BytesIO()
    HTML(string=page, url_fetcher=fetches_nothing()).write_pdf(
        out, pdf_identifier=hashlib.sha256(page.encode()).digest()[:16], pdf_tags=True
    )
    return out.getvalue()
