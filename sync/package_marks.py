"""Whether a cell's package is still good: known without making it.

A row is another one after every change: PostgreSQL notes in ``xmin`` which transaction wrote it and
in ``ctid`` where it lies. Both of all the rows that may lie in a package, hashed together, name its
content without reading a single line of a street; a transaction that commits late counts once it
does. A table that was packed anew or restored has other numbers, and tablets fetch once more.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import connection

from grid.cadence import DEFAULT_DAYS
from grid.models import Area

#: Raised when the form of a package changes, so that no tablet goes on with an old one.
FORM = 1
#: Streets and buildings so far outside (metres) belong to a cell's package: farther than the
#: matcher looks, and than a building that is passed when fixes stray over the border.
STREETS_AROUND, BUILDINGS_AROUND = 200.0, 60.0

#: Boxes stand for what lies around, a little wider than needed. Lamps go by what a package says
#: of them: each look at one rewrites its row.
MARKS = """
WITH cell AS (
    SELECT area.id, area.code, ST_Envelope(area.geometry) AS box,
        1 / 110500.0 AS north,
        1 / (110500.0 * greatest(0.01, least(
            cos(radians(ST_YMin(area.geometry))), cos(radians(ST_YMax(area.geometry)))
        ))) AS east
    FROM grid_area AS area WHERE area.id = ANY(%(cells)s)
)
SELECT cell.code, streets.*, borders.*, stretches.*, buildings.*, lamps.*, points.*, cadences.*
FROM cell,
LATERAL (
    WITH near AS MATERIALIZED (
        SELECT segment.id, segment.street_id, segment.duty,
            hashtidextended(segment.ctid, segment.xmin::text::bigint) AS mark
        FROM grid_segment AS segment
        WHERE segment.removed_on IS NULL AND segment.line && ST_Expand(
            cell.box, %(streets)s * cell.east, %(streets)s * cell.north)
    )
    SELECT
        (SELECT (count(*), bit_xor(mark))::text FROM near),
        (
            SELECT bit_xor(hashtidextended(street.ctid, street.xmin::text::bigint))
            FROM grid_street AS street WHERE street.id IN (SELECT street_id FROM near)
        ),
        (
            SELECT bit_xor(hashtidextended(link.ctid, link.xmin::text::bigint))
            FROM grid_accompaniment AS link
            WHERE link.sidewalk_id IN (SELECT id FROM near WHERE NOT duty)
        )
) AS streets,
LATERAL (
    SELECT count(*), sum(hashtidextended(area.ctid, area.xmin::text::bigint)::numeric)
    FROM grid_area AS area
    WHERE area.level = 15 AND area.retired_on IS NULL AND area.geometry && ST_Expand(
        cell.box, %(buildings)s * cell.east, %(buildings)s * cell.north)
) AS borders,
LATERAL (
    SELECT count(*), sum(hashtidextended(own.ctid, own.xmin::text::bigint)::numeric)
    FROM grid_cellstretch AS own WHERE own.cell_id = cell.id
) AS stretches,
LATERAL (
    SELECT count(*), sum(hashtidextended(building.ctid, building.xmin::text::bigint)::numeric)
    FROM grid_building AS building
    WHERE building.footprint && ST_Expand(
        cell.box, %(buildings)s * cell.east, %(buildings)s * cell.north)
) AS buildings,
LATERAL (
    SELECT count(*),
        sum(hashtextextended(concat_ws('|', lamp.id, lamp.number, lamp.location), 0)::numeric)
    FROM streetlights_lamp AS lamp WHERE lamp.cell_id = cell.id
) AS lamps,
LATERAL (
    SELECT count(*), sum(hashtidextended(point.ctid, point.xmin::text::bigint)::numeric)
    FROM grid_servicepoint AS point WHERE point.cell_id = cell.id
) AS points,
(
    SELECT count(*), sum(hashtidextended(cadence.ctid, cadence.xmin::text::bigint)::numeric)
    FROM grid_cadence AS cadence
) AS cadences
"""


def versions(cells: Iterable[Area]) -> dict[str, str]:
    """The version of the package of each cell, by code. One query."""
    named: dict[str, Any] = {
        "cells": [cell.pk for cell in cells],
        "streets": STREETS_AROUND,
        "buildings": BUILDINGS_AROUND,
    }
    with connection.cursor() as cursor:
        cursor.execute(MARKS, named)
        rows = cursor.fetchall()
    also = (FORM, STREETS_AROUND, BUILDINGS_AROUND, sorted(DEFAULT_DAYS.items()))
    return {row[0]: hashlib.sha256(repr((row, also)).encode()).hexdigest()[:24] for row in rows}
