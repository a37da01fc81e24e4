"""Divide what is open among several workers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from spatial.network import Ints, Network
from spatial.walks import order as orders
from spatial.walks.gap import find_gap, plan_of, walk_of
from spatial.walks.likely import likely
from spatial.walks.order import Order, Task
from spatial.walks.pieces import Pieces, Place
from spatial.walks.planning import best_order, check_budget, cover_links
from spatial.walks.walk import Walk


def share(
    network: Network,
    wanted: npt.ArrayLike | Pieces,
    *,
    workers: int,
    worth: npt.ArrayLike | None = None,
    budget: float | None = None,
    start: Place | None = None,
    back: bool = False,
    cost: npt.ArrayLike | None = None,
    barred: npt.ArrayLike | Pieces | None = None,
    grain: float = 60.0,
) -> list[Walk]:
    """As many walks as workers, of like effort, that together cover the wanted pieces.

    One walk over all is cut into parts, as Frederickson, Hecht & Kim (1978) do, where the sum of
    the squared efforts is least; then the longest walk hands links at its seams to its neighbours
    while that helps, and each part is walked as ``cover`` would.
    With a ``budget`` for each walk, what all budgets together can close is shared like that, and
    each worker walks the best of it, and of what nobody else will, as ``within_budget`` would.
    All walks begin at ``start`` where one is given. A worker may be left without a walk when
    there are fewer links than workers. Each walk's ``closed`` counts only what it walks itself;
    see ``closed_together``.

    Raises ValueError as ``cover`` and ``within_budget``, or for fewer than one worker.
    """
    if workers < 1:
        raise ValueError("At least one worker must walk.")
    if budget is None:
        gap = find_gap(network, wanted, worth, start, None, back, cost, barred)
        plan = plan_of(gap, gap.item, back, anywhere=True)
        parts = _shares(plan.task, orders.all_of, workers, back)
        return [cover_links(gap, gap.item[np.sort(part)], back) for part in parts]
    check_budget(budget, start, back)
    gap = find_gap(network, wanted, worth, start, None, back, cost, barred, grain)
    choice = likely(gap, budget, back, walkers=workers)
    plan = plan_of(gap, choice.item, back)

    def together(task: Task) -> Order:
        return best_order(task, workers * budget, choice.parts)

    parts = _shares(plan.task, together, workers, back)
    return [walk_of(gap, plan, order) for order in _within(plan.task, parts, budget)]


def _shares(task: Task, walk: Callable[[Task], Order], workers: int, back: bool) -> list[Ints]:
    """The links of one walk, in its order, divided among the workers."""
    if len(task.tip) == 0:
        return [np.zeros(0, dtype=np.int64)] * workers
    return _level(task, _even_parts(task, walk(task), workers, back), back)


def _within(task: Task, parts: list[Ints], budget: float) -> list[Order]:
    """For each part the best walk over it and what is nobody's, no longer than the budget."""
    nobodys = np.setdiff1d(np.arange(len(task.tip)), np.concatenate(parts))
    found = []
    for part in parts:
        own = orders.begun_in(task, budget, part)
        mine = np.union1d(part, nobodys)
        if len(mine):
            at = own._replace(item=np.searchsorted(mine, own.item))
            best = orders.bettered(orders.part_of(task, mine), budget, at)
            own = best._replace(item=mine[best.item])
        nobodys = np.setdiff1d(mine, own.item)
        found.append(own)
    return found


def _even_parts(task: Task, whole: Order, workers: int, back: bool) -> list[Ints]:
    """Cut the walk over all into parts whose squared efforts have the least sum."""
    n = len(whole.item)
    leg = task.between[whole.leave[:-1], whole.enter[1:]]
    done = np.concatenate([[0.0], np.cumsum(task.effort[whole.item][:-1] + leg)])
    out = task.between[task.start, whole.enter]
    home = task.between[whole.leave, task.end] if back else np.zeros(n)
    # effort[i, j]: the walk over links i..j of the order.
    effort = (out - done)[:, None] + (done + task.effort[whole.item] + home)[None, :]
    effort = np.where(np.arange(n)[:, None] <= np.arange(n)[None, :], effort, np.inf) ** 2
    least = np.concatenate([[0.0], np.full(n, np.inf)])
    cuts = []
    for _worker in range(min(workers, n)):
        through = least[:-1, None] + effort
        begin = np.argmin(through, axis=0)
        cuts.append(begin)
        least = np.concatenate([[np.inf], through[begin, np.arange(n)]])
    shares: list[Ints] = []
    stop = n
    for begin in reversed(cuts):
        first = int(begin[stop - 1])
        shares.append(whole.item[first:stop])
        stop = first
    nothing = np.zeros(0, dtype=np.int64)
    return shares[::-1] + [nothing] * (workers - len(shares))


def _level(task: Task, shares: list[Ints], back: bool) -> list[Ints]:
    """Hand links from the longest walk to the next or the one before, until none gets shorter."""
    shares = list(shares)
    efforts = [_quick_effort(task, part, back) for part in shares]
    for count in (8, 4, 2, 1):
        while True:
            longest = int(np.argmax(efforts))
            part, better = shares[longest], None
            for other in (longest - 1, longest + 1):
                if not 0 <= other < len(shares) or len(part) <= count or not len(shares[other]):
                    continue
                if other < longest:
                    kept, given = part[count:], np.append(shares[other], part[:count])
                else:
                    kept, given = part[:-count], np.append(part[-count:], shares[other])
                pair = _quick_effort(task, kept, back), _quick_effort(task, given, back)
                if max(pair) < (max(better[0]) if better else efforts[longest] - 1e-6):
                    better = pair, other, kept, given
            if better is None:
                break
            pair, other, kept, given = better
            efforts[longest], efforts[other] = pair
            shares[longest], shares[other] = kept, given
    return shares


def _quick_effort(task: Task, part: Ints, back: bool) -> float:
    if len(part) == 0:
        return 0.0
    tip = task.tip[part]
    start = task.start
    end = task.end
    # A round trip that may begin anywhere begins at its first link.
    if back and start == len(task.between) - 1:
        start = end = int(tip[0, 0])
    return orders.about(orders.part_of(task, part)._replace(start=start, end=end))
