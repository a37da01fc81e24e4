"""Open cases that go from one member to another together with a cell."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import Member
from cases.deeds import Deed, append
from cases.models import Case
from cases.models.cases import ENDED
from cases.transitions import Step


@dataclass(frozen=True)
class With:
    """Ids of the cases that somebody is responsible for, and of those that were given to them."""

    responsible: tuple[int, ...] = ()
    assigned: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.responsible or self.assigned)


def open_with(member: Member, code: str) -> QuerySet[Case]:
    """Open cases in the cell of this code that are with the member, oldest first.

    They are responsible for them or do them; what they claimed as a volunteer stays theirs.
    """
    given = Q(assignee=member) & (Q(claimed_by=None) | ~Q(claimed_by=member))
    return (
        Case.objects.open()
        .filter(Q(responsible=member) | given, area_code=code)
        .select_related("category")
        .order_by("reported_at", "pk")
    )


def with_of(member: Member, code: str) -> With:
    """What `open_with` finds, told apart by what the member is to each. One query."""
    rows = open_with(member, code).values_list("pk", "responsible", "assignee", "claimed_by")
    responsible, assigned = [], []
    for pk, responsible_for, does, claims in rows:
        if responsible_for == member.pk:
            responsible.append(pk)
        if does == member.pk and claims != member.pk:
            assigned.append(pk)
    return With(tuple(responsible), tuple(assigned))


def hand_over(
    cases: With, giver: Member, taker: Member, *, author: Member | None, now: dt.datetime
) -> With:
    """Give these cases from one member to the other; each gets an event. Returns those given.

    What has ended meanwhile, or is with somebody else by now, stays as it is. Runs in a
    transaction: one query, and three for each case.
    """
    wanted = {*cases.responsible, *cases.assigned}
    locked = Case.objects.select_for_update(of=("self",)).filter(pk__in=wanted)
    responsible, assigned = [], []
    for case in locked.exclude(state__in=ENDED).order_by("pk"):
        details: dict[str, object] = {}
        if case.pk in cases.responsible and case.responsible_id == giver.pk:
            case.responsible = taker
            responsible.append(case.pk)
            details["responsible"] = taker.pk
        if case.pk in cases.assigned and case.assignee_id == giver.pk:
            case.assignee = taker
            assigned.append(case.pk)
            details["assignee"] = taker.pk
        if details:
            deed = Deed(Step.HAND_OVER, author=author, note=f"{giver} → {taker}")
            append(case, deed, {"from": giver.pk, **details}, now)
    return With(tuple(responsible), tuple(assigned))
