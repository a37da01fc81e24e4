"""A synthetic city of any size for benches: made by SQL, the same each time.

Communities lie in rows; each is a grid of streets and alleys with sixteen buildings a block, a lamp
at each corner, cells with a worker each, a month of walks and a quarter of cases.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

#: The south-west corner (EPSG:4326) and a block's side in EPSG:3857: 100 m on the ground there.
CORNER, SIDE = (114.3, 30.5), 116.0
#: The local day that is today in the city.
TODAY = dt.date(2026, 6, 30)
CITY = "9901"


@dataclass(frozen=True)
class City:
    """``across``² communities of ``blocks``² blocks and ``cells`` = columns × rows of cells."""

    across: int
    blocks: int
    cells: tuple[int, int]
    walks: int = 30
    stretches: int = 100
    cases: int = 200

    @property
    def communities(self) -> int:
        return self.across**2


#: 100 communities, 130,000 segments, 1 M buildings, 67,600 lamps, 3,000 cells, 300,000 stretches.
SIZES = {"small": City(2, 6, (2, 2), walks=4, cases=40), "full": City(10, 25, (5, 6))}

_GROUND = """
CREATE TEMPORARY TABLE ground AS
SELECT n, '990101' || lpad((n / 10 + 1)::text, 3, '0') || lpad((n %% 10 + 1)::text, 3, '0') AS code,
    x + (n %% %(across)s) * (%(blocks)s + 1) * %(side)s AS x,
    y + (n / %(across)s) * (%(blocks)s + 1) * %(side)s AS y
FROM generate_series(0, %(across)s * %(across)s - 1) AS n,
    LATERAL (SELECT ST_X(p) AS x, ST_Y(p) AS y FROM ST_Transform(
        ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), 3857) AS p) AS corner
"""
_COMMUNITIES = """
INSERT INTO grid_area (code, level, name, geometry, households, fixed)
SELECT code, 12, '社区 ' || n, ST_Multi(ST_Transform(ST_MakeEnvelope(x, y,
    x + %(side)s * (%(blocks)s + 1), y + %(side)s * (%(blocks)s + 1), 3857), 4326)), 5000, false
FROM ground
"""
_ABOVE = """
INSERT INTO grid_area (code, level, name, geometry, households, fixed)
SELECT left(code, digits), digits, 'Area ' || left(code, digits),
    ST_Multi(ST_Union(geometry)), sum(households), false
FROM grid_area, unnest(ARRAY[4, 6, 9]) AS digits
GROUP BY left(code, digits), digits
"""
_CELLS = """
INSERT INTO grid_area (code, level, name, geometry, households, fixed)
SELECT code || lpad((row * %(columns)s + col + 1)::text, 3, '0'), 15, 'Cell ' || col || '/' || row,
    ST_Multi(ST_Transform(ST_MakeEnvelope(
        x + side * col / %(columns)s, y + side * row / %(rows)s,
        x + side * (col + 1) / %(columns)s, y + side * (row + 1) / %(rows)s, 3857), 4326)),
    5000 / (%(columns)s * %(rows)s), false
FROM ground, generate_series(0, %(columns)s - 1) AS col, generate_series(0, %(rows)s - 1) AS row,
    LATERAL (SELECT %(side)s * (%(blocks)s + 1) AS side) AS whole
"""
_STREETS = """
INSERT INTO grid_street (community_id, name, name_zh, name_en)
SELECT area.id, way || ' ' || g.n || '-' || number, '人民' || number || '路', ''
FROM ground AS g JOIN grid_area AS area USING (code),
    unnest(ARRAY['Row', 'Alley']) AS way, generate_series(0, %(blocks)s) AS number
