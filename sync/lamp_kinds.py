"""A lamp seen lit or dark from a tablet."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from api.errors import NotAllowed, NotFound
from grid.responsibility import scope_of
from streetlights.api import REPORTING
from streetlights.models import Lamp, LampSighting
from sync.kinds import Applied, Body, Op, about, kind


class SeenBody(Body):
    lamp = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    state = serializers.ChoiceField(LampSighting.State.choices)
    key = serializers.UUIDField()


@kind("lamp.seen", SeenBody)
def seen(op: Op, body: dict[str, Any]) -> Applied:
    """Store the look; the newest one says whether the lamp works, in whatever order they come."""
    lamp = Lamp.objects.select_related("cell", "community").filter(pk=body["lamp"]).first()
    if lamp is None:
        raise NotFound(_("This lamp is not there any more."))
    code = (lamp.cell or lamp.community).code
    with about(f"lamp:{lamp.pk}", code):
        allowed = (op.member, op.replay_by)
        today = timezone.localdate(op.now)
        scopes = [scope_of(one, today, roles=REPORTING) for one in allowed if one is not None]
        if not any(scope.touches(code) for scope in scopes):
            raise NotAllowed(_("You may report only lamps where you are responsible."))
        lamp.see(body["state"], at=op.at, member=op.member)
    return Applied({"lamp": lamp.pk}, f"lamp:{lamp.pk}", area_code=code)
