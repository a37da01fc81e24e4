"""Which doors to visit, today and until a day: what is overdue first, each part a short walk."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from django.contrib.gis.db.models.functions import PointOnSurface
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Member, Role
from accounts.scope import Scope
from grid.models import Area, Level, Responsibility
from grid.walking_network import load_near
from households.access import must_care
from households.models import Visit, VisitState
from spatial.network import Floats
from spatial.projection import LocalProjection
from spatial.visiting import metres_between, short_walk, straight_between

#: A list holds so many visits; what has waited longest is among them.
MOST = 300
#: Streets are looked for so far beyond the outermost doors (metres).
AROUND = 150.0
#: Doors of one list farther apart than this (metres) are not walked in one go: no streets are
#: loaded for them.
FARTHEST = 5_000.0


class When(IntEnum):
    """How a visit stands to today; the list goes in this order."""

    OVERDUE = 0
    TODAY = 1
    LATER = 2


@dataclass(frozen=True)
class Due:
    """One visit to make. ``visit`` comes with its plan, household (without contact) and door.

    ``location`` is in the building (EPSG:4326), None where that left the map; ``metres`` is the
    walk from the door before, None where it is not known.
    """

    visit: Visit
    when: When
    location: Point | None
    metres: float | None


@dataclass(frozen=True)
class DueList:
    """Visits in walking order. ``complete`` is False where more wait than a list holds."""

    visits: tuple[Due, ...]
    complete: bool

    @property
    def metres(self) -> float:
        """The whole walk, as far as it is known."""
        return sum(due.metres or 0.0 for due in self.visits)

    def of(self, when: When) -> tuple[Due, ...]:
        """The part of the list that is overdue, for today or later."""
        return tuple(due for due in self.visits if due.when == when)


def planned(areas: Iterable[int], now: dt.datetime, *, until: dt.date) -> QuerySet[Visit]:
    """Visits of plans in force that are planned until that day, in these areas, oldest first.

    Contact and who consented are left out: a list does not decipher them.
    """
    today = timezone.localdate(now)
    return (
        Visit.objects.filter(
            state=VisitState.PLANNED,
            area__in=list(areas),
            planned_for__lte=until,
            plan__withdrawn_at=None,
            plan__ends_on__gte=today,
        )
        .select_related("plan", "household__door", "area")
        .defer("household__contact", "plan__consent_name", "area__geometry", "area__tile_geometry")
        .order_by("planned_for", "pk")
    )


def due_list(
    member: Member,
    now: dt.datetime,
    *,
    until: dt.date,
    start: Point | None = None,
    code: str = "",
) -> DueList:
    """The member's visits until that day, from ``start`` (EPSG:4326) on where one is given.

    ``code`` narrows it to the areas whose codes begin so. Call with the member's eyes. Five
    queries at most. Raises NotAllowed for who knows no households.
    """
    wanted = planned(must_care(member, now), now, until=until)
    if code:
        wanted = wanted.filter(area__code__startswith=code)
    rows = list(
        wanted.annotate(location=PointOnSurface("household__door__building__footprint"))[: MOST + 1]
    )
    return DueList(_in_order(rows[:MOST], timezone.localdate(now), start), len(rows) <= MOST)


def missed(member: Member, now: dt.datetime) -> QuerySet[Visit]:
    """Missed visits in the communities that the member coordinates, longest waiting first.

    They climbed here by `households.daily.climb`. Empty for who coordinates nothing.
    """
    communities = coordinated(member, now)
    areas = Area.objects.filter(communities.filter()).values_list("pk", flat=True)
    return planned(areas, now, until=timezone.localdate(now)).filter(climbed_at__isnull=False)


def coordinated(member: Member, now: dt.datetime) -> Scope:
    """The communities that the member coordinates today. One query."""
    held = Responsibility.objects.on(timezone.localdate(now)).filter(
        member=member,
        role=Role.COORDINATOR,
        area__level=Level.COMMUNITY,
        area__retired_on=None,
    )
    return Scope(frozenset(held.values_list("area__code", flat=True)))


def when(visit: Visit, today: dt.date) -> When:
    """Whether a planned visit is overdue, for today, or for later."""
    if visit.planned_for < today:
        return When.OVERDUE
    return When.TODAY if visit.planned_for == today else When.LATER


def _in_order(rows: Sequence[Visit], today: dt.date, start: Point | None) -> tuple[Due, ...]:
    """One stop for the doors of a building in each part; those without a place end their part."""
    stops: dict[tuple[When, int], list[Visit]] = defaultdict(list)
    lost: dict[When, list[Visit]] = defaultdict(list)
    for row in rows:
        building = row.household.door.building_id
        if building is None or row.location is None:  # type: ignore[attr-defined]
            lost[when(row, today)].append(row)
        else:
            stops[when(row, today), building].append(row)
    found: dict[When, list[Due]] = defaultdict(list)
    for (part, _building), metres in _walked(stops, start):
        at_stop = sorted(stops[part, _building], key=way_inside)
        for nth, visit in enumerate(at_stop):
            location = visit.location  # type: ignore[attr-defined]
            found[part].append(Due(visit, part, location, 0.0 if nth else metres))
    return tuple(
        due
        for part in When
        for due in [*found[part], *(Due(visit, part, None, None) for visit in lost[part])]
    )


def _walked(
    stops: dict[tuple[When, int], list[Visit]], start: Point | None
) -> list[tuple[tuple[When, int], float | None]]:
    """The stops in walking order, each with the metres from the one before."""
    if not stops:
        return []
    keys = list(stops)
    places = [stops[key][0].location.coords for key in keys]  # type: ignore[attr-defined]
    if start is not None:
        places.append(start.coords)
    between = _metres(np.array(places))
    from_start = None if start is None else between[-1, :-1]
    count = len(keys)
    walk = short_walk(between[:count, :count], [key[0] for key in keys], from_start=from_start)
    first = None if from_start is None else float(from_start[walk[0]])
    steps = between[walk[:-1], walk[1:]].tolist()
    return [(keys[stop], metres) for stop, metres in zip(walk, [first, *steps], strict=True)]


def _metres(lon_lat: Floats) -> Floats:
    """(n, 2) degrees -> (n, n) metres to walk between them; straight lines over long ways."""
    (west, south), (east, north) = lon_lat.min(axis=0), lon_lat.max(axis=0)
    projection = LocalProjection.around((west, south, east, north))
    xy = projection.forward(lon_lat)
    low, high = xy.min(axis=0) - AROUND, xy.max(axis=0) + AROUND
    if (high - low).max() > FARTHEST:
        return straight_between(xy)
    corners = projection.inverse(np.array([low, (high[0], low[1]), high, (low[0], high[1]), low]))
    region = MultiPolygon(Polygon(corners.tolist(), srid=4326), srid=4326)
    return metres_between(load_near(region, projection).network, xy)


def way_inside(visit: Visit) -> tuple[object, ...]:
    """By entrance, floor and door, as one walks there: 2 before 10."""
    door = visit.household.door
    return (*(_natural(part) for part in (door.entrance, door.floor, door.label)), str(visit.pk))


def _natural(text: str) -> list[tuple[int, str]]:
    return [
        (int(part), "") if part.isascii() and part.isdigit() else (0, part)
        for part in re.split(r"(\d+)", text)
        if part
    ]
