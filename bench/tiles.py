"""Vector tiles through the real server, against pgbench running the bare ST_AsMVT.

Both have the same number of clients, ask for the same random tiles of one synthetic town, and
have their parallel query off; the peer's statement is prepared. Warm tiles come from the server's
memory after session and version were checked; `made` ones are built anew for each request.
"""

import multiprocessing
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any

from bench import scratch, served

SEED = 20261122
#: Web processes and programs that ask; each of those has several connections, as browsers do.
PROCESSES = 2
CONNECTIONS = 4
#: Blocks of 100 m along one side of the town, and seconds for each measurement. Eight buildings a
#: segment, as in a dense city.
SIZES = {"small": (20, 0.6), "full": (160, 10)}
#: So much longer than a measurement the kept tiles are asked for before, until both have them all.
KEEPING = 3
#: Seconds in which each web process imports what it needs.
STARTING = 2
#: The town's south-west corner in EPSG:4326.
CORNER = (114.3, 30.5)
#: A block's side in EPSG:3857: 100 m on the ground there.
SIDE = 116.0

TOWN = """
WITH corner AS (
    SELECT ST_X(p) AS x, ST_Y(p) AS y
    FROM ST_Transform(ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), 3857) AS p
)
INSERT INTO grid_area (code, level, name, geometry, households, fixed)
SELECT code, length(code), 'Bench', ST_Multi(ST_Transform(ST_MakeEnvelope(
    x, y, x + %(side)s * %(blocks)s, y + %(side)s * %(blocks)s, 3857), 4326)), 0, false
FROM corner, unnest(ARRAY['9901', '990101', '990101001', '990101001001']) AS code
"""
BUILDINGS = """
INSERT INTO grid_building
    (community_id, name, osm_id, digest, kind, street_name, number, households, footprint)
SELECT a.id, '', 'way/' || (i * 100000 + j), '', 'apartments', '', (j %% 80)::text, 20,
    ST_Multi(ST_Transform(ST_MakeEnvelope(
        x + %(side)s / 4 * i + 5 + sin(j), y + %(side)s / 4 * j + 5 + cos(i),
        x + %(side)s / 4 * (i + 1) - 3, y + %(side)s / 4 * (j + 1) - 3, 3857), 4326))
FROM grid_area a,
    generate_series(0, 4 * %(blocks)s - 1) i, generate_series(0, 4 * %(blocks)s - 1) j,
    LATERAL (SELECT ST_XMin(g) AS x, ST_YMin(g) AS y FROM ST_Transform(a.geometry, 3857) g) corner
WHERE a.code = '990101001001'
"""
STREETS = """
WITH node AS (
    SELECT i, j, ST_Transform(ST_SetSRID(ST_MakePoint(
        x + %(side)s * i + 14 * sin(i * 12.9 + j * 78.2),
        y + %(side)s * j + 14 * cos(i * 39.3 + j * 11.1)
    ), 3857), 4326) AS p
    FROM grid_area a, generate_series(0, %(blocks)s) i, generate_series(0, %(blocks)s) j,
        LATERAL (SELECT ST_XMin(g) AS x, ST_YMin(g) AS y FROM ST_Transform(a.geometry, 3857) g) c
    WHERE a.code = '990101001001'
)
INSERT INTO grid_segment
    (community_id, kind, duty, line, metres, osm_way, from_node, to_node, nth, digest)
SELECT a.id, CASE WHEN b.i > n.i THEN 'street' ELSE 'alley' END, true,
    ST_Segmentize(ST_MakeLine(n.p, b.p), 0.0003), 100, n.i * 1000 + n.j,
    n.i * 1000 + n.j, b.i * 1000 + b.j, 0, ''
FROM node n JOIN node b ON (b.i, b.j) IN ((n.i + 1, n.j), (n.i, n.j + 1)), grid_area a
WHERE a.code = '990101001001'
"""
BARE = {
    "streets": """
        SELECT ST_AsMVT(tile, 'streets', 4096, 'geom') FROM (
            SELECT s.id, s.kind, r.name, NULLIF(r.name_zh, '') AS name_zh,
                a.code AS community_code, CEIL(s.metres * 10)::int AS end_dm,
                ST_AsMVTGeom(s.tile_line, ST_TileEnvelope(:z, :x, :y), 4096, 64, false) AS geom
            FROM grid_segment s JOIN grid_area a ON a.id = s.community_id
                LEFT JOIN grid_street r ON r.id = s.street_id
            WHERE s.duty AND s.removed_on IS NULL
                AND s.tile_line && ST_TileEnvelope(:z, :x, :y, margin => 0.015625)
        ) AS tile""",
    "buildings": """
        SELECT ST_AsMVT(tile, 'buildings', 4096, 'geom') FROM (
            SELECT id, name, number,
                ST_AsMVTGeom(tile_footprint, ST_TileEnvelope(:z, :x, :y), 4096, 64, true) AS geom
            FROM grid_building
            WHERE tile_footprint && ST_TileEnvelope(:z, :x, :y, margin => 0.015625)
        ) AS tile""",
}


@dataclass(frozen=True)
class Case:
    """A layer, and the zooms that its tiles are drawn from with equal chance."""

    layer: str
    zooms: tuple[int, int]

    @property
    def name(self) -> str:
        low, high = self.zooms
        return f"{self.layer}, z{low}" + (f"–{high}" if high > low else "")


#: ``map`` is what the page fetches: streets and, from zoom 15, buildings.
BARE["map"] = f"SELECT ({BARE['streets']}) || ({BARE['buildings']} WHERE :z >= 15)"
CASES = (Case("map", (14, 16)), Case("map", (16, 16)), Case("streets", (14, 16)))


