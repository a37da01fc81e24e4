"""How the report's maps look: colours from the file that the web page reads too, widths in mm."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

#: Street widths in mm by freshness: what needs a walk is wider, so that it stands out in grey too.
WIDTHS = {"today": 0.55, "within": 0.55, "due": 0.75, "overdue": 0.95, "never": 0.6}
NEVER_DASH = (1.1, 0.8)
#: How far the dark casing of an unlit street reaches beyond it, in mm, on each side.
UNLIT_EDGE = 0.34
#: Width in mm and dashes of a street by how two periods differ, as the web page has them.
DIFFERENCE: dict[str, tuple[float, tuple[float, ...]]] = {
    "both": (0.4, ()),
    "gained": (1.0, ()),
    "lost": (0.85, (1.8, 1.0)),
    "neither": (0.4, (0.35, 1.4)),
}
LABEL_SIZES = (2.9, 2.5, 2.1)


@dataclass(frozen=True)
class Looks:
    """The light look: paper is white whatever the reader's screen is."""

    order: tuple[str, ...]
    freshness: dict[str, str]
    coverage: tuple[str, ...]
    coverage_from: tuple[float, ...]
    #: By class of publish/difference.py, and "neither".
    difference: dict[str, str]
    #: The share of its cadence from which a street is due.
    due_from: float
    unlit: str
    lamp_dark: str
    line: str

    def class_of(self, share: float) -> int:
        """Which of the coverage classes, 0 the lowest, a share of 0..1 lies in."""
        return sum(share >= border for border in self.coverage_from)


@lru_cache(maxsize=1)
def looks() -> Looks:
    """Raises FileNotFoundError where the static files are not there."""
    found = finders.find("map_static/colours.json")
    if not isinstance(found, str):
        raise FileNotFoundError("map_static/colours.json")
    told: dict[str, Any] = json.loads(Path(found).read_text(encoding="utf-8"))
    light = told["looks"]["light"]
    return Looks(
        order=tuple(told["order"]),
        freshness=light["freshness"],
        coverage=tuple(light["coverage"]),
        coverage_from=tuple(told["coverageFrom"]),
        difference=light["difference"],
        due_from=told["dueFrom"],
        unlit=light["unlit"],
        lamp_dark=light["lampDark"],
        line=light["cellLine"],
    )
