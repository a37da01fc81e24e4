"""Map matching: fixes per second on one core, and what of the truth it finds.

Seeded walks (1,200 fixes at 3 s in full) with first-order autoregressive noise of 6 m per axis and
1 % outliers, on three networks: ``grid`` (perturbed, with alleys), ``bubenec`` (an old town, from
momepy) and ``helsinki`` (the sample district). Recall and false share count metres in cells of one
metre against the simulated truth. In Helsinki sidewalks are credited to their streets first, as
coverage does; ``recall_by_edge`` and ``false_share_by_edge`` count them apart, which no receiver
can tell. Speed is per second of one processor's time, cleaning included. ``live`` is a track
matched as it arrives (``bench.matching_live``).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from bench.matching_live import run_live
from spatial.fixes import clean
from spatial.intervals import overlay, stretches
from spatial.matching import CERTAIN, match
from spatial.network import Network
from spatial.simulation import Route, SimulatedFixes, perturbed_grid, record, walk

SEED = 20261122
NOISE = 6.0
EVERY = 3.0
SIZES = {"small": (24, 1200), "full": (200, 1200)}  # walks, fixes in each
PEER_FIXES = {"small": 60, "full": 600}

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Town:
    """A network, the edges that may be walked, and how edges (E,) are credited to cells of 1 m."""

    network: Network
    within: Bools
    cells: Callable[[Any, Any, Any], Bools]


def run(size: str = "small") -> list[dict[str, Any]]:
    """Measure all cases that can be had; the others are named on standard error."""
    rows = []
    for case, towns in {
        "grid": _grid,
        "bubenec": _bubenec,
        "helsinki": _helsinki,
    }.items():
        try:
            found = towns()
        except Exception as error:  # a missing data package ends one case, not the others
            print(f"matching: {case} skipped: {error}", file=sys.stderr)
            continue
        rows += _measure(case, found, size)
    return rows + run_live(_grid()[""].network, SEED, size)


def _measure(case: str, towns: dict[str, Town], size: str) -> list[dict[str, Any]]:
    town = next(iter(towns.values()))
    walks, fixes = SIZES[size]
    rng = np.random.default_rng(SEED)
    tracks = [_track(town, rng, fixes) for _ in range(walks)]
    match(town.network, tracks[0][1].xy, tracks[0][1].seconds)  # compiled and indexed
    start = time.process_time()
    found = [match(town.network, track.xy, track.seconds) for _, track in tracks]
    took = time.process_time() - start
    speed = sum(len(track.seconds) for _, track in tracks) / took
    peer = _peer(town, tracks[0], PEER_FIXES[size])
    rows = [_row(case, "fixes_per_second", speed, "fixes/s", peer)]
    for how, counted in towns.items():
        truth = [counted.cells(r.edge, r.start_m, r.end_m) for r, _ in tracks]
        told = [counted.cells(m.edge, m.start_m, m.end_m) for m in found]
        recall, false_share = _compare(truth, told)
        known = peer if counted is town else {}
        rows.append(_row(case, f"recall{how}", recall, "share of metres", known))
        rows.append(_row(case, f"false_share{how}", false_share, "share of metres", known))
    told = []
    for m in found:
        sure = m.confidence >= CERTAIN
        told.append(town.cells(m.edge[sure], m.start_m[sure], m.end_m[sure]))
    truth = [town.cells(r.edge, r.start_m, r.end_m) for r, _ in tracks]
    recall, false_share = _compare(truth, told)
    rows.append(_row(case, "recall_certain", recall, "share of metres", {}))
    rows.append(_row(case, "false_share_certain", false_share, "share of metres", {}))
    return rows


def _row(case: str, metric: str, value: float, unit: str, peer: dict[str, float]) -> dict[str, Any]:
    known = peer.get(metric)
    return {
        "case": case,
        "metric": metric,
        "value": float(value),
        "unit": unit,
        "peer": "leuvenmapmatching" if known is not None else None,
        "peer_value": known,
        "ratio": float(value / known) if known else None,
    }


def _track(town: Town, rng: np.random.Generator, fixes: int) -> tuple[Route, SimulatedFixes]:
    metres = fixes * EVERY * 1.3
    route = walk(town.network, rng, metres=metres, within=town.within)
    return route, record(town.network, route, rng, every=EVERY, noise=NOISE)


def _compare(truth: list[Bools], told: list[Bools]) -> tuple[float, float]:
    """Share of the true cells found, share of the found cells that are not true."""
    both = sum(int((a & b).sum()) for a, b in zip(truth, told, strict=True))
    true = sum(int(a.sum()) for a in truth)
    claimed = sum(int(b.sum()) for b in told)
    return both / max(true, 1), 1.0 - both / max(claimed, 1)


def _paint(lengths: Any) -> Callable[[Any, Any, Any], Bools]:
    """Cells of one metre for edges of these lengths; a cell counts when its middle was walked."""
    base = np.concatenate([[0], np.cumsum(np.ceil(lengths).astype(np.int64) + 1)])

    def cells(edge: Any, start: Any, end: Any) -> Bools:
        first = np.ceil(np.asarray(start) - 0.5).astype(np.int64) + base[edge]
        last = np.ceil(np.asarray(end) - 0.5).astype(np.int64) + base[edge]
        change = np.zeros(base[-1] + 1, np.int64)
        np.add.at(change, first, 1)
        np.add.at(change, np.maximum(first, last), -1)
        return np.asarray(np.cumsum(change)[:-1] > 0)

    return cells


def _plain(network: Network) -> Town:
    return Town(network, np.ones(len(network), bool), _paint(network.edge_length))


def _grid() -> dict[str, Town]:
    return {"": _plain(perturbed_grid(np.random.default_rng(SEED)))}


def _bubenec() -> dict[str, Town]:
    import geopandas
    import momepy

    path = momepy.datasets.get_path("bubenec")
    streets = geopandas.read_file(path, layer="streets").to_crs(32633)
    return {"": _plain(Network.from_lines(list(streets.geometry)))}


def _helsinki() -> dict[str, Town]:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from fixtures import helsinki
    from grid.osm.town import read_town
    from spatial.projection import LocalProjection

    town = read_town(helsinki.path())
    segments, links = town.segments, town.links
    plane = LocalProjection.around(shapely.total_bounds(segments.line))
    ends = np.column_stack([segments.from_node, segments.to_node])
    network = Network.from_lines(plane.project(segments.line), ends=ends)
    within = _largest_part(network, segments.duty | town.accompanies)
    plain = _paint(network.edge_length)
    table = stretches(
        links.sidewalk, np.rint(links.start * 100).astype(int), np.rint(links.end * 100).astype(int)
    )

    def credited(edge: Any, start: Any, end: Any) -> Bools:
        edge, start, end = np.asarray(edge), np.asarray(start), np.asarray(end)
        cells = plain(edge, start, end)
        cells &= plain_duty
        side = np.flatnonzero(town.accompanies[edge])
        a, b = np.rint(start[side] * 100).astype(int), np.rint(end[side] * 100).astype(int)
        side, a, b = side[a < b], a[a < b], b[a < b]
        _, link, common = overlay(stretches(edge[side], a, b), table)
        length = np.maximum(table.end[link] - table.start[link], 1)
        span = links.street_end[link] - links.street_start[link]
        begin = links.street_start[link] + (common.start - table.start[link]) / length * span
        finish = links.street_start[link] + (common.end - table.start[link]) / length * span
        limit = network.edge_length[links.street[link]]
        low = np.clip(np.minimum(begin, finish), 0.0, limit)
        high = np.clip(np.maximum(begin, finish), 0.0, limit)
        return np.asarray(cells | plain(links.street[link], low, high))

    whole = np.flatnonzero(segments.duty & ~town.accompanies)
    plain_duty = plain(whole, np.zeros(len(whole)), network.edge_length[whole] + 1.0)
    return {
        "": Town(network, within, credited),
        "_by_edge": Town(network, within, plain),
    }


def _largest_part(network: Network, chosen: Bools) -> Bools:
    """(E,) the chosen edges of the largest part that they connect."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    nodes = len(network.node_xy)
    joined = coo_array((chosen, (network.edge_from, network.edge_to)), shape=(nodes, nodes))
    part = connected_components(joined, directed=False)[1][network.edge_from]
    largest = np.bincount(part, weights=network.edge_length * chosen).argmax()
    return np.asarray(chosen & (part == largest))


