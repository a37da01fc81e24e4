"""Who may give and take which responsibility: by the level above, never upwards."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Member, Role
from accounts.scope import Scope
from api.errors import NotAllowed
from grid.models import Area, Level, Responsibility
from grid.responsibility import homes_of

#: Which levels of area a role is given for; auditors and administrators are appointed in the
#: administration alone.
LEVELS = {
    Role.WORKER: (Level.CELL, Level.COMMUNITY),
    Role.VOLUNTEER: (Level.CELL, Level.COMMUNITY),
    Role.CREW: (Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT, Level.CITY),
    Role.COORDINATOR: (Level.COMMUNITY,),
    Role.LEADER: (Level.SUBDISTRICT, Level.DISTRICT, Level.CITY),
}
#: What a coordinator gives.
BELOW_COORDINATOR = frozenset({Role.WORKER, Role.VOLUNTEER, Role.CREW})


@dataclass(frozen=True)
class Powers:
    """Where a member decides about responsibilities on one day; ``homes`` they know then."""

    member: Member
    coordinates: Scope
    leads: Scope
    homes: Scope

    @property
    def scope(self) -> Scope:
        """All areas whose responsibilities the member sees as one who decides."""
        if self.leads.everywhere:
            return self.leads
        return Scope(self.coordinates.prefixes | self.leads.prefixes)

    def __bool__(self) -> bool:
        return bool(self.scope)

    def may_give(self, role: str, code: str) -> bool:
        """Whether they decide who has that role in the area of this code."""
        if role not in LEVELS or len(code) not in LEVELS[Role(role)]:
            return False
        if self.leads.everywhere:
            return True
        if role in BELOW_COORDINATOR and self.scope.covers(code):
            return True
        # A leader decides about who coordinates and leads below, not beside or above.
        above = any(code.startswith(one) and code != one for one in self.leads.prefixes)
        return role in (Role.COORDINATOR, Role.LEADER) and above

    def may_have(self, role: str, code: str, taker: Member) -> bool:
        """Whether they may let this member have it: nobody gives themselves homes to know.

        Who coordinates knows them all anyway, and may work there; that somebody works there now
        is no reason for longer.
        """
        if taker != self.member or role not in (Role.WORKER, Role.COORDINATOR):
            return True
        return role == Role.WORKER and self.coordinates.covers(code)

    def check(self, role: str, area: Area, taker: Member) -> None:
        """Raises NotAllowed where the role there is not theirs to give, or not to this member."""
        if not self.may_give(role, area.code):
            raise NotAllowed(
                _("“%(role)s” of %(area)s is not yours to decide: ask whoever leads above.")
                % {"role": Role(role).label if role in Role.values else role, "area": area.name}
            )
        if not self.may_have(role, area.code, taker):
            raise NotAllowed(
                _("Nobody gives themselves a role that shows households. Ask somebody else to.")
            )


def powers_of(member: Member, on: dt.date) -> Powers:
    """What the member decides on that day; nothing for most. Two queries at most."""
    nowhere = Scope()
    if not member.is_active:
        return Powers(member, nowhere, nowhere, nowhere)
    homes = homes_of(member, on)
    if member.is_superuser:
        return Powers(member, nowhere, Scope(everywhere=True), homes)
    held = Responsibility.objects.on(on).filter(
        member=member,
        role__in=[Role.COORDINATOR, Role.LEADER, Role.ADMINISTRATOR],
        area__retired_on=None,
    )
    codes: dict[str, set[str]] = {}
    for role, code in held.exclude(area=None).values_list("role", "area__code"):
        codes.setdefault(role, set()).add(code)
    if Role.ADMINISTRATOR in codes:
        return Powers(member, nowhere, Scope(everywhere=True), homes)
    return Powers(
        member,
        Scope(frozenset(codes.get(Role.COORDINATOR, ()))),
        Scope(frozenset(codes.get(Role.LEADER, ()))),
        homes,
    )


def must_decide(member: Member, on: dt.date) -> Powers:
    """`powers_of`, refused where it is nothing. Raises NotAllowed."""
    powers = powers_of(member, on)
    if not powers:
        raise NotAllowed(
            _("Responsibilities are given by coordinators, leaders and administrators.")
        )
    return powers
