"""What the pages ask for after they stand: cells by holder for the map."""

import json
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import signed_in
from grid.models import Area, DivisionCell
from handover.board import load
from handover.pages import BoardQuery, view_of
from handover.past import Past
from handover.powers import must_decide
from handover.streets import nobodys_lines

#: Decimals of degrees: 1 m, finer than a border is drawn here.
DECIMALS = 5


@extend_schema(responses=dict[str, Any], tags=["map"])
class ResponsibilityMap(APIView):
    """Cells with who works there on a day, and the lines of streets that are nobody's.

    A day that is over has its cells as they were drawn then. Queries: session, member, homes,
    powers, divisions that went, areas, responsibilities, outlines, lines.
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
            .values_list("code", "outline")
        )
        outlines |= _outlines_of_then(found.past)
        cells = []
        for cell in found.cells:
            held = [one for one in found.held.get(cell.pk, ()) if one.on(day)]
            mine = [one for one in held if found.view.member in (None, one.member)]
            cells.append(
                {
                    "type": "Feature",
                    "geometry": json.loads(outlines[cell.code]),
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


def _outlines_of_then(past: Past) -> dict[str, str]:
    """GeoJSON by code of cells that are drawn otherwise today. One query, where there are any."""
    if not past.cells:
        return {}
    rows = DivisionCell.objects.filter(pk__in=[cell.pk for cell in past.cells.values()])
    drawn = rows.annotate(drawn=AsGeoJSON("outline", precision=DECIMALS))
    return dict(drawn.values_list("code", "drawn"))


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}
