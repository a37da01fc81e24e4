"""The rounds of an office: plans by periods, each with its state, and what is overdue."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from accounts.models import Member
from accounts.scope import Scope
from rounds.daily import makers_of
from rounds.models import Cadence, Round, RoundPlan, State
from rounds.periods import DAY, Period, period_of

#: Columns of each table: two months of weeks, three of halves, half a year of months.
COLUMNS = {Cadence.WEEKLY: 8, Cadence.HALF_MONTHLY: 6, Cadence.MONTHLY: 6}
#: Plans on one page.
ROWS = 60
#: Overdue rounds that are listed; the number is of all.
MOST_LISTED = 50


@dataclass(frozen=True)
class Row:
    """A plan with who makes its rounds, and its round of each column, None where there is none."""

    plan: RoundPlan
    members: Sequence[str]
    rounds: Sequence["Shown | None"]


@dataclass(frozen=True)
class Shown:
    """A round and how it stands to today: ``late`` where it is overdue."""

    round: Round
    late: bool
    members: Sequence[str] = ()

    @property
    def look(self) -> str:
        """Its state, for a colour and a mark."""
        return "late" if self.late else self.round.state


@dataclass(frozen=True)
class Table:
    """The plans of one cadence."""

    cadence: Cadence
    columns: Sequence[Period]
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Board:
    """``due`` and ``late`` count open rounds, ``missed`` those of the tables' days."""

    tables: list[Table]
    page: Page
    late: list[Shown]
    counts: dict[str, int]


def load(scope: Scope, code: str, today: dt.date, page: int = 1) -> Board:
    """The rounds of all plans in the scope and below the code ("" for all). Seven queries."""
    columns = {cadence: _columns(cadence, today) for cadence in Cadence}
    first = min(found[0].start for found in columns.values())
    plans = (
        RoundPlan.objects.filter(scope.filter("area__code"), area__code__startswith=code)
        .filter(Q(ends_on=None) | Q(ends_on__gte=first), area__retired_on=None)
        .select_related("area")
        .defer("area__geometry", "area__tile_geometry")
        .order_by("area__level", "cadence", "area__code", "pk")
    )
    here = Paginator(plans, ROWS).get_page(page)
    rows = list(here.object_list)
    rounds = _rounds(rows, first)
    names = names_of(rows, today)
    tables = []
    for cadence in Cadence:
        table = Table(cadence, columns[cadence])
        for plan in rows:
            if plan.cadence == cadence:
                found = [rounds.get((plan.pk, column.end)) for column in columns[cadence]]
                shown = [Shown(one, one.is_overdue(today)) if one else None for one in found]
                table.rows.append(Row(plan, names[plan.pk], shown))
        if table.rows:
            tables.append(table)
    seen = Round.objects.in_scope(scope).inside(code)
    return Board(tables, here, _late(seen, today), _counts(seen, today, first))


def names_of(plans: Sequence[RoundPlan], day: dt.date) -> dict[int, list[str]]:
    """Names of who makes the rounds of each plan, by its id. Two queries."""
    makers = makers_of(plans, day)
    members = Member.objects.in_bulk({one for ids in makers.values() for one in ids})
    return {
        plan.pk: sorted(str(members[one]) for one in makers[plan.area_id, plan.role])
        for plan in plans
    }


def _columns(cadence: Cadence, today: dt.date) -> list[Period]:
    """The latest periods, that of today last."""
    found = [period_of(cadence, today)]
    while len(found) < COLUMNS[cadence]:
        found.insert(0, period_of(cadence, found[0].start - DAY))
    return found


def _rounds(plans: Sequence[RoundPlan], first: dt.date) -> dict[tuple[int, dt.date], Round]:
    rows = Round.objects.filter(plan__in=[plan.pk for plan in plans], due_on__gte=first)
    return {(row.plan_id, row.due_on): row for row in rows.defer("items", "answers")}


def _late(seen: Any, today: dt.date) -> list[Shown]:
    """Overdue rounds, the longest first."""
    rows = seen.overdue(today).with_area().order_by("due_on", "plan__area__code", "pk")
    late = list(rows[:MOST_LISTED])
    names = names_of([one.plan for one in late], today)
    return [Shown(one, True, names[one.plan_id]) for one in late]


def _counts(seen: Any, today: dt.date, first: dt.date) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    found |= seen.aggregate(
        due=Count("pk", filter=Q(state=State.DUE, due_on__gte=today)),
        late=Count("pk", filter=Q(state=State.DUE, due_on__lt=today)),
        climbed=Count("pk", filter=Q(state=State.DUE, climbed_to__isnull=False)),
        missed=Count("pk", filter=Q(state=State.MISSED, due_on__gte=first)),
    )
    return found