def _peer(town: Town, track: tuple[Route, SimulatedFixes], fixes: int) -> dict[str, float]:
    """The same metrics for leuvenmapmatching on the beginning of one walk; {} without it."""
    try:
        from leuvenmapmatching.map.inmem import InMemMap
        from leuvenmapmatching.matcher.distance import DistanceMatcher
    except ImportError:
        return {}
    import logging

    logging.getLogger("be.kuleuven.cs.dtai.mapmatching").setLevel(logging.ERROR)
    route, recorded = track
    network = town.network
    owner, along = _vertex_owners(network)
    graph = InMemMap("bench", use_latlon=False)
    nodes, pieces = _vertex_graph(network)
    for node in np.unique(nodes):
        at = int(np.flatnonzero(nodes == node)[0])
        graph.add_node(int(node), (network.vertices[at, 1], network.vertices[at, 0]))
    for a, b in pieces:
        graph.add_edge(int(nodes[a]), int(nodes[b]))
        graph.add_edge(int(nodes[b]), int(nodes[a]))
    matcher = DistanceMatcher(
        graph,
        max_dist=50,
        max_dist_init=300,  # it looks for vertices, and a street may have none near the start
        obs_noise=NOISE,
        non_emitting_states=True,
        max_lattice_width=8,
    )
    kept = clean(recorded.xy[:fixes], recorded.seconds[:fixes], metres=True).kept
    path = [(float(y), float(x)) for x, y in recorded.xy[kept]]
    start = time.process_time()
    matcher.match(path)
    took = time.process_time() - start
    of_pair: dict[tuple[int, int], tuple[int, int]] = {}
    for a, b in pieces:
        of_pair[int(nodes[a]), int(nodes[b])] = (a, b)
        of_pair[int(nodes[b]), int(nodes[a])] = (a, b)
    visited = matcher.path_pred_onlynodes
    walked = [of_pair[pair] for pair in pairwise(visited) if pair in of_pair]
    first = np.array([a for a, _ in walked], np.int64)
    last = np.array([b for _, b in walked], np.int64)
    told = town.cells(owner[first], along[first], along[last])
    cut = _first_metres(route, float(fixes) * EVERY * 1.3)
    recall, false_share = _compare([town.cells(*cut)], [told])
    return {"fixes_per_second": fixes / took, "recall": recall, "false_share": false_share}


def _vertex_owners(network: Network) -> tuple[Any, Any]:
    return np.repeat(np.arange(len(network)), np.diff(network.vertex_start)), network.along


def _vertex_graph(network: Network) -> tuple[Any, list[tuple[int, int]]]:
    """(V,) node of each vertex (ends share the network's), and the vertex pairs joined."""
    nodes = np.arange(len(network.vertices)) + len(network.node_xy)
    nodes[network.vertex_start[:-1]] = network.edge_from
    nodes[network.vertex_start[1:] - 1] = network.edge_to
    inner = np.ones(len(nodes), bool)
    inner[network.vertex_start[1:] - 1] = False
    return nodes, [(int(a), int(a) + 1) for a in np.flatnonzero(inner)]


def _first_metres(route: Route, metres: float) -> tuple[Any, Any, Any]:
    """The beginning of a route."""
    length = route.end_m - route.start_m
    stop = int(np.searchsorted(np.cumsum(length), metres)) + 1
    start, end = route.start_m[:stop].copy(), route.end_m[:stop].copy()
    beyond = max(float((end - start).sum()) - metres, 0.0)
    if route.forward[:stop][-1]:
        end[-1] -= beyond
    else:
        start[-1] += beyond
    return route.edge[:stop], start, end
