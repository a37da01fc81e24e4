"""What differs between two archived reports, figure by figure and cell by cell.

Only what both reports tell is compared: of a number that is hidden or a range there is no
difference, so two reports tell no more of households than each by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from publish.coverage_report.definitions import DEFINITIONS
from publish.coverage_report.report import Small, Value
from publish.coverage_report.telling import Change, Told, change, told
from publish.models import ArchivedReport

#: The figures that a cell's line shows.
OF_CELLS = ("coverage", "overdue_metres", "freshness_median_days", "cases_open")


@dataclass(frozen=True)
class Pair:
    """One figure of two reports: ``before`` and ``after``, and how it moved, if that is known."""

    key: str
    title: str
    before: Told
    after: Told
    change: Change | None

    @property
    def better(self) -> int:
        """1 for a change to the good, -1 to the bad, 0 for neither."""
        return self.change.way * DEFINITIONS[self.key].better if self.change else 0


@dataclass(frozen=True)
class CellPair:
    """One cell or community of both reports; ``only`` is "before" or "after" where one has it."""

    code: str
    name: str
    pairs: tuple[Pair, ...]
    only: str = ""

    @property
    def changed(self) -> bool:
        return bool(self.only) or any(pair.change and pair.change.way for pair in self.pairs)


@dataclass(frozen=True)
class Difference:
    """What a later version tells otherwise: titles of the area's figures, cells, new and gone."""

    figures: tuple[str, ...]
    cells: int
    come: int
    gone: int

    def __bool__(self) -> bool:
        return bool(self.figures or self.cells or self.come or self.gone)


def value_of(figures: Mapping[str, Any], key: str) -> Value:
    """A figure as the report had it, from its JSON; None for one that it did not have."""
    value = (figures.get(key) or {}).get("value")
    if isinstance(value, Mapping):
        return Small(value["low"], value["high"])
    return value


def pairs_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Pair, ...]:
    """All figures that one of both has, in the order of the report, in the active language."""
    return tuple(_pair(key, before, after) for key in DEFINITIONS if key in before or key in after)


def _pair(key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Pair:
    one = DEFINITIONS[key]
    old, new = value_of(before, key), value_of(after, key)
    return Pair(
        key,
        str(one.title),
        told(old, one.unit),
        told(new, one.unit),
        change(new, old, one.unit),
    )


def _cells(figures: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {cell["area"]["code"]: cell for cell in figures.get("cells", ())}


def cell_pairs(before: ArchivedReport, after: ArchivedReport, of: str = "cells") -> list[CellPair]:
    """The cells (or "communities") of both, by code, with the figures of ``OF_CELLS``."""
    sides = [
        {page["area"]["code"]: page for page in (report.figures or {}).get(of, ())}
        for report in (before, after)
    ]
    found = []
    for code in sorted(sides[0].keys() | sides[1].keys()):
        old, new = (side.get(code) for side in sides)
        only = "after" if old is None else "before" if new is None else ""
        page = new or old or {}
        figures = [(one or {}).get("figures", {}) for one in (old, new)]
        pairs = tuple(_pair(key, *figures) for key in OF_CELLS)
        found.append(CellPair(code, page["area"]["name"], pairs, only))
    return found


def difference(before: ArchivedReport, after: ArchivedReport) -> Difference:
    """What the later of two reports of the same area and days tells otherwise."""
    old, new = before.figures or {}, after.figures or {}
    figures = tuple(
        str(one.title)
        for key, one in DEFINITIONS.items()
        if old["figures"].get(key) != new["figures"].get(key)
    )
    cells = [_cells(old), _cells(new)]
    both = cells[0].keys() & cells[1].keys()
    moved = sum(cells[0][code]["figures"] != cells[1][code]["figures"] for code in both)
    return Difference(figures, moved, len(cells[1].keys() - both), len(cells[0].keys() - both))
