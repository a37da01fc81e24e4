"""The best walk possible, by integer programming (HiGHS): the oracle for bench and tests.

Slow, and it shares nothing with ``spatial.walks``. A graph is M nodes and L links given as
arrays ``tail``, ``head``, ``effort``. Connectivity is cut in lazily: what is found in several
parts is forbidden and solved again, so that each round is a lower bound and the last the optimum.
"""

from __future__ import annotations

import time
from typing import Any

import networkx as nx
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack
from scipy.sparse.csgraph import connected_components


def shortest_cover(
    tail: Any, head: Any, effort: Any, required: Any, *, seconds: float = 60.0
) -> tuple[float, bool]:
    """A lower bound on the effort of a round trip over all required links, and whether it is it.

    Each link is walked up to twice more than required: x = odd + 2 twice. At each node the links
    walked are even in number; each part of the network that holds something required is left
    at least twice when there is something required elsewhere.
    """
    tail, head = np.asarray(tail), np.asarray(head)
    effort, required = np.asarray(effort, float), np.asarray(required, bool)
    links, nodes = len(tail), int(max(tail.max(), head.max())) + 1
    must = np.bincount(tail[required], minlength=nodes) + np.bincount(
        head[required], minlength=nodes
    )
    rows = np.concatenate([tail, head])
    columns = np.tile(np.arange(links), 2)
    touches = coo_array((np.ones(2 * links), (rows, columns)), shape=(nodes, links)).tocsr()
    # odd (L), twice (L), half (M): touches @ odd - 2 half = -must
    parity = hstack([touches, csr_array((nodes, links)), -2.0 * csr_array(np.eye(nodes))]).tocsr()
    cost = np.concatenate([effort, 2.0 * effort, np.zeros(nodes)])
    limits = Bounds(0, np.concatenate([np.ones(2 * links), np.full(nodes, np.inf)]))
    bound, deadline = 0.0, time.monotonic() + seconds
    # A required part must be left twice, a node where an odd number of required links meet once.
    walls = [
        _wall(tail, head, required, members, must, nodes)
        for members in (*_parts(tail, head, required, must > 0, nodes), *np.eye(nodes, dtype=bool))
        if must[members].any() and (must[members].sum() % 2 or members.sum() > 1)
    ]
    walls = _tighten(
        tail, head, required, must, cost, parity, limits, walls, deadline - seconds / 2
    )
    while True:
        rules = [LinearConstraint(parity, -must, -must)]
        if walls:
            rules.append(_behind(walls))
        left = deadline - time.monotonic()
        if left <= 0:
            return bound + effort[required].sum(), False
        found = milp(
            cost, constraints=rules, integrality=np.ones(len(cost)), bounds=limits,
            options={"time_limit": left, "mip_rel_gap": 0.0},
        )  # fmt: skip
        if found.mip_dual_bound is not None and np.isfinite(found.mip_dual_bound):
            bound = max(bound, float(found.mip_dual_bound))
        if found.status != 0:
            return bound + effort[required].sum(), False
        used = required | (np.rint(found.x[:links] + found.x[links : 2 * links]) > 0)
        apart = _parts(tail, head, used, must > 0, nodes)
        if not apart:
            return bound + effort[required].sum(), True
        walls += [_wall(tail, head, required, members, must, nodes) for members in apart]


def _tighten(
    tail: Any, head: Any, required: Any, must: Any, cost: Any, parity: Any, limits: Any,
    walls: list[Any], deadline: float,
) -> list[Any]:  # fmt: skip
    """Walls that the relaxed program breaks: its minimum cuts (Padberg & Rao 1982)."""
    links, nodes = len(tail), len(must)
    for _round in range(60):
        if time.monotonic() > deadline or not walls:
            return walls
        found = milp(
            cost, constraints=[LinearConstraint(parity, -must, -must), _behind(walls)],
            bounds=limits,
        )  # fmt: skip
        if found.status != 0:
            return walls
        flow = found.x[:links] + 2.0 * found.x[links : 2 * links]
        graph = nx.Graph()
        graph.add_nodes_from(range(nodes))
        for a, b, metres in zip(tail, head, flow, strict=True):
            held = graph[a][b]["capacity"] if graph.has_edge(a, b) else 0.0
            graph.add_edge(int(a), int(b), capacity=held + max(metres, 0.0))
        fresh = []
        for members in _thresholds(tail, head, flow, required, nodes):
            fresh += _broken(tail, head, required, members, must, flow)
        if not fresh:
            tree = nx.gomory_hu_tree(graph)
            for a, b in list(tree.edges):
                cut = tree.copy()
                cut.remove_edge(a, b)
                members = np.zeros(nodes, bool)
                members[list(nx.node_connected_component(cut, a))] = True
                fresh += _broken(tail, head, required, members, must, flow)
        if not fresh:
            return walls
        walls = walls + fresh
    return walls


def _thresholds(tail: Any, head: Any, flow: Any, required: Any, nodes: int) -> list[Any]:
    """Parts that hang together by what flows more than a little, with and without what must."""
    found = []
    for least in (1e-6, 0.2, 0.4, 0.6):
        for used in (flow > least, (flow > least) | required):
            graph = coo_array((np.ones(int(used.sum())), (tail[used], head[used])),
                              shape=(nodes, nodes))  # fmt: skip
            part = connected_components(graph, directed=False)[1]
            found += [part == one for one in np.unique(part)]
    return found


