"""A database of its own for a bench: migrated, empty, and dropped afterwards."""

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from psycopg.sql import SQL, Identifier


@contextmanager
def database() -> Iterator[str]:
    """Set Django up on a fresh database beside the real one; yields its name.

    The serving data is never touched. Without DATABASE_URL the private PostGIS is started.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if "DATABASE_URL" not in os.environ:
        from config import private_postgres

        private_postgres.export_urls()
    import django
    from django.db import connection

    django.setup()
    template, name = _migrated(), f"bench_{os.getpid()}"
    _run("CREATE DATABASE {} TEMPLATE {}", name, template)
    kept = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        yield name
    finally:
        connection.close()
        connection.settings_dict["NAME"] = kept
        _drop(name)


@cache
def _migrated() -> str:
    """The name of an empty database with all tables: several benches migrate once."""
    from django.db import connection

    name = f"bench_{os.getpid()}_empty"
    kept = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    atexit.register(_drop, name)
    connection.close()
    connection.settings_dict["NAME"] = kept
    return name


def _drop(name: str) -> None:
    """End our own sessions in it, then drop it.

    Not with FORCE, which would also end the server's vacuum there and is refused that; a plain
    drop sends the vacuum away by itself.
    """
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend' AND pid <> pg_backend_pid()",
            [name],
        )
    _run("DROP DATABASE {}", name)


def _run(statement: str, *names: str) -> None:
    """A statement outside of any database of a bench."""
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        cursor.execute(SQL(statement).format(*map(Identifier, names)))
