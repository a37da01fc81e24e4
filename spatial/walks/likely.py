"""Which of many open links to plan over, where a budget is far too short for all of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spatial.network import Floats, Ints
from spatial.walks.gap import MOST_LINKS, Gap
from spatial.walks.routes import efforts_from

#: So many links are planned over at once; from more, neighbourhoods are chosen.
_FEW = 200
#: How many neighbourhoods, and how many budgets it takes to walk all that is open in each: one
#: that holds about what can be walked, one with something to choose from. By trial; see the
#: decision record.
_NEIGHBOURHOODS, _BUDGETS = 4, (1.0, 3.0)


class Choice(NamedTuple):
    """Open links (n,) of a gap, and neighbourhoods among them, as indices into them."""

    item: Ints
    parts: list[Ints]


def likely(gap: Gap, budget: float, back: bool, *, walkers: int = 1) -> Choice:
    """The open links that a walk of this budget can close, as far as it might want to.

    What lies beyond the budget from the start is left out. Where many links remain, those stay
    that lie nearest (by the effort of the way) to one of the few places with most worth around
    them for the time that is left on arrival; at most ``MOST_LINKS``.
    O(L log L); memory linear in the links.
    """
    links, item = gap.links, gap.item
    away = np.zeros(len(item))
    if gap.start is not None:
        away = _nearer_end(gap, item, gap.start)
        within = away * (2.0 if back else 1.0) + links.effort[item] <= budget
        item, away = item[within], away[within]
    if len(item) <= _FEW:
        return Choice(item, [])
    left = budget - away * (2.0 if back else 1.0)
    # Who arrives late may still choose between some links.
    room = (left + 0.2 * budget) * walkers
    parts = []
    for place in _places(gap, item, budget, left):
        near = np.argsort(_nearer_end(gap, item, int(links.from_node[item[place]])), kind="stable")
        so_far = np.cumsum(links.effort[item[near]])
        for budgets in _BUDGETS:
            count = int(np.searchsorted(so_far, budgets * room[place])) + 1
            parts.append(np.sort(near[: min(count, MOST_LINKS // len(_BUDGETS))]))
    chosen = parts[0]
    for part in parts[1:]:
        together = np.union1d(chosen, part)
        chosen = together if len(together) <= MOST_LINKS else chosen
    inside = [np.searchsorted(chosen, part) for part in parts if np.isin(part, chosen).all()]
    return Choice(item[chosen], inside)


def _places(gap: Gap, item: Ints, budget: float, left: Floats) -> list[int]:
    """The few links, apart from each other, with most worth around them for the time left."""
    xy = _middles(gap, item)
    side = _side(gap, item, xy, budget)
    value = _worth_around(xy, gap.links.worth[item], side) * left
    found: list[int] = []
    while len(found) < _NEIGHBOURHOODS and value.max() > 0:
        found.append(int(np.argmax(value)))
        value[np.hypot(*(xy - xy[found[-1]]).T) < 1.5 * side] = 0.0
    return found or [0]


def _nearer_end(gap: Gap, item: Ints, node: int) -> Floats:
    """(n,) effort from a node to the nearer end of each link."""
    links = gap.links
    away = efforts_from(links.adjacency(), links.effort, node)
    return np.minimum(away[links.from_node[item]], away[links.to_node[item]])


def _middles(gap: Gap, item: Ints) -> Floats:
    links = gap.links
    middle = (links.start_m[item] + links.end_m[item]) / 2.0
    return gap.network.points_at(links.edge[item], middle)


def _side(gap: Gap, item: Ints, xy: Floats, budget: float) -> float:
    """Metres: the side of a square that holds a ninth of a budget of open street on average."""
    area = float(np.prod(np.maximum(np.ptp(xy, axis=0), 1.0)))
    density = float(gap.links.effort[item].sum()) / area
    return max(float(np.sqrt(budget / density)) / 3.0, 1.0)


def _worth_around(xy: Floats, worth: Floats, side: float) -> Floats:
    """(n,) the worth in the square that each point lies in and the eight around it."""
    column, row = ((xy - xy.min(axis=0)) // side).astype(np.int64).T
    squares, square = np.unique(row << 32 | column, return_inverse=True)
    total = np.bincount(square, worth)
    around = np.zeros(len(xy))
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            key = (row + down) * (1 << 32) + column + right
            at = np.minimum(np.searchsorted(squares, key), len(squares) - 1)
            around += np.where(squares[at] == key, total[at], 0.0)
    return around
