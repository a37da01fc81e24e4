"""Visits: recorded once, whatever is sent twice or late, and the next one planned after each."""

import datetime as dt
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import BadInput, Conflict
from households import access
from households.models import CarePlan, ChecklistItem, Looked, Visit, VisitState
from households.plans import locked, plan_visit
from households.rhythm import after, step

#: A tablet's clock may be so far ahead.
CLOCK_SKEW = dt.timedelta(minutes=5)
#: What waited on a tablet longer than this is a mistake of its clock.
OLDEST = dt.timedelta(days=31)
#: Nobody home so many times in a row, and the coordinator is told at once.
NOBODY_HOME_TIMES = 3
#: What may be answered to each kind of question.
ANSWERS = {
    ChecklistItem.Kind.FINE: ("fine", "attention"),
    ChecklistItem.Kind.YES_NO: ("yes", "no"),
}
#: Answers that something has to follow from: questions are worded so that yes is one.
CALLING = frozenset({"attention", "yes"})


@transaction.atomic
def record_visit(
    visit: Visit | CarePlan,
    *,
    key: UUID,
    state: str,
    answers: dict[str, str],
    at: dt.datetime | None = None,
    member: Member,
    now: dt.datetime,
    late: bool = False,
) -> Visit:
    """Note that a member was at the door of a plan's household, and plan the next visit.

    ``visit`` is the plan, or any of its visits; ``key`` becomes the id of the visit made, and the
    same key again gives the first one. Visits may come in any order: the latest made decides when
    the next one is (`households.rhythm.after`). A visit made before the household withdrew is
    taken in, and none is planned after it. ``late`` takes in one of more than a month ago.

    Raises:
        BadInput: the state, the time or the answers are not valid; with the fields at fault.
        Conflict: the key was used for another visit, or the household had withdrawn by then.
        NotFound: the plan is gone, or the member may not know of it.
        NotAllowed: the member may not visit this household.
    """
    plan = locked(visit if isinstance(visit, CarePlan) else CarePlan(pk=visit.plan_id), member, now)
    known = Visit.objects.filter(pk=key).exclude(plan=plan, state=VisitState.PLANNED).first()
    if known is not None:
        return _again(known, plan, state, answers, member)
    at = _checked_time(at, now, late=late)
    if state not in VisitState.values or state == VisitState.PLANNED:
        _refuse("state", _("Say how the visit ended."))
    _check_in_plan(plan, at)
    _check_answers(plan, state, answers)
    return _kept(plan, key, now, state=state, answers=answers, at=at, member=member)


@transaction.atomic
def move(visit: Visit, to: dt.date, *, member: Member, now: dt.datetime) -> Visit:
    """Plan the visit for another day: from today on, by one turn of the rhythm at most.

    Raises BadInput, Conflict where the visit is no longer planned, NotAllowed, NotFound.
    """
    plan = locked(CarePlan(pk=visit.plan_id), member, now)
    planned = plan.visits.filter(pk=visit.pk, state=VisitState.PLANNED).first()
    if planned is None:
        raise Conflict(_("This visit was made or cancelled meanwhile. Look at the list again."))
    return _put(planned, plan, to, timezone.localdate(now))


@transaction.atomic
def add(plan: CarePlan, on: dt.date, *, member: Member, now: dt.datetime) -> Visit:
    """Plan a visit for that day: the next one comes then instead of when it was planned.

    Raises BadInput, Conflict where the plan is not in force, NotAllowed, NotFound.
    """
    plan = locked(plan, member, now)
    if plan.withdrawn_at is not None:
        raise Conflict(_("The household withdrew from this plan: there are no more visits."))
    planned = plan.visits.filter(state=VisitState.PLANNED).first()
    if planned is None:
        planned = Visit(plan=plan, household_id=plan.household_id, area_id=plan.area_id)
    return _put(planned, plan, on, timezone.localdate(now))


@transaction.atomic
def led_to(visit: Visit, case: int, *, member: Member, now: dt.datetime) -> None:
    """Note the number of the case that followed from a visit that was made; the first one stays.

    ``visit`` comes with its household and area. It leaves the record of the change.
    """
    kept = Visit.objects.select_for_update().get(pk=visit.pk)
    if kept.case_number is None and kept.state == VisitState.DONE:
        kept.case_number = case
        kept.save(update_fields=["case_number"])
        access.record(member, [visit.household], Looked.CHANGE, now=now)


class HomeOfPlan(NamedTuple):
    """Whose plan it is, and since when the household wants no more visits by it, if so."""

    household: UUID
    area_code: str
    withdrawn_at: dt.datetime | None


