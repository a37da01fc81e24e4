"""``/cells/``: communities whose cells one may draw, and the page that draws them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Member
from accounts.scope import Scope
from api.errors import NotAllowed
from grid.divisions.api import DRAWING
from grid.models import Area, Division, Level
from grid.responsibility import scope_of
from map_static.cells_words import cells_words

#: Communities of one list; a city has some 100, and the search narrows them.
MOST = 200


def drawing_scope(member: Member, on: dt.date) -> Scope:
    """The areas whose communities' cells the member may draw."""
    return scope_of(member, on, roles=DRAWING)


def _member(request: HttpRequest) -> Member:
    assert isinstance(request.user, Member)  # noqa: S101  every page here is for who is signed in
    return request.user


@login_required
@require_safe
def communities(request: HttpRequest) -> HttpResponse:
    """Communities that the member may draw cells of, with their versions and drafts. 3 queries."""
    scope = drawing_scope(_member(request), timezone.localdate())
    asked = request.GET.get("q", "").strip()
    found = (
        Area.objects.current()
        .in_scope(scope)
        .filter(level=Level.COMMUNITY)
        .filter(Q(name__icontains=asked) | Q(code__startswith=asked))
        .annotate(
            drafts=Count("divisions", filter=Q(divisions__state=Division.State.DRAFT)),
            planned=Count("divisions", filter=Q(divisions__state=Division.State.PLANNED)),
        )
        .defer("geometry", "tile_geometry")
        .order_by("code")
    )
    rows = list(found[: MOST + 1])
    codes: list[str] = [row.code for row in rows]
    context = {
        "here": "cells",
        "asked": asked,
        "rows": _with_cells(rows[:MOST], codes),
        "more": len(rows) > MOST,
        "may": bool(scope),
    }
    return render(request, "grid/cells.html", context)


def _with_cells(rows: Sequence[Area], codes: list[str]) -> list[dict[str, Any]]:
    """Each community with its number of cells, and since when they are in force."""
    cells = dict.fromkeys(codes, 0)
    inside = Area.objects.cells().filter(
        Scope(frozenset(codes)).filter("code") if codes else Q(pk__in=[])
    )
    for code in inside.values_list("code", flat=True):
        cells[code[: Level.COMMUNITY]] += 1
    since = dict(
        Division.objects.filter(community__in=rows, state=Division.State.IN_FORCE).values_list(
            "community", "starts_on"
        )
    )
    return [
        {
            "area": row,
            "cells": cells[row.code],
            # The first division of a community has no first day.
            "since": None if since.get(row.pk) == dt.date.min else since.get(row.pk),
        }
        for row in rows
    ]


@login_required
@require_safe
def draw(request: HttpRequest, code: str) -> HttpResponse:
    """The page that draws a community's cells; the rest is fetched by its scripts.

    Raises NotAllowed for who may not draw here.
    """
    today = timezone.localdate()
    community = get_object_or_404(
        Area.objects.current().defer("geometry", "tile_geometry"), code=code, level=Level.COMMUNITY
    )
    if not drawing_scope(_member(request), today).covers(code):
        raise NotAllowed(
            _("Cells are drawn by who coordinates the community, by leaders and administrators.")
        )
    page = {
        "language": get_language(),
        "timeZone": timezone.get_default_timezone_name(),
        "words": cells_words(),
        "community": code,
        "today": today.isoformat(),
    }
    context = {"here": "cells", "page": page, "community": community}
    return render(request, "grid/draw_cells.html", context)
