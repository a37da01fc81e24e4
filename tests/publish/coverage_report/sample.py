"""A report made by hand: a community of three cells, with everything a real one can have.

North  +----+----+----+
       | 001| 002| 003|     two blocks high, each cell 400 m × 400 m
       +----+----+----+
"""

import datetime as dt
from typing import Any

import shapely

from publish.coverage_report.definitions import DEFINITIONS
from publish.coverage_report.report import (
    CategoryCases,
    CellPage,
    Figure,
    Head,
    Kind,
    MapArea,
    MapData,
    MapLamp,
    MapStreet,
    OverdueStreet,
    Report,
    Small,
    Week,
)

CODE = "990100000101"
START, END = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
WEST, SOUTH, WIDE, TALL = 24.95, 60.17, 0.0072, 0.0036
FRESH = ("today", "within", "due", "overdue", "never")


def figures(**values: Any) -> dict[str, Figure]:
    """Every figure; those not given are None."""
    return {key: Figure(values.get(key), one.unit) for key, one in DEFINITIONS.items()}


def _numbers(part: float, **other: Any) -> dict[str, Figure]:
    """As if ``part`` of a town of 12 km lay here."""
    metres = round(12_345.67 * part, 2)
    covered = round(metres * 0.8123, 2)
    given = {
        "coverage": 0.8123,
        "covered_metres": covered,
        "metres": metres,
        "freshness_median_days": 3,
        "overdue_metres": round(metres * 0.1432, 2),
        "night_coverage": 0.214,
        "lit_metres": round(metres * 0.7, 2),
        "unlit_metres": round(metres * 0.25, 2),
        "fault_metres": round(metres * 0.05, 2),
        "lamps": round(320 * part),
        "lamps_lit": round(301 * part),
        "cases_taken_in": round(84 * part),
        "cases_closed": round(79 * part),
        "cases_on_time": 0.925,
        "cases_open": round(21 * part),
        "cases_overdue": round(6 * part),
        "visits_due": Small(0, 4),
        "visits_done": Small(37, 41),
        "rounds_due": round(24 * part),
        "rounds_done": round(21 * part),
        "patrols": round(60 * part),
        "members": 5,
        "buildings_passed": round(390 * part),
    }
    return figures(**(given | other))


def _cell(number: int, name: str, member: str | None, part: float) -> CellPage:
    code = f"{CODE}{number:03d}"
    late = tuple(
        OverdueStreet(f"街道{n}", f"街道{n}", f"Street {n}", "street", code, 420.5 - 40 * n, 9 + n)
        for n in range(4)
    )
    return CellPage(
        Head(code, name, 15), _numbers(part), _numbers(part, coverage=0.7), member, late, 9
    )


def _street(row: int, column: int) -> MapStreet:
    west, south = WEST + column * WIDE / 4, SOUTH + row * TALL / 4
    line = shapely.LineString([(west, south), (west + WIDE / 4, south)])
    return MapStreet(
        line,
        FRESH[(row + column) % 5],
        column % 3 == 0,
        f"Street {row}",
        "street",
        f"{CODE}{column // 4 + 1:03d}",
        100.25,
        (row + column) % 5 * 3 or None,
    )


def sample() -> Report:
    cells = (
        _cell(1, "红灯笼网格", "王芳", 0.5),
        _cell(2, "=2+2 East", "Li Lei", 0.3),
        _cell(3, "A cell with a rather long name by the old canal", None, 0.2),
    )
    boxes = [
        shapely.box(WEST + n * WIDE, SOUTH, WEST + (n + 1) * WIDE, SOUTH + TALL) for n in range(3)
    ]
    areas = tuple(
        MapArea(page.area.code, page.area.name, box, share, 1 - share)
        for page, box, share in zip(cells, boxes, (0.95, 0.55, 0.1), strict=True)
    )
    streets = tuple(_street(row, column) for row in range(5) for column in range(12))
    lamps = (MapLamp(shapely.Point(WEST + WIDE / 2, SOUTH + TALL / 2), "K-17", f"{CODE}001"),)
    weeks = tuple(
        Week(
            END - dt.timedelta(days=7 * n + 6),
            END - dt.timedelta(days=7 * n),
            12_345.67,
            9_000.5 - 700 * n,
            20 + n,
            19 - n,
        )
        for n in reversed(range(8))
    )
    return Report(
        area=Head(CODE, "北岸社区", 12),
        start=START,
        end=END,
        previous_start=dt.date(2026, 1, 29),
        previous_end=dt.date(2026, 2, 28),
        made_for=dt.date(2026, 4, 2),
        until=dt.datetime(2026, 3, 31, 21, tzinfo=dt.UTC),
        looked_back=31,
        figures=_numbers(1, visits_due=12),
        previous=_numbers(1, coverage=0.7, overdue_metres=3210.5, cases_on_time=0.95),
        weeks=weeks,
        kinds=(
            Kind("main_road", 3000.0, 2900.0, 10.5),
            Kind("street", 6345.67, 5128.33, 1000.2),
            Kind("alley", 3000.0, 2000.0, 757.2),
        ),
        cells=cells,
        categories=(
            CategoryCases("lamp-dark", "Dark lamp", "路灯不亮", 50, 48, 49, 45, 12, 3),
            CategoryCases("paving", "Broken paving", "路面破损", 34, 31, 31, 29, 9, 3),
        ),
        overdue=tuple(row for page in cells for row in page.overdue),
        overdue_streets=27,
        map=MapData(areas, streets, lamps),
        visits_until=dt.date(2026, 4, 5),
    )
