"""Plan a walk over all that is open, or over what fits a budget."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spatial.network import Ints, Network
from spatial.walks import order as orders
from spatial.walks.gap import Gap, find_gap, plan_of, walk_of
from spatial.walks.likely import likely
from spatial.walks.order import NO_LINKS, Order, Task
from spatial.walks.pieces import Pieces, Place
from spatial.walks.walk import Walk


def cover(
    network: Network,
    required: npt.ArrayLike | Pieces,
    *,
    start: Place | None = None,
    end: Place | None = None,
    back: bool = False,
    cost: npt.ArrayLike | None = None,
    barred: npt.ArrayLike | Pieces | None = None,
) -> Walk:
    """A short walk over all of the required pieces (or mask (E,)): the rural postman problem.

    Without ``start`` or ``end`` it begins or ends wherever is best; ``back`` brings it back to
    where it began. ``cost`` (E,) is the effort of a metre of each edge compared with flat street
    (stairs more), ``barred`` what feet may not enter. Pieces out of reach are told in
    ``Walk.unreachable``, never dropped silently.

    Raises ValueError for bad pieces or places, an ``end`` together with ``back``, no way from
    start to end; TooManyLinks, which is one, for more than ``MOST_LINKS`` open links.

    Memory is linear in the network and the pieces, and square in the open links (150 MB at most).
    """
    gap = find_gap(network, required, None, start, end, back, cost, barred)
    return cover_links(gap, gap.item, back)


def within_budget(
    network: Network,
    wanted: npt.ArrayLike | Pieces,
    worth: npt.ArrayLike,
    *,
    budget: float,
    start: Place | None = None,
    end: Place | None = None,
    back: bool = False,
    cost: npt.ArrayLike | None = None,
    barred: npt.ArrayLike | Pieces | None = None,
    grain: float = 60.0,
) -> Walk:
    """A walk of at most ``budget`` metres of flat street that closes as much worth as it can.

    ``worth`` (P,) is what a metre of each wanted piece counts, walked once. Pieces longer than
    ``grain`` metres may be closed in part. The rest as in ``cover``. With ``back`` it needs a
    start. Seconds are metres times the speed on flat street. Of more open links than are of use,
    likely ones are chosen, so any number may be open.

    Raises ValueError as ``cover``, for a budget or worth that is not finite or negative, and when
    the way to the end alone is longer than the budget.
    """
    check_budget(budget, start, back)
    gap = find_gap(network, wanted, worth, start, end, back, cost, barred, grain)
    choice = likely(gap, budget, back)
    plan = plan_of(gap, choice.item, back)
    task = plan.task
    if task.between[task.start, task.end] > budget:
        raise ValueError(f"The way to the end is longer than the budget of {budget:.0f} m.")
    if len(plan.item) == 0:
        return walk_of(gap, plan, NO_LINKS)
    return walk_of(gap, plan, best_order(task, budget, choice.parts))


def check_budget(budget: float, start: Place | None, back: bool) -> None:
    """Raise ValueError for a budget that is none, or that is to bring back to nowhere."""
    if not (np.isfinite(budget) and budget >= 0):
        raise ValueError(f"A budget of {budget} m is none.")
    if back and start is None:
        raise ValueError("A walk that comes back within a budget needs a start.")


def best_order(task: Task, budget: float, parts: list[Ints]) -> Order:
    """All links where the budget allows them, else the best that was found within it."""
    if task.effort.sum() <= budget:
        everything = orders.all_of(task)
        if everything.effort <= budget:
            return everything
    if parts:
        return orders.best_among(task, budget, parts)
    return orders.best_of(task, budget)


def cover_links(gap: Gap, item: Ints, back: bool) -> Walk:
    """A short walk over some of a gap's links."""
    plan = plan_of(gap, item, back)
    if len(item) == 0:
        return walk_of(gap, plan, NO_LINKS)
    return walk_of(gap, plan, orders.all_of(plan.task))
