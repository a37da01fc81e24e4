"""What a tablet needs to know of words and rules: the same for every member.

Each text comes in English and Chinese, so that a tablet changes its language without a network.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Choices
from django.utils import translation
from django.utils.functional import Promise

from cases.deeds import MOST_PHOTOS
from cases.models import Case, Category, Event, State
from cases.photos import MOST_BYTES
from cases.transitions import TABLE, Step
from grid.models import StreetKind
from households.models import Checklist, ChecklistItem, VisitState
from households.visit_pages import SAID
from households.visits import ANSWERS, CALLING

FORMAT = 1
#: Key of a text, and the language it is in.
LANGUAGES = {"en": "en", "zh": "zh-hans"}
Texts = dict[str, str]


#: Where each row lies, and which transaction wrote it (sync/package_marks.py says how that tells).
ROWS = """
SELECT
    (SELECT array_agg((ctid, xmin::text)::text ORDER BY id) FROM cases_category),
    (SELECT array_agg((ctid, xmin::text)::text ORDER BY id) FROM households_checklist),
    (SELECT array_agg((ctid, xmin::text)::text ORDER BY id) FROM households_checklistitem)
"""


def version() -> str:
    """Differs when what `reference` gives does. One query."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        rows = cursor.fetchone()
    return hashlib.sha256(repr((FORMAT, rows, _labels(), _limits())).encode()).hexdigest()[:24]


def reference() -> dict[str, Any]:
    """Categories, checklists, labels and limits; docs/sync.md has the form. Five queries."""
    return {
        "format": FORMAT,
        "version": version(),
        **_categories(),
        "checklists": _checklists(),
        **_labels(),
        "limits": _limits(),
    }


def _in_both(text: str | Promise) -> Texts:
    found = {}
    for key, language in LANGUAGES.items():
        with translation.override(language):
            found[key] = str(text)
    return found


def _named(category: Category) -> Texts:
    """An office may have named it in one language only."""
    english = category.name or category.name_zh
    return {"en": english, "zh": category.name_zh or english}


def _categories() -> dict[str, list[dict[str, Any]]]:
    """What can be reported, group by group as lists have it; and the names of what once could."""
    leaves = list(Category.objects.in_use())
    groups: dict[str, dict[str, Any]] = {}
    for leaf in leaves:
        group = leaf.parent
        assert group is not None  # noqa: S101
        inside = groups.setdefault(
            group.code,
            {
                "code": group.code,
                "name": _named(group),
                "icon": group.picture,
                "topic": group.topic,
                "leaves": [],
            },
        )
        inside["leaves"].append(
            {
                "code": leaf.code,
                "name": _named(leaf),
                "icon": leaf.picture,
                "topic": leaf.topic,
                "lamps": leaf.lamps,
                "recheck": leaf.recheck,
            }
        )
    in_use = {leaf.pk for leaf in leaves}
    past = Category.objects.exclude(parent=None).exclude(pk__in=in_use).select_related("parent")
    return {
        "categories": list(groups.values()),
        "past_categories": [
            {"code": leaf.code, "name": _named(leaf), "icon": leaf.picture}
            for leaf in past.order_by("code")
        ],
    }


def _checklists() -> list[dict[str, Any]]:
    """All of them: a plan may still ask by one that no new plan takes. Two queries."""
    return [
        {
            "id": checklist.pk,
            "name": {"en": checklist.name_en, "zh": checklist.name_zh},
            "items": [_question(item) for item in checklist.items.all() if not item.retired],
        }
        for checklist in Checklist.objects.prefetch_related("items").order_by("pk")
    ]


def _question(item: ChecklistItem) -> dict[str, Any]:
    return {
        "key": item.key,
        "text": {"en": item.text_en, "zh": item.text_zh},
        "kind": item.kind,
        "must": item.must,
        "category": item.case_category,
    }


def _choices(kind: type[Choices]) -> dict[str, Texts]:
    return {str(value): _in_both(label) for value, label in kind.choices}


def _answers(values: Iterable[str]) -> list[dict[str, Any]]:
    """What may be answered; ``calls`` where something has to follow from it."""
    return [
        {"value": value, "name": _in_both(SAID[value]), "calls": value in CALLING}
        for value in values
    ]


@cache
def _labels() -> dict[str, Any]:
    """Labels that come with the program: the same as long as the process runs."""
    return {
        "answers": {str(kind): _answers(values) for kind, values in ANSWERS.items()},
        "visit_states": _choices(VisitState),
        "case_states": _choices(State),
        "steps": {
            str(step): {"name": _in_both(step.label), "needs": list(TABLE[step].needs)}
            for step in Step
            if step in TABLE
        },
        "street_kinds": _choices(StreetKind),
    }


def _limits() -> dict[str, int]:
    """What the server refuses beyond: characters, photos of a record, bytes of one photo."""
    return {
        "description": _length(Case, "description"),
        "whereabouts": _length(Case, "whereabouts"),
        "note": _length(Event, "note"),
        "photos": MOST_PHOTOS,
        "photo_bytes": MOST_BYTES,
    }


def _length(model: Any, field: str) -> int:
    return int(model._meta.get_field(field).max_length)
