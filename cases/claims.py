"""``/cases/claims/``: what a volunteer holds, can claim, and has done this year."""

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import Role
from cases.effects import MOST_CLAIMS
from cases.models import Case, Event, State
from cases.office import SHOWN, dated, member_of
from cases.transitions import Step
from grid.responsibility import scope_of

#: What a volunteer is asked for in a year.
YEARS_CLAIMS = 2


@login_required
def claims(request: HttpRequest) -> HttpResponse:
    """``/cases/claims/``: what a volunteer holds, can claim, and has done this year."""
    member, now = member_of(request), timezone.now()
    today = timezone.localdate(now)
    helps = scope_of(member, today, roles={Role.VOLUNTEER})
    free = Case.objects.filter(claimable=True, state=State.ACCEPTED).filter(
        helps.filter("area_code")
    )
    year = dt.datetime(today.year, 1, 1, tzinfo=timezone.get_default_timezone())
    finished = Event.objects.filter(
        step=Step.FINISH, author=member, at__gte=year, case__claimed_by=member
    )
    context = {
        "here": "claims",
        "held": dated(Case.objects.open().filter(claimed_by=member).select_related(*SHOWN), now),
        "free": dated(free.select_related(*SHOWN).order_by("due_at", "pk")[:100], now),
        "done": finished.values("case").distinct().count(),
        "goal": YEARS_CLAIMS,
        "most": MOST_CLAIMS,
        "now": now,
        "year": today.year,
    }
    return render(request, "cases/claims.html", context)
