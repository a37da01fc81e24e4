"""Pages of cases with a million cases in the database: the list, the map layer, and the rates.

Each is asked for as a member with a browser would, through the whole of Django, by the leader of
the city and by the worker of one cell; the median of several times, in milliseconds of one core.
The peer is an empty page for the same member: what signing in and answering cost alone.
"""

import statistics
import time
from typing import Any

from bench import scratch

SIZES = {"small": 2_000, "full": 1_000_000}
TIMES = 9
COMMUNITIES, CELLS = 300, 10
#: Three years of reports; a case in thirty is open, and a third of these late.
MAKE = """
INSERT INTO cases_case (key, follow_key, category_id, state, version, source, simulated, location,
    area_code, placed, whereabouts, description, claimable, confirmations, reported_at, due_at,
    done_at, closed_at, responsible_id)
SELECT gen_random_uuid(), gen_random_uuid(), leaf.id, CASE WHEN open THEN
        (ARRAY['reported', 'accepted', 'dispatched', 'in_progress'])[1 + n %% 4] ELSE 'closed' END,
    3, 'member', true, ST_SetSRID(ST_Point(24 + cell %% 100 * 0.01 + random() * 0.01,
        60 + cell / 100 * 0.01 + random() * 0.01), 4326),
    '9901' || lpad((cell / %(cells)s)::text, 8, '0') || lpad((cell %% %(cells)s)::text, 3, '0'),
    true, 'No. ' || n %% 100, 'A slab is loose beside the door, and somebody may fall.', false, 0,
    at, at + interval '3 days',
    CASE WHEN open THEN NULL ELSE at + random() * interval '5 days' END,
    CASE WHEN open THEN NULL ELSE at + interval '6 days' END, NULL
FROM (
    SELECT n, (random() * (%(communities)s * %(cells)s - 1))::int AS cell, n %% 30 = 0 AS open,
        CASE WHEN n %% 30 = 0 THEN %(now)s - random() * interval '5 days'
            ELSE %(now)s - interval '6 days' - random() * interval '1095 days' END AS at
    FROM generate_series(1, %(count)s) AS n
) AS drawn
JOIN (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS number, count(*) OVER () AS all_leaves
    FROM cases_category WHERE parent_id IS NOT NULL
) AS leaf ON leaf.number = n %% leaf.all_leaves
"""
EVENTS = """
INSERT INTO cases_event (key, case_id, number, step, state, at, note, public, details)
SELECT gen_random_uuid(), found.id, step.number, step.name, step.state,
    least(found.reported_at + step.number * interval '6 hours', %(now)s), '', false, '{}'
FROM cases_case AS found, (VALUES (1, 'report', 'reported'), (2, 'accept', 'accepted'),
    (3, 'finish', 'done')) AS step (number, name, state)
WHERE step.number = 1 OR found.state <> 'reported' AND (step.number = 2 OR found.state = 'closed')
"""
AREAS = """
INSERT INTO grid_area (code, level, name, geometry, households, fixed)
SELECT code, length(code), code,
    ST_Multi(ST_MakeEnvelope(24, 60, 25, 60.31, 4326)), 0, false
FROM (
    SELECT '9901' AS code
    UNION SELECT '9901' || lpad(n::text, 8, '0') FROM generate_series(0, %(communities)s - 1) AS n
    UNION SELECT '9901' || lpad(n::text, 8, '0') || lpad(m::text, 3, '0')
    FROM generate_series(0, %(communities)s - 1) AS n, generate_series(0, %(cells)s - 1) AS m
) AS codes
"""
PAGES = {
    "list": "/cases/",
    "list overdue": "/cases/?due=overdue&sort=due",
    "list of a category": "/cases/?state=open&category=lamp",
    "triage": "/cases/triage/",
    "map layer": "/api/v1/cases/map/?state=open&bbox=24.4,60.1,24.44,60.14",
    # A sixth of the town: some 5,000 open cases of a million.
    "map layer, wide": "/api/v1/cases/map/?state=open&bbox=24,60,24.46,60.095",
    "rates": "/cases/rates/",
}


def run(size: str) -> list[dict[str, Any]]:
    """Milliseconds and queries for each page and member; a page that fails ends the bench."""
    with scratch.database():
        from django.conf import settings

        settings.ALLOWED_HOSTS = ["testserver"]
        leader, worker, refreshed = _make(SIZES[size])
        rows = [_row("figures made", "seconds", refreshed, "s", None)]
        for who, member in (("leader", leader), ("worker", worker)):
            empty, _queries = _ask(member, "/api/v1/categories/")
            for name, address in PAGES.items():
                took, queries = _ask(member, address)
                rows.append(_row(f"{name}, {who}", "milliseconds", took, "ms", empty))
                rows.append(_row(f"{name}, {who}", "queries", queries, "queries", None))
    return rows


def _make(count: int) -> tuple[Any, Any, float]:
    import datetime as dt

    from django.db import connection
    from django.utils import timezone

    from accounts.models import Member, Role
    from cases.rates import refresh
    from grid.models import Area, Responsibility

    now = timezone.now()
    names: dict[str, Any] = {"count": count, "communities": COMMUNITIES, "cells": CELLS, "now": now}
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        for statement in (AREAS, MAKE, EVENTS):
            cursor.execute(statement, names)
        cursor.execute("VACUUM ANALYZE")
    members = []
    for name, role, code in (
        ("leader", Role.LEADER, "9901"),
        ("worker", Role.WORKER, "990100000007001"),
    ):
        member = Member.objects.create(username=name, name=name, simulated=True)
        Responsibility.objects.create(
            member=member,
            role=role,
            area=Area.objects.get(code=code),
            starts_on=dt.date(2020, 1, 1),
        )
        members.append(member)
    began = time.perf_counter()
    refresh(now)
    refreshed = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE cases_monthfigures")
    return members[0], members[1], refreshed


def _ask(member: Any, address: str) -> tuple[float, int]:
    """The median milliseconds of an address for a member, and its queries."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(member)
    took = []
    for _time in range(TIMES):
        began = time.perf_counter()
        response = client.get(address)
        took.append((time.perf_counter() - began) * 1000)
        if response.status_code != 200:
            raise AssertionError(f"{address} answered {response.status_code}")
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    asked = [
        query
        for query in queries.captured_queries
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT"))
    ]
    return statistics.median(took), len(asked)


def _row(case: str, metric: str, value: float, unit: str, peer: float | None) -> dict[str, Any]:
    return {
        "case": case,
        "metric": metric,
        "value": float(value),
        "unit": unit,
        "peer": None if peer is None else "an empty page",
        "peer_value": peer,
        "ratio": None if peer is None else value / peer,
    }
