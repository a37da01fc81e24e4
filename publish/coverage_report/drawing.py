"""Marks on paper, written as SVG: what the report's maps and charts are made of.

Everything is in millimetres, x to the right and y down from the upper left corner. The same marks
are painted as PNG by ``painted.py``. The same drawing gives the same text.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Anchor = Literal["start", "middle", "end"]

#: Letters of both languages; the first that is there is taken.
FONTS = ("Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "DejaVu Sans")
#: SVG counts in hundredths of a millimetre, so that paths are short whole numbers.
_UNITS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Rings or lines that share one look. ``pieces``: arrays (n, 2) in mm; widths in mm.

    Closed pieces are filled by the even-odd rule, so that a hole is one more ring.
    """

    pieces: tuple[Floats, ...]
    closed: bool = False
    fill: str = ""
    line: str = ""
    width: float = 0.0
    dash: tuple[float, ...] = ()
    opacity: float = 1.0
    round: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text on its baseline; ``size`` is the em in mm."""

    x: float
    y: float
    text: str
    size: float
    anchor: Anchor = "start"
    colour: str = "#22262e"
    bold: bool = False


@dataclass
class Drawing:
    """``width`` × ``height`` mm; ``title`` and ``says`` are read to those who do not see it."""

    width: float
    height: float
    title: str
    says: str = ""
    marks: list[Shape | Words] = field(default_factory=list)

    def add(self, mark: Shape | Words) -> None:
        self.marks.append(mark)


def box(left: float, top: float, width: float, height: float) -> Floats:
    """A rectangle as a closed piece."""
    right, bottom = left + width, top + height
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], dtype=float)


def line(*points: tuple[float, float]) -> Floats:
    return np.array(points, dtype=float)


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide a line of text is, in mm: the same on every machine, on the safe side."""
    ems = sum(_em(letter) for letter in text)
    return ems * size * (1.05 if bold else 1.0)


def shortened(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, or its beginning with an ellipsis where ``room`` mm do not hold it."""
    if width_of(text, size, bold=bold) <= room:
        return text
    while text and width_of(text + "…", size, bold=bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _em(letter: str) -> float:
    if ord(letter) >= 0x2E80:
        return 1.0
    if letter in " .,:;'|il1jtfI()[]-–":
        return 0.34 if letter not in "1-–" else 0.56
    return 0.86 if letter in "mwMW%@" else 0.62 if letter.isupper() else 0.57


def svg_of(drawing: Drawing, *, name: str) -> str:
    """The drawing as one ``<svg>`` element; ``name`` makes its ids unique within a page.

    Looks are given by attributes, not styles, so that a strict content security policy lets them
    through.
    """
    wide, high = _whole(drawing.width), _whole(drawing.height)
    says = f'<desc id="{name}-says">{escape(drawing.says)}</desc>' if drawing.says else ""
    described = f' aria-describedby="{name}-says"' if drawing.says else ""
    body = "".join(
        _shape(mark) if isinstance(mark, Shape) else _words(mark) for mark in drawing.marks
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
        f'width="{drawing.width:g}mm" height="{drawing.height:g}mm" role="img" '
        f'aria-labelledby="{name}-title"{described} font-family="{escape(_families())}">'
        f'<title id="{name}-title">{escape(drawing.title)}</title>{says}{body}</svg>'
    )


def _families() -> str:
    return ", ".join(f"'{font}'" for font in FONTS) + ", sans-serif"


def _whole(millimetres: float) -> int:
    return round(millimetres * _UNITS)


def _shape(shape: Shape) -> str:
    look = [f'fill="{shape.fill or "none"}"']
    if shape.fill:
        look.append('fill-rule="evenodd"')
    if shape.line:
        look.append(f'stroke="{shape.line}" stroke-width="{_whole(shape.width)}"')
        ends = "round" if shape.round and not shape.dash else "butt"
        look.append(f'stroke-linejoin="round" stroke-linecap="{ends}"')
    if shape.dash:
        look.append(f'stroke-dasharray="{" ".join(str(_whole(part)) for part in shape.dash)}"')
    if shape.opacity < 1:
        look.append(f'opacity="{shape.opacity:g}"')
    return f'<path d="{_path(shape.pieces, shape.closed)}" {" ".join(look)}/>'


def _path(pieces: Iterable[Floats], closed: bool) -> str:
    """Each piece from an absolute start by steps in whole units; errors do not add up."""
    out = []
    for piece in pieces:
        points = np.rint(piece * _UNITS).astype(int)
        steps = np.diff(points, axis=0)
        steps = steps[steps.any(axis=1)]
        start = points[0]
        run = " ".join(f"{x} {y}" for x, y in steps.tolist())
        out.append(f"M{start[0]} {start[1]}" + (f"l{run}" if run else "l0 0"))
        if closed:
            out.append("z")
    return "".join(out)


def _words(words: Words) -> str:
    anchor = "" if words.anchor == "start" else f' text-anchor="{words.anchor}"'
    weight = ' font-weight="700"' if words.bold else ""
    return (
        f'<text x="{_whole(words.x)}" y="{_whole(words.y)}" font-size="{_whole(words.size)}" '
        f'fill="{words.colour}"{anchor}{weight}>{escape(words.text)}</text>'
    )
