"""Nobody's streets: metres of duty in no cell, or in cells that nobody works in."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection

from grid.models import StreetKind

#: Rows of the list; they are the longest, and the sum is of all.
MOST_STREETS = 100
#: Lines on the map.
MOST_LINES = 4000

# What a cell's stretches leave of a segment lies in no cell. A segment's last decimetre may be
# short, so lengths are cut at its metres.
_STREETS = """
WITH lying AS (
    SELECT segment.id, segment.street_id, segment.kind, segment.metres,
        coalesce(sum(least(stretch.end_dm / 10.0, segment.metres) - stretch.start_dm / 10.0), 0)
            AS in_cells,
        coalesce(sum(least(stretch.end_dm / 10.0, segment.metres) - stretch.start_dm / 10.0)
            FILTER (WHERE stretch.cell_id = ANY(%(cells)s)), 0) AS in_unheld
    FROM grid_segment AS segment
    LEFT JOIN grid_cellstretch AS stretch ON stretch.segment_id = segment.id
    WHERE segment.community_id = ANY(%(communities)s)
        AND segment.duty AND segment.removed_on IS NULL
        AND (segment.street_id IS NULL OR segment.street_id <> ALL(%(held)s))
    GROUP BY segment.id
), free AS (
    SELECT id, street_id, kind, in_unheld AS unheld,
        CASE WHEN %(outside)s THEN metres - in_cells ELSE 0 END AS nowhere
    FROM lying
    WHERE in_unheld > 0 OR (%(outside)s AND metres - in_cells > 0.1)
)
"""
_LIST = (
    _STREETS
    + """
SELECT street.name, CASE WHEN street.id IS NULL THEN free.kind END, community.name,
    sum(free.unheld)::float, sum(free.nowhere)::float
FROM free
JOIN grid_segment AS segment ON segment.id = free.id
JOIN grid_area AS community ON community.id = segment.community_id
LEFT JOIN grid_street AS street ON street.id = free.street_id
GROUP BY street.id, street.name, CASE WHEN street.id IS NULL THEN free.kind END,
    community.id, community.name
ORDER BY sum(free.unheld + free.nowhere) DESC, street.name, community.name
"""
)
_LINES = (
    _STREETS
    + """
SELECT segment.line, coalesce(street.name, ''), (free.unheld + free.nowhere)::float
FROM free
JOIN grid_segment AS segment ON segment.id = free.id
LEFT JOIN grid_street AS street ON street.id = free.street_id
ORDER BY segment.id LIMIT %(most)s
"""
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

    ``outside`` is whether what lies in no cell counts: not where a single cell is looked at.
    """

    communities: Collection[int]
    cells: Collection[int]
    held: Collection[int]
    outside: bool = True

    def parameters(self) -> dict[str, Any]:
        return {
            "communities": list(self.communities),
            "cells": list(self.cells),
            "held": list(self.held),
            "outside": self.outside,
        }


def nobodys_streets(asked: Asked) -> list[Nobodys]:
    """The longest first, all of them. One query."""
    if not asked.communities or not (asked.cells or asked.outside):
        return []
    kinds = dict(StreetKind.choices)
    with connection.cursor() as cursor:
        cursor.execute(_LIST, asked.parameters())
        return [
            Nobodys(name or str(kinds.get(kind, kind)), community, unheld, nowhere)
            for name, kind, community, unheld, nowhere in cursor.fetchall()
        ]


def nobodys_lines(asked: Asked) -> list[tuple[GEOSGeometry, str, float]]:
    """Line (EPSG:4326), name of the street and nobody's metres, by segment. One query."""
    if not asked.communities or not (asked.cells or asked.outside):
        return []
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {**asked.parameters(), "most": MOST_LINES})
        return [(GEOSGeometry(line), name, metres) for line, name, metres in cursor.fetchall()]
