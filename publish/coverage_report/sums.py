"""Rows of counted communities added up to figures."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cases.periods import Counts
from publish.coverage_report.care import Visits
from publish.coverage_report.definitions import DEFINITIONS
from publish.coverage_report.gather import COLUMNS, Counted, Ints, Part
from publish.coverage_report.late import Late
from publish.coverage_report.report import Figure, OverdueStreet, Small, Value
from rounds.counts import Rounds


@dataclass(frozen=True)
class Side:
    """What is known of one period, by code of an area: cases, visits and rounds.

    No rounds (None) for what lies in no cell: they are of areas.
    """

    cases: Mapping[str, Counts]
    visits: Mapping[str, Visits]
    rounds: Mapping[str, Rounds] | None


def added(
    rows: list[tuple[Counted, list[int]]], side: Side, code: str, back: int
) -> dict[str, Figure]:
    """The figures of some rows together; ``code`` is the area whose cases and so on count."""
    table = np.zeros(len(COLUMNS), dtype=np.int64)
    ages = np.zeros(back + 1, dtype=np.int64)
    for counted, chosen in rows:
        table += counted.table[chosen].sum(axis=0)
        ages += counted.ages[chosen].sum(axis=0)
    of = dict(zip(COLUMNS, table.tolist(), strict=True))
    patrols, members = _walkers(rows)
    cases = side.cases.get(code, Counts())
    care = side.visits.get(code, Visits())
    inspected = None if side.rounds is None else side.rounds.get(code, Rounds())
    values: dict[str, Value] = {
        "coverage": _share(of["covered"], of["metres"]),
        "covered_metres": of["covered"] / 100,
        "metres": of["metres"] / 100,
        "freshness_median_days": _median(ages),
        "overdue_metres": of["overdue"] / 100,
        "night_coverage": _share(of["night"], of["metres"]),
        "lit_metres": of["lit"] / 100,
        "unlit_metres": (of["metres"] - of["lit"] - of["fault"]) / 100,
        "fault_metres": of["fault"] / 100,
        "lamps": of["lamps"],
        "lamps_lit": of["lamps_lit"],
        "cases_taken_in": cases.taken_in,
        "cases_closed": cases.closed,
        "cases_on_time": _share(cases.on_time, cases.due),
        "cases_open": cases.open,
        "cases_overdue": cases.overdue,
        "visits_due": care.due,
        "visits_done": care.done,
        "rounds_due": None if inspected is None else inspected.due,
        "rounds_done": None if inspected is None else inspected.done,
        "patrols": patrols,
        "members": members,
        "buildings_passed": of["buildings"],
    }
    return {key: Figure(values[key], one.unit) for key, one in DEFINITIONS.items()}


def _walkers(rows: list[tuple[Counted, list[int]]]) -> tuple[int, int]:
    """Different patrols and members; a patrol may have walked in several communities."""
    if len(rows) == 1 and len(rows[0][1]) == 1:
        counted, (row,) = rows[0]
        return int(counted.cell_patrols[row]), int(counted.cell_members[row])
    if all(len(chosen) == 1 for _counted, chosen in rows):
        # What lies in no cell, of many communities: nobody asks who walked there.
        return (
            sum(int(counted.cell_patrols[row]) for counted, (row,) in rows),
            sum(int(counted.cell_members[row]) for counted, (row,) in rows),
        )
    patrols = frozenset[object]().union(*(counted.patrols for counted, _chosen in rows))
    members = frozenset[object]().union(*(counted.members for counted, _chosen in rows))
    return len(patrols), len(members)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _median(ages: Ints) -> Value:
    """Whole days within which half of the metres were walked; None without streets."""
    total = int(ages.sum())
    if not total:
        return None
    day = int(np.searchsorted(np.cumsum(ages) * 2, total))
    return day if day < len(ages) - 1 else Small(day, None)


def overdue_street(part: Part, one: Late, back: int) -> OverdueStreet:
    cell = part.cells[one.row][0] if one.row < len(part.cells) else ""
    days: Value = Small(back, None) if one.days is None else one.days
    return OverdueStreet(
        one.name, one.name_zh, one.name_en, one.kind, cell, one.centimetres / 100, days
    )


def longest_first(streets: list[OverdueStreet]) -> tuple[OverdueStreet, ...]:
    return tuple(sorted(streets, key=lambda one: (-one.metres, one.cell, one.name)))
