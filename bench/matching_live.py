"""A track matched as it arrives: what a batch costs beside matching all fixes so far again.

Milliseconds of one processor's time, medians over walks on the grid: ``whole`` is ``match`` on
1,200 fixes at 3 s, ``batch`` twenty more fixes on top of them through ``LiveMatch``,
``batch_hours`` twenty more on top of 14,400 at 1 s (four hours).
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from spatial.matching import match
from spatial.matching_live import LiveMatch
from spatial.network import Network
from spatial.simulation import SimulatedFixes, record, walk

BATCH = 20
BATCHES = 10
SIZES = {"small": (4, 1200, 14_400), "full": (20, 1200, 14_400)}  # walks, fixes at 3 s, at 1 s


def run_live(network: Network, seed: int, size: str) -> list[dict[str, Any]]:
    """Rows of the case ``live``; the ratio is the whole's time to the batch's."""
    walks, short, long = SIZES[size]
    rng = np.random.default_rng(seed)
    whole, batch = _measure(network, [_track(network, rng, short, 3.0) for _ in range(walks)])
    again, hours = _measure(network, [_track(network, rng, long, 1.0) for _ in range(2)])
    return [
        _row("milliseconds_whole", whole, None),
        _row("milliseconds_batch", batch, whole),
        _row("milliseconds_batch_hours", hours, again),
    ]


def _track(network: Network, rng: np.random.Generator, fixes: int, every: float) -> SimulatedFixes:
    more = fixes + BATCH * BATCHES
    # The pace varies: half as much again is enough for all fixes.
    route = walk(network, rng, metres=1.5 * more * every * 1.3)
    found = record(network, route, rng, every=every, correlation=0.6 if every >= 3 else 0.85)
    return SimulatedFixes(found.xy[:more], found.seconds[:more], found.accuracy[:more])


def _measure(network: Network, tracks: list[SimulatedFixes]) -> tuple[float, float]:
    """Median milliseconds of the whole and of a batch."""
    whole: list[float] = []
    batch: list[float] = []
    for track in tracks:
        _measure_track(network, track, whole, batch)
    return 1000 * float(np.median(whole)), 1000 * float(np.median(batch))


def _measure_track(
    network: Network, track: SimulatedFixes, whole: list[float], batch: list[float]
) -> None:
    """Add the seconds that the whole and each batch of one track took."""
    first = len(track.seconds) - BATCH * BATCHES
    match(network, track.xy, track.seconds)  # routes are known
    start = time.process_time()
    match(network, track.xy[:first], track.seconds[:first])
    whole.append(time.process_time() - start)
    live = LiveMatch(network)
    live.add(track.xy[:first], track.seconds[:first])
    live.so_far()
    for at in range(first, len(track.seconds), BATCH):
        start = time.process_time()
        live.add(track.xy[at : at + BATCH], track.seconds[at : at + BATCH])
        live.so_far()
        batch.append(time.process_time() - start)


def _row(metric: str, value: float, whole: float | None) -> dict[str, Any]:
    return {
        "case": "live",
        "metric": metric,
        "value": value,
        "unit": "ms",
        "peer": "all fixes again" if whole is not None else None,
        "peer_value": whole,
        "ratio": whole / value if whole is not None else None,
    }
