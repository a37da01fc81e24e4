"""The list of visits and the search by address with 300,000 households, and what row-level security
costs.

Each is asked for by the worker of one cell and by the coordinator of its community, by the role of
the web server where there is one; the best of several times, in milliseconds: what else the machine
does stays out of it. The peer is the same with the policies of the tables switched off, by turns.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

from bench import scratch

#: Communities; each has ten cells of twenty buildings of five households.
SIZES = {"small": 1, "full": 300}
TIMES = {"small": 2, "full": 15}
NAMES: dict[str, Any] = {"cells": 10, "buildings": 20, "doors": 5}
WEB = "gridwalk_web"
COMMUNITY = "990100000000"
GUARDED = ("door", "household", "careplan", "visit", "accessrecord", "buildinghead", "tombstone")

TABLES = (
    *("grid_area", "grid_building", "grid_segment", "households_door"),
    *("households_household", "households_careplan", "households_visit"),
)

AREAS = """
INSERT INTO grid_area (code, level, name, geometry, households, fixed)
SELECT code, length(code), 'Area ' || code, ST_Multi(ST_MakeEnvelope(24, 60, 25, 61, 4326)), 0,
    false
FROM (
    SELECT '9901' AS code
    UNION SELECT '9901' || lpad(c::text, 8, '0') FROM generate_series(0, %(communities)s - 1) AS c
    UNION SELECT '9901' || lpad(c::text, 8, '0') || lpad(n::text, 3, '0')
    FROM generate_series(0, %(communities)s - 1) AS c, generate_series(1, %(cells)s) AS n
) AS codes
"""
#: A community is a town of 10 × 10 blocks of 100 m; a cell is a column of blocks, with two
#: buildings in each.
STREETS = """
INSERT INTO grid_segment (community_id, kind, duty, line, metres, from_node, to_node, nth, digest)
SELECT area.id, 'street', true, ST_SetSRID(ST_MakeLine(
        ST_Point(west + x * 0.0018, south + y * 0.0009),
        ST_Point(west + (x + dx) * 0.0018, south + (y + 1 - dx) * 0.0009)), 4326),
    100, c * 1000 + x * 20 + y, c * 1000 + (x + dx) * 20 + y + 1 - dx, 0, ''
FROM (
    SELECT c, 24 + c %% 20 * 0.02 AS west, 60 + c / 20 * 0.01 AS south
    FROM generate_series(0, %(communities)s - 1) AS c
) AS town
JOIN grid_area AS area ON area.code = '9901' || lpad(c::text, 8, '0'),
    generate_series(0, 10) AS x, generate_series(0, 10) AS y, generate_series(0, 1) AS dx
WHERE x + dx <= 10 AND y + 1 - dx <= 10
"""
BUILDINGS = """
INSERT INTO grid_building (community_id, cell_id, name, osm_id, digest, kind, street_name, number,
    households, footprint)
SELECT community.id, cell.id, '', 'way/' || c * 1000 + n * 20 + b, '', 'apartments',
    (ARRAY['幸福路', '建设路', '人民路', '解放路', '和平里', '红灯笼胡同', '东风巷',
        'Harbour Street', 'Market Lane', 'Garden Row'])[1 + (c + b) %% 10],
    (n * 20 + b)::text || CASE WHEN (c + b) %% 10 < 7 THEN '号' ELSE '' END, 5,
    ST_Multi(ST_MakeEnvelope(x, y, x + 0.0004, y + 0.0002, 4326))
FROM (
    SELECT c, n, b, 24 + c %% 20 * 0.02 + (n - 1) * 0.0018 + 0.0003 + b %% 2 * 0.0008 AS x,
        60 + c / 20 * 0.01 + b / 2 * 0.0009 + 0.0003 AS y
    FROM generate_series(0, %(communities)s - 1) AS c, generate_series(1, %(cells)s) AS n,
        generate_series(0, %(buildings)s - 1) AS b
) AS drawn
JOIN grid_area AS community ON community.code = '9901' || lpad(c::text, 8, '0')
JOIN grid_area AS cell ON cell.code = community.code || lpad(n::text, 3, '0')
"""
DOORS = """
INSERT INTO households_door (area_id, building_id, address, entrance, floor, label)
SELECT cell_id, id, street_name || ' ' || number, '1', n::text, (n * 100 + 1)::text
FROM grid_building, generate_series(1, %(doors)s) AS n
"""
HOMES = """
INSERT INTO households_household (id, area_id, door_id, people, contact, language, since, simulated)
SELECT md5('home' || id)::uuid, area_id, id, 1 + id %% 4, '', 'zh', %(today)s - 300, true
FROM households_door
"""
PLANS = """
INSERT INTO households_careplan (id, area_id, household_id, purpose, cadence, windows, checklist_id,
    starts_on, ends_on, consent_by, consent_name, consent_how, consent_on, consent_text_id,
    recorded_by_id)
SELECT md5('plan' || door_id)::uuid, area_id, id, 'alone_and_old', 'monthly', '[]',
    (SELECT min(id) FROM households_checklist), %(today)s - 200, %(today)s + 100, 'self', '',
    'door', %(today)s - 200, (SELECT min(id) FROM households_consenttext), %(member)s
FROM households_household
"""
#: One in fifteen is overdue, one in five is due within the week; two have been made.
VISITS = """
INSERT INTO households_visit (id, area_id, plan_id, household_id, planned_for, state, at, member_id,
    answers)
