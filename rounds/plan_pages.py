"""``/rounds/plans/``: which areas are inspected how often; a new plan, another, an end."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from accounts.api import signed_in
from accounts.scope import Scope
from api.errors import GridwalkError, NotAllowed, NotFound
from grid.models import Area, Level
from rounds.board import names_of
from rounds.defaults import ITEMS
from rounds.forms import NewPlanForm, terms_form
from rounds.items import items_of
from rounds.models import ROLES, USUAL, RoundPlan
from rounds.plans import begin, change, deciding

#: Plans that are listed, and areas to choose from.
MOST = 500


def _shown(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, f"rounds/{template}", {"here": "rounds", **context}, status=status)


def must_decide(request: HttpRequest) -> Scope:
    """Where who asks plans rounds. Raises NotAllowed."""
    scope = deciding(signed_in(request), timezone.localdate())
    if not scope:
        raise NotAllowed(_("Rounds are planned by coordinators, leaders and administrators."))
    return scope


@login_required
@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """Plans in force or to come first, then those that ended.

    Queries: session, member, what they decide, plans, who makes their rounds (2).
    """
    scope, today = must_decide(request), timezone.localdate()
    rows = list(
        RoundPlan.objects.filter(scope.filter("area__code"))
        .select_related("area")
        .defer("area__geometry", "area__tile_geometry")
        .order_by("area__code", "starts_on", "pk")[:MOST]
    )
    names = names_of(rows, today)
    told = [(plan, names[plan.pk], [item.text for item in items_of(plan.items)]) for plan in rows]
    over = [
        plan.area.retired_on is not None or (plan.ends_on is not None and plan.ends_on < today)
        for plan in rows
    ]
    context = {
        "plans": [one for one, ended in zip(told, over, strict=True) if not ended],
        "ended": [one for one, ended in zip(told, over, strict=True) if ended],
    }
    return _shown(request, "plans.html", context)


@method_decorator(login_required, name="dispatch")
class NewPlan(View):
    """``/rounds/plans/new/``: the address may name the area."""

    def get(self, request: HttpRequest) -> HttpResponse:
        areas = self._areas(must_decide(request))
        code = request.GET.get("area", "")
        area = next((one for one in areas if one.code == code), areas[0] if areas else None)
        start: dict[str, Any] = {"starts_on": timezone.localdate()}
        if area is not None:
            level = Level(area.level)
            start |= {"area": area.code, "cadence": USUAL[level], "role": ROLES[level][0]}
        form = NewPlanForm(areas=areas, items=ITEMS, initial=start)
        return _shown(request, "plan.html", {"form": form})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NewPlanForm(request.POST, areas=self._areas(must_decide(request)), items=())
        if form.is_valid():
            given = form.cleaned_data
            try:
                plan = begin(
                    given["key"],
                    given["area"],
                    given["cadence"],
                    form.terms(),
                    starts_on=given["starts_on"],
                    member=signed_in(request),
                    today=timezone.localdate(),
                )
            except GridwalkError as error:
                form.refuse(error)
            else:
                text = _("Rounds of %(area)s are planned.") % {"area": plan.area.name}
                messages.success(request, text)
                return redirect("round-plans")
        return _shown(request, "plan.html", {"form": form}, status=400)

    def _areas(self, scope: Scope) -> list[Area]:
        rows = Area.objects.current().in_scope(scope).filter(level__in=ROLES)
        return list(rows.only("code", "name", "level").order_by("level", "code")[:MOST])


@method_decorator(login_required, name="dispatch")
class ChangePlan(View):
    """``/rounds/plans/<id>/``: another checklist, other thresholds, a last day."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan = self._found(request, pk)
        form = terms_form(plan, items_of(plan.items))
        return _shown(request, "plan.html", {"form": form, "plan": plan})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan = self._found(request, pk)
        form = terms_form(plan, items_of(plan.items), request.POST)
        if form.is_valid():
            try:
                change(plan, form.terms(), signed_in(request), timezone.localdate())
            except GridwalkError as error:
                form.refuse(error)
            else:
                messages.success(request, _("The plan is changed; rounds from the next on follow."))
                return redirect("round-plans")
        return _shown(request, "plan.html", {"form": form, "plan": plan}, status=400)

    def _found(self, request: HttpRequest, pk: int) -> RoundPlan:
        scope = must_decide(request)
        rows = RoundPlan.objects.filter(scope.filter("area__code"), pk=pk).select_related("area")
        plan = rows.defer("area__geometry", "area__tile_geometry").first()
        if plan is None:
            raise NotFound
        return plan
