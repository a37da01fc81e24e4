"""Which piece goes to which cell: METIS for the cut, then annealing for balance and shape."""

from dataclasses import dataclass

import numpy as np
import pymetis
from numba import njit
from numpy.typing import NDArray

from spatial.cells.pieces import INNER_COST, Neighbours, parts_of

#: Annealing: proposals per piece, first and last temperature (in units of the cost below), and
#: the weight of balance at the start, when lumps must pass through cells that are full.
PROPOSALS, HOT, COLD, LENIENT = 4000, 0.1, 0.001, 0.01


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

    Several METIS cuts are annealed and the cheapest is kept, so that the same seed gives the same
    cells. Fewer cells come out where there are fewer pieces with dwellings than cells.
    """
    pieces = len(weights.area)
    cells = min(cells, max(1, int((weights.households > 0).sum())))
    if cells == 1:
        return np.zeros(pieces, dtype=np.int64)
    best: NDArray[np.int64] | None = None
    lowest = np.inf
    for trial in range(3):
        label = _first_cut(graph, weights, cells, seed + trial, recursive=trial != 1)
        label = _connected(graph, label, cells)
        cost = _anneal(
            graph.start, graph.other, graph.metres, graph.inner,
            weights.households, weights.area, weights.outline,
            label, cells, PROPOSALS * pieces, np.random.default_rng(seed + trial),
        )  # fmt: skip
        if cost < lowest:
            best, lowest = label, cost
    assert best is not None  # noqa: S101  (three trials ran)
    return best


def _first_cut(
    graph: Neighbours, weights: Weights, cells: int, seed: int, *, recursive: bool
) -> NDArray[np.int64]:
    # A building that fills a cell and more would leave METIS parts without any piece.
    fair = weights.households.sum() / cells
    border = np.where(graph.inner, INNER_COST, 1.0) * graph.metres
    options = pymetis.Options(seed=seed, ncuts=2)
    _, label = pymetis.part_graph(
        cells,
        pymetis.CSRAdjacency(graph.start, graph.other),
        vweights=np.rint(np.minimum(weights.households, fair)).astype(np.int64),
        eweights=np.maximum(1, np.rint(border * 10)).astype(np.int64),
        recursive=recursive,
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
    hinge = max(0.0, off - 0.03)
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
def _anneal(start, other, metres, inner, households, area, outline, label, cells, proposals, rng):
    """Move border pieces between neighbouring cells; ``label`` is changed. Returns the cost."""
    pieces = len(label)
    own_households = np.zeros(cells)
    own_area = np.zeros(cells)
    own_outline = np.zeros(cells)
    for piece in range(pieces):
        cell = label[piece]
        own_households[cell] += households[piece]
        own_area[cell] += area[piece]
        own_outline[cell] += outline[piece]
        for at in range(start[piece], start[piece + 1]):
            if label[other[at]] == cell:
                own_outline[cell] -= metres[at]
    mean = max(own_households.sum() / cells, 1e-9)
    # Half a unit for a cell whose whole side runs through a block.
    inner_price = 0.3 / np.sqrt(own_area.sum() / cells)
    queue = np.empty(pieces, np.int64)
    seen = np.zeros(pieces, np.int64)
    stamp = 0
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
        with_old = with_new = inner_old = inner_new = 0.0
        for at in range(start[piece], start[piece + 1]):
            if label[other[at]] == old:
                with_old += metres[at]
                inner_old += metres[at] * inner[at]
            elif label[other[at]] == new:
                with_new += metres[at]
                inner_new += metres[at] * inner[at]
        before = _cell_cost(
            own_households[old], own_area[old], own_outline[old], mean, strictness
        ) + _cell_cost(own_households[new], own_area[new], own_outline[new], mean, strictness)
        less = _cell_cost(
            own_households[old] - households[piece],
            max(own_area[old] - area[piece], 1e-6),
            own_outline[old] - outline[piece] + 2.0 * with_old,
            mean,
            strictness,
        )
        more = _cell_cost(
            own_households[new] + households[piece],
            own_area[new] + area[piece],
            own_outline[new] + outline[piece] - 2.0 * with_new,
            mean,
            strictness,
        )
        change = less + more - before + inner_price * (inner_old - inner_new)
        if change > 0 and rng.random() >= np.exp(-change / heat):
            continue
        stamp += 1
        if not _stays_connected(start, other, label, piece, queue, seen, stamp):
            continue
        label[piece] = new
        own_households[old] -= households[piece]
        own_households[new] += households[piece]
        own_area[old] -= area[piece]
        own_area[new] += area[piece]
        own_outline[old] += 2.0 * with_old - outline[piece]
        own_outline[new] += outline[piece] - 2.0 * with_new
    total = 0.0
    for cell in range(cells):
        total += _cell_cost(own_households[cell], own_area[cell], own_outline[cell], mean, 1.0)
    for piece in range(pieces):
        for at in range(start[piece], start[piece + 1]):
            if label[other[at]] != label[piece]:
                total += inner_price * metres[at] * inner[at] / 2.0
    return total