SELECT md5(n || 'visit' || home.door_id)::uuid, home.area_id, plan.id, home.id,
    %(today)s - n * 30 + (hashint8(home.door_id) & 65535) %% 30 - 2,
    CASE WHEN n = 0 THEN 'planned' ELSE 'done' END,
    CASE WHEN n > 0 THEN %(now)s - n * interval '30 days' END,
    CASE WHEN n > 0 THEN %(member)s END, '{}'
FROM households_household AS home JOIN households_careplan AS plan ON plan.household_id = home.id,
    generate_series(0, 2) AS n
"""


def run(size: str) -> list[dict[str, Any]]:
    """Milliseconds with the policies and without; nothing found ends the bench."""
    with scratch.database():
        now = _now()
        members = _make(SIZES[size], now)
        rows = []
        for who, member in members.items():
            for name, ask in _asked(member, now).items():
                with_rls, without = _in_turn(member, name, ask, TIMES[size])
                rows.append(
                    {
                        "case": f"{name}, {who}",
                        "metric": "milliseconds",
                        "value": with_rls,
                        "unit": "ms",
                        "peer": "without row-level security",
                        "peer_value": without,
                        "ratio": with_rls / without,
                    }
                )
        return rows


def _now() -> dt.datetime:
    from django.utils import timezone

    return timezone.now()


def _make(communities: int, now: dt.datetime) -> dict[str, Any]:
    from django.db import connection
    from django.utils import timezone
    from psycopg.sql import SQL, Identifier

    from accounts import acting
    from accounts.models import Member, Role
    from grid.models import Area, Responsibility

    today = timezone.localdate(now)
    members = {
        role: Member.objects.create(username=role, name=role, simulated=True)
        for role in ("worker", "coordinator")
    }
    names = NAMES | {
        "communities": communities, "now": now, "today": today, "member": members["worker"].pk
    }  # fmt: skip
    with acting.as_job("import"), connection.cursor() as cursor:
        # History of what was never there would only double the time.
        cursor.execute("ALTER TABLE households_household DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE households_careplan DISABLE TRIGGER USER")
        for statement in (AREAS, STREETS, BUILDINGS, DOORS, HOMES, PLANS, VISITS):
            cursor.execute(statement, names)
    for role, code in ((Role.WORKER, COMMUNITY + "005"), (Role.COORDINATOR, COMMUNITY)):
        Responsibility.objects.create(
            member=members[role.value],
            role=role,
            area=Area.objects.get(code=code),
            starts_on=today - dt.timedelta(days=100),
        )
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(SQL("VACUUM ANALYZE {}").format(Identifier(table)))
    return members


def _asked(member: Any, now: dt.datetime) -> dict[str, Callable[[], int]]:
    """What is measured, each giving how much was found."""
    from django.utils import timezone

    from households.access import areas_of
    from households.due import due_list, planned
    from households.listing import chosen
    from households.models import Household
    from households.register import search

    week = timezone.localdate(now) + dt.timedelta(days=6)
    areas = _of(member, lambda: areas_of(member, now))
    homes = Household.objects.filter(area__in=areas).defer("contact")
    first = _of(member, lambda: homes.order_by("pk").values_list("pk", flat=True)[0])
    return {
        "due list": lambda: len(due_list(member, now, until=week).visits),
        "search": lambda: len(search(member, "幸福路 1", now)),
        "search, a name": lambda: len(search(member, "market", now)),
        "list of households": lambda: len(
            chosen(areas, words="", state="due", member=member, now=now)[:50]
        ),
        "query of the due": _alone(planned(areas, now, until=week)),
        "query of homes": _alone(homes.select_related("door")),
        "query of one home": _alone(homes.filter(pk=first)),
    }


def _alone(query: Any) -> Callable[[], int]:
    """The query without what Django makes of its rows."""
    from django.db import connection

    statement, parameters = query.query.sql_with_params()

    def ask() -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return len(cursor.fetchall())

    return ask


def _of(member: Any, ask: Callable[[], Any]) -> Any:
    from accounts import acting

    with acting.as_member(member):
        return ask()


def _in_turn(member: Any, name: str, ask: Callable[[], int], times: int) -> tuple[float, float]:
    """The best with the policies and without, first one and then the other by turns."""
    took: dict[bool, list[float]] = {True: [], False: []}
    found = set()
    for nth in range(2 * times):
        guarded = nth % 2 == 0
        with _policies(guarded), _eyes(member):
            ask()
            began = time.perf_counter()
            found.add(ask())
            took[guarded].append((time.perf_counter() - began) * 1000)
    if len(found) != 1 or 0 in found:
        raise AssertionError(f"{name}: found {sorted(found)}, with the policies and without")
    return min(took[True]), min(took[False])


@contextmanager
def _policies(on: bool) -> Iterator[None]:
    """Row-level security of the household tables, on as it stands or off."""
    _switch("ENABLE" if on else "DISABLE")
    try:
        yield
    finally:
        _switch("ENABLE")


def _switch(word: LiteralString) -> None:
    from django.db import connection
    from psycopg.sql import SQL, Identifier

    with connection.cursor() as cursor:
        for table in GUARDED:
            statement = SQL("ALTER TABLE {} {} ROW LEVEL SECURITY")
            cursor.execute(statement.format(Identifier(f"households_{table}"), SQL(word)))


@contextmanager
def _eyes(member: Any) -> Iterator[None]:
    """As the member, and as the role of the web server where the cluster has one."""
    from django.db import connection
    from psycopg.sql import SQL, Identifier

    from accounts import acting

    with acting.as_member(member), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB])
        if cursor.fetchone():
            cursor.execute(SQL("SET LOCAL ROLE {}").format(Identifier(WEB)))
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")
