"""``/care/households/<uuid>/erase/``: in two steps, by the coordinator of the community."""

import datetime as dt
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views import View

from accounts.api import signed_in
from accounts.models import Member, Role
from api.errors import NotAllowed
from grid.models import Level, Responsibility
from households import access
from households.erase import erase
from households.links import shown
from households.models import CarePlan, Household, Looked, Visit, VisitState

#: Why a household is erased, as the access record keeps it.
REASONS = {
    "asked": gettext_noop("The household asks for it"),
    "gone": gettext_noop("The household no longer lives here"),
    "mistake": gettext_noop("It was taken in by mistake"),
}


@method_decorator(access.eyes_of_member, name="dispatch")
class ErasePage(View):
    """First the reason and what goes with it, then the question whether it is meant."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        household = access.look(member, pk, Looked.PAGE, now=now)
        _must_coordinate(member, household, now)
        return self._shown(request, household)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        reason = REASONS.get(request.POST.get("reason", ""))
        sure = reason is not None and request.POST.get("sure") == "yes"
        looked = Looked.ERASURE if sure else Looked.PAGE
        household = access.look(member, pk, looked, now=now, why=reason if sure and reason else "")
        _must_coordinate(member, household, now)
        if reason is None:
            return self._shown(request, household, _("Say why the household is erased."))
        if not sure:
            return self._shown(request, household, reason=request.POST["reason"])
        erase(household, now=now)
        messages.success(
            request,
            _("The household is erased. What cases noted because of it goes within a minute."),
        )
        return redirect("households")

    def _shown(
        self, request: HttpRequest, household: Household, error: str = "", reason: str = ""
    ) -> HttpResponse:
        made = Visit.objects.filter(household=household).exclude(state=VisitState.PLANNED)
        context = {
            "household": household,
            "plans": CarePlan.objects.filter(household=household).count(),
            "visits": made.count(),
            "cases": made.exclude(case_number=None).values("case_number").distinct().count(),
            "reasons": [(value, _(words)) for value, words in REASONS.items()],
            "reason": reason,
            "said": _(REASONS[reason]) if reason else "",
            "error": error,
        }
        status = 400 if error else 200
        return shown(request, "erase.html", context, page="households", status=status)


def _must_coordinate(member: Member, household: Household, now: dt.datetime) -> None:
    """Who works in a cell records and changes; what cannot be undone is the coordinator's."""
    held = Responsibility.objects.on(timezone.localdate(now)).filter(
        member=member,
        role=Role.COORDINATOR,
        area__code=household.area.code[: Level.COMMUNITY],
        area__retired_on=None,
    )
    if not held.exists():
        raise NotAllowed(
            _("Only the coordinator of the community erases a household. Tell them who asks.")
        )
