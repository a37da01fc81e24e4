"""The tablet's outbox as the app keeps it, made in Python: what is stored survives a crash.

``queue`` and ``photos`` hold what the server has not acknowledged. Whatever happens between the
request and the answer, a tablet without the answer sends the same bytes again.
"""

import datetime as dt
import hashlib
import json
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.utils import timezone
from PIL import Image

from tests.sync.feed import ADDRESS, Tablet


def _moments() -> Iterator[dt.datetime]:
    """Now, each time; never in the same millisecond twice, nor in one that is still to come."""
    last = 0
    while True:
        now = timezone.now()
        if int(now.timestamp() * 1000) > last:
            last = int(now.timestamp() * 1000)
            yield now


#: No two operations have one moment: two looks at a lamp would be one.
MOMENTS = _moments()


def uuid7(at: dt.datetime) -> str:
    """RFC 9562: milliseconds, version, random, variant, random."""
    value = (int(at.timestamp() * 1000) & (2**48 - 1)) << 80 | 0x7 << 76
    value |= secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def picture(shade: int) -> bytes:
    """A small photo, unlike those of other shades."""
    out = BytesIO()
    Image.new("RGB", (16, 16), (shade % 256, shade // 256 % 256, 90)).save(out, "JPEG")
    return out.getvalue()


@dataclass
class Outbox(Tablet):
    """A tablet that records and sends as well."""

    #: How far its clock runs ahead.
    off: dt.timedelta = dt.timedelta()
    sequence: int = 0
    queue: list[dict[str, Any]] = field(default_factory=list)
    #: Everything ever recorded, by id; and what was acknowledged, with its state.
    recorded: dict[str, dict[str, Any]] = field(default_factory=dict)
    delivered: dict[str, str] = field(default_factory=dict)
    #: Photo id -> its bytes, until the server has it all.
    photos: dict[str, bytes] = field(default_factory=dict)

    def record(self, kind: str, body: dict[str, Any], *, photo: bytes | None = None) -> str:
        """Store an operation, its photo with it; the id. ``body`` gets a key where it has none."""
        self.sequence += 1
        now = next(MOMENTS) + self.off
        if photo is not None:
            name = str(uuid.uuid4())
            self.photos[name] = photo
            body["photos"] = [
                {
                    "id": name,
                    "sha256": hashlib.sha256(photo).hexdigest(),
                    "bytes": len(photo),
                    "type": "image/jpeg",
                }
            ]
        operation: dict[str, Any] = {
            "id": uuid7(now),
            "sequence": self.sequence,
            "kind": kind,
            "at": int(now.timestamp() * 1000),
            "offset": 480,
            "after": [],
            "body": {"key": str(uuid.uuid4()), **body},
        }
        self.queue.append(operation)
        self.recorded[operation["id"]] = operation
        return str(operation["id"])

    def send(self, operations: list[dict[str, Any]], *, heard: bool = True) -> None:
        """Send these; without hearing the answer, nothing is known of what became of them."""
        answer = self.client.post(
            ADDRESS,
            json.dumps(
                {
                    "protocol": 1,
                    "app": "machine",
                    "device": self.device,
                    "sent_at": int((timezone.now() + self.off).timestamp() * 1000),
                    "operations": operations,
                }
            ),
            content_type="application/json",
        )
        assert answer.status_code == 200, answer.content
        if heard:
            self.heard(answer.json())

    def heard(self, answer: dict[str, Any]) -> None:
        """Mark as delivered what was answered."""
        assert answer["device"] == self.device and answer["protocol"] == 1
        for one in answer["answers"]:
            self.delivered[one["id"]] = one["state"]
        self.queue = [one for one in self.queue if one["id"] not in self.delivered]

    def send_photos(self, *, parts: int | None = None) -> None:
        """Go on with each photo from where the server has it, in halves; so many parts at most."""
        for name, data in list(self.photos.items()):
            url = f"{ADDRESS}photos/{name}/"
            known = self.client.get(url).json()
            while known["state"] == "awaited" and parts != 0:
                part = data[known["received"] :][: len(data) // 2 + 1]
                answer = self.client.put(
                    f"{url}?offset={known['received']}", part, "application/octet-stream"
                )
                assert answer.status_code == 200, answer.content
                known = answer.json()
                parts = None if parts is None else parts - 1
            if known["state"] == "complete":
                del self.photos[name]

    def flush(self) -> None:
        """Send all there is."""
        while self.queue:
            self.send(self.queue[:200])
        self.send_photos()
