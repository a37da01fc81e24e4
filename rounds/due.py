"""Which rounds plans owe: made as their period begins, dropped where they are no longer needed."""

import datetime as dt

from django.db.models import F, Max, Q, QuerySet

from rounds.models import Round, RoundPlan, State
from rounds.periods import DAY, periods


def settle(plans: QuerySet[RoundPlan], today: dt.date) -> int:
    """Make the rounds of these plans whose period has begun, and drop those not owed any more.

    A plan owes the round of each period on whose last day it is in force; where it began within
    the period, the round does so too. Days that were left out are made up for; running twice
    changes nothing more. Returns how many were made. Four queries.
    """
    owed = []
    wanted = plans.filter(area__retired_on=None, starts_on__lte=today)
    for plan in wanted.annotate(last=Max("rounds__due_on")):
        first = plan.starts_on if plan.last is None else plan.last + DAY
        # What was made stays as it is; a plan whose first day moved back owes nothing more.
        for period in periods(plan.cadence, max(first, plan.starts_on), today):
            if plan.covers(period.end):
                start = max(period.start, plan.starts_on)
                owed.append(Round(plan=plan, starts_on=start, due_on=period.end, items=plan.items))
    # Two who run at once make the same rounds: the constraint knows.
    Round.objects.bulk_create(owed, ignore_conflicts=True, batch_size=1000)
    _drop(plans)
    return len(owed)


def _drop(plans: QuerySet[RoundPlan]) -> None:
    rounds = Round.objects.filter(plan__in=plans)
    over = Q(plan__ends_on__lt=F("due_on")) | Q(plan__area__retired_on__isnull=False)
    rounds.filter(over, state=State.DUE).update(state=State.DROPPED)
    # The end was put off again.
    rounds.filter(~over, state=State.DROPPED).update(state=State.DUE)
