"""The server and its database are killed in the middle of uploads: nothing lost, nothing doubled.

A real server on a private PostgreSQL of its own gets what four tablets recorded, five operations at
a time, while one or the other is ended by SIGKILL at random moments. GRIDWALK_KILLED=1000 sends so
many uploads instead of 150, with a kill for every 50.
"""

import http.client
import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.private_postgres import Cluster

ROOT = Path(__file__).resolve().parents[2]
UPLOADS = int(os.environ.get("GRIDWALK_KILLED", "150"))
KILLS = max(3, UPLOADS // 50)
TABLETS, BATCH = 4, 5
#: A busy machine takes half a minute to start the server again.
SECONDS = 120 + 60 * KILLS


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """In a folder that the database's account can reach, as pytest's own is not for root."""
    folder = Path(tempfile.mkdtemp(prefix="gridwalk-test-", dir="/tmp"))
    folder.chmod(0o755)
    made = Cluster(folder / ".data")
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


def _environment(cluster: Cluster) -> dict[str, str]:
    running = cluster.running()
    assert running is not None
    urls = cluster.urls(running)
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": urls.owner,
        "DATABASE_WEB_URL": urls.web,
        "SECRET_KEY": "k" * 64,
        "ENCRYPTION_KEYS": "a" * 43 + "=",
        "DEBUG": "off",
        "HTTPS": "off",
    }


def _server_of_database(cluster: Cluster) -> int:
    return int((cluster.data_dir / "postmaster.pid").read_text(encoding="ascii").split()[0])


def _kill_database(cluster: Cluster) -> None:
    """All at once, as without power; started again as soon as it is gone."""
    pid = _server_of_database(cluster)
    os.kill(pid, signal.SIGKILL)
    while Path(f"/proc/{pid}/cwd").is_symlink():
        time.sleep(0.01)
    cluster.start()


@dataclass
class Server:
    """The production server in a process group of its own, so that all of it can be killed."""

    environment: dict[str, str]
    port: int
    log: Path
    running: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi"]
        command += ["--port", str(self.port), "--workers", "1", "--blocking-threads", "4"]
        command += ["--log-level", "error", "config.wsgi:application"]
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**self.environment, "GRIDWALK_PROCESS": "web"},
                start_new_session=True,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        assert self.running is not None
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait(60)


