"""What a member is to a case."""

import datetime as dt
from collections.abc import Collection, Iterable

from accounts.models import Member, Role
from cases.models import Case
from cases.transitions import Standing
from grid.models import Level, Responsibility

#: Roles that give a standing by the area alone; a crew's standing comes with the case.
BY_AREA = frozenset({Role.WORKER, Role.COORDINATOR, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR})


def standings(member: Member, case: Case, on: dt.date) -> set[str]:
    """All standings of the member; empty for somebody the case does not concern. Two queries."""
    crews = []
    if case.crew_id and case.assignee_id is None:
        crews = list(member.crews.filter(pk=case.crew_id, active=True).values_list("pk", flat=True))
    return standings_by(member, case, held_by(member, on), crews)


def held_by(member: Member, on: dt.date) -> list[tuple[str, str]]:
    """(role, code of the area) of each responsibility for an area on that day. One query."""
    roles = Responsibility.objects.on(on).filter(member=member, area__retired_on=None)
    return list(roles.exclude(area=None).values_list("role", "area__code"))


def standings_by(
    member: Member, case: Case, roles: Iterable[tuple[str, str]], crews: Collection[int]
) -> set[str]:
    """`standings` by what `held_by` says and the ids of the member's crews, for many cases."""
    if not member.is_active:
        return set()
    held: set[str] = {Role.ADMINISTRATOR.value} if member.is_superuser else set()
    codes = [case.area_code[:length] for length in Level.values if length <= len(case.area_code)]
    for role, code in roles:
        if role == Role.ADMINISTRATOR or (role in BY_AREA and code in codes):
            held.add(role)
        # A volunteer reports to a community and may help in all of its cells.
        elif role == Role.VOLUNTEER and case.claimable and code in codes:
            held.add(Standing.VOLUNTEER)
    if case.assignee_id == member.pk:
        held.add(Standing.ASSIGNEE)
    if case.crew_id in crews and case.assignee_id is None:
        held.add(Standing.ASSIGNEE)
    if case.claimed_by_id == member.pk:
        held.add(Standing.CLAIMANT)
    if case.reporter_id == member.pk:
        held.add(Standing.REPORTER)
    return held
