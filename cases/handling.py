"""Taking a step: one lock, one rule, one event. Running it twice changes nothing."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import BadInput, Conflict
from cases.deeds import Deed, append
from cases.effects import EFFECTS, check_site
from cases.lamps import note_sighting
from cases.models import Case, Event
from cases.standing import standings
from cases.transitions import Standing, Step, rule_for, steps_from

#: Steps that any number of people may take at once.
TOGETHER = frozenset({Step.NOTE, Step.CONFIRM})


def possible_steps(case: Case, member: Member, on: dt.date) -> list[Step]:
    """What the member may do with the case now, for buttons."""
    return steps_from(case.state, standings(member, case, on))


@transaction.atomic
def take_step(case: Case, deed: Deed, *, now: dt.datetime) -> Event:
    """Take the step and return its event; the same key again returns the first event.

    Raises IllegalStep, NotAllowed, BadInput for what is missing, and Conflict when somebody else
    was faster or the key belongs to another step.
    """
    into = deed.details.get("into")
    if into is not None:
        # In one order, so that two cases merged into each other do not wait for ever.
        both = Case.objects.filter(pk__in=[case.pk, into.pk]).order_by("pk")
        list(both.select_for_update().values_list("pk"))
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if before := Event.objects.filter(key=deed.key).first():
        if before.case_id != locked.pk or before.step != deed.step:
            raise Conflict(_("This step was sent before, with other content."))
        case.refresh_from_db()
        return before
    held = _standings(locked, deed, timezone.localdate(now))
    if deed.version is not None and deed.version != locked.version and deed.step not in TOGETHER:
        raise Conflict(_faster(locked))
    rule = rule_for(deed.step, locked.state, held)
    _check_needs(deed, rule.needs)
    check_site(locked, deed)
    details = EFFECTS[Step(deed.step)](locked, deed, now)
    locked.state = rule.to or locked.state
    event = append(locked, deed, details, now)
    note_sighting(event)
    if deed.step == Step.CLOSE:
        for part in locked.children.open():
            take_step(part, Deed(Step.FOLLOW), now=now)
    case.refresh_from_db()
    return event


def _standings(case: Case, deed: Deed, on: dt.date) -> set[str]:
    if deed.author is None:
        return {Standing.SYSTEM.value}
    held = standings(deed.author, case, on)
    if deed.step == Step.CONFIRM:
        # Whoever stands before it may say so, also in a neighbour's cell.
        held.add(Standing.REPORTER)
    return held


def _faster(case: Case) -> str:
    """Who was faster, and with what."""
    last = case.events.select_related("author").order_by("number").last()
    if last is None:
        return _("The case has changed. Look at it again; nothing of yours was done.")
    return _(
        "Somebody was faster: %(who)s, “%(step)s”, %(at)s. Look at the case again; "
        "nothing of yours was done."
    ) % {
        "who": last.author or _("the system"),
        "step": Step(last.step).label,
        "at": date_format(timezone.localtime(last.at), "H:i"),
    }


def _check_needs(deed: Deed, needs: tuple[str, ...]) -> None:
    """A step without what it needs is refused with all that is missing; raises BadInput."""
    sentences = {
        "note": _("Say why in a sentence."),
        "to": _("Choose a crew or a member."),
        "until": _("Choose the day on which it goes on."),
        "into": _("Choose the other case."),
        "category": _("Choose the category."),
        "claimable": _("Say whether volunteers may claim it."),
        "parts": _("Name two parts at least."),
        "changes": _("Nothing of it is different from what is there."),
    }
    given = {name for name, value in deed.details.items() if value not in (None, [], {})}
    if deed.note.strip():
        given.add("note")
    if given & {"crew", "assignee"}:
        given.add("to")
    missing = {name: [sentences[name]] for name in needs if name not in given}
    if missing:
        raise BadInput(fields=missing)
