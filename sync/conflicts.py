"""Conflicts of cases: kept, shown to who sent them and to the office, decided by either."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import NotAllowed
from cases.deeds import Deed
from cases.edits import different
from cases.handling import take_step
from cases.listing import visible
from cases.models import Case, Category, Event
from cases.transitions import Step
from streetlights.models import Lamp
from sync.attempts import arrivals, release, replay
from sync.kinds import Clash, Op
from sync.merge import Both
from sync.models import Conflict, Operation

Decision = Conflict.Decision
STEP = "step"


def as_json(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes to a case as `cases.edits.values_of` writes fields."""
    return {name: _written(value) for name, value in changes.items()}


def _written(value: Any) -> Any:
    if isinstance(value, Category):
        return value.code
    if isinstance(value, Point):
        return [round(value.x, 7), round(value.y, 7)]
    return value.pk if isinstance(value, Model) else value


def as_row(field: str, value: Any) -> Any:
    """The reverse of `as_json`, for one field; None for a category or lamp that is gone."""
    if field == "category":
        return Category.objects.filter(code=value).first()
    if field == "place":
        return Point(value[0], value[1], srid=4326)
    return Lamp.objects.filter(pk=value).first() if field == "lamp" else value


def keep_fields(op: Op, case: Case, saw: int, both: Mapping[str, Both]) -> Clash:
    """Keep both values of each field; what is returned makes the operation a conflict."""
    events = {event.number: event for event in case.events.filter(number__gt=saw)}
    rows = [
        _kept(op, case, name, one.mine, one.theirs, saw, events.get(one.version))
        for name, one in both.items()
    ]
    return _clash(
        case,
        rows,
        _("Somebody else corrected the same meanwhile. Both are kept until one is chosen."),
    )


def keep_step(op: Op, case: Case, body: dict[str, Any], unseen: Sequence[Event]) -> Clash:
    """Keep a step that came after others had led the case elsewhere."""
    mine = {"step": body["step"], "note": body.get("note", "")}
    theirs = {
        "state": case.state,
        "version": case.version,
        "steps": [event.step for event in unseen],
    }
    row = _kept(op, case, STEP, mine, theirs, body["saw"], unseen[-1])
    sentence = _("Somebody was faster: the case is %(state)s by now. Yours is kept.")
    return _clash(case, [row], sentence % {"state": case.get_state_display()})


def _kept(
    op: Op, case: Case, field: str, mine: Any, theirs: Any, saw: int, event: Event | None
) -> Conflict:
    values = {
        "subject": f"case:{case.pk}",
        "area_code": case.area_code,
        "mine": mine,
        "theirs": theirs,
        "saw": saw,
        "version": event.number if event else case.version,
        "theirs_by": event.author if event else None,
        "theirs_at": event.at if event else None,
        "by": op.member,
        "at": op.at,
    }
    # Tried again, it clashes with what is there by then.
    row, _new = Conflict.objects.update_or_create(operation_id=op.id, field=field, defaults=values)
    return row


def _clash(case: Case, rows: Sequence[Conflict], sentence: str) -> Clash:
    kept = {
        "case": case.pk,
        "version": case.version,
        "conflicts": [
            {"id": str(row.pk), "field": row.field, "mine": row.mine, "theirs": row.theirs}
            for row in rows
        ],
    }
    return Clash("conflict", sentence, kept, subject=f"case:{case.pk}", area_code=case.area_code)


def close(
    case: Case, field: str, op: Op, *, saw: int, value: Mapping[str, Any] | None = None
) -> None:
    """Somebody who saw both sides has spoken since: that decides the older conflicts."""
    rows = _open_of(case, field).filter(version__lte=saw)
    if op.replay_by is None:
        rows = rows.exclude(operation=op.id)
    for row in rows:
        chosen = Decision.OTHER
        if value is not None and value[field] in (row.mine, row.theirs):
            chosen = Decision.MINE if value[field] == row.mine else Decision.THEIRS
        _settle(row, chosen, op.replay_by or op.member, op.now)


def _open_of(case: Case, field: str) -> Any:
    return Conflict.objects.open().filter(subject=f"case:{case.pk}", field=field)


@transaction.atomic
def decide(conflict: Conflict, keep: str, *, member: Member, now: dt.datetime) -> Conflict:
    """Keep ``mine`` or ``theirs``; decided once, it stays as it is.

    Raises NotAllowed for who may not see the case, and for ``mine`` what taking the step raises.
    """
    rows = Conflict.objects.select_for_update(of=("self",)).select_related("operation")
    row: Conflict = rows.get(pk=conflict.pk)
    if row.decided_at is not None:
        return row
    case = visible(member, timezone.localdate(now)).filter(pk=row.case_number).first()
    if case is None:
        raise NotAllowed
    if keep == Decision.MINE and row.field == STEP:
        done = replay(row.operation, by=member, now=now)
        if done.state != Operation.State.APPLIED:
            raise NotAllowed(done.message)
    elif keep == Decision.MINE:
        _put(case, row, member, now)
    _settle(row, keep, member, now)
    return row


def _put(case: Case, row: Conflict, member: Member, now: dt.datetime) -> None:
    """Correct the field to what was sent."""
    value = as_row(row.field, row.mine)
    if value is None and row.mine is not None:
        raise NotAllowed(_("What was chosen is not there any more."))
    if changes := different(case, {row.field: value}):
        # The conflict's own key: pressed twice, it is one step.
        key = uuid.uuid5(row.pk, "decided")
        take_step(case, Deed(Step.EDIT, member, key=key, details={"changes": changes}), now=now)


def _settle(row: Conflict, decision: str, member: Member, now: dt.datetime) -> None:
    """Note the decision; when it was the last, the operation is through and what waited goes on."""
    row.decision, row.decided_at, row.decided_by = decision, now, member
    row.save(update_fields=["decision", "decided_at", "decided_by"])
    if Conflict.objects.open().filter(operation=row.operation_id).exists():
        return
    operation = Operation.objects.select_for_update().filter(pk=row.operation_id).first()
    # One of the request that is being taken in has no row yet.
    if operation is None or operation.state != Operation.State.CONFLICT:
        return
    # A step that was not taken is nothing that the case knows of.
    gone = row.field == STEP and decision != Decision.MINE
    operation.state = Operation.State.DISCARDED if gone else Operation.State.APPLIED
    operation.code, operation.message, operation.payload = "", "", None
    operation.decided_at, operation.decided_by = now, member
    operation.save()
    if not gone:
        release(arrivals(operation), now=now)


def conflicts_of(member: Member) -> list[dict[str, Any]]:
    """What the member sent and nobody decided yet, oldest first, for their tablets.

    Only of cases that they may still see. One query, and four more where there are any.
    """
    rows = list(Conflict.objects.open().filter(by=member).select_related("theirs_by"))
    if rows:
        cases = visible(member, timezone.localdate()).filter(pk__in=[r.case_number for r in rows])
        seen = set(cases.values_list("pk", flat=True))
        rows = [row for row in rows if row.case_number in seen]
    return [
        {
            "id": str(row.pk),
            "operation": str(row.operation_id),
            "subject": row.subject,
            "field": row.field,
            "mine": row.mine,
            "theirs": row.theirs,
            "version": row.version,
            "at": row.theirs_at and int(row.theirs_at.timestamp() * 1000),
            "by": str(row.theirs_by) if row.theirs_by else "",
        }
        for row in rows
    ]
