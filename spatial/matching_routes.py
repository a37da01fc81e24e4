"""Shortest routes between the nodes near a track, found once and kept.

A table of all pairs grows with the square of a city. Here a node gets a row when a track first
needs it, and the row reaches only as far as the track can have walked between two observations.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from spatial.heap import pop, push
from spatial.matching_graph import Graph

_FIRST_SLOTS = 1 << 14
_MOST_SLOTS = 1 << 23  # 16 bytes each: 128 MiB, then the table starts anew


class Rows(NamedTuple):
    """Hash tables in one arena: row u is the slots row_at[u] .. row_at[u] + row_mask[u]."""

    row_at: npt.NDArray[np.int64]  # (M,) -1 where there is no row
    row_mask: npt.NDArray[np.int64]  # (M,) size of the row minus one; sizes are powers of two
    row_reach: Any  # (M,) metres within which the row knows every node
    node: npt.NDArray[np.int32]  # (slots,) -1 where empty
    metres: npt.NDArray[np.float32]  # (slots,)
    first: npt.NDArray[np.int32]  # (slots,) link by which the route leaves u, -1 for u itself
    last: npt.NDArray[np.int32]  # (slots,) link by which it arrives


class RouteTable:
    """Rows of the table, filled as they are needed. Not safe to share between threads."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        nodes = len(graph.node_offset) - 1
        self._scratch = (
            np.full(nodes, np.inf),
            np.empty(nodes, np.int64),
            np.empty(nodes, np.int64),
            np.empty(nodes + 1, np.int64),
            np.empty(2 * len(graph.link_edge) + 2),
            np.empty(2 * len(graph.link_edge) + 2, np.int64),
        )
        self._forget()

    def _forget(self) -> None:
        nodes = len(self._graph.node_offset) - 1
        self._used = 0
        self.rows = Rows(
            np.full(nodes, -1, np.int64), np.zeros(nodes, np.int64), np.zeros(nodes),
            *_empty_slots(_FIRST_SLOTS),
        )  # fmt: skip

    def reach(self, nodes: npt.NDArray[np.int64], metres: npt.NDArray[np.float64]) -> Rows:
        """Rows in which each of the nodes knows everything within so many metres."""
        if self._used > _MOST_SLOTS:
            self._forget()
        done = 0
        while True:
            done, self._used = _fill_rows(
                self._graph, self.rows, self._used, nodes, metres, done, self._scratch
            )
            if done == len(nodes):
                return self.rows
            self._grow()

    def _grow(self) -> None:
        old = self.rows
        more = _empty_slots(len(old.node))
        arenas = (old.node, old.metres, old.first, old.last)
        joined = (np.concatenate(pair) for pair in zip(arenas, more, strict=True))
        self.rows = Rows(old.row_at, old.row_mask, old.row_reach, *joined)


def _empty_slots(count: int) -> tuple[Any, Any, Any, Any]:
    return (
        np.full(count, -1, np.int32),
        np.zeros(count, np.float32),
        np.full(count, -1, np.int32),
        np.full(count, -1, np.int32),
    )


@numba.njit(cache=True)
def find_slot(rows, u, v):
    """The slot of node v in the row of u, or -1 when v is out of reach."""
    mask = rows.row_mask[u]
    slot = (v * 40503) & mask
    while True:
        at = rows.row_at[u] + slot
        if rows.node[at] == v:
            return at
        if rows.node[at] < 0:
            return -1
        slot = (slot + 1) & mask


@numba.njit(cache=True)
def _fill_rows(graph, rows, used, nodes, metres, done, scratch):
    """Fill rows from ``done`` on until all are there or the arena is full."""
    distance, first, last, touched, _, _ = scratch
    for k in range(done, len(nodes)):
        u = nodes[k]
        if rows.row_at[u] >= 0 and rows.row_reach[u] >= metres[k]:
            continue
        radius = 32.0
        while radius < metres[k]:
            radius *= 2.0
        count = _search(graph, u, radius, scratch)
        size = 4
        while size < 2 * count:
            size *= 2
        if used + size > len(rows.node):
            for i in range(count):
                distance[touched[i]] = np.inf
            return k, used
        rows.row_at[u], rows.row_mask[u], rows.row_reach[u] = used, size - 1, radius
        for i in range(count):
            v = touched[i]
            if distance[v] <= radius:
                slot = (v * 40503) & (size - 1)
                while rows.node[used + slot] >= 0:
                    slot = (slot + 1) & (size - 1)
                rows.node[used + slot] = v
                rows.metres[used + slot] = distance[v]
                rows.first[used + slot] = first[v]
                rows.last[used + slot] = last[v]
            distance[v] = np.inf
        used += size
    return len(nodes), used


@numba.njit(cache=True)
def _search(graph, source, radius, scratch):
    """Dijkstra from one node as far as radius; returns how many nodes were touched."""
    distance, first, last, touched, keys, values = scratch
    distance[source], first[source], last[source] = 0.0, -1, -1
    touched[0] = source
    count, size = 1, push(keys, values, 0, 0.0, source)
    while size > 0:
        size = pop(keys, values, size)
        near, u = keys[size], values[size]
        if near > distance[u]:
            continue
        for at in range(graph.node_offset[u], graph.node_offset[u + 1]):
            link = graph.node_link[at]
            v = graph.link_to[link] if graph.link_from[link] == u else graph.link_from[link]
            there = near + graph.link_length[link]
            if there < distance[v] and there <= radius:
                if distance[v] == np.inf:
                    touched[count] = v
                    count += 1
                distance[v], last[v] = there, link
                first[v] = link if u == source else first[u]
                size = push(keys, values, size, there, v)
            elif there == distance[v] and near < there and link < last[v]:
                # Of routes of the same length always the same one, however far the row reaches.
                last[v] = link
                first[v] = link if u == source else first[u]
    return count
