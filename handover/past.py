"""The cells of a day that is over, where another division has taken their community since."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.scope import Scope
from grid.divisions.versions import gone_divisions
from grid.models import Area, DivisionCell, Level


@dataclass(frozen=True)
class Past:
    """Codes of the communities whose division of then is gone, and its cells by their codes."""

    communities: frozenset[str] = frozenset()
    cells: dict[str, DivisionCell] = field(default_factory=dict)

    def of(self, areas: Iterable[Area]) -> list[Area]:
        """The areas without cells that came later; those of then have their name of then.

        Codes are never used twice, so that a cell of then has its `Area`, retired or not.
        """
        found = []
        for area in areas:
            if area.level == Level.CELL and area.code[: Level.COMMUNITY] in self.communities:
                if area.code not in self.cells:
                    continue
                area.name = self.cells[area.code].name
            found.append(area)
        return found


def past(scope: Scope, code: str, day: dt.date) -> Past:
    """At or below a code ("" for all of the scope). One query, two where a division is gone."""
    gone = [one for one in gone_divisions(code, day) if scope.covers(one[1])]
    if not gone:
        return Past()
    cells = DivisionCell.objects.filter(division__in=[pk for pk, _community in gone])
    named = cells.filter(code__startswith=code).only("code", "name").order_by("code")
    return Past(frozenset(community for _pk, community in gone), {one.code: one for one in named})
