"""Care plans: begun with a household's consent, renewed with it, and ended at its word."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import errors

from accounts.models import Member
from api.errors import BadInput, Conflict, NotAllowed, NotFound
from grid.responsibility import homes_of
from households import access
from households.models import (
    Cadence,
    CarePlan,
    Checklist,
    ConsentText,
    Household,
    Looked,
    Purpose,
    Visit,
    VisitState,
)
from households.rhythm import after, checked_windows, first_suitable, months_later

#: A plan is renewed with the household in its last days, not long before.
RENEW_WITHIN_DAYS = 60
#: A plan that ran on paper is taken in as far back, and one agreed to begins as far ahead.
FARTHEST_DAYS = 366


@dataclass(frozen=True)
class Consent:
    """Who said yes (``CarePlan.GivenBy``), their name, how (``CarePlan.GivenHow``), on which day,
    and to which words."""

    by: str
    name: str
    how: str
    on: dt.date
    text: ConsentText


def latest_end(starts_on: dt.date) -> dt.date:
    """The last day that a plan may run to: a year at most, then it is renewed."""
    return months_later(starts_on, 12)


@transaction.atomic
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
    must_know(member, household, now)
    today = timezone.localdate(now)
    _check_choices(purpose, cadence, checklist)
    _check_days(starts_on, ends_on, today)
    _check_consent(consent, starts_on, today)
    plan = CarePlan(
        household=household,
        area_id=household.area_id,
        purpose=purpose,
        cadence=cadence,
        windows=checked_windows(windows),
        checklist=checklist,
        starts_on=starts_on,
        ends_on=ends_on,
        recorded_by=member,
        **_as_kept(consent),
    )
    _save_new(plan)
    plan_visit(plan, first_suitable(plan.windows, max(starts_on, today)))
    access.record(member, [household], Looked.CHANGE, now=now)
    return plan


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
    _check_days(starts_on, until, today)
    _check_consent(consent, starts_on, today)
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
    _save_new(fresh)
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
    if not homes_of(member, timezone.localdate(now)).covers(household.area.code):
        raise NotAllowed(
            _("Households are known only to who is responsible for their cell or community.")
        )


def plan_visit(plan: CarePlan, on: dt.date, climbed_at: dt.datetime | None = None) -> Visit | None:
    """The plan's next visit; none where the plan has ended by then or was withdrawn."""
    if plan.withdrawn_at is not None or on > plan.ends_on:
        return None
    return Visit.objects.create(
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


def _save_new(plan: CarePlan) -> None:
    """Raises Conflict for a second plan with the same purpose in the same days."""
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
    except IntegrityError as error:
        if not isinstance(error.__cause__, errors.ExclusionViolation):
            raise
        raise Conflict(
            _("The household has a plan for this purpose in these days. Renew or withdraw that.")
        ) from error


def _check_choices(purpose: str, cadence: str, checklist: Checklist) -> None:
    if purpose not in Purpose.values:
        _refuse("purpose", _("Choose what the visits are for."))
    if cadence not in Cadence.values:
        _refuse("cadence", _("Choose how often the household is visited."))
    if checklist.retired:
        _refuse("checklist", _("This checklist is no longer used; choose another."))


def _check_days(starts_on: dt.date, ends_on: dt.date, today: dt.date) -> None:
    if abs(starts_on - today) > dt.timedelta(days=FARTHEST_DAYS):
        _refuse("starts_on", _("A plan begins within a year of today."))
    if ends_on < max(starts_on, today):
        _refuse("ends_on", _("A plan ends after it begins, and not in the past."))
    if ends_on > latest_end(starts_on):
        _refuse(
            "ends_on", _("A plan runs for a year at most; then it is renewed with the household.")
        )


def _check_consent(consent: Consent, starts_on: dt.date, today: dt.date) -> None:
    if consent.by not in CarePlan.GivenBy.values:
        _refuse("consent_by", _("Say who gave the consent."))
    if consent.how not in CarePlan.GivenHow.values:
        _refuse("consent_how", _("Say how the consent was given."))
    if consent.by == CarePlan.GivenBy.REPRESENTATIVE and not consent.name.strip():
        _refuse("consent_name", _("Note the name of the representative who gave the consent."))
    if consent.on > min(starts_on, today):
        _refuse("consent_on", _("Consent comes first: not after the plan begins or after today."))
    if starts_on - consent.on > dt.timedelta(days=FARTHEST_DAYS):
        _refuse("consent_on", _("This consent is more than a year old. Ask the household again."))


def _refuse(field: str, sentence: str) -> None:
    raise BadInput(sentence, fields={field: [sentence]})
