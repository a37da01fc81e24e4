"""What the pages ask for after they stand: cells by holder for the map, and a member's notices."""

import json
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import signed_in
from api.errors import NotFound
from grid.models import Area
from handover import notices
from handover.board import load
from handover.models import Notice
from handover.pages import BoardQuery, view_of
from handover.powers import must_decide
from handover.streets import nobodys_lines

#: Decimals of degrees: 1 m, finer than a border is drawn here.
DECIMALS = 5


@extend_schema(responses=dict[str, Any], tags=["map"])
class ResponsibilityMap(APIView):
    """Cells with who works there on a day, and the lines of streets that are nobody's.

    Queries: session, member, homes, powers, areas, responsibilities, outlines, lines.
    """

    def get(self, request: Request) -> Response:
        today = timezone.localdate()
        powers = must_decide(signed_in(request), today)
        found = load(powers.scope, view_of(BoardQuery.of(request), today))
        day = found.view.day
        doubled = {one.area.pk for one in found.overlaps if one.overlap.since <= day}
        names = {row.member_id: str(row.member) for row in found.rows}
        outlines = dict(
            Area.objects.filter(pk__in=[cell.pk for cell in found.cells])
            .annotate(outline=AsGeoJSON("geometry", precision=DECIMALS))
            .values_list("pk", "outline")
        )
        cells = []
        for cell in found.cells:
            held = [one for one in found.held.get(cell.pk, ()) if one.on(day)]
            mine = [one for one in held if found.view.member in (None, one.member)]
            cells.append(
                {
                    "type": "Feature",
                    "geometry": json.loads(outlines[cell.pk]),
                    "properties": {
                        "code": cell.code,
                        "name": cell.name,
                        "holders": list(dict.fromkeys(names[one.member] for one in held)),
                        "colour": found.colours[mine[0].member] if mine else None,
                        "nobody": not held,
                        "overlap": cell.pk in doubled and len({one.member for one in held}) > 1,
                    },
                }
            )
        lines = [
            {
                "type": "Feature",
                "geometry": json.loads(line.geojson),
                "properties": {"name": name, "metres": round(metres)},
            }
            for line, name, metres in nobodys_lines(found.asked_streets)
        ]
        return Response({"cells": _collection(cells), "streets": _collection(lines)})


@extend_schema(responses=dict[str, Any], tags=["me"])
class Notices(APIView):
    """What the member has not seen yet of handovers and leaves, in the language of the request.

    Queries: session, member, notices.
    """

    def get(self, request: Request) -> Response:
        member = signed_in(request)
        rows = notices.unseen(member, timezone.now())[: notices.MOST]
        told = [notices.told(row) for row in rows]
        return Response(
            {
                "notices": [
                    {"id": one.pk, "text": one.text, "page": one.address, "made_at": one.made_at}
                    for one in told
                ]
            }
        )


@extend_schema(request=None, responses={204: None}, tags=["me"])
class NoticeSeen(APIView):
    """One's own notice was seen; again changes nothing."""

    def post(self, request: Request, pk: int) -> Response:
        row = Notice.objects.filter(pk=pk, member=signed_in(request)).first()
        if row is None:
            raise NotFound
        if row.seen_at is None:
            row.seen_at = timezone.now()
            row.save(update_fields=["seen_at"])
        return Response(status=204)


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}
