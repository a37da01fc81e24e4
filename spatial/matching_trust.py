"""How sure the matcher is of each observation: what the best other way would have cost more.

After J. Hagenauer and P. Hoeher, "A Viterbi algorithm with soft-decision outputs and its
applications", IEEE GLOBECOM 1989: every way that loses against the best one where they meet is
followed back to where they parted. For the observations in between, where it walked another street
(or none), it is a rival, and the difference in cost is the margin by which it lost.
"""

from __future__ import annotations

import numba
import numpy as np

from spatial.matching_viterbi import (
    ENTRY,
    IN,
    LENGTH,
    LINK,
    OFF,
    OUT,
    REACHED,
    REST,
    TIP,
    go_round,
    leap,
    same_link,
)

MOST_BACK = 64  # observations for which a rival is followed; beyond, it lost by more elsewhere

# Margins are sums of costs that overlap and were tuned for the decision: the share of observations
# that were right rises with them, but more slowly than the logistic curve.
_SHARPNESS = 1.0


@numba.njit(cache=True)
def trust_states(
    rows, obs_xy, obs_time, obs_noise, candidates, places, states, start, stop,
    pace, max_speed, prices, score, back,
):  # fmt: skip
    """(stop - start,) 0..1 for each observation on the network, 0 for those off it.

    score and back as ``matching_viterbi.advance`` filled them in, states as ``trace`` chose them.
    """
    offset, link, _, _ = candidates
    nodes, metres = places
    total = stop - start
    margin = np.full(total, prices.beam)
    chosen = np.full(total, -1, np.int64)
    best = np.empty(total, np.int64)
    for i in range(total):
        off = 2 * (offset[start + i + 1] - offset[start + i])
        best[i] = off if states[i] == OFF else states[i]
        if states[i] != OFF:
            chosen[i] = link[offset[start + i] + states[i] // 2]
    for i in range(1, total):
        t = start + i
        common = leap(obs_xy, obs_time, obs_noise, t, pace, max_speed, prices)
        off = 2 * (offset[t] - offset[t - 1])
        limit = score[i - 1, : off + 1].min() + prices.beam
        was, here, onto = 2 * offset[t - 1], 2 * offset[t] + best[i], states[i] != OFF
        won = score[i - 1, best[i - 1]] + _cost(
            rows, nodes, metres, was + best[i - 1], here, best[i - 1] == off, onto, common, prices
        )
        limit = min(limit, won + prices.beam)
        for a in range(off + 1):
            if a == best[i - 1] or score[i - 1, a] > limit:
                continue
            lost = score[i - 1, a] + _cost(
                rows, nodes, metres, was + a, here, a == off, onto, common, prices
            )
            if lost - won <= prices.beam:
                _follow(lost - won, i - 1, a, best, chosen, offset, link, back, start, margin)
    last = total - 1
    for a in range(2 * (offset[stop] - offset[stop - 1]) + 1):
        lost = score[last, a] - score[last, best[last]]
        if a != best[last] and lost <= prices.beam:
            _follow(lost, last, a, best, chosen, offset, link, back, start, margin)
    trust = np.zeros(total)
    for i in range(total):
        if chosen[i] >= 0:
            trust[i] = 1.0 / (1.0 + np.exp(-_SHARPNESS * margin[i]))
    return trust


@numba.njit(cache=True)
def _cost(rows, nodes, metres, a, b, off, onto, common, prices):
    """The cost of the move from state a, or from off the network, to state b, or off it."""
    if off or not onto:
        return 0.0 if off and not onto else (prices.enter if onto else prices.leave)
    rest, reached = metres[a, REST], metres[b, REACHED]
    cost = np.inf
    if nodes[a, LINK] == nodes[b, LINK]:
        onward = (a - b) % 2 == 0
        gone = metres[a, LENGTH] - rest
        cost = same_link(onward, gone, reached, metres[a, LENGTH], nodes[a, TIP], common, prices)
        if not onward or reached - gone >= -prices.backwards:
            return cost
    leaving = nodes[a, OUT]
    around = go_round(
        rows.node, rows.metres, rows.first, rows.last, rows.row_at[leaving],
        rows.row_mask[leaving], nodes[a, LINK], nodes[b, LINK], nodes[b, IN],
        rest + metres[b, ENTRY], common, prices,
    )  # fmt: skip
    return min(cost, around)


@numba.njit(cache=True)
def _follow(lost, i, a, best, chosen, offset, link, back, start, margin):
    """Note by how much a rival lost, from observation i back to where the best way parted."""
    stop = max(i - MOST_BACK, -1)
    while i > stop and a != best[i]:
        at = offset[start + i] + a // 2
        other = link[at] if at < offset[start + i + 1] else -1
        # Sooner or later round the same corner is the same way.
        before, after = chosen[max(i - 1, 0)], chosen[min(i + 1, len(chosen) - 1)]
        if other != chosen[i] and (other < 0 or (other != before and other != after)):
            margin[i] = min(margin[i], max(lost, 0.0))
        if i > 0:
            a = back[i, a]
        i -= 1
