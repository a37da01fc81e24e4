"""The pages of members: list, case, triage, and what volunteers claim."""

import datetime as dt
import json
import re
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from accounts.models import Member, Role
from accounts.scope import Scope
from api.errors import GridwalkError
from cases import photos
from cases.api import CasePages
from cases.deeds import MOST_PHOTOS, Deed
from cases.effects import MOST_CLAIMS
from cases.handling import possible_steps, take_step
from cases.listing import CaseQuery, chosen, visible
from cases.models import Case, Event, Photo, Reminder, State
from cases.office_forms import StepForm, category_choices
from cases.photo_views import limits
from cases.transitions import Step
from grid.models import Area, Level
from grid.responsibility import scope_of

SHOWN = ("category__parent", "responsible", "assignee", "crew")
#: A count beyond this says “more than”; counting a million rows takes longer than the page.
COUNT_TO = 999
#: Cards of one column of the board.
CARDS = 50
#: Rows of one page of the list.
ROWS = 50
#: A list to choose from that is longer helps nobody; the address takes any code.
MOST_AREAS = 200
#: What a volunteer is asked for in a year.
YEARS_CLAIMS = 2
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
COLUMNS = (
    ((State.REPORTED,), (Step.ACCEPT,)),
    ((State.ACCEPTED,), (Step.DISPATCH,)),
    ((State.DISPATCHED, State.IN_PROGRESS), ()),
    ((State.ON_HOLD,), (Step.RESUME,)),
    ((State.DONE, State.VERIFIED), (Step.VERIFY, Step.CLOSE)),
)


def member_of(request: HttpRequest) -> Member:
    """Who is signed in, for views that nobody else reaches."""
    assert isinstance(request.user, Member)  # noqa: S101  every page here is for who is signed in
    return request.user


def _counted(cases: QuerySet) -> int:
    """How many, up to one more than is told."""
    return cases.order_by()[: COUNT_TO + 1].count()


def _dated(cases: Iterable[Case], now: dt.datetime) -> list[Case]:
    """The cases, each knowing whether it is late; templates cannot ask for a moment."""
    found = list(cases)
    for case in found:
        case.late = case.is_overdue(now)  # type: ignore[attr-defined]
    return found


