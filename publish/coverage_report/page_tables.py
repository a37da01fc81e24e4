"""The tables of the page and of the PDF, in the active language.

They are for reading: lengths as a person says them, the longest lists cut with a word about it. The
workbook and the other files hold every row and centimetre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from grid.models.streets import StreetKind
from publish.coverage_report import telling
from publish.coverage_report.definitions import DEFINITIONS
from publish.coverage_report.report import CategoryCases, CellPage, OverdueStreet, Report
from publish.coverage_report.sentences import told

#: Streets on an area's page, and in the table of the whole report.
ON_PAGE, IN_ALL = 9, 40
_OF_AREAS = (
    "coverage",
    "metres",
    "overdue_metres",
    "freshness_median_days",
    "night_coverage",
    "lamps_lit",
    "cases_taken_in",
    "cases_closed",
    "visits_done",
)


@dataclass(frozen=True)
class Column:
    title: str
    number: bool = False


@dataclass(frozen=True)
class Cell:
    text: str
    number: bool = False
    #: The id of the page about it.
    link: str = ""


@dataclass(frozen=True)
class Table:
    title: str
    columns: list[Column]
    rows: list[list[Cell]]
    note: str = ""


def tables(report: Report) -> list[Table]:
    """Areas, kinds of street, longest overdue streets, cases; those without rows are left out."""
    found = [
        *_areas(report),
        _kinds(report),
        longest(report.overdue[:IN_ALL], report.overdue_streets, where=True),
        _cases(report.categories),
    ]
    return [table for table in found if table.rows]


def longest(streets: Sequence[OverdueStreet], all_of_them: int, *, where: bool = False) -> Table:
    """Overdue streets as they come, and how many more there are; ``where``: with their cells."""
    rows = [
        [
            _text(_name(street.name, street.name_zh, street.name_en) or _kind(street.kind)),
            _number(telling.told(street.metres, "metres")),
            _number(_("{days} ago").format(days=telling.told(street.days, "days"))),
            *([_number(street.cell or telling.NOTHING)] if where else []),
        ]
        for street in streets
    ]
    more = all_of_them - len(rows)
    note = ""
    if more > 0:
        note = _("{n} more are in the workbook.").format(n=telling.number(more))
    columns = [_("Street or alley"), _("Overdue"), _("Last walked")]
    if where:
        columns.append(_("Cell"))
    return Table(_("Longest overdue streets"), _columns(columns), rows, note)


def _areas(report: Report) -> list[Table]:
    found = []
    if report.communities:
        found.append(_of(report, report.communities, _("Communities")))
    if report.cells:
        cells = [*report.cells, *([report.nowhere] if report.nowhere else [])]
        found.append(_of(report, cells, _("Cells")))
    return found


def _of(report: Report, areas: Sequence[CellPage], title: str) -> Table:
    pages = {page.area.code for page in report.pages}
    columns = [_("Area"), *(str(DEFINITIONS[key].title) for key in _OF_AREAS)]
    rows = [
        [_area(page, pages), *(_number(told(page.figures, key)) for key in _OF_AREAS)]
        for page in areas
    ]
    return Table(title, _columns(columns), rows)


def _area(page: CellPage, pages: set[str]) -> Cell:
    """The code's own digits with the name: a table has no room for all fifteen."""
    code, name = page.area.code, page.area.name
    link = f"area-{code}" if code in pages else ""
    if not code:
        return Cell(_("In no cell"))
    return Cell(f"{code[-3:]} {name}" if name and name != code else code, link=link)


def _kinds(report: Report) -> Table:
    columns = [_("Kind of street"), _("Length"), _("Walked"), _("Coverage"), _("Overdue")]
    rows = [
        [
            _text(_kind(row.kind)),
            _number(telling.told(row.metres, "metres")),
            _number(telling.told(row.covered_metres, "metres")),
            _number(telling.told(row.coverage, "share")),
            _number(telling.told(row.overdue_metres, "metres")),
        ]
        for row in report.kinds
    ]
    return Table(_("Kinds of street"), _columns(columns), rows)


def _cases(categories: Sequence[CategoryCases]) -> Table:
    columns = [
        _("Category"),
        str(DEFINITIONS["cases_taken_in"].title),
        str(DEFINITIONS["cases_closed"].title),
        _("On time of those due"),
        _("Open"),
        _("Overdue"),
    ]
    rows = [
        [
            _text(_name(row.name, row.name_zh, row.name)),
            _number(telling.told(row.taken_in, "count")),
            _number(telling.told(row.closed, "count")),
            _number(f"{row.on_time} / {row.due}"),
            _number(telling.told(row.open, "count")),
            _number(telling.told(row.overdue, "count")),
        ]
        for row in categories
    ]
    return Table(_("Cases by category"), _columns(columns), rows)


def _columns(titles: Sequence[str]) -> list[Column]:
    """The first tells what a row is about; the others are numbers."""
    return [Column(title, number=place > 0) for place, title in enumerate(titles)]


def _text(text: str) -> Cell:
    return Cell(text)


def _number(number: Any) -> Cell:
    return Cell(str(number), number=True)


def _kind(kind: str) -> str:
    return str(StreetKind(kind).label)


def _name(name: str, chinese: str, english: str) -> str:
    """In the reader's language where the map has it."""
    return (chinese if telling.chinese() else english) or name
