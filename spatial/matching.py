"""From fixes to stretches of streets: hidden Markov map matching on the walking network.

After P. Newson and J. Krumm, "Hidden Markov map matching through noise and sparseness",
ACM SIGSPATIAL GIS 2009, with directed states, an off-network state and means of neighbouring fixes
as observations. The parts: ``matching_observations`` (fixes to observations), ``matching_graph``
(candidates), ``matching_routes`` (distances), ``matching_viterbi`` (the decision),
``matching_trust`` (how sure it is) and ``matching_path`` (states to stretches).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from spatial.fixes import RUNNER_SPEED, clean
from spatial.matching_graph import (
    Candidates,
    Graph,
    build_graph,
    candidate_scratch,
    find_candidates,
)
from spatial.matching_observations import observe
from spatial.matching_path import make_legs, off_metres, reach_ends, split_runs, to_stretches
from spatial.matching_prices import DEFAULT_PRICES, Prices
from spatial.matching_routes import RouteTable, Rows
from spatial.matching_trust import trust_states
from spatial.matching_viterbi import (
    MOST_CANDIDATES,
    MOST_STATES,
    advance,
    describe,
    needed_rows,
    trace,
)
from spatial.network import Floats, Ints, Network

#: Metres of at least this confidence are certain, the others doubtful: .99 of them and more are
#: true up to a noise of 12 m per axis (docs/decisions, certain and doubtful metres).
CERTAIN = 0.9


@dataclass(frozen=True)
class MatchOptions:
    """How far to trust fixes; the defaults are for walking with a phone or tablet."""

    noise: float = 6.0  # m per axis, for fixes without an accuracy
    max_speed: float = RUNNER_SPEED  # m/s
    prices: Prices = field(default=DEFAULT_PRICES)


@dataclass(frozen=True, eq=False)
class Match:
    """R walked stretches of edges, in walking order.

    edge (R,); start_m < end_m (R,) metres along the edge; seconds (R,) when the stretch was
    finished, in the epoch of the fixes; confidence (R,) 0..1, the mean over the observations on it
    of how surely they lie there and on no other way (``matching_trust``). The same metres may come
    twice, as they were walked.
    ``path_metres`` is the length of all stretches; ``off_network_metres`` what was walked away
    from the network (courtyards, parks, streets that are missing).
    """

    edge: Ints
    start_m: Floats
    end_m: Floats
    seconds: Floats
    confidence: Floats
    path_metres: float
    off_network_metres: float


class Matcher:
    """What matching on one network keeps between tracks."""

    def __init__(self, network: Network) -> None:
        self.graph = build_graph(network)
        self.routes = RouteTable(self.graph)
        self.scratch = candidate_scratch(self.graph)
        self.lock = Lock()


_matchers: WeakKeyDictionary[Network, Matcher] = WeakKeyDictionary()
_matchers_lock = Lock()


def match(
    network: Network,
    xy: npt.ArrayLike,
    seconds: npt.ArrayLike,
    *,
    accuracy: npt.ArrayLike | None = None,
    options: MatchOptions | None = None,
) -> Match:
    """The stretches of the network that a track walked.

    xy (n, 2) metres in the network's plane, seconds (n,) of any epoch, accuracy (n,) metres (the
    radius that holds the truth two times out of three) or NaN where unknown. Fixes that
    ``fixes.clean`` would drop are dropped; cleaning first changes nothing. The same input gives
    the same bytes. The first match on a network indexes it; keep the network for the next.

    Raises ValueError when the arrays differ in length.
    """
    options = options or MatchOptions()
    xy, times, noise, pieces = believe(xy, seconds, accuracy, options)
    if len(times) == 0 or len(network) == 0:
        return in_order([])
    matcher = matcher_of(network)
    with matcher.lock:
        return in_order(_match_pieces(matcher, xy, times, noise, pieces, options))


def believe(
    xy: npt.ArrayLike, seconds: npt.ArrayLike, accuracy: npt.ArrayLike | None, options: MatchOptions
) -> tuple[Floats, Floats, Floats, Ints]:
    """Of the fixes that count: (K, 2) metres, (K,) seconds, (K,) noise in metres per axis, and
    (P + 1,) where the pieces begin.
    """
    points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    instants = np.asarray(seconds, dtype=np.float64).reshape(-1)
    cleaned = clean(points, instants, accuracy, max_speed=options.max_speed, metres=True)
    kept = cleaned.kept
    noise = np.full(len(kept), float(options.noise))
    if accuracy is not None:
        told = np.asarray(accuracy, dtype=np.float64).reshape(-1)[kept]
        # A circle of 1.5 deviations per axis holds two thirds of the fixes.
        noise = np.where(np.isnan(told), noise, told / 1.5)
    return points[kept], instants[kept], noise, cleaned.pieces


def in_order(pieces: list[tuple[Floats, float]]) -> Match:
    """One match of the (R, 5) stretches and the metres off the network of each piece."""
    stretches = np.concatenate([np.zeros((0, 5)), *(found for found, _ in pieces)])
    return Match(
        edge=stretches[:, 0].astype(np.int64),
        start_m=stretches[:, 1].copy(),
        end_m=stretches[:, 2].copy(),
        seconds=stretches[:, 3].copy(),
        confidence=stretches[:, 4].copy(),
        path_metres=float((stretches[:, 2] - stretches[:, 1]).sum()),
        off_network_metres=float(sum(away for _, away in pieces)),
    )


def matcher_of(network: Network) -> Matcher:
    """What matching keeps of a network; made when it is first asked for."""
    with _matchers_lock:
        if network not in _matchers:
            _matchers[network] = Matcher(network)
        return _matchers[network]


def _match_pieces(
    matcher: Matcher,
    xy: Floats,
    seconds: Floats,
    noise: Floats,
    pieces: Ints,
    options: MatchOptions,
) -> list[tuple[Floats, float]]:
    """Of each piece the (R, 5) stretches and the metres off the network."""
    graph, prices = matcher.graph, options.prices
    obs_xy, obs_time, obs_noise, obs_pieces, gait = observe(xy, seconds, noise, pieces)
    candidates = find_candidates(graph, obs_xy, obs_noise, MOST_CANDIDATES, matcher.scratch, prices)
    nodes, metres = needed_rows(
        graph, obs_xy, obs_noise, obs_pieces, candidates[0], candidates[1], prices
    )
    rows = matcher.routes.reach(nodes, metres)
    places = describe(graph, candidates)
    observed = (obs_xy, obs_time, obs_noise)
    found = []
    for (start, stop), gait_of_piece in zip(pairwise(obs_pieces), gait, strict=True):
        score = np.empty((stop - start, MOST_STATES))
        back = np.empty((stop - start, MOST_STATES), np.int16)
        advance(
            rows, *observed, candidates, places, start, start, stop,
            gait_of_piece[2], options.max_speed, prices, score, back,
        )  # fmt: skip
        found.append(
            finish_piece(
                graph, rows, observed, candidates, places, start, stop,
                gait_of_piece, options, score, back, np.empty(stop - start),
            )[:2]
        )  # fmt: skip
    return found


def finish_piece(
    graph: Graph,
    rows: Rows,
    observed: tuple[Floats, Floats, Floats],
    candidates: Candidates,
    places: Any,
    start: int,
    stop: int,
    gait: Floats,
    options: MatchOptions,
    score: Floats,
    back: npt.NDArray[np.int16],
    margin: Floats,
    before: Ints | None = None,
) -> tuple[Floats, float, Ints]:
    """(R, 5) stretches of the observations from start to stop, the metres off the network, and the
    states behind them.

    observed and gait as ``observe`` gives them, places as ``describe`` does, score and back as
    ``advance`` filled them in. margin is filled in by ``trust_states``, anew but for the first
    observations that have the states of ``before``.
    """
    xy, time, noise = observed
    lead, tail, pace = gait
    prices = options.prices
    states = trace(score, back, candidates[0], start, stop)
    known = 0
    if before is not None:
        count = min(len(before), len(states))
        differs = np.flatnonzero(before[:count] != states[:count])
        known = int(differs[0]) if len(differs) else count
    runs = split_runs(graph, rows, xy, time, candidates, states, start, stop, prices)
    trust = trust_states(
        rows, xy, time, noise, candidates, places, states, start, stop,
        pace, options.max_speed, prices, score, back, margin, known,
    )  # fmt: skip
    legs = make_legs(graph, rows, time, candidates, trust, states, runs, start, stop, prices)
    # Only where the track begins or ends on a street, not where it comes from a courtyard.
    reach_ends(graph, legs, lead if runs[0] == 0 else 0.0, tail if runs[-1] >= 0 else 0.0)
    return to_stretches(graph, legs), off_metres(xy, runs, start), states
