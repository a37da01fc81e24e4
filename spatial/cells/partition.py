"""Which piece goes to which cell: METIS for the cut, then annealing for balance and shape."""

from dataclasses import dataclass

import numpy as np
import pymetis
from numba import njit
from numpy.typing import NDArray

from spatial.cells.pieces import INNER_COST, Neighbours, parts_of

#: Annealing: proposals per piece; first and last temperature, in units of the cost of a cell; and
#: the weight of balance at the start, when lumps must pass through cells that are full.
PROPOSALS, HOT, COLD, LENIENT = 4000, 0.5, 0.003, 0.1
#: Small towns are tried again until so many pieces were annealed, at most five times.
TRIED_PIECES, MOST_TRIALS = 5000, 5
#: What it costs when a whole side of a cell runs through a block, in the same units. More brings
#: more border onto streets (0.15: 73 %, 0.4: 86 %) and less compact cells (.71, .67).
INNER_SIDE = 0.15


@dataclass(frozen=True)
class Weights:
    """What each piece (P,) brings to a cell: dwellings, square metres, metres of outline."""

    households: NDArray[np.float64]
    area: NDArray[np.float64]
    outline: NDArray[np.float64]

    def among(self, own: NDArray[np.int64]) -> "Weights":
        return Weights(self.households[own], self.area[own], self.outline[own])


def cell_count(households: float, between: tuple[float, float]) -> int:
    """How many cells bring the mean into ``between``; the nearest miss where no number does."""
    low, high = between
    if households <= high:
        return 1
    middle = (low + high) / 2
    around = max(1, int(households / middle))
    return min(
        (around, around + 1),
        key=lambda k: (
            max(low - households / k, households / k - high, 0),
            abs(households / k - middle),
        ),
    )


