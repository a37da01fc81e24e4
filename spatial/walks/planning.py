"""Plan a walk over all that is open, or over what fits a budget."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spatial.network import Ints, Network
from spatial.walks import order as orders
from spatial.walks.gap import Gap, find_gap, plan_of, walk_of
from spatial.walks.order import NO_LINKS
from spatial.walks.pieces import Pieces, Place
from spatial.walks.routes import efforts_from
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
    start to end, or more than ``MOST_LINKS`` open links.
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
    start. Seconds are metres times the speed on flat street.

    Raises ValueError as ``cover``, for a budget or worth that is not finite or negative, and when
    the way to the end alone is longer than the budget.
    """
    if not (np.isfinite(budget) and budget >= 0):
        raise ValueError(f"A budget of {budget} m is none.")
    if back and start is None:
        raise ValueError("A walk that comes back within a budget needs a start.")
    gap = find_gap(network, wanted, worth, start, end, back, cost, barred, grain)
    plan = plan_of(gap, _within_reach(gap, budget, back), back)
    task = plan.task
    if task.between[task.start, task.end] > budget:
        raise ValueError(f"The way to the end is longer than the budget of {budget:.0f} m.")
    if len(plan.item) == 0:
        return walk_of(gap, plan, NO_LINKS)
    if task.effort.sum() <= budget:
        everything = orders.all_of(task)
        if everything.effort <= budget:
            return walk_of(gap, plan, everything)
    return walk_of(gap, plan, orders.best_of(task, budget))


def cover_links(gap: Gap, item: Ints, back: bool) -> Walk:
    """A short walk over some of a gap's links."""
    plan = plan_of(gap, item, back)
    if len(item) == 0:
        return walk_of(gap, plan, NO_LINKS)
    return walk_of(gap, plan, orders.all_of(plan.task))


def _within_reach(gap: Gap, budget: float, back: bool) -> Ints:
    """The open links that a walk of this budget can close."""
    if gap.start is None:
        return gap.item
    links = gap.links
    away = efforts_from(links.adjacency(), links.effort, gap.start)
    near = np.minimum(away[links.from_node[gap.item]], away[links.to_node[gap.item]])
    home = near if back else 0.0
    return gap.item[near + links.effort[gap.item] + home <= budget]
