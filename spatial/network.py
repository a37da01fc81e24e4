"""The walking network: edges between nodes, packed in arrays, in metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Network:
    """N nodes, E edges and V vertices in a local metric plane. Feet go both ways on every edge.

    Edge e runs from node ``edge_from[e]`` to ``edge_to[e]`` along the vertices
    ``vertices[vertex_start[e]:vertex_start[e + 1]]``. Positions on an edge are metres from its
    first vertex. Loops (from == to) and parallel edges are ordinary edges. Memory is linear:
    24 bytes a vertex, 32 an edge, 16 a node; ``incidence`` takes 16 an edge and 8 a node more.
    """

    node_xy: Floats  # (N, 2) metres
    edge_from: Ints  # (E,) node
    edge_to: Ints  # (E,) node
    edge_length: Floats  # (E,) metres
    vertices: Floats  # (V, 2) metres
    vertex_start: Ints  # (E + 1,) offsets into vertices
    along: Floats  # (V,) metres from the first vertex of the edge

    @classmethod
    def from_lines(
        cls, lines: Sequence[Any] | npt.NDArray[Any], *, ends: npt.ArrayLike | None = None
    ) -> Network:
        """A network of shapely LineStrings in metres; edge i is line i. Z is ignored.

        ``ends`` (E, 2) names the node at each end of each line (OpenStreetMap node ids): a bridge
        and the street beneath it then stay apart. Without it, ends closer than a centimetre
        (equal when rounded to it) are one node.

        Raises ValueError when a line is empty, not a LineString or not finite, or when ``ends``
        does not fit the lines.
        """
        geometries = np.asarray(lines, dtype=object).reshape(-1)
        _refuse_bad_lines(geometries)
        vertices, owner = shapely.get_coordinates(geometries, return_index=True)
        counts = np.bincount(owner, minlength=len(geometries))
        vertex_start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        along = _metres_along(vertices, owner, vertex_start)
        first, last = vertex_start[:-1], vertex_start[1:] - 1
        nodes, node_xy = _join_ends(vertices, first, last, ends)
        return cls(
            node_xy=node_xy,
            edge_from=nodes[:, 0].copy(),
            edge_to=nodes[:, 1].copy(),
            edge_length=along[last],
            vertices=vertices,
            vertex_start=vertex_start,
            along=along,
        )

    def __len__(self) -> int:
        return len(self.edge_from)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(min x, min y, max x, max y) in metres; zeros when there are no edges."""
        if len(self.vertices) == 0:
            return 0.0, 0.0, 0.0, 0.0
        (left, bottom), (right, top) = self.vertices.min(axis=0), self.vertices.max(axis=0)
        return float(left), float(bottom), float(right), float(top)

    @cached_property
    def incidence(self) -> tuple[Ints, Ints]:
        """(N + 1,) offsets and (2E,) edges: the edges that touch each node, a loop twice."""
        nodes = np.stack([self.edge_from, self.edge_to], axis=1).ravel()
        order = np.argsort(nodes, kind="stable")
        counts = np.bincount(nodes, minlength=len(self.node_xy))
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), order // 2

    def line(self, edge: int) -> shapely.LineString:
        """The edge as a LineString in metres."""
        start, stop = self.vertex_start[edge], self.vertex_start[edge + 1]
        return shapely.LineString(self.vertices[start:stop])

    def points_at(self, edges: npt.ArrayLike, metres: npt.ArrayLike) -> Floats:
        """(n,) edges and (n,) metres along them -> (n, 2) metres; clamped to the edge."""
        edges = np.asarray(edges, dtype=np.int64)
        metres = np.clip(np.asarray(metres, dtype=np.float64), 0.0, self.edge_length[edges])
        # One sorted axis for all edges: each edge's metres follow those of the edge before it.
        offset = np.concatenate([[0.0], np.cumsum(self.edge_length + 1.0)])
        owner = np.repeat(np.arange(len(self)), np.diff(self.vertex_start))
        axis = self.along + offset[owner]
        at = np.searchsorted(axis, metres + offset[edges], side="right") - 1
        at = np.clip(at, self.vertex_start[edges], self.vertex_start[edges + 1] - 2)
        span = self.along[at + 1] - self.along[at]
        share = np.divide(metres - self.along[at], span, out=np.zeros_like(span), where=span > 0)
        share = np.clip(share, 0.0, 1.0)[:, None]
        return self.vertices[at] * (1.0 - share) + self.vertices[at + 1] * share


def _refuse_bad_lines(geometries: npt.NDArray[Any]) -> None:
    bad = shapely.get_type_id(geometries) != shapely.GeometryType.LINESTRING
    bad |= shapely.get_num_coordinates(geometries) < 2
    if not bad.any():
        xy, owner = shapely.get_coordinates(geometries, return_index=True)
        bad[owner[~np.isfinite(xy).all(axis=1)]] = True
    if bad.any():
        raise ValueError(
            f"{bad.sum()} of {len(bad)} lines are empty, not finite or no LineString; "
            f"the first is line {int(np.argmax(bad))}."
        )


def _metres_along(vertices: Floats, owner: Ints, vertex_start: Ints) -> Floats:
    if len(vertices) == 0:
        return np.zeros(0)
    step = np.concatenate([[0.0], np.hypot(*np.diff(vertices, axis=0).T)])
    step[vertex_start[:-1]] = 0.0
    # Summed per edge: one running sum over a whole city would lose the last digits.
    along = np.empty_like(step)
    for start, stop in pairwise(vertex_start):
        np.cumsum(step[start:stop], out=along[start:stop])
    return along


def _join_ends(
    vertices: Floats, first: Ints, last: Ints, ends: npt.ArrayLike | None
) -> tuple[Ints, Floats]:
    """(E, 2) node numbers and (N, 2) positions."""
    where = np.stack([first, last], axis=1).ravel()
    if len(where) == 0:
        return np.zeros((0, 2), np.int64), np.zeros((0, 2))
    if ends is None:
        keys = np.round(vertices[where] * 100.0).astype(np.int64)
        _, at, nodes = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    else:
        ids = np.asarray(ends, dtype=np.int64)
        if ids.shape != (len(first), 2):
            raise ValueError(f"ends has shape {ids.shape}, expected {(len(first), 2)}.")
        _, at, nodes = np.unique(ids.ravel(), return_index=True, return_inverse=True)
    return nodes.reshape(-1, 2).astype(np.int64), vertices[where[at]]
