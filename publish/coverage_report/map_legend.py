"""What stands below a map of the report: its legend in rows, a scale bar and north."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from publish.coverage_report.drawing import Drawing, Words, width_of
from publish.coverage_report.map_frame import INK, Frame, north_arrow, scale_bar

#: Which swatch, "" for none, and its text.
Entry = tuple[str, str]
#: Draws the swatch of a key, 8 mm wide, at its left end and middle height in mm.
Swatch = Callable[[Drawing, str, float, float], None]

_ROW, _LETTERS = 5.0, 2.6
#: What scale bar and north take at the right end of the legend, and at least below the map, in mm.
_SCALE_WIDTH, _SCALE_HEIGHT = 52.0, 11.0


def legend_height(entries: Sequence[Entry], width: float) -> float:
    """In mm, on a drawing of ``width`` mm."""
    needed = 1.0 + _ROW * (1 + max(row for _x, row in _places(entries, width)))
    return max(needed, _SCALE_HEIGHT)


def draw_legend(drawing: Drawing, entries: Sequence[Entry], top: float, swatch: Swatch) -> None:
    """In rows from ``top`` mm downwards."""
    for (key, text), (x, row) in zip(entries, _places(entries, drawing.width), strict=True):
        y = top + 1.0 + _ROW * (row + 0.5)
        if key:
            swatch(drawing, key, x, y)
        shift = 9.0 if key else 0.0
        drawing.add(Words(x + shift, y + _LETTERS * 0.36, text, _LETTERS, colour=INK))


def scale_and_north(drawing: Drawing, frame: Frame) -> None:
    """In the lower right corner."""
    scale_bar(drawing, frame, drawing.width - 50, drawing.height - 2.5, (_("m"), _("km")))
    north_arrow(drawing, drawing.width - 3, drawing.height - 0.6, _("N"))


def _places(entries: Sequence[Entry], width: float) -> list[tuple[float, int]]:
    """(x in mm, row) of each entry, in rows as long as the drawing."""
    found, x, row = [], 0.0, 0
    for key, text in entries:
        wide = (9.0 if key else 0.0) + width_of(text, _LETTERS) + 4.0
        if x and x + wide > width - _SCALE_WIDTH:
            x, row = 0.0, row + 1
        found.append((x, row))
        x += wide
    return found
