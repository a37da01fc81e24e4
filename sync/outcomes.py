"""What becomes of one operation: its handler runs in a savepoint, and every end has a name."""

import logging
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, IntegrityError, transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

from api.errors import BadInput, GridwalkError
from api.handlers import described
from sync import kinds
from sync.kinds import Applied, Clash, Hold, KeepNothing, Op
from sync.models import Operation

log = logging.getLogger("gridwalk.sync")

State = Operation.State
#: Classes of SQLSTATE that are about the moment and not about the operation: lost connections,
#: deadlocks, no room, locks that were not to be had, shutdowns, faults of the disk.
_OF_THE_MOMENT = {"08", "40", "53", "55", "57", "58"}


@dataclass(frozen=True)
class Outcome:
    state: str
    code: str = ""
    message: str = ""
    fields: dict[str, list[str]] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    subject: str = ""
    area_code: str = ""
    waits_for: tuple[str, ...] = ()
    #: Whether the payload may be kept where it is not applied.
    keep: bool = True


def run(op: Op, body: Any) -> Outcome:
    """Hand the operation to its app. Only faults that another try may mend are raised."""
    try:
        return _in_savepoint(op, body)
    except IntegrityError:
        # Somebody else's row came between the handler's look and its insert: now it sees it.
        pass
    try:
        return _in_savepoint(op, body)
    except IntegrityError as error:
        return _unforeseen(op, error)


def _in_savepoint(op: Op, body: Any) -> Outcome:
    try:
        with transaction.atomic():
            done = kinds.run(op, body)
    except Hold as hold:
        return held(hold)
    except Clash as clash:
        return clashed(clash)
    except (GridwalkError, APIException) as error:
        return refused(error)
    except IntegrityError:
        raise
    except Exception as error:
        if of_the_moment(error):
            raise
        return _unforeseen(op, error)
    return clashed(done) if isinstance(done, Clash) else applied(done)


def of_the_moment(error: Exception) -> bool:
    """Whether the database could not, rather than would not: the whole request is tried again."""
    if not isinstance(error, Error) or isinstance(error, IntegrityError):
        return False
    state = sqlstate(error)
    return state == "" or state[:2] in _OF_THE_MOMENT


def sqlstate(error: Exception) -> str:
    """PostgreSQL's own code of the error; "" where it never answered, or it is not its error."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def applied(done: Applied) -> Outcome:
    return Outcome(
        State.APPLIED, result=done.result, subject=done.subject, area_code=done.area_code
    )


def held(hold: Hold) -> Outcome:
    return Outcome(
        State.HELD,
        code="held",
        message=str(hold),
        waits_for=hold.waits_for,
        area_code=hold.area_code,
    )


def clashed(clash: Clash) -> Outcome:
    return Outcome(
        State.CONFLICT,
        code=clash.code,
        message=str(clash),
        result=clash.kept,
        subject=clash.subject,
        area_code=clash.area_code,
    )


def refused(error: GridwalkError | APIException) -> Outcome:
    code, message, fields = described(error)
    return Outcome(
        State.REJECTED,
        code=code,
        message=message,
        fields=fields or {},
        subject=getattr(error, "subject", ""),
        area_code=getattr(error, "area_code", ""),
        keep=not isinstance(error, KeepNothing),
    )


def same_id() -> Outcome:
    """Another operation came under this id before."""
    return Outcome(
        State.CONFLICT,
        code="same_id",
        message=_("Another record came with the same id. Both are kept, and the office is told."),
    )


def no_time() -> Outcome:
    message = _("This must be a time in milliseconds since 1970.")
    return refused(BadInput(message, fields={"at": [message]}))


def _unforeseen(op: Op, error: Exception) -> Outcome:
    """A fault here or a value that the database refuses; it must not stop what comes after."""
    log.error("operation %s (%s) failed", op.id, op.kind, exc_info=error)
    known = described(error) if isinstance(error, Error) else None
    if known and known[0] == BadInput.code:
        return Outcome(State.REJECTED, code=known[0], message=known[1])
    return Outcome(
        State.REJECTED,
        code="server_error",
        message=_(
            "The server could not take this in, by a fault of its own. It is kept, and the "
            "office is told."
        ),
    )


def settle(row: Operation, outcome: Outcome) -> None:
    """Note on the row what became of it."""
    row.state, row.code, row.message = outcome.state, outcome.code, outcome.message
    row.fields, row.result = outcome.fields, outcome.result
    row.waits_for = list(outcome.waits_for)
    row.subject = outcome.subject or row.subject
    row.area_code = outcome.area_code or row.area_code
