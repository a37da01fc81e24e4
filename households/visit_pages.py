"""``/care/visits/<uuid>/``: a visit is recorded, standing at the door; and what was recorded.

The key in the form becomes the id of the visit made: a second tap changes nothing. Of two members
who record the same planned visit the second one is told.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from accounts.api import signed_in
from accounts.models import Member
from api.errors import BadInput, GridwalkError
from households import access
from households.due_pages import Asked, last_visits, suiting
from households.links import shown
from households.models import CarePlan, ChecklistItem, Looked, Visit, VisitState
from households.plans import locked
from households.visits import ANSWERS, CALLING, record_visit

SAID = {
    "fine": gettext_lazy("Fine"),
    "attention": gettext_lazy("Needs attention"),
    "yes": gettext_lazy("Yes"),
    "no": gettext_lazy("No"),
}


@dataclass(frozen=True)
class Question:
    """One question of the form: (answer, in words) to choose from, and the one chosen."""

    item: ChecklistItem
    choices: list[tuple[str, Any]]
    chosen: str


@method_decorator(access.eyes_of_member, name="dispatch")
class VisitPage(View):
    """The form of a planned visit, or the page of one that was made; opening it is noted.

    The address keeps the filters of the list, which one comes back to.
    """

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        visit = _visit(pk, access.must_care(member, now))
        if visit is None or _is_over(visit, now):
            return _gone(request)
        access.look(member, visit.household_id, Looked.PAGE, now=now)
        if visit.state != VisitState.PLANNED:
            return _made_page(request, visit)
        return _form(request, visit, now)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        areas = access.must_care(member, now)
        key = _key(request)
        again = _visit(key, areas)
        if again is not None and again.state != VisitState.PLANNED:
            return _recorded(request, again) if again.member_id == member.pk else _gone(request)
        visit = _visit(pk, areas)
        if visit is None or not _still_planned(visit, member, now):
            return _gone(request)
        try:
            made = _record(request, visit, key, member, now)
        except GridwalkError as error:
            access.record(member, [visit.household], Looked.PAGE, now=now)
            return _form(request, visit, now, error)
        return _recorded(request, made)


def _visit(pk: UUID, areas: list[int]) -> Visit | None:
    """A visit to a household in these areas, with its door, plan and questions."""
    return (
        Visit.objects.filter(pk=pk, area__in=areas)
        .select_related("plan__checklist", "household__door", "household__area", "member")
        .prefetch_related("plan__checklist__items")
        .defer("household__contact", "plan__consent_name")
        .first()
    )


def _is_over(visit: Visit, now: dt.datetime) -> bool:
    """Whether it was planned under a plan that has ended: there is no visit to make."""
    return visit.state == VisitState.PLANNED and visit.plan.ends_on < timezone.localdate(now)


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError as error:
        raise BadInput(
            _("Open the visit again from the list: this form was incomplete.")
        ) from error


def _still_planned(visit: Visit, member: Member, now: dt.datetime) -> bool:
    """Whether nobody recorded it meanwhile; nobody else can until the transaction ends."""
    locked(CarePlan(pk=visit.plan_id), member, now)
    return Visit.objects.filter(pk=visit.pk, state=VisitState.PLANNED).exists()


def _record(
    request: HttpRequest, visit: Visit, key: UUID, member: Member, now: dt.datetime
) -> Visit:
    """Raises BadInput and Conflict as `record_visit`."""
    state = request.POST.get("state", "")
    answers = _answers(request, visit) if state == VisitState.DONE else {}
    at = _at(request.POST.get("time", ""), now)
    return record_visit(visit, key=key, state=state, answers=answers, at=at, member=member, now=now)


def _answers(request: HttpRequest, visit: Visit) -> dict[str, str]:
    given = {
        item.key: request.POST.get(f"answer-{item.key}", "")
        for item in visit.plan.checklist.items.all()
        if not item.retired
    }
    return {key: answer for key, answer in given.items() if answer}


def _at(text: str, now: dt.datetime) -> dt.datetime | None:
    """A time of today; None for now. Raises BadInput."""
    if not text:
        return None
    try:
        clock = dt.time.fromisoformat(text)
    except ValueError as error:
        sentence = _("Write the time like 09:30.")
        raise BadInput(sentence, fields={"at": [sentence]}) from error
    at = timezone.localtime(now).replace(
        hour=clock.hour, minute=clock.minute, second=0, microsecond=0
    )
    if at > now:
        sentence = _("This time is still to come. Leave it empty for now.")
        raise BadInput(sentence, fields={"at": [sentence]})
    return at


def _form(
    request: HttpRequest, visit: Visit, now: dt.datetime, error: GridwalkError | None = None
) -> HttpResponse:
    """The questions; after a refusal with what was chosen."""
    times, suits = suiting(visit.plan, now)
    questions = [
        Question(
            item,
            [(value, SAID[value]) for value in ANSWERS[ChecklistItem.Kind(item.kind)]],
            request.POST.get(f"answer-{item.key}", ""),
        )
        for item in visit.plan.checklist.items.all()
        if not item.retired
    ]
    context = {
        "visit": visit,
        "door": visit.household.door,
        "questions": questions,
        "times": times,
        "suits": suits,
        "last": last_visits([visit.household_id]).get(visit.household_id),
        "today": timezone.localdate(now),
        "time": request.POST.get("time", ""),
        "key": request.POST.get("key") or uuid.uuid4(),
        "asked": Asked.of(request.GET),
        "error": error,
    }
    status = error.http_status if error is not None else 200
    return shown(request, "visit.html", context, page="due", status=status)


def _made_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    asked = {item.key: item for item in visit.plan.checklist.items.all()}
    answered = [
        (item, SAID.get(visit.answers[key], ""), visit.answers[key] in CALLING)
        for key, item in asked.items()
        if key in visit.answers
    ]
    context = {
        "visit": visit,
        "door": visit.household.door,
        "answered": answered,
        "next": visit.plan.visits.filter(state=VisitState.PLANNED).first(),
        "asked": Asked.of(request.GET),
    }
    return shown(request, "visit_made.html", context, page="due")


def _recorded(request: HttpRequest, made: Visit) -> HttpResponse:
    """Back to the list; where an answer calls for something, to what can follow."""
    query = Asked.of(request.GET).query
    following = made.plan.visits.filter(state=VisitState.PLANNED).first()
    # Without the door: what is told waits in the browser, and whoever signs in next may read it.
    said = {"state": made.get_state_display()}
    if following is None:
        told = _("Noted: %(state)s. The plan ends before another visit.") % said
    else:
        day = date_format(following.planned_for, "DATE_FORMAT")
        told = _("Noted: %(state)s. Next visit on %(day)s.") % {**said, "day": day}
    messages.success(request, told)
    if CALLING & set(made.answers.values()):
        return redirect(reverse("care-visit", args=[made.pk]) + query)
    return redirect(reverse("care") + query)


def _gone(request: HttpRequest) -> HttpResponse:
    """Made by somebody else, cancelled, or not this member's to know."""
    context = {"asked": Asked.of(request.GET)}
    return shown(request, "visit_gone.html", context, page="due", status=404)
