"""What happens to cases every day by itself: rest ends, and members are reminded.

The responsible member is told once that a case is due within a working day, and once that it is
overdue. When it has been overdue for ``ESCALATE_AFTER`` working days, the next level up is told.
A day that was left out is made up for by the next run; running twice tells nobody twice.
"""

import datetime as dt
import logging
from collections.abc import Iterator

from django.utils import timezone

from api.errors import GridwalkError
from cases.deeds import Deed
from cases.handling import take_step
from cases.models import Case, Reminder, State
from cases.transitions import Step
from cases.working_time import WorkingCalendar, calendar
from grid.models import Level
from grid.responsibility import offices

log = logging.getLogger("gridwalk.jobs")
#: Working days after the due time.
ESCALATE_AFTER = 3
#: Cases looked at together.
BATCH = 1000


def end_rests(now: dt.datetime) -> int:
    """Resume what was on hold until today; how many."""
    today = timezone.localdate(now)
    rested = list(Case.objects.filter(state=State.ON_HOLD, hold_until__lte=today))
    ended = 0
    for case in rested:
        try:
            take_step(case, Deed(Step.RESUME), now=now)
        except (GridwalkError, ValueError):
            # Somebody was faster, or its time cannot be counted: the others go on.
            log.exception("case %s was not resumed", case.pk)
        else:
            ended += 1
    return ended


def remind(now: dt.datetime) -> int:
    """Make the reminders that are missing; how many."""
    days = calendar()
    made = 0
    for cases in _batches(now, days):
        wanted = list(_wanted(cases, now, days))
        before = Reminder.objects.count()
        # What was told before stays as it is: the constraint knows.
        Reminder.objects.bulk_create(wanted, ignore_conflicts=True)
        made += Reminder.objects.count() - before
    return made


def _batches(now: dt.datetime, days: WorkingCalendar) -> Iterator[list[Case]]:
    """Cases that are overdue, or due within a working day."""
    soon = days.add(now, days.day_seconds)
    late = Case.objects.overdue(soon).exclude(parent__isnull=False)
    batch: list[Case] = []
    for case in late.order_by("pk").iterator(BATCH):
        batch.append(case)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _wanted(cases: list[Case], now: dt.datetime, days: WorkingCalendar) -> Iterator[Reminder]:
    above = offices((case.area_code for case in cases), timezone.localdate(now))
    for case in cases:
        if case.due_at is None:
            continue
        late = days.between(case.due_at, now)
        told: list[tuple[int, Reminder.Kind]] = []
        if case.responsible_id:
            late_now = case.due_at < now
            told.append(
                (case.responsible_id, Reminder.Kind.OVERDUE if late_now else Reminder.Kind.DUE)
            )
        if late >= ESCALATE_AFTER * days.day_seconds:
            higher = above[case.area_code[: Level.COMMUNITY]] - {case.responsible_id}
            # Where the coordinator is the one who is late, it goes a level further up.
            higher = higher or above[case.area_code[: Level.SUBDISTRICT]]
            told += [(member, Reminder.Kind.ESCALATED) for member in sorted(higher)]
        for member, kind in told:
            yield Reminder(case=case, member_id=member, kind=kind, due_at=case.due_at, made_at=now)
