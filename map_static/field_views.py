"""The tablet's page, its service worker, its manifest and icons, and who is signed in.

All of it is for anybody: nothing of a place or a person is in it. The page is the same for every
member and in every language, because tablets keep it; data comes by ``/api/v1/sync/``.
"""

import io
import json
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from PIL import Image, ImageDraw

from map_static import field_files
from map_static.field_words import field_words
from map_static.views import colours

#: Sizes of the icons in pixels; ``maskable`` ones leave the rim to the shape that a system cuts.
ICON_SIZES = (192, 512)


def _page() -> dict[str, Any]:
    """What the page's scripts are given, the same for everybody."""
    page: dict[str, Any] = {
        "timeZone": timezone.get_default_timezone_name(),
        "languages": [code for code, _name in settings.LANGUAGES],
        "usualLanguage": settings.LANGUAGE_CODE,
        "languageCookie": settings.LANGUAGE_COOKIE_NAME,
        "secureCookies": settings.LANGUAGE_COOKIE_SECURE,
        "trackMode": settings.TRACK_MODE,
        "colours": colours(),
        "words": field_words(),
    }
    page["version"] = field_files.version(json.dumps(page, sort_keys=True))
    return page


_page_once = cache(_page)


def page() -> dict[str, Any]:
    """Worked out once in a process: the version is a digest of every file."""
    return _page() if settings.DEBUG else _page_once()


@require_safe
def field_page(request: HttpRequest) -> HttpResponse:
    """The shell: the same bytes for everybody but for the nonce."""
    imports = {name: static(path) for name, path in field_files.IMPORTS.items()}
    response = render(
        request,
        "map_static/field.html",
        {
            "page": page(),
            "styles": field_files.styles(),
            "scripts": field_files.SCRIPTS,
            "imports": mark_safe(json.dumps({"imports": imports})),  # noqa: S308 our own paths
        },
    )
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker, with the list of what it keeps in front."""
    kept = {
        "version": page()["version"],
        "page": reverse("field"),
        "files": field_files.files(),
        "others": [
            reverse("field-matching"),
            reverse("field-manifest"),
            *(icon["src"] for icon in _icons()),
        ],
    }
    source = field_files.content(field_files.WORKER).decode()
    response = HttpResponse(
        f"self.KEPT = {json.dumps(kept)};\n{source}", content_type="text/javascript; charset=utf-8"
    )
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def matching_worker(request: HttpRequest) -> HttpResponse:
    """The worker that matches a walk, at an address beside the page's.

    A browser asks the service worker whose scope holds the worker's own script, not the page that
    starts it: from the address of static files it would not start without a network.
    """
    module = static(field_files.MATCHING)
    response = HttpResponse(
        f"import {json.dumps(module)};\n", content_type="text/javascript; charset=utf-8"
    )
    response["Cache-Control"] = "no-cache"
    return response


def _icons() -> list[dict[str, str]]:
    return [
        {
            "src": reverse("field-icon", args=[f"{purpose}-{size}"]),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in ICON_SIZES
        for purpose in ("any", "maskable")
    ]


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What makes it an app that can be installed."""
    told = {
        "id": reverse("field"),
        "name": "Gridwalk",
        "short_name": "Gridwalk",
        "start_url": reverse("field"),
        "scope": reverse("field"),
        "display": "standalone",
        "background_color": "#16324f",
        "theme_color": "#16324f",
        "icons": _icons(),
    }
    response = JsonResponse(told, content_type="application/manifest+json")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def icon(request: HttpRequest, name: str) -> HttpResponse:
    """A picture of the app, drawn here: no picture is committed."""
    purpose, _dash, size = name.partition("-")
    if purpose not in {"any", "maskable"} or size not in {str(each) for each in ICON_SIZES}:
        raise Http404
    response = HttpResponse(_drawn(purpose, int(size)), content_type="image/png")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@cache
def _drawn(purpose: str, size: int) -> bytes:
    """The mark of favicon.svg as PNG; a maskable one fills its square and keeps the mark inside."""
    fine = size * 4
    inset = 0.18 if purpose == "maskable" else 0.06
    unit = fine * (1 - 2 * inset) / 32
    image = Image.new("RGBA", (fine, fine), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)

    def at(x: float, y: float) -> tuple[float, float]:
        return fine * inset + x * unit, fine * inset + y * unit

    if purpose == "maskable":
        draw.rectangle((0, 0, fine, fine), fill="#16324f")
    else:
        draw.rounded_rectangle((*at(0, 0), *at(32, 32)), radius=8 * unit, fill="#16324f")
    for column, top, bottom in ((8, 5, 13), (24, 13, 27)):
        for dash in range(top, bottom, 5):
            start, end = at(column, dash), at(column, min(dash + 2, bottom))
            draw.line((start, end), fill="#c9d3dd", width=round(2.4 * unit))
    walked = [at(8, 27), at(8, 13), at(24, 13), at(24, 6)]
    draw.line(walked, fill="#7cc4ec", width=round(3.4 * unit), joint="curve")
    for centre, radius, colour in ((at(8, 27), 1.7, "#7cc4ec"), (at(24, 6), 3.4, "#f0a848")):
        x, y = centre
        r = radius * unit
        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    written = io.BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(written, "PNG", optimize=True)
    return written.getvalue()


@never_cache
@require_safe
def session(request: HttpRequest) -> JsonResponse:
    """Who is signed in in this browser, and the token that POST needs; nothing else."""
    member = request.user
    told = {"id": member.pk, "name": str(member)} if member.is_authenticated else None
    return JsonResponse(
        {
            "protocol": 1,
            "member": told,
            "token": get_token(request),
            "version": page()["version"],
        }
    )
