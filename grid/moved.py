"""Who changes hands when cells change: buildings, dwellings, metres of street."""

from collections.abc import Sequence
from dataclasses import dataclass

from grid.models import Area, Building, CellStretch

#: Segment, code of the cell, start and end in decimetres.
Row = tuple[int, str, int, int]


@dataclass(frozen=True)
class Handover:
    """Buildings and dwellings that a cell gives to another; codes of 15 digits."""

    before: str
    after: str
    buildings: int
    households: int


@dataclass(frozen=True)
class Moved:
    """Who changes hands; ``metres`` of duty street are in another cell than before."""

    handovers: list[Handover]
    metres: float

    @property
    def buildings(self) -> int:
        return sum(one.buildings for one in self.handovers)

    @property
    def households(self) -> int:
        return sum(one.households for one in self.handovers)


@dataclass(frozen=True)
class Holding:
    """Building → (code of its cell, dwellings), and stretches of street with their cells."""

    buildings: dict[int, tuple[str, int]]
    stretches: list[Row]


def holding(community: Area) -> Holding:
    """Which cell (code) has each building, and each decimetre of duty street."""
    buildings = Building.objects.filter(community=community).exclude(cell=None)
    stretches = CellStretch.objects.filter(segment__community=community, segment__duty=True)
    return Holding(
        {
            row[0]: (row[1], row[2])
            for row in buildings.values_list("pk", "cell__code", "households")
        },
        list(stretches.values_list("segment", "cell__code", "start_dm", "end_dm")),
    )


def moved_between(before: Holding, after: Holding) -> Moved:
    """What was in one cell and is in another; what was in none is new, and does not count."""
    pairs: dict[tuple[str, str], list[int]] = {}
    for building, (code, households) in after.buildings.items():
        was = before.buildings.get(building, (code, 0))[0]
        if was != code:
            pairs.setdefault((was, code), []).append(households)
    handovers = [
        Handover(was, code, len(counts), sum(counts))
        for (was, code), counts in sorted(pairs.items())
    ]
    return Moved(handovers, _metres_moved(before.stretches, after.stretches))


def _metres_moved(before: Sequence[Row], after: Sequence[Row]) -> float:
    """Metres of street that two different cells have before and after."""
    had: dict[int, list[Row]] = {}
    for row in before:
        had.setdefault(row[0], []).append(row)
    return sum(
        max(0, min(end, its_end) - max(start, its_start)) / 10
        for segment, code, start, end in after
        for _segment, its_code, its_start, its_end in had.get(segment, ())
        if its_code != code
    )
