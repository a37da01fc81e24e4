"""From fixes to stretches of streets: hidden Markov map matching.

After P. Newson and J. Krumm, "Hidden Markov map matching through noise and sparseness", 2009.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy.typing as npt

from spatial.fixes import RUNNER_SPEED
from spatial.network import Floats, Ints, Network


@dataclass(frozen=True)
class MatchOptions:
    """How far to trust fixes; the defaults are for walking with a phone or tablet."""

    noise: float = 6.0  # m per axis, where the track has no accuracy
    max_speed: float = RUNNER_SPEED  # m/s


@dataclass(frozen=True, eq=False)
class Match:
    """R walked stretches of edges, in walking order.

    edge (R,); start_m < end_m (R,) metres along the edge; seconds (R,) when the stretch was
    finished, in the epoch of the fixes; confidence (R,) 0..1. The same metres may come twice, as
    they were walked. ``path_metres`` is the length of all stretches; ``off_network_metres`` what
    was walked away from the network.
    """

    edge: Ints
    start_m: Floats
    end_m: Floats
    seconds: Floats
    confidence: Floats
    path_metres: float
    off_network_metres: float


def match(
    network: Network,
    xy: npt.ArrayLike,
    seconds: npt.ArrayLike,
    *,
    accuracy: npt.ArrayLike | None = None,
    options: MatchOptions | None = None,
) -> Match:
    """The stretches of the network that a track walked.

    xy (n, 2) metres in the network's plane, seconds (n,), accuracy (n,) metres or NaN.
    """
    raise NotImplementedError
