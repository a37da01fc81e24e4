"""How far a tablet has followed the log of changes.

A position in the log is a snapshot of the database: a change is new to whom it was not visible in
their last one, whenever its transaction began and however late it was committed. Numbers of rows,
or times, would skip what a slow transaction wrote before a quick one and committed after it.

A cursor says besides what a tablet was allowed then and which day it was: both change what it
shows without any record changing. It is signed, so that nobody asks after areas never theirs.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.core import signing
from django.db import connection
from django.utils.translation import gettext_lazy

from api.errors import GridwalkError

#: For so long the log is kept; who comes later gets everything anew.
KEPT = dt.timedelta(days=90)
_SALT = "sync.cursor"


class BadCursor(GridwalkError):
    """What was sent as a cursor is none of this member's."""

    code = "bad_cursor"
    sentence = gettext_lazy("This cursor is not known here. Ask again without one.")


@dataclass(frozen=True)
class Feed:
    """The log now. ``epoch`` tells this history of the database from one that a backup began."""

    epoch: str
    snapshot: str
    #: Id and transaction of the newest row, both 0 in an empty log.
    newest: tuple[int, int]


@dataclass(frozen=True)
class Mark:
    """A moment up to which everything was told: where the log was, and what was allowed then.

    ``grants`` are roles with area codes like "worker:990101001001001"; ``at`` is in milliseconds
    since 1970.
    """

    snapshot: str
    at: int
    day: str
    grants: tuple[str, ...]
    crews: tuple[int, ...]


@dataclass(frozen=True)
class Cursor:
    """``since`` was told in full (None: nothing yet); ``until`` is being told, from ``after`` on.

    ``stage`` counts the parts of a pull, of which ``after`` is the last record told.
    """

    member: int
    epoch: str
    newest: tuple[int, int]
    since: Mark | None
    until: Mark | None = None
    stage: int = 0
    after: str = ""

    def ended(self) -> "Cursor":
        """All is told up to ``until``."""
        return replace(self, since=self.until, until=None, stage=0, after="")


def written(cursor: Cursor) -> str:
    """The cursor as a tablet gets it."""
    parts = [
        cursor.member, cursor.epoch, cursor.newest, _listed(cursor.since), _listed(cursor.until),
        cursor.stage, cursor.after,
    ]  # fmt: skip
    return signing.dumps(parts, salt=_SALT, compress=True)


def read(text: str, member: int) -> Cursor:
    """A cursor that was written here for this member. Raises BadCursor."""
    try:
        parts = signing.loads(text, salt=_SALT)
        whose, epoch, newest, since, until, stage, after = parts
        cursor = Cursor(
            whose, epoch, (newest[0], newest[1]), _mark(since), _mark(until), stage, after
        )
    except (signing.BadSignature, ValueError, TypeError, IndexError) as error:
        raise BadCursor from error
    if cursor.member != member:
        raise BadCursor
    return cursor


def _listed(mark: Mark | None) -> list[Any] | None:
    if mark is None:
        return None
    return [mark.snapshot, mark.at, mark.day, mark.grants, mark.crews]


def _mark(parts: list[Any] | None) -> Mark | None:
    if parts is None:
        return None
    snapshot, at, day, grants, crews = parts
    return Mark(snapshot, at, day, tuple(grants), tuple(crews))


def look(cursor: Cursor | None) -> tuple[Feed, bool]:
    """The log now, and whether it is the one that the cursor was made for. One query.

    It is not when the database came out of a backup: copied by files it has another identity or
    timeline, or its transactions have not counted so far yet, or it does not know the newest row.
    """
    newest = cursor.newest if cursor else (0, 0)
    mark = cursor and (cursor.until or cursor.since)
    with connection.cursor() as database:
        database.execute(
            """
            WITH now AS (SELECT pg_current_snapshot() AS snapshot)
            SELECT (pg_control_system()).system_identifier
                || '.' || (pg_control_checkpoint()).timeline_id,
                now.snapshot::text,
                coalesce((SELECT ARRAY[id, transaction] FROM sync_change ORDER BY id DESC LIMIT 1),
                    ARRAY[0, 0]::bigint[]),
                EXISTS (SELECT FROM sync_change WHERE id = %s AND transaction = %s),
                pg_snapshot_xmax(%s::pg_snapshot) <= pg_snapshot_xmax(now.snapshot)
            FROM now
            """,
            [*newest, mark.snapshot if mark else "1:1:"],
        )
        epoch, snapshot, found, there, past = database.fetchone()
    feed = Feed(epoch, snapshot, (found[0], found[1]))
    same = cursor is not None and epoch == cursor.epoch and past and (there or newest == (0, 0))
    return feed, same


def too_old(cursor: Cursor, now: dt.datetime) -> bool:
    """Whether the log no longer tells all that happened since."""
    mark = cursor.since or cursor.until
    return mark is None or milliseconds(now) - mark.at > KEPT / dt.timedelta(milliseconds=1)


def milliseconds(moment: dt.datetime) -> int:
    """Since 1970."""
    return int(moment.timestamp() * 1000)
