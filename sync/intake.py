"""Take in what a tablet sends: each operation once, whatever becomes of it.

Everything of a request is one transaction, so an answer is given only for what is stored. Each
operation runs in a savepoint of its own: one that fails is kept in quarantine, the rest go on.
"""

import datetime as dt
import logging
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import acting
from accounts.models import Member
from api.errors import GridwalkError
from sync import outcomes
from sync.attempts import arrivals, attempt, note, release
from sync.batch import Batch, Sent, time_of
from sync.models import Device, Operation

log = logging.getLogger("gridwalk.sync")

State = Operation.State


class NotYourDevice(GridwalkError):
    code = "not_your_device"
    http_status = 409

    def __init__(self) -> None:
        super().__init__(
            _("The records of this tablet are somebody else's. Who made them must sign in.")
        )


@dataclass
class _Work:
    """One request while it is worked on. ``rows``: what is there by now, by the tablet's id."""

    device: Device
    now: dt.datetime
    clock_off: int
    rows: dict[uuid.UUID, Operation] = field(default_factory=dict)
    copies: dict[tuple[uuid.UUID, bytes], Operation] = field(default_factory=dict)
    new: list[Operation] = field(default_factory=list)
    applied: set[uuid.UUID] = field(default_factory=set)
    arrived: set[str] = field(default_factory=set)


def take_in(batch: Batch, member: Member, *, now: dt.datetime) -> list[dict[str, Any]]:
    """Store and apply the operations in their order; an answer for each. In a transaction.

    Raises NotYourDevice; faults of the database that another try may mend pass through, too.
    """
    with acting.as_member(member):
        work = _Work(_device(batch, member, now), now, batch.clock_off(now))
        _look_up(work, [sent.id for sent in batch.operations])
        answered = [_one(work, sent) for sent in batch.operations]
        Operation.objects.bulk_create(work.new)
        released = {row.pk: row for row in release(work.arrived, now=now)}
        _note_device(work, batch)
    return [
        _answer(sent, released.get(row.pk, row), again=again)
        for sent, (row, again) in zip(batch.operations, answered, strict=True)
    ]


def _device(batch: Batch, member: Member, now: dt.datetime) -> Device:
    """The tablet's row, locked: what one tablet sends is worked on one after the other."""
    if batch.member not in (None, member.pk):
        raise NotYourDevice()
    device = Device.objects.select_for_update().filter(pk=batch.device).first()
    if device is None:
        device = Device.objects.create(
            pk=batch.device, member=member, first_seen_at=now, last_seen_at=now
        )
    if device.member_id != member.pk:
        raise NotYourDevice()
    # The very member who asks: no query for each operation.
    device.member = member
    return device


def _note_device(work: _Work, batch: Batch) -> None:
    device, before = work.device, work.device.missing
    mine = [row for row in work.new if row.copy_of_id is None]
    device.received += len(mine)
    device.last_sequence = max([device.last_sequence, *(row.sequence for row in mine)])
    device.app, device.last_seen_at = batch.app, work.now
    device.clock_off_seconds = work.clock_off
    device.save(
        update_fields=["received", "last_sequence", "app", "last_seen_at", "clock_off_seconds"]
    )
    if device.missing > before:
        log.warning("tablet %s: %s operations have not come so far", device.pk, device.missing)


def _look_up(work: _Work, ids: list[uuid.UUID]) -> None:
    """What came before under these ids. One query."""
    for row in Operation.objects.filter(Q(pk__in=ids) | Q(copy_of__in=ids)).defer("payload"):
        if row.copy_of_id:
            work.copies[row.copy_of_id, bytes(row.digest)] = row
        else:
            work.rows[row.pk] = row
            if row.state == State.APPLIED:
                work.applied.add(row.pk)


def _one(work: _Work, sent: Sent) -> tuple[Operation, bool]:
    """The operation's row, and whether it was there before."""
    first = work.rows.get(sent.id)
    if first and (first.member_id, bytes(first.digest)) == (work.device.member_id, sent.digest):
        return first, True
    if first and (kept := work.copies.get((sent.id, sent.digest))):
        return kept, True
    row = _row(work, sent)
    if first:
        row.pk, row.copy_of_id = uuid.uuid4(), sent.id
        note(row, sent, outcomes.same_id())
        work.copies[sent.id, sent.digest] = row
    else:
        attempt(row, sent, now=work.now, applied=work.applied)
        work.rows[row.pk] = row
        if row.state == State.APPLIED:
            work.applied.add(row.pk)
            work.arrived |= arrivals(row)
    work.new.append(row)
    return row, False


def _row(work: _Work, sent: Sent) -> Operation:
    return Operation(
        pk=sent.id,
        device=work.device,
        member=work.device.member,
        sequence=sent.sequence,
        kind=sent.kind,
        digest=sent.digest,
        device_at=time_of(sent.at),
        offset=sent.offset,
        clock_off_seconds=work.clock_off,
        received_at=work.now,
    )


def _answer(sent: Sent, row: Operation, *, again: bool) -> dict[str, Any]:
    state: str = row.state
    if state == State.APPLIED and again:
        state = "already_applied"
    elif state == State.DISCARDED:
        state = State.REJECTED
    return {
        "id": sent.name,
        "state": state,
        "code": row.code,
        "message": row.message,
        "fields": row.fields,
        "result": row.result,
    }
