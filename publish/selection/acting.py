"""One step for many: each case goes through its own transitions, and says what became of it.

Every item has a key made of the request's key and its id: the same request again (an answer that
got lost) changes nothing and answers the same. What one item is refused does not hold up the rest.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import Conflict, GridwalkError
from cases.deeds import Deed
from cases.handling import take_step
from cases.models import Case, Category, Crew, Event, Source, State
from cases.reporting import Report, take_in
from cases.transitions import UNDERWAY, Step
from publish.selection.choosing import within
from streetlights.models import Lamp


@dataclass(frozen=True)
class Hand:
    """Who gets the work, and by when: a crew or a member; ``due_at`` None keeps the case's own."""

    crew: Crew | None = None
    assignee: Member | None = None
    due_at: dt.datetime | None = None

    @property
    def details(self) -> dict[str, Any]:
        given = {"crew": self.crew, "assignee": self.assignee, "due_at": self.due_at}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class Outcome:
    """What became of one item. ``case`` is its number, ``refused`` the sentence where nothing was
    done; ``before`` who had the case, where giving it back is a legal step."""

    id: int
    case: int | None = None
    name: str = ""
    refused: str = ""
    code: str = ""
    before: dict[str, int | None] | None = None


def give(
    ids: Sequence[int], hand: Hand, member: Member, key: uuid.UUID, now: dt.datetime, on: dt.date
) -> list[Outcome]:
    """Dispatch cases: a reported one is accepted first, one under way is given to somebody else."""
    seen = {
        case.pk: case
        for case in within("cases", member, on).filter(pk__in=ids).select_related("category")
    }

    def one(number: int) -> Outcome:
        case = seen.get(number)
        if case is None:
            raise Conflict(_("There is no open case #%s that you may see.") % number)
        before = {"crew": case.crew_id, "assignee": case.assignee_id}
        step = hand_over(case, hand, member, uuid.uuid5(key, f"case {number}"), now)
        back = before if step == Step.REASSIGN and any(before.values()) else None
        return Outcome(number, number, str(case), before=back)

    return _each(ids, one, {pk: str(case) for pk, case in seen.items()})


def hand_over(
    case: Case, hand: Hand, member: Member, key: uuid.UUID, now: dt.datetime
) -> Step | None:
    """Give one case to a crew or member by its own steps.

    The step that did it, or None where the same request did it before.
    """
    if Event.objects.filter(key=key).exists():
        return None
    if case.state == State.REPORTED:
        take_step(case, Deed(Step.ACCEPT, member, key=uuid.uuid5(key, "accept")), now=now)
    step = Step.REASSIGN if case.state in UNDERWAY else Step.DISPATCH
    take_step(case, Deed(step, member, key=key, details=hand.details), now=now)
    return step


def inspect(
    ids: Sequence[int],
    category: Category,
    note: str,
    hand: Hand | None,
    member: Member,
    key: uuid.UUID,
    now: dt.datetime,
    on: dt.date,
) -> list[Outcome]:
    """Make a case of each lamp, and give it to somebody where ``hand`` says whom."""
    lamps: dict[int, Lamp] = {
        lamp.pk: lamp for lamp in within("lamps", member, on).filter(pk__in=ids)
    }
    busy = dict(
        Case.objects.open()
        .filter(lamp__in=lamps, category=category)
        .order_by("pk")
        .values_list("lamp", "pk")
    )
    made = {pk: uuid.uuid5(key, f"lamp {pk}") for pk in ids}
    known = set(Case.objects.filter(key__in=made.values()).values_list("key", flat=True))

    def one(number: int) -> Outcome:
        lamp = lamps.get(number)
        if lamp is None:
            raise Conflict(_("There is no lamp of that number for which you are responsible."))
        if number in busy and made[number] not in known:
            raise Conflict(
                _("This lamp has an open case of this category already: #%s.") % busy[number]
            )
        report = Report(
            category, lamp.location, Source.MEMBER, member,
            key=made[number], description=note, lamp=lamp,
        )  # fmt: skip
        case, _new = take_in(report, now=now)
        if hand is not None:
            hand_over(case, hand, member, uuid.uuid5(made[number], "give"), now)
        return Outcome(number, case.pk, str(lamp))

    return _each(ids, one, {pk: str(lamp) for pk, lamp in lamps.items()})


def _each(
    ids: Sequence[int], one: Callable[[int], Outcome], names: dict[int, str]
) -> list[Outcome]:
    """The outcome of each id, in the order given; each whole or not at all."""
    found = []
    for number in ids:
        try:
            with transaction.atomic():
                found.append(one(number))
        except GridwalkError as error:
            told = next((s[0] for s in (error.fields or {}).values() if s), "") or str(error)
            found.append(Outcome(number, name=names.get(number, ""), refused=told, code=error.code))
    return found
