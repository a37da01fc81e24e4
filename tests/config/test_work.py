"""The job worker: it runs what waits, says nothing while all is well, and ends when told to."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connection

#: Seconds that a process may take to begin and to end on a busy machine.
PATIENCE = 180
CLONE = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


def worker(*arguments: str) -> "subprocess.Popen[str]":
    """A worker on the database of the tests, as ./run starts it."""
    of = connection.settings_dict
    own = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    address = f"postgresql://{of['USER']}:{of['PASSWORD']}@/{of['NAME']}"
    place = f"host={of['HOST']}" + (f"&port={of['PORT']}" if of["PORT"] else "")
    return subprocess.Popen(
        [sys.executable, "manage.py", "work", *arguments],
        cwd=CLONE,
        env=own | {"DATABASE_URL": f"{address}?{place}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def waiting_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND query LIKE 'LISTEN %'"
        )
        return int(cursor.fetchone()[0])


def test_it_ends_quietly_when_nothing_waits() -> None:
    done = worker("--until-done")
    told = done.communicate(timeout=PATIENCE)
    assert (done.returncode, *told) == (0, "", "")


def test_a_job_that_is_done_leaves_nothing_of_what_it_was_told() -> None:
    own = connection.get_connection_params()
    params = {name: own[name] for name in ("dbname", "user", "password", "host", "port")
              if own.get(name)}  # fmt: skip
    with psycopg.connect(**params, autocommit=True) as outside:
        outside.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
            " VALUES ('households', 'publish.forget_cases', '{\"cases\": []}')"
        )
        done = worker("--until-done")
        told = done.communicate(timeout=PATIENCE)
        left = outside.execute("DELETE FROM procrastinate_jobs RETURNING task_name").fetchall()
    assert (done.returncode, *told, left) == (0, "", "", [])


def test_it_ends_quietly_when_told_to() -> None:
    serving = worker("--patience", "1")
    try:
        for _ in range(PATIENCE * 10):
            with contextlib.suppress(subprocess.TimeoutExpired):
                serving.wait(0.1)
            if waiting_connections() or serving.returncode is not None:
                break
        assert waiting_connections() == 1
        serving.terminate()
        told = serving.communicate(timeout=PATIENCE)
    finally:
        serving.kill()
    assert (serving.returncode, *told) == (0, "", "")
