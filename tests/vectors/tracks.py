"""Tracks on a network in metres, and the stretches that ``spatial.matching`` finds for them.

A vector is plain JSON: whole millimetres, centimetres, milliseconds and decimetres go in, so that
every language reads the same numbers; stretches come out, rounded to a micrometre.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import numpy as np
import shapely

from spatial.fixes import clean
from spatial.matching import MatchOptions, match
from spatial.network import Network
from spatial.simulation import perturbed_grid, record, walk
from tests.spatial import test_matching_cases as cases
from tests.spatial.test_matching import noise

Vector = dict[str, Any]
MAX_SPEED = {"foot": 7.0, "cycle": 14.0}
EPOCH = 1_790_000_000_000  # ms; a day on which one could have walked


def network_json(network: Network) -> Vector:
    return {
        "mm": np.rint(network.vertices * 1000).astype(int).ravel().tolist(),
        "start": network.vertex_start.tolist(),
        "ends": np.column_stack([network.edge_from, network.edge_to]).ravel().tolist(),
    }


def network_of(told: Vector) -> Network:
    xy = np.array(told["mm"], dtype=np.float64).reshape(-1, 2) / 1000
    parts = np.split(xy, told["start"][1:-1])
    ends = np.array(told["ends"]).reshape(-1, 2)
    return Network.from_lines([shapely.LineString(part) for part in parts], ends=ends)


def fixes_json(xy: Any, seconds: Any, accuracy: Any = None) -> Vector:
    """Fixes as whole centimetres, milliseconds since ``from_ms`` and decimetres of accuracy.

    An accuracy is None where it is not told, and all of them are where none is.
    """
    told = np.full(len(xy), np.nan) if accuracy is None else np.asarray(accuracy)
    each = [None if np.isnan(one) else round(one * 10) for one in told.tolist()]
    return {
        "cm": np.rint(np.asarray(xy) * 100).astype(int).ravel().tolist(),
        "from_ms": EPOCH,
        "ms": np.rint(np.asarray(seconds) * 1000).astype(int).tolist(),
        "accuracy_dm": None if np.isnan(told).all() else each,
    }


def fixes_of(told: Vector) -> tuple[Any, Any, Any]:
    """(n, 2) metres, (n,) seconds, (n,) metres of accuracy or NaN."""
    each = told["accuracy_dm"] or [None] * len(told["ms"])
    accuracy = np.array([np.nan if one is None else one / 10 for one in each])
    xy = np.array(told["cm"], dtype=np.float64).reshape(-1, 2) / 100
    return xy, (np.array(told["ms"], dtype=np.float64) + told["from_ms"]) / 1000, accuracy


def matched(network: Network, fixes: Vector, mode: str) -> Vector:
    """What the matcher gives for a vector's fixes today."""
    xy, seconds, accuracy = fixes_of(fixes)
    speed = MAX_SPEED[mode]
    found = match(network, xy, seconds, accuracy=accuracy, options=MatchOptions(max_speed=speed))
    cleaned = clean(xy, seconds, accuracy, max_speed=speed, metres=True)
    return {
        "edge": found.edge.tolist(),
        "start_m": np.round(found.start_m, 6).tolist(),
        "end_m": np.round(found.end_m, 6).tolist(),
        "seconds": np.round(found.seconds, 4).tolist(),
        "confidence": np.round(found.confidence, 6).tolist(),
        "path_metres": round(found.path_metres, 6),
        "off_metres": round(found.off_network_metres, 6),
        "dropped": cleaned.dropped,
        "pieces": cleaned.pieces.tolist(),
    }


def vector(name: str, network: Network, fixes: Vector, mode: str = "foot") -> Vector:
    ground = network_json(network)
    return {
        "name": name,
        "mode": mode,
        "network": ground,
        "fixes": fixes,
        "match": matched(network_of(ground), fixes, mode),
    }


def truths() -> Iterator[Vector]:
    """The cases with a known truth, as their tests draw them, with the noise of one seed each."""
    for name, test in vars(cases).items():
        if not name.startswith("test_"):
            continue
        for arguments in parameters(test):
            walked: list[tuple[Network, Any, Any, dict[str, Any]]] = []

            def note(network, xy, seconds, truth, walked=walked, **options):
                walked.append((network, xy, seconds, options))
                return 1.0, 0.0

            with patch.object(cases, "judge", note):
                test(**arguments)
            for network, xy, seconds, options in walked:
                yield _noisy(named(name, arguments), network, xy, seconds, **options)


def _noisy(name, network, xy, seconds, *, sigma=4.0, correlation=0.6, told=False):
    accuracy = np.full(len(xy), 1.5 * sigma) if told else None
    seen = xy + noise(len(xy), sigma, 0, correlation)
    return vector(name, network, fixes_json(seen, seconds, accuracy))


