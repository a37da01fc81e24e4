"""Plans begun as a page begins them, and visits made, on one day of the tests' own."""

import datetime as dt
from typing import Any, TypedDict, Unpack
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Member
from households.models import CarePlan, Checklist, ConsentText, Household, Visit
from households.plan_rules import Consent
from households.plans import start_plan
from households.visits import record_visit

#: Row-level security knows only the days around the server's own.
TODAY = timezone.localdate()
NOW = dt.datetime.combine(TODAY, dt.time(10), ZoneInfo(str(timezone.get_default_timezone())))
DAY = dt.timedelta(days=1)


class Terms(TypedDict, total=False):
    """What of a plan a test may choose, as `households.plans.start_plan` takes it."""

    purpose: str
    cadence: str
    windows: list[dict[str, Any]]
    checklist: Checklist
    starts_on: dt.date
    ends_on: dt.date
    consent: Consent


class Made(TypedDict, total=False):
    """What of a visit a test may choose, as `households.visits.record_visit` takes it."""

    key: UUID
    answers: dict[str, str]
    at: dt.datetime | None
    now: dt.datetime


def consent(*, by: str = "self", name: str = "", how: str = "door", on: dt.date = TODAY) -> Consent:
    return Consent(by, name, how, on, ConsentText.objects.get(version="1"))


def terms(**more: Unpack[Terms]) -> Terms:
    """Weekly visits from today on, but for what differs."""
    usual: Terms = {
        "purpose": "illness",
        "cadence": "weekly",
        "windows": [],
        "checklist": Checklist.objects.get(purpose="illness"),
        "starts_on": TODAY,
        "ends_on": TODAY + 200 * DAY,
        "consent": consent(),
    }
    return {**usual, **more}


def begin(household: Household, member: Member, **more: Unpack[Terms]) -> CarePlan:
    """A plan on the usual terms, but for what differs; call with eyes that may."""
    return start_plan(household, **terms(**more), member=member, now=NOW)


def answers(plan: CarePlan, **other: str) -> dict[str, str]:
    """All is well, but for what differs."""
    well = {"fine": "fine", "yes_no": "no"}
    return {item.key: well[item.kind] for item in plan.checklist.items.all()} | other


def visit(plan: CarePlan, member: Member, state: str = "done", **more: Unpack[Made]) -> Visit:
    """A visit made now, unless said otherwise."""
    usual: Made = {
        "key": uuid4(),
        "answers": answers(plan) if state == "done" else {},
        "now": NOW,
    }
    made: Made = {**usual, **more}
    return record_visit(plan, state=state, member=member, **made)
