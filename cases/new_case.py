"""``/cases/new/``: a member's report, after similar open cases were shown."""

import uuid
from collections.abc import Sequence
from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View

from accounts.models import Member
from api.errors import GridwalkError
from cases.deeds import Deed
from cases.handling import take_step
from cases.lamps import UNKNOWN, lamp_meant
from cases.models import Case, Category, Photo, Source
from cases.office import UUID, member_of, sent_photos, with_addresses
from cases.office_forms import NewCaseForm
from cases.photo_views import limits
from cases.report_form import in_groups
from cases.reporting import Report, take_in
from cases.similar import similar
from cases.transitions import Step
from cases.views import with_pictures
from streetlights.models import Lamp


@method_decorator(login_required, name="dispatch")
class NewCase(View):
    """``/cases/new/``: a member's report; similar open cases are shown before it is sent."""

    def get(self, request: HttpRequest) -> HttpResponse:
        start = {name: request.GET.get(name, "") for name in ("lon", "lat", "category", "back")}
        # Who sends here may know the case by a key of their own.
        key = request.GET.get("key", "")
        start["key"] = key if UUID.fullmatch(key) else str(uuid.uuid4())
        return self._shown(request, NewCaseForm(initial=start))

    def post(self, request: HttpRequest) -> HttpResponse:
        member, now = member_of(request), timezone.now()
        form = NewCaseForm(request.POST, request.FILES)
        kept: list[Photo] = []
        try:
            sent_photos(request, member, now, kept)
        except GridwalkError as error:
            form.add_error(None, str(error))
        if not form.is_valid():
            return self._shown(request, form, kept=kept, status=400)
        given = form.cleaned_data
        if before := Case.objects.filter(key=given["key"], reporter=member).first():
            return redirect(_back(form) or reverse("case", args=[before.pk]))
        try:
            if same := request.POST.get("same"):
                return self._confirmed(request, form, same, kept)
            report = self._report(form, member, kept)
            lamp, choice = lamp_meant(
                report.category, report.location, request.POST.get("which", "")
            )
            if choice:
                return self._shown(request, form, which=choice, kept=kept)
            if lamp is not None:
                report = replace(report, lamp=lamp, location=lamp.location)
            known = [] if given["anyway"] else self._known(report)
            if known:
                return self._shown(request, form, known=known, kept=kept)
            with transaction.atomic():
                case, _new = take_in(report, now=now)
        except IntegrityError:
            # The same page, sent twice at the same moment: the other one was first.
            case = get_object_or_404(Case, key=given["key"], reporter=member)
        except GridwalkError as error:
            form.add_error(None, str(error))
            return self._shown(request, form, kept=kept, status=400)
        messages.success(request, _("Reported as case #%s.") % case.pk)
        return redirect(_back(form) or reverse("case", args=[case.pk]))

    def _known(self, report: Report) -> list[Case]:
        return with_pictures(list(similar(report.category, report.location, report.lamp)))

    def _report(self, form: NewCaseForm, member: Member, kept: list[Photo]) -> Report:
        given, point = form.cleaned_data, form.point()
        if point is None:
            raise GridwalkError(_("Tap the place on the map, or use your position."))
        return Report(
            key=given["key"],
            category=Category.objects.get(code=given["category"]),
            location=point,
            source=Source.MEMBER,
            reporter=member,
            description=given["description"],
            whereabouts=given["whereabouts"],
            photos=kept,
        )

    def _confirmed(
        self, request: HttpRequest, form: NewCaseForm, same: str, kept: list[Photo]
    ) -> HttpResponse:
        """“The same thing”: the known case counts one more, and no second one is made."""
        number = int(same) if same.isascii() and same.isdigit() and len(same) < 19 else 0
        case = get_object_or_404(Case.objects.open(), pk=number)
        given = form.cleaned_data
        deed = Deed(
            Step.CONFIRM,
            member_of(request),
            key=given["key"],
            note=given["description"],
            photos=kept,
        )
        take_step(case, deed, now=timezone.now())
        messages.success(request, _("Thank you: case #%s counts one more.") % number)
        return redirect(_back(form) or "cases")

    def _shown(
        self,
        request: HttpRequest,
        form: NewCaseForm,
        known: Sequence[Case] = (),
        which: Sequence[Lamp] = (),
        kept: Sequence[Photo] = (),
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "form": form,
            "groups": in_groups(Category.objects.in_use()),
            "known": known,
            "which": which,
            "lamp_answer": "" if which else request.POST.get("which", ""),
            "unknown": UNKNOWN,
            "kept": with_addresses(kept),
            "now": timezone.now(),
            **limits(),
        }
        return render(request, "cases/new.html", context, status=status)


def _back(form: NewCaseForm) -> str:
    """The page of this site that sent here, "" where none did."""
    back: str = form.cleaned_data["back"]
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else ""