@method_decorator(login_required, name="dispatch")
class CaseList(View):
    """``/cases/``: the filters are in the address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        member, now = member_of(request), timezone.now()
        wrapped = Request(request)
        problem = ""
        try:
            asked = CaseQuery.of(wrapped)
        except (ValidationError, GridwalkError) as error:
            asked, problem = {}, _("One of the filters is not valid, so none is used.")
            if isinstance(error, GridwalkError):
                problem = str(error)
        if not request.GET:
            asked["state"] = ["open"]
        scope = scope_of(member, timezone.localdate(now))
        seen = visible(member, timezone.localdate(now), scope)
        rows = chosen(seen, asked, member, now).select_related(*SHOWN)
        pages = CasePages()
        pages.page_size = ROWS
        try:
            found = _dated(pages.paginate_queryset(rows, wrapped, view=None) or [], now)
        except NotFound:  # an address that was cut short: begin at the first page
            return redirect("cases")
        context = {
            "here": "cases",
            "cases": found,
            "address": request.GET.urlencode() or "state=open",
            "asked": asked,
            "chosen_state": ",".join(asked.get("state", [])),
            "older": pages.get_next_link(),
            "newer": pages.get_previous_link(),
            "problem": problem,
            "overdue": _counted(seen.overdue(now)),
            "soon": _counted(chosen(seen, {"due": "soon"}, member, now)),
            "open": _counted(seen.open()),
            "count_to": COUNT_TO,
            "now": now,
            "states": State.choices,
            "categories": category_choices(empty=_("All categories")),
            "areas": _areas(scope),
            "reminders": _reminders(member),
        }
        return render(request, "cases/list.html", context)


def _areas(scope: Scope) -> list[Area]:
    """Areas to choose from: those covered, and all below them."""
    rows = Area.objects.current().in_scope(scope).only("code", "name")
    return list(rows.order_by("level", "code")[:MOST_AREAS])


def _reminders(member: Member) -> list[Reminder]:
    """What the member was reminded of and has not looked at, the latest due time first."""
    unseen = Reminder.objects.filter(member=member, seen_at=None).exclude(
        case__state__in=[State.CLOSED, State.DECLINED, State.MERGED, State.DONE, State.VERIFIED]
    )
    return list(unseen.select_related("case__category").order_by("due_at")[:20])


def with_addresses(photos: Sequence[Photo]) -> list[tuple[uuid.UUID, str]]:
    """What a page that comes back names and shows its photos by."""
    return [(photo.pk, reverse("photo", args=[photo.pk, "320"])) for photo in photos]


def sent_photos(request: HttpRequest, member: Member, now: dt.datetime, kept: list[Photo]) -> None:
    """Add to ``kept`` the photos just sent, and those the same page sent before.

    Raises GridwalkError for the first that is refused; the others are in ``kept`` all the same.
    """
    words = request.POST.getlist("kept")[:MOST_PHOTOS]
    keys = [word for word in words if UUID.fullmatch(word)]
    kept += Photo.objects.filter(pk__in=keys, event=None, uploader=member)
    sent = request.FILES.getlist("photo")
    if len(kept) + len(sent) > MOST_PHOTOS:
        message = _("A step takes %s photos at most; choose the ones that show it best.")
        raise GridwalkError(message % MOST_PHOTOS)
    refused: list[GridwalkError] = []
    for file in sent:
        try:
            kept.append(photos.keep(file, member, now=now))
        except GridwalkError as error:
            refused.append(error)
    if refused:
        raise refused[0]


@method_decorator(login_required, name="dispatch")
class CasePage(View):
    """``/cases/ID/``: everything about one case, and the next legal steps as buttons."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        return self._shown(request, self._case(request, number), {})

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        case, member, now = self._case(request, number), member_of(request), timezone.now()
        name = request.POST.get("step", "")
        if name not in Step.values or name == Step.REPORT:
            return redirect("case", number)
        step = Step(name)
        form = StepForm(case, step, request.POST, request.FILES, on=timezone.localdate(now))
        kept: list[Photo] = []
        if form.is_valid():
            try:
                # Outside: what goes wrong below does not take the photos with it.
                sent_photos(request, member, now, kept)
                with transaction.atomic():
                    self._take(case, form, kept, member, now)
            except GridwalkError as error:
                form.refuse(error)
            else:
                messages.success(request, _("Done: %s.") % step.label)
                return redirect(_after(request, number))
        fresh = self._case(request, number)
        form.go_on_from(fresh.version)
        return self._shown(request, fresh, {step: form}, kept, status=409)

    def _take(
        self, case: Case, form: StepForm, kept: list[Photo], member: Member, now: dt.datetime
    ) -> None:
        given, details = form.cleaned_data, form.details()
        if number := given.get("into"):
            into = visible(member, timezone.localdate(now)).filter(pk=number).first()
            if into is None:
                raise GridwalkError(_("There is no case #%s that you may see.") % number)
            details["into"] = into
        take_step(
            case,
            Deed(
                step=form.taken,
                author=member,
                key=given["key"],
                version=given["version"],
                note=given["note"],
                public=given.get("public", False),
                location=form.point(),
                photos=kept,
                details=details,
            ),
            now=now,
        )

    def _case(self, request: HttpRequest, number: int) -> Case:
        rows = visible(member_of(request), timezone.localdate()).select_related(
            *SHOWN, "lamp", "reporter", "parent__category", "merged_into__category", "claimed_by"
        )
        return get_object_or_404(rows, pk=number)

    def _shown(
        self,
        request: HttpRequest,
        case: Case,
        forms: dict[Step, StepForm],
        kept: Sequence[Photo] = (),
        status: int = 200,
    ) -> HttpResponse:
        member, now = member_of(request), timezone.now()
        today = timezone.localdate(now)
        Reminder.objects.filter(case=case, member=member, seen_at=None).update(seen_at=now)
        steps = [
            forms.get(step) or StepForm(case, step, on=today)
            for step in possible_steps(case, member, today)
        ]
        _dated([case], now)
        events = list(case.events.select_related("author").prefetch_related("photos"))
        codes = [case.area_code[:length] for length in Level.values]
        context = {
            "case": case,
            "now": now,
            "steps": steps,
            "failed": next(iter(forms.values()), None),
            "kept": with_addresses(kept),
            **limits(),
            "events": [(event, Step(event.step).label) for event in events],
            "areas": Area.objects.filter(code__in=codes).only("code", "name").order_by("code"),
            "children": case.children.select_related("category", "lamp").order_by("pk"),
            "duplicates": case.duplicates.select_related("category"),
            "place": json.dumps([case.location.x, case.location.y]),
        }
        return render(request, "cases/case.html", context, status=status)


def _after(request: HttpRequest, number: int) -> str:
    """Back to the board where the step was taken from it."""
    return "/cases/triage/" if request.POST.get("from") == "triage" else f"/cases/{number}/"


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
        "areas": _areas(scope),
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
    for case in _dated(rows.select_related(*SHOWN), now):
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
        "held": _dated(Case.objects.open().filter(claimed_by=member).select_related(*SHOWN), now),
        "free": _dated(free.select_related(*SHOWN).order_by("due_at", "pk")[:100], now),
        "done": finished.values("case").distinct().count(),
        "goal": YEARS_CLAIMS,
        "most": MOST_CLAIMS,
        "now": now,
        "year": today.year,
    }
    return render(request, "cases/claims.html", context)
