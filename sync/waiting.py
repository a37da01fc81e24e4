"""What of the tablets' work waits for the office, and whose office it is."""

import datetime as dt

from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Member, Role
from accounts.scope import Scope
from grid.responsibility import scope_of
from sync.models import Operation

State = Operation.State
#: Who decides about what was not taken in.
OFFICE = frozenset({Role.COORDINATOR, Role.LEADER, Role.ADMINISTRATOR})
#: What waits for something else for so long needs somebody to look.
LONG = dt.timedelta(days=1)


def office_of(member: Member, on: dt.date) -> Scope:
    """Where the member decides; empty for who decides nowhere. One query."""
    return scope_of(member, on, roles=OFFICE)


def seen_by(scope: Scope) -> QuerySet[Operation]:
    """What was not taken in there and is kept. What belongs nowhere is the administrators'."""
    kept = Operation.objects.filter(scope.filter("area_code"), payload__isnull=False)
    return kept.exclude(state=State.APPLIED)


def waiting(scope: Scope, now: dt.datetime) -> QuerySet[Operation]:
    """What somebody has to decide: refused, in conflict, or held for more than a day."""
    held = Q(state=State.HELD, received_at__lt=now - LONG)
    return seen_by(scope).filter(Q(state__in=[State.REJECTED, State.CONFLICT]) | held)


def tablets(request: HttpRequest) -> dict[str, object]:
    """A template context processor: ``tablets`` is None for who decides nothing, else how many
    records wait for them. It asks only on pages that show it; two queries, one for the others.
    """
    return {"tablets": SimpleLazyObject(lambda: _count(request))}


def _count(request: HttpRequest) -> "Count | None":
    member = getattr(request, "user", None)
    if not isinstance(member, Member):
        return None
    now = timezone.now()
    scope = office_of(member, timezone.localdate(now))
    return Count(waiting(scope, now).count()) if scope else None


class Count:
    """A number that a template can tell from “not for you”, also where it is zero."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        return str(self.number)


def numbers(scope: Scope, now: dt.datetime) -> dict[str, int]:
    """How many wait in each way. One query."""
    rows = waiting(scope, now).order_by().values_list("state").annotate(number=models.Count("pk"))
    return {**dict.fromkeys((State.REJECTED, State.CONFLICT, State.HELD), 0), **dict(rows)}
