"""The likeliest sequence of places on the network behind the observations of one piece.

A hidden state is a link, the direction in which it is walked, and the point on it that is nearest
to the observation (Newson & Krumm 2009); or *off* the network. The direction makes a turn-back a
thing with a price, so that noise at a junction does not send the walker into the side street and
back, and a step backwards by noise on the same link is no step at all.

States are numbered 2 * candidate + (0 along the link, 1 against it).
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from spatial.matching_routes import find_slot

OFF = -1
MOST_CANDIDATES = 24


class Prices(NamedTuple):
    """Costs are negative log likelihoods. Metres, seconds and plain numbers as named."""

    floor: float  # m; no receiver is better than this
    detour: float  # m of difference between route and crow per unit of cost, at no distance
    detour_share: float  # ... and so much more per metre of distance
    slack: float  # m by which a route may exceed the straight line before it is not looked at
    backwards: float  # m that noise may seem to walk backwards on a link
    turn: float  # turning back in the middle of a street
    tip_turn: float  # turning back at the tip of a dead end
    tip: float  # m; the tip is this near
    leave: float  # leaving the network
    enter: float  # coming back
    off: float  # being off the network, per observation, in deviations squared over two
    weight: float  # of an observation, which shares half its fixes with the next
    beam: float  # states worse than the best by more are dropped


DEFAULT_PRICES = Prices(
    floor=4.0,
    detour=4.0,
    detour_share=0.1,
    slack=100.0,
    backwards=12.0,
    turn=6.0,
    tip_turn=2.0,
    tip=15.0,
    leave=6.0,
    enter=6.0,
    off=4.5,
    weight=0.7,
    beam=25.0,
)


@numba.njit(cache=True)
def needed_rows(graph, obs_xy, pieces, offset, link, slack):
    """(K,) nodes from which routes may start and (K,) how far they may have to reach."""
    nodes = np.empty(2 * len(link), np.int64)
    metres = np.empty(2 * len(link))
    used = 0
    for p in range(len(pieces) - 1):
        for t in range(pieces[p], pieces[p + 1] - 1):
            crow = np.hypot(obs_xy[t + 1, 0] - obs_xy[t, 0], obs_xy[t + 1, 1] - obs_xy[t, 1])
            for c in range(offset[t], offset[t + 1]):
                for node in (graph.link_from[link[c]], graph.link_to[link[c]]):
                    nodes[used] = node
                    metres[used] = crow + slack
                    used += 1
    return nodes[:used].copy(), metres[:used].copy()


@numba.njit(cache=True)
def viterbi(graph, rows, obs_xy, obs_time, obs_noise, candidates, start, stop, max_speed, prices):
    """(stop - start,) the best state of each observation, as a state of its candidates or OFF."""
    offset, link, along, away = candidates
    total = stop - start
    widest = 0
    for t in range(start, stop):
        widest = max(widest, 2 * (offset[t + 1] - offset[t]) + 1)
    score = np.full(widest, np.inf)
    following = np.full(widest, np.inf)
    back = np.full((total, widest), -2, np.int16)
    _emit(offset, away, obs_noise, start, score, prices)
    for t in range(start + 1, stop):
        following[:] = np.inf
        _step(
            graph, rows, obs_xy, obs_time, offset, link, along, t, max_speed, prices,
            score, following, back[t - start],
        )  # fmt: skip
        _emit_onto(offset, away, obs_noise, t, following, prices)
        score, following = following, score
    return _trace(score, back, offset, start, stop)


@numba.njit(cache=True)
def _trace(score, back, offset, start, stop):
    states = np.empty(stop - start, np.int64)
    at = np.argmin(score[: 2 * (offset[stop] - offset[stop - 1]) + 1])
    for t in range(stop - 1, start - 1, -1):
        off = 2 * (offset[t + 1] - offset[t])
        states[t - start] = OFF if at == off else at
        at = back[t - start, at]
    return states


@numba.njit(cache=True)
def _emission(away, noise, prices):
    deviation = away / max(noise, prices.floor)
    return 0.5 * prices.weight * deviation * deviation


@numba.njit(cache=True)
def _emit(offset, away, obs_noise, t, score, prices):
    count = offset[t + 1] - offset[t]
    for c in range(count):
        cost = _emission(away[offset[t] + c], obs_noise[t], prices)
        score[2 * c] = cost
        score[2 * c + 1] = cost
    score[2 * count] = prices.leave + prices.weight * prices.off


@numba.njit(cache=True)
def _emit_onto(offset, away, obs_noise, t, score, prices):
    count = offset[t + 1] - offset[t]
    for c in range(count):
        cost = _emission(away[offset[t] + c], obs_noise[t], prices)
        score[2 * c] += cost
        score[2 * c + 1] += cost
    score[2 * count] += prices.weight * prices.off


@numba.njit(cache=True)
def _step(
    graph, rows, obs_xy, obs_time, offset, link, along, t, max_speed, prices, score, following, back
):
    """Relax all pairs of states of observations t - 1 and t."""
    before, here, after = offset[t - 1], offset[t], offset[t + 1]
    old_off, new_off = 2 * (here - before), 2 * (after - here)
    crow = np.hypot(obs_xy[t, 0] - obs_xy[t - 1, 0], obs_xy[t, 1] - obs_xy[t - 1, 1])
    wait = (obs_time[t, 0] + obs_time[t, 1] - obs_time[t - 1, 0] - obs_time[t - 1, 1]) / 2.0
    longest = min(crow + prices.slack, max_speed * wait + prices.slack / 2.0)
    per_metre = 1.0 / (prices.detour + prices.detour_share * crow)
    limit = score[: old_off + 1].min() + prices.beam
    following[new_off], back[new_off] = score[old_off], old_off
    for a in range(old_off):
        if score[a] > limit:
            continue
        if score[a] + prices.leave < following[new_off]:
            following[new_off], back[new_off] = score[a] + prices.leave, a
        e, against = link[before + a // 2], a % 2
        gone = along[before + a // 2]
        if against:
            gone = graph.link_length[e] - gone
        leaving = graph.link_from[e] if against else graph.link_to[e]
        rest = graph.link_length[e] - gone
        for b in range(new_off):
            f, other = link[here + b // 2], b % 2
            reached = along[here + b // 2]
            if other:
                reached = graph.link_length[f] - reached
            cost = _move(
                graph, rows, e, against, gone, rest, leaving, f, other, reached,
                crow, longest, per_metre, prices,
            )  # fmt: skip
            if score[a] + cost < following[b]:
                following[b], back[b] = score[a] + cost, a
    if score[old_off] <= limit:
        for b in range(new_off):
            if score[old_off] + prices.enter < following[b]:
                following[b], back[b] = score[old_off] + prices.enter, old_off


@numba.njit(cache=True)
def _move(
    graph,
    rows,
    e,
    against,
    gone,
    rest,
    leaving,
    f,
    other,
    reached,
    crow,
    longest,
    per_metre,
    prices,
):
    """The cost of walking from ``gone`` metres into link e to ``reached`` metres into link f."""
    best = np.inf
    if e == f and against == other:
        ahead = reached - gone
        if ahead >= -prices.backwards:
            route = max(ahead, 0.0)
            if route > longest:
                return np.inf
            return (abs(route - crow) - min(ahead, 0.0)) * per_metre
    elif e == f:
        turned = graph.link_length[e] - reached  # where f's point lies, measured as ``gone``
        route = abs(turned - gone)
        if route <= longest:
            best = abs(route - crow) * per_metre + prices.turn
        dead_end = graph.node_offset[leaving + 1] - graph.node_offset[leaving] == 1
        if dead_end and min(rest, reached) <= prices.tip:
            route = rest + reached
            cost = max(route - 2.0 * prices.tip - crow, 0.0) * per_metre + prices.tip_turn
            best = min(best, cost)
        return best
    entering = graph.link_to[f] if other else graph.link_from[f]
    between = longest - rest - reached
    if between < 0.0:
        return best
    slot = find_slot(rows, leaving, entering)
    if slot < 0 or rows.metres[slot] > between:
        return best
    cost = abs(rest + rows.metres[slot] + reached - crow) * per_metre
    # A route that begins or ends by walking a link the other way turns back without saying so.
    if rows.first[slot] == e or rows.last[slot] == f:
        cost += prices.turn
    return min(best, cost)


@numba.njit(cache=True)
def trust_states(candidates, obs_noise, states, start, stop, prices):
    """(T,) the share of the likelihood that the chosen state has among all near an observation.

    Links chosen by the neighbouring observations are the same way, not rivals. Only the rows from
    start to stop are filled.
    """
    offset, link, _, away = candidates
    trust = np.zeros(len(obs_noise))
    chosen = np.full(stop - start, -1, np.int64)
    for t in range(start, stop):
        if states[t - start] != OFF:
            chosen[t - start] = link[offset[t] + states[t - start] // 2]
    for t in range(start, stop):
        i = t - start
        if chosen[i] < 0:
            continue
        own = np.exp(-_emission(away[offset[t] + states[i] // 2], obs_noise[t], prices))
        rivals = np.exp(-prices.weight * prices.off)
        for c in range(offset[t], offset[t + 1]):
            before, after = chosen[max(i - 1, 0)], chosen[min(i + 1, len(chosen) - 1)]
            if link[c] != chosen[i] and link[c] != before and link[c] != after:
                rivals += np.exp(-_emission(away[c], obs_noise[t], prices))
        trust[t] = own / (own + rivals)
    return trust