def home_of_plan(plan: UUID) -> HomeOfPlan | None:
    """The household of a plan and its area's code, also for who may not see it; None: gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT home, code, withdrawn FROM households_home_of_plan(%s)", [plan])
        home, code, withdrawn = cursor.fetchone()
    return None if home is None else HomeOfPlan(home, code, withdrawn)


def _put(visit: Visit, plan: CarePlan, on: dt.date, today: dt.date) -> Visit:
    if not max(today, plan.starts_on) <= on <= plan.ends_on:
        _refuse("planned_for", _("Choose a day from today on, while the plan lasts."))
    if on > step(plan.cadence, max(today, plan.starts_on)):
        _refuse("planned_for", _("This is later than the household agreed to be visited."))
    visit.planned_for = on
    visit.save()
    return visit


def _again(
    known: Visit, plan: CarePlan, state: str, answers: dict[str, str], member: Member
) -> Visit:
    """What was sent before. Raises Conflict where it was something else."""
    same = (known.plan_id, known.state, known.answers, known.member_id)
    if same != (plan.pk, state, answers, member.pk):
        raise _used()
    return known


def _kept(plan: CarePlan, key: UUID, now: dt.datetime, *, at: dt.datetime, **made: Any) -> Visit:
    """The visit made, and the next one where this is the latest of the plan."""
    planned = plan.visits.filter(state=VisitState.PLANNED).first()
    on = timezone.localdate(at)
    latest = not plan.visits.filter(at__gt=at).exists()
    if latest and planned is not None:
        planned.delete()
    try:
        with transaction.atomic():
            visit = Visit.objects.create(
                id=key,
                plan=plan,
                household_id=plan.household_id,
                area_id=plan.area_id,
                planned_for=planned.planned_for if latest and planned is not None else on,
                at=at,
                **made,
            )
    except IntegrityError as error:
        # Somebody else's visit has this key, which the member may not know of.
        raise _used() from error
    if latest:
        told = _told(plan, planned, visit, now)
        plan_visit(plan, after(plan.cadence, plan.windows, on, visit.state), told)
    return visit


def _told(
    plan: CarePlan, planned: Visit | None, visit: Visit, now: dt.datetime
) -> dt.datetime | None:
    """When the coordinator was told of a household that this visit did not reach either."""
    if visit.state != VisitState.NOBODY_HOME:
        return None
    if planned is not None and planned.climbed_at is not None:
        return planned.climbed_at
    made = plan.visits.exclude(state=VisitState.PLANNED).order_by("-at", "-pk")
    last = list(made.values_list("state", flat=True)[:NOBODY_HOME_TIMES])
    return now if last == [VisitState.NOBODY_HOME] * NOBODY_HOME_TIMES else None


def _used() -> Conflict:
    return Conflict(_("Another visit was sent with this key. Give yours a key of its own."))


def _checked_time(at: dt.datetime | None, now: dt.datetime, *, late: bool) -> dt.datetime:
    if at is None:
        return now
    if at > now + CLOCK_SKEW:
        _refuse("at", _("This time lies in the future. Check the clock of the device."))
    if at < now - OLDEST and not late:
        _refuse("at", _("This is more than a month ago; it can no longer be recorded."))
    return min(at, now)


def _check_in_plan(plan: CarePlan, at: dt.datetime) -> None:
    if plan.withdrawn_at is not None and at >= plan.withdrawn_at:
        raise Conflict(_("The household withdrew from this plan: there are no more visits."))
    if not plan.starts_on <= timezone.localdate(at) <= plan.ends_on:
        raise Conflict(_("The plan was not in force on that day, so there was no visit to make."))


def _check_answers(plan: CarePlan, state: str, answers: dict[str, str]) -> None:
    """Every question that must be answered, and nothing but answers. Raises BadInput."""
    if state != VisitState.DONE:
        if answers:
            _refuse("answers", _("Only a visit that was made has answers."))
        return
    # A tablet may have asked a question that was retired since.
    asked = {item.key: item for item in plan.checklist.items.all()}
    for key, answer in answers.items():
        if key not in asked or answer not in ANSWERS[ChecklistItem.Kind(asked[key].kind)]:
            _refuse("answers", _("Choose one of the answers to each question."))
    missing = [
        str(item)
        for key, item in asked.items()
        if item.must and not item.retired and key not in answers
    ]
    if missing:
        _refuse("answers", _("Not answered yet: %s") % ", ".join(missing))


def _refuse(field: str, sentence: str) -> None:
    raise BadInput(sentence, fields={field: [sentence]})
