"""Pieces of edges, and the network cut at their ends into links that are open or not as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from spatial.network import Floats, Ints, Network

Bools = npt.NDArray[np.bool_]
#: A place on the network: an edge and the metres along it.
Place = tuple[int, float]

#: A cut nearer to a node than this (metres) is the node.
SNAP = 0.01


class Pieces(NamedTuple):
    """P stretches [start_m, end_m) of edges, in metres from each edge's first vertex."""

    edge: Ints
    start_m: Floats
    end_m: Floats


def pieces(network: Network, what: npt.ArrayLike | Pieces) -> Pieces:
    """A mask (E,), or anything like ``Pieces``, as pieces of the network; ends are clamped.

    Raises ValueError for a mask or columns of the wrong length, edges that are not there, numbers
    that are not finite, or an end before its start.
    """
    if not isinstance(what, tuple):
        mask = np.asarray(what)
        if mask.dtype != np.bool_ or mask.shape != (len(network),):
            raise ValueError(f"A mask must be {len(network)} booleans, one an edge.")
        edge = np.flatnonzero(mask)
        return Pieces(edge, np.zeros(len(edge)), network.edge_length[edge])
    edge = np.asarray(what[0], dtype=np.int64).reshape(-1)
    start, end = (np.asarray(column, dtype=np.float64).reshape(-1) for column in what[1:3])
    if not len(edge) == len(start) == len(end):
        raise ValueError("edge, start_m and end_m must have one length.")
    if len(edge) and (edge.min() < 0 or edge.max() >= len(network)):
        raise ValueError("A piece lies on an edge that the network does not have.")
    if not (np.isfinite(start).all() and np.isfinite(end).all()) or np.any(end < start):
        raise ValueError("A piece must have finite metres and not end before it starts.")
    length = network.edge_length[edge]
    return Pieces(edge, np.clip(start, 0.0, length), np.clip(end, 0.0, length))


@dataclass(frozen=True, eq=False)
class Links:
    """The network cut into L links between M nodes (the network's own come first).

    A link is [start_m, end_m) of an edge, walked at ``effort`` metres of flat street. ``worth``
    (L,) is what closing it counts, ``open`` whether a piece lies on it, ``barred`` whether feet
    are kept off it. ``place_node`` are the nodes of the places asked for.
    """

    edge: Ints
    start_m: Floats
    end_m: Floats
    from_node: Ints
    to_node: Ints
    effort: Floats
    open: Bools
    worth: Floats
    barred: Bools
    place_node: Ints
    node_count: int

    def __len__(self) -> int:
        return len(self.edge)

    def components(self) -> Ints:
        """(M,) which part of the network each node lies in, going round what is barred."""
        free = ~self.barred
        ends = (self.from_node[free], self.to_node[free])
        shape = (self.node_count, self.node_count)
        graph = coo_array((np.ones(int(free.sum())), ends), shape=shape)
        return connected_components(graph, directed=False)[1].astype(np.int64)

    def adjacency(self) -> tuple[Ints, Ints, Ints]:
        """(M + 1,) offsets, and for each way out of a node the link and the node it leads to."""
        free = np.flatnonzero(~self.barred)
        tail = np.concatenate([self.from_node[free], self.to_node[free]])
        head = np.concatenate([self.to_node[free], self.from_node[free]])
        order = np.argsort(tail, kind="stable")
        counts = np.bincount(tail, minlength=self.node_count)
        offset = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return offset, np.concatenate([free, free])[order], head[order]


