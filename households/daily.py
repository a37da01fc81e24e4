"""What happens to care visits every night: those missed climb, and those of ended plans go.

A day that was left out is made up for by the next run; running twice changes nothing more.
"""

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from accounts import acting
from households.models import Cadence, CarePlan, Visit, VisitState

#: Days after the planned one until the coordinator is told, by how often a household is visited.
GRACE_DAYS = {
    Cadence.DAILY: 0,
    Cadence.TWICE_A_WEEK: 1,
    Cadence.WEEKLY: 2,
    Cadence.FORTNIGHTLY: 3,
    Cadence.MONTHLY: 7,
    Cadence.QUARTERLY: 14,
}


def every_night(now: dt.datetime) -> tuple[int, int]:
    """How many visits climbed, and how many of ended plans went. In a transaction of its own."""
    with acting.as_job("visits"):
        return climb(now), stop_ended(now)


def climb(now: dt.datetime) -> int:
    """Note on visits that were missed when their coordinator was told; how many.

    Missed is a visit whose grace is over. Where nobody was home again and again, recording that
    told the coordinator already (households/visits.py). They see both by `households.due.missed`.
    """
    today = timezone.localdate(now)
    plans = CarePlan.objects.in_force(today)
    missed = Visit.objects.filter(_late(today), state=VisitState.PLANNED, climbed_at=None)
    return missed.filter(plan__in=plans).update(climbed_at=now)


def stop_ended(now: dt.datetime) -> int:
    """Delete what is planned of plans that ended or were withdrawn; how many visits."""
    today = timezone.localdate(now)
    over = Visit.objects.filter(state=VisitState.PLANNED).filter(
        Q(plan__ends_on__lt=today) | Q(plan__withdrawn_at__isnull=False)
    )
    return over.delete()[1].get(Visit._meta.label, 0)


def _late(today: dt.date) -> Q:
    """Planned so long ago that the grace of the plan's rhythm is over."""
    late = Q(pk__in=[])
    for cadence, grace in GRACE_DAYS.items():
        late |= Q(plan__cadence=cadence, planned_for__lt=today - dt.timedelta(days=grace))
    return late
