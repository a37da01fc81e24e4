"""Planning rounds: who may, a new plan, another checklist or threshold, an end."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Member, Role
from accounts.scope import Scope
from api.errors import BadInput, NotAllowed
from grid.models import Area
from grid.responsibility import scope_of
from rounds.due import settle
from rounds.items import Item
from rounds.models import ROLES, RoundPlan

DECIDING = frozenset({Role.COORDINATOR, Role.LEADER, Role.ADMINISTRATOR})
MOST_ITEMS = 12


@dataclass(frozen=True)
class Terms:
    """What of a plan can be changed while it is in force; other rounds follow from the next on."""

    role: str
    items: Sequence[Item]
    min_share: int
    climb_after: int
    ends_on: dt.date | None


def deciding(member: Member, on: dt.date) -> Scope:
    """The areas whose rounds the member plans: those they coordinate, lead, or administer."""
    return scope_of(member, on, roles=DECIDING)


def begin(
    key: uuid.UUID,
    area: Area,
    cadence: str,
    terms: Terms,
    *,
    starts_on: dt.date,
    member: Member,
    today: dt.date,
) -> RoundPlan:
    """A new plan, and the round of the period under way; the same key again gives the same plan.

    Raises NotAllowed, and BadInput by field.
    """
    if before := RoundPlan.objects.filter(key=key, made_by=member).first():
        return before
    if not deciding(member, today).covers(area.code):
        raise NotAllowed(_("The rounds of this area are planned by whoever coordinates or leads."))
    if area.level not in ROLES or area.retired_on is not None:
        raise BadInput(fields={"area": [_("Rounds are planned for a district or less.")]})
    if starts_on < today:
        raise BadInput(fields={"starts_on": [_("A plan begins today or later.")]})
    plan = RoundPlan(key=key, area=area, cadence=cadence, starts_on=starts_on, made_by=member)
    _put(plan, terms, today)
    with transaction.atomic():
        plan.save()
        settle(RoundPlan.objects.filter(pk=plan.pk), today)
    return plan


def change(plan: RoundPlan, terms: Terms, member: Member, today: dt.date) -> None:
    """Store other terms; rounds due after a new last day are no longer needed.

    Rounds that are there keep their checklist. Raises NotAllowed, and BadInput by field.
    """
    if not deciding(member, today).covers(plan.area.code):
        raise NotAllowed(_("The rounds of this area are planned by whoever coordinates or leads."))
    moved = terms.ends_on != plan.ends_on
    if moved and terms.ends_on is not None and terms.ends_on < today:
        raise BadInput(fields={"ends_on": [_("A plan ends today or later.")]})
    _put(plan, terms, today)
    with transaction.atomic():
        plan.save()
        settle(RoundPlan.objects.filter(pk=plan.pk), today)


def _put(plan: RoundPlan, terms: Terms, today: dt.date) -> None:
    if terms.role not in ROLES.get(plan.area.level, ()):
        raise BadInput(fields={"role": [_("Nobody has this role in an area of this level.")]})
    if terms.ends_on is not None and terms.ends_on < plan.starts_on:
        raise BadInput(fields={"ends_on": [_("The last day lies before the first.")]})
    items = [one for one in terms.items if one.en or one.zh]
    if not items:
        raise BadInput(fields={"items": [_("Name at least one thing that is looked at.")]})
    if len(items) > MOST_ITEMS or len({one.key for one in items}) < len(items):
        raise BadInput(fields={"items": [_("A round looks at %s things at most.") % MOST_ITEMS]})
    plan.role = terms.role
    plan.items = [one._asdict() for one in items]
    plan.min_share, plan.climb_after = terms.min_share, terms.climb_after
    plan.ends_on = terms.ends_on
