"""Marks of answers that the browser may keep: a change is known before they are computed."""

import datetime as dt
import hashlib

from django.db import connection
from django.db.models import Count, Max, Sum

from grid.models import Area
from patrols.models import WalkedStretch
from patrols.packed import among
from patrols.walks import Streets
from streetlights.lighting import MARGIN

#: Raised when the form of a kept answer changes, so that no browser goes on with the old one.
FORM = 1


def mark(streets: Streets, *asked: object, since: dt.datetime, until: dt.datetime) -> str:
    """Differs when the streets, their cadences, the walks in [since, until) or ``asked`` do.

    Walks are never changed, only added and taken away, so that their number and the sum of
    their keys tell; that takes a fifth of the time of loading them. Two queries.
    """
    walks = WalkedStretch.objects.filter(
        among("segment_id", streets.ids), walked_at__gte=since, walked_at__lt=until
    ).aggregate(number=Count("pk"), keys=Sum("pk"), newest=Max("pk"))
    found = hashlib.sha256(repr((FORM, asked, sorted(walks.items()))).encode())
    parts = streets.parts
    for column in (
        *(streets.ids, streets.kinds, streets.centimetres, streets.cadence()),
        *(parts.segment, parts.start, parts.end, streets.cell),
    ):
        found.update(column.tobytes())
    return found.hexdigest()[:24]


#: Lines and names of segments, lamps that may light them, and where the sun is looked for.
LIGHT = """
WITH ground AS (
    SELECT count(*) AS number, ST_SetSRID(ST_Extent(segment.line)::geometry, 4326) AS box,
        sum(hashtextextended(concat_ws(
            '|', segment.id, segment.line, segment.kind, street.name, street.name_zh
        ), 0)::numeric) AS sum
    FROM grid_segment AS segment LEFT JOIN grid_street AS street ON street.id = segment.street_id
    WHERE segment.id = ANY(%(ids)s)
), lamps AS (
    SELECT count(*) AS number,
        sum(hashtextextended(concat_ws('|', lamp.id, location, reach, working), 0)::numeric) AS sum
    FROM streetlights_lamp AS lamp, ground WHERE location && ST_Expand(box, %(margin)s)
)
SELECT ground.number, ground.sum, lamps.number, lamps.sum, hashtextextended(area.geometry::text, 0)
FROM ground, lamps, grid_area AS area WHERE area.id = %(area)s
"""


def mark_of_light(area: Area, streets: Streets) -> str:
    """Differs when the streets' lines and names do, the lamps around, or the border. One query."""
    with connection.cursor() as cursor:
        names = {"area": area.pk, "ids": streets.ids.tolist(), "margin": MARGIN}
        cursor.execute(LIGHT, names)
        return repr(cursor.fetchone())
