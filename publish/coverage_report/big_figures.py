"""The big figures of a page: the number, how it moved in words, and what it is a part of."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from publish.coverage_report import telling
from publish.coverage_report.definitions import DEFINITIONS
from publish.coverage_report.report import Figures
from publish.coverage_report.sentences import told, value

#: On the first page and on every cell's: four in a row on paper.
BIG = (
    "coverage",
    "freshness_median_days",
    "overdue_metres",
    "night_coverage",
    "lamps_lit",
    "cases_closed",
    "cases_on_time",
    "visits_done",
)  #: More of these may be work done or trouble had: their change is told without a colour.
_AMOUNTS = {"cases_closed", "visits_done"}


@dataclass(frozen=True)
class BigFigure:
    """A tile: the number, how it moved in words, and what it is a part of."""

    title: str
    value: str
    unit: str = ""
    change: str = ""
    arrow: str = ""
    note: str = ""
    #: "better" or "worse" colour the change; its arrow and words say it without.
    mood: str = ""


def big_figures(figures: Figures, before: Figures) -> list[BigFigure]:
    """A tile for each of ``BIG``; what is unknown keeps its place with a dash."""
    return [_big(key, figures, before) for key in BIG if key in figures]


def _big(key: str, figures: Figures, before: Figures) -> BigFigure:
    figure, about = figures[key], DEFINITIONS[key]
    said = telling.told(figure.value, figure.unit)
    moved = telling.change(figure.value, value(before, key), figure.unit)
    mood = ""
    if moved and moved.way and about.better and key not in _AMOUNTS:
        mood = "better" if moved.way == about.better else "worse"
    return BigFigure(
        title=str(about.title),
        value=said.value,
        unit=said.unit,
        change=moved.words if moved else "",
        arrow=moved.arrow if moved else "",
        note=_note(key, figures),
        mood=mood,
    )


def _note(key: str, figures: Figures) -> str:
    """What the big number is a part of, in small letters below it."""
    sentences = {
        "coverage": (_("{part} of {whole}"), "covered_metres", "metres"),
        "overdue_metres": (_("of {whole} of street"), "", "metres"),
        "night_coverage": (_("{whole} without a lamp"), "", "unlit_metres"),
        "lamps_lit": (_("of {whole} lamps"), "", "lamps"),
        "cases_closed": (_("{whole} taken in"), "", "cases_taken_in"),
        "cases_on_time": (_("{part} open, {whole} overdue"), "cases_open", "cases_overdue"),
        "visits_done": (_("of {whole} due"), "", "visits_due"),
    }
    if key not in sentences:
        return ""
    sentence, part, whole = sentences[key]
    if not value(figures, whole) or (part and value(figures, part) is None):
        return ""
    return sentence.format(part=told(figures, part) if part else "", whole=told(figures, whole))