def parameters(test: Any) -> list[dict[str, Any]]:
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize":
            names, values = mark.args
            names = [names] if isinstance(names, str) else names
            return [
                dict(zip(names, row if len(names) > 1 else [row], strict=True)) for row in values
            ]
    return [{}]


def named(name: str, arguments: dict[str, Any]) -> str:
    told = ", ".join(f"{key} {value}" for key, value in arguments.items())
    return name.removeprefix("test_").replace("_", " ") + (f" ({told})" if told else "")


def stroll(
    name: str,
    network: Network,
    seed: int,
    *,
    count: int = 200,
    every: float = 3.0,
    sigma: float = 6.0,
    speed: float = 1.3,
    pauses: float = 0.0,
    told: bool = False,
    mode: str = "foot",
    spoil: Any = None,
) -> Vector:
    """A random walk with noise; ``spoil`` changes its (xy, seconds, accuracy)."""
    rng = np.random.default_rng(seed)
    route = walk(network, rng, metres=count * every * speed)
    fixes = record(
        network, route, rng, every=every, speed=speed, noise=sigma, pauses=pauses,
        correlation=0.6 if every >= 3 else 0.85,
    )  # fmt: skip
    seen = (fixes.xy, fixes.seconds, fixes.accuracy if told else np.full(len(fixes.xy), np.nan))
    if spoil is not None:
        seen = spoil(rng, *seen)
    return vector(name, network, fixes_json(*seen), mode)


def with_gaps(rng, xy, seconds, accuracy):
    kept = np.ones(len(xy), bool)
    kept[60:110] = False  # 150 s at 3 s
    kept[150:160] = False
    return xy[kept], seconds[kept], accuracy[kept]


def shuffled(rng, xy, seconds, accuracy):
    """Late chunks, fixes that come twice, another position for the same instant."""
    order = np.concatenate([np.arange(0, 60), np.arange(90, 140), np.arange(55, 95)])
    order = np.concatenate([order, order[100:120], np.arange(140, len(xy))])
    xy, seconds, accuracy = xy[order], seconds[order], accuracy[order]
    xy = xy.copy()
    xy[110:115] += 15.0
    return xy, seconds, accuracy


def ridden(rng, xy, seconds, accuracy):
    """A bus for 40 fixes: 33 m every 3 s, then on foot from where it stopped."""
    ride = np.zeros_like(xy)
    ride[80:120, 0] = np.arange(1, 41) * 33.0
    ride[120:, 0] = 40 * 33.0
    xy = xy + ride
    back = np.where(xy[:, 0] > 620, 2 * 620 - xy[:, 0], xy[:, 0])
    return np.column_stack([np.abs(back) % 600, xy[:, 1]]), seconds, accuracy


def thrown(rng, xy, seconds, accuracy):
    """Bad accuracies, far outliers, runs of up to five fixes elsewhere."""
    xy, accuracy = xy.copy(), accuracy.copy()
    for at in range(10, len(xy) - 8, 24):
        xy[at : at + 1 + at % 5] += rng.normal(0, 300, 2)
        accuracy[at + 6] = rng.uniform(40, 90)
    accuracy[5] = -1.0
    return xy, seconds, accuracy


def scattered(name: str, network: Network, seed: int) -> Vector:
    """Fixes of nobody's walk: anywhere, at any time, some for the same instant."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 60))
    xy = rng.uniform(-150, 350, (count, 2)) * rng.choice([0.1, 1.0])
    accuracy = np.where(rng.random(count) < 0.5, rng.uniform(1, 60, count), np.nan)
    seconds = rng.integers(0, 300, count) * rng.choice([1.0, 20.0])
    return vector(name, network, fixes_json(xy, seconds, accuracy))


#  +--+--+     a hairpin, a loop, dead ends
TANGLE = [
    [(0, 0), (200, 0), (208, 8), (200, 16), (0, 16)],
    [(0, 0), (0, 90)],
    [(0, 90), (60, 150), (120, 90), (60, 30), (0, 90)],
    [(200, 0), (200, -25)],
    [(0, 90), (-30, 90)],
    [(0, 16), (0, 0)],
    [(120, 90), (300, 90), (300, 0), (200, 0)],
    [(300, 90), (360, 90), (344.5, 148)],  # 105 degrees, which is a link more
]


def moved(rng, xy, seconds, accuracy):
    """From one fix to the next 73 m, which neither a walk nor a ride explains."""
    xy = xy.copy()
    xy[100:] += xy[99] - xy[100] + (73.0, 0.0)
    return xy, seconds, accuracy


def standing(rng, xy, seconds, accuracy):
    """Stays of 142 and of 160 s, with the noise of a receiver."""
    parts, times, at = [], [], 0.0
    for stretch, stay in ((slice(0, 60), 142), (slice(60, 120), 160), (slice(120, 200), 0)):
        walked = xy[stretch]
        still = walked[-1] + rng.normal(0.0, 1.0, (stay // 2, 2))
        parts += [walked, still]
        for steps, every in ((len(walked), 3.0), (len(still), 2.0)):
            times.append(at + np.arange(steps) * every)
            at = times[-1][-1] + every if steps else at
    return np.concatenate(parts), np.concatenate(times), np.full(sum(map(len, parts)), np.nan)


def crossing(name: str, network: Network, seed: int, *, told: bool, every: float) -> Vector:
    """Straight through courtyards and over streets, along them only by chance."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-60, 500, (5, 2))
    step = np.hypot(*np.diff(corners, axis=0).T)
    along = np.arange(0.0, step.sum(), 1.3 * every)
    reached = np.concatenate([[0.0], np.cumsum(step)])
    xy = np.column_stack([np.interp(along, reached, corners[:, axis]) for axis in range(2)])
    xy = xy + noise(len(xy), 5.0, seed)
    accuracy = np.where(np.arange(len(xy)) % 90 < 45, 8.0, 42.0) if told else None
    return vector(name, network, fixes_json(xy, np.arange(len(xy)) * every, accuracy))


