"""Every night: the office is reminded of what tablets sent and nobody has decided.

The coordinators of the community are told once of what has waited for a day. When it has waited
for ``ESCALATE_AFTER`` days, or nobody coordinates there, the next level up is told. A day that was
left out is made up for by the next run; running twice tells nobody twice.
"""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone

from accounts.scope import Scope
from grid.models import Level
from grid.responsibility import offices
from sync.models import Operation, Reminder
from sync.waiting import LONG, waiting

#: Days after it came.
ESCALATE_AFTER = 3
#: Operations looked at together.
BATCH = 1000


def remind(now: dt.datetime) -> int:
    """Make the reminders that are missing; how many."""
    before = Reminder.objects.count()
    late = waiting(Scope(everywhere=True), now).filter(received_at__lt=now - LONG)
    rows = late.order_by("pk").only("pk", "area_code", "received_at").iterator(BATCH)
    batch: list[Operation] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            _make(batch, now)
            batch = []
    _make(batch, now)
    return Reminder.objects.count() - before


def _make(rows: list[Operation], now: dt.datetime) -> None:
    # What was told before stays as it is: the constraint knows.
    Reminder.objects.bulk_create(_wanted(rows, now), ignore_conflicts=True)


def _wanted(rows: list[Operation], now: dt.datetime) -> Iterator[Reminder]:
    above = offices((row.area_code for row in rows), timezone.localdate(now))
    for row in rows:
        told = above[row.area_code[: Level.COMMUNITY]]
        if not told or row.received_at < now - dt.timedelta(days=ESCALATE_AFTER):
            told = told | above[row.area_code[: Level.SUBDISTRICT]]
        for member in sorted(told):
            yield Reminder(operation=row, member_id=member, made_at=now)
