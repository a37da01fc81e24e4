"""The numbers of the coverage report."""

from publish.coverage_report.report import (
    CategoryCases,
    CellPage,
    Figure,
    Figures,
    Head,
    Kind,
    MapArea,
    MapData,
    MapLamp,
    MapStreet,
    OverdueStreet,
    Report,
    Small,
    Value,
    Week,
)

__all__ = [
    "CategoryCases",
    "CellPage",
    "Figure",
    "Figures",
    "Head",
    "Kind",
    "MapArea",
    "MapData",
    "MapLamp",
    "MapStreet",
    "OverdueStreet",
    "Report",
    "Small",
    "Value",
    "Week",
]
