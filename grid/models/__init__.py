"""Areas and cells, responsibility, streets and segments, buildings, service points."""

from grid.models.areas import Area, Level
from grid.models.automatic import AutomaticSplit
from grid.models.divisions import BEGINNING, Division, DivisionCell, DivisionStretch
from grid.models.national import NationalDivision, NationalLevel
from grid.models.places import Backdrop, Building, ServicePoint
from grid.models.responsibility import Responsibility
from grid.models.streets import (
    Accompaniment,
    Cadence,
    CellStretch,
    Segment,
    Street,
    StreetKind,
)

__all__ = [
    "BEGINNING",
    "Accompaniment",
    "Area",
    "AutomaticSplit",
    "Backdrop",
    "Building",
    "Cadence",
    "CellStretch",
    "Division",
    "DivisionCell",
    "DivisionStretch",
    "Level",
    "NationalDivision",
    "NationalLevel",
    "Responsibility",
    "Segment",
    "ServicePoint",
    "Street",
    "StreetKind",
]
