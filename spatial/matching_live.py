"""Matching a track while it is being walked: batch by batch, the same result as all at once.

Most of what the matcher works out for a fix depends on the fixes before it only: candidates, and
the forward pass of Viterbi. It is kept, observation by observation, and done again from the first
observation that a batch has changed: the last two, as a rule; the whole of a stay while it grows
to one observation; everything when the pace of the piece passes to another step or a late fix
arrives. Margins are kept where the states stay as they were, but for the last 64 observations. The
rest (cleaning, tracing back, stretches) is a few passes over the whole piece.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from spatial.matching import (
    Match,
    Matcher,
    MatchOptions,
    believe,
    finish_piece,
    in_order,
    matcher_of,
)
from spatial.matching_graph import Candidates, find_candidates
from spatial.matching_observations import observe
from spatial.matching_prices import Prices
from spatial.matching_viterbi import (
    MOST_CANDIDATES,
    MOST_STATES,
    advance,
    describe,
    needed_rows,
)
from spatial.network import Floats, Network

Fixes = tuple[Floats, Floats, Floats]


class LiveMatch:
    """The match of a track that is still being walked.

    After any batches ``so_far`` gives, byte for byte, what ``match`` gives for all their fixes in
    the order in which they came: duplicates and fixes that came late are treated alike.

    Memory: 32 bytes for each fix that came and 24 for each that counts, for a late fix may reopen
    any piece; about 600 bytes for each observation of the last piece only (a fix, or 6 s of
    fixes), where the work goes on. Not safe to share between threads.
    """

    def __init__(self, network: Network, *, options: MatchOptions | None = None) -> None:
        self._network = network
        self._options = options or MatchOptions()
        self._fixes = (np.zeros((0, 2)), np.zeros(0), np.zeros(0))
        self._pieces: list[_Piece] = []

    def __len__(self) -> int:
        """How many fixes have come, counted or not."""
        return len(self._fixes[1])

    def add(
        self, xy: npt.ArrayLike, seconds: npt.ArrayLike, accuracy: npt.ArrayLike | None = None
    ) -> None:
        """Take in n more fixes, as ``match`` takes all of them; n may be 0.

        Raises ValueError when the arrays differ in length; then none of the batch is taken in.
        """
        points = np.array(xy, dtype=np.float64).reshape(-1, 2)
        instants = np.array(seconds, dtype=np.float64).reshape(-1)
        told = np.full(len(points), np.nan)
        if accuracy is not None:
            told = np.array(accuracy, dtype=np.float64).reshape(-1)
        if not len(points) == len(instants) == len(told):
            raise ValueError(
                f"{len(points)} positions, {len(instants)} times and {len(told)} accuracies."
            )
        batch = (points, instants, told)
        known, new, more = (np.concatenate(pair) for pair in zip(self._fixes, batch, strict=True))
        self._fixes = (known, new, more)

    def so_far(self) -> Match:
        """The match of all fixes that have come."""
        xy, seconds, noise, pieces = believe(*self._fixes, self._options)
        if len(seconds) == 0 or len(self._network) == 0:
            return in_order([])
        del self._pieces[len(pieces) - 1 :]
        matcher = matcher_of(self._network)
        with matcher.lock:
            for place, (start, stop) in enumerate(pairwise(pieces)):
                if place == len(self._pieces):
                    self._pieces.append(_Piece())
                piece = self._pieces[place]
                fixes = (xy[start:stop], seconds[start:stop], noise[start:stop])
                piece.follow(matcher, fixes, self._options)
                if place < len(pieces) - 2:
                    piece.settle()
        return in_order([(piece.stretches, piece.away) for piece in self._pieces])


class _Piece:
    """One piece of the track: its fixes, its stretches and, until settled, the work behind them."""

    def __init__(self) -> None:
        self.stretches = np.zeros((0, 5))
        self.away = 0.0
        self._fixes: Fixes = (np.zeros((0, 2)), np.zeros(0), np.zeros(0))
        self.settle()

    def settle(self) -> None:
        """Forget the work; what came of it stays."""
        self._observed: Fixes = (np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0))
        self._pace = np.nan
        none = np.zeros(0, np.int64)
        self._candidates: Candidates = (np.zeros(1, np.int64), none, np.zeros(0), np.zeros(0))
        self._score = np.empty((0, MOST_STATES))
        self._back = np.empty((0, MOST_STATES), np.int16)
        self._margin = np.empty((0, 1))
        self._states = none

    def follow(self, matcher: Matcher, fixes: Fixes, options: MatchOptions) -> None:
        """Bring the stretches up to these fixes of the piece."""
        count = len(fixes[1])
        if count == len(self._fixes[1]) and _common(self._fixes, fixes) == count:
            return
        # Slices of the whole track's arrays would keep those alive.
        self._fixes = (fixes[0].copy(), fixes[1].copy(), fixes[2].copy())
        graph, prices = matcher.graph, options.prices
        whole = np.array([0, count])
        xy, time, noise, bounds, (gait,) = observe(*fixes, whole)
        pace = float(gait[2])
        same = _common(self._observed, (xy, time, noise))
        candidates = self._seek(matcher, xy, noise, same, prices)
        nodes, metres = needed_rows(graph, xy, noise, bounds, candidates[0], candidates[1], prices)
        # Again for all: another track may have made the table forget the rows of this one.
        rows = matcher.routes.reach(nodes, metres)
        total = len(noise)
        self._score, self._back = _room(self._score, total), _room(self._back, total)
        self._margin = _room(self._margin, total)
        score, back = self._score[:total], self._back[:total]
        same = same if pace == self._pace else 0
        places = describe(graph, candidates)
        advance(
            rows, xy, time, noise, candidates, places, 0, same, total,
            pace, options.max_speed, prices, score, back,
        )  # fmt: skip
        self.stretches, self.away, self._states = finish_piece(
            graph, rows, (xy, time, noise), candidates, places, 0, total, gait, options,
            score, back, self._margin[:total, 0], self._states[:same],
        )  # fmt: skip
        self._observed, self._pace, self._candidates = (xy, time, noise), pace, candidates

    def _seek(
        self, matcher: Matcher, xy: Floats, noise: Floats, same: int, prices: Prices
    ) -> Candidates:
        """Candidates of the observations; those of the first ``same`` are known."""
        known = self._candidates
        more = find_candidates(
            matcher.graph, xy[same:], noise[same:], MOST_CANDIDATES, matcher.scratch, prices
        )
        kept = known[0][same]
        link, along, away = (
            np.concatenate([old[:kept], new]) for old, new in zip(known[1:], more[1:], strict=True)
        )
        return np.concatenate([known[0][:same], kept + more[0]]), link, along, away


def _common(old: Fixes, new: Fixes) -> int:
    """How many rows at the beginning are the same in both."""
    count = min(len(old[1]), len(new[1]))
    differs = np.zeros(count, bool)
    for one, other in zip(old, new, strict=True):
        unlike = one[:count] != other[:count]
        differs |= unlike if unlike.ndim == 1 else unlike.any(axis=1)
    return int(differs.argmax()) if differs.any() else count


def _room(table: npt.NDArray, rows: int) -> npt.NDArray:  # type: ignore[type-arg]
    """The table itself, or a longer copy of it."""
    if rows <= len(table):
        return table
    longer = np.empty((2 * rows, table.shape[1]), table.dtype)
    longer[: len(table)] = table
    return longer
