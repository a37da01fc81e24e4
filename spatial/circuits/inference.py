"""The passes over the tree, compiled; names as in the derivation of ``spatial.circuits``.

Nodes are numbered so that ``feed[v] < v``; node 0 is the cabinet, which has no lamp. Chances are
natural logarithms: ``own`` (N, 2) of a lamp that is sound and of one that is broken, with what was
seen of it; ``cable`` (N, 2) of a section that is sound and of one that is broken, the cabinet's
own at 0; ``dark`` (N,) of what was seen of each lamp if it is dark.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from spatial.circuits.tree import Bools
from spatial.network import Floats, Ints


@numba.njit(cache=True)
def _marginals(feed, own, cable, dark):
    count = len(feed)
    powered, before = np.zeros(count), np.zeros(count)
    for node in range(count - 1, -1, -1):
        if node > 0:
            powered[node] += np.logaddexp(own[node, 0], own[node, 1])
        before[node] = np.logaddexp(cable[node, 0] + powered[node], cable[node, 1] + dark[node])
        if node > 0:
            powered[feed[node]] += before[node]
            dark[feed[node]] += dark[node]
    power, lit = np.ones(count), np.zeros(count)
    for node in range(count):
        power[node] = np.exp(cable[node, 0] + powered[node] - before[node])
        if node > 0:
            power[node] *= power[feed[node]]
            lit[node] = power[node] * np.exp(
                own[node, 0] - np.logaddexp(own[node, 0], own[node, 1])
            )
    return lit, before[0], dark


def marginals(feed: Ints, own: Floats, cable: Floats, dark: Floats) -> tuple[Floats, float, Floats]:
    """(N,) chance that each lamp is lit; log chance of all that was seen; (N,) log ``D``."""
    found: Any = _marginals(feed, own, cable, dark.copy())
    return found


@numba.njit(cache=True)
def _before(score, sound, broken, from_rank, out):
    """The best of a branch as seen from before its section: broken (rank -1), or sound."""
    rank, used = 0, False
    for place in range(len(out)):
        if not used and broken >= sound + score[rank]:
            out[place], from_rank[place], used = broken, -1, True
        else:
            out[place], from_rank[place] = sound + score[rank], rank
            rank += 1


@numba.njit(cache=True)
def _combine(one, other, from_one, from_other, out):
    """The best sums of an entry of each list, both in falling order; -inf fills up."""
    taken = np.zeros(len(one), np.int64)
    for place in range(len(out)):
        best, row = -np.inf, -1
        for candidate in range(len(one)):
            column = taken[candidate]
            if column < len(other) and one[candidate] + other[column] > best:
                best, row = one[candidate] + other[column], candidate
            if column == 0:  # no later row can be better than one that gave nothing yet
                break
        out[place] = best
        if row >= 0:
            from_one[place], from_other[place] = row, taken[row]
            taken[row] += 1


@numba.njit(cache=True)
def _best(feed, own, cable, dark, seen, bears, most):
    count = len(feed)
    score = np.full((count, most), -np.inf)
    # What each rank of a list was made of, to be read backwards.
    rank_below = np.zeros((count, most), np.int64)
    rank_rest, rank_branch = np.zeros((count, most), np.int64), np.zeros((count, most), np.int64)
    score[:, 0] = 0.0
    for node in range(1, count):
        if seen[node]:
            score[node, 0] = max(own[node, 0], own[node, 1])
            if most > 1:
                score[node, 1] = min(own[node, 0], own[node, 1])
    branch, joined = np.empty(most), np.empty(most)
    for node in range(count - 1, -1, -1):
        if bears[node]:
            _before(
                score[node], cable[node, 0], cable[node, 1] + dark[node], rank_below[node], branch
            )
            if node > 0:
                start = feed[node]
                _combine(score[start], branch, rank_rest[node], rank_branch[node], joined)
                score[start] = joined
    cut, failed = np.zeros((most, count), np.bool_), np.zeros((most, count), np.bool_)
    rank = np.empty(count, np.int64)
    for place in range(most):
        if branch[place] == -np.inf:
            break
        rank[:] = -1
        rank[0] = rank_below[0, place]
        cut[place, 0] = rank[0] < 0
        for node in range(1, count):
            start = feed[node]
            if bears[node] and rank[start] >= 0:
                of_both = rank[start]
                rank[start] = rank_rest[node, of_both]
                rank[node] = rank_below[node, rank_branch[node, of_both]]
                cut[place, node] = rank[node] < 0
        for node in range(1, count):
            if seen[node] and rank[node] >= 0:
                failed[place, node] = (rank[node] == 0) == (own[node, 1] > own[node, 0])
    return branch, cut, failed


def best(
    feed: Ints, own: Floats, cable: Floats, dark: Floats, seen: Bools, bears: Bools, most: int
) -> tuple[Floats, Bools, Bools]:
    """The ``most`` best explanations, best first: (K,) log weight, (K, N) sections, (K, N) lamps.

    ``dark`` is log ``D`` of whole branches; ``bears`` (N,) tells the branches in which a lamp was
    seen, the cabinet's among them. Weights are -inf where there are fewer explanations.
    """
    found: Any = _best(feed, own, cable, dark, seen, bears, most)
    return found
