"""The likeliest sequence of places on the network behind the observations of one piece.

A hidden state is a link, the direction in which it is walked, and the point on it that is nearest
to the observation (Newson & Krumm 2009); or *off* the network. The direction makes a turn-back a
thing with a price, so that noise at a junction does not send the walker into the side street and
back, and a step backwards by noise on the same link is no step at all.

States are numbered 2 * candidate + (0 along the link, 1 against it).
"""

from __future__ import annotations

import numba
import numpy as np

from spatial.matching_prices import farthest_route, tip_reach

OFF = -1

# Columns of ``describe``: of a state the link, the nodes where it is entered and left, whether the
# latter is the tip of a dead end; the metres walked on it, those left, both together, and those
# walked by whoever comes from another link (infinity when that cannot be).
LINK, IN, OUT, TIP = range(4)
REACHED, REST, LENGTH, ENTRY = range(4)

MOST_CANDIDATES = 16
MOST_STATES = 2 * MOST_CANDIDATES + 1


@numba.njit(cache=True)
def middle(obs_time, t):
    """The moment of an observation."""
    return (obs_time[t, 0] + obs_time[t, 1]) / 2.0


@numba.njit(cache=True)
def leap(obs_xy, obs_time, obs_noise, t, pace, max_speed, prices):
    """What all moves from the observation before to observation t have in common.

    The crow's way, the longest way that is looked at, the cost of a metre of difference between
    the two, how near the tip of a dead end is the tip, and the metres of a brisk walker.
    """
    crow, detour = stride(obs_xy, obs_noise, t, prices)
    wait = middle(obs_time, t) - middle(obs_time, t - 1)
    return (
        crow,
        min(farthest_route(prices, crow, detour), max_speed * wait + prices.slack / 2.0),
        1.0 / detour,
        tip_reach(prices, wait),
        2.0 * pace * wait + 10.0,
    )


@numba.njit(cache=True)
def stride(obs_xy, obs_noise, t, prices):
    """The crow's way to observation t from the one before, and the metres of detour per cost."""
    crow = np.hypot(obs_xy[t, 0] - obs_xy[t - 1, 0], obs_xy[t, 1] - obs_xy[t - 1, 1])
    # Noise throws observations about: what the route differs from the crow's way grows with it.
    loud = max(obs_noise[t - 1], obs_noise[t], prices.detour_noise) / prices.detour_noise
    return crow, prices.detour * loud + prices.detour_share * crow


@numba.njit(cache=True)
def needed_rows(graph, obs_xy, obs_noise, pieces, offset, link, prices):
    """(K,) nodes from which routes may start and (K,) how far they may have to reach."""
    nodes = np.empty(2 * len(link), np.int64)
    metres = np.empty(2 * len(link))
    used = 0
    for p in range(len(pieces) - 1):
        for t in range(pieces[p], pieces[p + 1] - 1):
            crow, detour = stride(obs_xy, obs_noise, t + 1, prices)
            reach = farthest_route(prices, crow, detour)
            for c in range(offset[t], offset[t + 1]):
                for node in (graph.link_from[link[c]], graph.link_to[link[c]]):
                    nodes[used], metres[used] = node, reach
                    used += 1
    return nodes[:used].copy(), metres[:used].copy()


@numba.njit(cache=True)
def advance(
    rows, obs_xy, obs_time, obs_noise, candidates, places, start, done, stop,
    pace, max_speed, prices, score, back,
):  # fmt: skip
    """Fill in the observations from ``done`` to stop of a piece that begins at start.

    score (stop - start, MOST_STATES) the cost of the best way into each state; back, of the same
    shape, the state before it on that way. The rows before ``done`` are there already.
    """
    offset = candidates[0]
    emission = np.empty(MOST_STATES)
    live = np.empty(MOST_STATES, np.int64)
    if done == start and stop > start:
        states = _emit(candidates, obs_noise[start], start, prices, score[0])
        score[0, states - 1] += prices.leave
        done += 1
    nodes, metres = places
    for t in range(done, stop):
        was, now, after = 2 * offset[t - 1], 2 * offset[t], 2 * offset[t + 1]
        count = _sort_live(score[t - 1 - start], now - was + 1, prices.beam, live)
        states = _emit(candidates, obs_noise[t], t, prices, emission)
        score[t - start, :states] = np.inf
        back[t - start, :states] = -2
        _step(
            rows.row_at, rows.row_mask, rows.node, rows.metres, rows.first, rows.last,
            nodes[was:now], metres[was:now], nodes[now:after], metres[now:after],
            leap(obs_xy, obs_time, obs_noise, t, pace, max_speed, prices), prices,
            score[t - 1 - start], live[:count], emission, score[t - start, :states],
            back[t - start],
        )  # fmt: skip


@numba.njit(cache=True)
def describe(graph, candidates):
    """(2C, 4) nodes and (2C, 4) metres: two states of each candidate, in the columns named above.

    Whoever has just come to a junction is on the link that led there. To begin on another one with
    no metre walked is the same place twice; only the ends of a blind alley are told apart so.
    """
    _, link, along, _ = candidates
    nodes = np.empty((2 * len(link), 4), np.int32)
    metres = np.empty((2 * len(link), 4))
    for c in range(len(link)):
        length = graph.link_length[link[c]]
        ends = (graph.link_from[link[c]], graph.link_to[link[c]])
        for against in range(2):
            state = 2 * c + against
            entering, leaving = ends[against], ends[1 - against]
            nodes[state, LINK], nodes[state, IN], nodes[state, OUT] = link[c], entering, leaving
            ends_blind = graph.node_offset[leaving + 1] - graph.node_offset[leaving] == 1
            nodes[state, TIP] = ends_blind
            reached = length - along[c] if against else along[c]
            metres[state, REST], metres[state, LENGTH] = length - reached, length
            begins_blind = graph.node_offset[entering + 1] - graph.node_offset[entering] == 1
            metres[state, REACHED] = reached
            entered = reached > 0.0 or begins_blind or ends_blind
            metres[state, ENTRY] = reached if entered else np.inf
    return nodes, metres


