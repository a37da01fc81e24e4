"""A tablet for tests: makes operations as the app does, and sends them over HTTP."""

import datetime as dt
import gzip
import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import Member

URL = "/api/v1/sync/"


def uuid7(at: dt.datetime) -> str:
    """RFC 9562: milliseconds, version, random, variant, random."""
    value = int(at.timestamp() * 1000) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return str(uuid.UUID(int=value | 0b10 << 62 | secrets.randbits(62)))


def milliseconds(at: dt.datetime) -> int:
    return int(at.timestamp() * 1000)


@dataclass
class Tablet:
    """One outbox of one member. ``off``: how far its clock runs ahead."""

    member: Member
    device: str = field(default_factory=lambda: str(uuid.uuid4()))
    off: dt.timedelta = dt.timedelta()
    sequence: int = 0

    def __post_init__(self) -> None:
        self.client = Client()
        self.client.force_login(self.member)

    def clock(self) -> dt.datetime:
        return timezone.now() + self.off

    def record(
        self,
        kind: str,
        body: dict[str, Any],
        *,
        after: Sequence[dict[str, Any]] = (),
        at: dt.datetime | None = None,
    ) -> dict[str, Any]:
        """An operation as the outbox holds it; nothing is sent."""
        self.sequence += 1
        return {
            "id": uuid7(self.clock()),
            "sequence": self.sequence,
            "kind": kind,
            "at": milliseconds(at or self.clock()),
            "offset": 480,
            "after": [operation["id"] for operation in after],
            "body": body,
        }

    def envelope(self, *operations: Any) -> dict[str, Any]:
        return {
            "protocol": 1,
            "app": "test",
            "device": self.device,
            "sent_at": milliseconds(self.clock()),
            "operations": list(operations),
        }

    def post(self, *operations: Any, packed: bool = False) -> Any:
        """The whole answer."""
        return self.post_bytes(json.dumps(self.envelope(*operations)).encode(), packed=packed)

    def post_bytes(self, data: bytes, *, packed: bool = False) -> Any:
        headers = {"Content-Encoding": "gzip"} if packed else {}
        return self.client.post(
            URL,
            gzip.compress(data) if packed else data,
            content_type="application/json",
            headers=headers,
        )

    def send(self, *operations: Any) -> list[dict[str, Any]]:
        """What became of each."""
        response = self.post(*operations)
        assert response.status_code == 200, response.content
        answers: list[dict[str, Any]] = response.json()["answers"]
        assert [answer["id"] for answer in answers] == [operation["id"] for operation in operations]
        return answers

    def states(self, *operations: Any) -> list[str]:
        return [answer["state"] for answer in self.send(*operations)]
