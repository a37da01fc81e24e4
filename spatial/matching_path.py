"""From the matched states of one piece to the stretches of edges that were walked."""

from __future__ import annotations

import numba
import numpy as np

from spatial.matching_observations import BLOCK_SECONDS
from spatial.matching_prices import farthest_route, tip_reach
from spatial.matching_routes import find_slot
from spatial.matching_viterbi import OFF, middle

# Columns of a leg: one link, walked one way. FROM and TO are metres from where the leg enters the
# link; TIME is when it ends; RUN counts the times the walker came onto the network; TRUST and SEEN
# add up over the observations on the leg.
LINK, AGAINST, FROM, TO, TIME, RUN, TRUST, SEEN = range(8)

SKIPPED = -2  # an observation that is neither on the network nor off it, but noise

_BRIDGE_SECONDS = 30.0  # off it for no longer, or in one observation only, may be noise ...
_BRIDGE_METRES = 20.0  # ... when the way along the streets is longer by no more than this
_VISIT_SECONDS = 15.0  # on the network for less, between two times off it: a street crossed


@numba.njit(cache=True)
def split_runs(graph, rows, obs_xy, obs_time, candidates, states, start, stop, prices):
    """(stop - start,) the run of each observation: 0, 1, ... on the network, OFF or SKIPPED."""
    runs = np.full(stop - start, OFF, np.int64)
    run, last, begin = 0, -1, 0
    for t in range(start, stop):
        if states[t - start] == OFF:
            continue
        if last >= 0 and last < t - 1:
            if _is_noise(graph, rows, obs_xy, obs_time, candidates, states, start, last, t, prices):
                runs[last + 1 - start : t - start] = SKIPPED
            else:
                if begin > start and obs_time[last, 1] - obs_time[begin, 0] < _VISIT_SECONDS:
                    runs[begin - start : last + 1 - start] = OFF
                run, begin = run + 1, t
        elif last < 0:
            begin = t
        runs[t - start] = run
        last = t
    return runs


@numba.njit(cache=True)
def _is_noise(graph, rows, obs_xy, obs_time, candidates, states, start, last, t, prices):
    """Whether what lies between two observations on the network was no way off it."""
    if t - last > 2 and obs_time[t, 0] - obs_time[last, 1] > _BRIDGE_SECONDS:
        return False
    e, against, gone = _place(graph, candidates, states, start, last)
    f, other, reached = _place(graph, candidates, states, start, t)
    crow = np.hypot(obs_xy[t, 0] - obs_xy[last, 0], obs_xy[t, 1] - obs_xy[last, 1])
    if e == f:
        return against == other and reached >= gone - prices.backwards
    leaving = graph.link_from[e] if against else graph.link_to[e]
    entering = graph.link_to[f] if other else graph.link_from[f]
    slot = find_slot(rows, leaving, entering)
    if slot < 0 or rows.first[slot] == e or rows.last[slot] == f:
        return False
    # The row may reach farther than this track needed, if an earlier one did: do not look there.
    known = np.hypot(obs_xy[last + 1, 0] - obs_xy[last, 0], obs_xy[last + 1, 1] - obs_xy[last, 1])
    detour = prices.detour + prices.detour_share * known
    if rows.metres[slot] > farthest_route(prices, known, detour):
        return False
    return graph.link_length[e] - gone + rows.metres[slot] + reached <= 1.3 * crow + _BRIDGE_METRES


@numba.njit(cache=True)
def _place(graph, candidates, states, start, t):
    """Link, whether it is walked against its line, metres walked on it."""
    offset, link, along, _ = candidates
    at = offset[t] + states[t - start] // 2
    against = states[t - start] % 2
    e = link[at]
    return e, against, graph.link_length[e] - along[at] if against else along[at]


