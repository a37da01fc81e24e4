"""Giving a responsibility, and changing or ending one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views import View

from accounts.api import signed_in
from accounts.models import Role
from api.errors import GridwalkError, NotFound
from grid.models import Area, Level, Responsibility
from handover import giving
from handover.board import View as Looked
from handover.board import load
from handover.forms import DaysForm, GiveForm
from handover.offers import offered_areas, offered_members
from handover.powers import Powers, must_decide


def shown(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {"here": "responsibility", **context}
    return render(request, f"handover/{template}", context, status=status)


@method_decorator(login_required, name="dispatch")
class Give(View):
    """``/responsibility/give/``: the address may name the area, the member and the first day."""

    def get(self, request: HttpRequest) -> HttpResponse:
        powers, today = must_decide(signed_in(request), timezone.localdate()), timezone.localdate()
        asked = {
            name: request.GET[name] for name in ("area", "member", "role") if name in request.GET
        }
        form = self._form(powers, initial={"starts_on": today, "role": Role.WORKER, **asked})
        return shown(request, "give.html", {"form": form})

    def post(self, request: HttpRequest) -> HttpResponse:
        powers, today = must_decide(signed_in(request), timezone.localdate()), timezone.localdate()
        form = self._form(powers, data=request.POST)
        if form.is_valid():
            given = form.cleaned_data
            names = ("member", "role", "area", "starts_on", "ends_on", "street")
            try:
                row = giving.give(
                    giving.Wish(**{name: given[name] for name in names}), powers, today
                )
            except GridwalkError as error:
                form.refuse(error)
            else:
                text = _("%(member)s has %(area)s from %(day)s on.")
                named = {"member": row.member, "area": _name(row), "day": _day(row.starts_on)}
                messages.success(request, text % named)
                return redirect("responsibility")
        return shown(request, "give.html", {"form": form}, status=400)

    def _form(self, powers: Powers, **more: Any) -> GiveForm:
        members = offered_members(powers, timezone.localdate())
        return GiveForm(powers=powers, members=members, areas=offered_areas(powers), **more)


@method_decorator(login_required, name="dispatch")
class Change(View):
    """``/responsibility/<id>/``: other days, its end, or taken back before it began."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        powers, row = _found(request, pk)
        form = DaysForm(initial={"starts_on": row.starts_on, "ends_on": row.ends_on})
        return self._page(request, powers, row, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        powers, row = _found(request, pk)
        today = timezone.localdate()
        form = DaysForm(request.POST)
        take_back = "take-back" in request.POST
        try:
            if take_back:
                giving.remove(row, powers, today)
            elif form.is_valid():
                given = form.cleaned_data
                row = giving.change(
                    row, powers, today, starts_on=given["starts_on"], ends_on=given["ends_on"]
                )
            else:
                return self._page(request, powers, row, form, status=400)
        except GridwalkError as error:
            form.is_valid()
            form.refuse(error)
            return self._page(request, powers, row, form, status=400)
        if take_back:
            messages.success(request, _("It was taken back before it began."))
        else:
            messages.success(request, _changed(row))
        if warning := _left_alone(row, powers):
            messages.warning(request, warning)
        return redirect("responsibility")

    def _page(
        self,
        request: HttpRequest,
        powers: Powers,
        row: Responsibility,
        form: DaysForm,
        status: int = 200,
    ) -> HttpResponse:
        today = timezone.localdate()
        over = row.ends_on is not None and row.ends_on < today
        cover = getattr(row, "cover_of", None)
        context = {
            "row": row,
            "form": form,
            "place": giving.place_of(row),
            "cover": cover,
            "begun": row.starts_on <= today,
            "mine": powers.may_give(row.role, giving.place_of(row).code) and not over and not cover,
            "history": _history(row),
            "cell": row.area is not None and row.area.level == Level.CELL,
        }
        return shown(request, "change.html", context, status=status)


def _found(request: HttpRequest, pk: int) -> tuple[Powers, Responsibility]:
    """Who asks, and the row where it lies in their scope; raises NotAllowed, NotFound."""
    powers = must_decide(signed_in(request), timezone.localdate())
    scope = powers.scope
    within = scope.filter("area__code") | scope.filter("street__community__code")
    row = (
        Responsibility.objects.filter(Q(pk=pk) & within)
        .select_related("member", "area", "street__community", "cover_of__leave__member")
        .defer("area__geometry", "area__tile_geometry")
        .first()
    )
    if row is None:
        raise NotFound
    return powers, row


def _history(row: Responsibility) -> list[dict[str, Any]]:
    """What the database noted of it, oldest first: days, when, and by whom. Two queries."""
    from django.apps import apps

    from accounts.models import Member

    events = apps.get_model("grid", "ResponsibilityEvent")._default_manager
    rows = list(events.filter(pgh_obj_id=row.pk).select_related("pgh_context").order_by("pgh_id"))
    by = {
        one.pgh_id: one.pgh_context.metadata.get("user") if one.pgh_context else None
        for one in rows
    }
    names = Member.objects.in_bulk({user for user in by.values() if isinstance(user, int)})
    return [
        {
            "at": one.pgh_created_at,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
            "by": names.get(by[one.pgh_id]),
        }
        for one in rows
    ]


def _left_alone(row: Responsibility, powers: Powers) -> str:
    """Says so where the cell is now without anybody on some days soon."""
    area: Area | None = row.area
    if row.role != Role.WORKER or area is None or area.level != Level.CELL:
        return ""
    today = timezone.localdate()
    found = load(powers.scope, Looked(max(today, row.ends_on or today), area.code))
    if not found.gaps:
        return ""
    since = found.gaps[0].gap.since
    return _("Nobody works in %(area)s from %(day)s on. Give it to somebody.") % {
        "area": area.name,
        "day": _day(max(since, today) if since else today),
    }


def _changed(row: Responsibility) -> str:
    named = {"member": row.member, "area": _name(row), "start": _day(row.starts_on)}
    if row.ends_on is None:
        return _("%(member)s has %(area)s from %(start)s until further notice.") % named
    text = _("%(member)s has %(area)s from %(start)s to %(end)s.")
    return text % {**named, "end": _day(row.ends_on)}


def _name(row: Responsibility) -> str:
    return str(row.street) if row.street else giving.place_of(row).name


def _day(day: Any) -> str:
    return str(date_format(day, "DATE_FORMAT"))
