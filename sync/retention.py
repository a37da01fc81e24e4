"""What could not be taken in is not kept for ever; the office sees it until then (sync/office)."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.utils.translation import gettext_noop

from cases.awaited_photos import forget
from cases.models import AwaitedPhoto
from sync.models import Conflict, Operation

EXPIRED = gettext_noop("It was not taken in within its time, and what was sent is deleted.")


def kept_for() -> str:
    shorter = min(settings.TRACK_RETENTION_DAYS, settings.QUARANTINE_RETENTION_DAYS)
    return f"{settings.QUARANTINE_RETENTION_DAYS} days from arrival, positions {shorter}"


def _limit(now: dt.datetime) -> dt.datetime:
    return now - dt.timedelta(days=settings.QUARANTINE_RETENTION_DAYS)


def over(now: dt.datetime) -> QuerySet[Operation]:
    """Operations whose content should be gone: what a walk sends holds positions of a person."""
    limit = _limit(now)
    walks = now - dt.timedelta(days=settings.TRACK_RETENTION_DAYS)
    old = Q(received_at__lt=limit) | Q(kind__startswith="patrol.", received_at__lt=walks)
    return Operation.objects.filter(old, payload__isnull=False)


def delete_payloads(now: dt.datetime) -> int:
    """Delete the content; that it came, and what was answered, stays, so it is never taken anew.

    What was still held cannot be released any more, and says so. Its photos go with it, and both
    sides of a conflict that nobody decided. Returns how many.
    """
    gone = list(over(now).values_list("pk", flat=True))
    forget(AwaitedPhoto.objects.filter(operation__in=gone, event=None))
    Conflict.objects.filter(Q(operation__in=gone) | Q(decided_at__lt=_limit(now))).delete()
    held = Q(state=Operation.State.HELD)
    ended: dict[str, Any] = {
        name: Case(When(held, then=Value(value)), default=F(name), output_field=TextField())
        for name, value in (
            ("code", "expired"),
            ("message", EXPIRED),
            ("state", Operation.State.REJECTED),
        )
    }
    return Operation.objects.filter(pk__in=gone).update(payload=None, waits_for=[], **ended)
