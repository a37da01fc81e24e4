"""``/cases/ID/``: everything about one case, and the next legal steps as buttons."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import F, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from accounts.models import Member
from api.errors import GridwalkError
from cases.deeds import Deed
from cases.edits import FIELDS
from cases.handling import possible_steps, take_step
from cases.listing import visible
from cases.models import AwaitedPhoto, Case, Event, Photo, Reminder
from cases.office import SHOWN, dated, member_of, sent_photos, with_addresses
from cases.office_forms import StepForm
from cases.photo_views import limits
from cases.transitions import Step
from grid.models import Area, Level


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
                note=given.get("note", ""),
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
        dated([case], now)
        on_the_way = Prefetch("awaited", AwaitedPhoto.objects.exclude(received=F("bytes")))
        events = list(case.events.select_related("author").prefetch_related("photos", on_the_way))
        codes = [case.area_code[:length] for length in Level.values]
        context = {
            "case": case,
            "now": now,
            "steps": steps,
            "failed": next(iter(forms.values()), None),
            "kept": with_addresses(kept),
            **limits(),
            "events": [_told(event) for event in events],
            "areas": Area.objects.filter(code__in=codes).only("code", "name").order_by("code"),
            "children": case.children.select_related("category", "lamp").order_by("pk"),
            "duplicates": case.duplicates.select_related("category"),
            "place": json.dumps([case.location.x, case.location.y]),
        }
        return render(request, "cases/case.html", context, status=status)


@dataclass(frozen=True)
class Told:
    """A step as the history shows it; ``coming`` photos are on the way, ``refused`` unreadable."""

    event: Event
    label: str
    edited: str
    coming: int
    refused: int


def _told(event: Event) -> Told:
    rows = event.awaited.all()
    refused = sum(1 for row in rows if row.problem)
    edited = ", ".join(str(FIELDS.get(name, name)) for name in event.details.get("fields", ()))
    return Told(event, str(Step(event.step).label), edited, len(rows) - refused, refused)


def _after(request: HttpRequest, number: int) -> str:
    """Back to the board where the step was taken from it."""
    return "/cases/triage/" if request.POST.get("from") == "triage" else f"/cases/{number}/"
