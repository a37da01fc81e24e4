"""``/cases/triage/``: what the office has to decide, by state, the most urgent first."""

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.listing import visible
from cases.models import Case, State
from cases.office import SHOWN, areas_of, dated, member_of
from cases.transitions import Step
from grid.responsibility import scope_of

#: Cards of one column of the board.
CARDS = 50
COLUMNS = (
    ((State.REPORTED,), (Step.ACCEPT,)),
    ((State.ACCEPTED,), (Step.DISPATCH,)),
    ((State.DISPATCHED, State.IN_PROGRESS), ()),
    ((State.ON_HOLD,), (Step.RESUME,)),
    ((State.DONE, State.VERIFIED), (Step.VERIFY, Step.CLOSE)),
)


@login_required
def triage(request: HttpRequest) -> HttpResponse:
    """``/cases/triage/``: what the office has to decide, by state, the most urgent first."""
    member, now = member_of(request), timezone.now()
    scope = scope_of(member, timezone.localdate(now))
    seen = visible(member, timezone.localdate(now), scope).filter(parent=None)
    if code := request.GET.get("area", ""):
        seen = seen.filter(area_code__startswith=code)
    cards = _cards(seen, now)
    columns = [
        {
            "name": " / ".join(str(state.label) for state in states),
            "state": ",".join(states),
            "cards": [
                {"case": case, "steps": _quick(case, quick)}
                for state in states
                for case in cards[state][:CARDS]
            ],
            "more": any(len(cards[state]) > CARDS for state in states),
        }
        for states, quick in COLUMNS
    ]
    context = {
        "here": "triage",
        "columns": columns,
        "now": now,
        "area": code,
        "areas": areas_of(scope),
    }
    return render(request, "cases/triage.html", context)


def _cards(seen: QuerySet[Case], now: dt.datetime) -> dict[str, list[Case]]:
    """The most urgent cases of each state, one more than is shown; what has no cell comes first.

    Two queries: an index in this order gives the first few of each state without a sort.
    """
    states = [state for group, _quick_steps in COLUMNS for state in group]
    firsts = [
        seen.filter(state=state).order_by("placed", "due_at", "pk").values("pk")[: CARDS + 1]
        for state in states
    ]
    keys = [row["pk"] for row in firsts[0].union(*firsts[1:], all=True)]
    rows = Case.objects.filter(pk__in=keys).order_by("placed", "due_at", "pk")
    found: dict[str, list[Case]] = {str(state): [] for state in states}
    for case in dated(rows.select_related(*SHOWN), now):
        # One that ended in between is shown no more.
        found.setdefault(case.state, []).append(case)
    return found


def _quick(case: Case, steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    """Steps that one press on the card takes; the case's page has all others."""
    found = []
    for step in steps:
        if step == Step.DISPATCH and case.crew_id is None:
            continue
        if step == Step.VERIFY and (case.state != State.DONE or case.category.recheck):
            continue
        if step == Step.CLOSE and case.state != State.VERIFIED:
            continue
        label = str(step.label)
        if step == Step.DISPATCH:
            label = _("Dispatch to %s") % case.crew
        found.append({"step": step.value, "label": label, "key": uuid.uuid4()})
    return found
