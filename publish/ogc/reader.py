"""The database role that open standards read with: it sees the published views and no table."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DataError, ProgrammingError, connection, transaction
from django.utils.translation import gettext as _

from api.errors import Unavailable

#: Made by ./run and by ``manage.py web_role``; migration 0004 gives it the views.
READER = "gridwalk_reader"


class NoReader(Unavailable):
    """The role is not there; whoever runs the server has to make it."""

    code = "no_reader"


@contextmanager
def as_reader() -> Iterator[None]:
    """Whatever is asked within it is asked by the reader, changes nothing and ends in time.

    All of this is undone behind it by going back to a savepoint, also after a failed statement.
    Raises NoReader, and OperationalError where a statement takes longer than OGC_SECONDS.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        before = transaction.savepoint()
        try:
            try:
                cursor.execute(f"SET LOCAL ROLE {READER}")
            except (DataError, ProgrammingError) as error:  # not there, or not ours to become
                raise NoReader(
                    _(
                        "This server has no role to read with yet: its administrator makes it "
                        "with ./run manage web_role gridwalk_web."
                    )
                ) from error
            cursor.execute(
                "SELECT set_config('transaction_read_only', 'on', true),"
                " set_config('statement_timeout', %s, true)",
                [f"{settings.OGC_SECONDS}s"],
            )
            yield
        finally:
            transaction.savepoint_rollback(before)
