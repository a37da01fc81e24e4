"""The kinds of operations, and the app that each is handed to.

A handler is a function ``apply(op, body)`` that works on the state of today and either

- returns ``Applied``: everything it stored stays;
- returns a ``Clash``: what it stored stays, and so do both versions of what clashed;
- raises a ``Clash``, a ``Hold``, a GridwalkError or a ValidationError: what it stored is undone,
  and the operation is kept with that state, unless the error is a ``KeepNothing``.

Any other exception is a fault here: the operation is kept, and the others go on.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Member
from api.errors import BadInput, GridwalkError


@dataclass(frozen=True)
class Op:
    """An operation on its way into the app that owns it.

    ``at`` is when it happened, in UTC, corrected where the tablet's clock was ahead, or behind by
    more than five minutes, and never later than it was received. ``now`` is the moment of this
    attempt: a held or quarantined operation runs long after ``received_at``.
    """

    id: uuid.UUID
    device: uuid.UUID
    member: Member
    sequence: int
    kind: str
    at: dt.datetime
    received_at: dt.datetime
    now: dt.datetime
    after: tuple[uuid.UUID, ...] = ()
    clock_off_seconds: int = 0
    #: The member of the office who replays it, if so.
    replay_by: Member | None = None


@dataclass(frozen=True)
class Applied:
    """It is done. ``subject`` ("case:<key>") releases what was held for it."""

    result: dict[str, Any] = field(default_factory=dict)
    subject: str = ""
    area_code: str = ""


class Hold(Exception):
    """Something that this operation needs has not come yet. ``waits_for``: subjects."""

    def __init__(self, waits_for: Iterable[str], message: object, *, area_code: str = "") -> None:
        super().__init__(str(message))
        self.waits_for = tuple(waits_for)
        self.area_code = area_code


class Clash(GridwalkError):
    """Somebody else was there before. ``kept`` holds both versions, as JSON.

    Returned instead of raised, what the handler stored stays.
    """

    def __init__(
        self,
        code: str,
        message: object,
        kept: dict[str, Any],
        *,
        subject: str = "",
        area_code: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.kept = kept
        self.subject = subject
        self.area_code = area_code


class KeepNothing(GridwalkError):
    """Refused, and what was sent must not be kept here; only that it came."""

    def __init__(
        self, code: str, message: object, *, fields: dict[str, list[str]] | None = None
    ) -> None:
        super().__init__(message, fields=fields)
        self.code = code


@contextmanager
def about(subject: str, area_code: str = "") -> Iterator[None]:
    """What is refused within it says what it is about, so that the office finds it."""
    try:
        yield
    except GridwalkError as error:
        error.subject, error.area_code = subject, area_code  # type: ignore[attr-defined]
        raise


class Body(serializers.Serializer):
    """Base of every body: a field that nobody knows is refused, not dropped."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            message = str(_("This field is not known."))
            raise serializers.ValidationError({str(name)[:100]: [message] for name in unknown})
        return super().to_internal_value(data)


@dataclass(frozen=True)
class About:
    """What an operation that is not taken in is about, where its handler was not asked."""

    subject: str = ""
    area_code: str = ""


Handler = Callable[[Op, dict[str, Any]], Applied | Clash]
#: Of the body as it was sent, whatever it is, and when it happened.
Keeping = Callable[[Any, dt.datetime], About]


@dataclass(frozen=True)
class Kind:
    name: str
    body: type[Body]
    apply: Handler


class UnknownKind(GridwalkError):
    """Kept until this server knows the kind."""

    code = "unknown_kind"
    sentence = _("The server does not know this kind of record yet. It is kept until it does.")


_kinds: dict[str, Kind] = {}


def kind(name: str, body: type[Body]) -> Callable[[Handler], Handler]:
    """Register a handler: ``@kind("lamp.seen", SeenBody)``."""

    def register(apply: Handler) -> Handler:
        _kinds[name] = Kind(name, body, apply)
        return apply

    return register


_keeping: dict[str, Keeping] = {}


def keeping(prefix: str) -> Callable[[Keeping], Keeping]:
    """Register who says what may be kept of kinds of these names: ``@keeping("visit.")``."""

    def register(ask: Keeping) -> Keeping:
        _keeping[prefix] = ask
        return ask

    return register


def kept(name: str, body: Any, at: dt.datetime) -> About:
    """What something is about that is not taken in, for whatever reason, and is to be kept.

    Also of kinds that this server does not know, and of what cannot be read. Raises KeepNothing.
    """
    for prefix, ask in _keeping.items():
        if name.startswith(prefix):
            return ask(body, at)
    return About()


def known(name: str) -> bool:
    return name in _kinds


def find(name: str) -> Kind:
    """The kind of this name; raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind() from None


def run(op: Op, body: Any) -> Applied | Clash:
    """Check the body and apply it. Raises what the handler raises, and UnknownKind."""
    handler = find(op.kind)
    if not isinstance(body, dict):
        raise BadInput(_("The body of an operation is an object."))
    sent = handler.body(data=body, context={"op": op})
    sent.is_valid(raise_exception=True)
    return handler.apply(op, sent.validated_data)
