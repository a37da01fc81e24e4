"""The report as one HTML file: it asks for nothing from elsewhere, on a screen or printed."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from publish.coverage_report.page import Placed, inline, sheet_of
from publish.coverage_report.report import Report


def html_of(report: Report, language: str) -> bytes:
    """The report in ``language`` ("en", "zh-hans") as UTF-8; the same report, the same bytes."""
    return page_of(report, language).encode()


def page_of(report: Report, language: str, placed: Placed = inline) -> str:
    """``placed`` as ``sheet_of`` takes it."""
    # The style is our own file, without a word from elsewhere.
    look = mark_safe(style())  # noqa: S308
    with translation.override(language):
        context = {"sheet": sheet_of(report, placed), "style": look, "policy": policy()}
        return render_to_string("publish/report.html", context)


@lru_cache(maxsize=1)
def style() -> str:
    """The look, which stands in the file itself. Raises FileNotFoundError without static files."""
    found = finders.find("map_static/css/coverage_report.css")
    if not isinstance(found, str):
        raise FileNotFoundError("map_static/css/coverage_report.css")
    return Path(found).read_text(encoding="utf-8")


def policy() -> str:
    """The content security policy the file carries, and is to be served with: its own style."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
