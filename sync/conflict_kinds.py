"""A conflict decided on the tablet that sent one of its sides."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from api.errors import NotFound
from cases.models import Case
from sync.conflicts import Decision, decide
from sync.kinds import Applied, Body, Op, about, kind
from sync.models import Conflict


class DecideBody(Body):
    conflict = serializers.UUIDField()
    keep = serializers.ChoiceField([Decision.MINE, Decision.THEIRS])


@kind("conflict.decide", DecideBody)
def decided(op: Op, body: dict[str, Any]) -> Applied:
    """Keep what was sent, or what was there; what somebody decided before stays."""
    row = Conflict.objects.filter(pk=body["conflict"], by=op.member).first()
    if row is None:
        raise NotFound(_("This conflict is not there any more."))
    with about(row.subject, row.area_code):
        decide(row, body["keep"], member=op.member, now=op.now)
    version = Case.objects.values_list("version", flat=True).get(pk=row.case_number)
    return Applied({"case": row.case_number, "version": version}, row.subject, row.area_code)
