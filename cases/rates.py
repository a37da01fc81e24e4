"""Rates by area, category and month, from the log of events.

Reading sums nothing: the figures of a month are kept for every area and category, and made anew
when an event of the case touches the month. What each means:

- *accepted* = accepted ÷ reported, of what was reported in the month
- *on time* = done by its due time and closed ÷ due, of what was due in the month and was neither
  declined nor merged
- *reworked* = sent back ÷ finished, of what happened in the month
- *on hold* = put on hold ÷ reported, of what happened in the month
- *median hours* = from report to done, by the clock, of what was closed in the month
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.scope import Scope
from cases.models import FiguresMade, MonthFigures

#: One run of the job at a time.
LOCK = 7_311_005
#: The newest event that can be seen, and which transactions have ended.
SEEN = "SELECT coalesce(max(id), 0), pg_current_snapshot()::text FROM cases_event"
TOUCHED = """
SELECT DISTINCT date_trunc('month', moment AT TIME ZONE %(zone)s)::date
FROM cases_event AS event JOIN cases_case AS found ON found.id = event.case_id,
    LATERAL (
        SELECT unnest(ARRAY[found.reported_at, found.due_at, found.closed_at])
        -- What it counted for before: a due time that was moved, a closing that was undone.
        UNION ALL SELECT told.at FROM cases_event AS told WHERE told.case_id = found.id
        UNION ALL SELECT (told.details->>'due_at')::timestamptz
        FROM cases_event AS told WHERE told.case_id = found.id AND told.details ? 'due_at'
    ) AS moments (moment)
WHERE moment IS NOT NULL AND (
    event.id > %(after)s
    -- Committed since, by a transaction that had not ended then. Numbers to come are from another
    -- cluster, which this database was restored from.
    OR event.transaction >= pg_snapshot_xmin(%(ended)s::pg_snapshot)::text::bigint
        AND NOT pg_visible_in_snapshot(event.transaction::text::xid8, %(ended)s::pg_snapshot)
        AND event.transaction < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
)
ORDER BY 1
"""
MAKE = """
WITH bounds AS (
    SELECT %(month)s::date::timestamp AT TIME ZONE %(zone)s AS first,
        (%(month)s::date + interval '1 month') AT TIME ZONE %(zone)s AS next
), counted AS (
    SELECT id, 1 AS reported,
        (EXISTS (SELECT FROM cases_event AS event
            WHERE event.case_id = found.id AND event.step = 'accept'))::int AS accepted,
        (state = 'declined')::int AS declined,
        0 AS due, 0 AS on_time, 0 AS closed, NULL::float AS hours,
        0 AS finished, 0 AS reworked, 0 AS held
    FROM cases_case AS found, bounds WHERE reported_at >= first AND reported_at < next
    UNION ALL
    SELECT id, 0, 0, 0, 1, (state = 'closed' AND done_at <= due_at)::int, 0, NULL, 0, 0, 0
    FROM cases_case, bounds
    WHERE due_at >= first AND due_at < next AND state NOT IN ('declined', 'merged')
    UNION ALL
    SELECT id, 0, 0, 0, 0, 0, 1, extract(epoch FROM done_at - reported_at) / 3600, 0, 0, 0
    FROM cases_case, bounds WHERE closed_at >= first AND closed_at < next
    UNION ALL
    SELECT case_id, 0, 0, 0, 0, 0, 0, NULL,
        (step = 'finish')::int, (step = 'rework')::int, (step = 'hold')::int
    FROM cases_event, bounds
    WHERE step IN ('finish', 'rework', 'hold') AND at >= first AND at < next
)
INSERT INTO cases_monthfigures (
    month, area_code, category_code, reported, accepted, declined, due, on_time, closed,
    median_hours, finished, reworked, held)
SELECT %(month)s, left(found.area_code, digits), kind, sum(counted.reported),
    sum(counted.accepted), sum(counted.declined), sum(counted.due), sum(counted.on_time),
    sum(counted.closed), percentile_cont(0.5) WITHIN GROUP (ORDER BY counted.hours),
    sum(counted.finished), sum(counted.reworked), sum(counted.held)
FROM counted
JOIN cases_case AS found ON found.id = counted.id
JOIN cases_category AS leaf ON leaf.id = found.category_id
LEFT JOIN cases_category AS upper ON upper.id = leaf.parent_id,
    unnest(ARRAY[4, 6, 9, 12, 15]) AS digits,
    unnest(ARRAY['', leaf.code, upper.code]) AS kind
WHERE digits <= length(found.area_code) AND kind IS NOT NULL
GROUP BY 2, 3
"""


@transaction.atomic
def refresh(now: dt.datetime) -> list[dt.date]:
    """Make the figures of all months that events since the last run touched; which they were.

    An event that is committed late, with an id lower than others had at the last run, is found by
    its transaction. Running twice changes nothing. Another run at the same time is waited for.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        made, _new = FiguresMade.objects.get_or_create(pk=1)
        # Before all that is read below, so that nothing falls between this run and the next.
        cursor.execute(SEEN)
        until, ended = cursor.fetchone()
        names: dict[str, Any] = {
            "zone": settings.TIME_ZONE,
            "after": made.event,
            "ended": made.ended,
        }
        cursor.execute(TOUCHED, names)
        months = [row[0] for row in cursor.fetchall()]
        for month in months:
            MonthFigures.objects.filter(month=month).delete()
            cursor.execute(MAKE, {"zone": settings.TIME_ZONE, "month": month})
    made.event, made.ended, made.made_at = until, ended, now
    made.save()
    return months


@dataclass(frozen=True)
class Rates:
    """The shares of one row of figures; None where nothing is there to divide by."""

    figures: MonthFigures

    @staticmethod
    def _share(part: int, whole: int) -> float | None:
        return part / whole if whole else None

    @property
    def accepted(self) -> float | None:
        return self._share(self.figures.accepted, self.figures.reported)

    @property
    def on_time(self) -> float | None:
        return self._share(self.figures.on_time, self.figures.due)

    @property
    def reworked(self) -> float | None:
        return self._share(self.figures.reworked, self.figures.finished)

    @property
    def on_hold(self) -> float | None:
        return self._share(self.figures.held, self.figures.reported)


def figures(
    scope: Scope, *, area: str = "", category: str = "", since: dt.date, until: dt.date
) -> QuerySet[MonthFigures]:
    """The months of one area and category that the scope covers, the latest first.

    ``area`` empty are the highest areas of the scope, one row each for a month.
    """
    rows = MonthFigures.objects.filter(
        category_code=category, month__gte=since.replace(day=1), month__lte=until
    ).filter(scope.filter("area_code"))
    if area:
        rows = rows.filter(area_code=area)
    elif scope.everywhere:
        rows = rows.filter(area_code__length=4)
    else:
        rows = rows.filter(area_code__in=scope.prefixes)
    return rows.order_by("-month", "area_code")


def made_at() -> dt.datetime | None:
    """When the figures were last made; None for never."""
    return FiguresMade.objects.values_list("made_at", flat=True).first()