"""
_SEGMENTS = """
WITH node AS (
    SELECT g.n, code, i, j, ST_Transform(ST_SetSRID(ST_MakePoint(
        x + %(side)s * (i + 0.5) + 14 * sin(i * 12.9 + j * 78.2),
        y + %(side)s * (j + 0.5) + 14 * cos(i * 39.3 + j * 11.1)), 3857), 4326) AS p
    FROM ground AS g, generate_series(0, %(blocks)s) AS i, generate_series(0, %(blocks)s) AS j
), drawn AS (
    SELECT a.n, a.code, b.i > a.i AS along, a.i, a.j, ST_MakeLine(a.p, b.p) AS line,
        a.i * 1000 + a.j AS from_node, b.i * 1000 + b.j AS to_node
    FROM node AS a JOIN node AS b ON a.n = b.n AND (b.i, b.j) IN ((a.i + 1, a.j), (a.i, a.j + 1))
)
INSERT INTO grid_segment (community_id, street_id, kind, duty, line, metres, osm_way, from_node,
    to_node, nth, digest)
SELECT area.id, street.id, CASE WHEN along THEN 'street' ELSE 'alley' END, true, line,
    round(ST_Length(line::geography)::numeric, 2), n * 1000000 + from_node, from_node, to_node, 0,
    ''
FROM drawn JOIN grid_area AS area USING (code)
JOIN grid_street AS street ON street.community_id = area.id AND street.name
    = CASE WHEN along THEN 'Row ' || n || '-' || j ELSE 'Alley ' || n || '-' || i END
"""
_STRETCHES = """
INSERT INTO grid_cellstretch (segment_id, cell_id, start_dm, end_dm)
SELECT DISTINCT ON (segment.id) segment.id, cell.id, 0, ceil(segment.metres * 10)
FROM grid_segment AS segment JOIN grid_area AS cell ON cell.level = 15
    AND ST_Intersects(cell.geometry, ST_LineInterpolatePoint(segment.line, 0.5))
ORDER BY segment.id, cell.code
"""
_BUILDINGS = """
INSERT INTO grid_building (community_id, cell_id, name, osm_id, digest, kind, street_name, number,
    households, footprint)
SELECT area.id, cell.id, '', 'way/' || (g.n * 1000000 + i * 1000 + j), '', 'apartments',
    '人民' || j / 4 || '路', i::text, 1, ST_Multi(ST_Transform(ST_MakeEnvelope(
        x + %(side)s / 4 * i + 65, y + %(side)s / 4 * j + 65,
        x + %(side)s / 4 * i + 82, y + %(side)s / 4 * j + 82, 3857), 4326))
FROM ground AS g JOIN grid_area AS area USING (code),
    generate_series(0, 4 * %(blocks)s - 1) AS i, generate_series(0, 4 * %(blocks)s - 1) AS j
JOIN LATERAL (SELECT g.code || lpad((
        j * %(rows)s / (4 * %(blocks)s) * %(columns)s + i * %(columns)s / (4 * %(blocks)s) + 1
    )::text, 3, '0') AS code) AS its ON true
JOIN grid_area AS cell ON cell.code = its.code
"""
_LAMPS = """
INSERT INTO streetlights_lamp (community_id, cell_id, name, osm_id, digest, number, kind, working,
    reach, location)
SELECT segment.community_id, stretch.cell_id, '', '', '',
    'L' || lpad(segment.id::text, 6, '0'), '', segment.id %% 40 <> 0, 25,
    ST_StartPoint(segment.line)
FROM grid_segment AS segment JOIN grid_cellstretch AS stretch ON stretch.segment_id = segment.id
WHERE segment.kind = 'street'
"""
_HELD = """
INSERT INTO grid_responsibility (member_id, role, area_id, starts_on)
SELECT member.id, 'worker', cell.id, date '2020-01-01'
FROM grid_area AS cell JOIN accounts_member AS member ON member.username = 'worker-' || cell.code
WHERE cell.level = 15
"""
_PATROLS = """
INSERT INTO patrols_patrol (id, member_id, mode, started_at, ended_at, received_at, source,
    simulated, state, reason, fixes, dropped_accuracy, dropped_speed, dropped_time,
    dropped_position, matched_metres, covered_metres, certain_metres, doubtful_metres,
    off_street_metres, clock_off_seconds)
SELECT gen_random_uuid(), member.id, 'foot', at, at + interval '1 hour', at, '', true, 'matched',
    '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
