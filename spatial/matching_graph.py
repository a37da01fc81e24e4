"""The network as the matcher wants it: short-turning links, their shapes in a grid, adjacency.

An edge that turns back on itself (a hairpin, a loop) has several nearest points to one fix. It is
therefore cut into links where its heading has changed by more than 100 degrees; each link has one
nearest point worth knowing. Most edges are one link.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from spatial.network import Floats, Ints, Network

REACH = 40.0  # m; a street farther from a fix than this does not explain it ...
REACH_DEVIATIONS = 3.0  # ... unless the receiver's noise is large

_CLOSE = 4.0  # m; most positions have a link so near
_CELL = 30.0  # m

_TURN = np.radians(100.0)
_MAX_CELLS = 4_000_000

#: (T + 1,) offsets, (C,) links, (C,) metres along the link, (C,) metres away.
Candidates = tuple[Ints, Ints, Floats, Floats]


class Graph(NamedTuple):
    """L links between M nodes (the network's N nodes first), their P pieces in a grid of cells."""

    link_edge: Ints  # (L,)
    link_start: Floats  # (L,) metres on the edge where the link begins
    link_length: Floats  # (L,)
    link_from: Ints  # (L,) node
    link_to: Ints  # (L,) node
    node_offset: Ints  # (M + 1,) into node_link
    node_link: Ints  # (2L,) links at each node
    piece: Floats  # (P, 6) x, y of the start, x, y of the vector to the end, its length, metres on
    # the link where it begins; cell by cell, again in every cell that it touches
    piece_link: Ints  # (P,)
    cell_piece: Ints  # (columns * rows + 1,) offsets into piece
    grid_frame: Floats  # left, bottom, cell size, columns, rows


def build_graph(network: Network) -> Graph:
    """Cut the edges into links and index them."""
    node_count = len(network.node_xy)
    links, vertex_link = _cut(
        network.vertices, network.along, network.vertex_start, network.edge_from,
        network.edge_to, node_count,
    )  # fmt: skip
    link_edge, link_start, link_length, link_from, link_to = links
    link_edge, link_from, link_to = (
        column.astype(np.int64) for column in (link_edge, link_from, link_to)
    )
    ends = np.stack([link_from, link_to], axis=1).ravel()
    nodes = max(node_count, int(ends.max(initial=-1)) + 1)
    node_offset = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=nodes))])
    node_link = np.argsort(ends, kind="stable") // 2
    piece, piece_link = _pieces(network, vertex_link, link_start)
    frame = _frame(network)
    cell_piece, members = _fill_grid(piece, frame)
    return Graph(
        link_edge, link_start, link_length, link_from, link_to,
        node_offset.astype(np.int64), node_link.astype(np.int64),
        piece[members], piece_link[members], cell_piece, frame,
    )  # fmt: skip


def _pieces(network: Network, vertex_link: Ints, link_start: Floats) -> tuple[Floats, Ints]:
    """The straight pieces between neighbouring vertices of one edge."""
    first = np.ones(len(network.vertices), bool)
    first[network.vertex_start[1:] - 1] = False
    at = np.flatnonzero(first)
    vector = network.vertices[at + 1] - network.vertices[at]
    piece = np.column_stack(
        [
            network.vertices[at],
            vector,
            np.hypot(*vector.T),
            network.along[at] - link_start[vertex_link[at]],
        ]
    )
    return np.ascontiguousarray(piece), vertex_link[at]


def _frame(network: Network) -> Floats:
    left, bottom, right, top = network.bounds
    width, height = right - left, top - bottom
    size = max(_CELL, float(np.sqrt(width * height / _MAX_CELLS)), max(width, height) / 1e6)
    return np.array(
        [left, bottom, size, np.floor(width / size) + 1.0, np.floor(height / size) + 1.0]
    )


@numba.njit(cache=True)
def _put(table, row, edge, start, length, begin, end):
    table[0, row], table[1, row], table[2, row] = edge, start, length
    table[3, row], table[4, row] = begin, end


