"""Bringing cells back within the standard while as little as possible changes hands."""

import numpy as np
from numpy.typing import NDArray

from spatial.cells.annealing import Weights, anneal_from
from spatial.cells.partition import give_away, partition
from spatial.cells.pieces import Neighbours

Ints = NDArray[np.int64]
#: How many rings of neighbours help a cell out before the whole area does.
RINGS = 4
#: How often the whole area then tries again from the best there is.
FURTHER = 4
#: Where cells have to be divided, the mean may also be brought down to this share of the most.
ROOM = 0.93


def resettle(
    graph: Neighbours,
    weights: Weights,
    home: Ints,
    between: tuple[float, float],
    seed: int,
) -> Ints:
    """A cell number for each piece (P,), near to ``home`` (P,): the old cell, -1 for none.

    Old cells keep their numbers; new ones count on from the highest; a number that does not occur
    any more belongs to a cell that is dissolved. Nothing moves while every cell's load lies
    ``between``. Otherwise cells that are too full hand pieces on to their neighbours, or are
    divided where that moves less; cells that have too little take from their neighbours, or are
    dissolved where there are too many cells for the standard. Only the nearest neighbours change
    that suffice.
    """
    start = _adopted(graph, home)
    if not _off(weights, start, between).any():
        return start
    start = _fewer(graph, weights, start, between)
    options = [_more(graph, weights, start, between, room, seed) for room in (1.0, ROOM)]
    if _count(start) * between[1] >= weights.load.sum():
        options.insert(0, start)
    found = [_helped_out(graph, weights, one, home, between, seed) for one in options]
    return min(found, key=lambda one: _misfortune(weights, one, home, between))


def _misfortune(
    weights: Weights, label: Ints, home: Ints, between: tuple[float, float]
) -> tuple[float, float]:
    """Load beyond the standard, then load that changed hands; to be as small as possible."""
    total = np.bincount(label, weights.load)
    lived = np.bincount(label) > 0
    beyond = np.maximum(0, np.maximum(between[0] - total, total - between[1]))[lived].sum()
    moved = weights.load[(home >= 0) & (label != home)].sum()
    return round(float(beyond), 6), float(moved)


def _count(label: Ints) -> int:
    return len(np.unique(label))


def _adopted(graph: Neighbours, home: Ints) -> Ints:
    """What belonged to no cell joins a neighbour."""
    label = home.copy()
    if (label < 0).all():
        return np.zeros(len(label), dtype=np.int64)
    give_away(graph, label, np.flatnonzero(label < 0), label >= 0)
    label[label < 0] = label[label >= 0][0]
    return label


def _off(weights: Weights, label: Ints, between: tuple[float, float]) -> NDArray[np.bool_]:
    """Cells (C,) beyond the standard that can be helped: a building too large by itself cannot."""
    total = np.bincount(label, weights.load)
    largest = np.zeros(len(total))
    np.maximum.at(largest, label, weights.load)
    lived = np.bincount(label) > 0
    full = (total > between[1]) & (total > largest)
    return lived & (full | (total < between[0])) & (lived.sum() > 1 or full.any())


def _fewer(graph: Neighbours, weights: Weights, label: Ints, between: tuple[float, float]) -> Ints:
    """The smallest cells are dissolved as long as there is too little for so many."""
    label = label.copy()
    while _count(label) > 1 and weights.load.sum() < between[0] * _count(label):
        total = np.bincount(label, weights.load)
        total[np.bincount(label) == 0] = np.inf
        loose = np.flatnonzero(label == np.argmin(total))
        settled = label != np.argmin(total)
        give_away(graph, label, loose, settled)
    return label


def _more(
    graph: Neighbours,
    weights: Weights,
    label: Ints,
    between: tuple[float, float],
    room: float,
    seed: int,
) -> Ints:
    """Cells with enough for several are divided; and the fullest, until there is room in all."""
    label = label.copy()
    total = np.bincount(label, weights.load)
    for cell in np.flatnonzero(total > between[1]).tolist():
        most, least = int(total[cell] // between[0]), int(np.ceil(total[cell] / between[1]))
        if least <= most:
            wanted = round(total[cell] / (sum(between) / 2))
            _divide(graph, weights, label, cell, min(max(wanted, least), most), seed)
    while weights.load.sum() > max(
        room * between[1] * _count(label), between[0] * (_count(label) + 1)
    ):
        fullest = int(np.argmax(np.bincount(label, weights.load)))
        before = _count(label)
        _divide(graph, weights, label, fullest, 2, seed)
        if _count(label) == before:
            break
    return label


def _divide(
    graph: Neighbours, weights: Weights, label: Ints, cell: int, parts: int, seed: int
) -> None:
    """The part with most keeps the cell's number; ``label`` is changed."""
    own = np.flatnonzero(label == cell)
    part = partition(graph.among(own), weights.among(own), parts, seed)
    total = np.bincount(part, weights.load[own])
    order = np.argsort(-total, kind="stable")
    number = np.empty(len(total), dtype=np.int64)
    number[order] = np.append(cell, label.max() + 1 + np.arange(len(total) - 1))
    label[own] = number[part]


def _helped_out(
    graph: Neighbours,
    weights: Weights,
    label: Ints,
    home: Ints,
    between: tuple[float, float],
    seed: int,
) -> Ints:
    """Pieces handed on between cells off the standard and the rings of neighbours they need."""
    best = label
    here = np.repeat(np.arange(len(label)), np.diff(graph.start))
    a, b = label[here], label[graph.other]
    cells = int(label.max()) + 1
    opened = np.zeros(cells, bool)
    opened[:cells] = _off(weights, label, between)
    if not opened.any():
        return label
    # A piece that has moved already, since its cell was divided, is at home where it is now.
    at_home = np.where((home >= 0) & (home != label), label, home)
    for ring in range(RINGS + FURTHER):
        if ring >= RINGS:
            opened[:] = True
        else:
            opened[b[opened[a]]] = True
        found = anneal_from(graph, weights, best, at_home, opened, between, seed + ring)
        if _misfortune(weights, found, home, between) < _misfortune(weights, best, home, between):
            best = found
        if not _off(weights, best, between).any():
            break
    return best
