"""The report's map as one PNG at 300 dots per inch, with title, period and legend."""

from dataclasses import replace

import numpy as np
from django.utils import translation
from django.utils.translation import gettext as _

from publish.coverage_report import telling
from publish.coverage_report.drawing import Drawing, Shape, Words, shortened
from publish.coverage_report.page import days_of, title, whole_map
from publish.coverage_report.painted import png_of
from publish.coverage_report.report import Report
from publish.coverage_report.sentences import answer

WIDTH, MAP_HEIGHT, HEAD, EDGE = 210.0, 168.0, 25.0, 8.0


def png_map_of(report: Report, language: str) -> bytes:
    """The map in ``language`` ("en", "zh-hans"); the same report gives the same bytes."""
    with translation.override(language):
        return png_of(_sheet(report), dpi=300)


def _sheet(report: Report) -> Drawing:
    inner = WIDTH - 2 * EDGE
    drawn = whole_map(report, (inner, MAP_HEIGHT))
    sheet = Drawing(WIDTH, drawn.height + HEAD + 2 * EDGE + 4, title=drawn.title)
    said = answer(report.figures, report.previous, days_of(report))
    head = f"{title()} · {telling.period(report.start, report.end)} · {report.area.code}"
    sheet.add(
        Words(EDGE, EDGE + 5.5, shortened(report.area.name, 7, inner, bold=True), 7, bold=True)
    )
    sheet.add(Words(EDGE, EDGE + 12, shortened(head, 3.6, inner), 3.6, colour="#5a606c"))
    sheet.add(Words(EDGE, EDGE + 18.5, shortened(said[0], 3.6, inner), 3.6))
    for mark in drawn.marks:
        sheet.add(_moved(mark, EDGE, EDGE + HEAD))
    made = _("Data as of {day}.").format(day=telling.day(report.made_for))
    sheet.add(Words(EDGE, sheet.height - 4, made, 2.6, colour="#5a606c"))
    return sheet


def _moved(mark: Shape | Words, right: float, down: float) -> Shape | Words:
    if isinstance(mark, Words):
        return replace(mark, x=mark.x + right, y=mark.y + down)
    return replace(mark, pieces=tuple(np.add(piece, (right, down)) for piece in mark.pieces))
