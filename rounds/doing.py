"""Doing a round: answers, findings with their cases, and that it is done."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import BadInput, Conflict, NotAllowed
from cases.models import Case, Event
from rounds.items import items_of
from rounds.models import Finding, How, Round, State
from rounds.periods import following
from rounds.plans import deciding
from rounds.walked import Walked

Answer = Round.Answer
#: Patrols that one round names.
MOST_PATROLS = 40


def may_do(one: Round, member: Member, today: dt.date) -> bool:
    """Whether the member makes the round, or decides about rounds there. Two queries at most."""
    if not member.is_active:
        return False
    mine = Round.objects.filter(pk=one.pk).of_member(member, today)
    return mine.exists() or deciding(member, today).covers(one.plan.area.code)


def locked(pk: int, member: Member, today: dt.date) -> Round:
    """The round, for this transaction alone. Raises NotAllowed, and Conflict where it is over."""
    one = Round.objects.select_for_update(of=("self",)).with_area().get(pk=pk)
    if not may_do(one, member, today):
        raise NotAllowed(_("This round is made by whoever is responsible for the area."))
    if one.state != State.DUE:
        raise Conflict(_("This round is over: nothing more can be noted for it."))
    return one


def may_reopen(one: Round, member: Member, today: dt.date) -> bool:
    """Whether a round that is done is theirs to open again: they finished it, or decide there.

    As long as it could still be made; afterwards it would be missed by the next night.
    """
    late = following(one.plan.cadence, one.due_on).end < today
    if one.state != State.DONE or late or not member.is_active:
        return False
    return one.done_by_id == member.pk or deciding(member, today).covers(one.plan.area.code)


@transaction.atomic
def reopen(pk: int, member: Member, today: dt.date) -> Round:
    """It was marked as done by mistake: it is to be made again, with its answers and findings.

    Its history tells who finished and who opened it. Again changes nothing. Raises NotAllowed.
    """
    one = Round.objects.select_for_update(of=("self",)).with_area().get(pk=pk)
    if one.state == State.DUE:
        return one
    if not may_reopen(one, member, today):
        raise NotAllowed(
            _(
                "A round is opened again by who finished it or who decides there, until the"
                " following period is over."
            )
        )
    one.state, one.how, one.done_by, one.done_at = State.DUE, "", None, None
    one.patrols, one.covered_share = [], None
    one.save()
    return one


def keep(one: Round, answers: Mapping[str, str]) -> None:
    """Store answers by key of the item; those to other items stay. Unknown ones are left out."""
    known = {item.key for item in items_of(one.items)}
    given = {
        key: answer for key, answer in answers.items() if key in known and answer in Answer.values
    }
    if given != {key: one.answers.get(key) for key in given}:
        one.answers = {**one.answers, **given}
        one.save(update_fields=["answers"])


def note_finding(
    one: Round, item: str, key: uuid.UUID, member: Member, now: dt.datetime
) -> Finding:
    """Something not in order, whose case will be reported by ``key``; again changes nothing.

    ``item`` is the key of the thing looked at, "" for something else.
    """
    if item and item not in {known.key for known in items_of(one.items)}:
        raise BadInput(_("This round does not look at that."))
    made, _new = Finding.objects.get_or_create(
        key=key, defaults={"round": one, "item": item, "found_by": member, "found_at": now}
    )
    if made.round_id != one.pk:
        raise Conflict(_("This page was used for another round already. Reload it."))
    return made


def cases_of(findings: Iterable[Finding]) -> dict[uuid.UUID, Case]:
    """The case of each finding that has one, by key of the finding.

    A report that confirmed an open case left its key with that step. Three queries at most.
    """
    rows = list(findings)
    waiting = [row.key for row in rows if row.case_id is None]
    numbers = {row.key: row.case_id for row in rows if row.case_id is not None}
    if waiting:
        numbers |= dict(Event.objects.filter(key__in=waiting).values_list("key", "case"))
        numbers |= dict(Case.objects.filter(key__in=waiting).values_list("key", "pk"))
    cases = Case.objects.select_related("category__parent").in_bulk(set(numbers.values()))
    return {key: cases[number] for key, number in numbers.items() if number is not None}


def link_cases(findings: Iterable[Finding] | None = None) -> int:
    """Store the cases of findings that have one by now; how many."""
    rows = list(Finding.objects.filter(case=None) if findings is None else findings)
    found = cases_of(rows)
    fresh = [row for row in rows if row.case_id is None and row.key in found]
    for row in fresh:
        row.case = found[row.key]
    Finding.objects.bulk_update(fresh, ["case"], batch_size=1000)
    return len(fresh)


@transaction.atomic
def finish_by_form(one: Round, member: Member, now: dt.datetime) -> None:
    """Done by its answers. Raises BadInput naming each item that is not answered or has no case."""
    link_cases(one.findings.all())
    with_case = set(one.findings.exclude(case=None).values_list("item", flat=True))
    problems: dict[str, list[str]] = {}
    for item in items_of(one.items):
        answer = one.answers.get(item.key)
        if answer is None:
            problems[item.key] = [_("Not answered yet.")]
        elif answer == Answer.WRONG and item.key not in with_case:
            problems[item.key] = [_("Report it, so that a case takes care of it.")]
    if problems:
        message = _("The answers are kept. The round is done once what is marked below is.")
        raise BadInput(message, fields=problems)
    _done(one, How.FORM, member, now)


@transaction.atomic
def finish_by_patrols(
    one: Round, patrols: Iterable[uuid.UUID], member: Member, now: dt.datetime
) -> None:
    """Done by patrols that together walked the plan's share of the area's metres since its start.

    Raises BadInput, with the share they walked.
    """
    chosen = sorted(set(patrols))
    if not chosen or len(chosen) > MOST_PATROLS:
        raise BadInput(_("Choose from one to %s patrols.") % MOST_PATROLS)
    walked = Walked.of(one, now)
    if any(patrol not in walked.known for patrol in chosen):
        raise BadInput(_("One of the patrols did not walk here in the period."))
    share = walked.share(chosen)
    if share is None or share * 100 < one.plan.min_share:
        text = _("These patrols walked %(share)s %% of the streets; %(least)s %% are needed.")
        # Never rounded up to what is needed.
        part = int((share or 0) * 1000) / 10
        raise BadInput(text % {"share": part, "least": one.plan.min_share})
    one.patrols, one.covered_share = chosen, share
    _done(one, How.PATROL, member, now)


def _done(one: Round, how: How, member: Member, now: dt.datetime) -> None:
    one.state, one.how, one.done_by, one.done_at = State.DONE, how, member, now
    one.save()
