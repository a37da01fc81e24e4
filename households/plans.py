"""Care plans: begun with a household's consent, renewed with it, and ended at its word."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.scope import Scope
from api.errors import Conflict, GridwalkError, NotAllowed, NotFound
from grid.responsibility import homes_of
from households import access
from households.models import (
    CarePlan,
    Checklist,
    Household,
    Looked,
    Visit,
    VisitState,
)
from households.plan_rules import (
    Consent,
    NewPlan,
    check_choices,
    check_consent,
    check_days,
)
from households.rhythm import after, checked_windows, first_suitable

#: A plan is renewed with the household in its last days, not long before.
RENEW_WITHIN_DAYS = 60


def start_plan(
    household: Household,
    *,
    purpose: str,
    cadence: str,
    windows: list[dict[str, Any]],
    checklist: Checklist,
    starts_on: dt.date,
    ends_on: dt.date,
    consent: Consent,
    member: Member,
    now: dt.datetime,
) -> CarePlan:
    """Begin visits to a household that agreed to them; its first visit is planned.

    It leaves the record of the change. Raises BadInput with the fields at fault, NotAllowed, and
    Conflict where the household has a plan for this purpose in these days.
    """
    asked = NewPlan(household, purpose, cadence, windows, checklist, starts_on, ends_on, consent)
    [answer] = start_plans([asked], member=member, now=now)
    if isinstance(answer, GridwalkError):
        raise answer
    return answer


@transaction.atomic
def start_plans(
    asked: Sequence[NewPlan], *, member: Member, now: dt.datetime
) -> list[CarePlan | GridwalkError]:
    """Begin many plans, each as `start_plan` does; five queries, however many they are.

    The answers are in the order asked: the plan, or what keeps it from beginning while the others
    begin. Of two that cannot both be, the first begins. The households come with their ``area``.
    """
    today = timezone.localdate(now)
    known = homes_of(member, today)
    answers = [_plan_or_error(one, known, member, today) for one in asked]
    begun = _save_new([one for one in answers if isinstance(one, CarePlan)])
    first = (
        _planned(plan, first_suitable(plan.windows, max(plan.starts_on, today))) for plan in begun
    )
    Visit.objects.bulk_create([visit for visit in first if visit is not None])
    access.record(member, [plan.household for plan in begun], Looked.CHANGE, now=now)
    there = {plan.pk for plan in begun}
    return [
        one if isinstance(one, GridwalkError) or one.pk in there else _second_plan()
        for one in answers
    ]


@transaction.atomic
def renew(
    plan: CarePlan, *, consent: Consent, until: dt.date, member: Member, now: dt.datetime
) -> CarePlan:
    """The plan that follows this one, agreed to anew; what was asked for stays as it is.

    It begins the day after this one ends, or today where that has passed, and its visits go on in
    the rhythm. It leaves the record of the change. Raises BadInput, NotAllowed, NotFound, and
    Conflict where the plan was withdrawn, or runs on for longer than ``RENEW_WITHIN_DAYS``.
    """
    plan = locked(plan, member, now)
    today = timezone.localdate(now)
    if plan.withdrawn_at is not None:
        raise Conflict(_("The household withdrew from this plan. Begin a new one with it."))
    if plan.ends_on - today > dt.timedelta(days=RENEW_WITHIN_DAYS):
        raise Conflict(
            _("This plan runs for a while yet. Renew it in its last %d days.") % RENEW_WITHIN_DAYS
        )
    starts_on = max(plan.ends_on + dt.timedelta(days=1), today)
    check_days(starts_on, until, today)
    check_consent(consent, starts_on, today)
    fresh = CarePlan(
        household_id=plan.household_id,
        area_id=plan.area_id,
        purpose=plan.purpose,
        cadence=plan.cadence,
        windows=plan.windows,
        checklist_id=plan.checklist_id,
        starts_on=starts_on,
        ends_on=until,
        recorded_by=member,
        **_as_kept(consent),
    )
    if not _save_new([fresh]):
        raise _second_plan()
    plan_visit(fresh, _first_of_renewed(plan, starts_on))
    access.record(member, [plan.household], Looked.CHANGE, now=now)
    return fresh


@transaction.atomic
def withdraw(plan: CarePlan, *, member: Member, now: dt.datetime) -> CarePlan:
    """End the plan at the household's word: its planned visit goes at once, everywhere.

    Doing it again changes nothing. It leaves the record of the change. Raises NotAllowed,
    NotFound.
    """
    plan = locked(plan, member, now)
    if plan.withdrawn_at is not None:
        return plan
    plan.withdrawn_at = now
    plan.save(update_fields=["withdrawn_at"])
    plan.visits.filter(state=VisitState.PLANNED).delete()
    access.record(member, [plan.household], Looked.CHANGE, now=now)
    return plan


def locked(plan: CarePlan, member: Member, now: dt.datetime) -> CarePlan:
    """The plan as it is now, kept from others until the transaction ends.

    Raises NotFound where it is gone, or the member may not know of it; NotAllowed where they may
    only look.
    """
    kept = (
        CarePlan.objects.select_for_update(of=("self",))
        .select_related("household__area")
        .filter(pk=plan.pk)
        .first()
    )
    if kept is None:
        raise NotFound
    must_know(member, kept.household, now)
    return kept


def must_know(member: Member, household: Household, now: dt.datetime) -> None:
    """Raises NotAllowed unless the household lies in the member's care today. One query."""
    _must_cover(homes_of(member, timezone.localdate(now)), household)


