"""``/care/visits/<uuid>/follow-up/``: what a visit found to be mended becomes a case.

The case knows the building and what is broken, and nothing about the household: no door, no name,
no words. Whoever mends it asks the member who reported it for the way in.
"""

import uuid
from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.contrib.gis.db.models.functions import PointOnSurface
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from accounts.api import signed_in
from accounts.models import Member
from api.errors import BadInput, GridwalkError, NotFound
from cases.models import Case, Category, Source
from cases.report_form import in_groups
from cases.reporting import Report, take_in
from households import access
from households.models import Looked, Visit, VisitState
from households.visits import CALLING, led_to


def proposed(visit: Visit) -> list[str]:
    """Codes of categories that the visit's answers call for, in the order of the questions."""
    called = [
        item.case_category
        for item in visit.plan.checklist.items.all()
        if item.case_category and visit.answers.get(item.key) in CALLING
    ]
    return list(dict.fromkeys(called))


@transaction.atomic
def follow_up(visit: Visit, category: Category, member: Member) -> Case:
    """The case that follows from a visit that was made; asked again, the same one.

    Call with the member's eyes. Raises BadInput, OutsideArea.
    """
    now = timezone.now()
    kept = Visit.objects.select_for_update().get(pk=visit.pk)
    if kept.case_number is not None:
        return Case.objects.get(pk=kept.case_number)
    if kept.state != VisitState.DONE:
        raise BadInput(_("Only a visit that was made has something to follow."))
    place = visit.location  # type: ignore[attr-defined]
    if place is None:
        raise BadInput(_("This building has left the map. Report the case on the map instead."))
    case, _new = take_in(
        Report(
            category=category,
            location=place,
            source=Source.MEMBER,
            reporter=member,
            key=uuid.uuid4(),
            whereabouts=visit.household.door.address,
            simulated=visit.household.simulated,
        ),
        now=now,
    )
    led_to(visit, case.pk, member=member, now=now)
    return case


@method_decorator(access.eyes_of_member, name="dispatch")
class FollowUp(View):
    """Choose what is to be mended; what the answers call for is proposed first."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        visit = _visit(pk, member)
        access.look(member, visit.household_id, Looked.PAGE, now=now)
        return self._shown(request, visit)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        visit = _visit(pk, member)
        code = request.POST.get("category", "")
        category = Category.objects.in_use().filter(code=code[:40]).first()
        try:
            if category is None:
                raise BadInput(_("Choose what is to be mended."))
            case = follow_up(visit, category, member)
        except GridwalkError as error:
            access.record(member, [visit.household], Looked.PAGE, now=now)
            return self._shown(request, visit, str(error))
        messages.success(request, _("Reported as case #%s.") % case.pk)
        return redirect("case", case.pk)

    def _shown(self, request: HttpRequest, visit: Visit, error: str = "") -> HttpResponse:
        called = _in_use(proposed(visit))
        # The answer that led here, else the first that calls for something.
        codes = [leaf.code for leaf in called]
        asked = request.GET.get("category", "")
        context = {
            "visit": visit,
            "door": visit.household.door,
            "proposed": called,
            "chosen": asked if asked in codes else next(iter(codes), ""),
            "groups": in_groups(Category.objects.in_use()),
            "error": error,
            "here": "care",
            "page": "due",
            "cares": True,
        }
        status = 400 if error else 200
        return render(request, "households/follow_up.html", context, status=status)


def _visit(pk: UUID, member: Member) -> Visit:
    """A visit that was made to a household in the member's care. Raises NotFound, NotAllowed."""
    found = (
        Visit.objects.filter(pk=pk, area__in=access.must_care(member, timezone.now()))
        .exclude(state=VisitState.PLANNED)
        .select_related("plan__checklist", "household__door", "household__area")
        .defer("household__contact", "plan__consent_name")
        .annotate(location=PointOnSurface("household__door__building__footprint"))
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _in_use(codes: Sequence[str]) -> list[Category]:
    found = {leaf.code: leaf for leaf in Category.objects.in_use().filter(code__in=codes)}
    return [found[code] for code in codes if code in found]
