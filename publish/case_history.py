"""What state each case was in over weeks, from its events: the map shows any day of them."""

import datetime as dt
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.fields.json import KT
from django.utils.dateparse import parse_datetime

from api import features
from cases.dispatch import due_at
from cases.listing import SOON
from cases.map_rows import DIGITS
from cases.models import Case, CaseQuerySet, Category, Event, State
from cases.models.cases import ENDED, NOT_DUE
from cases.working_time import WorkingCalendar, calendar

STATES = State.values
FIELDS = ("id", "lon", "lat", "category", "steps")


def case_history(cases: CaseQuerySet, *, since: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    """The ``cases`` that were open at any time in [since, until), a row of ``fields`` for each.

    ``steps`` are ``[at, state, due]`` in order, Unix seconds; ``state`` is a number in ``states``,
    ``due`` null where there is none. Each holds until the next; of what was before ``since`` only
    the last is told. Place and category are those of today; a due time that was replaced before
    any event told of it is worked out anew from the category. Raises TooMany beyond 5,000.
    Three queries.
    """
    lately = Exists(Event.objects.filter(case=OuterRef("pk"), at__gte=since))
    found = list(
        cases.filter(reported_at__lt=until)
        .filter(lately | ~Q(state__in=ENDED))
        .order_by("pk")
        .select_related(None)
        .only("pk", "location", "category", "reported_at", "due_at")[: features.MOST_FEATURES + 1]
    )
    features.refuse_too_many(len(found))
    kinds = Category.objects.in_bulk({case.category_id for case in found})
    told = _told([case.pk for case in found], until)
    days = calendar()
    rows = []
    for case in found:
        steps = _steps(told.get(case.pk, []), _first_due(case, kinds, told, days))
        kept = _lately(steps, since.timestamp())
        if kept:
            lon, lat = (round(at, DIGITS) for at in case.location.coords)
            rows.append((case.pk, lon, lat, kinds[case.category_id].code, kept))
    return {
        "fields": FIELDS,
        "states": STATES,
        "ended": [STATES.index(state) for state in ENDED],
        "not_due": [STATES.index(state) for state in NOT_DUE],
        "soon": int(SOON.total_seconds()),
        "cases": rows,
        "categories": {
            kind.code: {"name": str(kind), "topic": kind.topic} for kind in kinds.values()
        },
    }


Told = tuple[int, str, str | None, bool]
Step = tuple[int, int, int | None]


def _told(ids: list[int], until: dt.datetime) -> dict[int, list[Told]]:
    """By case: (at, state, due as it was written, whether the event told of it), in order."""
    rows = (
        Event.objects.filter(case__in=ids, at__lt=until)
        .order_by("case_id", "number")
        .annotate(of_due=ExpressionWrapper(Q(details__has_key="due_at"), BooleanField()))
        .values_list("case_id", "at", "state", KT("details__due_at"), "of_due")
    )
    found: dict[int, list[Told]] = {}
    for case, at, state, due, told in rows:
        found.setdefault(case, []).append((int(at.timestamp()), state, due, told))
    return found


def _first_due(
    case: Case, kinds: dict[int, Category], told: dict[int, list[Told]], days: WorkingCalendar
) -> int | None:
    if not any(of_it for *_rest, of_it in told.get(case.pk, [])):
        return int(case.due_at.timestamp()) if case.due_at else None
    return int(due_at(kinds[case.category_id], case.reported_at, days).timestamp())


def _steps(told: list[Told], due: int | None) -> list[Step]:
    """Only what changed the state or the due time."""
    steps: list[Step] = []
    for at, state, written, of_it in told:
        if of_it:
            parsed = parse_datetime(written) if written else None
            due = int(parsed.timestamp()) if parsed else None
        step = (at, STATES.index(state), due)
        if not steps or steps[-1][1:] != step[1:]:
            steps.append(step)
    return steps


def _lately(steps: list[Step], since: float) -> list[Step]:
    """From the last step before ``since`` on; nothing where the case had ended by then."""
    before = sum(at < since for at, *_rest in steps)
    kept = steps[max(before - 1, 0) :]
    return [] if len(kept) == 1 and kept[0][0] < since and STATES[kept[0][1]] in ENDED else kept
