"""The report as flat tables with plain numbers, for the workbook, CSV and whoever counts on.

Page and PDF have tables of their own, made for reading (page_tables.py).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from grid.models import Level, StreetKind
from publish.coverage_report.definitions import DEFINITIONS, Definition
from publish.coverage_report.report import CellPage, OverdueStreet, Report, Small, Value

ColumnUnit = Literal["text", "date", "share", "metres", "days", "count"]
Item = str | int | float | dt.date | None


@dataclass(frozen=True)
class Column:
    """``key`` is the same in every language; a share is 0..1."""

    key: str
    title: str
    unit: ColumnUnit


@dataclass(frozen=True)
class Table:
    """``name`` is the same in every language; a number that may not be told is text ("<5")."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Item, ...], ...]


def plain(value: Value) -> Item:
    return str(value) if isinstance(value, Small) else value


def tables_of(report: Report) -> list[Table]:
    """All tables in the active language; those without rows are left out."""
    found = [
        _about(report),
        _overview(report),
        _areas("communities", _("Communities"), report.communities, member=False),
        _areas("cells", _("Cells"), [*report.cells, *([report.nowhere] if report.nowhere else [])]),
        _kinds(report),
        _overdue(report),
        _categories(report),
        _weeks(report),
        _definitions(),
    ]
    return [table for table in found if table.rows]


def name_of_kind(kind: str) -> str:
    return str(StreetKind(kind).label) if kind in StreetKind.values else kind


def named(name: str, name_zh: str, name_en: str) -> str:
    """A name in the active language where there is one in it."""
    chinese = (get_language() or "").startswith("zh")
    return (name_zh if chinese else name_en) or name


def _about(report: Report) -> Table:
    columns = (Column("what", _("Detail"), "text"), Column("value", _("Value"), "text"))
    rows: list[tuple[Item, ...]] = [
        (_("Area"), report.area.name),
        (_("Area code"), report.area.code),
        (_("Level"), str(Level(report.area.level).label)),
        (_("First day"), report.start),
        (_("Last day"), report.end),
        (_("Period before, first day"), report.previous_start),
        (_("Period before, last day"), report.previous_end),
        (_("Data as of"), report.made_for),
        (_("Days looked back"), report.looked_back),
    ]
    if report.visits_until:
        rows.append((_("Visits due by"), report.visits_until))
    if report.simulated:
        rows.append((_("Note"), _("Some of these walks are made up, to try Gridwalk out.")))
    return Table("about", _("About this report"), columns, tuple(rows))


def _overview(report: Report) -> Table:
    columns = (
        Column("figure", _("Figure"), "text"),
        Column("value", _("This period"), "count"),
        Column("previous", _("Period before"), "count"),
        Column("change", _("Change"), "count"),
        Column("unit", _("Unit"), "text"),
    )
    rows = [
        (
            str(one.title),
            plain(report.figures[key].value),
            plain(report.previous[key].value),
            _change(report.figures[key].value, report.previous[key].value),
            _unit(one),
        )
        for key, one in DEFINITIONS.items()
        if key in report.figures and key in report.previous
    ]
    return Table("overview", _("Overview"), columns, tuple(rows))


def _change(now: Value, before: Value) -> Item:
    """None where one of both is not told exactly: a difference would tell more than they do."""
    if isinstance(now, int | float) and isinstance(before, int | float):
        return round(now - before, 4)
    return None


def _unit(one: Definition) -> str:
    units = {"share": _("share"), "metres": _("metres"), "days": _("days"), "count": _("number")}
    return units[one.unit]


