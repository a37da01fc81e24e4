"""Shortest ways between the ends of links: Dijkstra with a binary heap, stopped early."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from spatial.heap import pop, push
from spatial.network import Floats, Ints


@numba.njit(cache=True)
def _search(offset, link, head, effort, source, wanted, missing, scratch):
    """Dijkstra from one node until ``missing`` wanted nodes are settled; returns nodes touched."""
    metres, via, settled, keys, items, touched = scratch
    metres[source], via[source] = 0.0, -1
    touched[0] = source
    touches = 1
    size = push(keys, items, 0, 0.0, source)
    while size > 0 and missing > 0:
        size = pop(keys, items, size)
        node = items[size]
        if settled[node]:
            continue
        settled[node] = True
        if wanted[node]:
            missing -= 1
        for way in range(offset[node], offset[node + 1]):
            other = head[way]
            reached = metres[node] + effort[link[way]]
            if reached < metres[other]:
                if metres[other] == np.inf:
                    touched[touches] = other
                    touches += 1
                metres[other], via[other] = reached, way
                size = push(keys, items, size, reached, other)
    return touches


@numba.njit(cache=True)
def _scratch(nodes, ways):
    return (
        np.full(nodes, np.inf), np.full(nodes, -1, np.int64), np.zeros(nodes, np.bool_),
        np.empty(ways + 2), np.empty(ways + 2, np.int64), np.empty(nodes, np.int64),
    )  # fmt: skip


@numba.njit(cache=True)
def _table(offset, link, head, effort, nodes):
    metres_between = np.full((len(nodes), len(nodes)), np.inf)
    wanted = np.zeros(len(offset) - 1, np.bool_)
    wanted[nodes] = True
    scratch = _scratch(len(offset) - 1, len(head))
    metres, _, settled, _, _, touched = scratch
    for row in range(len(nodes)):
        touches = _search(offset, link, head, effort, nodes[row], wanted, len(nodes), scratch)
        for column in range(len(nodes)):
            metres_between[row, column] = metres[nodes[column]]
        for nth in range(touches):
            metres[touched[nth]] = np.inf
            settled[touched[nth]] = False
    return metres_between


@numba.njit(cache=True)
def _from_one(offset, link, head, effort, source):
    wanted = np.ones(len(offset) - 1, np.bool_)
    scratch = _scratch(len(offset) - 1, len(head))
    _search(offset, link, head, effort, source, wanted, len(wanted), scratch)
    return scratch[0]


@numba.njit(cache=True)
def _ways(offset, link, head, effort, sources, targets):
    """For each pair the ways from source to target, all in one array with offsets."""
    wanted = np.zeros(len(offset) - 1, np.bool_)
    scratch = _scratch(len(offset) - 1, len(head))
    metres, via, settled, _, _, touched = scratch
    tail = np.empty(len(head), np.int64)
    for node in range(len(offset) - 1):
        tail[offset[node] : offset[node + 1]] = node
    found = [np.int64(0) for _ in range(0)]
    ends = np.zeros(len(sources) + 1, np.int64)
    for pair in range(len(sources)):
        wanted[targets[pair]] = True
        touches = _search(offset, link, head, effort, sources[pair], wanted, 1, scratch)
        wanted[targets[pair]] = False
        begin = len(found)
        node = targets[pair]
        while via[node] >= 0 and node != sources[pair]:
            found.append(via[node])
            node = tail[via[node]]
        found[begin:] = found[begin:][::-1]
        ends[pair + 1] = len(found)
        for nth in range(touches):
            metres[touched[nth]] = np.inf
            settled[touched[nth]] = False
            via[touched[nth]] = -1
    return np.array(found, dtype=np.int64), ends


def table(adjacency: tuple[Ints, Ints, Ints], effort: Floats, nodes: Ints) -> Floats:
    """(T, T) effort from each of T different nodes to each; inf where there is no way.

    Each search stops when it has met all T nodes, so that a cell costs no more in a large city.
    """
    found: Any = _table(*adjacency, effort, np.ascontiguousarray(nodes))
    return found


def efforts_from(adjacency: tuple[Ints, Ints, Ints], effort: Floats, source: int) -> Floats:
    """(M,) effort from one node to all; inf where there is no way."""
    found: Any = _from_one(*adjacency, effort, source)
    return found


def ways(
    adjacency: tuple[Ints, Ints, Ints], effort: Floats, sources: Ints, targets: Ints
) -> tuple[Ints, Ints, Ints]:
    """Shortest ways of Q pairs of nodes: links, the nodes they lead to, and (Q + 1,) offsets."""
    found, ends = _ways(*adjacency, effort, sources, targets)
    return adjacency[1][found], adjacency[2][found], ends
