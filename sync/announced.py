"""Photos that a record names: they follow it, and wait with it where it was not taken in."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Member
from cases import awaited_photos
from cases.awaited_photos import Announced
from cases.deeds import MOST_PHOTOS
from cases.models import AwaitedPhoto
from cases.photos import MEGABYTE, MOST_BYTES
from sync.kinds import Body

TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif")


class PhotoBody(Body):
    """``{"id": uuid, "sha256": hex, "bytes": n, "type": "image/jpeg"}``; gives an Announced."""

    id = serializers.UUIDField()
    sha256 = serializers.RegexField(r"\A[0-9a-f]{64}\Z")
    bytes = serializers.IntegerField(min_value=1)
    type = serializers.ChoiceField(TYPES, required=False)

    def validate_bytes(self, value: int) -> int:
        if value > MOST_BYTES:
            raise serializers.ValidationError(
                _("A photo may have %s MB at most. Take it again with a smaller size.")
                % (MOST_BYTES // MEGABYTE)
            )
        return value

    def to_internal_value(self, data: Any) -> Announced:
        found = super().to_internal_value(data)
        return Announced(found["id"], bytes.fromhex(found["sha256"]), found["bytes"])


def photos_field() -> serializers.ListField:
    """The photos of one record, as Announced."""
    return serializers.ListField(child=PhotoBody(), max_length=MOST_PHOTOS, default=list)


def announce(
    operation: uuid.UUID, body: dict[str, Any], member: Member, *, now: dt.datetime
) -> None:
    """Let the photos of an operation that was not taken in come all the same, for its replay.

    Those that are not named as they should be are passed over. Raises BadInput where an id
    stands for another photo.
    """
    awaited_photos.announce(operation, _named(body), member, now=now)


def _named(body: dict[str, Any]) -> Sequence[Announced]:
    sent = body.get("photos")
    found = [PhotoBody(data=one) for one in sent[:MOST_PHOTOS]] if isinstance(sent, list) else []
    return [one.validated_data for one in found if one.is_valid()]


def expect_no_more(operation: uuid.UUID) -> None:
    """Delete what came of the photos of an operation that will not be taken in."""
    awaited_photos.forget(AwaitedPhoto.objects.filter(operation=operation, event=None))