def _areas(name: str, title: str, pages: Iterable[CellPage], *, member: bool = True) -> Table:
    head = [
        Column("code", _("Code"), "text"),
        Column("name", pgettext("of a place", "Name"), "text"),
    ]
    if member:
        head.append(Column("member", _("Responsible"), "text"))
    figures = [Column(key, str(one.title), one.unit) for key, one in DEFINITIONS.items()]
    rows = []
    for page in pages:
        told = page.area.name or ("" if page.area.code else _("In no cell"))
        first: list[Item] = [page.area.code, told, *([page.member or ""] if member else [])]
        rows.append((*first, *(plain(page.figures[column.key].value) for column in figures)))
    return Table(name, title, (*head, *figures), tuple(rows))


def _kinds(report: Report) -> Table:
    columns = (
        Column("kind", _("Kind of street"), "text"),
        Column("metres", str(DEFINITIONS["metres"].title), "metres"),
        Column("covered_metres", str(DEFINITIONS["covered_metres"].title), "metres"),
        Column("coverage", str(DEFINITIONS["coverage"].title), "share"),
        Column("overdue_metres", str(DEFINITIONS["overdue_metres"].title), "metres"),
    )
    rows = [
        (name_of_kind(one.kind), one.metres, one.covered_metres, one.coverage, one.overdue_metres)
        for one in report.kinds
    ]
    return Table("kinds", _("Kinds of street"), columns, tuple(rows))


def _overdue(report: Report) -> Table:
    """The longest of each cell, the longest first."""
    columns = (
        Column("cell", _("Cell"), "text"),
        Column("street", _("Street"), "text"),
        Column("kind", _("Kind of street"), "text"),
        Column("overdue_metres", str(DEFINITIONS["overdue_metres"].title), "metres"),
        Column("days", _("Days since walked"), "days"),
    )
    pages = [*report.cells, *([report.nowhere] if report.nowhere else [])]
    streets = [street for page in pages for street in page.overdue]
    rows = [_street(one) for one in sorted(streets, key=lambda one: (-one.metres, one.cell))]
    return Table("overdue", _("Longest overdue streets"), columns, tuple(rows))


def _street(one: OverdueStreet) -> tuple[Item, ...]:
    name = named(one.name, one.name_zh, one.name_en)
    return (one.cell, name, name_of_kind(one.kind), one.metres, plain(one.days))


def _categories(report: Report) -> Table:
    columns = (
        Column("category", _("Category"), "text"),
        Column("taken_in", _("Taken in"), "count"),
        Column("closed", _("Closed"), "count"),
        Column("due", _("Due"), "count"),
        Column("on_time", _("On time"), "count"),
        Column("open", _("Open"), "count"),
        Column("overdue", _("Overdue"), "count"),
    )
    rows = [
        (
            named(one.name, one.name_zh, one.name),
            *(one.taken_in, one.closed, one.due, one.on_time, one.open, one.overdue),
        )
        for one in report.categories
    ]
    return Table("cases", _("Cases by category"), columns, tuple(rows))


def _weeks(report: Report) -> Table:
    columns = (
        Column("start", _("First day"), "date"),
        Column("end", _("Last day"), "date"),
        Column("coverage", str(DEFINITIONS["coverage"].title), "share"),
        Column("covered_metres", str(DEFINITIONS["covered_metres"].title), "metres"),
        Column("cases_taken_in", str(DEFINITIONS["cases_taken_in"].title), "count"),
        Column("cases_closed", str(DEFINITIONS["cases_closed"].title), "count"),
    )
    rows = [
        (
            *(one.start, one.end, one.coverage, one.covered_metres),
            *(one.cases_taken_in, one.cases_closed),
        )
        for one in report.weeks
    ]
    return Table("weeks", _("Seven days at a time"), columns, tuple(rows))


def _definitions() -> Table:
    columns = (
        Column("key", _("Key"), "text"),
        Column("figure", _("Figure"), "text"),
        Column("unit", _("Unit"), "text"),
        Column("meaning", _("What it means"), "text"),
    )
    rows: list[tuple[Any, ...]] = [
        (key, str(one.title), _unit(one), str(one.meaning)) for key, one in DEFINITIONS.items()
    ]
    return Table("definitions", _("Definitions"), columns, tuple(rows))
