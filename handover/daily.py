"""Every night: planned handovers are carried out, and who covers is reminded as who is away.

A day that was left out is made up for by the next run; running twice changes nothing more.
"""

import datetime as dt
import logging
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.models import Case, Reminder
from cases.models.cases import ENDED
from handover.giving import lock
from handover.models import Cover, Handover
from handover.moving import NotPossible, fail
from handover.moving import carry_out as hand_over

log = logging.getLogger("gridwalk.jobs")


def carry_out(now: dt.datetime) -> int:
    """Hand over what is planned until today; how many. What is not possible is told and kept."""
    today = timezone.localdate(now)
    due = Handover.objects.filter(state=Handover.State.PLANNED, starts_on__lte=today)
    done = 0
    for key in due.order_by("starts_on", "made_at", "pk").values_list("pk", flat=True):
        try:
            done += _one(key, now)
        except Exception:
            # Whatever it was, the others go on; the next night tries this one again.
            log.exception("handover %s was not carried out", key)
    return done


@transaction.atomic
def _one(key: UUID, now: dt.datetime) -> bool:
    row = Handover.objects.select_related("area").get(pk=key)
    lock(row.area.code)
    row = (
        Handover.objects.select_for_update(of=("self",))
        .select_related("area", "giver", "taker", "made_by")
        .get(pk=key)
    )
    if row.state != Handover.State.PLANNED:
        return False
    try:
        with transaction.atomic():
            hand_over(row, now)
    except NotPossible as error:
        fail(row, error, now)
        return False
    return True


def remind_covers(now: dt.datetime) -> int:
    """What who is away was reminded of and has not seen, who covers is reminded of; how many.

    Of cases in what they cover. Reminders that go by office (late below, from tablets) reach a
    cover by the role they were given.
    """
    today = timezone.localdate(now)
    covers = (
        Cover.objects.filter(
            given__starts_on__lte=today, given__ends_on__gte=today, given__member__is_active=True
        )
        .exclude(given__area=None)
        .values_list("source__member", "given__member", "given__area__code")
    )
    wanted = []
    for away, cover, code in covers:
        of = Case.objects.filter(area_code__startswith=code).exclude(state__in=ENDED)
        rows = Reminder.objects.filter(member=away, seen_at=None, case__in=of)
        wanted += [
            Reminder(case_id=case, member_id=cover, kind=kind, due_at=due_at, made_at=now)
            for case, kind, due_at in rows.values_list("case", "kind", "due_at")
        ]
    before = Reminder.objects.count()
    Reminder.objects.bulk_create(wanted, ignore_conflicts=True)
    return Reminder.objects.count() - before
