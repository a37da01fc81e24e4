"""Visits from tablets: recorded with the eyes of who made them.

What cannot be taken in, whatever the reason, is kept for the office under the household's name
alone, so that it goes with the household. Where the consent had ended by then, or nobody takes part
any more, nothing is kept but that something came.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers

from api.errors import BadInput, NotAllowed
from households.access import areas_of
from households.api import NewVisitSerializer
from households.models import CarePlan
from households.visits import home_of_plan, record_visit
from sync.kinds import About, Applied, Body, KeepNothing, Op, about, keeping, kind


class VisitBody(Body, NewVisitSerializer):
    """``plan`` and ``visit`` as the feed names them; ``key`` becomes the id of the visit made."""

    visit = serializers.UUIDField(required=False, allow_null=True)
    at = None  # type: ignore[assignment]


@kind("visit.record", VisitBody)
def record(op: Op, body: dict[str, Any]) -> Applied:
    """The visit. Two who visit the same door both have been there: each is kept."""
    about_home = _taking_part(body["plan"], op.at)
    with about(about_home.subject, about_home.area_code):
        plan = _plan(op, body["plan"])
        made = record_visit(
            plan,
            key=body["key"],
            state=body["state"],
            answers=body["answers"],
            at=op.at,
            member=op.member,
            now=op.now,
            late=op.replay_by is not None,
        )
    return Applied({"visit": str(made.pk)}, f"visit:{made.pk}", area_code=about_home.area_code)


@keeping("visit.")
def whose(body: Any, at: dt.datetime) -> About:
    """The household, also where nothing else of the body can be read. Raises KeepNothing."""
    sent = body.get("plan") if isinstance(body, dict) else None
    try:
        plan = UUID(sent) if isinstance(sent, str) else None
    except ValueError:
        plan = None
    if plan is None:
        # Nobody could be let read it, and no erasure would find it.
        refused = BadInput(fields={"plan": [_("This must be a UUID.")]})
        raise KeepNothing(refused.code, refused, fields=refused.fields)
    return _taking_part(plan, at)


def _taking_part(plan: UUID, at: dt.datetime) -> About:
    """Raises KeepNothing where the household is gone, or wanted no visit any more by then."""
    home = home_of_plan(plan)
    if home is None:
        raise KeepNothing("household_gone", _("The household takes part no longer."))
    if home.withdrawn_at is not None and at >= home.withdrawn_at:
        raise KeepNothing(
            "consent_withdrawn",
            _("The household withdrew before this visit. Nothing of it was kept."),
        )
    return About(f"household:{home.household}", home.area_code)


def _plan(op: Op, key: UUID) -> CarePlan:
    """Raises NotAllowed where the household is no longer in the member's care."""
    plan = CarePlan.objects.filter(pk=key, area__in=areas_of(op.member, op.now)).first()
    if plan is None:
        raise NotAllowed(
            _("The household is in your care no longer. Your visit is kept for the office.")
        )
    return plan
