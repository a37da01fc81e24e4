"""A household's sheet on paper: HTML in the household's language, and the PDF made of it."""

from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from households.sheet import Sheet

#: Words that households' language is given with, and the sheet's language for them.
_CHINESE = (
    "中",
    "简体",
    "繁體",
    "汉",
    "普通话",
    "國語",
    "国语",
    "粤",
    "zh",
    "chinese",
    "mandarin",
    "cantonese",
)
_ENGLISH = ("en", "英")


def language_of(spoken: str, otherwise: str) -> str:
    """The sheet's language for what is spoken at the door; ``otherwise`` where it has no words."""
    spoken = spoken.strip().lower()
    for code, words in (("zh-hans", _CHINESE), ("en", _ENGLISH)):
        if spoken.startswith(words):
            return code
    return otherwise


def content(sheet: Sheet) -> SafeString:
    """The sheet itself in the active language, for the page and for paper."""
    context = {
        "sheet": sheet,
        "household": sheet.household,
        "withdrawn_days": settings.WITHDRAWN_RETENTION_DAYS,
        "plan_days": settings.PLAN_RETENTION_DAYS,
        "household_days": settings.HOUSEHOLD_RETENTION_DAYS,
        "access_days": settings.ACCESS_RETENTION_DAYS,
    }
    return render_to_string("households/sheet_content.html", context)


def pdf_of(sheet: Sheet, language: str) -> bytes:
    """The sheet as PDF with its letters embedded; the same sheet gives the same bytes.

    What draws it may open no file and no connection, whatever the sheet holds.
    """
    # Pango is loaded when a sheet is asked for, not with every process.
    from weasyprint import CSS, HTML

    with translation.override(language):
        page = render_to_string(
            "households/sheet_print.html", {"content": content(sheet), "sheet": sheet}
        )
    out, nothing = BytesIO(), fetches_nothing()
    HTML(string=page, url_fetcher=nothing).write_pdf(
        out,
        stylesheets=[CSS(string=_look(), url_fetcher=nothing)],
        pdf_identifier=sheet.household.pk.bytes,
        pdf_tags=True,
    )
    return out.getvalue()


def fetches_nothing() -> Any:
    """A fetcher that refuses every address: what a sheet needs is in it."""
    from weasyprint.urls import URLFetcher

    class FetchesNothing(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            raise PermissionError(f"a sheet needs nothing from elsewhere: {url}")

    return FetchesNothing()


def _look() -> str:
    found = finders.find("map_static/css/sheet.css")
    if not isinstance(found, str):
        raise FileNotFoundError("map_static/css/sheet.css")
    return Path(found).read_text(encoding="utf-8")
