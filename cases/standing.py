"""What a member is to a case."""

import datetime as dt

from accounts.models import Member, Role
from cases.models import Case
from cases.transitions import Standing
from grid.models import Level, Responsibility

#: Roles that give a standing by the area alone; a crew's standing comes with the case.
BY_AREA = frozenset({Role.WORKER, Role.COORDINATOR, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR})


def standings(member: Member, case: Case, on: dt.date) -> set[str]:
    """All standings of the member; empty for somebody the case does not concern. Two queries."""
    if not member.is_active:
        return set()
    held: set[str] = {Role.ADMINISTRATOR.value} if member.is_superuser else set()
    codes = [case.area_code[:length] for length in Level.values if length <= len(case.area_code)]
    roles = Responsibility.objects.on(on).filter(member=member, area__retired_on=None)
    for role, code in roles.exclude(area=None).values_list("role", "area__code"):
        if role == Role.ADMINISTRATOR or (role in BY_AREA and code in codes):
            held.add(role)
        # A volunteer reports to a community and may help in all of its cells.
        elif role == Role.VOLUNTEER and case.claimable and code in codes:
            held.add(Standing.VOLUNTEER)
    if case.assignee_id == member.pk:
        held.add(Standing.ASSIGNEE)
    if (
        case.crew_id
        and case.assignee_id is None
        and member.crews.filter(pk=case.crew_id, active=True).exists()
    ):
        held.add(Standing.ASSIGNEE)
    if case.claimed_by_id == member.pk:
        held.add(Standing.CLAIMANT)
    if case.reporter_id == member.pk:
        held.add(Standing.REPORTER)
    return held