def _must_cover(known: Scope, household: Household) -> None:
    if not known.covers(household.area.code):
        raise NotAllowed(
            _("Households are known only to who is responsible for their cell or community.")
        )


def plan_visit(plan: CarePlan, on: dt.date, climbed_at: dt.datetime | None = None) -> Visit | None:
    """The plan's next visit; none where the plan has ended by then or was withdrawn."""
    visit = _planned(plan, on, climbed_at)
    if visit is not None:
        visit.save(force_insert=True)
    return visit


def _planned(plan: CarePlan, on: dt.date, climbed_at: dt.datetime | None = None) -> Visit | None:
    if plan.withdrawn_at is not None or on > plan.ends_on:
        return None
    return Visit(
        plan=plan,
        household_id=plan.household_id,
        area_id=plan.area_id,
        planned_for=on,
        climbed_at=climbed_at,
    )


def _first_of_renewed(plan: CarePlan, starts_on: dt.date) -> dt.date:
    """The first day of the old plan's rhythm that the new plan has."""
    next_one = plan.visits.filter(state=VisitState.PLANNED).first()
    made = plan.visits.exclude(state=VisitState.PLANNED).order_by("-at", "-pk").first()
    if next_one is not None:
        day = next_one.planned_for
    elif made is not None and made.at is not None:
        day = after(plan.cadence, plan.windows, timezone.localdate(made.at), made.state)
    else:
        day = first_suitable(plan.windows, starts_on)
    while day < starts_on:
        day = after(plan.cadence, plan.windows, day)
    return day


def _as_kept(consent: Consent) -> dict[str, Any]:
    return {
        "consent_by": consent.by,
        "consent_name": consent.name.strip(),
        "consent_how": consent.how,
        "consent_on": consent.on,
        "consent_text": consent.text,
    }


def _plan_or_error(
    asked: NewPlan, known: Scope, member: Member, today: dt.date
) -> CarePlan | GridwalkError:
    """The plan, not saved yet, or what `start_plan` raises before it asks the database."""
    try:
        _must_cover(known, asked.household)
        check_choices(asked.purpose, asked.cadence, asked.checklist)
        check_days(asked.starts_on, asked.ends_on, today)
        check_consent(asked.consent, asked.starts_on, today)
        windows = checked_windows(asked.windows)
    except GridwalkError as error:
        return error
    return CarePlan(
        household=asked.household,
        area_id=asked.household.area_id,
        purpose=asked.purpose,
        cadence=asked.cadence,
        windows=windows,
        checklist=asked.checklist,
        starts_on=asked.starts_on,
        ends_on=asked.ends_on,
        recorded_by=member,
        **_as_kept(asked.consent),
    )


def _save_new(plans: list[CarePlan]) -> list[CarePlan]:
    """Those that are stored now; a second one with the same purpose in the same days is not.

    The exclusion constraint decides, which knows of what others begin at this moment. Only that
    one is passed over in silence: ids are new, and no other constraint is about two rows.
    """
    CarePlan.objects.bulk_create(plans, ignore_conflicts=True)
    keys = [plan.pk for plan in plans]
    stored = set(CarePlan.objects.filter(pk__in=keys).values_list("pk", flat=True))
    return [plan for plan in plans if plan.pk in stored]


def _second_plan() -> Conflict:
    return Conflict(
        _("The household has a plan for this purpose in these days. Renew or withdraw that.")
    )
