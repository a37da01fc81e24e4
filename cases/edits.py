"""What of a case can be corrected, and which version each field was last changed in."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.transitions import Step

#: Fields by the names that events and tablets know them by.
FIELDS = {
    "category": _("category"),
    "description": _("what is wrong"),
    "whereabouts": _("where exactly"),
    "place": _("place"),
    "lamp": _("lamp"),
}
#: Those that are plain text.
WORDS = ("description", "whereabouts")


def different(case: Case, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the changes, as rows, that say something else than the case does."""
    now = {
        "category": case.category,
        "place": case.location,
        "lamp": case.lamp,
        # Browsers end lines in their own way.
        **{name: getattr(case, name).strip().splitlines() for name in WORDS},
    }
    return {
        name: value
        for name, value in changes.items()
        if now[name] != (value.strip().splitlines() if name in WORDS else value)
    }


def values_of(case: Case) -> dict[str, Any]:
    """The fields as JSON; ``place`` is longitude and latitude to 1e-7 of a degree (EPSG:4326)."""
    return {
        "category": case.category.code,
        "description": case.description,
        "whereabouts": case.whereabouts,
        "place": [round(case.location.x, 7), round(case.location.y, 7)],
        "lamp": case.lamp_id,
    }


def changed_in(case: Case) -> dict[str, int]:
    """The version that each field was last changed in, where it was since the report. One query."""
    found: dict[str, int] = {}
    steps = case.events.filter(step__in=[Step.EDIT, Step.RECATEGORISE]).order_by("number")
    for step, number, details in steps.values_list("step", "number", "details"):
        names = ["category"] if step == Step.RECATEGORISE else details.get("fields", [])
        found |= dict.fromkeys(names, number)
    return found
