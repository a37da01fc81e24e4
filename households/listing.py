"""The list of households: what it can be filtered by, and what one row says."""

import datetime as dt
from typing import Any

from django.db.models import DateField, Exists, Max, Min, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import Member
from households.models import CarePlan, Household, Visit, VisitState
from households.register import search

#: A plan with so few days left is talked over with the household.
SOON_DAYS = 30
#: Filters by state, as they stand in the address.
STATES = {
    "due": gettext_lazy("Visit due"),
    "overdue": gettext_lazy("Visit overdue"),
    "missed": gettext_lazy("Visit missed, the coordinator knows"),
    "soon": gettext_lazy("Plan ends soon"),
    "ended": gettext_lazy("Plan ended, not renewed"),
    "none": gettext_lazy("No plan"),
}
BY_ADDRESS = ("door__address", "door__entrance", "door__floor", "door__label", "pk")


def chosen(
    areas: list[int], *, words: str, state: str, member: Member, now: dt.datetime
) -> list[Household] | QuerySet[Household]:
    """Homes in these areas whose address has the words and that are in the state.

    In order of their address, or the best found first where words are given. Call with the
    member's eyes.
    """
    today = timezone.localdate(now)
    homes = in_state(Household.objects.filter(area__in=areas), state, today)
    rows = (
        _with_plans(homes, today)
        .select_related("door", "area")
        .defer("contact", "area__geometry", "area__tile_geometry")
    )
    if not words:
        return rows.order_by(*BY_ADDRESS)
    found = [home.pk for home in search(member, words, now, areas=areas)]
    by_key = rows.in_bulk(found)
    return [by_key[pk] for pk in found if pk in by_key]


def in_state(homes: QuerySet[Household], state: str, today: dt.date) -> QuerySet[Household]:
    """Those of the homes in the state, one of ``STATES``; all of them for anything else."""
    plans = CarePlan.objects.filter(household=OuterRef("pk"), withdrawn_at=None)
    standing = plans.filter(ends_on__gte=today)
    planned = _planned(today)
    match state:
        case "due":
            return homes.filter(Exists(planned.filter(planned_for__lte=today)))
        case "overdue":
            return homes.filter(Exists(planned.filter(planned_for__lt=today)))
        case "missed":
            return homes.filter(Exists(planned.exclude(climbed_at=None)))
        case "soon":
            later = standing.filter(ends_on__gt=soon(today))
            return homes.filter(Exists(standing), ~Exists(later))
        case "ended":
            return homes.filter(Exists(plans), ~Exists(standing))
        case "none":
            return homes.filter(~Exists(standing))
    return homes


def _planned(today: dt.date) -> QuerySet[Visit]:
    """The household's planned visits of plans that have not ended; the night takes the others."""
    return Visit.objects.filter(
        household=OuterRef("pk"),
        state=VisitState.PLANNED,
        plan__withdrawn_at=None,
        plan__ends_on__gte=today,
    )


def soon(today: dt.date) -> dt.date:
    """The last day that counts as soon."""
    return today + dt.timedelta(days=SOON_DAYS)


def _with_plans(homes: QuerySet[Household], today: dt.date) -> QuerySet[Household]:
    """Each home with ``plan_until`` and ``plan_from`` of what stands, ``next_visit`` and
    ``last_visit``; None where there is none. Purposes are not for lists."""
    standing = CarePlan.objects.filter(
        household=OuterRef("pk"), withdrawn_at=None, ends_on__gte=today
    )
    visits = Visit.objects.filter(household=OuterRef("pk"))
    planned = _planned(today)
    reached = visits.filter(state=VisitState.DONE)
    return homes.annotate(
        plan_from=_one(standing, Min("starts_on"), DateField()),
        plan_until=_one(standing, Max("ends_on"), DateField()),
        next_visit=_one(planned, Min("planned_for"), DateField()),
        last_visit=_one(reached, Max("at")),
    )


def _one(rows: QuerySet, figure: Any, field: Any = None) -> Subquery:
    return Subquery(
        rows.order_by().values("household").annotate(figure=figure).values("figure"),
        output_field=field,
    )
