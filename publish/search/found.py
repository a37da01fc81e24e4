"""One answer of the search."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Found:
    """``place`` is EPSG:4326, ``bounds`` (west, south, east, north) of what is large; ``rank`` as
    `readings.rank`; ``more`` is what its card needs."""

    kind: str
    id: int | None
    name: str
    rank: int
    place: tuple[float, float] | None = None
    bounds: tuple[float, float, float, float] | None = None
    area: str = ""
    more: dict[str, Any] = field(default_factory=dict)
