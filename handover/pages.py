"""``/responsibility/``: who holds what from when to when, what nobody holds, and who is away."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from accounts.api import signed_in
from accounts.models import Member
from accounts.scope import Scope
from api.errors import GridwalkError
from api.input import CodeField, DayField, Query
from grid.models import Area
from handover import notices, offers
from handover.board import AHEAD, Board, View, groups, load
from handover.chart import Axis, line
from handover.holding import DAY
from handover.models import Handover, Leave
from handover.powers import Powers, powers_of
from handover.streets import MOST_STREETS

#: Areas or members on one page of the chart and the table.
ROWS = 60
#: Gaps and overlaps that are listed; the sums are of all.
MOST_LISTED = 50
#: Handovers of so many days are listed.
LATELY = 30 * DAY


class BoardQuery(Query):
    area = CodeField()
    member = serializers.IntegerField(required=False, min_value=1)
    day = DayField()
    ahead = serializers.ChoiceField([str(days) for days in AHEAD], required=False)
    by = serializers.ChoiceField(["area", "member"], required=False, default="area")
    page = serializers.IntegerField(required=False, min_value=1, max_value=10_000, default=1)
    find = serializers.CharField(required=False, allow_blank=True, max_length=120)


def view_of(asked: dict[str, Any], today: dt.date) -> View:
    return View(
        asked.get("day", today),
        asked.get("area", ""),
        asked.get("member"),
        int(asked.get("ahead", AHEAD[1])),
    )


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """For those who decide, their areas; for everybody else, what they hold themselves.

    Queries: session, member, homes, powers, divisions that went, areas, responsibilities, areas to
    choose from, nobody's streets, handovers, leaves, notices.
    """
    member, today = signed_in(request), timezone.localdate()
    powers = powers_of(member, today)
    asked, problem = {}, ""
    try:
        asked = BoardQuery.of(Request(request))
    except (ValidationError, GridwalkError):
        problem = _("One of the filters is not valid, so none is used.")
    context: dict[str, Any] = {
        "here": "responsibility",
        "problem": problem,
        "decides": bool(powers),
        "told": [notices.told(row) for row in notices.unseen(member)[: notices.MOST]],
        "today": today,
    }
    if powers:
        context |= _decider(powers, asked, today)
    else:
        context |= _own(member, today)
    return render(request, "handover/board.html", context)


def _decider(powers: Powers, asked: dict[str, Any], today: dt.date) -> dict[str, Any]:
    text = asked.get("find", "").strip()
    choices, more = _choices(powers.scope, text)
    if text and len(choices) == 1:
        asked["area"] = choices[0].code
    view = view_of(asked, today)
    found = load(powers.scope, view)
    by = asked.get("by", "area")
    return {
        "board": found,
        "view": view,
        "by": by,
        "ahead": AHEAD,
        "choices": choices,
        "more_choices": more,
        "find": text,
        "gaps": found.gaps[:MOST_LISTED],
        "overlaps": found.overlaps[:MOST_LISTED],
        "streets": found.streets[:MOST_STREETS],
        "street_metres": sum(one.metres for one in found.streets),
        "handovers": _handovers(powers.scope, today),
        "leaves": _leaves(_of_scope(powers), today),
        **_lines(found, by, asked.get("page", 1)),
        "address": urlencode(
            {name: asked[name] for name in sorted(asked) if name not in ("page", "find")}
        ),
    }


def _choices(scope: Scope, text: str) -> tuple[list[Area], bool]:
    """Areas of the filter, those a text finds if there is one, and whether there are more."""
    rows = Area.objects.current().in_scope(scope).only("code", "name").order_by("level", "code")
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(code__startswith=text))
    found = list(rows[: offers.MOST + 1])
    return found[: offers.MOST], len(found) > offers.MOST


def _lines(found: Board, by: str, page: int) -> dict[str, Any]:
    axis = Axis(*found.view.chart)
    pages = Paginator(groups(_in_chart(found, axis), by), ROWS)
    here = pages.get_page(page)
    return {
        "page": here,
        "axis": axis,
        "today_x": axis.at(found.view.day),
        "lines": [
            (
                key,
                [(row, found.colours.get(row.member_id)) for row in rows],
                line(rows, axis, found.colours),
                isinstance(key, Area),
            )
            for key, rows in here
        ],
    }


def _in_chart(found: Board, axis: Axis) -> list[Any]:
    """Rows of the member who is looked at that touch the chart's days."""
    return [
        row
        for row in found.rows
        if (row.ends_on is None or row.ends_on >= axis.start)
        and found.view.member in (None, row.member_id)
    ]


def _own(member: Member, today: dt.date) -> dict[str, Any]:
    """What the member holds, and leaves that concern them."""
    held = member.responsibilities.exclude(ends_on__lt=today).select_related(
        "member", "area", "street__community", "cover_of__leave__member"
    )
    rows = held.defer("area__geometry", "area__tile_geometry").order_by("starts_on", "pk")
    return {"own": rows, "leaves": _leaves(Q(member=member) | Q(cover=member), today)}


def _handovers(scope: Scope, today: dt.date) -> QuerySet[Handover]:
    """Planned ones, and those of the last weeks."""
    lately = Q(state=Handover.State.PLANNED) | Q(starts_on__gte=today - LATELY)
    rows = Handover.objects.filter(scope.filter("area__code"), lately)
    named = rows.select_related("area", "giver", "taker")
    return named.defer("area__geometry", "area__tile_geometry").order_by("-starts_on", "-made_at")[
        :MOST_LISTED
    ]


def _of_scope(powers: Powers) -> Q:
    """Leaves that gave something in the scope, or that the member noted."""
    scope = powers.scope
    if scope.everywhere:
        return Q()
    given = [scope.filter(f"given__source__{way}__code") for way in ("area", "street__community")]
    return given[0] | given[1] | Q(made_by=powers.member)


def _leaves(concerned: Q, today: dt.date) -> QuerySet[Leave]:
    keys = Leave.objects.filter(concerned, ends_on__gte=today, cancelled_at=None).values("pk")
    rows = Leave.objects.filter(pk__in=keys).select_related("member", "cover")
    return rows.order_by("starts_on", "pk")[:MOST_LISTED]
