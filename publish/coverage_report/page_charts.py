"""The three small charts of the first page, in the active language."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from grid.models.streets import StreetKind
from publish.coverage_report import drawn_chart, telling
from publish.coverage_report.drawing import Drawing
from publish.coverage_report.drawn_chart import Bar
from publish.coverage_report.map_looks import looks
from publish.coverage_report.report import Report

#: Kinds beyond these have little overdue; the table has them all.
_KINDS = 6


def charts(report: Report) -> list[Drawing]:
    return [_weeks(report), _kinds(report), _cases(report)]


def _weeks(report: Report) -> Drawing:
    bars = [
        Bar(
            telling.short_day(week.start),
            None if week.coverage is None else week.coverage * 100,
            str(telling.told(week.coverage, "share", decimals=0)),
        )
        for week in report.weeks
    ]
    about = _("Coverage week by week")
    return drawn_chart.columns(
        bars,
        title=about,
        spoken=drawn_chart.says(about, bars, telling.comma()),
        colour=looks().freshness["within"],
        top=100,
        empty=_("The period has no whole week."),
    )


def _kinds(report: Report) -> Drawing:
    """The kinds with the most overdue metres, beside all metres of the kind."""
    most = sorted(report.kinds, key=lambda row: (-row.overdue_metres, row.kind))[:_KINDS]
    bars = [
        Bar(
            str(StreetKind(row.kind).label),
            row.overdue_metres,
            str(telling.told(row.overdue_metres, "metres")),
            of=row.metres,
        )
        for row in most
    ]
    about = _("Overdue by kind of street")
    return drawn_chart.tracks(
        bars,
        title=about,
        spoken=drawn_chart.says(about, bars, telling.comma()),
        colour=looks().freshness["overdue"],
        empty=_("There is no street here."),
    )


def _cases(report: Report) -> Drawing:
    about, taken, closed = _("Cases week by week"), _("cases taken in"), _("cases closed")
    first = [_count(week.start, week.cases_taken_in) for week in report.weeks]
    second = [_count(week.start, week.cases_closed) for week in report.weeks]
    spoken = (
        drawn_chart.says(f"{about}, {taken}", first, telling.comma()),
        drawn_chart.says(closed, second, telling.comma()),
    )
    return drawn_chart.pairs(
        first,
        second,
        names=(taken, closed),
        title=about,
        spoken="; ".join(spoken),
        colour=looks().coverage[-1],
        empty=_("No case was taken in or closed."),
    )


def _count(start: dt.date, count: int) -> Bar:
    return Bar(telling.short_day(start), count, str(telling.told(count, "count")))
