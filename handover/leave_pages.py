"""Noting a leave with who covers, and ending it."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from accounts.api import signed_in
from accounts.models import Member
from api.errors import GridwalkError, NotFound
from handover import leaves
from handover.change_pages import shown
from handover.forms import EndLeaveForm, LeaveForm, asked_now
from handover.giving import place_of
from handover.models import Leave, Notice
from handover.offers import offered_members
from handover.powers import Powers, must_decide, powers_of


@method_decorator(login_required, name="dispatch")
class NewLeave(View):
    """``/responsibility/leave/``: GET with all that it asks for shows what it gives; POST does."""

    def get(self, request: HttpRequest) -> HttpResponse:
        powers = must_decide(signed_in(request), timezone.localdate())
        if "cover" not in request.GET:
            initial = {"member": request.GET.get("member", "")}
            return shown(request, "leave.html", {"form": self._form(powers, initial=initial)})
        form = self._form(powers, data=asked_now(request))
        context: dict[str, Any] = {"form": form}
        if form.is_valid():
            given = form.cleaned_data
            asked = (given["member"], given["cover"], given["starts_on"], given["ends_on"])
            try:
                leaves.check(*asked, timezone.localdate())
                context["plan"] = leaves.plan(*asked, powers)
                context["asked"] = given
            except GridwalkError as error:
                form.refuse(error)
        return shown(request, "leave.html", context, status=200 if "plan" in context else 400)

    def post(self, request: HttpRequest) -> HttpResponse:
        powers = must_decide(signed_in(request), timezone.localdate())
        form = self._form(powers, data=request.POST)
        if form.is_valid():
            given = form.cleaned_data
            asked = (given["member"], given["cover"], given["starts_on"], given["ends_on"])
            try:
                leave = leaves.begin(given["key"] or uuid4(), *asked, powers, timezone.now())
            except GridwalkError as error:
                form.refuse(error)
            else:
                named = {"member": leave.member, "cover": leave.cover}
                messages.success(
                    request, _("Noted: %(member)s is away, and %(cover)s covers.") % named
                )
                return redirect("leave", leave.pk)
        return shown(request, "leave.html", {"form": form}, status=400)

    def _form(self, powers: Powers, **more: Any) -> LeaveForm:
        return LeaveForm(members=offered_members(powers, timezone.localdate()), **more)


@method_decorator(login_required, name="dispatch")
class LeavePage(View):
    """``/responsibility/leave/<key>/``: for the two, who noted it, and who decides there."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        leave, powers, may = _seen(member, pk)
        Notice.objects.filter(member=member, leave=leave, seen_at=None).update(seen_at=now)
        initial = {"ends_on": leave.ends_on}
        return _page(request, leave, powers, may, EndLeaveForm(initial=initial))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        leave, powers, may = _seen(signed_in(request), pk)
        form = EndLeaveForm(request.POST)
        if form.is_valid():
            try:
                leave = leaves.end(leave, form.cleaned_data["ends_on"], powers, timezone.now())
            except GridwalkError as error:
                form.refuse(error)
            else:
                messages.success(request, _ended(leave))
                return redirect("leave", leave.pk)
        return _page(request, leave, powers, may, form, status=400)


def _page(
    request: HttpRequest,
    leave: Leave,
    powers: Powers,
    may: bool,
    form: EndLeaveForm,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    over = leave.cancelled_at is not None or leave.ends_on < today
    context = {
        "leave": leave,
        "rows": _given(leave),
        "form": form,
        "may": may and not over,
        "over": over,
    }
    return shown(request, "leave_page.html", context, status=status)


def _given(leave: Leave) -> list[Any]:
    rows = leave.given.select_related("given__area", "given__street__community")
    return list(
        rows.defer("given__area__geometry", "given__area__tile_geometry").order_by("given__pk")
    )


def _seen(member: Member, pk: UUID) -> tuple[Leave, Powers, bool]:
    """The leave, and whether the member may end it; raises NotFound."""
    leave = Leave.objects.select_related("member", "cover", "made_by").filter(pk=pk).first()
    if leave is None:
        raise NotFound
    powers = powers_of(member, timezone.localdate())
    rows = [cover.given for cover in _given(leave)]
    may = leaves.may_end(covers_of=rows, leave=leave, powers=powers)
    within = any(powers.scope.covers(place_of(row).code) for row in rows)
    if member.pk not in (leave.member_id, leave.cover_id) and not may and not within:
        raise NotFound
    return leave, powers, may


def _ended(leave: Leave) -> str:
    if leave.cancelled_at is not None:
        return _("The leave is called off.")
    return _("The leave ends on the new day.")
