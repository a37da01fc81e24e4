"""``GET /api/v1/sync/``: what changed for a tablet; docs/sync.md is for its makers."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import signed_in
from accounts.models import Member
from api.input import Query
from cases.awaited_photos import wanted
from sync import changes, cursor, freshness, packages, reference
from sync.batch import PROTOCOL
from sync.carried import Carrier, carrier
from sync.conflicts import conflicts_of
from sync.intake import NotYourDevice
from sync.models import Device

#: A cursor is a few hundred characters, and some thousand for who holds sixty cells one by one.
LONGEST_CURSOR = 20_000


class ChangesQuery(Query):
    device = serializers.UUIDField(help_text="One outbox: one member on one tablet")
    cursor = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="The cursor of the last answer; without one, everything",
    )


class ChangedSerializer(serializers.Serializer):
    """Records as they are now, and ids of those that the tablet no longer carries."""

    put = serializers.ListField(child=serializers.DictField())
    gone = serializers.ListField(child=serializers.CharField())


class DownloadSerializer(serializers.Serializer):
    """``reset``: forget all records but unsent work; ``more``: ask again at once."""

    protocol = serializers.IntegerField()
    device = serializers.UUIDField()
    cursor = serializers.CharField()
    more = serializers.BooleanField()
    reset = serializers.BooleanField()
    areas = serializers.ListField(child=serializers.CharField())
    member = serializers.DictField()
    changes = serializers.DictField()


class ChangesDoor:
    """The reading side of the tablet's address."""

    @extend_schema(
        parameters=[ChangesQuery], responses=DownloadSerializer, operation_id="sync_download"
    )
    def get(self, request: Request) -> Response:
        """What changed in the member's areas since the cursor, 2,000 records at a time."""
        # Queries where nothing has changed: session, member, tablet, responsibilities, crews,
        # areas, the log's state, the log, what fell due, packages, freshness, reference, photos,
        # conflicts.
        asked = ChangesQuery.of(request)
        member, now, device = signed_in(request), timezone.now(), asked["device"]
        _check_device(device, member)
        told = cursor.read(asked["cursor"], member.pk) if asked.get("cursor") else None
        who = carrier(member, now)
        page = changes.next_page(who, told, device)
        answer = Response(
            {
                "protocol": PROTOCOL,
                "device": str(device),
                "cursor": cursor.written(page.cursor),
                "more": page.more,
                "reset": page.reset,
                "areas": [cell.code for cell in who.cells],
                "member": {"id": member.pk, "name": str(member)},
                "changes": {**changes.told(who, page.found, device), **_always(who)},
            }
        )
        # Neither a proxy nor the browser keeps what may tell of homes.
        answer["Cache-Control"] = "no-store"
        return answer


def _always(who: Carrier) -> dict[str, Any]:
    """What is told whole each time: it is small, or has its own address."""
    return {
        "packages": packages.listed(who.cells),
        "freshness": freshness.listed(who.cells, who.now),
        "reference": reference.version(),
        "photos_wanted": [str(key) for key in wanted(who.member)],
        "conflicts": conflicts_of(who.member),
    }


def _check_device(device: Any, member: Member) -> None:
    """Another member's outbox is none of theirs; one that never sent anything is. One query."""
    owner = Device.objects.filter(pk=device).values_list("member_id", flat=True).first()
    if owner not in (None, member.pk):
        raise NotYourDevice()
