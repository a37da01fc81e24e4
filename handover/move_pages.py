"""Handing over a cell: what goes along is shown first, then done or planned, then handed back."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from accounts import acting
from accounts.api import signed_in
from accounts.models import Member, Role
from api.errors import Conflict, GridwalkError, NotFound
from cases.handing import open_with
from cases.models import Case
from grid.models import Area
from handover import moving, offers
from handover.change_pages import shown
from handover.forms import MoveForm, asked_now
from handover.models import Handover, Leave, Notice
from handover.offers import held_cells, offered_members
from handover.powers import Powers, must_decide, powers_of
from households.due import planned

#: Cases listed one by one in the preview; all of them go along.
MOST_CASES = 100
#: Due visits are counted until so many days from the first day on.
VISIT_DAYS = 14


@method_decorator(login_required, name="dispatch")
class Move(View):
    """``/responsibility/hand-over/``: the address may name cell and giver, and ask for the preview.

    GET with all that is asked for shows what goes along; POST does it.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        powers, today = _decider(request)
        if "taker" not in request.GET:
            initial = {"starts_on": today, "held": request.GET.get("held", "")}
            return shown(request, "move.html", {"form": self._form(powers, initial=initial)})
        form = self._form(powers, data=asked_now(request))
        status = 200 if form.is_valid() and self._possible(form, powers, today) else 400
        return self._page(request, powers, form, status)

    def post(self, request: HttpRequest) -> HttpResponse:
        powers, _today = _decider(request)
        if before := _sent_before(request.POST.get("key", "")):
            return redirect("handover", before.pk)
        form = self._form(powers, data=request.POST)
        if form.is_valid():
            try:
                row = moving.begin(_wish(form), powers, timezone.now())
            except GridwalkError as error:
                form.refuse(error)
            else:
                messages.success(request, _said(row))
                return redirect("handover", row.pk)
        elif same := _done_before(request.POST.get("held", ""), form, powers):
            messages.success(request, _said(same))
            return redirect("handover", same.pk)
        return self._page(request, powers, form, 400)

    def _form(self, powers: Powers, **more: Any) -> MoveForm:
        today = timezone.localdate()
        return MoveForm(
            members=offered_members(powers, today), held=held_cells(powers, today), **more
        )

    def _possible(self, form: MoveForm, powers: Powers, today: dt.date) -> bool:
        try:
            wish = _wish(form)
            powers.check(Role.WORKER, wish.area, wish.taker)
            moving.check(wish, today)
        except GridwalkError as error:
            form.refuse(error)
            return False
        return True

    def _page(
        self, request: HttpRequest, powers: Powers, form: MoveForm, status: int
    ) -> HttpResponse:
        context: dict[str, Any] = {"form": form}
        if status == 200:
            context["goes"] = _goes(_wish(form), powers.member)
        return shown(request, "move.html", context, status=status)


