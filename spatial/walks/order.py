"""In which order to walk the open links, each from which end, and which to leave out."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from spatial.network import Floats, Ints
from spatial.walks.annealing import anneal

#: Beside how many near links the annealer tries to put each.
_NEAR = 10


class Task(NamedTuple):
    """n links between T terminals; the walk goes from terminal ``start`` to terminal ``end``."""

    between: Floats  # (T, T) effort of the shortest way
    tip: Ints  # (n, 2) terminals at the two ends of each link
    effort: Floats  # (n,)
    worth: Floats  # (n,)
    near: Ints  # (n, K) the links nearest to each
    start: int
    end: int


class Order(NamedTuple):
    """m links in walking order; each is entered at terminal ``enter`` and left at ``leave``."""

    item: Ints
    enter: Ints
    leave: Ints
    effort: float


#: An order of no links at all.
NO_LINKS = Order(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), 0.0)


def neighbours(between: Floats, tip: Ints) -> Ints:
    """(n, K) for each link those that are nearest by the shortest way between any two ends."""
    n = len(tip)
    k = min(_NEAR, n - 1)
    if k <= 0:
        return np.zeros((n, 1), dtype=np.int64)
    a, b = tip.T
    gap = np.minimum(
        np.minimum(between[np.ix_(a, a)], between[np.ix_(a, b)]),
        np.minimum(between[np.ix_(b, a)], between[np.ix_(b, b)]),
    )
    np.fill_diagonal(gap, np.inf)
    return np.argsort(gap, axis=1, kind="stable")[:, :k].astype(np.int64)


def all_of(task: Task) -> Order:
    """A short walk over all links; the best of twelve trials of O(n) proposals.

    Many short trials come nearer than few long ones of the same time.
    """
    found = _trials(task, np.inf, _proposals(task, 600), 12)
    return min(found, key=lambda order: order.effort)


def about(task: Task) -> float:
    """What a walk over all links takes, from one short trial."""
    return _trials(task, np.inf, _proposals(task, 600) // 2, 1)[0].effort


def best_of(task: Task, budget: float) -> Order:
    """A walk over links of as much worth as an effort of ``budget`` allows; perhaps over none."""
    found = _trials(task, budget, _proposals(task, 1_000), 16)
    return max(found, key=_value(task))


def best_among(task: Task, budget: float, parts: list[Ints]) -> Order:
    """As ``best_of``, over many links: first in each of some parts of them, then in all.

    A walk that begins with no link seldom leaves a neighbourhood of little worth for one of much
    that lies far off; begun in each, it has no need to.
    """

    found = [begun_in(task, budget, part) for part in parts]
    return bettered(task, budget, max(found, key=_value(task)), rounds=2)


def begun_in(task: Task, budget: float, part: Ints) -> Order:
    """A walk over some of the links only, from two short trials."""
    if len(part) == 0:
        return NO_LINKS
    own = part_of(task, part)
    found = _trials(own, budget, _proposals(own, 1_000), 2)
    best = max(found, key=_value(own))
    return best._replace(item=part[best.item])


def bettered(task: Task, budget: float, first: Order, *, rounds: int = 1) -> Order:
    """The walk, or a better one that trials from it lead to."""
    for _round in range(rounds):
        found = _trials(task, budget, _proposals(task, 600), 4, first)
        first = max([first, *found], key=_value(task))
    return first


def _value(task: Task) -> Callable[[Order], tuple[float, float]]:
    """What makes one walk better than another: more worth, then less effort."""
    return lambda order: (float(task.worth[order.item].sum()), -order.effort)


def part_of(task: Task, part: Ints) -> Task:
    """The task with some of its links only."""
    tip = task.tip[part]
    return task._replace(
        tip=tip,
        effort=task.effort[part],
        worth=task.worth[part],
        near=neighbours(task.between, tip),
    )


def _proposals(task: Task, each: int) -> int:
    """How many a trial gets: so many for each link and some for the first ten."""
    return 6_000 * min(len(task.tip), 10) + each * len(task.tip)


def _trials(
    task: Task, budget: float, proposals: int, trials: int, first: Order = NO_LINKS
) -> list[Order]:
    """Trials by seed 1, 2 … in this order, on as many processors as there are."""
    begun = np.stack([first.item, first.enter, first.leave])

    def solve(seed: int) -> Order:
        (item, enter, leave), effort = anneal(*task, float(budget), proposals, seed, begun)
        return Order(item, enter, leave, float(effort))

    with ThreadPoolExecutor(min(trials, os.cpu_count() or 1)) as threads:
        return list(threads.map(solve, range(1, trials + 1)))
