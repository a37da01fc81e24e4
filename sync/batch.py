"""A tablet's request, checked as far as it must be before any of it can be answered."""

import datetime as dt
import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from api.errors import BadInput, GridwalkError, TooMany

#: What this server speaks; docs/sync.md describes it.
PROTOCOL = 1
OLDEST_PROTOCOL = 1
MOST_OPERATIONS = 200
MOST_AFTER = 50
#: A clock that is off by more seconds is corrected, and the operation says so. One that is ahead
#: would have everything it tells happen in the future: cut off at its arrival, what was seen one
#: after the other would be of one moment.
CLOCK_BEHIND = 300
CLOCK_AHEAD = 2
#: Any whole number that JavaScript counts exactly; as a time it may still be none.
_MOST = 2**53
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: So that what has no usable id of its own still has the same one whenever it is sent.
_NAMELESS = uuid.UUID("6b1f3e56-6a4c-5c8e-9a55-0d2f6c1d7c10")


class AppTooOld(GridwalkError):
    code = "app_too_old"
    http_status = 426

    def __init__(self) -> None:
        super().__init__(
            _("This app is too old for the server. Reload it; what you recorded stays on it.")
        )


@dataclass(frozen=True)
class Sent:
    """One operation as it came. ``fault`` says what makes it unusable, if anything."""

    id: uuid.UUID
    #: The id exactly as it was sent, for the answer.
    name: Any
    raw: dict[str, Any]
    digest: bytes
    sequence: int = 0
    kind: str = ""
    at: int | None = None
    offset: int = 0
    after: tuple[uuid.UUID, ...] = ()
    fault: BadInput | None = None


@dataclass(frozen=True)
class Batch:
    """What a tablet sends at once. ``sent_at`` is its clock, in milliseconds since 1970."""

    app: str
    device: uuid.UUID
    sent_at: int
    operations: tuple[Sent, ...]
    #: Whose they are, where the tablet says so: not always who is signed in by now.
    member: int | None = None

    def clock_off(self, now: dt.datetime) -> int:
        """Seconds to add to the tablet's times; 0 within the tolerance."""
        off = round((now - _EPOCH).total_seconds() - self.sent_at / 1000)
        return off if not -CLOCK_AHEAD <= off <= CLOCK_BEHIND else 0


def read(data: Any) -> Batch:
    """Check the envelope. Raises BadInput, TooMany, AppTooOld; single operations are never why."""
    if not isinstance(data, dict):
        raise _bad("body", _("The body must be an object."))
    protocol = data.get("protocol")
    if not isinstance(protocol, int) or not _whole(protocol):
        raise _bad("protocol", _("This must be a whole number."))
    if protocol < OLDEST_PROTOCOL:
        raise AppTooOld()
    if protocol > PROTOCOL:
        raise _bad("protocol", _("The server is older than this app. Try again later."))
    device = _uuid(data.get("device"))
    if device is None:
        raise _bad("device", _("This must be a UUID."))
    if not _whole(data.get("sent_at")):
        raise _bad("sent_at", _("This must be a time in milliseconds since 1970."))
    operations = data.get("operations")
    if not isinstance(operations, list):
        raise _bad("operations", _("This must be a list."))
    if len(operations) > MOST_OPERATIONS:
        raise TooMany(
            _("Send %(number)s operations at once at most.") % {"number": MOST_OPERATIONS}
        )
    app, member = data.get("app"), data.get("member")
    if member is not None and not _whole(member):
        raise _bad("member", _("This must be a whole number."))
    return Batch(
        app=app[:40] if isinstance(app, str) else "",
        device=device,
        sent_at=data["sent_at"],
        operations=tuple(read_operation(raw) for raw in operations),
        member=member,
    )


def digest_of(raw: Any) -> bytes:
    """SHA-256 of the operation in one canonical spelling."""
    text = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).digest()


def read_operation(raw: Any) -> Sent:
    """One operation; what is wrong with it is noted, for it must not stop the others."""
    digest = digest_of(raw)
    name = raw.get("id") if isinstance(raw, dict) else None
    found = _uuid(name)
    key = found or uuid.uuid5(_NAMELESS, digest.hex())
    if not isinstance(raw, dict):
        fault = _bad("", _("An operation must be an object."))
        return Sent(key, None, {"sent": raw}, digest, fault=fault)
    faults = {field: [str(why)] for field, why in _faults(raw).items()}
    if found is None:
        faults["id"] = [_("This must be a UUID.")]
    kind = raw.get("kind")
    return Sent(
        id=key,
        name=name,
        raw=raw,
        digest=digest,
        sequence=0 if "sequence" in faults else raw["sequence"],
        kind=kind[:40] if isinstance(kind, str) else "",
        at=None if "at" in faults else raw["at"],
        offset=0 if "offset" in faults else raw.get("offset", 0),
        after=() if "after" in faults else tuple(map(uuid.UUID, raw.get("after", ()))),
        fault=BadInput(fields=faults) if faults else None,
    )


def _faults(raw: dict[str, Any]) -> dict[str, str]:
    found = {}
    if not (_whole(raw.get("sequence")) and raw["sequence"] > 0):
        found["sequence"] = _("This must be a whole number from 1 on.")
    if not _whole(raw.get("at")):
        found["at"] = _("This must be a time in milliseconds since 1970.")
    offset = raw.get("offset", 0)
    if not (_whole(offset) and abs(offset) <= 24 * 60):
        found["offset"] = _("This must be a number of minutes.")
    after = raw.get("after", [])
    if not (isinstance(after, list) and len(after) <= MOST_AFTER and all(map(_uuid, after))):
        found["after"] = _("This must be a list of UUIDs, %(number)s at most.") % {
            "number": MOST_AFTER
        }
    kind = raw.get("kind")
    if not (isinstance(kind, str) and 0 < len(kind) <= 40):
        found["kind"] = _("This must be a word.")
    if not isinstance(raw.get("body"), dict):
        found["body"] = _("This must be an object.")
    return found


def time_of(milliseconds: int | None) -> dt.datetime | None:
    """In UTC; None where the number is no time that can be stored."""
    if milliseconds is None:
        return None
    try:
        found = _EPOCH + dt.timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
    return found if 1970 <= found.year < 9000 else None


def _bad(field: str, message: str) -> BadInput:
    return BadInput(message, fields={field: [message]} if field else None)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _MOST


def _uuid(value: object) -> uuid.UUID | None:
    """Only in the canonical spelling: an id has one."""
    try:
        found = uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and str(found) == value else None
