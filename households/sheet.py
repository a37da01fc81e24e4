"""A household's own sheet: everything that is held about it, and everyone who read it.

Built with the eyes of a member who cares for the household, in the language that is active.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Member
from grid.models import Area
from households.erase import history
from households.household_pages import in_words, plans_of
from households.models import AccessRecord, CarePlan, Household, Visit, VisitState
from households.readers import readers_of
from households.visit_pages import SAID

#: Why a sheet was made, as its access record keeps it; the sheet says it in its own language.
GIVEN = gettext_noop("given to the household")


@dataclass(frozen=True)
class VisitTold:
    """A visit with its questions and answers in words."""

    visit: Visit
    answers: list[tuple[str, str]]


@dataclass(frozen=True)
class Change:
    """What was changed, when and by whom; ``who`` is None for the system's own jobs."""

    at: dt.datetime
    of: str
    what: list[str]
    who: Member | None


@dataclass(frozen=True)
class Sheet:
    """All that is held about one household."""

    household: Household
    made_at: dt.datetime
    made_by: Member
    plans: list[CarePlan]
    planned: list[Visit]
    visits: list[VisitTold]
    changes: list[Change]
    readers: list[AccessRecord]

    @property
    def cases(self) -> list[int]:
        """Numbers of the cases that followed from its visits."""
        numbers = (told.visit.case_number for told in self.visits)
        return sorted({number for number in numbers if number is not None})


def sheet_of(household: Household, *, member: Member, now: dt.datetime) -> Sheet:
    """Everything held about the household, as the member hands it over. Some 14 queries."""
    visits = Visit.objects.filter(household=household).select_related("member")
    return Sheet(
        household=household,
        made_at=now,
        made_by=member,
        plans=plans_of(household, timezone.localdate(now)),
        planned=list(visits.filter(state=VisitState.PLANNED).order_by("planned_for")),
        visits=_told(visits.exclude(state=VisitState.PLANNED)),
        changes=_changes(household),
        readers=readers_of(household.pk),
    )


def _told(visits: QuerySet[Visit]) -> list[VisitTold]:
    rows = visits.prefetch_related("plan__checklist__items").order_by("-at", "-pk")
    return [VisitTold(visit, _answers(visit)) for visit in rows]


def _answers(visit: Visit) -> list[tuple[str, str]]:
    """Questions in the order of the list; one that has left it is told by its key."""
    asked = {item.key: str(item) for item in visit.plan.checklist.items.all()}
    keys = [key for key in asked if key in visit.answers]
    keys += [key for key in visit.answers if key not in asked]
    return [
        (asked.get(key, key), str(SAID.get(visit.answers[key], visit.answers[key]))) for key in keys
    ]


# -- what was changed ---------------------------------------------------------------------------

_OF_HOUSEHOLD = ("area_id", "people", "language", "since")
_OF_PLAN = (
    *("area_id", "purpose", "cadence", "windows", "starts_on", "ends_on"),
    *("consent_by", "consent_how", "consent_on", "withdrawn_at"),
)


def _changes(household: Household) -> list[Change]:
    """History rows told as what each of them changed, the latest first."""
    rows = [
        *_rows(history(Household).filter(pgh_obj=household.pk)),
        *_rows(history(CarePlan).filter(household=household.pk)),
    ]
    areas = Area.objects.in_bulk({row.area_id for row in rows})
    names = {key: area.name for key, area in areas.items()}
    authors = Member.objects.in_bulk({_author(row) for row in rows} - {None})
    changes = []
    before: dict[Any, Any] = {}
    for row in rows:
        of_plan = hasattr(row, "household_id")
        model: type[Model] = CarePlan if of_plan else Household
        told = _differences(model, _OF_PLAN if of_plan else _OF_HOUSEHOLD, before, row, names)
        if told:
            of = f"{_('Care plan')}: {row.get_purpose_display()}" if of_plan else _("Household")
            changes.append(Change(row.pgh_created_at, of, told, authors.get(_author(row))))
        before[row.pgh_obj_id] = row
    return sorted(changes, key=lambda change: change.at, reverse=True)


def _rows(rows: QuerySet) -> Iterable[Any]:
    return rows.select_related("pgh_context").order_by("pgh_id")


def _author(row: Any) -> int | None:
    """Id of the member whose request it was, as pghistory notes it."""
    found = row.pgh_context.metadata.get("user") if row.pgh_context else None
    return found if isinstance(found, int) else None


def _differences(
    model: type[Model],
    fields: Sequence[str],
    before: dict[Any, Any],
    row: Any,
    names: dict[int, str],
) -> list[str]:
    """Like “number of people: 2 → 3”; the first row says what it began with."""
    old = before.get(row.pgh_obj_id)
    told = []
    for name in fields:
        now, then = getattr(row, name), getattr(old, name) if old else None
        if now == then or (old is None and now in ("", [], None)):
            continue
        label = getattr(model._meta.get_field(name.removesuffix("_id")), "verbose_name", name)
        values = [_value(one, name, names) for one in ((old, row) if old else (row,))]
        told.append(f"{label}: {' → '.join(values)}")
    return told


def _value(row: Any, name: str, names: dict[int, str]) -> str:
    value = getattr(row, name)
    if name == "area_id":
        return names.get(value, "–")
    if name == "windows":
        return "; ".join(in_words(window) for window in value) or _("any time")
    if isinstance(value, dt.datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, dt.date):
        return date_format(value, "DATE_FORMAT")
    if (shown := getattr(row, f"get_{name}_display", None)) is not None:
        return str(shown())
    return "–" if value in (None, "") else str(value)
