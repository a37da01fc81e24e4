"""Simulated annealing over sequences of links.

The walk begins with no link, where there is a budget, or with all (Kirkpatrick, Gelatt & Vecchi
1983; the moves are 2-opt, Or-opt, insert and remove, as local searches for arc routing use them,
see Corberán & Laporte, Arc Routing, 2014). A link between two others costs the shortest ways to
and from it; links that lie on such a way anyway go in at no cost, so nothing is lost by looking at
sequences alone. Random numbers come from an xorshift generator of its own, so that the same gap
gives the same walk.
"""

import numba
import numpy as np

# How annealing cools, in multiples of the mean effort of an open link; found by trial against the
# exact solver on made-up towns. The last eighth starts again from the best, all but cold.
_HOT, _COLD, _FROZEN = 0.8, 0.08, 0.004
# How much of the cooling an order to better has behind it.
_BEGUN = 0.5
# What a metre of effort costs against a metre of average worth, within the budget (nothing in the
# end: time that is left over is worth nothing) and beyond it.
_THRIFT, _OVER_FIRST, _OVER_LAST = 0.3, 0.3, 2.3

# The walk is one array (4, n + 2), rows by name: the link at each position, the terminals where it
# is entered and left, and the position of each link. Links are at positions 1..m; position 0 is
# the start, m + 1 the end; a link at position 0 is left out; the last item of ``_WHERE`` is m.
# Beside it go ``sums`` and one uint64, ``random``. They are plain arrays because tuples of arrays
# cost numba five times as much to pass around.
_SEQ, _ENTER, _LEAVE, _WHERE = range(4)
# Effort, worth in metres of average worth; budget, temperature, price of effort beyond the budget,
# price of effort within it, and how many metres a worth is.
_EFFORT, _WORTH, _BUDGET, _HEAT, _OVER, _WITHIN, _METRES = range(7)


