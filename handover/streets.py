"""Nobody's streets: metres of duty in no cell, or in cells that nobody works in."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection

from grid.models import StreetKind

#: Rows of the list; they are the longest, and the sum is of all.
MOST_STREETS = 100
#: What lies in no cell is looked for in so many communities at once.
MOST_COMMUNITIES = 20
#: Lines on the map.
MOST_LINES = 4000

# In cells that nobody works in. A segment's last decimetre may be short: cut at its metres.
_UNHELD = """
WITH free AS (
    SELECT segment.id, segment.street_id, segment.kind, segment.community_id,
        sum(least(stretch.end_dm / 10.0::float, segment.metres::float)
            - stretch.start_dm / 10.0::float) AS metres
    FROM grid_cellstretch AS stretch
    JOIN grid_segment AS segment ON segment.id = stretch.segment_id
    WHERE stretch.cell_id = ANY(%(cells)s)
        AND segment.duty AND segment.removed_on IS NULL
        AND (segment.street_id IS NULL OR segment.street_id <> ALL(%(held)s))
    GROUP BY segment.id
)
"""
# In no cell is what the stretches of a segment leave of it, more than the last decimetre.
_NOWHERE = """
WITH free AS (
    SELECT segment.id, segment.street_id, segment.kind, segment.community_id,
        segment.metres::float - coalesce(lying.dm, 0) / 10.0::float AS metres
    FROM grid_segment AS segment
    LEFT JOIN LATERAL (
        SELECT sum(end_dm - start_dm) AS dm FROM grid_cellstretch WHERE segment_id = segment.id
    ) AS lying ON true
    WHERE segment.community_id = ANY(%(communities)s)
        AND segment.duty AND segment.removed_on IS NULL
        AND (segment.street_id IS NULL OR segment.street_id <> ALL(%(held)s))
        AND segment.metres::float - coalesce(lying.dm, 0) / 10.0::float > 0.1
)
"""
_LIST = """
SELECT street.id, street.name, CASE WHEN street.id IS NULL THEN free.kind END, community.name,
    sum(free.metres)
FROM free
JOIN grid_area AS community ON community.id = free.community_id
LEFT JOIN grid_street AS street ON street.id = free.street_id
GROUP BY street.id, CASE WHEN street.id IS NULL THEN free.kind END, community.id
"""
_LINES = """
SELECT segment.line, coalesce(street.name, ''), free.metres
FROM free
JOIN grid_segment AS segment ON segment.id = free.id
LEFT JOIN grid_street AS street ON street.id = free.street_id
ORDER BY segment.id LIMIT %(most)s
"""
# The same of a day that is over, in communities that were divided anew since.
_UNHELD_THEN = _UNHELD.replace("grid_cellstretch", "grid_divisionstretch").replace(
    "%(cells)s", "%(past_cells)s"
)
_NOWHERE_THEN = (
    _NOWHERE.replace("grid_cellstretch", "grid_divisionstretch")
    .replace("%(communities)s", "%(gone)s")
    .replace(
        "WHERE segment_id = segment.id", "WHERE segment_id = segment.id AND cell_id = ANY(%(past)s)"
    )
)


@dataclass(frozen=True)
class Nobodys:
    """A street that is nobody's on a day, in metres: in cells without anybody, and in no cell.

    ``name`` is of the kind of street where it has none.
    """

    name: str
    community: str
    unheld: float
    nowhere: float

    @property
    def metres(self) -> float:
        return self.unheld + self.nowhere


@dataclass(frozen=True)
class Asked:
    """Ids: communities looked at, their cells that nobody works in, streets somebody holds.

    Where another division has taken a community since the day, it is among ``gone`` instead;
    ``past`` are its `DivisionCell` of then, ``past_cells`` those that nobody worked in.

    ``outside`` is whether what lies in no cell counts: not where a single cell is looked at, nor
    over more communities than MOST_COMMUNITIES, where adding up every street would take too long.
    """

    communities: Collection[int]
    cells: Collection[int]
    held: Collection[int]
    outside: bool = True
    gone: Collection[int] = ()
    past: Collection[int] = ()
    past_cells: Collection[int] = ()

    def parameters(self) -> dict[str, Any]:
        return {
            "communities": list(self.communities),
            "cells": list(self.cells),
            "held": list(self.held),
            "gone": list(self.gone),
            "past": list(self.past),
            "past_cells": list(self.past_cells),
        }


def nobodys_streets(asked: Asked) -> list[Nobodys]:
    """The longest first, all of them. Two queries at most, four for a day of another division."""
    kinds = dict(StreetKind.choices)
    found: dict[tuple[object, ...], list[float]] = {}
    for nth, statement in _statements(asked, _LIST):
        for street, name, kind, community, metres in _rows(statement, asked.parameters()):
            key = (street, name or str(kinds.get(kind, kind)), community)
            found.setdefault(key, [0.0, 0.0])[nth] += metres
    rows = [
        Nobodys(str(name), str(community), unheld, nowhere)
        for (_street, name, community), (unheld, nowhere) in found.items()
    ]
    return sorted(rows, key=lambda one: (-one.metres, one.name, one.community))


def nobodys_lines(asked: Asked) -> list[tuple[GEOSGeometry, str, float]]:
    """Line (EPSG:4326), name of the street and nobody's metres. Queries as above."""
    parameters = {**asked.parameters(), "most": MOST_LINES}
    return [
        (GEOSGeometry(line), name, metres)
        for _nth, statement in _statements(asked, _LINES)
        for line, name, metres in _rows(statement, parameters)
    ]


def _statements(asked: Asked, what: str) -> list[tuple[int, str]]:
    """Those that can find anything, with their place in the sum."""
    found = [
        (0, _UNHELD, bool(asked.cells)),
        (0, _UNHELD_THEN, bool(asked.past_cells)),
        (1, _NOWHERE, asked.outside and bool(asked.communities)),
        (1, _NOWHERE_THEN, asked.outside and bool(asked.gone)),
    ]
    return [(nth, free + what) for nth, free, can_be in found if can_be]


def _rows(statement: str, parameters: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
