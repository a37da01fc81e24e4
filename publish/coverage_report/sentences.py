"""What the figures say in words: a few sentences that can be read out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publish.coverage_report import telling
from publish.coverage_report.report import Figures, Small


def answer(figures: Figures, before: Figures, days: int) -> list[str]:
    """Coverage with its change, freshness with what is overdue, cases, visits.

    What is unknown is left out; ``before`` may lack figures, then no change is told.
    """
    said = [
        _walked(figures, before, days),
        _fresh(figures),
        _cases(figures),
        _visits(figures),
        _rounds(figures),
    ]
    return [sentence for sentence in said if sentence]


def value(figures: Figures, key: str) -> Any:
    """The figure's value; None where there is none."""
    figure = figures.get(key)
    return None if figure is None else figure.value


def told(figures: Figures, key: str) -> str:
    figure = figures.get(key)
    return str(telling.told(figure.value, figure.unit)) if figure else telling.NOTHING


def _walked(figures: Figures, before: Figures, days: int) -> str:
    metres, share = value(figures, "metres"), value(figures, "coverage")
    if not metres or share is None:
        return _("There is no street here.")
    names = {
        "metres": told(figures, "metres"),
        "share": told(figures, "coverage"),
        "days": ngettext("this {n} day", "these {n} days", days).format(n=days),
    }
    if not share:
        return _("Nothing of {metres} of street was walked in {days}.").format(**names)
    moved = telling.change(share, value(before, "coverage"), "share")
    if moved is None:
        return _("{share} of {metres} of street was walked in {days}.").format(**names)
    names["points"] = moved.amount
    if moved.way > 0:
        sentence = _(
            "{share} of {metres} of street was walked in {days}, {points} more than in the period"
            " before."
        )
    elif moved.way < 0:
        sentence = _(
            "{share} of {metres} of street was walked in {days}, {points} less than in the period"
            " before."
        )
    else:
        sentence = _(
            "{share} of {metres} of street was walked in {days}, as much as in the period before."
        )
    return sentence.format(**names)


def _fresh(figures: Figures) -> str:
    overdue = value(figures, "overdue_metres")
    if not value(figures, "metres") or overdue is None:
        return ""
    late = _("nothing is overdue")
    if overdue:
        late = _("{overdue} is overdue").format(overdue=told(figures, "overdue_metres"))
    median = value(figures, "freshness_median_days")
    if isinstance(median, Small):
        sentence = _("Less than half of the street was walked in the last {median}; {late}.")
        since = telling.told(median.low, "days")
    elif not median:
        sentence = _("Half of the street was walked on the last day; {late}.")
        since = telling.told(median, "days")
    else:
        sentence = _("Half of the street was walked in the last {median}; {late}.")
        since = telling.told(median, "days")
    return sentence.format(median=since, late=late)


def _cases(figures: Figures) -> str:
    taken, closed = value(figures, "cases_taken_in"), value(figures, "cases_closed")
    if taken is None or closed is None:
        return ""
    if taken == 0 and closed == 0:
        return _("No case was taken in or closed.")
    names = {
        "taken": told(figures, "cases_taken_in"),
        "closed": told(figures, "cases_closed"),
        "open": told(figures, "cases_open"),
        "overdue": told(figures, "cases_overdue"),
    }
    if not value(figures, "cases_open"):
        return _("Cases: {taken} taken in, {closed} closed, none left open.").format(**names)
    if not value(figures, "cases_overdue"):
        sentence = _(
            "Cases: {taken} taken in, {closed} closed, {open} open, none of these overdue."
        )
    else:
        sentence = _(
            "Cases: {taken} taken in, {closed} closed, {open} open, {overdue} of these overdue."
        )
    return sentence.format(**names)


def _visits(figures: Figures) -> str:
    if value(figures, "visits_due") is None:
        return ""
    names = {"due": told(figures, "visits_due"), "done": told(figures, "visits_done")}
    if value(figures, "visits_done") is None:
        return _("Visits to households: {due} due.").format(**names)
    return _("Visits to households: {due} due, {done} made.").format(**names)


def _rounds(figures: Figures) -> str:
    if not value(figures, "rounds_due"):
        return ""
    names = {"due": told(figures, "rounds_due"), "done": told(figures, "rounds_done")}
    return _("Rounds: {due} due, {done} of these done.").format(**names)