@contextmanager
def _serving(environment: dict[str, str], log: Path) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(environment, port, log)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@dataclass
class Tablet:
    """Sends batches, oldest first, each until it is answered."""

    port: int
    session: str
    operations: list[dict[str, Any]]
    acknowledged: dict[str, str] = field(default_factory=dict)
    device: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempts: int = 0
    fault: str = ""

    def send_all(self, until: float) -> None:
        for start in range(0, len(self.operations), BATCH):
            batch = self.operations[start : start + BATCH]
            while not self._send(batch):
                if time.monotonic() > until:
                    self.fault = self.fault or "too slow"
                    return
                time.sleep(0.05)

    def _send(self, batch: list[dict[str, Any]]) -> bool:
        """Whether an answer came; a broken connection, or a fault of the server, is none."""
        self.attempts += 1
        token = secrets.token_hex(16)
        sent = {
            "protocol": 1,
            "app": "killed",
            "device": self.device,
            "sent_at": int(time.time() * 1000),
            "operations": batch,
        }
        headers = {
            "Content-Type": "application/json",
            "Cookie": f"sessionid={self.session}; csrftoken={token}",
            "X-CSRFToken": token,
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", "/api/v1/sync/", json.dumps(sent), headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()
        if answer.status != 200:
            if answer.status < 500:
                self.fault = f"{answer.status} {told}"
            return False
        for one in told["answers"]:
            self.acknowledged[one["id"]] = one["state"]
        return True


def _recorded(
    town: dict[str, Any], count: int, chance: random.Random, which: int
) -> list[dict[str, Any]]:
    """Cases and looks at a lamp, each a second after the one before; no tablet's at another's."""
    begun, made = int(time.time()) - 86_400, []
    for number in range(1, count + 1):
        key, at = str(uuid.UUID(int=chance.getrandbits(128), version=4)), begun + number
        kind, body = "lamp.seen", {"lamp": town["lamp"], "state": "dark"}
        if chance.random() < 0.4:
            place = {"lon": town["lon"], "lat": town["lat"]}
            kind, body = "case.report", {"category": "paving", "description": f"{number}", **place}
        made.append(
            {
                "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
                "sequence": number,
                "kind": kind,
                "at": at * 1000 + 250 * which + chance.randrange(250),
                "offset": 480,
                "after": [],
                "body": {"key": key, **body},
            }
        )
    return made


def _rows(cluster: Cluster, query: str) -> list[tuple[Any, ...]]:
    running = cluster.running()
    assert running is not None
    with psycopg.connect(cluster.urls(running).owner) as database:
        return database.execute(query).fetchall()


def _kill_at_random(
    cluster: Cluster, server: Server, tablets: list[Tablet], chance: random.Random
) -> int:
    """Kill the server, or the database, at points spread over the uploads; how many kills."""
    total = sum(len(tablet.operations) for tablet in tablets)
    points = sorted(chance.sample(range(total // 20, total * 19 // 20), KILLS))
    for number, point in enumerate(points):
        while sum(len(tablet.acknowledged) for tablet in tablets) < point:
            if any(tablet.fault for tablet in tablets):
                return number
            time.sleep(0.001)
        # In the middle of whatever comes next.
        time.sleep(chance.random() * 0.05)
        known = {name for tablet in tablets for name in list(tablet.acknowledged)}
        if number % 2 == 0:
            server.kill()
            server.start()
        else:
            _kill_database(cluster)
        there = {str(row[0]) for row in _rows(cluster, "SELECT id FROM sync_operation")}
        assert known <= there, f"lost after kill {number}: {known - there}"
    return len(points)


@pytest.mark.slow
def test_killed_in_the_middle_of_uploads(cluster: Cluster, tmp_path: Path) -> None:
    seed = int(os.environ.get("GRIDWALK_SEED", "20261122"))
    chance, environment = random.Random(seed), _environment(cluster)
    told = subprocess.run(
        [sys.executable, "-m", "tests.sync.killed_town", str(TABLETS)],
        cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    town = json.loads(told.splitlines()[-1])
    begun = time.monotonic()
    log = tmp_path / "server.log"
    with _serving(environment, log) as server:
        tablets = [
            Tablet(server.port, session, _recorded(town, UPLOADS // TABLETS, chance, which))
            for which, session in enumerate(town["sessions"])
        ]
        threads = [
            threading.Thread(target=tablet.send_all, args=[begun + SECONDS], daemon=True)
            for tablet in tablets
        ]
        for thread in threads:
            thread.start()
        kills = _kill_at_random(cluster, server, tablets, chance)
        for thread in threads:
            thread.join()
    faults = [tablet.fault for tablet in tablets if tablet.fault]
    assert not faults, f"{faults}\n{log.read_text()[-4000:]}"
    again = _check(cluster, tablets)
    attempts = sum(tablet.attempts for tablet in tablets)
    print(
        f"{UPLOADS} uploads, {kills} kills, {attempts} requests, {again} operations stored before "
        f"their answer was lost, {time.monotonic() - begun:.1f} s: 0 lost, 0 doubled"
    )


def _check(cluster: Cluster, tablets: list[Tablet]) -> int:
    """Each operation is there once and was applied once; how many were stored unheard at first."""
    sent = {one["id"]: one for tablet in tablets for one in tablet.operations}
    states = {name: state for tablet in tablets for name, state in tablet.acknowledged.items()}
    assert states.keys() == sent.keys()
    assert set(states.values()) <= {"applied", "already_applied"}
    rows = _rows(cluster, "SELECT id::text, state, copy_of_id FROM sync_operation")
    assert sorted(row[0] for row in rows) == sorted(sent)
    assert {row[1:] for row in rows} == {("applied", None)}
    cases = sorted(one["body"]["key"] for one in sent.values() if one["kind"] == "case.report")
    found = _rows(cluster, "SELECT key::text FROM cases_case WHERE source = 'member'")
    assert sorted(row[0] for row in found) == cases
    [(events,)] = _rows(cluster, "SELECT count(*) FROM cases_event")
    assert events == len(cases)
    looks = sorted(one["at"] for one in sent.values() if one["kind"] == "lamp.seen")
    seen = _rows(
        cluster,
        "SELECT round(extract(epoch FROM seen_at) * 1000)::bigint FROM streetlights_lampsighting",
    )
    assert sorted(int(row[0]) for row in seen) == looks
    received = _rows(cluster, "SELECT received, last_sequence FROM sync_device")
    assert received == [(len(tablets[0].operations),) * 2] * len(tablets)
    return sum(state == "already_applied" for state in states.values())
