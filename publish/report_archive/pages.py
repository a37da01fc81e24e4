"""``/reports/``: all that were made, by area and period, and one's own wish for another."""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from accounts.models import Member
from accounts.scope import Scope
from api.errors import GridwalkError
from api.input import CodeField, DayField, Query
from cases.office import member_of
from grid.responsibility import scope_of
from publish.models import ArchivedReport
from publish.report_archive.forms import MakeForm, offered_areas
from publish.report_archive.making import Wish, ask
from publish.report_archive.sight import making_scope, visible_reports

ON_PAGE = 50


class ReportsQuery(Query):
    area = CodeField()
    start = DayField()
    end = DayField()


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: HttpRequest) -> HttpResponse:
    """The list; a form for whoever has reports made, and what is sent from it.

    Queries: session, member, responsibilities twice, areas to choose from twice, reports twice.
    """
    member, now = member_of(request), timezone.now()
    today = timezone.localdate(now)
    makes = making_scope(member, today)
    if request.method == "POST" and not makes:
        raise PermissionDenied(_("Coordinators and leaders have reports made."))
    form = make_form(member, makes, today, request.POST or None) if makes else None
    if request.method == "POST" and form and (made := _asked(form, member, now)) is not None:
        return redirect("archived-report", made.pk)
    context = {"here": "reports", "form": form, "makes": bool(makes)}
    return render(request, "publish/reports.html", context | _found(request, member, today))


def make_form(member: Member, makes: Scope, today: dt.date, data: Any = None) -> MakeForm:
    areas = offered_areas(makes)
    mail = bool(settings.EMAIL_HOST and member.email)
    return MakeForm(data, areas=areas, today=today, mail=mail)


def _asked(form: MakeForm, member: Member, now: dt.datetime) -> ArchivedReport | None:
    """None where the form shows what is wrong."""
    if not form.is_valid():
        return None
    given = form.cleaned_data
    wish = Wish(
        given["area"],
        given["start"],
        given["end"],
        tuple(given["languages"]),
        tuple(given["formats"]),
    )
    key: uuid.UUID | None = given["key"]
    try:
        return ask(wish, now=now, member=member, key=key, tell=given.get("tell", False))
    except GridwalkError as error:
        form.refuse(error)
        return None


def _found(request: HttpRequest, member: Member, today: dt.date) -> dict[str, Any]:
    """The reports that the filter leaves, the latest period first."""
    asked: dict[str, Any] = {}
    problem = ""
    try:
        asked = ReportsQuery.of(Request(request))
    except (ValidationError, GridwalkError):
        problem = _("One of the filters is not valid, so none is used.")
    chosen = Q()
    if asked.get("area"):
        chosen &= Q(area_code__startswith=asked["area"])
    if asked.get("start"):
        chosen &= Q(end__gte=asked["start"])
    if asked.get("end"):
        chosen &= Q(start__lte=asked["end"])
    rows = visible_reports(member, today).filter(chosen)
    number = request.GET.get("page")
    ordered = rows.order_by("-end", "-start", "area_code", "-asked_at", "pk")
    page = Paginator(ordered, ON_PAGE).get_page(number)
    return {
        "problem": problem,
        "asked": asked,
        "page": page,
        "areas": offered_areas(scope_of(member, today)),
        "address": urlencode({name: asked[name] for name in sorted(asked) if asked[name]}),
    }
