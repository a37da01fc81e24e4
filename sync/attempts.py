"""Run one operation, hold it, release it, replay it."""

import datetime as dt
import json
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import acting
from accounts.models import Member
from api.errors import Conflict, GridwalkError
from grid.models import Responsibility
from sync import kinds, outcomes
from sync.announced import announce
from sync.batch import Sent, read_operation, time_of
from sync.kinds import Hold, Op
from sync.models import Operation
from sync.outcomes import Outcome, settle

State = Operation.State
#: Locks that keep an arrival and who waits for it from missing each other.
_BUCKETS = 64
_LOCK_SPACE = 0x73796E63
_LOCK = """
SELECT count({}(%s, bucket)) FROM (
    SELECT DISTINCT abs(hashtext(subject) %% %s) AS bucket FROM unnest(%s::text[]) AS subject
    ORDER BY 1
) AS buckets
"""
_WAITING = "SELECT id FROM sync_operation WHERE state = 'held' AND waits_for && %s::varchar[]"
_LOCK_SHARED = _LOCK.format("pg_advisory_xact_lock_shared")
_LOCK_ALONE = _LOCK.format("pg_advisory_xact_lock")


def attempt(
    row: Operation,
    sent: Sent,
    *,
    now: dt.datetime,
    applied: set[uuid.UUID],
    by: Member | None = None,
) -> None:
    """Run it with its member's eyes and note on the row what became of it; saves nothing.

    ``applied``: operations known to be applied, to spare a query. Before it is held it is run
    once more under a lock, so that what it waits for cannot come unseen.
    """
    outcome = _run(row, sent, now, applied, by)
    locked: set[str] = set()
    while outcome.state == State.HELD and not locked.issuperset(outcome.waits_for):
        locked.update(outcome.waits_for)
        with connection.cursor() as cursor:
            cursor.execute(_LOCK_ALONE, [_LOCK_SPACE, _BUCKETS, sorted(locked)])
        outcome = _run(row, sent, now, applied, by)
    note(row, sent, outcome)
    if row.payload is not None:
        _expect_photos(row, sent, now)


def _expect_photos(row: Operation, sent: Sent, now: dt.datetime) -> None:
    """Photos of what was not taken in come all the same, and wait with it."""
    body = sent.raw.get("body")
    if isinstance(body, dict) and body.get("photos"):
        # An id that stands for another photo already is one more thing for the office to see.
        with suppress(GridwalkError), transaction.atomic():
            announce(row.pk, body, row.member, now=now)


def note(row: Operation, sent: Sent, outcome: Outcome) -> None:
    """What was sent stays, encrypted, where it is not applied and may be kept; saves nothing."""
    if outcome.keep and outcome.state != State.APPLIED:
        outcome = _kept(row, sent, outcome)
    settle(row, outcome)
    if outcome.state == State.APPLIED or not outcome.keep:
        row.payload = None
        return
    row.payload = json.dumps(sent.raw)
    row.area_code = row.area_code or _home_of(row.member)


def _kept(row: Operation, sent: Sent, outcome: Outcome) -> Outcome:
    """The outcome with what it is about; a refusal instead where nothing of it may be kept."""
    at = time_of(_corrected(row, sent)) or row.received_at
    try:
        found = kinds.kept(sent.kind, sent.raw.get("body"), min(at, row.received_at))
    except kinds.KeepNothing as nothing:
        return outcomes.refused(nothing)
    return replace(
        outcome,
        subject=found.subject or outcome.subject,
        area_code=found.area_code or outcome.area_code,
    )


def _corrected(row: Operation, sent: Sent) -> int | None:
    return None if sent.at is None else sent.at + row.clock_off_seconds * 1000


def _run(
    row: Operation, sent: Sent, now: dt.datetime, applied: set[uuid.UUID], by: Member | None
) -> Outcome:
    if sent.fault:
        return outcomes.refused(sent.fault)
    at = time_of(_corrected(row, sent))
    if at is None:
        return outcomes.no_time()
    # Somebody of the office who takes it in knows that the rest will not come.
    if by is None and (missing := _missing(sent.after, applied)):
        waits = [f"operation:{key}" for key in missing]
        return outcomes.held(Hold(waits, _("Something recorded before it has not come yet.")))
    op = Op(
        id=row.pk,
        device=row.device_id,
        member=row.member,
        sequence=sent.sequence,
        kind=sent.kind,
        at=min(at, row.received_at),
        received_at=row.received_at,
        now=now,
        after=sent.after,
        clock_off_seconds=row.clock_off_seconds,
        replay_by=by,
    )
    return outcomes.run(op, sent.raw["body"])