@numba.njit(cache=True)
def make_legs(graph, rows, obs_time, candidates, trust, states, runs, start, stop, prices):
    """(n, 8) the legs walked in one piece, in order."""
    legs = np.empty((64, 8))
    used = 0
    last = -1
    gone = 0.0
    # Whatever is passed in a tuple is counted at every call: the usual case makes none.
    offset, link, along, _ = candidates
    length = graph.link_length
    for t in range(start, stop):
        if runs[t - start] < 0:
            continue
        at, against = offset[t] + states[t - start] // 2, states[t - start] % 2
        e = link[at]
        reached = length[e] - along[at] if against else along[at]
        if last < 0 or runs[last - start] != runs[t - start]:
            legs, used = _append(legs, used, e, against, reached, reached, runs[t - start])
        elif _goes_on(legs[used - 1], e, against, gone, reached, prices.backwards):
            legs[used - 1, TO] = max(legs[used - 1, TO], reached)
        else:
            tip = tip_reach(prices, middle(obs_time, t) - middle(obs_time, last))
            legs, used = _advance(graph, rows, legs, used, e, against, reached, tip)
        _tell_time(legs, used, last, t, obs_time)
        legs[used - 1, TRUST] += trust[t - start]
        legs[used - 1, SEEN] += 1.0
        last = t
        gone = reached
    return legs[:used].copy()


@numba.njit(cache=True)
def _goes_on(leg, link, against, gone, reached, backwards):
    """Whether the walker is farther on the same link, but for a step back by noise."""
    return leg[LINK] == link and leg[AGAINST] == against and reached >= gone - backwards


@numba.njit(cache=True)
def _append(legs, used, link, against, begin, end, run):
    if used == len(legs):
        longer = np.empty((2 * used, 8))
        longer[:used] = legs
        legs = longer
    leg = legs[used]
    leg[LINK], leg[AGAINST], leg[FROM], leg[TO] = link, against, begin, end
    leg[TIME], leg[RUN], leg[TRUST], leg[SEEN] = np.nan, run, 0.0, 0.0
    return legs, used + 1


@numba.njit(cache=True)
def _advance(graph, rows, legs, used, f, other, reached, tip):
    """Walk on from the link of the last leg, turning back or leaving it, to ``reached`` metres
    into f."""
    leg = legs[used - 1]
    e, against, run = int(leg[LINK]), int(leg[AGAINST]), leg[RUN]
    length = graph.link_length[e]
    leaving = graph.link_from[e] if against else graph.link_to[e]
    if e == f and against != other:
        dead_end = graph.node_offset[leaving + 1] - graph.node_offset[leaving] == 1
        turned = max(leg[TO], length - reached)
        if dead_end and length - turned <= tip:
            turned = length
        leg[TO] = turned
        begin = length - turned
        return _append(legs, used, f, other, begin, max(begin, reached), run)
    leg[TO] = length
    entering = graph.link_to[f] if other else graph.link_from[f]
    count = 0
    node = entering
    while node != leaving:
        step = rows.last[find_slot(rows, leaving, node)]
        node = graph.link_to[step] if graph.link_from[step] == node else graph.link_from[step]
        count += 1
    for _ in range(count):
        legs, used = _append(legs, used, 0, 0, 0.0, 0.0, run)
    node = entering
    for back in range(count):
        step = rows.last[find_slot(rows, leaving, node)]
        row = legs[used - 1 - back]
        row[LINK], row[TO] = step, graph.link_length[step]
        row[AGAINST] = graph.link_from[step] == node
        node = graph.link_to[step] if graph.link_from[step] == node else graph.link_from[step]
    return _append(legs, used, f, other, 0.0, reached, run)


