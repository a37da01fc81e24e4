"""Small charts of the report: columns over weeks, bars by kind, pairs of columns.

Each bar says its number, so that nothing has to be guessed from a height or told by a colour; what
belongs together differs by filled and empty, which also holds in grey. Without a value there is no
bar but a dash. All texts come ready in the reader's language.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from publish.coverage_report.drawing import Drawing, Shape, Words, box, line, shortened, width_of

INK, QUIET, RULE = "#22262e", "#5a606c", "#c9cdd4"
SIZE = 2.6
_GAP = 1.2


@dataclass(frozen=True)
class Bar:
    """``label`` under or beside it, its value, and the value in words ("82 %", "1.3 km")."""

    label: str
    value: float | None
    told: str
    #: The whole that the value is a part of, for bars on a track; None without one.
    of: float | None = None


def says(title: str, bars: Sequence[Bar], between: str) -> str:
    """A chart as a sentence for those who do not see it: title, then each label and number."""
    return f"{title}: " + between.join(f"{bar.label} {bar.told}" for bar in bars)


def columns(
    bars: Sequence[Bar],
    *,
    title: str,
    spoken: str,
    colour: str,
    top: float | None = None,
    size: tuple[float, float] = (58.0, 36.0),
    empty: str = "",
) -> Drawing:
    """One column each, the first to the last from left to right; ``top`` is the axis' end."""
    drawing = Drawing(*size, title=title, says=spoken)
    if not bars or all(bar.value is None for bar in bars):
        return _nothing(drawing, empty)
    highest = top or max((bar.value or 0.0) for bar in bars) or 1.0
    left, step, floor, room = _ground(drawing, len(bars))
    for place, bar in enumerate(bars):
        middle = left + step * (place + 0.5)
        _column(drawing, bar, middle, step * 0.66, floor, room, highest, colour)
    _labels_below(drawing, [bar.label for bar in bars], left, step, floor)
    return drawing


def pairs(
    first: Sequence[Bar],
    second: Sequence[Bar],
    *,
    names: tuple[str, str],
    title: str,
    spoken: str,
    colour: str,
    size: tuple[float, float] = (58.0, 36.0),
    empty: str = "",
) -> Drawing:
    """Two columns side by side per label: the first filled, the second empty with a border."""
    drawing = Drawing(*size, title=title, says=spoken)
    if not first or not any(bar.value for bar in (*first, *second)):
        return _nothing(drawing, empty)
    highest = max((bar.value or 0.0) for bar in (*first, *second)) or 1.0
    left, step, floor, room = _ground(drawing, len(first), key=True)
    _key(drawing, names, colour)
    for place, (one, other) in enumerate(zip(first, second, strict=True)):
        middle, wide = left + step * (place + 0.5), step * 0.36
        for bar, aside, hollow in ((one, -0.55, False), (other, 0.55, True)):
            at = middle + wide * aside
            _column(drawing, bar, at, wide, floor, room, highest, colour, hollow, reach=1.08)
    _labels_below(drawing, [bar.label for bar in first], left, step, floor)
    return drawing


def tracks(
    bars: Sequence[Bar],
    *,
    title: str,
    spoken: str,
    colour: str,
    size: tuple[float, float] = (58.0, 36.0),
    empty: str = "",
) -> Drawing:
    """Bars from left to right, each on a pale track as long as the whole it is a part of."""
    drawing = Drawing(*size, title=title, says=spoken)
    bars = [bar for bar in bars if bar.value is not None]
    if not bars:
        return _nothing(drawing, empty)
    longest = max((bar.of or bar.value or 0.0) for bar in bars) or 1.0
    height = min(7.0, drawing.height / len(bars))
    letters = min(SIZE, height * 0.42)
    told = max(width_of(bar.told, letters) for bar in bars)
    named = min(max(width_of(bar.label, letters) for bar in bars), drawing.width * 0.4)
    room = drawing.width - named - told - 3 * _GAP
    for place, bar in enumerate(bars):
        middle = height * (place + 0.5)
        base = middle + letters * 0.36
        label = shortened(bar.label, letters, named)
        drawing.add(Words(named, base, label, letters, anchor="end", colour=INK))
        left, thick = named + _GAP, height * 0.5
        whole = room * (bar.of or bar.value or 0.0) / longest
        drawing.add(Shape((box(left, middle - thick / 2, whole, thick),), True, fill="#e4e7ec"))
        part = room * (bar.value or 0.0) / longest
        if part > 0:
            drawing.add(Shape((box(left, middle - thick / 2, part, thick),), True, fill=colour))
        drawing.add(Words(drawing.width, base, bar.told, letters, anchor="end", bold=True))
    return drawing


def _ground(
    drawing: Drawing, count: int, *, key: bool = False
) -> tuple[float, float, float, float]:
    """(left end, width per place, floor's y, tallest column) with the floor drawn."""
    floor = drawing.height - SIZE * 1.6
    room = floor - SIZE * 1.5 - (SIZE * 1.9 if key else 0.0)
    step = min(drawing.width / count, 16.0)
    left = (drawing.width - step * count) / 2
    drawing.add(Shape((line((0, floor), (drawing.width, floor)),), line=RULE, width=0.25))
    return left, step, floor, room


def _column(
    drawing: Drawing,
    bar: Bar,
    middle: float,
    wide: float,
    floor: float,
    room: float,
    highest: float,
    colour: str,
    hollow: bool = False,
    reach: float = 1.5,
) -> None:
    """``reach``: how many times as wide as its column a number may be."""
    tall = room * min((bar.value or 0.0) / highest, 1.0)
    if tall > 0:
        edge = 0.3 if hollow else 0.0
        place = box(middle - wide / 2 + edge / 2, floor - tall, wide - edge, tall)
        fill = "#ffffff" if hollow else colour
        drawing.add(Shape((place,), True, fill=fill, line=colour if hollow else "", width=edge))
    size = min(SIZE, SIZE * wide * reach / max(width_of(bar.told, SIZE), 0.1))
    if size >= 1.6:
        y = floor - tall - 0.7
        drawing.add(Words(middle, y, bar.told, size, anchor="middle", colour=INK))


def _labels_below(
    drawing: Drawing, labels: Sequence[str], left: float, step: float, floor: float
) -> None:
    """Every label where they fit, else every second, third …, so that they never touch."""
    widest = max(width_of(label, SIZE) for label in labels) + _GAP
    every = max(1, int(np.ceil(widest / step)))
    free = 0.0
    for place, label in enumerate(labels):
        middle = left + step * (place + 0.5)
        half = width_of(label, SIZE) / 2
        middle = min(max(middle, half), drawing.width - half)
        # The last one may have been moved inwards, onto the one before.
        if place % every == 0 and middle - half >= free:
            free = middle + half + _GAP / 2
            y = floor + SIZE * 1.25
            drawing.add(Words(middle, y, label, SIZE, anchor="middle", colour=QUIET))


def _key(drawing: Drawing, names: tuple[str, str], colour: str) -> None:
    x, side = 0.2, SIZE * 0.8
    for name, fill in zip(names, (colour, "#ffffff"), strict=True):
        square = box(x, SIZE * 0.25, side, side)
        drawing.add(Shape((square,), True, fill=fill, line=colour, width=0.3))
        drawing.add(Words(x + side + 0.8, SIZE, name, SIZE, colour=QUIET))
        x += side + 0.8 + width_of(name, SIZE) + 3


def _nothing(drawing: Drawing, words: str) -> Drawing:
    y = drawing.height / 2
    drawing.add(Words(drawing.width / 2, y, words, SIZE, anchor="middle", colour=QUIET))
    return drawing