FROM (
    SELECT code, %(now)s - (nth + random()) * interval '1 day' * 30 / %(walks)s AS at
    FROM ground, generate_series(0, %(walks)s - 1) AS nth
) AS walk JOIN accounts_member AS member ON member.username = 'worker-' || code || '001'
"""
_WALKED = """
INSERT INTO patrols_walkedstretch (patrol_id, segment_id, start_dm, end_dm, walked_at, confidence)
SELECT patrol.id, segment.id, 0, 900, patrol.started_at, 1
FROM patrols_patrol AS patrol
JOIN accounts_member AS member ON member.id = patrol.member_id
JOIN LATERAL (
    SELECT min(segment.id) AS first, count(*) AS number FROM grid_segment AS segment
    JOIN grid_area AS area ON area.id = segment.community_id
    WHERE area.code = substr(member.username, 8, 12)
) AS there ON true
CROSS JOIN LATERAL (
    SELECT DISTINCT there.first + (random() * (there.number - 1))::int AS id
    FROM generate_series(1, %(stretches)s) WHERE patrol.id IS NOT NULL
) AS drawn JOIN grid_segment AS segment ON segment.id = drawn.id AND segment.metres > 90
"""
_CASES = """
INSERT INTO cases_case (key, follow_key, category_id, state, version, source, simulated, location,
    area_code, placed, whereabouts, description, claimable, confirmations, reported_at, due_at,
    done_at, closed_at)
SELECT gen_random_uuid(), gen_random_uuid(), leaf.id,
    CASE WHEN open THEN 'accepted' ELSE 'closed' END, 3, 'member', true,
    ST_PointOnSurface(building.footprint), cell.code, true, '', '', false, 0, at,
    at + interval '3 days', CASE WHEN open THEN NULL ELSE at + interval '2 days' END,
    CASE WHEN open THEN NULL ELSE at + interval '3 days' END
FROM (
    SELECT n, nth, nth %% 10 = 0 AS open, %(now)s - (3.01 + random() * 86) * interval '1 day' AS at
    FROM ground, generate_series(1, %(cases)s) AS nth
) AS drawn
JOIN grid_building AS building ON building.osm_id = 'way/' || (n * 1000000
    + nth %% (4 * %(blocks)s) * 1000 + nth * 7 %% (4 * %(blocks)s))
JOIN grid_area AS cell ON cell.id = building.cell_id
JOIN (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS number, count(*) OVER () AS leaves
    FROM cases_category WHERE parent_id IS NOT NULL
) AS leaf ON leaf.number = nth %% leaf.leaves
"""
_MAP = (
    *(_GROUND, _COMMUNITIES, _ABOVE, _CELLS, _STREETS, _SEGMENTS, "ANALYZE", _STRETCHES),
    *(_BUILDINGS, _LAMPS),
)
_LIFE = (_HELD, "ANALYZE", _PATROLS, _WALKED, _CASES, "DROP TABLE ground", "VACUUM ANALYZE")


def make(size: City) -> None:
    """Fill the scratch database of a bench; the same city each time."""
    from django.db import connection

    from accounts.models import Member
    from grid.models import Area
    from patrols.coverage import midnight

    columns, rows = size.cells
    values: dict[str, Any] = {
        "across": size.across,
        "blocks": size.blocks,
        "columns": columns,
        "rows": rows,
        "walks": size.walks,
        "stretches": size.stretches,
        "cases": size.cases,
        "side": SIDE,
        "lon": CORNER[0],
        "lat": CORNER[1],
        "now": midnight(TODAY) + dt.timedelta(hours=20),
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        for statement in _MAP:
            cursor.execute(statement, values)
        Member.objects.bulk_create(
            Member(username=f"worker-{code}", name=f"Worker {code}", simulated=True)
            for code in Area.objects.cells().order_by("code").values_list("code", flat=True)
        )
        for statement in _LIFE:
            cursor.execute(statement, values)


def member(role: str, code: str) -> Any:
    """A member of the city who holds this area."""
    from accounts.models import Member
    from grid.models import Area, Responsibility

    made, _new = Member.objects.get_or_create(
        username=f"{role}-{code}", defaults={"name": role.title(), "simulated": True}
    )
    Responsibility.objects.get_or_create(
        member=made, role=role, area=Area.objects.get(code=code), starts_on=dt.date(2020, 1, 1)
    )
    return made
