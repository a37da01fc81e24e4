"""The numbers of the coverage report: an area, its cells, and the same for the period before."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from api.errors import BadInput
from cases import periods
from cases.periods import Counts
from grid.cadence import Cadences
from grid.models import Area, Level, Segment
from patrols.coverage import area_of, midnight, past_day, responsible_members
from patrols.models import Patrol
from publish.coverage_report.care import visits
from publish.coverage_report.drawn_ground import with_area_maps, with_street_map
from publish.coverage_report.gather import Counted, Ints, Part, Window, look_back
from publish.coverage_report.pool import gathered
from publish.coverage_report.report import (
    CategoryCases,
    CellPage,
    Figure,
    Figures,
    Head,
    Kind,
    MapArea,
    MapData,
    MapLamp,
    MapStreet,
    OverdueStreet,
    Report,
    Small,
    Value,
    Week,
)
from publish.coverage_report.sums import Side, added, longest_first, overdue_street
from rounds import counts as rounds

__all__ = [
    "CategoryCases",
    "CellPage",
    "Figure",
    "Figures",
    "Head",
    "Kind",
    "MapArea",
    "MapData",
    "MapLamp",
    "MapStreet",
    "OverdueStreet",
    "Report",
    "Small",
    "Value",
    "Week",
    "report_of",
]
#: A year and a day: what is asked for in one report.
MOST_DAYS = 366
#: Overdue streets that a page names, and that the first page of the whole area names.
NAMED, NAMED_IN_ALL = 10, 30
Progress = Callable[[int, int], None]


@dataclass
class Making:
    """What the pages are made of: the parts, what is known of both periods, members, days."""

    area: Area
    window: Window
    longest: int
    parts: list[Part]
    now: Side
    before: Side
    members: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def back(self) -> int:
        return look_back(self.window, self.longest)


def report_of(
    code: str,
    *,
    start: dt.date,
    end: dt.date,
    now: dt.datetime,
    workers: int = 1,
    progress: Progress | None = None,
) -> Report:
    """The report of an area in the days from ``start`` to ``end``, both included, as of ``now``.

    Cells are those in force on the last day. Communities are counted one by one, by ``workers``
    processes; ``progress`` hears how many are done of how many, and may raise to stop. Raises
    UnknownArea, and BadInput for days that cannot be.
    """
    check_days(start, end, now)
    on = past_day(end, now)
    area = area_of(code, on)
    window = Window(start, end, min(now, midnight(end + dt.timedelta(days=1))), on)
    longest = longest_cadence()
    counted = _counted_areas(area)
    parts = list(gathered(counted, window, longest=longest, workers=workers, progress=progress))
    rows = periods.counts(code, since=window.since, until=window.until)
    making = Making(
        area=area,
        window=window,
        longest=longest,
        parts=parts,
        now=_side(code, window, rows),
        before=_before(code, window.before()),
        members=responsible_members(code, end),
        names=dict(Area.objects.current().inside(code).values_list("code", "name")),
    )
    return _report(making, rows, now)


def longest_cadence() -> int:
    """Days after which at the latest any metre is overdue."""
    own = Segment.objects.duty().exclude(cadence_days=None).order_by("-cadence_days")
    longest = own.values_list("cadence_days", flat=True).first()
    return max(Cadences().longest(), longest or 0)


def check_days(start: dt.date, end: dt.date, now: dt.datetime) -> None:
    """Raises BadInput, with a sentence, where no report can be made of these days."""
    today = now.astimezone(midnight(end).tzinfo).date()
    if end < start:
        raise BadInput(_("The last day lies before the first."))
    if end > today:
        raise BadInput(_("%s is yet to come. A report ends today at the latest.") % end)
    if (end - start).days >= MOST_DAYS:
        raise BadInput(_("A report covers %s days at most.") % MOST_DAYS)


def _counted_areas(area: Area) -> list[str]:
    if area.level >= Level.COMMUNITY:
        return [area.code]
    inside = Area.objects.current().inside(area.code).filter(level=Level.COMMUNITY)
    return list(inside.order_by("code").values_list("code", flat=True))


def _before(code: str, window: Window) -> Side:
    return _side(code, window, periods.counts(code, since=window.since, until=window.until))


def _side(code: str, window: Window, rows: Iterable[periods.Row]) -> Side:
    days = {"start": window.start, "end": window.end}
    inspected = rounds.counts(code, **days, until=window.until)
    return Side(_by_area(rows), visits(code, **days)[0], inspected)


def _by_area(rows: Iterable[periods.Row]) -> dict[str, Counts]:
    """The cases of every area that has any, those below it included."""
    found: dict[str, Counts] = {}
    for row in rows:
        for level in Level.values:
            if level <= len(row.area):
                area = row.area[:level]
                found[area] = found.get(area, Counts()).plus(row.counts)
    return found


def _report(making: Making, rows: list[periods.Row], now: dt.datetime) -> Report:
    area, window = making.area, making.window
    cells = [_cell(making, part, row) for part in making.parts for row in range(len(part.cells))]
    late = _late(making, range(len(making.parts)))
    large = area.level < Level.COMMUNITY
    until = visits(area.code, start=window.start, end=window.end)[1]
    report = Report(
        area=Head(area.code, area.name, area.level),
        start=window.start,
        end=window.end,
        previous_start=window.before().start,
        previous_end=window.before().end,
        made_for=now.astimezone(window.since.tzinfo).date(),
        until=window.until,
        looked_back=making.back,
        figures=_of_all(making, making.parts, area.code, making.now, "now"),
        previous=_of_all(making, making.parts, area.code, making.before, "before"),
        weeks=_weeks(making),
        kinds=_kinds(making.parts),
        communities=tuple(_community(making, n) for n in range(len(making.parts))) if large else (),
        cells=tuple(cells),
        nowhere=_nowhere(making),
        categories=_categories(rows),
        overdue=late[0][:NAMED_IN_ALL],
        overdue_streets=late[1],
        visits_until=until,
        simulated=Patrol.objects.filter(
            simulated=True, started_at__gte=window.since, started_at__lt=window.until
        ).exists(),
    )
    if large:
        return with_area_maps(report, window.on)
    return with_street_map(report, area, window, longest=making.longest)


def _cell(making: Making, part: Part, row: int) -> CellPage:
    code, name = part.cells[row]
    late = [overdue_street(part, one, making.back) for one in part.late if one.row == row]
    return CellPage(
        Head(code, name, Level.CELL),
        _figures(part.now, [row], making.now, code, making.back),
        _figures(part.before, [row], making.before, code, making.back),
        making.members.get(code),
        tuple(late[:NAMED]),
        next((one.streets for one in part.late if one.row == row), 0),
    )


def _community(making: Making, number: int) -> CellPage:
    part = making.parts[number]
    late, streets = _late(making, [number])
    return CellPage(
        Head(part.code, making.names.get(part.code, ""), Level.COMMUNITY),
        _of_all(making, [part], part.code, making.now, "now"),
        _of_all(making, [part], part.code, making.before, "before"),
        overdue=late[:NAMED],
        overdue_streets=streets,
    )


def _nowhere(making: Making) -> CellPage | None:
    """What lies in no cell of its community; None where there is nothing."""
    if making.area.level == Level.CELL or not any(
        part.now.table[-1].any() for part in making.parts
    ):
        return None
    known = {cell for part in making.parts for cell, _name in part.cells}

    def alone(side: Side) -> Side:
        rest = side.cases.get(making.area.code, Counts())
        for code in known:
            rest = rest.less(side.cases.get(code, Counts()))
        return Side({making.area.code: rest}, {}, None)

    def rows(which: str) -> list[tuple[Counted, list[int]]]:
        return [(getattr(part, which), [len(part.cells)]) for part in making.parts]

    late = [
        overdue_street(part, one, making.back)
        for part in making.parts
        for one in part.late
        if one.row == len(part.cells)
    ]
    return CellPage(
        Head("", "", Level.CELL),
        added(rows("now"), alone(making.now), making.area.code, making.back),
        added(rows("before"), alone(making.before), making.area.code, making.back),
        overdue=longest_first(late)[:NAMED],
        overdue_streets=len(late),
    )


def _of_all(
    making: Making, parts: Iterable[Part], code: str, side: Side, which: str
) -> dict[str, Figure]:
    rows = [(getattr(part, which), list(range(len(part.cells) + 1))) for part in parts]
    return added(rows, side, code, making.back)


def _figures(
    counted: Counted, rows: list[int], side: Side, code: str, back: int
) -> dict[str, Figure]:
    return added([(counted, rows)], side, code, back)


def _late(making: Making, numbers: Iterable[int]) -> tuple[tuple[OverdueStreet, ...], int]:
    """The longest overdue streets of some communities, and how many there are in all."""
    parts = [making.parts[number] for number in numbers]
    found = [overdue_street(part, one, making.back) for part in parts for one in part.late]
    counts = [{one.row: one.streets for one in part.late} for part in parts]
    count = sum(sum(of.values()) for of in counts)
    return longest_first(found), count


def _weeks(making: Making) -> tuple[Week, ...]:
    weeks = making.window.weeks()
    if not weeks:
        return ()
    days = periods.by_day(
        making.area.code,
        since=midnight(weeks[0][0]),
        until=making.window.until,
        zone=settings.TIME_ZONE,
    )
    metres = sum(int(part.now.table[:, 0].sum()) for part in making.parts) / 100
    walked = sum((part.weeks for part in making.parts), np.zeros(len(weeks), dtype=np.int64))
    return tuple(
        Week(
            start,
            end,
            metres,
            int(walked[number]) / 100,
            sum(taken for day, (taken, _closed) in days.items() if start <= day <= end),
            sum(closed for day, (_taken, closed) in days.items() if start <= day <= end),
        )
        for number, (start, end) in enumerate(weeks)
    )


def _kinds(parts: list[Part]) -> tuple[Kind, ...]:
    total: dict[str, Ints] = {}
    for part in parts:
        for kind, of in part.kinds.items():
            total[kind] = total.get(kind, np.zeros(3, dtype=np.int64)) + np.array(of)
    # The longest first: that is what a chart begins with.
    order = sorted(total, key=lambda kind: (-int(total[kind][0]), kind))
    return tuple(Kind(kind, *(int(of) / 100 for of in total[kind])) for kind in order)


def _categories(rows: list[periods.Row]) -> tuple[CategoryCases, ...]:
    found: dict[tuple[str, str, str], Counts] = {}
    for row in rows:
        key = row.category, row.name, row.name_zh
        found[key] = found.get(key, Counts()).plus(row.counts)
    shown = sorted((key, counts) for key, counts in found.items() if any(counts))
    return tuple(CategoryCases(*key, *counts) for key, counts in shown)
