"""The one table of a case's life: which step leads where, from which states, and who may take it.

A step is ``from any of these states → to that state``. ``to`` None leaves the state as it is.
What a person is to a case is a set of standings: the roles they hold in its area, and what the
case itself says of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role
from api.errors import GridwalkError, NotAllowed
from cases.models.cases import ENDED, State


class IllegalStep(GridwalkError):
    """The case cannot take that step now; the sentence names those it can."""

    code = "illegal_step"
    http_status = 409


class Standing(StrEnum):
    """What somebody is to one case besides the roles they hold."""

    ASSIGNEE = "assignee"
    CLAIMANT = "claimant"
    REPORTER = "reporter"
    #: Any volunteer of the area, for what may be claimed.
    VOLUNTEER = "volunteer"
    SYSTEM = "system"


class Step(models.TextChoices):
    """A label is what its button says."""

    REPORT = "report", gettext_lazy("Report")
    ACCEPT = "accept", gettext_lazy("Accept")
    DECLINE = "decline", gettext_lazy("Decline")
    MERGE = "merge", gettext_lazy("Merge into another case")
    DISPATCH = "dispatch", gettext_lazy("Dispatch")
    REASSIGN = "reassign", gettext_lazy("Give to somebody else")
    START = "start", gettext_lazy("Start work")
    HOLD = "hold", gettext_lazy("Put on hold")
    RESUME = "resume", gettext_lazy("Resume")
    FINISH = "finish", gettext_lazy("Work is done")
    VERIFY = "verify", gettext_lazy("Verify")
    REWORK = "rework", gettext_lazy("Send back")
    CLOSE = "close", gettext_lazy("Close")
    REOPEN = "reopen", gettext_lazy("Reopen")
    CLAIM = "claim", gettext_lazy("Claim")
    HAND_BACK = "hand_back", gettext_lazy("Hand back")
    SPLIT = "split", gettext_lazy("Split")
    RECATEGORISE = "recategorise", gettext_lazy("Change category")
    EDIT = "edit", gettext_lazy("Correct details")
    OFFER = "offer", gettext_lazy("Let volunteers claim it")
    GATHER = "gather", gettext_lazy("Hang under another case")
    FOLLOW = "follow", gettext_lazy("Close with the case it is part of")
    HAND_OVER = "hand_over", gettext_lazy("Hand over with the cell")
    CONFIRM = "confirm", gettext_lazy("I see it too")
    NOTE = "note", gettext_lazy("Add a note")


@dataclass(frozen=True)
class Rule:
    """Where a step leads, who may take it, and what it cannot do without."""

    start: frozenset[State]
    to: State | None
    who: frozenset[str]
    needs: tuple[str, ...] = ()


def _states(*names: State) -> frozenset[State]:
    return frozenset(names)


OFFICE = frozenset({Role.COORDINATOR, Role.LEADER, Role.ADMINISTRATOR, Standing.SYSTEM})
RESPONSIBLE = OFFICE | {Role.WORKER}
DOING = RESPONSIBLE | {Standing.ASSIGNEE, Standing.CLAIMANT}
ANYBODY = DOING | {Standing.REPORTER, Standing.VOLUNTEER, Role.AUDITOR}
OPEN = frozenset(State) - frozenset(ENDED)
UNDERWAY = _states(State.DISPATCHED, State.IN_PROGRESS)
BEFORE_WORK = _states(State.REPORTED, State.ACCEPTED)

TABLE: dict[Step, Rule] = {
    Step.ACCEPT: Rule(_states(State.REPORTED), State.ACCEPTED, RESPONSIBLE),
    Step.DECLINE: Rule(_states(State.REPORTED), State.DECLINED, RESPONSIBLE, ("note",)),
    Step.MERGE: Rule(
        BEFORE_WORK | UNDERWAY | {State.ON_HOLD}, State.MERGED, RESPONSIBLE, ("into",)
    ),
    Step.DISPATCH: Rule(_states(State.ACCEPTED), State.DISPATCHED, RESPONSIBLE, ("to",)),
    Step.REASSIGN: Rule(UNDERWAY, State.DISPATCHED, RESPONSIBLE, ("to",)),
    Step.START: Rule(_states(State.DISPATCHED), State.IN_PROGRESS, DOING),
    Step.HOLD: Rule(_states(State.DISPATCHED), State.ON_HOLD, DOING, ("note", "until")),
    Step.RESUME: Rule(_states(State.ON_HOLD), State.DISPATCHED, DOING),
    Step.FINISH: Rule(_states(State.IN_PROGRESS), State.DONE, DOING),
    Step.VERIFY: Rule(_states(State.DONE), State.VERIFIED, RESPONSIBLE),
    Step.REWORK: Rule(_states(State.DONE), State.DISPATCHED, RESPONSIBLE, ("note",)),
    Step.CLOSE: Rule(_states(State.VERIFIED), State.CLOSED, RESPONSIBLE),
    Step.REOPEN: Rule(
        _states(State.CLOSED), State.ACCEPTED, RESPONSIBLE | {Standing.REPORTER}, ("note",)
    ),
    Step.CLAIM: Rule(_states(State.ACCEPTED), State.DISPATCHED, frozenset({Standing.VOLUNTEER})),
    Step.HAND_BACK: Rule(UNDERWAY, State.ACCEPTED, frozenset({Standing.CLAIMANT})),
    Step.SPLIT: Rule(BEFORE_WORK | UNDERWAY, None, RESPONSIBLE, ("parts",)),
    Step.RECATEGORISE: Rule(
        BEFORE_WORK | UNDERWAY | {State.ON_HOLD}, None, RESPONSIBLE, ("category",)
    ),
    Step.EDIT: Rule(
        BEFORE_WORK | UNDERWAY | {State.ON_HOLD},
        None,
        RESPONSIBLE | {Standing.REPORTER},
        ("changes",),
    ),
    Step.OFFER: Rule(BEFORE_WORK, None, OFFICE, ("claimable",)),
    Step.GATHER: Rule(BEFORE_WORK | UNDERWAY | {State.ON_HOLD}, None, OFFICE, ("into",)),
    Step.FOLLOW: Rule(OPEN, State.CLOSED, frozenset({Standing.SYSTEM})),
    # Taken with the whole cell (`cases.handing`), by no button of a case.
    Step.HAND_OVER: Rule(OPEN, None, frozenset({Standing.SYSTEM})),
    Step.CONFIRM: Rule(OPEN, None, ANYBODY),
    Step.NOTE: Rule(frozenset(State), None, ANYBODY - {Standing.VOLUNTEER}),
}


def steps_from(state: str, standings: Iterable[str]) -> list[Step]:
    """The steps somebody with these standings may take from that state, in the table's order."""
    held = set(standings)
    return [step for step, rule in TABLE.items() if state in rule.start and held & rule.who]


def rule_for(step: str, state: str, standings: Iterable[str]) -> Rule:
    """The rule of a legal step.

    Raises IllegalStep where the state does not allow it, NotAllowed where the person does not.
    """
    held = set(standings)
    rule = TABLE.get(Step(step)) if step in Step.values else None
    if rule is None or state not in rule.start:
        raise IllegalStep(_not_from(step, state, held))
    if not held & rule.who:
        raise NotAllowed(
            _("“%(step)s” is for somebody else: you are not responsible for this case.")
            % {"step": Step(step).label}
        )
    return rule


def _not_from(step: str, state: str, held: set[str]) -> str:
    named = Step(step).label if step in Step.values else step[:20]
    legal = ", ".join(str(found.label) for found in steps_from(state, held))
    words = {"state": State(state).label, "step": named, "legal": legal}
    if not legal:
        return _("The case is %(state)s, so “%(step)s” is not possible.") % words
    return (
        _("The case is %(state)s, so “%(step)s” is not possible. Possible now: %(legal)s.") % words
    )
