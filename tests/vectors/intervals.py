"""The vectors that the tablet's interval algebra is held to: ``python -m tests.vectors.intervals``.

``tests/spatial/test_interval_vectors.py`` fails where they are not what Python gives today,
``tests/js/field/intervals.test.js`` where the tablet's gives something else.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from spatial.intervals import Stretches, difference, last_seen, overlay, union
from spatial.intervals import stretches as checked

FILE = Path(__file__).parent / "intervals.json"
#: Short segments, so that stretches often touch, and end where others begin.
LONGEST_DM = 40


def vectors(count: int = 80) -> list[dict[str, Any]]:
    """Cases on one segment of ``cm`` centimetres: two sets of stretches, and what follows."""
    rng = np.random.default_rng(6)
    return [_case(rng) for _ in range(count)]


def _case(rng: np.random.Generator) -> dict[str, Any]:
    a, b = _stretches(rng), _stretches(rng)
    time = rng.integers(0, 4, len(a.start))
    seen = last_seen(a, time)
    cm = int(rng.integers(1, LONGEST_DM * 10))
    ends = np.minimum(a.end * 10, cm)
    return {
        "a": _told(a),
        "b": _told(b),
        "time": time.tolist(),
        "cm": cm,
        "union": _told(union(a, b)),
        "difference": _told(difference(a, b)),
        "overlay": _overlaid(a, union(b)),
        "last_seen": [
            [*stretch, at] for stretch, at in zip(_told(seen.on), seen.time.tolist(), strict=True)
        ],
        # As patrols.walks.Streets.cm: the last decimetre of a segment may be short.
        "length_cm": int((ends - np.minimum(a.start * 10, ends)).sum()),
    }


def _stretches(rng: np.random.Generator) -> Stretches:
    start, end = np.sort(rng.integers(0, LONGEST_DM + 1, (2, int(rng.integers(0, 7)))), axis=0)
    return checked(np.zeros(len(start), dtype=np.int64), start, end)


def _told(of: Stretches) -> list[list[int]]:
    return np.column_stack((of.start, of.end)).tolist()


def _overlaid(a: Stretches, b: Stretches) -> list[list[int]]:
    in_a, in_b, common = overlay(a, b)
    return np.column_stack((in_a, in_b, common.start, common.end)).tolist()


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), separators=(",", ":")).replace("},{", "},\n{") + "\n")
