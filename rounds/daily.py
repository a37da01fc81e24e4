"""What happens to rounds every night: they are made, and those not done are told of and climb.

A day that was left out is made up for by the next run; running twice tells nobody twice.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import Role
from grid.models import Level, Responsibility
from grid.responsibility import offices
from rounds import notices
from rounds.doing import link_cases
from rounds.due import settle
from rounds.models import Round, RoundNotice, RoundPlan, State
from rounds.periods import DAY, following

#: An overdue round climbs so many levels.
MOST_LEVELS = 2
Kind = RoundNotice.Kind
Told = tuple[Round, int, RoundNotice.Kind]


@transaction.atomic
def every_night(now: dt.datetime) -> None:
    """All of it, in this order: what climbs is told of before it counts as missed."""
    today = timezone.localdate(now)
    settle(RoundPlan.objects.all(), today)
    link_cases()
    tell_overdue(now)
    climb(now)
    miss(today)


def tell_overdue(now: dt.datetime) -> int:
    """Tell whoever makes a round that is overdue, and who coordinates the community; how many."""
    today = timezone.localdate(now)
    late = list(Round.objects.overdue(today).filter(plan__area__retired_on=None).with_area())
    above = offices({one.plan.area.code for one in late}, today)
    makers = makers_of([one.plan for one in late], today)
    told: list[Told] = []
    for one in late:
        area = one.plan.area
        members = set(makers[area.pk, one.plan.role])
        if area.level >= Level.COMMUNITY:
            members |= above[area.code[: Level.COMMUNITY]]
        told += [(one, member, Kind.OVERDUE) for member in sorted(members)]
    return notices.tell(told, now)


def climb(now: dt.datetime) -> int:
    """Tell the levels above of rounds not done for long enough, each once; how many climbed.

    The first level after the plan's ``climb_after`` days, the next after twice as many. Where
    nobody leads a level, it goes straight on to the one above.
    """
    today = timezone.localdate(now)
    late = list(_late(today))
    leaders = _leaders({one.plan.area.code for one in late}, today)
    told: list[Told] = []
    climbed = []
    for one in late:
        steps = min((today - one.due_on).days // one.plan.climb_after, MOST_LEVELS)
        rungs = [
            level
            for level in ladder(one.plan.area.level)
            if leaders.get(one.plan.area.code[:level])
        ]
        before = rungs.index(one.climbed_to) + 1 if one.climbed_to in rungs else 0
        if one.climbed_to is not None and not before:
            # Whoever was told has left that level since: what lies above it is still to come.
            before = sum(level > one.climbed_to for level in rungs)
        for level in rungs[before:steps]:
            members = leaders[one.plan.area.code[:level]]
            told += [(one, member, Kind.CLIMBED) for member in sorted(members)]
            one.climbed_to = level
        if rungs[before:steps]:
            climbed.append(one)
    Round.objects.bulk_update(climbed, ["climbed_to"], batch_size=1000)
    notices.tell(told, now)
    return len(climbed)


def ladder(level: int) -> list[int]:
    """Levels that an overdue round of an area of this level climbs to, nearest first.

    Below the subdistrict it begins there: who coordinates the community knows already.
    """
    above = min(level, Level.COMMUNITY)
    return [one for one in sorted(Level.values, reverse=True) if one < above]


def miss(today: dt.date) -> int:
    """Rounds whose following period is over too are missed: the next has taken their place."""
    rows = Round.objects.overdue(today).values_list("pk", "plan__cadence", "due_on")
    gone = [pk for pk, cadence, due_on in rows if following(cadence, due_on).end < today]
    return Round.objects.filter(pk__in=gone, state=State.DUE).update(state=State.MISSED)


def makers_of(plans: Iterable[RoundPlan], day: dt.date) -> dict[tuple[int, str], list[int]]:
    """Ids of who makes the rounds, by area and role; empty where nobody does. One query."""
    wanted = {(plan.area_id, plan.role) for plan in plans}
    found: dict[tuple[int, str], list[int]] = {key: [] for key in wanted}
    held = Responsibility.objects.on(day).filter(
        area__in={area for area, _role in wanted}, member__is_active=True
    )
    for area, role, member in held.order_by("pk").values_list("area", "role", "member"):
        if (area, role) in found:
            found[area, role].append(member)
    return found


def _late(today: dt.date) -> QuerySet[Round]:
    """Rounds late enough to climb; those of a plan's first missed days climb to the end."""
    rows = Round.objects.filter(
        state__in=[State.DUE, State.MISSED], due_on__lt=today, plan__area__retired_on=None
    )
    threshold: Any = F("plan__climb_after") * DAY
    rows = rows.filter(due_on__lte=today - threshold, due_on__gt=today - threshold * 3 - 30 * DAY)
    return rows.with_area().order_by("pk")


def _leaders(codes: set[str], day: dt.date) -> dict[str, set[int]]:
    """Ids of who leads the subdistricts, districts and cities of these areas. One query."""
    levels = (Level.SUBDISTRICT, Level.DISTRICT, Level.CITY)
    areas = {code[:level] for code in codes for level in levels if len(code) > level}
    held = Responsibility.objects.on(day).filter(
        role=Role.LEADER, area__code__in=areas, member__is_active=True
    )
    found: dict[str, set[int]] = {}
    for code, member in held.values_list("area__code", "member"):
        found.setdefault(code, set()).add(member)
    return found
