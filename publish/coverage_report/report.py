"""What a coverage report says, free of language and looks.

Lengths are summed in whole centimetres and told as metres; days belong to local time; geometry is
shapely's, in EPSG:4326. Every writer of the report (page, PDF, tables, map) starts from here.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import shapely

from grid.models import Level

Unit = Literal["share", "metres", "days", "count"]


@dataclass(frozen=True)
class Small:
    """A number of which only bounds are told; both included, no upper one for None.

    Counts of households that may not be told read "<5" or "37–41"; days beyond what was looked
    back read "≥30".
    """

    low: int
    high: int | None

    def __str__(self) -> str:
        """Signs and digits only, the same in every language."""
        if self.high is None:
            return f"≥{self.low}"
        if self.low == self.high:
            return str(self.low)
        return f"{self.low}–{self.high}" if self.low else f"<{self.high + 1}"


Value = int | float | Small | None


@dataclass(frozen=True)
class Figure:
    """One number; None where nothing is there to count or to divide by. A share lies in 0..1."""

    value: Value
    unit: Unit


Figures = Mapping[str, Figure]


@dataclass(frozen=True)
class Head:
    """An area as a title names it; ``level`` is the number of digits of its code."""

    code: str
    name: str
    level: int


@dataclass(frozen=True)
class OverdueStreet:
    """What is overdue of one street in one cell; ``days`` since its oldest metre was walked.

    ``name`` is "" for ways without one; ``cell`` is the code, "" outside of all cells.
    """

    name: str
    name_zh: str
    name_en: str
    kind: str
    cell: str
    metres: float
    days: Value


@dataclass(frozen=True)
class Kind:
    """The streets of one kind (a value of grid.models.StreetKind)."""

    kind: str
    metres: float
    covered_metres: float
    overdue_metres: float

    @property
    def coverage(self) -> float | None:
        return round(self.covered_metres / self.metres, 4) if self.metres else None


@dataclass(frozen=True)
class Week:
    """Seven days, both included, that end a whole number of weeks before the period's end."""

    start: dt.date
    end: dt.date
    metres: float
    covered_metres: float
    cases_taken_in: int
    cases_closed: int

    @property
    def coverage(self) -> float | None:
        return round(self.covered_metres / self.metres, 4) if self.metres else None


@dataclass(frozen=True)
class CategoryCases:
    """The cases of one category in the period; ``open`` and ``overdue`` at its end."""

    code: str
    name: str
    name_zh: str
    taken_in: int
    closed: int
    due: int
    on_time: int
    open: int
    overdue: int


@dataclass(frozen=True)
class MapArea:
    """An area to draw; shares lie in 0..1, None where it has no street."""

    code: str
    name: str
    outline: Any
    share: float | None
    overdue_share: float | None


@dataclass(frozen=True)
class MapStreet:
    """A piece of street; ``freshness`` is today, within, due, overdue or never at the end."""

    line: Any
    freshness: str
    unlit: bool
    name: str = ""
    kind: str = ""
    cell: str = ""
    metres: float = 0.0
    days: int | None = None


@dataclass(frozen=True)
class MapLamp:
    """A lamp that was last seen dark."""

    place: Any
    number: str
    cell: str


@dataclass(frozen=True)
class MapData:
    """``streets`` and ``lamps`` are given for a community or cell, the areas below for others."""

    cells: tuple[MapArea, ...] = ()
    streets: tuple[MapStreet, ...] = ()
    lamps: tuple[MapLamp, ...] = ()


@dataclass(frozen=True)
class CellPage:
    """A cell or a community: its figures, who answers for it, and its longest overdue streets.

    ``overdue`` are the first few, ``overdue_streets`` how many there are. ``map`` is None where
    the report's own map shows the area well enough.
    """

    area: Head
    figures: Figures
    previous: Figures
    member: str | None = None
    overdue: tuple[OverdueStreet, ...] = ()
    overdue_streets: int = 0
    map: MapData | None = None


@dataclass(frozen=True)
class Report:
    """The figures of one area in the days from ``start`` to ``end``, both included.

    ``previous`` are those of as many days just before, under the same division into cells.
    ``until`` is the last moment that counts: the end of the period, or when the report was made
    where that is earlier. ``made_for`` is the day it was made. ``cells`` are all cells, for the
    tables; ``communities`` those below a city, district or subdistrict, and empty for smaller
    areas. ``nowhere`` is what lies in no cell. ``visits_until`` is the last day of the week whose
    published counts of visits are shown. ``looked_back`` is how many days walks were looked for:
    what was not walked in them counts as walked longer ago.
    """

    area: Head
    start: dt.date
    end: dt.date
    previous_start: dt.date
    previous_end: dt.date
    made_for: dt.date
    until: dt.datetime
    looked_back: int
    figures: Figures
    previous: Figures
    weeks: tuple[Week, ...] = ()
    kinds: tuple[Kind, ...] = ()
    communities: tuple[CellPage, ...] = ()
    cells: tuple[CellPage, ...] = ()
    nowhere: CellPage | None = None
    categories: tuple[CategoryCases, ...] = ()
    overdue: tuple[OverdueStreet, ...] = ()
    overdue_streets: int = 0
    map: MapData = field(default_factory=MapData)
    visits_until: dt.date | None = None
    simulated: bool = False

    @property
    def pages(self) -> tuple[CellPage, ...]:
        """What gets a page of its own: cells, or communities where there are many cells."""
        return self.cells if self.area.level >= Level.COMMUNITY else self.communities

    def without_maps(self) -> "Report":
        """Figures only: what is archived and compared."""
        pages = tuple(replace(page, map=None) for page in self.communities)
        return replace(self, map=MapData(), communities=pages)

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON can hold: days as ISO 8601, geometry as GeoJSON with 7 decimals."""
        found: dict[str, Any] = jsonable(self)
        return found


def jsonable(value: Any) -> Any:
    """Dataclasses as objects, with their shares; see ``Report.as_dict``."""
    if isinstance(value, Small):
        return {"low": value.low, "high": value.high, "told": str(value)}
    if hasattr(value, "__dataclass_fields__"):
        found = {name: jsonable(getattr(value, name)) for name in value.__dataclass_fields__}
        return found | ({"coverage": value.coverage} if hasattr(value, "coverage") else {})
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [jsonable(item) for item in value]
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, shapely.Geometry):
        rounded = shapely.set_precision(value, 1e-7, mode="pointwise")
        return shapely.geometry.mapping(rounded)
    return value
