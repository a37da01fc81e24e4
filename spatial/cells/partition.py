"""Which piece goes to which cell: METIS for the cut, then annealing for balance and shape."""

import numpy as np
import pymetis
from numpy.typing import NDArray

from spatial.cells.annealing import Weights, anneal
from spatial.cells.pieces import Neighbours, parts_of

#: Small towns are tried again until so many pieces were annealed, at most five times.
TRIED_PIECES, MOST_TRIALS = 5000, 5


def cell_count(load: float, between: tuple[float, float]) -> int:
    """How many cells bring the mean into ``between``; the nearest miss where no number does."""
    low, high = between
    if load <= high:
        return 1
    middle = (low + high) / 2
    around = max(1, int(load / middle))
    return min(
        (around, around + 1),
        key=lambda k: (
            max(low - load / k, load / k - high, 0),
            abs(load / k - middle),
        ),
    )


def partition(graph: Neighbours, weights: Weights, cells: int, seed: int) -> NDArray[np.int64]:
    """A cell number 0..cells-1 for each piece of a connected graph; every cell is connected.

    METIS makes the first cut (recursive bisection), annealing the rest; of several trials the one
    of least cost counts. The same seed gives the same cells. Fewer cells come out where there are
    fewer pieces with load than cells.
    """
    pieces = len(weights.area)
    cells = min(cells, max(1, int((weights.load > 0).sum())))
    if cells == 1:
        return np.zeros(pieces, dtype=np.int64)
    trials = min(MOST_TRIALS, max(1, TRIED_PIECES // pieces))
    found = [_trial(graph, weights, cells, seed * MOST_TRIALS + at) for at in range(trials)]
    return min(found, key=lambda one: one[0])[1]


def _trial(
    graph: Neighbours, weights: Weights, cells: int, seed: int
) -> tuple[float, NDArray[np.int64]]:
    label = _connected(graph, _first_cut(graph, weights, cells, seed), cells)
    return anneal(graph, weights, label, cells, seed)


def _first_cut(graph: Neighbours, weights: Weights, cells: int, seed: int) -> NDArray[np.int64]:
    # A building that fills a cell and more would leave METIS parts without any piece.
    fair = max(weights.load.sum() / cells, 1e-9)
    options = pymetis.Options(seed=seed, ncuts=2)
    _, label = pymetis.part_graph(
        cells,
        pymetis.CSRAdjacency(graph.start, graph.other),
        vweights=np.rint(np.minimum(weights.load / fair, 1) * 1000).astype(np.int64),
        eweights=np.maximum(1, np.rint(graph.metres * 10)).astype(np.int64),
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
        of = np.zeros(len(size), dtype=np.int64)
        of[part] = label
        order = np.lexsort((size, of))
        kept = np.zeros(len(size), bool)
        kept[order[np.r_[np.diff(of[order]) > 0, True]]] = True
        loose = np.flatnonzero(~kept[part])
        empty = np.flatnonzero(np.bincount(label, minlength=cells) == 0)
        if len(loose) == 0 and len(empty) == 0:
            return label
        if len(loose):
            give_away(graph, label, loose, kept[part])
        else:
            largest = np.argmax(np.bincount(label, minlength=cells))
            label[np.flatnonzero(label == largest)[-1]] = empty[0]
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


def give_away(
    graph: Neighbours,
    label: NDArray[np.int64],
    loose: NDArray[np.int64],
    settled: NDArray[np.bool_],
) -> None:
    """Loose pieces take the label of the settled neighbour with most border, from outside in.

    ``label`` (P,) is changed for the ``loose`` pieces (numbers), ``settled`` (P,) is not.
    """
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
