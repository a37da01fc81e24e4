"""A second connection to the database, for what happens at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections


@contextmanager
def elsewhere() -> Iterator[Any]:
    """A second connection, whose transaction is ended by hand."""
    other = connections.create_connection("default")
    other.ensure_connection()
    other.set_autocommit(False)
    try:
        yield other
    finally:
        other.rollback()
        other.close()
