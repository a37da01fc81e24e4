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

from spatial import (
    fixes,
    matching,
    matching_graph,
    matching_observations,
    matching_path,
    matching_prices,
    matching_trust,
    matching_viterbi,
)
from spatial.projection import LocalProjection

FOLDER = Path(__file__).parent / "matching"
#: Whose numbers the tablet has too, under the same names.
RULES = (
    fixes,
    matching_graph,
    matching_observations,
    matching_path,
    matching_trust,
    matching_viterbi,
)
#: Places of columns and codes, which the tablet numbers in its own way.
OWN = {
    *("KEPT", "ACCURACY", "SPEED", "TIME", "POSITION", "OFF", "TURN", "MOST_STATES"),
    *("LINK", "IN", "OUT", "TIP", "REACHED", "REST", "LENGTH", "ENTRY"),
    *("AGAINST", "FROM", "TO", "RUN", "TRUST", "SEEN", "SKIPPED"),
}
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
    """What both matchers charge, and the numbers of their rules by their names."""
    from patrols.match import PASSED_METRES

    rules = {"CERTAIN": matching.CERTAIN, "PASSED_METRES": PASSED_METRES}
    for module in RULES:
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, int | float):
                rules[name.lstrip("_")] = value
    prices = matching_prices.DEFAULT_PRICES._asdict()
    return {"prices": prices, "rules": {name: rules[name] for name in sorted(rules.keys() - OWN)}}


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