def _broken(tail: Any, head: Any, required: Any, members: Any, must: Any, flow: Any) -> list[Any]:
    """The wall round the members, if what flows leaves them too seldom."""
    inside = members[tail] & members[head]
    needed = must[members].sum()
    if needed == 0 or needed == must.sum() or inside.all():
        return []
    across = members[tail] != members[head]
    if flow[across].sum() >= _least(tail, head, required, members, must) - 1e-6:
        return []
    return [_wall(tail, head, required, members, must, len(must))]


def _behind(walls: list[Any]) -> LinearConstraint:
    return LinearConstraint(vstack([row for row, _ in walls]).tocsr(),
                            np.array([least for _, least in walls]), np.inf)  # fmt: skip


def _least(tail: Any, head: Any, required: Any, members: Any, must: Any) -> float:
    """How often a walk leaves the members beyond what it must: to be even, and to get there."""
    inside = int(must[members].sum())
    if inside % 2:
        return 1.0
    # Required links that cross bring it out and back already; alone it must be left and met again.
    crossing = required & (members[tail] != members[head])
    return 0.0 if crossing.any() else 2.0


def _parts(tail: Any, head: Any, used: Any, needed: Any, nodes: int) -> list[Any]:
    """The connected parts that hold needed nodes, as masks (M,); none when there is one."""
    graph = coo_array((np.ones(int(used.sum())), (tail[used], head[used])), shape=(nodes, nodes))
    part = connected_components(graph, directed=False)[1]
    which = np.unique(part[needed])
    return [part == one for one in which] if len(which) > 1 else []


def _wall(
    tail: Any, head: Any, required: Any, members: Any, must: Any, nodes: int
) -> tuple[Any, float]:
    """The links that leave the members, once (odd) and twice, and how often they are walked."""
    leaving = (members[tail] != members[head]).astype(float)
    row = csr_array(np.concatenate([leaving, 2.0 * leaving, np.zeros(nodes)])[None, :])
    return row, _least(tail, head, required, members, must)


def most_worth(
    tail: Any,
    head: Any,
    effort: Any,
    worth: Any,
    *,
    budget: float,
    start: int,
    end: int | None,
    seconds: float = 60.0,
) -> tuple[float, bool]:
    """An upper bound on what a walk from ``start`` within the budget closes; whether it is it.

    ``end`` None: it may end anywhere. A link is walked never, once or twice; walked, it counts
    its worth once. Whatever is walked apart from the start must be left as often as entered.
    """
    tail, head = np.asarray(tail), np.asarray(head)
    effort, worth = np.asarray(effort, float), np.asarray(worth, float)
    links, nodes = len(tail), int(max(tail.max(), head.max())) + 1
    rows, columns = np.concatenate([tail, head]), np.tile(np.arange(links), 2)
    touches = coo_array((np.ones(2 * links), (rows, columns)), shape=(nodes, links)).tocsr()
    # once (L), again (L), half (M), ends here (M)
    eye = csr_array(np.eye(nodes))
    parity = hstack([touches, touches, -2.0 * eye, eye]).tocsr()
    at_start = np.zeros(nodes)
    at_start[start] = 1.0
    nothing = np.zeros(nodes)
    gain = np.concatenate([-worth, 0 * worth, nothing, nothing])
    spent = np.concatenate([effort, effort, nothing, nothing])[None, :]
    ordered = hstack([csr_array(np.eye(links)), -csr_array(np.eye(links)),
                      csr_array((links, 2 * nodes))]).tocsr()  # fmt: skip
    one_end = np.concatenate([np.zeros(2 * links), nothing, np.ones(nodes)])[None, :]
    low, high = np.zeros(len(gain)), np.ones(len(gain))
    high[2 * links : 2 * links + nodes] = np.inf
    if end is not None:
        low[2 * links + nodes + end] = 1.0
    walls: list[Any] = []
    bound, deadline = float(worth.sum()), time.monotonic() + seconds
    while True:
        rules = [
            LinearConstraint(parity, -at_start, -at_start),
            LinearConstraint(csr_array(spent), -np.inf, budget),
            LinearConstraint(ordered, 0.0, np.inf),
            LinearConstraint(csr_array(one_end), 1.0, 1.0),
        ]
        if walls:
            rules.append(LinearConstraint(csr_array(np.array(walls)), 0.0, np.inf))
        found = milp(
            gain, constraints=rules, integrality=np.ones(len(gain)), bounds=Bounds(low, high),
            options={"time_limit": max(0.1, deadline - time.monotonic()), "mip_rel_gap": 0.0},
        )  # fmt: skip
        if found.mip_dual_bound is not None and np.isfinite(found.mip_dual_bound):
            bound = min(bound, -float(found.mip_dual_bound))
        if found.status != 0 or time.monotonic() > deadline:
            return bound, False
        fresh = _islands(tail, head, np.rint(found.x[:links]) > 0, nodes, start)
        if not fresh:
            return bound, True
        walls += fresh


def _islands(tail: Any, head: Any, used: Any, nodes: int, start: int) -> list[Any]:
    """For each link walked apart from the start: leave its part twice, or leave once and end."""
    graph = coo_array((np.ones(int(used.sum())), (tail[used], head[used])), shape=(nodes, nodes))
    part = connected_components(graph, directed=False)[1]
    walls = []
    for link in np.flatnonzero(used & (part[tail] != part[start])):
        inside = part == part[tail[link]]
        leaving = (inside[tail] != inside[head]).astype(float)
        row = np.concatenate([leaving, leaving, np.zeros(nodes), inside.astype(float)])
        row[link] -= 2.0
        walls.append(row)
    return walls
