"""A process that counts communities for another. Imported before Django is set up there."""

import multiprocessing
import os
import signal
import threading
from typing import Any


def begin(database: str, snapshot: str) -> None:
    """In a new process: the same database, and its state when the report was begun."""
    # Ctrl-C reaches all of them; the first one says so, and ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_first, daemon=True).start()
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
    connection.set_autocommit(False)
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])


def _end_with_the_first() -> None:
    """Where the first is killed, the others would wait for work, in a transaction, for ever."""
    first = multiprocessing.parent_process()
    if first is not None:
        first.join()
        os._exit(1)


def count(asked: tuple[str, Any, int]) -> Any:
    """The part of one community: its code, the window, the longest cadence."""
    from publish.coverage_report.gather import gather

    code, window, longest = asked
    return gather(code, window, longest=longest)
