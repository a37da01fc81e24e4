"""The best walk possible, by integer programming (HiGHS): the oracle for bench and tests.

Slow on purpose: it shares nothing with ``spatial.walks``. A graph is M nodes and L links given as
arrays ``tail``, ``head``, ``effort``. Connectivity is cut in lazily: what is found in several
parts is forbidden and solved again, so that each round is a lower bound and the last the optimum.
"""

from __future__ import annotations

import time
from typing import Any

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
    walls: list[Any] = []
    bound, deadline = 0.0, time.monotonic() + seconds
    # A required part that odd nodes do not already force out must be left twice.
    for members in _parts(tail, head, required, must > 0, nodes):
        walls.append(_wall(tail, head, members, nodes))
    while True:
        rules = [LinearConstraint(parity, -must, -must)]
        if walls:
            rules.append(LinearConstraint(vstack(walls).tocsr(), 2.0, np.inf))
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
        walls += [_wall(tail, head, members, nodes) for members in apart]


def _parts(tail: Any, head: Any, used: Any, needed: Any, nodes: int) -> list[Any]:
    """The connected parts that hold needed nodes, as masks (M,); none when there is one."""
    graph = coo_array((np.ones(int(used.sum())), (tail[used], head[used])), shape=(nodes, nodes))
    part = connected_components(graph, directed=False)[1]
    which = np.unique(part[needed])
    return [part == one for one in which] if len(which) > 1 else []


def _wall(tail: Any, head: Any, members: Any, nodes: int) -> Any:
    """The links that leave the members, once (odd) and twice."""
    leaving = (members[tail] != members[head]).astype(float)
    return csr_array(np.concatenate([leaving, 2.0 * leaving, np.zeros(nodes)])[None, :])


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
