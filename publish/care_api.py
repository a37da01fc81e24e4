"""``/api/v1/care/counts/``: how many households are cared for, as everybody may know it."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Member, Role
from api.errors import NotAllowed
from api.input import CodeField, DayField, Query
from grid.responsibility import scope_of
from households.models import CareCount
from patrols.coverage import area_of
from publish.care_counts import published, reading

ALL_ROLES = frozenset(Role.values)


class CountsQuery(Query):
    area = CodeField()
    as_of = DayField(help_text="The week of this day, or the last one before; today without it")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "area" not in attrs:
            raise serializers.ValidationError({"area": _("Say which area: ?area=CODE.")})
        return attrs


@extend_schema(parameters=[CountsQuery], responses=dict[str, Any], tags=["care"])
class CareCounts(APIView):
    """Households with a care plan, and with a visit due in the week, of an area and all below it.

    Each is ``{low, high, shown}``: a number, or a range where the number would tell of fewer than
    five households. One snapshot a week, never changed; for members of any role in the area.
    """

    def get(self, request: Request) -> Response:
        # Queries: session, member, responsibilities, area, week, counts.
        asked = CountsQuery.of(request)
        member, today = request.user, timezone.localdate()
        assert isinstance(member, Member)  # noqa: S101
        area = area_of(asked["area"])
        if not scope_of(member, today, roles=ALL_ROLES).covers(area.code):
            raise NotAllowed(_("Figures of an area are shown only to those responsible for it."))
        week, rows = published(area.code, min(asked.get("as_of", today), today))
        by_area: dict[str, dict[str, Any]] = {}
        for row in rows:
            by_area.setdefault(row.area_code, {"code": row.area_code})[row.kind] = _shown(row)
        return Response(
            {
                "area": area.code,
                "week": week,
                "until": week and week + dt.timedelta(days=6),
                "counts": list(by_area.values()),
            }
        )


def _shown(count: CareCount) -> dict[str, Any]:
    return {"low": count.low, "high": count.high, "shown": str(reading(count))}
