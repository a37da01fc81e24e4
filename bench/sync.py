"""Uploads of tablets through the real server, against the bare INSERT of the same fixes.

Each client is a tablet of its own that sends parts of a walk, 500 fixes each, packed with gzip as
the app does it, and waits for each answer on a connection that stays. The server runs as ./run
runs it on two cores. The peer inserts the same arrays, one transaction a part, over as many
connections and from as many programs.
"""

import datetime as dt
import gzip
import json
import multiprocessing
import os
import random
import socket
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.pool import Pool
from typing import Any

import numpy as np

from bench import scratch, served
from bench.rows import row

SEED = 20261122
#: Web processes with their threads, as ./run has them on two cores; programs that send, tablets
#: of each.
PROCESSES, THREADS = 2, 4
PROGRAMS, TABLETS = 2, 4
FIXES = 500
#: Seconds for each measurement, and parts that each tablet has ready: more than it can send.
SIZES = {"small": (0.8, 100), "full": (10, 900)}
#: Requests of each tablet before the measurement, in which the server imports what it needs.
WARMING = 3
#: Promised in docs/developer.md.
BUDGET = {"batches_per_second": 50.0, "p95": 300.0}
TOKEN = "b" * 32
#: The peer's parts are numbered from here on.
PEERS = 1_000_000


@dataclass(frozen=True)
class Tablet:
    """Who sends: session, outbox, and the walk that its parts belong to."""

    member: int
    cookie: str
    device: str
    patrol: str


def run(size: str) -> list[dict[str, Any]]:
    """Batches per second and their 95th percentile, and the peer's."""
    from django.conf import settings

    seconds, ready = SIZES[size]
    with scratch.database() as name:
        os.environ["DATABASE_URL"] = served.address(name)
        settings.SECRET_KEY = served.KEY
        tablets = _tablets()
        with (
            multiprocessing.get_context("spawn").Pool(PROGRAMS) as pool,
            served.server(processes=PROCESSES, threads=THREADS) as port,
        ):
            peer = _all(pool, _insert_all, tablets, 0, seconds, ready)
            sent = _all(pool, _send_all, tablets, port, seconds, ready)
            _check(tablets, sent)
    pace, bare = (len(times) / seconds for times in (sent, peer))
    case = f"{FIXES} fixes, {PROGRAMS * TABLETS} tablets"
    peer_name = "bare INSERT"
    return [
        row(case, "batches_per_second", pace, "batches/s", peer_name, bare),
        row(case, "fixes_per_second", pace * FIXES, "fixes/s", peer_name, bare * FIXES),
        row(case, "median", _percentile(sent, 50), "ms", peer_name, _percentile(peer, 50)),
        row(case, "p95", _percentile(sent, 95), "ms", peer_name, _percentile(peer, 95)),
    ]


def _percentile(seconds: list[float], percent: float) -> float:
    return float(np.percentile(seconds, percent)) * 1000


def _tablets() -> list[Tablet]:
    """Members who are signed in, each on a walk that the database knows."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from accounts.models import Member
    from patrols.models import Patrol

    found = []
    for nth in range(PROGRAMS * TABLETS):
        member = Member.objects.create(username=f"bench{nth}", name=f"Bench {nth}")
        client, now = Client(), timezone.now()
        client.force_login(member)
        patrol = Patrol.objects.create(
            member=member, state="walking", started_at=now, received_at=now, heard_at=now
        )
        session = (
            f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        )
        cookie = f"{session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        found.append(Tablet(member.pk, cookie, str(uuid.uuid4()), str(patrol.pk)))
    return found


def _check(tablets: list[Tablet], sent: list[float]) -> None:
    """What was answered is there: a fast server that loses a batch is none."""
    from patrols.models import TrackChunk

    stored = TrackChunk.objects.filter(sequence__lt=PEERS).count()
    if stored != len(sent) + WARMING * len(tablets):
        raise RuntimeError(f"{len(sent)} batches were answered, and {stored} are stored.")


def _all(
    pool: Pool, work: Any, tablets: list[Tablet], port: int, seconds: float, ready: int
) -> list[float]:
    """Seconds that each answer took, of all tablets."""
    jobs = [
        (tablets[nth * TABLETS : (nth + 1) * TABLETS], port, seconds, ready)
        for nth in range(PROGRAMS)
    ]
    return [took for times in pool.starmap(work, jobs, chunksize=1) for took in times]


def _part(tablet: Tablet, nth: int, rng: np.random.Generator) -> dict[str, Any]:
    """A walk's fixes at one a second, as a receiver gives them."""
    corner = np.array([[114.3], [30.5]])
    steps = corner + rng.normal(0, 8e-6, (2, FIXES)).cumsum(axis=1)
    began = int(time.time() * 1000) - 3_600_000 + nth * FIXES
    return {
        "patrol": tablet.patrol,
        "part": nth,
        "lon": np.round(steps[0], 7).tolist(),
        "lat": np.round(steps[1], 7).tolist(),
        "ms": (began + np.arange(FIXES) * 1000 + rng.integers(0, 50, FIXES)).tolist(),
        "accuracy": np.round(rng.uniform(3, 20, FIXES), 1).tolist(),
    }


