"""``/cases/rates/``: rates month by month, and lists to take away as CSV and XLSX."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from api.errors import GridwalkError, TooMany
from api.input import CodeField, DayField, Query
from api.tables import csv_file, xlsx_file
from cases.listing import CaseQuery, chosen, visible
from cases.models import Case, Category
from cases.office import member_of
from cases.office_forms import category_choices
from cases.rates import Rates, figures, made_at
from grid.models import Area
from grid.responsibility import scope_of

MONTHS = 12
#: Cases of one list; what is more has to be asked for in parts.
MOST_EXPORTED = 50_000
FILES = {"csv": csv_file, "xlsx": xlsx_file}


class RatesQuery(Query):
    area = CodeField()
    category = serializers.SlugField(required=False, max_length=40, default="")
    since = DayField()
    until = DayField()
    format = serializers.ChoiceField(list(FILES), required=False)


@login_required
@require_safe
def rates(request: HttpRequest) -> HttpResponse:
    """Twelve months where nothing else is asked for."""
    member = member_of(request)
    today = timezone.localdate()
    problem = ""
    try:
        asked = RatesQuery.of(Request(request))
    except (ValidationError, GridwalkError):
        asked, problem = {}, _("One of the filters is not valid, so none is used.")
    until = asked.get("until", today)
    since = asked.get("since", _months_before(until, MONTHS - 1))
    scope = scope_of(member, today)
    found = list(
        figures(
            scope,
            area=asked.get("area", ""),
            category=asked.get("category", ""),
            since=since,
            until=until,
        )[:5000]
    )
    names = dict(
        Area.objects.filter(code__in={row.area_code for row in found}).values_list("code", "name")
    )
    rows = [(row, names.get(row.area_code, row.area_code), Rates(row)) for row in found]
    if kind := asked.get("format"):
        return FILES[kind]("rates", _head(), _rows(rows))
    areas = Area.objects.current().in_scope(scope).only("code", "name").order_by("code")[:500]
    context = {
        "here": "rates",
        "rows": rows,
        "problem": problem,
        "asked": {**asked, "since": since, "until": until},
        "areas": areas,
        "categories": category_choices(empty=_("All categories")),
        "groups": Category.objects.filter(parent=None, active=True),
        "made_at": made_at(),
        "address": request.GET.urlencode(),
    }
    return render(request, "cases/rates.html", context)


def _months_before(day: dt.date, months: int) -> dt.date:
    """The first day of the month so many months earlier."""
    count = day.year * 12 + day.month - 1 - months
    return dt.date(count // 12, count % 12 + 1, 1)


def _head() -> list[str]:
    return [
        _("Month"), _("Code"), _("Area"), _("Reports"), _("Accepted"), _("Declined"), _("Due"),
        _("On time"), _("Closed"), _("Finished"), _("Sent back"), _("On hold"), _("Median hours"),
        _("Accepted, share"), _("On time, share"), _("Sent back, share"), _("On hold, share"),
    ]  # fmt: skip


def _rows(rows: list[tuple[Any, str, Rates]]) -> Iterator[list[Any]]:
    for row, name, shares in rows:
        yield [
            f"{row.month:%Y-%m}", row.area_code, name, row.reported, row.accepted, row.declined,
            row.due, row.on_time, row.closed, row.finished, row.reworked, row.held,
            None if row.median_hours is None else round(row.median_hours, 1),
            *(
                None if share is None else round(share, 4)
                for share in (shares.accepted, shares.on_time, shares.reworked, shares.on_hold)
            ),
        ]  # fmt: skip


@login_required
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The list of cases with its filters as a file; raises TooMany beyond 50,000."""
    member = member_of(request)
    now = timezone.now()
    asked = CaseQuery.of(Request(request))
    seen = visible(member, timezone.localdate(now))
    found = chosen(seen, asked, member, now)
    if found.order_by()[: MOST_EXPORTED + 1].count() > MOST_EXPORTED:
        raise TooMany(
            _("There are more than %s cases. Choose a shorter time or a smaller area.")
            % f"{MOST_EXPORTED:,}"
        )
    rows = found.select_related("category", "responsible", "assignee", "crew")
    head = [
        _("Case"), _("Category"), _("State"), _("Area"), _("Where exactly"), _("What is wrong"),
        _("Responsible"), _("With"), _("Reported"), _("Due"), _("Work is done"), _("Closed"),
        _("Longitude"), _("Latitude"),
    ]  # fmt: skip
    return FILES[kind]("cases", head, (_case(case) for case in rows.iterator(2000)))


def _case(case: Case) -> list[Any]:
    return [
        case.pk, str(case.category), str(case.get_state_display()), case.area_code,
        case.whereabouts, case.description, str(case.responsible or ""),
        str(case.assignee or case.crew or ""), case.reported_at, case.due_at, case.done_at,
        case.closed_at, round(case.location.x, 7), round(case.location.y, 7),
    ]  # fmt: skip
