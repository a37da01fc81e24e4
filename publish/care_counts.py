"""Counts of care that everybody may see: made once a week by a job, and only read from then on.

What may be shown is decided in publish/small_counts.py; its caller's duties are kept here. Each
week has one snapshot, under the division into cells of the day it is made, and is never made
again: a second one, an hour or a division later, could be subtracted from the first.
"""

import datetime as dt
from collections import defaultdict

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone

from accounts import acting
from grid.models import Area, Building
from households.models import CareCount, CarePlan, Visit, VisitState
from patrols.coverage import midnight
from publish.small_counts import (
    CELL_DIGITS,
    COMMUNITY_DIGITS,
    Published,
    publishable,
    publishable_part,
)

#: What stands in no cell of a community is counted as one more; it has no figure of its own.
_REST = "000"
#: So many at most are never shown.
FEW = 4


def publish_week(now: dt.datetime) -> int:
    """Publish the counts of this week unless they are there; how many figures were written.

    For jobs and commands, in a transaction of its own. Six queries.
    """
    today = timezone.localdate(now)
    monday = today - dt.timedelta(days=today.weekday())
    with acting.as_job("counts"):
        _one_at_a_time()
        if CareCount.objects.filter(week=monday).exists():
            return 0
        room = _room()
        counts = _counts(today, monday, room)
        plans, due, done, room = _believable(*counts, room)
        wholes = publishable(plans, room=room)
        shown = {
            CareCount.Kind.PLANS: wholes,
            CareCount.Kind.DUE: publishable_part(due, wholes, room=room),
            CareCount.Kind.DONE: publishable_part(done, wholes, room=room),
        }
        rows = [
            CareCount(week=monday, kind=kind, area_code=code, low=of.low, high=of.high)
            for kind, areas in shown.items()
            for code, of in areas.items()
            if not _is_rest(code)
        ]
        return len(CareCount.objects.bulk_create(rows, batch_size=5_000))


def published(code: str, on: dt.date) -> tuple[dt.date | None, list[CareCount]]:
    """The newest week that began by that day, and what it shows of the area and all below it.

    No week: nothing was published yet. Two queries.
    """
    week = (
        CareCount.objects.filter(week__lte=on)
        .order_by("-week")
        .values_list("week", flat=True)
        .first()
    )
    if week is None:
        return None, []
    rows = CareCount.objects.filter(week=week, area_code__startswith=code)
    return week, list(rows.order_by("area_code", "kind"))


def reading(count: CareCount) -> Published:
    return Published(count.low, count.high)


def _is_rest(code: str) -> bool:
    return len(code) == CELL_DIGITS and code.endswith(_REST)


def _one_at_a_time() -> None:
    """Two jobs of the same week would each find it missing."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE households_carecount IN SHARE ROW EXCLUSIVE MODE")


def _room() -> dict[str, int]:
    """Dwellings that the map knows in every cell: nobody takes a park for hiding a household.

    Buildings in no cell make one more of their community, where there are any.
    """
    room = dict.fromkeys(Area.objects.cells().values_list("code", flat=True), 0)
    rows = (
        Building.objects.order_by()
        .values_list("cell__code", "cell__retired_on", "community__code")
        .annotate(dwellings=Sum("households"))
    )
    outside: dict[str, int] = defaultdict(int)
    for cell, retired_on, community, dwellings in rows:
        if cell is not None and retired_on is None:
            room[cell] += dwellings
        else:
            outside[community + _REST] += dwellings
    return room | outside


def _counts(
    today: dt.date, monday: dt.date, room: dict[str, int]
) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Households with a plan in force, and those of them with a visit due by the week's Sunday, and
    visited in the week before, by cell.

    One query: between two, a household could withdraw.
    """
    visits = Visit.objects.filter(plan=OuterRef("pk"))
    sunday, last_monday = monday + dt.timedelta(days=6), monday - dt.timedelta(days=7)
    waiting = visits.filter(state=VisitState.PLANNED, planned_for__lte=sunday)
    made = visits.filter(
        state=VisitState.DONE, at__gte=midnight(last_monday), at__lt=midnight(monday)
    )
    rows = (
        CarePlan.objects.in_force(today)
        .order_by()
        .values_list("area__code")
        .annotate(
            plans=Count("household", distinct=True),
            due=Count("household", distinct=True, filter=Q(Exists(waiting))),
            done=Count("household", distinct=True, filter=Q(Exists(made))),
        )
    )
    plans = dict.fromkeys(room, 0)
    due, done = dict.fromkeys(room, 0), dict.fromkeys(room, 0)
    for code, with_plan, with_visit, visited in rows:
        cell = code if code in room else code[:COMMUNITY_DIGITS] + _REST
        plans[cell] = plans.get(cell, 0) + with_plan
        due[cell] = due.get(cell, 0) + with_visit
        done[cell] = done.get(cell, 0) + visited
    return plans, due, done


def _believable(
    plans: dict[str, int], due: dict[str, int], done: dict[str, int], room: dict[str, int]
) -> tuple[dict[str, int], dict[str, int], dict[str, int], dict[str, int]]:
    """Plans, visits due and done, and room, such that no cell holds more households than dwellings.

    Where the map knows fewer dwellings than the few that take part, the map's number counts: the
    figure stays "<5", and a total is at most four short. A count that is shown as it is tells for
    itself that the map is wrong.
    """
    seen = {code: count > FEW or count <= room.get(code, 0) for code, count in plans.items()}
    believed = {c: count if seen[c] else room.get(c, 0) for c, count in plans.items()}
    waiting, visited = (
        {code: min(count, believed[code]) for code, count in part.items()} for part in (due, done)
    )
    space = {code: max(room.get(code, 0), count) for code, count in believed.items()}
    return believed, waiting, visited, space
