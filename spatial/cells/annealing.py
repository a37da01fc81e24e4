"""Exchanging pieces along the borders of cells, by simulated annealing."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from spatial.cells.pieces import Neighbours

#: First and last temperature, in units of the cost of a cell; the weight of balance at the start,
#: when lumps must pass through cells that are full; and in how many steps it cools.
HOT, COLD, LENIENT, STEPS = 0.2, 0.01, 0.1, 400
#: Proposals per border between two pieces of different cells, over all steps.
PROPOSALS = 600
#: What it costs when a whole side of a cell runs through a block, in the same units. More brings
#: more border onto streets (0.15: 73 %, 0.4: 86 %) and less compact cells (.71, .67).
INNER_SIDE = 0.15
#: Pieces looked at together. Their lists fit the processor's cache.
WINDOW = 8192
#: Taking a whole cell's load from where it was; and being a whole cell's load off the standard.
MOVING, OFF_STANDARD = 10.0, 300.0


@dataclass(frozen=True)
class Weights:
    """What each piece (P,) brings to a cell: load, square metres, metres of outline.

    Load is what cells share out evenly: dwellings, or what the standard says.
    """

    load: NDArray[np.float64]
    area: NDArray[np.float64]
    outline: NDArray[np.float64]

    def among(self, own: NDArray[np.int64]) -> "Weights":
        return Weights(self.load[own], self.area[own], self.outline[own])


def anneal(
    graph: Neighbours, weights: Weights, label: NDArray[np.int64], cells: int, seed: int
) -> tuple[float, NDArray[np.int64]]:
    """Labels (P,) of less cost, and that cost: cells compact and all of the mean load.

    Every cell stays in one part if it was. Pieces near each other should have numbers near each
    other: each temperature goes through them window by window. Time and memory are linear in P.
    """
    found = label.copy()
    mean = max(weights.load.sum() / cells, 1e-9)
    cost = _anneal(
        graph.start, graph.other, graph.metres, graph.inner,
        weights.load, weights.area, weights.outline, found, cells,
        (mean, mean, mean, 0.0), np.full(len(label), -1), np.ones(cells, np.bool_), HOT,
        np.random.default_rng(seed),
    )  # fmt: skip
    return cost, found


def anneal_from(
    graph: Neighbours,
    weights: Weights,
    label: NDArray[np.int64],
    home: NDArray[np.int64],
    open_cells: NDArray[np.bool_],
    between: tuple[float, float],
    seed: int,
) -> NDArray[np.int64]:
    """Labels (P,) whose cells' loads lie ``between``, as near to ``home`` (P,) as they may.

    Only cells that are open (C,) change. What leaves its home (-1: it has none) costs by its load.
    """
    found = label.copy()
    cells = len(open_cells)
    mean = max(weights.load.sum() / cells, 1e-9)
    _anneal(
        graph.start, graph.other, graph.metres, graph.inner,
        weights.load, weights.area, weights.outline, found, cells,
        (between[0], between[1], mean, OFF_STANDARD), home, open_cells, 4 * HOT,
        np.random.default_rng(seed),
    )  # fmt: skip
    return found


@njit(cache=True)
def _cell_cost(load, area, outline, standard, strictness):
    """Imbalance and shape of one cell: outline² / 4π area is 1 for a circle, 1.27 for a square.

    The standard is (from, to, mean, price of a mean load beyond it).
    """
    low, high, mean, price = standard
    off = max(0.0, low - load, load - high) / mean
    hinge = max(0.0, off - 0.025)
    imbalance = price * off + 5.0 * off * off + 400.0 * hinge * hinge
    return strictness * imbalance + outline * outline / (4.0 * np.pi * max(area, 1e-6))


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
def _figures(start, other, metres, load, area, outline, label, cells):
    """Load, ground and outline of each cell: rows of (cells, 3)."""
    own = np.zeros((cells, 3))
    for piece in range(len(label)):
        cell = label[piece]
        own[cell, 0] += load[piece]
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
def _crossings(start, other, label, open_cells, first, last, edges, owner):
    """Fill in the half-edges of pieces first..last that lead into another open cell; how many."""
    count = 0
    for piece in range(first, last):
        cell = label[piece]
        if not open_cells[cell]:
            continue
        for at in range(start[piece], start[piece + 1]):
            if label[other[at]] != cell and open_cells[label[other[at]]]:
                edges[count] = at
                owner[count] = piece
                count += 1
    return count


@njit(cache=True)
def _most_edges(start, window):
    """The most half-edges that the pieces of one window have."""
    most = 0
    for first in range(0, len(start) - 1, window):
        last = min(len(start) - 1, first + window)
        most = max(most, start[last] - start[first])
    return most


@njit(cache=True)
def _change(start, other, metres, inner, load, area, outline, label, own, piece, new, now):
    """What moving the piece to the cell ``new`` costs, and both cells' figures afterwards."""
    old = label[piece]
    standard, strictness, inner_price = now
    with_old, inner_old = _borders_with(start, other, metres, inner, label, piece, old)
    with_new, inner_new = _borders_with(start, other, metres, inner, label, piece, new)
    less = (
        own[old, 0] - load[piece],
        max(own[old, 1] - area[piece], 1e-6),
        own[old, 2] - outline[piece] + 2.0 * with_old,
    )
    more = (
        own[new, 0] + load[piece],
        own[new, 1] + area[piece],
        own[new, 2] + outline[piece] - 2.0 * with_new,
    )
    change = (
        _cell_cost(less[0], less[1], less[2], standard, strictness)
        + _cell_cost(more[0], more[1], more[2], standard, strictness)
        - _cell_cost(own[old, 0], own[old, 1], own[old, 2], standard, strictness)
        - _cell_cost(own[new, 0], own[new, 1], own[new, 2], standard, strictness)
        + inner_price * (inner_old - inner_new)
    )
    return change, less, more


