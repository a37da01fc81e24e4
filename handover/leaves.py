"""A member is away and another covers: the same responsibilities beside theirs, for these days.

Doors, due visits, reminders and packages for tablets follow from responsibilities, so the cover
gets them with the first day and loses them after the last, by the calendar alone. What the member
who is away has on their tablet goes on as before.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import BadInput, Conflict, NotAllowed
from grid.models import Responsibility
from handover import notices
from handover.giving import drop_from, lock, place_of, same, touching
from handover.holding import DAY, FOR_EVER
from handover.models import Leave, Notice
from handover.powers import Powers

#: Longer is no leave: then the cells are handed over.
LONGEST_DAYS = 366


@dataclass(frozen=True)
class Plan:
    """What a leave would give. ``stays`` nobody here may give, ``has`` the cover holds anyway.

    ``clashes`` are other leaves of the two in these days: of the same member, or of the cover.
    """

    gives: tuple[Responsibility, ...]
    stays: tuple[Responsibility, ...]
    has: tuple[Responsibility, ...]
    clashes: tuple[Leave, ...]


def plan(
    member: Member, cover: Member, starts_on: dt.date, ends_on: dt.date, powers: Powers
) -> Plan:
    """What the cover would get on these days. Three queries and one for each responsibility.

    What the member holds where the giver decides nothing is not told of.
    """
    gives, stays, has = [], [], []
    for row in own(member, starts_on, ends_on):
        if not powers.scope.covers(place_of(row).code):
            continue
        first, last = clipped(row, starts_on, ends_on)
        held = same(cover, row.role, area=row.area, street=row.street)
        if not _may(powers, row, cover):
            stays.append(row)
        elif any(one.starts_on <= first and (one.ends_on or FOR_EVER) >= last for one in held):
            has.append(row)
        else:
            gives.append(row)
    clashes = (
        Leave.objects.between(starts_on, ends_on)
        .filter(Q(member__in=[member, cover]) | Q(cover=member))
        .select_related("member", "cover")
        .order_by("starts_on", "pk")
    )
    return Plan(tuple(gives), tuple(stays), tuple(has), tuple(clashes))


def own(member: Member, starts_on: dt.date, ends_on: dt.date) -> list[Responsibility]:
    """The member's own responsibilities that touch these days; covers are not handed on."""
    rows = Responsibility.objects.filter(member=member, cover_of=None)
    found = touching(rows, starts_on, ends_on).exclude(area__retired_on__isnull=False)
    return list(
        found.select_related("member", "area", "street__community")
        .defer("area__geometry", "area__tile_geometry")
        .order_by("area__code", "street__name", "pk")
    )


def clipped(row: Responsibility, starts_on: dt.date, ends_on: dt.date) -> tuple[dt.date, dt.date]:
    """The days of the row within these days."""
    return max(row.starts_on, starts_on), min(row.ends_on or FOR_EVER, ends_on)


@transaction.atomic
def begin(
    key: UUID,
    member: Member,
    cover: Member,
    starts_on: dt.date,
    ends_on: dt.date,
    powers: Powers,
    now: dt.datetime,
) -> Leave:
    """Note the leave and give what the cover needs; the same again changes nothing.

    Raises BadInput, Conflict where the member is away in these days already, or the cover is, and
    NotAllowed where nothing of it is the giver's to give.
    """
    today = timezone.localdate(now)
    if before := Leave.objects.filter(pk=key).first():
        return before
    check(member, cover, starts_on, ends_on, today)
    for code in sorted({place_of(row).code[:12] for row in own(member, starts_on, ends_on)}):
        lock(code)
    if before := Leave.objects.filter(pk=key).first():
        return before
    found = plan(member, cover, starts_on, ends_on, powers)
    for leave in found.clashes:
        if (leave.member, leave.cover) == (member, cover) and (
            (leave.starts_on, leave.ends_on) == (starts_on, ends_on)
        ):
            return leave
    if any(leave.member_id == member.pk for leave in found.clashes):
        raise Conflict(_("%s is away in these days already. Change that leave.") % member)
    if not found.gives and not found.has:
        raise NotAllowed(_("%s holds nothing in these days that is yours to give.") % member)
    leave = Leave.objects.create(
        key=key,
        member=member,
        cover=cover,
        starts_on=starts_on,
        ends_on=ends_on,
        made_by=powers.member,
        made_at=now,
    )
    for row in found.gives:
        first, last = clipped(row, starts_on, ends_on)
        given = Responsibility.objects.create(
            member=cover,
            role=row.role,
            area=row.area,
            street=row.street,
            starts_on=first,
            ends_on=last,
        )
        leave.given.create(source=row, given=given)
    notices.tell(Notice.Kind.LEAVE, now, leave=leave)
    return leave


@transaction.atomic
def end(leave: Leave, last_day: dt.date, powers: Powers, now: dt.datetime) -> Leave:
    """The leave ends on another day; before its first day it is called off.

    Earlier only: whoever stays away longer has another leave. Raises NotAllowed, BadInput.
    """
    today = timezone.localdate(now)
    given = leave.given.select_related("given__area", "given__street__community")
    for code in sorted({place_of(cover.given).code[:12] for cover in given}):
        lock(code)
    leave = Leave.objects.select_for_update(of=("self",)).get(pk=leave.pk)
    covers = list(leave.given.select_related("given__area", "given__street__community"))
    if not may_end(covers_of=[cover.given for cover in covers], leave=leave, powers=powers):
        raise NotAllowed(_("This leave is not yours to change."))
    if leave.cancelled_at is not None or leave.ends_on < today:
        raise Conflict(_("This leave is over already."))
    if last_day > leave.ends_on or last_day < today - DAY:
        message = _("Choose a day between yesterday and the leave's last day.")
        raise BadInput(message, fields={"ends_on": [message]})
    if last_day == leave.ends_on:
        return leave
    for cover in covers:
        drop_from(cover.given, last_day + DAY)
    if last_day < leave.starts_on:
        leave.cancelled_at = now
    else:
        leave.ends_on = last_day
    leave.save(update_fields=["cancelled_at", "ends_on"])
    notices.tell(Notice.Kind.LEAVE_ENDS, now, leave=leave)
    return leave


def may_end(covers_of: Sequence[Responsibility], leave: Leave, powers: Powers) -> bool:
    """Whoever made it, and whoever could give what it gave."""
    if not powers:
        return False
    mine = leave.made_by_id == powers.member.pk
    return mine or any(powers.may_give(row.role, place_of(row).code) for row in covers_of)


def check(
    member: Member, cover: Member, starts_on: dt.date, ends_on: dt.date, today: dt.date
) -> None:
    """Raises BadInput for what cannot be a leave."""
    wrong: dict[str, str] = {}
    if member == cover:
        wrong["cover"] = _("Choose somebody else: who is away does not cover.")
    elif not cover.is_active:
        wrong["cover"] = _("This account is closed. Choose somebody else.")
    if starts_on < today:
        wrong["starts_on"] = _("Choose today or a later day: what was is not changed afterwards.")
    if ends_on < starts_on:
        wrong["ends_on"] = _("The last day comes before the first.")
    elif (ends_on - starts_on).days >= LONGEST_DAYS:
        wrong["ends_on"] = _("Choose a year at most; hand the cells over for longer.")
    if wrong:
        fields = {name: [sentence] for name, sentence in wrong.items()}
        raise BadInput(next(iter(wrong.values())), fields=fields)


def _may(powers: Powers, row: Responsibility, cover: Member) -> bool:
    code = place_of(row).code
    return powers.may_give(row.role, code) and powers.may_have(row.role, code, cover)
