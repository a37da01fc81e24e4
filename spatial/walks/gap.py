"""What is open and can be reached, in the annealer's terms and back to a walk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spatial.network import Floats, Ints, Network
from spatial.walks import order as orders
from spatial.walks.errors import TooManyLinks
from spatial.walks.order import Order, Task
from spatial.walks.pieces import Bools, Links, Pieces, Place, cut, metres_within, pieces
from spatial.walks.routes import table, ways
from spatial.walks.walk import Walk

#: The table of ways between open links grows with their square: 1,500 take some 150 MB.
MOST_LINKS = 1_500


@dataclass(frozen=True, eq=False)
class Gap:
    """What is open, and ``item`` (n,), the open links that can be reached."""

    network: Network
    wanted: Pieces
    links: Links
    reachable: Bools
    item: Ints
    start: int | None
    end: int | None


@dataclass(frozen=True, eq=False)
class Plan:
    """Links in the annealer's terms, and the node of each terminal (-1: anywhere)."""

    task: Task
    item: Ints
    node: Ints


def find_gap(
    network: Network,
    wanted: npt.ArrayLike | Pieces,
    worth: npt.ArrayLike | None,
    start: Place | None,
    end: Place | None,
    back: bool,
    cost: npt.ArrayLike | None,
    barred: npt.ArrayLike | Pieces | None,
    grain: float = np.inf,
) -> Gap:
    """Check the wishes (see ``cover`` for them), cut the network and see what can be reached."""
    if back and end is not None:
        raise ValueError("A walk that comes back has no other end.")
    open_pieces = pieces(network, wanted)
    value = _worth(worth, len(open_pieces.edge))
    links = cut(
        network,
        open_pieces,
        worth=value,
        barred=pieces(network, np.zeros(len(network), bool) if barred is None else barred),
        cost=_cost(cost, len(network)),
        places=[place for place in (start, end) if place is not None],
        grain=grain,
    )
    part = links.components()
    places = iter(links.place_node.tolist())
    start_node = None if start is None else next(places)
    end_node = None if end is None else next(places)
    if start_node is not None and end_node is not None and part[start_node] != part[end_node]:
        raise ValueError("No way leads from the start to the end.")
    open_links = links.open & ~links.barred
    root = _root(links, open_links, part, start_node if start_node is not None else end_node)
    reachable = ~links.barred & (part[links.from_node] == root)
    item = np.flatnonzero(open_links & reachable & (links.worth > 0))
    return Gap(network, open_pieces, links, reachable, item, start_node, end_node)


def _worth(worth: npt.ArrayLike | None, count: int) -> Floats:
    if worth is None:
        return np.ones(count)
    found = np.asarray(worth, dtype=np.float64).reshape(-1)
    if found.shape != (count,) or not np.isfinite(found).all() or np.any(found < 0):
        raise ValueError(f"worth must be {count} finite numbers of at least 0, one a piece.")
    return found


def _cost(cost: npt.ArrayLike | None, count: int) -> Floats:
    if cost is None:
        return np.ones(count)
    found = np.asarray(cost, dtype=np.float64).reshape(-1)
    if found.shape != (count,) or not np.all(found > 0):
        raise ValueError(f"cost must be {count} numbers above 0, one an edge.")
    return found


def _root(links: Links, open_links: Bools, part: Ints, node: int | None) -> int:
    """The part of the network to walk in: the place's, or where the most worth is open."""
    if node is not None:
        return int(part[node])
    if not open_links.any():
        return -1
    total = np.bincount(part[links.from_node[open_links]], links.worth[open_links])
    return int(np.argmax(total))


def plan_of(gap: Gap, item: Ints, back: bool, *, anywhere: bool = False) -> Plan:
    """The annealer's view of some open links (n,): how far it is from each end to each.

    With ``anywhere`` a round trip without a start is left without one. The table of ways holds
    up to (2n)² numbers: raises TooManyLinks beyond ``MOST_LINKS``.
    """
    if len(item) > MOST_LINKS:
        raise TooManyLinks(len(item), MOST_LINKS)
    links = gap.links
    ends = [links.from_node[item], links.to_node[item]]
    ends += [np.array([place]) for place in (gap.start, gap.end) if place is not None]
    node = np.unique(np.concatenate(ends)).astype(np.int64)
    between = np.zeros((len(node) + 1, len(node) + 1))
    between[:-1, :-1] = table(links.adjacency(), links.effort, node)
    tip = np.searchsorted(node, np.stack([links.from_node[item], links.to_node[item]], axis=1))
    any_node = len(node)
    start = any_node if gap.start is None else int(np.searchsorted(node, gap.start))
    end = any_node if gap.end is None else int(np.searchsorted(node, gap.end))
    if back:
        if gap.start is None and len(tip) and not anywhere:
            # Every round trip passes the first link: it may as well begin there.
            start = int(tip[0, 0])
        end = start
    near = orders.neighbours(between, tip)
    task = Task(between, tip, links.effort[item], links.worth[item], near, start, end)
    return Plan(task, item, np.append(node, -1))


def walk_of(gap: Gap, plan: Plan, order: Order) -> Walk:
    """Fill in the ways between the links, and count what they close."""
    link, head = _links_walked(gap, plan, order)
    links, network = gap.links, gap.network
    forward = links.to_node[link] == head
    start, end = links.start_m[link], links.end_m[link]
    # Links of one edge walked on in one direction are one stretch.
    goes_on = (links.edge[link][1:] == links.edge[link][:-1]) & (forward[1:] == forward[:-1])
    goes_on &= np.where(forward[1:], start[1:] == end[:-1], end[1:] == start[:-1])
    opens = np.flatnonzero(np.concatenate([[True], ~goes_on])) if len(link) else link
    closes = np.append(opens[1:], len(link)) - 1 if len(link) else link
    passed = np.zeros(len(links), bool)
    passed[link] = True
    closed = passed & links.open
    return Walk(
        edge=links.edge[link][opens],
        start_m=np.minimum(start[opens], start[closes]),
        end_m=np.maximum(end[opens], end[closes]),
        forward=forward[opens],
        effort=float(links.effort[link].sum()),
        worth=float(links.worth[closed].sum()),
        closed=metres_within(network, links, closed, gap.wanted),
        unreachable=metres_within(network, links, links.open & ~gap.reachable, gap.wanted),
    )


def _links_walked(gap: Gap, plan: Plan, order: Order) -> tuple[Ints, Ints]:
    """The links in walking order and the node each leads to."""
    node, item = plan.node, plan.item[order.item]
    source = node[np.concatenate([[plan.task.start], order.leave])]
    target = node[np.concatenate([order.enter, [plan.task.end]])]
    # From anywhere and to anywhere there is no way to go.
    nowhere = (source < 0) | (target < 0)
    source, target = np.where(nowhere, 0, source), np.where(nowhere, 0, target)
    way, head, offset = ways(gap.links.adjacency(), gap.links.effort, source, target)
    parts, heads = [], []
    for nth in range(len(source)):
        leg = slice(offset[nth], offset[nth + 1])
        parts.append(way[leg])
        heads.append(head[leg])
        if nth < len(item):
            parts.append(item[nth : nth + 1])
            heads.append(node[order.leave[nth : nth + 1]])
    return np.concatenate(parts), np.concatenate(heads)