@njit(cache=True)
def _anneal(
    start, other, metres, inner, load, area, outline, label, cells, standard, home, open_cells,
    hot, rng,
):  # fmt: skip
    """Move border pieces between neighbouring open cells, warm at first; ``label`` is changed.

    Returns the cost of the cells; borders inside blocks and moves from home are left out.
    """
    pieces = len(label)
    own = _figures(start, other, metres, load, area, outline, label, cells)
    ground = own[:, 1].sum() / cells
    inner_price = INNER_SIDE / np.sqrt(ground)
    queue, seen, stamp = np.empty(pieces, np.int64), np.zeros(pieces, np.int64), 0
    most = _most_edges(start, WINDOW)
    edges, owner = np.empty(most, np.int64), np.empty(most, np.int64)
    for step in range(STEPS):
        heat = hot * (COLD / hot) ** (step / (STEPS - 1))
        now = (standard, min(1.0, LENIENT ** (1.0 - step / (0.7 * STEPS))), inner_price)
        for first in range(0, pieces, WINDOW):
            last = min(pieces, first + WINDOW)
            count = _crossings(start, other, label, open_cells, first, last, edges, owner)
            for _ in range(count * PROPOSALS // STEPS):
                pick = int(rng.random() * count)
                piece = owner[pick]
                old, new = label[piece], label[other[edges[pick]]]
                if old == new:
                    continue
                change, less, more = _change(
                    start, other, metres, inner, load, area, outline, label, own, piece, new, now
                )
                if home[piece] >= 0:
                    away = int(new != home[piece]) - int(old != home[piece])
                    share = load[piece] / standard[2] + 0.2 * area[piece] / ground
                    change += MOVING * share * away
                if change > 0 and rng.random() >= np.exp(-change / heat):
                    continue
                stamp += 1
                if _stays_connected(start, other, label, piece, queue, seen, stamp):
                    label[piece] = new
                    for at in range(3):
                        own[old, at], own[new, at] = less[at], more[at]
    cost = 0.0
    for cell in range(cells):
        cost += _cell_cost(own[cell, 0], own[cell, 1], own[cell, 2], standard, 1.0)
    return cost
