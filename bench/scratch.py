"""A database of its own for a bench: migrated, empty, and dropped afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


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
    kept = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield name
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)
