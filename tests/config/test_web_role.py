"""The web server signs in as a role that sees no home by itself, or does not start."""

import io
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg.conninfo import make_conninfo

from config import web_role

ROOT = Path(__file__).resolve().parents[2]


def address(role: str | None = None) -> str:
    """Of the tests' database, as that role; the owner's by default."""
    own = settings.DATABASES["default"]
    parts = {"dbname": own["NAME"], "user": role or own["USER"], "password": own["PASSWORD"]}
    parts |= {"host": own["HOST"], "port": own["PORT"]}
    return make_conninfo("", **{key: str(value) for key, value in parts.items() if value})


def power_of(role: str | None = None) -> str | None:
    connection.ensure_connection()
    return web_role.power_of(connection.connection, role)


def test_the_owner_may_not_serve(db: None) -> None:
    own = str(settings.DATABASES["default"]["USER"])
    power = power_of(own)
    assert power is not None
    assert power.startswith(own)
    assert "own" in power or "superuser" in power


def test_the_web_role_may_serve(db: None) -> None:
    assert power_of("gridwalk_web") is None


def test_a_role_that_is_not_there_has_no_power(db: None) -> None:
    assert power_of(uuid.uuid4().hex) is None


def test_it_also_looks_at_tables_where_the_database_is_anothers(db: None) -> None:
    """Without its database the owner still owns the tables."""
    asked = web_role._POWERS.replace("d.datname = current_database()", "false")
    with connection.cursor() as cursor:
        cursor.execute(asked, [None])
        assert cursor.fetchone()[-1] is True
        cursor.execute(asked, ["gridwalk_web"])
        assert cursor.fetchone()[-1] is False


def test_the_sentence_names_the_way_out() -> None:
    sentence = web_role.complaint(address())
    assert sentence is not None
    assert "DATABASE_WEB_URL" in sentence
    assert "./run manage web_role" in sentence


def test_a_database_out_of_reach_is_a_sentence() -> None:
    told = web_role.complaint("postgresql://nobody@127.0.0.1:1/gridwalk")
    assert told is not None
    assert told.startswith("The web server cannot reach its database: ")


def test_the_web_server_does_not_start_as_the_owner() -> None:
    """Neither by way of ./run nor with a server of one's own."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_WEB_URL"}
    environment |= {"DATABASE_URL": address(), "SECRET_KEY": "x" * 60}
    environment |= {"ENCRYPTION_KEYS": "a" * 43 + "="}
    for door in (["-m", "config.web_role"], ["-c", "from config.wsgi import application"]):
        done = subprocess.run(
            [sys.executable, *door], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 1
        last = done.stderr.splitlines()[-1]
        assert last.startswith("gridwalk: The web server would sign in")
        assert "Traceback" not in done.stderr


def test_the_command_refuses_a_role_with_powers(db: None) -> None:
    with pytest.raises(CommandError, match="choose another name"):
        call_command("web_role", settings.DATABASES["default"]["USER"])


def test_the_command_gives_rights_and_prints_the_address(db: None) -> None:
    told = io.StringIO()
    with connection.cursor() as cursor:
        cursor.execute("REVOKE SELECT ON households_household FROM gridwalk_web")
        call_command("web_role", "gridwalk_web", stdout=told)
        cursor.execute("SELECT has_table_privilege('gridwalk_web', 'households_visit', 'INSERT')")
        assert cursor.fetchone()[0] is True
        cursor.execute(
            "SELECT has_table_privilege('gridwalk_web', 'households_household', 'SELECT')"
        )
        assert cursor.fetchone()[0] is True
    assert told.getvalue().startswith("DATABASE_WEB_URL=postgresql://gridwalk_web:PASSWORD@")


def test_the_command_gives_the_reader_of_open_standards_its_views(db: None) -> None:
    sees = "SELECT has_table_privilege('gridwalk_reader', 'published_cases', 'SELECT')"
    calls = "SELECT has_function_privilege('gridwalk_web', 'households_readers(uuid)', 'EXECUTE')"
    with connection.cursor() as cursor:
        cursor.execute("REVOKE SELECT ON published_cases FROM gridwalk_reader")
        cursor.execute("REVOKE EXECUTE ON FUNCTION households_readers(uuid) FROM gridwalk_web")
        for statement in (sees, calls):
            cursor.execute(statement)
            assert cursor.fetchone() == (False,)
        call_command("web_role", "gridwalk_web", stdout=io.StringIO())
        for statement in (sees, calls):
            cursor.execute(statement)
            assert cursor.fetchone() == (True,)


def test_who_may_make_no_role_is_told_what_to_ask_for(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = user")
        may = cursor.fetchone()[0]
    name = "r" + uuid.uuid4().hex
    if may:
        told = io.StringIO()
        call_command("web_role", name, stdout=told)
        assert f"://{name}:" in told.getvalue()
        assert power_of(name) is None
    else:
        with pytest.raises(CommandError, match=f'CREATE ROLE "{name}" LOGIN PASSWORD'):
            call_command("web_role", name)