def cut(
    network: Network,
    wanted: Pieces,
    *,
    worth: Floats,
    barred: Pieces,
    cost: Floats,
    places: Sequence[Place] = (),
    grain: float = np.inf,
) -> Links:
    """Cut the edges at the ends of pieces and at places; open links longer than ``grain`` too.

    ``worth`` (P,) is what a metre of each wanted piece counts, ``cost`` (E,) the effort of a
    metre. Where pieces overlap, their worth adds up. O((E + P) log(E + P)).
    """
    at_edge = np.array([place[0] for place in places], dtype=np.int64)
    at_m = np.array([place[1] for place in places], dtype=np.float64)
    if len(at_edge) and (at_edge.min() < 0 or at_edge.max() >= len(network)):
        raise ValueError("A place lies on an edge that the network does not have.")
    if not np.isfinite(at_m).all():
        raise ValueError("A place must have finite metres.")
    at_m = np.clip(at_m, 0.0, network.edge_length[at_edge])
    grains = _grains(wanted, grain)
    edge = np.concatenate([wanted.edge, wanted.edge, barred.edge, barred.edge, at_edge, grains[0]])
    metre = np.concatenate(
        [wanted.start_m, wanted.end_m, barred.start_m, barred.end_m, at_m, grains[1]]
    )
    keep = (metre > SNAP) & (metre < network.edge_length[edge] - SNAP)
    grid = np.unique(
        np.column_stack([edge[keep], np.rint(metre[keep] / SNAP).astype(np.int64)]), axis=0
    )
    edge, metre = grid[:, 0], grid[:, 1] * SNAP
    everyone = np.arange(len(network))
    row_edge = np.concatenate([everyone, edge, everyone])
    row_m = np.concatenate([np.zeros(len(network)), metre, network.edge_length])
    nodes = np.arange(len(edge)) + len(network.node_xy)
    row_node = np.concatenate([network.edge_from, nodes, network.edge_to])
    rank = np.concatenate([np.zeros_like(everyone), np.ones_like(edge), everyone * 0 + 2])
    order = np.lexsort((row_m, rank, row_edge))
    row_edge, row_m, row_node = row_edge[order], row_m[order], row_node[order]
    first = np.flatnonzero(row_edge[1:] == row_edge[:-1])
    link_edge, start, end = row_edge[first], row_m[first], row_m[first + 1]
    middle = (start + end) / 2.0
    opened, per_metre = _lying_on(network, wanted, worth, link_edge, middle)
    closed, _ = _lying_on(network, barred, np.zeros(len(barred.edge)), link_edge, middle)
    # Feet cannot pass an edge whose effort is not finite.
    closed |= ~np.isfinite(cost[link_edge])
    return Links(
        edge=link_edge,
        start_m=start,
        end_m=end,
        from_node=row_node[first],
        to_node=row_node[first + 1],
        effort=np.where(closed, np.inf, (end - start) * np.where(closed, 1.0, cost[link_edge])),
        open=opened,
        worth=per_metre * (end - start),
        barred=closed,
        place_node=_place_nodes(network, edge, metre, at_edge, at_m),
        node_count=len(network.node_xy) + len(edge),
    )


def metres_within(network: Network, links: Links, chosen: Bools, what: Pieces) -> Floats:
    """(P,) metres of each piece that lie on the chosen links (L,)."""
    offset = _axis(network)
    ends = np.stack([links.start_m, links.end_m], axis=1) + offset[links.edge][:, None]
    length = np.where(chosen, links.end_m - links.start_m, 0.0)
    total = np.cumsum(length)
    so_far = np.stack([total - length, total], axis=1)
    begin = np.interp(offset[what.edge] + what.start_m, ends.ravel(), so_far.ravel())
    stop = np.interp(offset[what.edge] + what.end_m, ends.ravel(), so_far.ravel())
    # A cut may lie half a SNAP beside the end of its piece.
    return np.clip(stop - begin, 0.0, what.end_m - what.start_m)


def _grains(wanted: Pieces, grain: float) -> tuple[Ints, Floats]:
    """Cuts that leave no part of a wanted piece longer than ``grain`` metres."""
    length = wanted.end_m - wanted.start_m
    parts = np.maximum(np.ceil(length / grain), 1.0).astype(np.int64) if len(length) else length
    which = np.repeat(np.arange(len(length)), np.asarray(parts, dtype=np.int64) - 1)
    nth = np.arange(len(which)) - np.searchsorted(which, which) + 1
    return wanted.edge[which], wanted.start_m[which] + nth * length[which] / parts[which]


def _axis(network: Network) -> Floats:
    """Where each edge begins on one line that holds all edges, a metre apart."""
    return np.concatenate([[0.0], np.cumsum(network.edge_length + 1.0)])


def _lying_on(
    network: Network, what: Pieces, worth: Floats, edge: Ints, metre: Floats
) -> tuple[Bools, Floats]:
    """Whether a piece lies at each point, and the worth of all that do."""
    offset = _axis(network)
    point = offset[edge] + metre
    filled = what.end_m > what.start_m
    begins = (offset[what.edge] + what.start_m)[filled]
    ends = (offset[what.edge] + what.end_m)[filled]
    weight = np.asarray(worth, dtype=np.float64)[filled]
    by_begin, by_end = np.argsort(begins, kind="stable"), np.argsort(ends, kind="stable")
    begun = np.searchsorted(begins[by_begin], point, side="right")
    ended = np.searchsorted(ends[by_end], point, side="right")
    total = np.concatenate([[0.0], np.cumsum(weight[by_begin])])[begun]
    total -= np.concatenate([[0.0], np.cumsum(weight[by_end])])[ended]
    covered = begun > ended
    return covered, np.where(covered, np.maximum(total, 0.0), 0.0)


def _place_nodes(network: Network, edge: Ints, metre: Floats, at_edge: Ints, at_m: Floats) -> Ints:
    """The node at each place; every place has been cut or lies at an end of its edge."""
    found = np.empty(len(at_edge), dtype=np.int64)
    for nth, (e, m) in enumerate(zip(at_edge, at_m, strict=True)):
        length = network.edge_length[e]
        if m <= SNAP:
            found[nth] = network.edge_from[e]
        elif m >= length - SNAP:
            found[nth] = network.edge_to[e]
        else:
            here = np.flatnonzero(edge == e)
            nearest = here[np.argmin(np.abs(metre[here] - m))]
            found[nth] = len(network.node_xy) + nearest
    return found
