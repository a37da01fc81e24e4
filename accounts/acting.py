"""On whose behalf this transaction speaks to the database: a member, or a job by its name.

Row-level security reads it (households/migrations). It is set inside a transaction and never for
a session, so a pooled connection carries nothing over; nothing set means that nothing is seen.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from psycopg.pq import TransactionStatus

from accounts.models import Member


@dataclass(frozen=True)
class _Acting:
    member: str = ""
    day: str = ""
    job: str = ""


_NOBODY = _Acting()
_acting: ContextVar[_Acting] = ContextVar("acting", default=_NOBODY)


@contextmanager
def as_member(member: Member, on: dt.date | None = None) -> Iterator[None]:
    """Within it the database shows what this member may see on that day (today by local time)."""
    day = on or timezone.localdate()
    with _as(_Acting(member=str(member.pk), day=day.isoformat())):
        yield


@contextmanager
def as_job(name: str) -> Iterator[None]:
    """Within it the database shows what the job of this name works on.

    Only the owner of the tables can be a job: the web process, which owns nothing, sees nothing
    more by it.
    """
    with _as(_Acting(job=name)):
        yield


@contextmanager
def _as(acting: _Acting) -> Iterator[None]:
    """In a transaction, the running one if there is one; what was set before returns after it."""
    if not connection.in_atomic_block:
        with transaction.atomic(), _as(acting):
            yield
        return
    before = _acting.set(acting)
    try:
        _tell(acting)
        yield
    finally:
        _acting.reset(before)
        # A transaction or savepoint that failed, or is to be undone as REST framework does after
        # a refusal, forgets by itself, and takes no more commands.
        status = connection.connection.info.transaction_status
        if status == TransactionStatus.INTRANS and not connection.needs_rollback:
            _tell(_acting.get())


def _tell(acting: _Acting) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('gridwalk.member', %s, true), set_config('gridwalk.day', %s, true),"
            # What the database worked out for whoever it was before.
            " set_config('gridwalk.job', %s, true), set_config('gridwalk.areas', '', true)",
            [acting.member, acting.day, acting.job],
        )
