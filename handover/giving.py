"""Giving a responsibility, changing its days, ending it: with the checks, under one lock."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Member, Role
from api.errors import BadInput, Conflict, NotAllowed
from grid.locks import lock_community
from grid.models import Area, Level, Responsibility, Street
from handover.holding import DAY, FOR_EVER
from handover.models import Cover
from handover.powers import Powers

#: Nobody plans further ahead.
FARTHEST = dt.timedelta(days=5 * 366)


@dataclass(frozen=True)
class Wish:
    """A responsibility to give: of an area, or of a street in it."""

    member: Member
    role: str
    area: Area
    starts_on: dt.date
    ends_on: dt.date | None = None
    street: Street | None = None


def lock(code: str) -> None:
    """Responsibilities below one community are changed by one at a time.

    Areas above a community take the lock of the number that their code is.
    """
    lock_community(code[: Level.COMMUNITY])


def same(
    member: Member, role: str, *, area: Area | None, street: Street | None = None
) -> QuerySet[Responsibility]:
    """The member's own responsibilities for the same thing, without those of leaves."""
    return Responsibility.objects.filter(
        member=member, role=role, area=area, street=street, cover_of=None
    )


def touching(
    rows: QuerySet[Responsibility], starts_on: dt.date, ends_on: dt.date | None
) -> QuerySet[Responsibility]:
    """Those of the rows that have a day in common with these days."""
    return rows.filter(
        Q(ends_on=None) | Q(ends_on__gte=starts_on), starts_on__lte=ends_on or FOR_EVER
    )


@transaction.atomic
def give(wish: Wish, powers: Powers, today: dt.date) -> Responsibility:
    """A new responsibility; the very same again is the one that is there.

    Raises NotAllowed, BadInput, Conflict for other days of what they hold already.
    """
    powers.check(wish.role, wish.area, wish.member)
    if wish.street is not None:
        if wish.role not in (Role.WORKER, Role.VOLUNTEER):
            message = _("A street is given to workers and volunteers.")
            raise BadInput(message, fields={"role": [message]})
        if wish.street.community.code != wish.area.code:
            message = _("Choose the community that the street is in.")
            raise BadInput(message, fields={"street": [message]})
    if not wish.member.is_active:
        message = _("This account is closed. Choose somebody else.")
        raise BadInput(message, fields={"member": [message]})
    if wish.starts_on < today:
        message = _("Choose today or a later day: what was is not changed afterwards.")
        raise BadInput(message, fields={"starts_on": [message]})
    _check_days(wish.starts_on, wish.ends_on, today)
    lock(wish.area.code)
    area = None if wish.street else wish.area
    own = same(wish.member, wish.role, area=area, street=wish.street)
    if before := own.filter(starts_on=wish.starts_on, ends_on=wish.ends_on).first():
        return before
    _check_once(own, wish.starts_on, wish.ends_on)
    return Responsibility.objects.create(
        member=wish.member,
        role=wish.role,
        area=area,
        street=wish.street,
        starts_on=wish.starts_on,
        ends_on=wish.ends_on,
    )


@transaction.atomic
def change(
    row: Responsibility,
    powers: Powers,
    today: dt.date,
    *,
    starts_on: dt.date,
    ends_on: dt.date | None,
) -> Responsibility:
    """Other days for a responsibility; covers of leaves follow.

    Raises BadInput, Conflict, and NotAllowed for more days of homes for oneself.
    """
    code = place_of(row).code
    lock(code)
    row = changeable(row, powers, today)
    if starts_on != row.starts_on and (row.starts_on <= today or starts_on < today):
        message = (
            _("It has begun: its first day stays.")
            if row.starts_on <= today
            else _("Choose today or a later day: what was is not changed afterwards.")
        )
        raise BadInput(message, fields={"starts_on": [message]})
    _check_days(starts_on, ends_on, today)
    if starts_on < row.starts_on or (ends_on or FOR_EVER) > (row.ends_on or FOR_EVER):
        powers.check(row.role, place_of(row), row.member)
    others = same(row.member, row.role, area=row.area, street=row.street).exclude(pk=row.pk)
    _check_once(others, starts_on, ends_on)
    row.starts_on, row.ends_on = starts_on, ends_on
    row.save(update_fields=["starts_on", "ends_on"])
    follow(row)
    return row