def star_town() -> Network:
    """A place where twenty ways meet, more than the matcher looks at."""
    angle = np.arange(20) * 2 * np.pi / 20
    tips = np.column_stack([np.cos(angle), np.sin(angle)]) * np.where(angle > 3, 90, 60)[:, None]
    return Network.from_lines([shapely.LineString([(0, 0), tip]) for tip in np.round(tips, 2)])


def even_town() -> Network:
    """Blocks of exactly 60 m: between most corners there are several shortest ways."""
    lines = [[(x, y), (x + 60, y)] for x in range(0, 360, 60) for y in range(0, 361, 60)]
    lines += [[(x, y), (x, y + 60)] for x in range(0, 361, 60) for y in range(0, 360, 60)]
    return Network.from_lines([shapely.LineString(line) for line in lines])


def tangle_town() -> Network:
    return Network.from_lines([shapely.LineString(line) for line in TANGLE])


def random_walks() -> Iterator[Vector]:
    """Walks on made-up and real towns, with all that may happen to their fixes."""
    grid = perturbed_grid(np.random.default_rng(8), blocks=5)
    tangle = tangle_town()
    for seed, sigma in enumerate((2.0, 4.0, 6.0, 8.0, 10.0, 12.0)):
        yield stroll(f"grid, {sigma:.0f} m", grid, seed, sigma=sigma, told=sigma > 6)
    yield stroll("tangle", tangle, 11, sigma=4.0)
    yield stroll("tangle, a fix a second", tangle, 12, count=400, every=1.0, pauses=1.0)
    yield stroll("grid, a fix every 10 s", grid, 13, count=100, every=10.0)
    yield stroll("grid, a fix every 30 s", grid, 14, count=60, every=30.0)
    yield stroll("grid, stays", grid, 15, count=300, pauses=2.0)
    yield stroll("grid, gaps", grid, 16, spoil=with_gaps)
    yield stroll("grid, late and twice", grid, 17, spoil=shuffled)
    yield stroll("grid, a ride", grid, 18, spoil=ridden)
    yield stroll("grid, thrown about", grid, 19, spoil=thrown, told=True)
    yield stroll("grid, by bicycle", grid, 20, speed=5.0, every=2.0, mode="cycle")
    yield stroll("grid, by bicycle on foot", grid, 20, speed=8.5, every=2.0, count=120)
    yield stroll("grid, moved", grid, 23, sigma=1.0, spoil=moved)
    yield stroll("grid, standing", grid, 24, sigma=2.0, spoil=standing)
    yield stroll("grid, three fixes a second", grid, 25, count=300, every=0.3, sigma=2.0)
    yield crossing("across the grid", grid, 26, told=False, every=3.0)
    yield crossing("across the grid, loud", grid, 27, told=True, every=3.0)
    yield crossing("across the grid, a fix a second", grid, 28, told=False, every=1.0)
    yield stroll("twenty ways meet", star_town(), 29, count=250, sigma=5.0)
    yield stroll("even blocks, a fix every 50 s", even_town(), 30, count=60, every=50.0, sigma=2.0)
    yield stroll("even blocks, a fix every 30 s", even_town(), 31, count=60, every=30.0, sigma=8.0)
    for seed in range(6):
        yield scattered(f"scattered {seed}", tangle, seed)
    yield stroll("old town", _bubenec(), 21, sigma=5.0)
    yield stroll("old town, loud", _bubenec(), 22, sigma=10.0, told=True)


def _bubenec() -> Network:
    import geopandas
    import momepy

    streets = geopandas.read_file(momepy.datasets.get_path("bubenec"), layer="streets")
    lines = shapely.force_2d(streets.geometry.explode().to_numpy())
    return Network.from_lines(shapely.transform(lines, lambda xy: xy - xy.min(axis=0)))