@numba.njit(cache=True)
def _tell_time(legs, used, last, t, obs_time):
    """Give the legs up to observation t their times, in proportion to their length."""
    arrived = min(middle(obs_time, t), obs_time[t, 0] + BLOCK_SECONDS)
    first = used - 1
    while first >= 0 and np.isnan(legs[first, TIME]):
        first -= 1
    first += 1
    if first < used:
        total = 0.0
        for k in range(first, used):
            total += legs[k, TO] - legs[k, FROM]
        left = arrived
        if last >= 0:
            left = max(middle(obs_time, last), obs_time[last, 1] - BLOCK_SECONDS)
        done = 0.0
        for k in range(first, used):
            done += legs[k, TO] - legs[k, FROM]
            share = done / total if total > 0.0 else 1.0
            legs[k, TIME] = left + (arrived - left) * share
    legs[used - 1, TIME] = arrived


@numba.njit(cache=True)
def reach_ends(graph, legs, lead, tail):
    """Lengthen the first leg back by ``lead`` metres and the last on by ``tail``, on their links.

    The first and last observation are means: the walk began before and went on after them.
    """
    if len(legs) > 0:
        legs[0, FROM] = max(legs[0, FROM] - lead, 0.0)
        length = graph.link_length[int(legs[-1, LINK])]
        legs[-1, TO] = min(legs[-1, TO] + tail, length)


@numba.njit(cache=True)
def to_stretches(graph, legs):
    """(R, 5) edge, start and end metres, seconds, confidence: legs joined along their edges."""
    rows = np.empty((len(legs), 5))
    used = 0
    before = -1
    trust, seen = 0.0, 0.0
    for k in range(len(legs)):
        link = int(legs[k, LINK])
        low, high = legs[k, FROM], legs[k, TO]
        if legs[k, AGAINST]:
            length = graph.link_length[link]
            low, high = length - high, length - low
        low += graph.link_start[link]
        high += graph.link_start[link]
        edge = graph.link_edge[link]
        joins = (
            before >= 0
            and rows[used - 1, 0] == edge
            and legs[before, AGAINST] == legs[k, AGAINST]
            and legs[before, RUN] == legs[k, RUN]
            and (abs(rows[used - 1, 2] - low) < 1e-6 or abs(rows[used - 1, 1] - high) < 1e-6)
        )
        if not joins:
            used += 1
            trust, seen = 0.0, 0.0
            rows[used - 1, 0], rows[used - 1, 1], rows[used - 1, 2] = edge, low, high
        rows[used - 1, 1] = min(rows[used - 1, 1], low)
        rows[used - 1, 2] = max(rows[used - 1, 2], high)
        trust += legs[k, TRUST]
        seen += legs[k, SEEN]
        rows[used - 1, 3] = legs[k, TIME]
        rows[used - 1, 4] = trust / seen if seen > 0.0 else np.nan
        before = k
    return _finish(rows[:used])


@numba.njit(cache=True)
def _finish(rows):
    """Drop what has no length; what no observation lies on is as sure as its worse neighbour."""
    kept = np.empty(len(rows), np.bool_)
    for k in range(len(rows)):
        kept[k] = rows[k, 2] - rows[k, 1] >= 0.01
        if np.isnan(rows[k, 4]):
            low = 1.0
            for step in (-1, 1):
                at = k + step
                while 0 <= at < len(rows) and np.isnan(rows[at, 4]):
                    at += step
                if 0 <= at < len(rows):
                    low = min(low, rows[at, 4])
            rows[k, 4] = -low
    out = rows[kept].copy()
    out[:, 4] = np.abs(out[:, 4])
    return out


@numba.njit(cache=True)
def off_metres(obs_xy, runs, start):
    """Metres between observations of which one is off the network, or each on another run."""
    total = 0.0
    last = -1
    for t in range(len(runs)):
        if runs[t] == SKIPPED:
            continue
        if last >= 0 and (runs[t] == OFF or runs[t] != runs[last]):
            x = obs_xy[start + t, 0] - obs_xy[start + last, 0]
            y = obs_xy[start + t, 1] - obs_xy[start + last, 1]
            total += np.hypot(x, y)
        last = t
    return total