def partition(graph: Neighbours, weights: Weights, cells: int, seed: int) -> NDArray[np.int64]:
    """A cell number 0..cells-1 for each piece of a connected graph; every cell is connected.

    METIS makes the first cut (recursive bisection), annealing the rest; of several trials the one
    of least cost counts. The same seed gives the same cells. Fewer cells come out where there are
    fewer pieces with dwellings than cells.
    """
    pieces = len(weights.area)
    cells = min(cells, max(1, int((weights.households > 0).sum())))
    if cells == 1:
        return np.zeros(pieces, dtype=np.int64)
    trials = min(MOST_TRIALS, max(1, TRIED_PIECES // pieces))
    found = [_trial(graph, weights, cells, seed * MOST_TRIALS + at) for at in range(trials)]
    return min(found, key=lambda one: one[0])[1]


def _trial(
    graph: Neighbours, weights: Weights, cells: int, seed: int
) -> tuple[float, NDArray[np.int64]]:
    label = _connected(graph, _first_cut(graph, weights, cells, seed), cells)
    cost = _anneal(
        graph.start, graph.other, graph.metres, graph.inner,
        weights.households, weights.area, weights.outline,
        label, cells, PROPOSALS * len(label), np.random.default_rng(seed),
    )  # fmt: skip
    return cost, label


def _first_cut(graph: Neighbours, weights: Weights, cells: int, seed: int) -> NDArray[np.int64]:
    # A building that fills a cell and more would leave METIS parts without any piece.
    fair = weights.households.sum() / cells
    border = np.where(graph.inner, INNER_COST, 1.0) * graph.metres
    options = pymetis.Options(seed=seed, ncuts=2)
    _, label = pymetis.part_graph(
        cells,
        pymetis.CSRAdjacency(graph.start, graph.other),
        vweights=np.rint(np.minimum(weights.households, fair)).astype(np.int64),
        eweights=np.maximum(1, np.rint(border * 10)).astype(np.int64),
        recursive=True,
        options=options,
    )
    return np.asarray(label, dtype=np.int64)


def _connected(graph: Neighbours, label: NDArray[np.int64], cells: int) -> NDArray[np.int64]:
    """Each cell keeps its largest connected part; the rest joins a neighbour; no cell is empty."""
    label = label.copy()
    here = np.repeat(np.arange(len(label)), np.diff(graph.start))
    for _ in range(cells + 2):
        same = label[here] == label[graph.other]
        part = parts_of(len(label), here[same], graph.other[same])
        size = np.bincount(part)
        kept = np.zeros(len(size), bool)
        for cell in range(cells):
            own = np.unique(part[label == cell])
            if len(own):
                kept[own[np.argmax(size[own])]] = True
        loose = np.flatnonzero(~kept[part])
        empty = np.flatnonzero(np.bincount(label, minlength=cells) == 0)
        if len(loose) == 0 and len(empty) == 0:
            return label
        if len(loose):
            _give_away(graph, label, loose, kept[part])
        else:
            largest = np.argmax(np.bincount(label, minlength=cells))
            label[np.flatnonzero(label == largest)[-1]] = empty[0]
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


def _give_away(
    graph: Neighbours,
    label: NDArray[np.int64],
    loose: NDArray[np.int64],
    settled: NDArray[np.bool_],
) -> None:
    """Loose pieces take the label of the settled neighbour with most border, from outside in."""
    waiting = list(loose)
    settled = settled.copy()
    while waiting:
        later = []
        for piece in waiting:
            span = slice(graph.start[piece], graph.start[piece + 1])
            known = settled[graph.other[span]]
            if not known.any():
                later.append(piece)
                continue
            nearest = np.argmax(np.where(known, graph.metres[span], -1.0))
            label[piece] = label[graph.other[span][nearest]]
            settled[piece] = True
        if len(later) == len(waiting):
            return
        waiting = later


@njit(cache=True)
def _cell_cost(households, area, outline, mean, strictness):
    """Imbalance and shape of one cell: outline² / 4π area is 1 for a circle, 1.27 for a square."""
    off = abs(households / mean - 1.0)
    hinge = max(0.0, off - 0.02)
    imbalance = 10.0 * off * off + 400.0 * hinge * hinge
    return strictness * imbalance + outline * outline / (4.0 * np.pi * area)


@njit(cache=True)
def _stays_connected(start, other, label, piece, queue, seen, stamp):
    """Whether the piece's cell stays in one part without it (and does not vanish)."""
    cell = label[piece]
    first = -1
    wanted = 0
    for at in range(start[piece], start[piece + 1]):
        if label[other[at]] == cell:
            wanted += 1
            first = other[at]
            seen[first] = -stamp
    if wanted <= 1:
        return wanted == 1
    seen[piece] = stamp
    seen[first] = stamp
    queue[0] = first
    head, tail, found = 0, 1, 1
    while head < tail:
        here = queue[head]
        head += 1
        for at in range(start[here], start[here + 1]):
            there = other[at]
            if label[there] == cell and seen[there] != stamp:
                if seen[there] == -stamp:
                    found += 1
                    if found == wanted:
                        return True
                seen[there] = stamp
                queue[tail] = there
                tail += 1
    return False


@njit(cache=True)
def _figures(start, other, metres, households, area, outline, label, cells):
    """Dwellings, ground and outline of each cell: rows of (cells, 3)."""
    own = np.zeros((cells, 3))
    for piece in range(len(label)):
        cell = label[piece]
        own[cell, 0] += households[piece]
        own[cell, 1] += area[piece]
        own[cell, 2] += outline[piece]
        for at in range(start[piece], start[piece + 1]):
            if label[other[at]] == cell:
                own[cell, 2] -= metres[at]
    return own


@njit(cache=True)
def _borders_with(start, other, metres, inner, label, piece, cell):
    """Metres of border between a piece and a cell, and those of them inside a block."""
    whole = inside = 0.0
    for at in range(start[piece], start[piece + 1]):
        if label[other[at]] == cell:
            whole += metres[at]
            inside += metres[at] * inner[at]
    return whole, inside


@njit(cache=True)
def _anneal(start, other, metres, inner, households, area, outline, label, cells, proposals, rng):
    """Move border pieces between neighbouring cells, warm at first; ``label`` is changed.

    Returns the cost of the cells, borders inside blocks left out.
    """
    pieces = len(label)
    own = _figures(start, other, metres, households, area, outline, label, cells)
    mean = max(own[:, 0].sum() / cells, 1e-9)
    inner_price = INNER_SIDE / np.sqrt(own[:, 1].sum() / cells)
    queue, seen, stamp = np.empty(pieces, np.int64), np.zeros(pieces, np.int64), 0
    cooling = (COLD / HOT) ** (1.0 / max(1, proposals))
    stricter = (1.0 / LENIENT) ** (1.0 / max(1, 0.7 * proposals))
    heat, strictness = HOT, LENIENT
    for _ in range(proposals):
        heat *= cooling
        strictness = min(1.0, strictness * stricter)
        piece = int(rng.random() * pieces)
        span = start[piece + 1] - start[piece]
        if span == 0:
            continue
        old, new = label[piece], label[other[start[piece] + int(rng.random() * span)]]
        if old == new:
            continue
        with_old, inner_old = _borders_with(start, other, metres, inner, label, piece, old)
        with_new, inner_new = _borders_with(start, other, metres, inner, label, piece, new)
        less = (
            own[old, 0] - households[piece],
            max(own[old, 1] - area[piece], 1e-6),
            own[old, 2] - outline[piece] + 2.0 * with_old,
        )
        more = (
            own[new, 0] + households[piece],
            own[new, 1] + area[piece],
            own[new, 2] + outline[piece] - 2.0 * with_new,
        )
        change = (
            _cell_cost(less[0], less[1], less[2], mean, strictness)
            + _cell_cost(more[0], more[1], more[2], mean, strictness)
            - _cell_cost(own[old, 0], own[old, 1], own[old, 2], mean, strictness)
            - _cell_cost(own[new, 0], own[new, 1], own[new, 2], mean, strictness)
            + inner_price * (inner_old - inner_new)
        )
        if change > 0 and rng.random() >= np.exp(-change / heat):
            continue
        stamp += 1
        if _stays_connected(start, other, label, piece, queue, seen, stamp):
            label[piece] = new
            for at in range(3):
                own[old, at], own[new, at] = less[at], more[at]
    cost = 0.0
    for cell in range(cells):
        cost += _cell_cost(own[cell, 0], own[cell, 1], own[cell, 2], mean, 1.0)
    return cost
