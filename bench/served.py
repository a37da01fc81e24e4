"""The production server on a scratch database, for benches that ask it as its clients do."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Signs the sessions of a bench, for its own server to read.
KEY = secrets.token_urlsafe(64)
ROOT = Path(__file__).resolve().parents[1]


def address(name: str) -> str:
    """The scratch database as other programs are told of it."""
    from django.db import connection
    from psycopg.conninfo import make_conninfo

    settings = connection.settings_dict
    keys = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {key: settings[setting] for key, setting in keys.items() if settings[setting]}
    return make_conninfo(dbname=name, **given)


@contextmanager
def server(*, processes: int, threads: int, **environment: str) -> Iterator[int]:
    """Serve the database of DATABASE_URL; gives the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Left to Django's default level: the access log of a bench is nobody's.
    settings = {
        **os.environ,
        "DATABASE_WEB_URL": os.environ["DATABASE_URL"],
        "GRIDWALK_PROCESS": "web",
        "SECRET_KEY": KEY,
        "DEBUG": "off",
        "HTTPS": "off",
        **environment,
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    command += ["--workers", str(processes), "--blocking-threads", str(threads)]
    command += ["--log-level", "error", "bench.wsgi:application"]
    running = subprocess.Popen(command, cwd=ROOT, env=settings)
    try:
        _wait(port, running)
        yield port
    finally:
        running.terminate()
        running.wait(20)


def _wait(port: int, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if running.poll() is not None:
            raise RuntimeError("The server of the bench stopped at once.")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server of the bench does not answer.")