@method_decorator(login_required, name="dispatch")
class Moved(View):
    """``/responsibility/hand-over/<key>/``: what went over; for both, and for who decides there."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        row, powers = _seen(member, pk)
        Notice.objects.filter(member=member, handover=row, seen_at=None).update(seen_at=now)
        moved = {*row.moved.get("responsible", ()), *row.moved.get("assigned", ())}
        today = timezone.localdate(now)
        same_day = row.done_at is not None and timezone.localdate(row.done_at) == today
        may = powers.may_give(Role.WORKER, row.area.code)
        context = {
            "row": row,
            "problem": moving.WHY.get(row.problem, ""),
            "cases": Case.objects.filter(pk__in=moved).select_related("category").order_by("pk"),
            "may_cancel": may and row.state == Handover.State.PLANNED,
            "may_undo": may and row.state == Handover.State.DONE and same_day,
        }
        return shown(request, "moved.html", context)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row, powers = _seen(signed_in(request), pk)
        try:
            row = moving.undo(row, powers, timezone.now())
        except Conflict as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _undone(row))
        return redirect("handover", row.pk)


def _decider(request: HttpRequest) -> tuple[Powers, dt.date]:
    today = timezone.localdate()
    return must_decide(signed_in(request), today), today


def _done_before(held: str, form: MoveForm, powers: Powers) -> Handover | None:
    """The same from another page: its giver is no choice any more, as it is done."""
    area, _dash, giver = held.partition("-")
    given = form.cleaned_data
    if not (offers.is_number(area) and offers.is_number(giver)):
        return None
    if not given.get("taker") or "starts_on" not in given:
        return None
    cell = Area.objects.current().in_scope(powers.scope).filter(pk=area).first()
    who = Member.objects.filter(pk=giver).first()
    if cell is None or who is None:
        return None
    return moving.done_before(moving.Wish(cell, who, given["taker"], given["starts_on"]))


def _sent_before(key: str) -> Handover | None:
    """The same page sent again: by now the giver is no choice any more."""
    try:
        return Handover.objects.filter(pk=UUID(key)).first()
    except ValueError:
        return None


def _seen(member: Member, pk: UUID) -> tuple[Handover, Powers]:
    """For who decides there and for the two it is about; raises NotFound."""
    powers = powers_of(member, timezone.localdate())
    row = (
        Handover.objects.filter(pk=pk)
        .select_related("area", "giver", "taker", "made_by", "undone_by")
        .defer("area__geometry", "area__tile_geometry")
        .first()
    )
    if row is None:
        raise NotFound
    if member.pk not in (row.giver_id, row.taker_id) and not powers.scope.covers(row.area.code):
        raise NotFound
    return row, powers


def _wish(form: MoveForm) -> moving.Wish:
    """What the form asks for. Raises NotPossible where nobody holds the cell who could give it."""
    given = form.cleaned_data
    held = given["held"]
    if held is None:
        raise moving.NotPossible("not_held")
    return moving.Wish(
        area=held.area,
        giver=held.member,
        taker=given["taker"],
        starts_on=given["starts_on"],
        note=given["note"],
        key=given["key"],
    )


def _goes(wish: moving.Wish, member: Member) -> dict[str, Any]:
    """What goes along as it stands today. ``visits`` None: who asks may not know of households."""
    now = timezone.now()
    cases = list(open_with(wish.giver, wish.area.code)[: MOST_CASES + 1])
    today = timezone.localdate(now)
    away = Leave.objects.between(wish.starts_on, wish.starts_on + dt.timedelta(days=VISIT_DAYS))
    concerned = Q(member__in=[wish.giver, wish.taker]) | Q(cover=wish.giver)
    return {
        "wish": wish,
        "at_once": wish.starts_on == today,
        "cases": cases[:MOST_CASES],
        "more_cases": len(cases) > MOST_CASES,
        "visits": _visits(wish.area, member, now),
        "visit_days": VISIT_DAYS,
        "leaves": away.filter(concerned).select_related("member", "cover"),
        "knows": powers_of(member, today).homes.covers(wish.area.code),
    }


def _visits(area: Area, member: Member, now: dt.datetime) -> int:
    """Visits due in the cell soon, with the eyes of who asks: none where they may see none."""
    until = timezone.localdate(now) + dt.timedelta(days=VISIT_DAYS)
    with acting.as_member(member):
        return planned([area.pk], now, until=until).count()


def _said(row: Handover) -> str:
    named = {"area": row.area.name, "giver": row.giver, "taker": row.taker}
    if row.state == Handover.State.PLANNED:
        return _("Planned: %(area)s goes from %(giver)s to %(taker)s.") % named
    return _("%(area)s went from %(giver)s to %(taker)s.") % named


def _undone(row: Handover) -> str:
    if row.state == Handover.State.CANCELLED:
        return _("The planned handover is cancelled.")
    return _("The cell and its cases are back where they were.")
