"""Matching under noise: recall and false share of metres as the receiver gets worse.

Seeded walks on the grid of ``bench.matching``, with noise of 2 to 20 m per axis and 1 % outliers,
once with the accuracy that the receiver reports and once without. Not a bench by itself: the
pictures of docs/engine.md are drawn from it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.matching import EVERY, SEED, SIZES, Town, _compare, _grid
from spatial.matching import match
from spatial.simulation import record, walk

SIGMAS = (2, 4, 6, 8, 10, 12, 14, 16, 18, 20)  # m per axis
WALKS = {"small": 3, "full": 40}
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995, 1.0)  # of confidence


def curve(size: str = "small") -> list[dict[str, Any]]:
    """Rows of sigma, told, recall and false_share, in that order of sigma; told False first."""
    town = _grid()[""]
    rows = []
    for sigma in SIGMAS:
        for told in (False, True):
            found = [(truth, best >= 0) for truth, best in _walks(town, sigma, told, size)]
            recall, false_share = _compare(*(list(side) for side in zip(*found, strict=True)))
            rows.append(
                {"sigma": sigma, "told": told, "recall": recall, "false_share": false_share}
            )
    return rows


def calibration(
    size: str = "small", sigmas: tuple[float, ...] = (5, 8, 12)
) -> list[dict[str, Any]]:
    """Rows of sigma, low, high, metres and true: of the metres found with a confidence from low
    to high, the share that was walked. Accuracy is told; empty bins are left out."""
    town = _grid()[""]
    rows = []
    for sigma in sigmas:
        walks = _walks(town, sigma, True, size)
        truth, best = (np.concatenate(side) for side in zip(*walks, strict=True))
        for bin_, (low, high) in enumerate(pairwise(BINS)):
            inside = best == bin_
            if inside.any():
                rows.append(
                    {
                        "sigma": sigma,
                        "low": low,
                        "high": high,
                        "metres": int(inside.sum()),
                        "true": float(truth[inside].mean()),
                    }
                )
    return rows


def _walks(
    town: Town, sigma: float, told: bool, size: str
) -> list[tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]]:
    """Of each walk, per cell of a metre, whether it was walked, and the best bin of confidence in
    which the matcher says so (-1 where it does not)."""
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(WALKS[size]):
        route = walk(town.network, rng, metres=SIZES[size][1] * EVERY * 1.3, within=town.within)
        fixes = record(town.network, route, rng, every=EVERY, noise=sigma)
        accuracy = fixes.accuracy if told else None
        matched = match(town.network, fixes.xy, fixes.seconds, accuracy=accuracy)
        truth = town.cells(route.edge, route.start_m, route.end_m)
        best = np.full(len(truth), -1)
        level = np.minimum(np.digitize(matched.confidence, BINS[1:]), len(BINS) - 2)
        for bin_ in np.unique(level):
            rows = level == bin_
            cells = town.cells(matched.edge[rows], matched.start_m[rows], matched.end_m[rows])
            best[cells] = bin_
        found.append((truth, best))
    return found
