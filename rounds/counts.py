"""How many rounds were due and done, by area."""

import datetime as dt
from collections import Counter
from typing import NamedTuple

from django.db.models import Count, Q

from grid.models import Level
from rounds.models import Round, State


class Rounds(NamedTuple):
    """``done`` are those of ``due`` that were done by then."""

    due: int = 0
    done: int = 0


def counts(code: str, *, start: dt.date, end: dt.date, until: dt.datetime) -> dict[str, Rounds]:
    """Rounds whose last day lies between the days, both included, and those done before ``until``.

    By code of the area and of all below it that have any, each with what lies inside. One query.
    """
    rows = (
        Round.objects.inside(code)
        .filter(due_on__gte=start, due_on__lte=end)
        .exclude(state=State.DROPPED)
        .values_list("plan__area__code")
        .annotate(due=Count("pk"), done=Count("pk", filter=Q(state=State.DONE, done_at__lt=until)))
    )
    due: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for area, many, made in rows:
        for level in Level.values:
            if len(code) <= level <= len(area):
                due[area[:level]] += many
                done[area[:level]] += made
    return {area: Rounds(due[area], done[area]) for area in due}