def _missing(after: tuple[uuid.UUID, ...], applied: set[uuid.UUID]) -> list[uuid.UUID]:
    unknown = [key for key in after if key not in applied]
    if not unknown:
        return []
    done = Operation.objects.filter(pk__in=unknown, state=State.APPLIED)
    there = set(done.values_list("pk", flat=True))
    return [key for key in unknown if key not in there]


def _home_of(member: Member) -> str:
    """Where the office looks for what cannot say itself where it belongs: the member's area."""
    held = Responsibility.objects.filter(member=member).exclude(area=None)
    latest = held.order_by(F("ends_on").desc(nulls_first=True), "-starts_on", "pk")
    return latest.values_list("area__code", flat=True).first() or ""


def arrivals(row: Operation) -> set[str]:
    """What an applied operation brings to those who wait."""
    return {f"operation:{row.pk}", row.subject} - {""}


def release(arrived: Iterable[str], *, now: dt.datetime) -> list[Operation]:
    """Run what was held for these, and what was held for that, and so on; those that changed."""
    changed: dict[uuid.UUID, Operation] = {}
    arriving = sorted(arrived)
    while arriving and (keys := _waiting_for(arriving)):
        waiting = (
            Operation.objects.filter(pk__in=keys, state=State.HELD)
            .select_related("member")
            .select_for_update(of=("self",))
            .order_by("device", "sequence", "pk")
        )
        found: set[str] = set()
        for row in waiting:
            retry(row, now=now)
            changed[row.pk] = row
            if row.state == State.APPLIED:
                found |= arrivals(row)
        arriving = sorted(found)
    return list(changed.values())


def _waiting_for(arriving: list[str]) -> list[uuid.UUID]:
    """Held operations that wait for any of these; mostly there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_SHARED, [_LOCK_SPACE, _BUCKETS, arriving])
        # A statement of its own: it must see what was stored before the lock was had.
        cursor.execute(_WAITING, [arriving])
        return [key for (key,) in cursor.fetchall()]


def retry(
    row: Operation, *, now: dt.datetime, by: Member | None = None, body: dict | None = None
) -> None:
    """Run a kept operation again as its member, with another body if one is given, and save it."""
    raw: dict[str, Any] = json.loads(row.payload or "{}")
    if body is not None:
        raw = {**raw, "body": body}
    with acting.as_member(row.member):
        attempt(row, read_operation(raw), now=now, applied=set(), by=by)
    if by or row.state != State.HELD:
        row.decided_at, row.decided_by = now, by
    row.save()


@transaction.atomic
def replay(
    operation: Operation,
    *,
    by: Member | None,
    now: dt.datetime,
    body: dict[str, Any] | None = None,
) -> Operation:
    """Run an operation of the quarantine again, and what was held for it; returns its row.

    One that is applied meanwhile stays as it is. Raises Conflict where nothing is kept to run.
    """
    rows = Operation.objects.select_for_update(of=("self",)).select_related("member")
    row = rows.get(pk=operation.pk)
    if row.state == State.APPLIED:
        return row
    if row.payload is None:
        raise Conflict(_("What was sent is no longer kept, so it cannot be tried again."))
    retry(row, now=now, by=by, body=body)
    if row.state == State.APPLIED:
        release(arrivals(row), now=now)
    return row


def replay_unknown_kinds(now: dt.datetime) -> int:
    """Run what was refused for a kind that is known by now; returns how many were run."""
    waiting = Operation.objects.filter(
        state=State.REJECTED, code=kinds.UnknownKind.code, payload__isnull=False
    ).order_by("received_at", "sequence")
    ready = [row for row in waiting.defer("payload") if kinds.known(row.kind)]
    for row in ready:
        replay(row, by=None, now=now)
    return len(ready)