def _requests(tablet: Tablet, ready: int) -> list[bytes]:
    """Whole HTTP requests, one part each."""
    rng = np.random.default_rng(tablet.member)
    ids = random.Random(tablet.member)
    found = []
    for nth in range(ready):
        now = int(time.time() * 1000)
        operation = {
            "id": str(uuid.UUID(int=now << 80 | 0x7 << 76 | 0b10 << 62 | ids.getrandbits(60))),
            "sequence": nth + 1,
            "kind": "patrol.fixes",
            "at": now,
            "offset": 480,
            "after": [],
            "body": _part(tablet, nth, rng),
        }
        envelope = {"protocol": 1, "app": "bench", "device": tablet.device, "sent_at": now}
        text = json.dumps({**envelope, "operations": [operation]}).encode()
        body = gzip.compress(text, 6)
        head = (
            "POST /api/v1/sync/ HTTP/1.1\r\nHost: localhost\r\n"
            f"Cookie: {tablet.cookie}\r\nX-CSRFToken: {TOKEN}\r\n"
            "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


def _send_all(tablets: list[Tablet], port: int, seconds: float, ready: int) -> list[float]:
    """Several tablets of one program at once."""
    requests = [_requests(tablet, ready) for tablet in tablets]
    with ThreadPoolExecutor(TABLETS) as pool:
        done = pool.map(lambda mine: _send(mine, port, seconds), requests)
        return [took for times in done for took in times]


def _send(requests: list[bytes], port: int, seconds: float) -> list[float]:
    """One tablet: the next as soon as the last was answered."""
    times: list[float] = []
    with socket.create_connection(("127.0.0.1", port), 30) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = line.makefile("rb")
        for request in requests[:WARMING]:
            line.sendall(request)
            _answer(reader)
        began = time.perf_counter()
        for request in requests[WARMING:]:
            asked = time.perf_counter()
            if asked - began >= seconds:
                return times
            line.sendall(request)
            _answer(reader)
            times.append(time.perf_counter() - asked)
    raise RuntimeError("The tablets of the bench ran out of parts.")


def _answer(reader: Any) -> None:
    """Read one answer; raises RuntimeError unless its operation was applied."""
    status = reader.readline()
    length = 0
    while (header := reader.readline()) not in (b"\r\n", b""):
        if header.lower().startswith(b"content-length:"):
            length = int(header.split(b":")[1])
    body = reader.read(length)
    if b" 200 " not in status or b'"state":"applied"' not in body:
        raise RuntimeError(f"{status.decode().strip()}: {body[:300].decode()}")


def _insert_all(tablets: list[Tablet], _port: int, seconds: float, ready: int) -> list[float]:
    """The peer: what PostgreSQL alone does, asked from Python."""
    with ThreadPoolExecutor(TABLETS) as pool:
        done = pool.map(lambda tablet: _insert(tablet, seconds, ready), tablets)
        return [took for times in done for took in times]


def _insert(tablet: Tablet, seconds: float, ready: int) -> list[float]:
    import psycopg

    rng = np.random.default_rng(tablet.member)
    today = dt.datetime.now(dt.UTC).date()
    parts = [_part(tablet, nth, rng) for nth in range(min(ready, 20))]
    times: list[float] = []
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        began = time.perf_counter()
        while (asked := time.perf_counter()) - began < seconds:
            part = parts[len(times) % len(parts)]
            connection.execute(
                "INSERT INTO patrols_trackchunk VALUES (%s, %s, %s, %b, %b, %b, %b)",
                [
                    today,
                    tablet.patrol,
                    PEERS + len(times),
                    *(part[name] for name in ("lon", "lat", "ms", "accuracy")),
                ],
                prepare=True,
            )
            times.append(time.perf_counter() - asked)
    return times
