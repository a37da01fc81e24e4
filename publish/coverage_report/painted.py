"""A drawing painted as PNG, by Matplotlib without a window.

The same drawing gives the same bytes on the same machine with the same letters installed.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np

from publish.coverage_report.drawing import FONTS, Drawing, Shape, Words

_POINTS = 72 / 25.4


def png_of(drawing: Drawing, *, dpi: int = 300) -> bytes:
    """The drawing at ``dpi`` dots per inch, on white."""
    # Matplotlib is loaded when a picture is asked for, not with every process.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(drawing.width / 25.4, drawing.height / 25.4), dpi=dpi)
    canvas = FigureCanvasAgg(figure)
    paper = figure.add_axes((0, 0, 1, 1))
    paper.set_xlim(0, drawing.width)
    paper.set_ylim(drawing.height, 0)
    paper.axis("off")
    for order, mark in enumerate(drawing.marks):
        if isinstance(mark, Shape):
            _paint_shape(paper, mark, order)
        else:
            _paint_words(paper, mark, order)
    out = BytesIO()
    canvas.print_png(out, metadata={"Software": None, "Title": drawing.title})
    return out.getvalue()


def _paint_shape(paper: Any, shape: Shape, order: int) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    points, codes = [], []
    for piece in shape.pieces:
        points.append(np.vstack([piece, piece[:1]]) if shape.closed else piece)
        steps = np.full(len(points[-1]), Path.LINETO, dtype=np.uint8)
        steps[0] = Path.MOVETO
        if shape.closed:
            steps[-1] = Path.CLOSEPOLY
        codes.append(steps)
    if not points:
        return
    width = shape.width * _POINTS
    dash = tuple(part * _POINTS / width for part in shape.dash) if width else ()
    ends: Any = "round" if shape.round and not shape.dash else "butt"
    paper.add_patch(
        PathPatch(
            Path(np.vstack(points), np.concatenate(codes)),
            facecolor=shape.fill or "none",
            edgecolor=shape.line or "none",
            linewidth=width if shape.line else 0,
            linestyle=(0, dash) if dash else "solid",
            alpha=shape.opacity if shape.opacity < 1 else None,
            capstyle=ends,
            joinstyle="round",
            zorder=order,
        )
    )


def _paint_words(paper: Any, words: Words, order: int) -> None:
    # A dollar sign would begin a formula.
    paper.text(
        words.x,
        words.y,
        words.text,
        fontproperties=_letters(words.bold),
        fontsize=words.size * _POINTS,
        color=words.colour,
        ha={"start": "left", "middle": "center", "end": "right"}[words.anchor],
        va="baseline",
        parse_math=False,
        zorder=order,
    )


@lru_cache(maxsize=2)
def _letters(bold: bool) -> Any:
    """The first of the fonts that this machine has."""
    from matplotlib import font_manager

    known = {entry.name for entry in font_manager.fontManager.ttflist}
    family = [font for font in FONTS if font in known] or ["sans-serif"]
    return font_manager.FontProperties(family=family, weight="bold" if bold else "normal")
