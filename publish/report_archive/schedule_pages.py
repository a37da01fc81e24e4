"""``/reports/schedules/``: what is made by itself, and who hears of it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Member
from accounts.scope import Scope
from cases.office import member_of
from grid.models import Area
from publish.coverage_report.formats import FORMATS
from publish.models import ReportSchedule
from publish.report_archive.forms import ScheduleForm, offered_areas, offered_recipients
from publish.report_archive.sight import making_scope


def _maker(request: HttpRequest, today: dt.date) -> tuple[Member, Scope]:
    """Raises PermissionDenied for who has no reports made."""
    member = member_of(request)
    scope = making_scope(member, today)
    if not scope:
        raise PermissionDenied(_("Coordinators and leaders have reports made."))
    return member, scope


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def schedules(request: HttpRequest) -> HttpResponse:
    """All schedules of the member's areas, and a form for another."""
    today = timezone.localdate()
    member, scope = _maker(request, today)
    form = _form(member, scope, today, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _save(form, ReportSchedule(made_by=member, since=today), today)
        messages.info(request, _("The schedule is stored."))
        return redirect("report-schedules")
    rows = ReportSchedule.objects.filter(scope.filter("area_code"))
    found = list(rows.prefetch_related("recipients").order_by("-active", "area_code", "pk"))
    names = dict(
        Area.objects.filter(code__in={row.area_code for row in found}).values_list("code", "name")
    )
    context = {
        "here": "reports",
        "form": form,
        "rows": [
            (row, names.get(row.area_code, ""), [FORMATS[name].ending for name in row.formats])
            for row in found
        ],
    }
    return render(request, "publish/report_schedules.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """One schedule, to change or to stop; 404 for one of another area."""
    today = timezone.localdate()
    member, scope = _maker(request, today)
    found = get_object_or_404(ReportSchedule.objects.filter(scope.filter("area_code")), pk=pk)
    form = _form(member, scope, today, request.POST if request.method == "POST" else None, found)
    if request.method == "POST" and form.is_valid():
        _save(form, found, today)
        messages.info(request, _("The schedule is stored."))
        return redirect("report-schedules")
    context = {"here": "reports", "form": form, "schedule": found}
    return render(request, "publish/report_schedule.html", context)


def _form(
    member: Member,
    scope: Scope,
    today: dt.date,
    data: Any,
    found: ReportSchedule | None = None,
) -> ScheduleForm:
    members = {one.pk: one for one in offered_recipients(scope, member, today)}
    initial: dict[str, Any] = {}
    if found is not None:
        # Who was chosen before stays to choose; whether they may see it is asked on saving.
        members |= {one.pk: one for one in found.recipients.filter(is_active=True)}
        initial = {
            "area": found.area_code,
            "every": found.every,
            "languages": found.languages,
            "formats": found.formats,
            "recipients": list(found.recipients.values_list("pk", flat=True)),
            "active": found.active,
        }
    return ScheduleForm(
        data,
        members=list(members.values()),
        areas=offered_areas(scope),
        today=today,
        initial=initial,
    )


def _save(form: ScheduleForm, row: ReportSchedule, today: dt.date) -> None:
    """What is taken up again or given another area or rhythm makes no report of the time before."""
    given = form.cleaned_data
    known = row.area_code, row.every, row.active
    row.area_code, row.every, row.active = given["area"].code, given["every"], given["active"]
    if row.pk and (row.area_code, row.every, True) != known:
        row.since = today
    row.languages, row.formats = given["languages"], ["html", *given["formats"]]
    row.save()
    row.recipients.set(given["recipients"])
