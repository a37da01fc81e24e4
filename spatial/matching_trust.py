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

# Observations. Beside a parallel street errors do not average out, for people walk on one side of
# the way and receivers err to one side: more evidence than of so many is not believed.
MOST_EVIDENCE = 8.0


@numba.njit(cache=True)
def trust_states(
    rows, obs_xy, obs_time, obs_noise, candidates, places, states, start, stop,
    pace, max_speed, prices, score, back, margin, known,
):  # fmt: skip
    """(stop - start,) .5 to 1 for each observation on the network, 0 for those off it.

    It is the logistic of the margin: of two ways that differ in cost by so much, the share of the
    likelihood that the better one has.
    score and back as ``matching_viterbi.advance`` filled them in, states as ``trace`` chose them.
    margin (stop - start,) is filled in; where the first ``known`` observations and their states are
    those for which it was filled in before, most of it is kept.
    """
    offset, link, _, _ = candidates
    nodes, metres = places
    total = stop - start
    # What lies so far back, no rival of a later observation is followed to.
    settled = max(known - MOST_BACK - 1, 0)
    margin[settled:] = prices.beam
    chosen = np.full(total, -1, np.int64)
    best = np.empty(total, np.int64)
    for i in range(total):
        off = 2 * (offset[start + i + 1] - offset[start + i])
        best[i] = off if states[i] == OFF else states[i]
        if states[i] != OFF:
            chosen[i] = link[offset[start + i] + states[i] // 2]
    for i in range(settled + 1, total):
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
            trust[i] = 1.0 / (1.0 + np.exp(-margin[i]))
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
def _follow(lost, last, rival, best, chosen, offset, link, back, start, margin):
    """Note by how much a rival lost, from the last observation back to where the ways parted."""
    stop = max(last - MOST_BACK, -1)
    i, a, apart = last, rival, 0
    while i > stop and a != best[i]:
        apart += _differs(i, a, chosen, offset, link, start)
        a = back[i, a] if i > 0 else a
        i -= 1
    lost = max(lost, 0.0) * min(1.0, MOST_EVIDENCE / max(apart, 1))
    i, a = last, rival
    while i > stop and a != best[i]:
        if lost < margin[i] and _differs(i, a, chosen, offset, link, start):
            margin[i] = lost
        a = back[i, a] if i > 0 else a
        i -= 1


@numba.njit(cache=True)
def _differs(i, a, chosen, offset, link, start):
    """Whether state a of an observation is another way than the chosen one.

    Sooner or later round the same corner is the same way.
    """
    at = offset[start + i] + a // 2
    other = link[at] if at < offset[start + i + 1] else -1
    if other == chosen[i]:
        return False
    before, after = chosen[max(i - 1, 0)], chosen[min(i + 1, len(chosen) - 1)]
    return other < 0 or (other != before and other != after)
