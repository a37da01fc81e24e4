"""The pages."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from map_static.base_maps import base_maps
from map_static.words import words

COLOURS = Path(__file__).parent / "static" / "map_static" / "colours.json"


@cache
def colours() -> dict[str, Any]:
    """The one file of colours, also read by reports and map styles."""
    found: dict[str, Any] = json.loads(COLOURS.read_text(encoding="utf-8"))
    return found


@login_required
@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    """The map: all else is fetched by its scripts."""
    page = {
        "language": get_language(),
        "timeZone": timezone.get_default_timezone_name(),
        "words": words(),
        "colours": colours(),
        "baseMaps": base_maps(),
        "trackDays": settings.TRACK_RETENTION_DAYS,
    }
    return render(request, "map_static/map.html", {"page": page})