@numba.njit(cache=True, inline="always")
def _draw(random):
    """xorshift64*: a number in [0, 1), and the generator goes on."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return np.float64((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@numba.njit(cache=True)
def _greedy(between, tip, walk):
    """Put in all links, always on to the nearest."""
    n = len(tip)
    at = walk[_LEAVE, 0]
    for k in range(1, n + 1):
        best, chosen, side = np.inf, -1, 0
        for item in range(n):
            if walk[_WHERE, item] == 0:
                for way in range(2):
                    reach = between[at, tip[item, way]]
                    if reach < best or chosen < 0:
                        best, chosen, side = reach, item, way
        walk[_SEQ, k], walk[_WHERE, chosen] = chosen, k
        walk[_ENTER, k], walk[_LEAVE, k] = tip[chosen, side], tip[chosen, 1 - side]
        at = walk[_LEAVE, k]
    walk[_WHERE, -1] = n


@numba.njit(cache=True)
def _measure(between, cost, worth, walk, sums):
    """Effort and worth of the walk as it is."""
    m = walk[_WHERE, -1]
    sums[_EFFORT], sums[_WORTH] = between[walk[_LEAVE, m], walk[_ENTER, m + 1]], 0.0
    for k in range(1, m + 1):
        item = walk[_SEQ, k]
        sums[_EFFORT] += between[walk[_LEAVE, k - 1], walk[_ENTER, k]] + cost[item]
        sums[_WORTH] += worth[item] * sums[_METRES]


@numba.njit(cache=True, inline="always")
def _reverse(walk, i, j):
    """The links at i..j in reverse order, each still walked in its direction."""
    while i < j:
        walk[_SEQ, i], walk[_SEQ, j] = walk[_SEQ, j], walk[_SEQ, i]
        walk[_ENTER, i], walk[_ENTER, j] = walk[_ENTER, j], walk[_ENTER, i]
        walk[_LEAVE, i], walk[_LEAVE, j] = walk[_LEAVE, j], walk[_LEAVE, i]
        i += 1
        j -= 1


@numba.njit(cache=True, inline="always")
def _turn(walk, i, j):
    """Walk positions i..j the other way round."""
    while i <= j:
        one, other = walk[_SEQ, i], walk[_SEQ, j]
        walk[_SEQ, i], walk[_SEQ, j] = other, one
        walk[_WHERE, other], walk[_WHERE, one] = i, j
        first, last = walk[_ENTER, i], walk[_LEAVE, i]
        walk[_ENTER, i], walk[_LEAVE, i] = walk[_LEAVE, j], walk[_ENTER, j]
        if i < j:
            walk[_ENTER, j], walk[_LEAVE, j] = last, first
        i += 1
        j -= 1


@numba.njit(cache=True, inline="always")
def _shift(walk, i, j, k, turned):
    """Move positions i..j into the gap after position k, which lies outside i - 1..j."""
    if turned:
        _turn(walk, i, j)
    # Moving a block is three reversals of the order.
    low, middle, high = (k + 1, i - 1, j) if k < i else (i, j, k)
    _reverse(walk, low, middle)
    _reverse(walk, middle + 1, high)
    _reverse(walk, low, high)
    for at in range(low, high + 1):
        walk[_WHERE, walk[_SEQ, at]] = at


@numba.njit(cache=True, inline="always")
def _accept(sums, random, change, gain):
    """Metropolis: whether to take a change of effort and worth; if so, it is counted."""
    budget, effort = sums[_BUDGET], sums[_EFFORT]
    rise = change
    if budget < np.inf:
        rise = sums[_WITHIN] * change - gain
        rise += sums[_OVER] * (max(0.0, effort + change - budget) - max(0.0, effort - budget))
    if rise > 0 and _draw(random) >= np.exp(-rise / sums[_HEAT]):
        return False
    sums[_EFFORT] += change
    sums[_WORTH] += gain
    return True


@numba.njit(cache=True, inline="always")
def _beside(near, walk, random, item):
    """The position of a link near this one, 0 where that is left out."""
    rank = int(_draw(random) ** 2 * near.shape[1])
    return walk[_WHERE, near[item, rank]]


@numba.njit(cache=True, inline="always")
def _gap(near, walk, random, item, anywhere):
    """The position to go in after: beside a near link, or anywhere; -1 where that is left out."""
    if _draw(random) < anywhere:
        return int(_draw(random) * (walk[_WHERE, -1] + 1))
    k = _beside(near, walk, random, item)
    return k - 1 if k == 0 or _draw(random) < 0.5 else k


@numba.njit(cache=True, inline="always")
def _put_in(between, tip, cost, worth, near, walk, sums, random, item):
    """Try to put a link in."""
    m = walk[_WHERE, -1]
    k = _gap(near, walk, random, item, 0.05) if m else 0
    if k < 0:
        return
    a, b = tip[item, 0], tip[item, 1]
    before, after = walk[_LEAVE, k], walk[_ENTER, k + 1]
    ahead = between[before, a] + between[b, after]
    back = between[before, b] + between[a, after]
    change = min(ahead, back) - between[before, after] + cost[item]
    if not _accept(sums, random, change, worth[item] * sums[_METRES]):
        return
    for at in range(m + 1, k, -1):
        for row in range(_WHERE):
            walk[row, at + 1] = walk[row, at]
        if at <= m:
            walk[_WHERE, walk[_SEQ, at]] = at + 1
    if back < ahead:
        a, b = b, a
    walk[_SEQ, k + 1], walk[_ENTER, k + 1], walk[_LEAVE, k + 1] = item, a, b
    walk[_WHERE, item], walk[_WHERE, -1] = k + 1, m + 1


@numba.njit(cache=True, inline="always")
def _leave_out(between, cost, worth, walk, sums, random, item):
    """Try to leave a link out."""
    m, i = walk[_WHERE, -1], walk[_WHERE, item]
    before, after = walk[_LEAVE, i - 1], walk[_ENTER, i + 1]
    change = between[before, after] - cost[item]
    change -= between[before, walk[_ENTER, i]] + between[walk[_LEAVE, i], after]
    if not _accept(sums, random, change, -worth[item] * sums[_METRES]):
        return
    for at in range(i, m + 1):
        for row in range(_WHERE):
            walk[row, at] = walk[row, at + 1]
        if at < m:
            walk[_WHERE, walk[_SEQ, at]] = at
    walk[_WHERE, item], walk[_WHERE, -1] = 0, m - 1


@numba.njit(cache=True, inline="always")
def _two_opt(between, near, walk, sums, random, item):
    """Try to turn a part of the walk round, so that two near links become neighbours."""
    i = walk[_WHERE, item]
    if _draw(random) < 0.9:
        j = _beside(near, walk, random, item)
        if j == 0:
            return
        low, high = min(i, j), max(i, j)
        if _draw(random) < 0.5:
            low += 1
        else:
            high -= 1
        if low > high:
            low = high = i
    else:
        j = 1 + int(_draw(random) * walk[_WHERE, -1])
        low, high = min(i, j), max(i, j)
    before, first = walk[_LEAVE, low - 1], walk[_ENTER, low]
    last, after = walk[_LEAVE, high], walk[_ENTER, high + 1]
    change = between[before, last] + between[first, after]
    change -= between[before, first] + between[last, after]
    if _accept(sums, random, change, 0.0):
        _turn(walk, low, high)


@numba.njit(cache=True, inline="always")
def _or_opt(between, near, walk, sums, random, item):
    """Try to move up to four links elsewhere, perhaps turned round."""
    i = walk[_WHERE, item]
    j = min(walk[_WHERE, -1], i + int(_draw(random) ** 2 * 4.0))
    k = _gap(near, walk, random, item, 0.1)
    if k < 0 or i - 1 <= k <= j:
        return
    first, last = walk[_ENTER, i], walk[_LEAVE, j]
    old_before, old_after = walk[_LEAVE, i - 1], walk[_ENTER, j + 1]
    before, after = walk[_LEAVE, k], walk[_ENTER, k + 1]
    change = between[old_before, old_after] - between[before, after]
    change -= between[old_before, first] + between[last, old_after]
    ahead = between[before, first] + between[last, after]
    back = between[before, last] + between[first, after]
    if _accept(sums, random, change + min(ahead, back), 0.0):
        _shift(walk, i, j, k, back < ahead)


@numba.njit(cache=True, inline="always")
def _better(sums, best_sums):
    """Whether a walk is worth keeping; within a budget, the shorter of two of one worth."""
    if sums[_BUDGET] == np.inf:
        return sums[_EFFORT] < best_sums[_EFFORT] - 1e-9
    if sums[_EFFORT] > sums[_BUDGET] or sums[_WORTH] < best_sums[_WORTH] - 1e-9:
        return False
    return sums[_WORTH] > best_sums[_WORTH] + 1e-9 or sums[_EFFORT] < best_sums[_EFFORT] - 1e-9


@numba.njit(cache=True, inline="always")
def _copy(walk, into):
    for row in range(4):
        for k in range(walk.shape[1]):
            into[row, k] = walk[row, k]


@numba.njit(cache=True)
def _put_all(first, walk):
    """Walk the links of an order, (3, m) as ``anneal`` gives them."""
    m = first.shape[1]
    for k in range(m):
        for row in range(_WHERE):
            walk[row, k + 1] = first[row, k]
        walk[_WHERE, first[_SEQ, k]] = k + 1
    walk[_WHERE, -1] = m


@numba.njit(cache=True, nogil=True)
def anneal(between, tip, cost, worth, near, start, end, budget, proposals, seed, first):
    """(3, m) links, terminals where they are entered and left, in walking order; and the effort.

    The arguments are those of ``spatial.walks.order.Task``; a ``budget`` of inf takes all links.
    ``first`` is an order to better, as this gives back, from where annealing has half cooled;
    with no links it begins hot.
    """
    n = len(tip)
    walk = np.zeros((4, n + 2), np.int64)
    walk[_LEAVE, 0] = start
    sums = np.array([0.0, 0.0, budget, 0.0, 0.0, 0.0, cost.sum() / max(worth.sum(), 1e-300)])
    random = np.array([np.uint64(seed * 7919) + np.uint64(88172645463325252)])
    choosing = budget < np.inf
    begun = 0.0
    if first.shape[1]:
        begun = _BEGUN
        _put_all(first, walk)
    elif not choosing:
        _greedy(between, tip, walk)
    walk[_ENTER, walk[_WHERE, -1] + 1] = end
    _measure(between, cost, worth, walk, sums)
    best, best_sums = walk.copy(), sums.copy()
    mean = cost.sum() / n
    temperature = _HOT * mean * (_COLD / _HOT) ** begun
    fall = (_COLD / _HOT) ** ((1.0 - begun) / proposals)
    polish = proposals - proposals // 8
    for step in range(proposals):
        if step == polish:
            _copy(best, walk)
            # Sums of a million changes drift; counted anew they are exact again.
            _measure(between, cost, worth, walk, sums)
        done = begun + (1.0 - begun) * step / proposals
        temperature *= fall
        sums[_HEAT] = temperature if step < polish else _FROZEN * mean
        sums[_OVER] = _OVER_FIRST + (_OVER_LAST - _OVER_FIRST) * done
        sums[_WITHIN] = _THRIFT * (1.0 - done)
        item = int(_draw(random) * n)
        kind = _draw(random)
        if walk[_WHERE, item] == 0:
            _put_in(between, tip, cost, worth, near, walk, sums, random, item)
        elif choosing and kind < 0.3:
            _leave_out(between, cost, worth, walk, sums, random, item)
        elif kind < 0.6:
            _two_opt(between, near, walk, sums, random, item)
        else:
            _or_opt(between, near, walk, sums, random, item)
        if _better(sums, best_sums):
            _copy(walk, best)
            best_sums[:] = sums
    _measure(between, cost, worth, best, best_sums)
    return best[:_WHERE, 1 : best[_WHERE, -1] + 1].copy(), best_sums[_EFFORT]
