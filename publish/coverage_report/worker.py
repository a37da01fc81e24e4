"""A process that counts communities for another. Imported before Django is set up there."""

from typing import Any


def begin(database: str, snapshot: str) -> None:
    """In a new process: the same database, and its state when the report was begun."""
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
    connection.set_autocommit(False)
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])


def count(asked: tuple[str, Any, int]) -> Any:
    """The part of one community: its code, the window, the longest cadence."""
    from publish.coverage_report.gather import gather

    code, window, longest = asked
    return gather(code, window, longest=longest)
