"""Plans begun as a page begins them, and visits made, on one day of the tests' own."""

import datetime as dt
import uuid
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


def consent(**more: object) -> Consent:
    given = {"by": "self", "name": "", "how": "door", "on": TODAY}
    return Consent(**{**given, "text": ConsentText.objects.get(version="1"), **more})


def begin(household: Household, member: Member, **more: object) -> CarePlan:
    """A plan with weekly visits from today on; call with eyes that may."""
    asked = {
        "purpose": "illness",
        "cadence": "weekly",
        "windows": [],
        "checklist": Checklist.objects.get(purpose="illness"),
        "starts_on": TODAY,
        "ends_on": TODAY + 200 * DAY,
        "consent": consent(),
        "member": member,
        "now": NOW,
        **more,
    }
    return start_plan(household, **asked)


def answers(plan: CarePlan, **other: str) -> dict[str, str]:
    """All is well, but for what differs."""
    well = {"fine": "fine", "yes_no": "no"}
    return {item.key: well[item.kind] for item in plan.checklist.items.all()} | other


def visit(plan: CarePlan, member: Member, state: str = "done", **more: object) -> Visit:
    """A visit made now, unless said otherwise."""
    made = {
        "key": uuid.uuid4(),
        "state": state,
        "answers": answers(plan) if state == "done" else {},
        "member": member,
        "now": NOW,
        **more,
    }
    return record_visit(plan, **made)
