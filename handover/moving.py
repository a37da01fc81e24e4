"""A cell goes from one worker to another, with its open cases: previewed, done, handed back.

Due visits, rounds and reminders belong to the cell and so follow its worker by themselves; what
is with a person, the open cases, is given over here, each with an event of its own.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Member, Role
from api.errors import BadInput, Conflict, GridwalkError, NotAllowed
from cases.handing import With, hand_over, with_of
from grid.models import Area, Level, Responsibility
from handover import notices
from handover.giving import FARTHEST, drop_from, follow, lock, same, touching
from handover.holding import FOR_EVER
from handover.models import Cover, Handover, Notice
from handover.powers import Powers

State = Handover.State


class NotPossible(Conflict):
    """The cell cannot go from this member to that one on this day; ``why`` is a key of WHY."""

    code = "handover_not_possible"

    def __init__(self, why: str) -> None:
        super().__init__(str(WHY[why]))
        self.why = why


#: Why a handover is not possible; what is planned keeps the key.
WHY = {
    "no_cell": gettext_lazy("This cell is no longer in force."),
    "not_held": gettext_lazy("Who hands over does not hold this cell on that day."),
    "closed": gettext_lazy("The account of who takes over is closed."),
    "same": gettext_lazy("Choose two different members."),
}


@dataclass(frozen=True)
class Wish:
    """What somebody asked to hand over."""

    area: Area
    giver: Member
    taker: Member
    starts_on: dt.date
    note: str = ""
    key: UUID | None = field(default=None)


def check(wish: Wish, today: dt.date) -> None:
    """Raises BadInput for the day, NotPossible for what cannot be on it. One query."""
    if wish.starts_on < today:
        message = _("Choose today or a later day: what was is not changed afterwards.")
        raise BadInput(message, fields={"starts_on": [message]})
    if wish.starts_on > today + FARTHEST:
        message = _("Choose a day within five years.")
        raise BadInput(message, fields={"starts_on": [message]})
    _check_possible(wish.area, wish.giver, wish.taker, wish.starts_on)


def _check_possible(area: Area, giver: Member, taker: Member, day: dt.date) -> None:
    if area.level != Level.CELL or area.retired_on is not None:
        raise NotPossible("no_cell")
    if giver == taker:
        raise NotPossible("same")
    if not taker.is_active:
        raise NotPossible("closed")
    if not held_on(area, giver, day):
        raise NotPossible("not_held")


def held_on(area: Area, member: Member, day: dt.date) -> list[Responsibility]:
    """The member's own worker's responsibilities for the cell on that day. One query."""
    return list(same(member, Role.WORKER, area=area).on(day).order_by("pk"))  # type: ignore[attr-defined]


def done_before(wish: Wish) -> Handover | None:
    """The same, planned already, or done and the giver has not got the cell again. Two queries."""
    rows = Handover.objects.filter(
        area=wish.area, giver=wish.giver, taker=wish.taker, starts_on=wish.starts_on
    )
    if planned := rows.filter(state=State.PLANNED).first():
        return planned
    if held_on(wish.area, wish.giver, wish.starts_on):
        return None
    return rows.filter(state=State.DONE).order_by("-done_at").first()


@transaction.atomic
def begin(wish: Wish, powers: Powers, now: dt.datetime) -> Handover:
    """Hand over today, or plan it for a later day; the same again changes nothing.

    Raises NotAllowed, BadInput, NotPossible, and Conflict where it is planned already.
    """
    today = timezone.localdate(now)
    powers.check(Role.WORKER, wish.area, wish.taker)
    lock(wish.area.code)
    if wish.key and (before := Handover.objects.filter(pk=wish.key).first()):
        return before
    if before := done_before(wish):
        return before
    check(wish, today)
    planned = Handover.objects.filter(area=wish.area, giver=wish.giver, state=State.PLANNED)
    if planned.exists():
        raise Conflict(_("A handover of this cell is planned already. Cancel it first."))
    row = Handover(
        area=wish.area,
        giver=wish.giver,
        taker=wish.taker,
        starts_on=wish.starts_on,
        note=wish.note.strip(),
        state=State.PLANNED,
        made_by=powers.member,
        made_at=now,
    )
    if wish.key:
        row.key = wish.key
    row.save(force_insert=True)
    if wish.starts_on > today:
        notices.tell(Notice.Kind.PLANNED, now, handover=row)
    else:
        carry_out(row, now)
    return row


def carry_out(row: Handover, now: dt.datetime) -> None:
    """Give the cell and its cases, from today on. In a transaction that holds the lock.

    Raises NotPossible; then nothing is changed.
    """
    today = timezone.localdate(now)
    _check_possible(row.area, row.giver, row.taker, today)
    own = held_on(row.area, row.giver, today)
    last = max((one.ends_on or FOR_EVER) for one in own)
    kept = [_dates(one) for one in own]
    covers = _covers(own)
    for one in own:
        drop_from(one, today)
        if one.pk:
            follow(one)
    kept += _taken(row, today, None if last == FOR_EVER else last)
    moved = hand_over(
        with_of(row.giver, row.area.code), row.giver, row.taker, author=row.made_by, now=now
    )
    row.moved = {
        "kept": kept,
        "covers": covers,
        "responsible": list(moved.responsible),
        "assigned": list(moved.assigned),
    }
    row.state, row.done_at = State.DONE, now
    row.save(update_fields=["moved", "state", "done_at"])
    notices.tell(Notice.Kind.HANDED, now, handover=row)


def _taken(row: Handover, today: dt.date, last: dt.date | None) -> list[dict[str, Any]]:
    """The taker holds the cell from today to ``last``; what of theirs was changed, as it was."""
    theirs = touching(same(row.taker, Role.WORKER, area=row.area), today, last)
    found = theirs.order_by("starts_on", "pk").first()
    if found is None:
        fresh = Responsibility.objects.create(
            member=row.taker, role=Role.WORKER, area=row.area, starts_on=today, ends_on=last
        )
        return [{"row": fresh.pk, "member": row.taker_id, "was": None}]
    before = _dates(found)
    later = theirs.exclude(pk=found.pk).order_by("-starts_on").first()
    # A later one of theirs goes on where this one ends.
    end = later.starts_on - dt.timedelta(days=1) if later else last
    found.starts_on = min(found.starts_on, today)
    found.ends_on = None if end is None or found.ends_on is None else max(found.ends_on, end)
    found.save(update_fields=["starts_on", "ends_on"])
    follow(found)
    return [before]


def _dates(row: Responsibility) -> dict[str, Any]:
    """A responsibility as it was, to be put back."""
    ends_on = row.ends_on.isoformat() if row.ends_on else None
    return {
        "row": row.pk,
        "member": row.member_id,
        "was": [row.starts_on.isoformat(), ends_on],
    }


def _covers(rows: list[Responsibility]) -> list[dict[str, Any]]:
    """Covers of leaves over these responsibilities, to be put back."""
    found = Cover.objects.filter(source__in=rows).select_related("given")
    return [
        {**_dates(cover.given), "leave": str(cover.leave_id), "source": cover.source_id}
        for cover in found
    ]


@transaction.atomic
def undo(row: Handover, powers: Powers, now: dt.datetime) -> Handover:
    """Cancel what is planned; on its day, hand back what was handed over. Again changes nothing.

    Raises NotAllowed, and Conflict once the day is over or the cell went on to somebody else.
    """
    today = timezone.localdate(now)
    lock(row.area.code)
    row = Handover.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if not powers.may_give(Role.WORKER, row.area.code):
        raise NotAllowed(_("This handover is not yours to change."))
    if row.state in (State.UNDONE, State.CANCELLED):
        return row
    row.undone_by, row.undone_at = powers.member, now
    if row.state == State.PLANNED:
        row.state = State.CANCELLED
        row.save(update_fields=["state", "undone_by", "undone_at"])
        notices.tell(Notice.Kind.CANCELLED, now, handover=row)
        return row
    if row.state != State.DONE or row.done_at is None or timezone.localdate(row.done_at) != today:
        raise Conflict(
            _("It is handed back on the same day only. Hand the cell over once more instead.")
        )
    _put_back(row)
    back = With(tuple(row.moved["responsible"]), tuple(row.moved["assigned"]))
    hand_over(back, row.taker, row.giver, author=powers.member, now=now)
    row.state = State.UNDONE
    row.save(update_fields=["state", "undone_by", "undone_at"])
    notices.tell(Notice.Kind.UNDONE, now, handover=row)
    return row


def _put_back(row: Handover) -> None:
    """The responsibilities as they were. Raises Conflict where one of theirs was changed since."""
    day = timezone.localdate(row.done_at)
    if not held_on(row.area, row.taker, day):
        raise Conflict(_("The cell went on to somebody else since. Hand it over from there."))
    if held_on(row.area, row.giver, day):
        raise Conflict(_("%s holds the cell again already. Change those days.") % row.giver)
    for was in row.moved["kept"]:
        if was["was"] is None:
            Responsibility.objects.filter(cover_of__source=was["row"]).delete()
            Responsibility.objects.filter(pk=was["row"]).delete()
            continue
        starts_on, ends_on = (day and dt.date.fromisoformat(day) for day in was["was"])
        made, _new = Responsibility.objects.update_or_create(
            pk=was["row"],
            defaults={"starts_on": starts_on, "ends_on": ends_on},
            create_defaults={
                "member_id": was["member"],
                "role": Role.WORKER,
                "area": row.area,
                "starts_on": starts_on,
                "ends_on": ends_on,
            },
        )
        follow(made)
    for was in row.moved["covers"]:
        if not Cover.objects.filter(given=was["row"]).exists():
            _cover_again(row, was)


def _cover_again(row: Handover, was: dict[str, Any]) -> None:
    starts_on, ends_on = (day and dt.date.fromisoformat(day) for day in was["was"])
    given = Responsibility.objects.create(
        member_id=was["member"],
        role=Role.WORKER,
        area=row.area,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    Cover.objects.create(leave_id=was["leave"], source_id=was["source"], given=given)


@transaction.atomic
def fail(row: Handover, error: GridwalkError, now: dt.datetime) -> None:
    """Note why a planned handover was not possible, and tell those it concerns."""
    row.state = State.FAILED
    row.problem = error.why if isinstance(error, NotPossible) else ""
    row.save(update_fields=["state", "problem"])
    notices.tell(Notice.Kind.FAILED, now, handover=row)
