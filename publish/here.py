"""What a click on the map asks: who is responsible here, and when was this street last walked."""

import datetime as dt
import math
import uuid
from typing import Any

from django.contrib.gis.db.models import PointField
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.db.models import F, Value

from accounts.models import Member
from accounts.scope import Scope
from grid.cadence import Cadences
from grid.models import Segment
from grid.responsibility import chain_at
from patrols.models import Patrol, WalkedStretch
from publish.functions import LineLocatePoint
from spatial.intervals import stretches, union

#: A click further from a street does not mean the street.
REACH_METRES = 30
#: How exactly a finger points, in decimetres along the street.
FINGER_DM = 100


def chain(point: Point, on: dt.date) -> list[dict[str, Any]]:
    """From the cell up to the city: code, name, level, and who holds it in which role."""
    return [
        {
            "code": link.area.code,
            "name": link.area.name,
            "level": link.area.level,
            "members": [{"name": str(held.member), "role": held.role} for held in link.held],
        }
        for link in chain_at(point, on)
    ]


def nearest_segment(point: Point) -> Segment | None:
    """The nearest duty segment within REACH_METRES of the point (EPSG:4326). One query.

    It carries ``away`` (a Distance in EPSG:3857, ``REACH_METRES`` being longer there) and
    ``share`` (0..1, where along the line the place is).
    """
    stretch = math.cos(math.radians(point.y))
    place = point.transform(3857, clone=True)
    found = (
        Segment.objects.duty()
        .select_related("street", "community")
        .filter(tile_line__dwithin=(place, REACH_METRES / max(stretch, 0.01)))
        .annotate(
            away=Distance("tile_line", place),
            share=LineLocatePoint(F("tile_line"), Value(place, PointField(srid=3857))),
        )
        .order_by("away", "pk")
    )
    return found.first()


def walked(
    segment: Segment, share: float, *, since: dt.datetime, until: dt.datetime
) -> dict[str, Any]:
    """When the segment was last walked, at the place pointed at and anywhere on it, and how many
    metres of it were walked since. One query."""
    at_dm = round(share * segment.length_dm)
    rows = list(
        WalkedStretch.objects.filter(segment=segment, walked_at__lt=until)
        .order_by("-walked_at", "pk")
        .values_list("start_dm", "end_dm", "walked_at", "patrol_id")
    )
    here = (row for row in rows if row[0] <= at_dm + FINGER_DM and at_dm - FINGER_DM < row[1])
    at_place, anywhere = next(here, None), rows[0] if rows else None
    window = [(start, end) for start, end, at, _patrol in rows if at >= since]
    covered = union(stretches([0] * len(window), [w[0] for w in window], [w[1] for w in window]))
    metres = float((covered.end - covered.start).sum()) / 10
    return {
        "at_place": at_place and {"at": at_place[2], "patrol": at_place[3]},
        "anywhere": anywhere and {"at": anywhere[2], "patrol": anywhere[3]},
        "covered_metres": min(metres, float(segment.metres)),
    }


def patrol_of(pk: uuid.UUID, member: Member, scope: Scope) -> dict[str, Any] | None:
    """The patrol, for those who may see it."""
    patrol = (
        Patrol.objects.visible_to(member, scope)
        .select_related("member", "team")
        .filter(pk=pk)
        .first()
    )
    if patrol is None:
        return None
    return {
        "id": patrol.pk,
        "member": str(patrol.member),
        "team": patrol.team and patrol.team.name,
        "started_at": patrol.started_at,
        "simulated": patrol.simulated,
        "own": patrol.member_id == member.pk,
        "nothing_wrong_at": patrol.nothing_wrong_at,
        "certain_metres": float(patrol.certain_metres),
        "doubtful_metres": float(patrol.doubtful_metres),
    }


def street_at(
    point: Point, member: Member, scope: Scope, *, since: dt.datetime, until: dt.datetime
) -> dict[str, Any] | None:
    """The nearest street and, where the scope touches its community, when it was walked."""
    segment = nearest_segment(point)
    if segment is None:
        return None
    code = segment.community.code
    found: dict[str, Any] = {
        "id": segment.pk,
        "name": segment.street.name if segment.street else "",
        "name_zh": segment.street.name_zh if segment.street else "",
        "kind": segment.kind,
        "community": code,
        "metres": float(segment.metres),
        "length_dm": segment.length_dm,
        "cadence_days": segment.cadence_days or Cadences().days(segment.kind, code),
        "line": [[round(x, 7), round(y, 7)] for x, y in segment.line.coords],
        "walked": None,
    }
    if not may_see_figures(scope, code):
        return found
    walks = walked(segment, segment.share, since=since, until=until)  # type: ignore[attr-defined]
    for key in ("at_place", "anywhere"):
        if walks[key]:
            walks[key]["patrol"] = patrol_of(walks[key]["patrol"], member, scope)
    found["walked"] = walks
    return found


def may_see_figures(scope: Scope, community: str) -> bool:
    """Freshness of a community is for those who cover it, or some part of it."""
    return scope.covers(community) or any(p.startswith(community) for p in scope.prefixes)
