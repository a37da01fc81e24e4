"""What a tablet sent, as the office reads it. Where somebody walked is never shown."""

import datetime as dt
import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.edits import FIELDS
from cases.models import Category, State
from cases.transitions import Step
from households.models import ChecklistItem, VisitState
from households.visit_pages import SAID
from streetlights.models import Lamp, LampSighting
from sync.models import Operation

KINDS = {
    "case.report": gettext_lazy("New case"),
    "case.confirm": gettext_lazy("“I see it too”"),
    "case.step": gettext_lazy("Step of a case"),
    "case.edit": gettext_lazy("Correction of a case"),
    "conflict.decide": gettext_lazy("Decision about a conflict"),
    "lamp.seen": gettext_lazy("Look at a lamp"),
    "visit.record": gettext_lazy("Visit"),
    "patrol.start": gettext_lazy("Start of a patrol"),
    "patrol.fixes": gettext_lazy("Positions of a patrol"),
    "patrol.metres": gettext_lazy("Metres of a patrol"),
    "patrol.end": gettext_lazy("End of a patrol"),
    "patrol.nothing_wrong": gettext_lazy("“Walked, nothing wrong”"),
}
NAMES = {
    **FIELDS,
    "case": gettext_lazy("case"),
    "step": gettext_lazy("step"),
    "note": gettext_lazy("note"),
    "state": gettext_lazy("state"),
    "mode": gettext_lazy("how"),
    "team": gettext_lazy("team"),
    "until": gettext_lazy("until"),
    "photos": gettext_lazy("photos"),
    "parts": gettext_lazy("parts"),
    "lon": gettext_lazy("longitude"),
    "lat": gettext_lazy("latitude"),
    "keep": gettext_lazy("kept"),
    "nothing_wrong": gettext_lazy("“Walked, nothing wrong”"),
}
#: Ids that say nothing to a person.
PASSED_OVER = frozenset({"key", "plan", "visit", "patrol", "part", "conflict"})


def kind_of(operation: Operation) -> str:
    """What it is, in words; the name of a kind that this server does not know."""
    return str(KINDS.get(operation.kind, operation.kind))


def reason_of(operation: Operation) -> str:
    """Why it was not taken in. Sentences that the server stores by itself are in English there."""
    return _(operation.message) if operation.message else ""


def body_of(operation: Operation) -> dict[str, Any]:
    """What was sent; empty where it is not kept, or is no object."""
    raw = json.loads(operation.payload or "{}")
    body = raw.get("body") if isinstance(raw, dict) else None
    return body if isinstance(body, dict) else {}


def rows(operation: Operation) -> list[tuple[str, str]]:
    """Name and value of each field that was sent, in words.

    Call it for a visit only for who may know of the household.
    """
    body = body_of(operation)
    if operation.kind.startswith("patrol."):
        return _walked(body)
    flat = {**body, **(body["changes"] if isinstance(body.get("changes"), dict) else {})}
    told = [
        (str(NAMES.get(name, name)), in_words(name, value))
        for name, value in flat.items()
        if name not in PASSED_OVER | {"changes", "answers", "saw"} and value not in (None, "", [])
    ]
    return told + _answers(body)


def _walked(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Of a walk only how much there is of it."""
    told = [(_("positions"), "lon"), (_("stretches"), "stretches"), (_("buildings"), "buildings")]
    found = [
        (name, str(len(body[field]))) for name, field in told if isinstance(body.get(field), list)
    ]
    return found + [
        (str(NAMES[name]), in_words(name, body[name]))
        for name in ("mode", "team", "parts", "nothing_wrong")
        if body.get(name) is not None
    ]


def in_words(name: str, value: Any) -> str:
    """One value as a person reads it; what has no words of ours stays as it was sent."""
    labels: dict[str, dict[Any, Any]] = {
        "step": dict(Step.choices),
        "state": {
            **dict(LampSighting.State.choices),
            **dict(VisitState.choices),
            **dict(State.choices),
        },
    }
    if name == "photos" and isinstance(value, list):
        return str(len(value))
    if name == "category" and isinstance(value, str):
        found = Category.objects.select_related("parent").filter(code=value[:40]).first()
        return str(found or value)
    if name == "lamp" and isinstance(value, int):
        return str(Lamp.objects.filter(pk=value).first() or value) if value < 2**63 else str(value)
    if name == "steps" and isinstance(value, list):
        return ", ".join(str(labels["step"].get(one, one)) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return " · ".join(
            in_words(key, one) for key, one in value.items() if one and key != "version"
        )
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)[:200]
    return str(labels.get(name, {}).get(value, value) if isinstance(value, str) else value)


def _answers(body: dict[str, Any]) -> list[tuple[str, str]]:
    given = body.get("answers")
    if not isinstance(given, dict):
        return []
    asked: dict[str, str] = {
        item.key: str(item) for item in ChecklistItem.objects.filter(key__in=list(given))
    }
    return [(asked.get(key, str(key)), str(SAID.get(str(one), one))) for key, one in given.items()]


def conflict_rows(found: list[Any]) -> list[dict[str, Any]]:
    """Conflicts with both sides in words."""
    return [
        {
            "row": row,
            "field": NAMES.get(row.field, row.field),
            "mine": in_words(row.field, row.mine) if row.mine is not None else _("none"),
            "theirs": in_words(row.field, row.theirs) if row.theirs is not None else _("none"),
        }
        for row in found
    ]


def when(operation: Operation) -> dt.datetime | None:
    """When it happened by the tablet's clock, corrected; None where that was no time."""
    if operation.device_at is None:
        return None
    try:
        return operation.device_at + dt.timedelta(seconds=operation.clock_off_seconds)
    except OverflowError:
        return None
