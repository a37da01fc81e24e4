"""Seeded walks with GPS noise on a network, and the truth about them.

They stand in for real tracks in the sample district, the tests and the benchmarks. Nothing made
here may pass for a real patrol: whoever stores one labels it as simulated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from spatial.network import Floats, Ints, Network

WALKING_SPEED = 1.3  # m/s


@dataclass(frozen=True, eq=False)
class Route:
    """The truth: R stretches of edges in walking order, each [start_m, end_m) of its edge.

    ``forward`` tells whether the stretch was walked from start_m to end_m or back.
    """

    edge: Ints
    start_m: Floats
    end_m: Floats
    forward: npt.NDArray[np.bool_]

    @property
    def metres(self) -> float:
        return float((self.end_m - self.start_m).sum())


@dataclass(frozen=True, eq=False)
class SimulatedFixes:
    """n fixes: xy (n, 2) metres, seconds (n,), accuracy (n,) metres as a receiver reports it."""

    xy: Floats
    seconds: Floats
    accuracy: Floats


def walk(
    network: Network,
    rng: np.random.Generator,
    *,
    metres: float,
    start_node: int | None = None,
    within: npt.NDArray[np.bool_] | None = None,
    prefer: Floats | None = None,
) -> Route:
    """A walk of so many metres that rather takes what it has not walked yet.

    It turns back only where a dead end makes it, after walking to its tip. It starts at
    ``start_node``, or somewhere on a random edge. ``within`` (E,) keeps it to some edges;
    ``prefer`` (E,) weighs the choice at junctions (0 is never taken).

    Raises ValueError when no edge can be walked from there, or the walk has no length.
    """
    if not metres > 0:
        raise ValueError(f"A walk of {metres} m is none.")
    weight = np.ones(len(network)) if prefer is None else np.array(prefer, dtype=np.float64)
    if within is not None:
        weight = np.where(within, weight, 0.0)
    weight[network.edge_length <= 0] = 0.0
    visits = np.zeros(len(network))
    edge, at, forward = _set_out(network, rng, weight, start_node)
    pieces: list[tuple[int, float, float, bool]] = []
    left = float(metres)
    while left > 1e-9:
        length = float(network.edge_length[edge])
        step = min(left, length - at if forward else at)
        end = min(at + step, length) if forward else max(at - step, 0.0)
        if step > 0:
            pieces.append((edge, min(at, end), max(at, end), forward))
        left -= step
        visits[edge] += 1
        node = int((network.edge_to if forward else network.edge_from)[edge])
        following = _choose(network, rng, weight / (1.0 + visits) ** 2, node, edge)
        if following < 0:
            forward = not forward
        else:
            edge, forward = following, int(network.edge_from[following]) == node
        at = 0.0 if forward else float(network.edge_length[edge])
    return _route(pieces)


def _set_out(
    network: Network, rng: np.random.Generator, weight: Floats, start_node: int | None
) -> tuple[int, float, bool]:
    """The first edge, the metres along it, and whether it is walked forward."""
    if start_node is None:
        odds = weight * network.edge_length
        if not odds.any():
            raise ValueError("No edge of the network can be walked.")
        edge = int(rng.choice(len(network), p=odds / odds.sum()))
        return edge, float(rng.uniform(0, network.edge_length[edge])), bool(rng.random() < 0.5)
    edge = _choose(network, rng, weight, int(start_node), -1)
    if edge < 0:
        raise ValueError(f"No edge can be walked from node {start_node}.")
    forward = int(network.edge_from[edge]) == int(start_node)
    return edge, 0.0 if forward else float(network.edge_length[edge]), forward


def _choose(
    network: Network, rng: np.random.Generator, weight: Floats, node: int, arrived_by: int
) -> int:
    """An edge to leave the node by, or -1 when there is only the way back."""
    offsets, edges_at = network.incidence
    choices = edges_at[offsets[node] : offsets[node + 1]]
    # Both ends of a loop are here: whoever came in by one may leave by the other.
    loop = network.edge_from[choices] == network.edge_to[choices]
    onward = choices[((choices != arrived_by) | loop) & (weight[choices] > 0)]
    if len(onward) == 0:
        return -1
    return int(rng.choice(onward, p=weight[onward] / weight[onward].sum()))


def _route(pieces: list[tuple[int, float, float, bool]]) -> Route:
    return Route(
        edge=np.array([piece[0] for piece in pieces], dtype=np.int64),
        start_m=np.array([piece[1] for piece in pieces], dtype=np.float64),
        end_m=np.array([piece[2] for piece in pieces], dtype=np.float64),
        forward=np.array([piece[3] for piece in pieces], dtype=np.bool_),
    )


def record(
    network: Network,
    route: Route,
    rng: np.random.Generator,
    *,
    every: float = 3.0,
    speed: float = WALKING_SPEED,
    noise: float = 6.0,
    correlation: float = 0.6,
    outliers: float = 0.01,
    outlier_metres: float = 60.0,
    pauses: float = 0.0,
    start: float = 0.0,
) -> SimulatedFixes:
    """The fixes of a receiver that walks the route.

    every: seconds between fixes. noise: standard deviation per axis in metres of a first-order
    autoregressive process; correlation: between one fix and the next. outliers: share of fixes
    thrown off by about ``outlier_metres`` more. pauses: how often the walker stands still for 20
    to 120 s, per 100 m. start: seconds of the first fix. The pace varies by a tenth from edge to
    edge.
    """
    when, where = _progress(route, rng, speed, pauses)
    moments = np.arange(0.0, when[-1] + 1e-9, every)
    walked = np.interp(moments, when, where)
    lengths = route.end_m - route.start_m
    begins = np.cumsum(lengths) - lengths
    at = np.searchsorted(begins, walked, side="right") - 1
    walked = np.minimum(walked - begins[at], lengths[at])
    along = np.where(route.forward[at], route.start_m[at] + walked, route.end_m[at] - walked)
    xy = network.points_at(route.edge[at], along)
    xy = xy + _correlated_noise(rng, len(xy), noise, correlation)
    thrown = np.flatnonzero(rng.random(len(xy)) < outliers)
    angle = rng.uniform(0.0, 2.0 * np.pi, len(thrown))
    reach = outlier_metres * rng.uniform(0.5, 1.5, len(thrown))
    xy[thrown] += np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None]
    # Receivers report the radius that holds the truth two times out of three.
    accuracy = 1.5 * noise * np.exp(rng.normal(0.0, 0.2, len(xy)))
    return SimulatedFixes(xy=xy, seconds=start + moments, accuracy=accuracy)


def _progress(
    route: Route, rng: np.random.Generator, speed: float, pauses: float
) -> tuple[Floats, Floats]:
    """Seconds and metres walked by then, at every junction and both ends of every pause."""
    lengths = route.end_m - route.start_m
    pace = speed * np.exp(rng.normal(0.0, 0.1, len(lengths)))
    metres = np.concatenate([[0.0], np.cumsum(lengths)])
    clock = np.concatenate([[0.0], np.cumsum(lengths / pace)])
    stops = np.sort(rng.uniform(0.0, metres[-1], rng.poisson(pauses * metres[-1] / 100.0)))
    waited = np.concatenate([[0.0], np.cumsum(rng.uniform(20.0, 120.0, len(stops)))])
    stopped = np.interp(stops, metres, clock)
    junctions = clock + waited[np.searchsorted(stops, metres)]
    when = np.concatenate([junctions, stopped + waited[:-1], stopped + waited[1:]])
    where = np.concatenate([metres, stops, stops])
    order = np.lexsort((where, when))
    return when[order], where[order]


def _correlated_noise(
    rng: np.random.Generator, count: int, noise: float, correlation: float
) -> Floats:
    steps = rng.normal(0.0, noise, (count, 2))
    fresh = np.sqrt(1.0 - correlation**2)
    for i in range(1, count):
        steps[i] = correlation * steps[i - 1] + fresh * steps[i]
    return steps


def perturbed_grid(
    rng: np.random.Generator, *, blocks: int = 11, block: float = 90.0, shift: float = 14.0
) -> Network:
    """A made-up town: a grid of streets ``block`` metres apart with every junction moved by about
    ``shift`` metres, one street in fourteen missing, and a dead-end alley of 15 to 40 m off every
    third."""
    columns = np.arange(blocks + 1) * block
    corner = np.stack(np.meshgrid(columns, columns), axis=-1)
    corner = corner + rng.normal(0.0, shift, corner.shape)
    lines = []
    for i in range(blocks + 1):
        for j in range(blocks + 1):
            for k, m in ((i + 1, j), (i, j + 1)):
                if max(k, m) > blocks or rng.random() < 0.07:
                    continue
                a, b = corner[i, j], corner[k, m]
                if rng.random() > 0.35:
                    lines.append([a, b])
                    continue
                mouth = a + (b - a) * rng.uniform(0.3, 0.7)
                across = np.array([a[1] - b[1], b[0] - a[0]]) / np.hypot(*(b - a))
                tip = mouth + across * rng.choice([-1.0, 1.0]) * rng.uniform(15.0, 40.0)
                lines += [[a, mouth], [mouth, b], [mouth, tip + rng.normal(0.0, 3.0, 2)]]
    return Network.from_lines(shapely.linestrings(lines))