@transaction.atomic
def remove(row: Responsibility, powers: Powers, today: dt.date) -> None:
    """Take back what has not begun yet. Raises Conflict for what has."""
    lock(place_of(row).code)
    row = changeable(row, powers, today)
    if row.starts_on <= today:
        raise Conflict(_("It has begun. Choose its last day instead."))
    drop_from(row, row.starts_on)


def changeable(row: Responsibility, powers: Powers, today: dt.date) -> Responsibility:
    """The row anew, locked. Raises NotAllowed, and Conflict for what is over or is a leave's."""
    row = (
        Responsibility.objects.select_for_update(of=("self",))
        .select_related("member", "area", "street__community")
        .get(pk=row.pk)
    )
    if not powers.may_give(row.role, place_of(row).code):
        raise NotAllowed(_("This responsibility is not yours to change."))
    if Cover.objects.filter(given=row).exists():
        raise Conflict(_("This is a cover for a leave. Change the leave instead."))
    if row.ends_on is not None and row.ends_on < today:
        raise Conflict(
            _("It ended on %s. What was is not changed afterwards.")
            % date_format(row.ends_on, "DATE_FORMAT")
        )
    return row


def place_of(row: Responsibility) -> Area:
    """The area of a responsibility, or the community of its street."""
    if row.area is not None:
        return row.area
    assert row.street is not None  # noqa: S101  the database sees to it
    return row.street.community


def follow(row: Responsibility) -> None:
    """Covers of leaves end with what they cover, and begin no earlier."""
    for cover in Cover.objects.filter(source=row).select_related("given", "leave"):
        given, leave = cover.given, cover.leave
        starts_on = max(row.starts_on, leave.starts_on)
        ends_on = min(row.ends_on or FOR_EVER, leave.ends_on)
        if starts_on > ends_on:
            given.delete()
        elif (given.starts_on, given.ends_on) != (starts_on, ends_on):
            given.starts_on, given.ends_on = starts_on, ends_on
            given.save(update_fields=["starts_on", "ends_on"])


def drop_from(row: Responsibility, day: dt.date) -> None:
    """The responsibility is over from that day on; one that began no earlier is as if never given.

    Where it began on this very day somebody may have used it; the table of handovers and the
    history that the database writes keep that it was there.
    """
    if row.starts_on >= day:
        Responsibility.objects.filter(cover_of__source=row).delete()
        row.delete()
    elif row.ends_on is None or row.ends_on >= day:
        row.ends_on = day - DAY
        row.save(update_fields=["ends_on"])


def _check_days(starts_on: dt.date, ends_on: dt.date | None, today: dt.date) -> None:
    if ends_on is not None and ends_on < starts_on:
        message = _("The last day comes before the first.")
        raise BadInput(message, fields={"ends_on": [message]})
    if ends_on is not None and ends_on < today:
        message = _("Choose today or a later day: what was is not changed afterwards.")
        raise BadInput(message, fields={"ends_on": [message]})
    for name, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day is not None and day > today + FARTHEST:
            message = _("Choose a day within five years.")
            raise BadInput(message, fields={name: [message]})


def _check_once(
    rows: QuerySet[Responsibility], starts_on: dt.date, ends_on: dt.date | None
) -> None:
    """Nobody holds the same twice on one day. Raises Conflict."""
    twice = touching(rows, starts_on, ends_on).select_related("member").first()
    if twice is not None:
        raise Conflict(
            _("%(member)s holds this already, from %(start)s to %(end)s. Change those days.")
            % {
                "member": twice.member,
                "start": date_format(twice.starts_on, "DATE_FORMAT"),
                "end": date_format(twice.ends_on, "DATE_FORMAT") if twice.ends_on else "…",
            }
        )
