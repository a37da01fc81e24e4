"""What the report shows, in the active language: ready texts and drawings for its template."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from grid.models import Level
from publish.coverage_report import telling
from publish.coverage_report.big_figures import BigFigure, big_figures
from publish.coverage_report.definitions import DEFINITIONS
from publish.coverage_report.drawing import Drawing, shortened, svg_of, width_of
from publish.coverage_report.drawn_map import map_of
from publish.coverage_report.page_charts import charts
from publish.coverage_report.page_tables import ON_PAGE, Table, longest, tables
from publish.coverage_report.report import CellPage, MapData, Report
from publish.coverage_report.sentences import answer

#: Width and greatest height in mm of a map on an A4 page with what else stands there.
MAP, SMALL_MAP = (182.0, 129.0), (182.0, 100.0)
#: Sizes of letters on paper in mm, and the height of a line of each, as the style has them.
_TITLE, _SENTENCE = (7.4, 9.0), (3.7, 5.2)
_BANNER = 11.0
#: How many ems of an area's name have room at the foot of a page.
_RUNNING = 24


@dataclass(frozen=True)
class Chart:
    title: str
    svg: SafeString


@dataclass(frozen=True)
class AreaPage:
    """A cell's page, or a community's in the report of a larger area."""

    code: str
    name: str
    level: str
    responsible: str
    #: Nobody answers for this cell; communities are held by their cells' members.
    nobody: bool
    answer: list[str]
    figures: list[BigFigure]
    map: SafeString
    overdue: Table


@dataclass(frozen=True)
class Entry:
    title: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """Everything the template shows, as texts and drawings."""

    lang: str
    title: str
    area: str
    level: str
    code: str
    period: str
    compared: str
    made_on: str
    simulated: bool
    #: At the foot of each printed page.
    running: str
    answer: list[str]
    between: str
    figures: list[BigFigure]
    map: SafeString
    charts: list[Chart]
    pages_title: str
    pages: list[AreaPage]
    tables: list[Table]
    definitions: list[Entry]
    notes: list[str]


Placed = Callable[[Drawing, str], SafeString]


def inline(drawing: Drawing, name: str) -> SafeString:
    """The drawing as an element of the page; ``svg_of`` has escaped its texts."""
    return mark_safe(svg_of(drawing, name=name))  # noqa: S308


def sheet_of(report: Report, placed: Placed = inline) -> Sheet:
    """The whole report in the active language; the same report gives the same sheet.

    ``placed`` makes of a drawing and its name what stands for it in the page.
    """
    before = telling.period(report.previous_start, report.previous_end)
    return Sheet(
        lang="zh-Hans" if telling.chinese() else "en",
        title=title(),
        area=report.area.name or report.area.code,
        level=_level(report.area.level),
        code=report.area.code,
        period=telling.period(report.start, report.end),
        compared=_("compared with {period}").format(period=before),
        made_on=report.made_for.isoformat(),
        simulated=report.simulated,
        running=_running(report),
        answer=answer(report.figures, report.previous, days_of(report)),
        between="" if telling.chinese() else " ",
        figures=big_figures(report.figures, report.previous),
        map=placed(whole_map(report, _first_map(report)), "map"),
        charts=[
            Chart(drawing.title, placed(drawing, f"chart-{number}"))
            for number, drawing in enumerate(charts(report), 1)
        ],
        pages_title=_pages_title(report),
        pages=[_area_page(page, report, placed) for page in report.pages],
        tables=tables(report),
        definitions=[
            Entry(str(one.title), str(one.meaning))
            for key, one in DEFINITIONS.items()
            if key in report.figures
        ],
        notes=_notes(report),
    )


def title() -> str:
    return _("Spatial coverage report")


def _running(report: Report) -> str:
    name = shortened(report.area.name, 1, _RUNNING)
    period = telling.period(report.start, report.end)
    return f"{report.area.code} {name} · {title()} · {period}"


def days_of(report: Report) -> int:
    return (report.end - report.start).days + 1


def _first_map(report: Report) -> tuple[float, float]:
    """The map's room where everything else of the first page has to stand beside it."""
    width, height = MAP
    said = " ".join(answer(report.figures, report.previous, days_of(report)))
    height -= _BANNER if report.simulated else 0.0
    height -= _TITLE[1] * _more_lines(report.area.name, _TITLE[0], 1)
    height -= _SENTENCE[1] * _more_lines(said, _SENTENCE[0], 2)
    return width, height


def _more_lines(text: str, size: float, usual: int) -> int:
    return max(0, math.ceil(width_of(text, size) / MAP[0]) - usual)


def whole_map(report: Report, size: tuple[float, float]) -> Drawing:
    """The map of the first page and of the PNG."""
    return map_of(
        report.map,
        title=_map_title(report.area.name or report.area.code, report.map),
        says=_in_words(report.map),
        size=size,
    )


def _map_title(name: str, data: MapData) -> str:
    about = _("Streets by freshness") if data.streets else _("Areas by coverage")
    return f"{name}: {about}"


def _in_words(data: MapData) -> str:
    """The areas with their coverage, lowest first, for those who do not see the map."""
    known = sorted(
        (area.share, area.code, area.name) for area in data.cells if area.share is not None
    )
    said = [f"{name or code} {telling.told(share, 'share')}" for share, code, name in known]
    areas = telling.comma().join(said)
    return _("Coverage, lowest first: {areas}").format(areas=areas) if said else ""


def _level(level: int) -> str:
    return str(Level(level).label)


def _pages_title(report: Report) -> str:
    if not report.pages:
        return ""
    return _("A page per {level}").format(level=_level(report.pages[0].area.level))


def _area_page(page: CellPage, report: Report, placed: Placed) -> AreaPage:
    code, name = page.area.code, page.area.name or page.area.code
    data = page.map or report.map
    drawing = map_of(
        data,
        title=_map_title(name, data),
        size=SMALL_MAP,
        focus="" if page.map else code,
    )
    return AreaPage(
        code=code,
        name=name,
        level=_level(page.area.level),
        responsible=page.member or "",
        nobody=page.area.level == Level.CELL and not page.member,
        answer=answer(page.figures, page.previous, days_of(report)),
        figures=big_figures(page.figures, page.previous),
        map=placed(drawing, f"map-{code}"),
        overdue=longest(page.overdue[:ON_PAGE], page.overdue_streets),
    )


def _notes(report: Report) -> list[str]:
    """What holds for all figures: when they were made, how far back was looked, what is hidden."""
    said = [
        _("Data as of {day}; area code {code}.").format(
            day=telling.day(report.made_for), code=report.area.code
        ),
        _("Walks were looked for in the {days} before the end of the period.").format(
            days=telling.told(report.looked_back, "days")
        ),
        _("Counts of households below 5 read “<5”; a range hides such a count in a total."),
    ]
    if report.visits_until:
        week = telling.day(report.visits_until)
        said.append(_("Visits: as published for the weeks up to {day}.").format(day=week))
    return said