@numba.njit(cache=True)
def _sort_live(score, states, beam, live):
    """Fill ``live`` with the states that are worth going on from, best first."""
    limit = score[:states].min() + beam
    count = 0
    for state in range(states):
        if score[state] > limit:
            continue
        at = count
        while at > 0 and score[live[at - 1]] > score[state]:
            live[at] = live[at - 1]
            at -= 1
        live[at] = state
        count += 1
    return count


@numba.njit(cache=True)
def trace(score, back, offset, start, stop):
    """(stop - start,) the states of the best way through what ``advance`` filled in."""
    states = np.empty(stop - start, np.int64)
    at = np.argmin(score[-1, : 2 * (offset[stop] - offset[stop - 1]) + 1])
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
def _emit(candidates, noise, t, prices, into):
    """Fill in the cost of the observation in each of its states; returns their number."""
    offset, _, _, away = candidates
    count = offset[t + 1] - offset[t]
    for c in range(count):
        cost = _emission(away[offset[t] + c], noise, prices)
        into[2 * c] = cost
        into[2 * c + 1] = cost
    into[2 * count] = prices.weight * prices.off
    return 2 * count + 1


@numba.njit(cache=True)
def _step(
    row_at, row_mask, row_node, row_metres, row_first, row_last,
    from_nodes, from_metres, to_nodes, to_metres, common, prices,
    score, live, emission, following, back,
):  # fmt: skip
    """Relax the pairs of live states of one observation and states of the next.

    The live states come best first, and no move is cheaper than nothing: most pairs need no look
    at the route. Takes plain arrays, for numba counts references to every array in a tuple.
    """
    crow, _longest, per_metre, _tip, _brisk = common
    new_off = len(following) - 1
    best = np.inf
    for a in live:
        is_off = a == len(from_nodes)
        cost = score[a] + emission[new_off] + (0.0 if is_off else prices.leave)
        if cost < following[new_off]:
            following[new_off], back[new_off] = cost, a
            best = min(best, cost)
        if is_off:
            for b in range(new_off):
                cost = score[a] + emission[b] + prices.enter
                if cost < following[b]:
                    following[b], back[b] = cost, a
                    best = min(best, cost)
            continue
        e, leaving = from_nodes[a, LINK], from_nodes[a, OUT]
        rest = from_metres[a, REST]
        base, mask = row_at[leaving], row_mask[leaving]
        for b in range(new_off):
            least = score[a] + emission[b]
            if least > best + prices.beam:
                break  # the candidates come nearest first: the others are farther still
            around = rest + to_metres[b, ENTRY]
            if e == to_nodes[b, LINK]:
                if least >= following[b]:
                    continue
                onward = (a - b) % 2 == 0
                gone = from_metres[a, LENGTH] - rest
                cost = least + same_link(
                    onward, gone, to_metres[b, REACHED], from_metres[a, LENGTH],
                    from_nodes[a, TIP], common, prices,
                )  # fmt: skip
                if cost < following[b]:
                    following[b], back[b] = cost, a
                    best = min(best, cost)
                if not onward or to_metres[b, REACHED] - gone >= -prices.backwards:
                    continue
            elif least + max(around - crow, 0.0) * per_metre >= min(
                following[b], best + prices.beam
            ):
                continue
            cost = least + go_round(
                row_node, row_metres, row_first, row_last, base, mask,
                e, to_nodes[b, LINK], to_nodes[b, IN], around, common, prices,
            )  # fmt: skip
            if cost < following[b]:
                following[b], back[b] = cost, a
                best = min(best, cost)


@numba.njit(cache=True)
def go_round(
    row_node, row_metres, row_first, row_last, base, mask, e, f, entering, around, common, prices
):  # fmt: skip
    """The cost of leaving link e and coming to link f where it is entered, or infinity.

    base and mask are the row of the node where e is left; around are the metres walked on both.
    """
    crow, longest, per_metre, _, brisk = common
    slot = (entering * 40503) & mask
    while row_node[base + slot] != entering and row_node[base + slot] >= 0:
        slot = (slot + 1) & mask
    slot += base
    route = around + row_metres[slot]
    if row_node[slot] < 0 or route > longest:
        return np.inf
    cost = abs(route - crow) * per_metre + max(route - brisk, 0.0) / prices.hurry
    # A route that begins or ends on a link the other way turns back without saying so.
    if row_first[slot] == e or row_last[slot] == f:
        cost += prices.turn
    return cost


@numba.njit(cache=True)
def same_link(onward, gone, reached, length, dead_end, common, prices):
    """The cost of going on along a link, or of turning back on it."""
    crow, longest, per_metre, tip, _ = common
    if onward:
        ahead = reached - gone
        if ahead < -prices.backwards or ahead > longest:
            return np.inf
        return (abs(max(ahead, 0.0) - crow) - min(ahead, 0.0)) * per_metre
    turned = length - reached  # where the point lies, measured as ``gone``
    best = np.inf
    if abs(turned - gone) <= longest:
        best = abs(abs(turned - gone) - crow) * per_metre + prices.turn
    rest = length - gone
    if dead_end and min(rest, reached) <= tip:
        excess = max(rest + reached - 2.0 * tip - crow, 0.0)
        best = min(best, excess * per_metre + prices.tip_turn)
    return best
