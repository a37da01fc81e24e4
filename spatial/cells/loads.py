"""What cells share out evenly: dwellings, metres to walk, visits due, or a weighting of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from spatial.cells.pieces import holders

#: Streets are counted in steps of at most this length, each this far to its left (metres).
STEP, ASIDE = 5.0, 0.5


@dataclass(frozen=True)
class Load:
    """Amounts (N,) at points ``xy (N, 2)`` in metres; ``weight`` is its part in a mixture."""

    xy: NDArray[np.float64]
    amount: NDArray[np.float64]
    weight: float = 1.0

    @classmethod
    def of(cls, xy: ArrayLike, amount: ArrayLike, weight: float = 1.0) -> "Load":
        """Raises ValueError for numbers that are not finite, negative amounts and weights ≤ 0."""
        place = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        much = np.asarray(amount, dtype=np.float64).reshape(-1)
        if len(place) != len(much):
            raise ValueError(f"{len(place)} places but {len(much)} amounts.")
        if not (np.isfinite(place).all() and np.isfinite(much).all() and (much >= 0).all()):
            raise ValueError("Places and amounts of a load must be finite, amounts not negative.")
        if not 0 < weight < np.inf:
            raise ValueError("The weight of a load must be a positive number.")
        return cls(place, much, weight)


def walking_load(
    streets: Sequence[shapely.LineString] | NDArray[np.object_],
    area: shapely.Geometry,
    *,
    weight: float = 1.0,
) -> Load:
    """Metres of street (in metres' coordinates) in ``area``, each where it counts.

    A street along a border counts for the cell on its left, along the outline for the one inside;
    the sum over a cell is the length of its streets to within a step at each border crossed.
    """
    lines = np.asarray(streets, dtype=object)
    length = shapely.length(lines) if len(lines) else np.empty(0)
    steps = np.ceil(length / STEP).astype(np.int64)
    line = np.repeat(np.arange(len(lines)), steps)
    metres = (length / np.maximum(steps, 1))[line]
    at = np.arange(len(line)) - np.repeat(np.cumsum(steps) - steps, steps)
    along = (at + 0.5) * metres
    middle = _along(lines, line, along)
    way = _along(lines, line, along + 0.01) - _along(lines, line, along - 0.01)
    far = np.hypot(*way.T)
    left = ASIDE * np.column_stack([-way[:, 1], way[:, 0]]) / np.where(far > 0, far, 1)[:, None]
    outside = holders(np.array([area], dtype=object), middle + left) < 0
    return Load.of(np.where(outside[:, None], middle - left, middle + left), metres, weight)


def _along(
    lines: NDArray[np.object_], line: NDArray[np.int64], along: NDArray[np.float64]
) -> NDArray[np.float64]:
    if len(line) == 0:
        return np.empty((0, 2))
    points = shapely.line_interpolate_point(lines[line], np.maximum(along, 0))
    return shapely.get_coordinates(points)


def mixed(loads: Sequence[Load], area: shapely.Geometry) -> Load:
    """One load in the unit of the first, of the same total in ``area``.

    Each load is scaled to that total first, then they are mixed by weight; one of which there is
    nothing in the area counts for nothing.
    """
    totals = []
    for load in loads:
        inside = holders(np.array([area], dtype=object), load.xy) == 0
        totals.append(float(load.amount[inside].sum()))
    present = [load.weight if total > 0 else 0.0 for load, total in zip(loads, totals, strict=True)]
    scale = [
        totals[0] / total * weight / sum(present) if total > 0 else 0.0
        for total, weight in zip(totals, present, strict=True)
    ]
    return Load(
        np.vstack([load.xy for load in loads]),
        np.concatenate([load.amount * by for load, by in zip(loads, scale, strict=True)]),
    )
