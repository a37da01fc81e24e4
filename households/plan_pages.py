"""Pages of a household's plans: begin one, renew it, end it, and ask for a visit."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST

from accounts.api import signed_in
from accounts.models import Member
from api.errors import Conflict, GridwalkError, NotFound
from households import access, visits
from households.household_forms import PlanForm, RenewForm
from households.links import shown
from households.models import CarePlan, Household, Looked
from households.plan_rules import latest_end
from households.plans import must_know, renew, start_plan, withdraw


@method_decorator(access.eyes_of_member, name="dispatch")
class NewPlan(View):
    """``/care/households/<uuid>/plan/``: begin visits to a household that takes part."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        household = opened(pk, member, now)
        return self._shown(request, household, PlanForm(today=timezone.localdate(now)))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        household = to_change(pk, member, now)
        form = PlanForm(request.POST, today=timezone.localdate(now))
        if form.is_valid():
            try:
                _begin(household, form, member, now)
                messages.success(request, _("The plan has begun, and its first visit is planned."))
                return redirect("household", pk)
            except Conflict as error:
                if same_plan(household, form.cleaned_data, member):
                    return redirect("household", pk)
                form.refuse(error)
            except GridwalkError as error:
                form.refuse(error)
        access.record(member, [household], Looked.PAGE, now=now)
        form.show_words_in_use()
        return self._shown(request, household, form, status=400)

    def _shown(
        self, request: HttpRequest, household: Household, form: PlanForm, status: int = 200
    ) -> HttpResponse:
        context = {"form": form, "household": household}
        return shown(request, "plan.html", context, page="households", status=status)


def _begin(household: Household, form: PlanForm, member: Member, now: dt.datetime) -> CarePlan:
    given = form.cleaned_data
    return start_plan(
        household,
        purpose=given["purpose"],
        cadence=given["cadence"],
        windows=form.windows(),
        checklist=form.chosen_checklist(),
        starts_on=given["starts_on"],
        ends_on=given["ends_on"],
        consent=form.consent(),
        member=member,
        now=now,
    )


def same_plan(household: Household, given: dict[str, Any], member: Member) -> bool:
    """Whether the member recorded just this plan already: the page was sent twice."""
    return CarePlan.objects.filter(
        household=household,
        purpose=given["purpose"],
        cadence=given["cadence"],
        starts_on=given["starts_on"],
        ends_on=given["ends_on"],
        recorded_by=member,
        withdrawn_at=None,
    ).exists()


@method_decorator(access.eyes_of_member, name="dispatch")
class RenewPlan(View):
    """``/care/plans/<uuid>/renew/``: the household agrees anew; the rest stays as it is."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        plan = _plan(pk)
        plan.household = opened(plan.household_id, member, now)
        today = timezone.localdate(now)
        starts_on = max(plan.ends_on + dt.timedelta(days=1), today)
        form = RenewForm(today=today, initial={"ends_on": latest_end(starts_on)})
        return self._shown(request, plan, form)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        plan = _plan(pk)
        plan.household = to_change(plan.household_id, member, now)
        form = RenewForm(request.POST, today=timezone.localdate(now))
        if form.is_valid():
            until = form.cleaned_data["ends_on"]
            try:
                fresh = renew(plan, consent=form.consent(), until=until, member=member, now=now)
                told = _("The plan is renewed until %s.") % date_format(fresh.ends_on)
                messages.success(request, told)
                return redirect("household", plan.household_id)
            except Conflict as error:
                if _renewed(plan, until, member):
                    return redirect("household", plan.household_id)
                form.refuse(error)
            except GridwalkError as error:
                form.refuse(error)
        access.record(member, [plan.household], Looked.PAGE, now=now)
        form.show_words_in_use()
        return self._shown(request, plan, form, status=400)

    def _shown(
        self, request: HttpRequest, plan: CarePlan, form: RenewForm, status: int = 200
    ) -> HttpResponse:
        context = {"form": form, "plan": plan, "household": plan.household}
        return shown(request, "renew.html", context, page="households", status=status)


def _renewed(plan: CarePlan, until: dt.date, member: Member) -> bool:
    """Whether the member renewed this plan just so already: the page was sent twice."""
    return CarePlan.objects.filter(
        household=plan.household_id,
        purpose=plan.purpose,
        starts_on__gt=plan.ends_on,
        ends_on=until,
        recorded_by=member,
        withdrawn_at=None,
    ).exists()


@method_decorator(access.eyes_of_member, name="dispatch")
class WithdrawPlan(View):
    """``/care/plans/<uuid>/withdraw/``: says what will happen, then does it."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        plan = _plan(pk)
        plan.household = opened(plan.household_id, member, now)
        context = {"plan": plan, "household": plan.household}
        return shown(request, "withdraw.html", context, page="households")

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        plan = _plan(pk)
        withdraw(plan, member=signed_in(request), now=timezone.now())
        messages.success(
            request, _("The plan has ended at the household's word: no more visits are listed.")
        )
        return redirect("household", plan.household_id)


@access.eyes_of_member
@require_POST
def ask_visit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """``/care/plans/<uuid>/visit/``: the next visit comes on this day instead."""
    plan = _plan(pk)
    day = parse_date_or_none(request.POST.get("on", ""))
    if day is None:
        messages.error(request, _("Choose the day of the visit."))
        return redirect("household", plan.household_id)
    try:
        visit = visits.add(plan, day, member=signed_in(request), now=timezone.now())
        told = _("The next visit is planned for %s.") % date_format(visit.planned_for)
        messages.success(request, told)
    except GridwalkError as error:
        messages.error(request, _sentence(error))
    return redirect("household", plan.household_id)


def parse_date_or_none(text: str) -> dt.date | None:
    """The day, None for what is no day."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def _sentence(error: GridwalkError) -> str:
    return " ".join(sentence for many in (error.fields or {}).values() for sentence in many) or str(
        error
    )


def _plan(pk: UUID) -> CarePlan:
    plan = CarePlan.objects.select_related("checklist").filter(pk=pk).first()
    if plan is None:
        raise NotFound
    return plan


def opened(pk: UUID, member: Member, now: dt.datetime) -> Household:
    """The household for a page that may change it; that it was opened is noted."""
    household = access.look(member, pk, Looked.PAGE, now=now)
    must_know(member, household, now)
    return household


def to_change(pk: UUID, member: Member, now: dt.datetime, *, lock: bool = False) -> Household:
    """The household that the member may change; what changes it leaves the record.

    With ``lock`` nobody else changes it until the transaction ends. Raises NotAllowed, NotFound.
    """
    found = Household.objects.select_related("door", "area").filter(pk=pk)
    household = (found.select_for_update(of=("self",)) if lock else found).first()
    if household is None:
        raise NotFound
    must_know(member, household, now)
    return household
