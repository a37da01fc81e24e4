"""The vectors to which the matchers in Python and JavaScript are held: ``python -m tests.vectors``.

Written anew after every intended change of the Python matcher; ``tests/spatial/test_vectors.py``
fails where they are not what it gives today, ``tests/js/field/matching.test.js`` where the tablet's
gives something else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from spatial import fixes, matching_prices
from spatial.projection import LocalProjection

FOLDER = Path(__file__).parent / "matching"
PLACES = [(116.392, 39.917), (24.94, 60.17), (-70.5, -33.4), (103.85, 1.3), (18.9, 69.65)]


def write() -> None:
    from tests.vectors import tracks, walks

    _keep("numbers", [numbers()])
    _keep("projection", projections())
    _keep("truths", tracks.truths())
    _keep("random", tracks.random_walks())
    _keep("walks", walks.vectors())


def read(name: str) -> list[dict[str, Any]]:
    return json.loads((FOLDER / f"{name}.json").read_text())


def numbers() -> dict[str, Any]:
    """What both matchers charge and believe."""
    return {
        "prices": matching_prices.DEFAULT_PRICES._asdict(),
        "runner_speed": fixes.RUNNER_SPEED,
        "cyclist_speed": fixes.CYCLIST_SPEED,
        "max_accuracy": fixes.MAX_ACCURACY,
    }


def projections() -> Iterable[dict[str, Any]]:
    """Positions up to some 10 km from their origin, to a tenth of a micrometre."""
    rng = np.random.default_rng(7)
    for lon, lat in PLACES:
        away = rng.uniform(-0.09, 0.09, (12, 2)) / (np.cos(np.radians(lat)), 1.0)
        lonlat = np.round(np.array([lon, lat]) + away, 7)
        xy = np.round(LocalProjection(lon, lat).forward(lonlat), 7)
        yield {"origin": [lon, lat], "lonlat": lonlat.tolist(), "xy": xy.tolist()}


def _keep(name: str, vectors: Iterable[dict[str, Any]]) -> None:
    """One vector a line, so that a change shows which it touches."""
    lines = [json.dumps(vector, separators=(",", ":"), ensure_ascii=False) for vector in vectors]
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
