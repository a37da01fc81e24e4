"""Counts of cases in any days, by area and category; whole months are kept in ``cases.rates``.

The definitions are those of ``cases.rates``. Open and overdue are counted as things stood at the
period's last moment, from the events; the due time is the one that is known today.
"""

import datetime as dt
from typing import Any, NamedTuple

from django.db import connection

from cases.models.cases import ENDED, NOT_DUE, State

COUNT = """
WITH found AS (
    SELECT area_code, category_id, reported_at, due_at, done_at, closed_at, state,
        CASE WHEN NOT EXISTS (
            SELECT FROM cases_event AS event WHERE event.case_id = one.id AND event.at >= %(until)s
        ) THEN state ELSE (
            SELECT event.state FROM cases_event AS event
            WHERE event.case_id = one.id AND event.at < %(until)s
            ORDER BY event.number DESC LIMIT 1
        ) END AS then
    FROM cases_case AS one
    WHERE area_code LIKE %(area)s AND reported_at < %(until)s AND (
        reported_at >= %(since)s OR closed_at >= %(since)s OR due_at >= %(since)s
        OR state <> ALL(%(ended)s)
        OR EXISTS (
            SELECT FROM cases_event AS event WHERE event.case_id = one.id AND event.at >= %(until)s
        )
    )
)
SELECT area_code, leaf.code, leaf.name, leaf.name_zh,
    count(*) FILTER (WHERE reported_at >= %(since)s),
    count(*) FILTER (WHERE closed_at >= %(since)s AND closed_at < %(until)s),
    count(*) FILTER (WHERE due_at >= %(since)s AND due_at < %(until)s
        AND state <> ALL(%(dropped)s)),
    count(*) FILTER (WHERE due_at >= %(since)s AND due_at < %(until)s
        AND state = 'closed' AND done_at <= due_at),
    count(*) FILTER (WHERE "then" <> ALL(%(ended)s)),
    count(*) FILTER (WHERE "then" <> ALL(%(not_due)s) AND due_at < %(until)s)
FROM found JOIN cases_category AS leaf ON leaf.id = found.category_id
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2
"""
BY_DAY = """
SELECT (moment AT TIME ZONE %(zone)s)::date, sum(reported), sum(closed)
FROM (
    SELECT reported_at AS moment, 1 AS reported, 0 AS closed FROM cases_case
    WHERE area_code LIKE %(area)s AND reported_at >= %(since)s AND reported_at < %(until)s
    UNION ALL
    SELECT closed_at, 0, 1 FROM cases_case
    WHERE area_code LIKE %(area)s AND closed_at >= %(since)s AND closed_at < %(until)s
) AS moments
GROUP BY 1
"""


class Counts(NamedTuple):
    """Cases of one category in one area; the first six of a row of ``counts``."""

    taken_in: int = 0
    closed: int = 0
    due: int = 0
    on_time: int = 0
    open: int = 0
    overdue: int = 0

    def plus(self, other: "Counts") -> "Counts":
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))

    def less(self, other: "Counts") -> "Counts":
        return Counts(*(a - b for a, b in zip(self, other, strict=True)))


class Row(NamedTuple):
    """Where, of which category (code and its names), and how many."""

    area: str
    category: str
    name: str
    name_zh: str
    counts: Counts


def counts(code: str, *, since: dt.datetime, until: dt.datetime) -> list[Row]:
    """The cases at or below an area in [since, until), by the area they lie in. One query."""
    names: dict[str, Any] = {
        "area": code + "%",
        "since": since,
        "until": until,
        "ended": list(ENDED),
        "not_due": list(NOT_DUE),
        "dropped": [State.DECLINED, State.MERGED],
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, names)
        return [
            Row(area, category, name, name_zh, Counts(*numbers))
            for area, category, name, name_zh, *numbers in cursor.fetchall()
        ]


def by_day(
    code: str, *, since: dt.datetime, until: dt.datetime, zone: str
) -> dict[dt.date, tuple[int, int]]:
    """Cases taken in and closed on each local day of [since, until) that has any. One query."""
    with connection.cursor() as cursor:
        cursor.execute(BY_DAY, {"area": code + "%", "since": since, "until": until, "zone": zone})
        return {day: (int(taken), int(closed)) for day, taken, closed in cursor.fetchall()}