def run(size: str) -> list[dict[str, Any]]:
    """Tiles per second, made and kept, against the bare query."""
    from django.conf import settings

    blocks, seconds = SIZES[size]
    with scratch.database() as name:
        os.environ["DATABASE_URL"] = served.address(name)
        settings.SECRET_KEY = served.KEY
        cookie = _town(blocks)
        corners = _corners(blocks)
        rows = []
        peers = {case: _pgbench(case, corners, seconds) for case in CASES}
        with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
            for metric, kept in (("tiles_per_second", 100_000), ("made_tiles_per_second", 0)):
                with served.server(processes=PROCESSES, threads=2, TILES_KEPT=str(kept)) as port:
                    asked = partial(_load, pool, port, cookie, corners)
                    asked(CASES[0], STARTING)
                    for case in CASES:
                        asked(case, KEEPING * seconds if kept else 0.5)
                        rows.append(_row(case, metric, asked(case, seconds), peers[case]))
    return rows


def _row(case: Case, metric: str, value: float, peer: float | None) -> dict[str, Any]:
    return {
        "case": case.name,
        "metric": metric,
        "value": value,
        "unit": "tiles/s",
        "peer": "bare ST_AsMVT, pgbench" if peer else None,
        "peer_value": peer,
        "ratio": value / peer if peer else None,
    }


def _town(blocks: int) -> str:
    """Fill the scratch database; gives the cookie of a member who is signed in."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from accounts.models import Member

    values = {"blocks": blocks, "side": SIDE, "lon": CORNER[0], "lat": CORNER[1]}
    with connection.cursor() as cursor:
        for statement in (TOWN, BUILDINGS, STREETS):
            cursor.execute(statement, values)
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(Member.objects.create(username="bench", name="Bench"))
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def _corners(blocks: int) -> tuple[int, int, int, int]:
    """First and last column, first and last row of the town's tiles at zoom 14."""
    from pyproj import Transformer

    half, side = 20_037_508.342789244, 2 * 20_037_508.342789244 / 2**14
    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform(*CORNER)
    far = SIDE * blocks
    return (
        int((x + half) // side),
        int((x + far + half) // side),
        int((half - y - far) // side),
        int((half - y) // side),
    )


def _pgbench(case: Case, corners: tuple[int, int, int, int], seconds: float) -> float | None:
    """Statements per second; None where pgbench is not installed."""
    program = _find_pgbench()
    if program is None:
        return None
    left, right, top, bottom = corners
    script = f"""
\\set z random({case.zooms[0]}, {case.zooms[1]})
\\set k 1 << (:z - 14)
\\set x random({left} * :k, ({right} + 1) * :k - 1)
\\set y random({top} * :k, ({bottom} + 1) * :k - 1)
{" ".join(BARE[case.layer].split())};
"""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tile.sql"
        file.write_text(script, encoding="utf-8")
        clients = f"-c {PROCESSES * CONNECTIONS} -j {PROCESSES}"
        options = f"-n -M prepared {clients} -T {max(1, round(seconds))}".split()
        options += [f"--random-seed={SEED}", "-f", str(file), os.environ["DATABASE_URL"]]
        quiet = (
            "-c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_generic_plan -c jit=off"
        )
        done = subprocess.run(
            [program, *options],
            env={**os.environ, "PGOPTIONS": quiet},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"pgbench failed: {done.stderr.strip()[-500:]}")
    return float(done.stdout.split("tps = ")[1].split()[0])


def _find_pgbench() -> str | None:
    if found := shutil.which("pgbench"):
        return found
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)
    return str(folders[0]) if folders else None


def _load(
    pool: Pool,
    port: int,
    cookie: str,
    corners: tuple[int, int, int, int],
    case: Case,
    seconds: float,
) -> float:
    """Tiles per second that the clients were answered."""
    jobs = [(port, cookie, case, corners, seconds, SEED + n) for n in range(PROCESSES)]
    return sum(pool.starmap(_clients, jobs, chunksize=1))


def _clients(
    port: int,
    cookie: str,
    case: Case,
    corners: tuple[int, int, int, int],
    seconds: float,
    seed: int,
) -> float:
    """Several connections of one program at once."""

    def client(nth: int) -> float:
        return _client(port, cookie, case, corners, seconds, seed * 100 + nth)

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return sum(pool.map(client, range(CONNECTIONS)))


def _client(
    port: int,
    cookie: str,
    case: Case,
    corners: tuple[int, int, int, int],
    seconds: float,
    seed: int,
) -> float:
    """One client on one connection, like a browser's: asks again as soon as it was answered."""
    rng = random.Random(seed)
    left, right, top, bottom = corners
    done = 0
    with socket.create_connection(("127.0.0.1", port), 30) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = line.makefile("rb")
        began = time.perf_counter()
        while (spent := time.perf_counter() - began) < seconds:
            zoom = rng.randint(*case.zooms)
            k = 1 << (zoom - 14)
            x = rng.randrange(left * k, (right + 1) * k)
            y = rng.randrange(top * k, (bottom + 1) * k)
            address = f"/tiles/{case.layer}/{zoom}/{x}/{y}.mvt"
            head = f"GET {address} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n"
            line.sendall(head.encode())
            _answer(reader)
            done += 1
    return done / spent


def _answer(reader: Any) -> None:
    """Read one answer to its end; raises RuntimeError unless it is a tile."""
    status = reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(f"The server of the bench answered {status.decode().strip()}.")
    length = 0
    while (header := reader.readline()) not in (b"\r\n", b""):
        if header.lower().startswith(b"content-length:"):
            length = int(header.split(b":")[1])
    reader.read(length)
