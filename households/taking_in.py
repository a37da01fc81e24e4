"""Pages that take a household in, with its consent, and that change what is known of it."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views import View

from accounts.api import signed_in
from accounts.models import Member
from api.errors import Conflict, GridwalkError
from grid.models import Building
from households import access
from households.choosing import asked_building, offered
from households.household_forms import ChangeForm, TakeInForm, seen
from households.household_pages import outline
from households.links import shown
from households.models import Household, Looked, Visit, VisitState
from households.plan_pages import opened, same_plan, to_change
from households.plans import start_plan
from households.register import address_of, ensure_door, find_door, take_in


@method_decorator(access.eyes_of_member, name="dispatch")
class NewHousehold(View):
    """``/care/households/new/``: first the building, then the consent, the door and the plan."""

    def get(self, request: HttpRequest) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        areas = access.must_care(member, now)
        building = asked_building(request, areas)
        if building is None:
            context = {"title": _("Take in a household"), **offered(request, areas)}
            return shown(request, "choose.html", context, page="households")
        return self._shown(request, building, TakeInForm(today=timezone.localdate(now)))

    def post(self, request: HttpRequest) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        building = asked_building(request, access.must_care(member, now))
        if building is None:
            return redirect("new-household")
        form = TakeInForm(request.POST, today=timezone.localdate(now))
        if form.is_valid():
            try:
                return self._taken_in(request, building, form, member, now)
            except GridwalkError as error:
                form.refuse(error)
        form.show_words_in_use()
        return self._shown(request, building, form, status=400)

    def _taken_in(
        self,
        request: HttpRequest,
        building: Building,
        form: TakeInForm,
        member: Member,
        now: dt.datetime,
    ) -> HttpResponse:
        known = _behind(building, form)
        if known is None:
            try:
                with transaction.atomic():
                    known = _kept(building, form, member, now)
                messages.success(request, _told(known))
            except Conflict:
                # The same page, sent twice at the same moment: the other one was first.
                known = _behind(building, form)
                if known is None or not same_plan(known, form.cleaned_data, member):
                    raise
        else:
            messages.info(request, _("This household takes part already; nothing was changed."))
        return redirect("household", known.pk)

    def _shown(
        self, request: HttpRequest, building: Building, form: TakeInForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "address": address_of(building),
            "place": building.cell or building.community,
            "outline": outline(building.pk),
        }
        return shown(request, "new.html", context, page="households", status=status)


def _behind(building: Building, form: TakeInForm) -> Household | None:
    """The household behind the door that the form names."""
    given = form.cleaned_data
    door = find_door(building, given["entrance"], given["floor"], given["label"])
    return Household.objects.filter(door=door).first() if door is not None else None


def _kept(building: Building, form: TakeInForm, member: Member, now: dt.datetime) -> Household:
    given, today = form.cleaned_data, timezone.localdate(now)
    household = take_in(
        ensure_door(building, given["entrance"], given["floor"], given["label"]),
        people=given["people"],
        contact=given["contact"],
        language=given["language"],
        since=min(given["starts_on"], today),
        member=member,
        now=now,
    )
    start_plan(
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
    return household


def _details(household: Household) -> dict[str, Any]:
    """What the household told about itself."""
    return {name: getattr(household, name) for name in ("people", "contact", "language")}


def _told(household: Household) -> str:
    first = Visit.objects.filter(household=household, state=VisitState.PLANNED).first()
    if first is None:
        return _("The household is taken in.")
    day = date_format(first.planned_for)
    return _("The household is taken in. The first visit is planned for %s.") % day


@method_decorator(access.eyes_of_member, name="dispatch")
class ChangeHousehold(View):
    """``/care/households/<uuid>/change/``: people, contact and language."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        household = opened(pk, member, now)
        form = ChangeForm(initial={**_details(household), "seen": seen(household)})
        return self._shown(request, household, form)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        household = to_change(pk, member, now, lock=True)
        form = ChangeForm(request.POST)
        if not form.is_valid():
            access.record(member, [household], Looked.PAGE, now=now)
            return self._shown(request, household, form, status=400)
        given = form.cleaned_data
        known = _details(household)
        if known == {name: given[name] for name in known}:
            return redirect("household", pk)
        if not form.is_about(household):
            access.record(member, [household], Looked.PAGE, now=now)
            form.go_on_from(household)
            form.add_error(
                None,
                _(
                    "Somebody else changed these details meanwhile, and nothing of yours is saved."
                    " See what stands now; save again to put yours in its place."
                ),
            )
            return self._shown(request, household, form, status=409, stands=known)
        for name in known:
            setattr(household, name, given[name])
        household.save(update_fields=list(known))
        access.record(member, [household], Looked.CHANGE, now=now)
        messages.success(request, _("The details are changed."))
        return redirect("household", pk)

    def _shown(
        self,
        request: HttpRequest,
        household: Household,
        form: ChangeForm,
        status: int = 200,
        stands: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {"form": form, "household": household, "stands": stands}
        return shown(request, "change.html", context, page="households", status=status)