@numba.njit(cache=True)
def _cut(vertices, along, vertex_start, edge_from, edge_to, node_count):
    """Link columns and (V,) the link that begins or goes on at each vertex."""
    rows = 0
    table = np.empty((5, len(vertices)))
    vertex_link = np.empty(len(vertices), np.int64)
    next_node = node_count
    for edge in range(len(edge_from)):
        start, stop = vertex_start[edge], vertex_start[edge + 1]
        begin = along[start]
        node = edge_from[edge]
        turned = 0.0
        heading = 0.0
        known = False
        for v in range(start, stop - 1):
            x = vertices[v + 1, 0] - vertices[v, 0]
            y = vertices[v + 1, 1] - vertices[v, 1]
            if x != 0.0 or y != 0.0:
                now = np.arctan2(y, x)
                if known:
                    turned += (now - heading + np.pi) % (2.0 * np.pi) - np.pi
                heading = now
                known = True
            if abs(turned) > _TURN and along[v] > begin:
                _put(table, rows, edge, begin, along[v] - begin, node, next_node)
                rows += 1
                begin, node, turned = along[v], next_node, 0.0
                next_node += 1
            vertex_link[v] = rows
        vertex_link[stop - 1] = rows
        _put(table, rows, edge, begin, along[stop - 1] - begin, node, edge_to[edge])
        rows += 1
    return table[:, :rows].copy(), vertex_link


@numba.njit(cache=True)
def _cell_range(piece, frame, k):
    x0, x1 = piece[k, 0], piece[k, 0] + piece[k, 2]
    y0, y1 = piece[k, 1], piece[k, 1] + piece[k, 3]
    columns, rows = int(frame[3]), int(frame[4])
    c0 = min(max(int((min(x0, x1) - frame[0]) / frame[2]), 0), columns - 1)
    c1 = min(max(int((max(x0, x1) - frame[0]) / frame[2]), 0), columns - 1)
    r0 = min(max(int((min(y0, y1) - frame[1]) / frame[2]), 0), rows - 1)
    r1 = min(max(int((max(y0, y1) - frame[1]) / frame[2]), 0), rows - 1)
    return c0, c1, r0, r1


@numba.njit(cache=True)
def _touches(piece, frame, k, column, row):
    """Whether the piece may touch the cell: its line must not pass all four corners on one side."""
    left = frame[0] + column * frame[2] - piece[k, 0]
    bottom = frame[1] + row * frame[2] - piece[k, 1]
    dx, dy = piece[k, 2], piece[k, 3]
    base = dx * bottom - dy * left
    width, height = -dy * frame[2], dx * frame[2]
    low = base + min(width, 0.0) + min(height, 0.0)
    high = base + max(width, 0.0) + max(height, 0.0)
    slack = 1e-6 * (abs(dx) + abs(dy)) * frame[2]
    return low <= slack and high >= -slack


@numba.njit(cache=True)
def _fill_grid(piece, frame):
    """Offsets per cell and the pieces that touch it, in order."""
    columns, rows = int(frame[3]), int(frame[4])
    offset = np.zeros(columns * rows + 1, np.int64)
    for k in range(len(piece)):
        c0, c1, r0, r1 = _cell_range(piece, frame, k)
        for row in range(r0, r1 + 1):
            for column in range(c0, c1 + 1):
                if _touches(piece, frame, k, column, row):
                    offset[row * columns + column + 1] += 1
    for cell in range(columns * rows):
        offset[cell + 1] += offset[cell]
    cursor = offset[:-1].copy()
    members = np.empty(offset[-1], np.int64)
    for k in range(len(piece)):
        c0, c1, r0, r1 = _cell_range(piece, frame, k)
        for row in range(r0, r1 + 1):
            for column in range(c0, c1 + 1):
                if _touches(piece, frame, k, column, row):
                    members[cursor[row * columns + column]] = k
                    cursor[row * columns + column] += 1
    return offset, members


def candidate_scratch(graph: Graph) -> tuple[Ints, Ints, Ints, Floats, Floats, Ints]:
    """Working arrays for ``find_candidates``, one set per thread."""
    links = len(graph.link_edge)
    return (
        np.zeros(links, np.int64),  # when a link was last seen
        np.empty(links, np.int64),  # ... and its place in the others
        np.empty(links, np.int64),
        np.empty(links),
        np.empty(links),
        np.zeros(1, np.int64),
    )


@numba.njit(cache=True)
def find_candidates(graph, xy, noise, most, scratch, prices):
    """The links that may explain each of T positions: at most ``most`` each, nearest first.

    noise (T,) m per axis. A link explains a position when it lies within REACH, or within so many
    deviations where the noise is larger, and is not much less likely than the nearest one.
    Returns (T + 1,) offsets, (C,) links, (C,) metres along the link, (C,) metres away. The scratch
    of ``candidate_scratch`` spares a pass over the whole city for every track.
    """
    stamp, place, near, best, where, clock = scratch
    total = len(xy)
    offset = np.zeros(total + 1, np.int64)
    link = np.empty(total * most, np.int64)
    along = np.empty(total * most)
    away = np.empty(total * most)
    used = 0
    for t in range(total):
        deviation = max(noise[t], prices.floor)
        farthest = max(REACH, REACH_DEVIATIONS * deviation)
        worse = 2.0 * prices.rival / prices.weight * deviation * deviation
        # Most positions have a link close by; only the others look all the way.
        reach = min(np.sqrt(worse) + _CLOSE, farthest)
        while True:
            clock[0] += 1
            count, least = _look_around(
                graph.grid_frame, graph.cell_piece, graph.piece, graph.piece_link,
                xy[t, 0], xy[t, 1], reach, clock[0], stamp, place, near, best, where,
            )  # fmt: skip
            limit = min(least + worse, farthest * farthest)
            if reach >= farthest or limit <= reach * reach:
                break
            reach = farthest
        at_end = min(limit, least + prices.corner * worse)
        kept = _nearest_first(graph.link_length, limit, at_end, count, near, best, where)
        for k in range(min(kept, most)):
            link[used], along[used], away[used] = near[k], where[k], np.sqrt(best[k])
            used += 1
        offset[t + 1] = used
    return offset, link[:used].copy(), along[:used].copy(), away[:used].copy()


@numba.njit(cache=True)
def _nearest_first(link_length, limit, at_end, count, near, best, where):
    """Sort the links within the limit by their distance; returns their number.

    Of a link that only leads here just the end is near: it matters less far away.
    """
    kept = 0
    for k in range(count):
        owner, squared, metres = near[k], best[k], min(where[k], link_length[near[k]])
        if squared > (limit if 0.0 < metres < link_length[owner] else at_end):
            continue
        at = kept
        while at > 0 and (
            best[at - 1] > squared or (best[at - 1] == squared and near[at - 1] > owner)
        ):
            near[at], best[at], where[at] = near[at - 1], best[at - 1], where[at - 1]
            at -= 1
        near[at], best[at], where[at] = owner, squared, metres
        kept += 1
    return kept


@numba.njit(cache=True)
def _look_around(
    frame, cell_piece, piece, piece_link, x, y, reach, t, stamp, place, near, best, where
):  # fmt: skip
    """Fill near, best (squared metres away) and where (metres along) with the links within reach.

    Returns the number of links and the least of best.
    """
    columns, rows = int(frame[3]), int(frame[4])
    c0 = max(int(np.floor((x - reach - frame[0]) / frame[2])), 0)
    c1 = min(int(np.floor((x + reach - frame[0]) / frame[2])), columns - 1)
    r0 = max(int(np.floor((y - reach - frame[1]) / frame[2])), 0)
    r1 = min(int(np.floor((y + reach - frame[1]) / frame[2])), rows - 1)
    count = 0
    least = np.inf
    farthest = reach * reach
    for row in range(r0, r1 + 1 if c0 <= c1 else r0):
        for k in range(cell_piece[row * columns + c0], cell_piece[row * columns + c1 + 1]):
            dx, dy = x - piece[k, 0], y - piece[k, 1]
            length = piece[k, 4]
            share = 0.0
            if length > 0.0:
                share = (dx * piece[k, 2] + dy * piece[k, 3]) / (length * length)
                share = min(max(share, 0.0), 1.0)
            ox, oy = dx - share * piece[k, 2], dy - share * piece[k, 3]
            squared = ox * ox + oy * oy
            if squared > farthest:
                continue
            owner = piece_link[k]
            if stamp[owner] != t:
                stamp[owner] = t
                place[owner] = at = count
                near[at] = owner
                count += 1
            else:
                at = place[owner]
                if squared >= best[at]:
                    continue
            best[at] = squared
            where[at] = piece[k, 5] + share * length
            least = min(least, squared)
    return count, least
