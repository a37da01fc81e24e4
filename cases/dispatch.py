"""Which cell a point belongs to, who is responsible there, and when a case is due."""

import datetime as dt
from dataclasses import dataclass
from math import cos, radians

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.db.models import Case, Q, When
from django.utils.translation import gettext as _

from accounts.models import Member, Role
from api.errors import GridwalkError
from cases.models import Category, DueUnit
from cases.working_time import WorkingCalendar
from grid.models import Area, Level, Responsibility

#: A point so far (metres) from every community is not ours.
FARTHEST = 500.0
ABOVE = (Role.COORDINATOR, Role.LEADER)
#: Nearer to a neighbour than a metre is on the border: no tap and no receiver is better.
BORDER_DEGREES = 1 / 111_000
#: Degrees of latitude that surely span FARTHEST; the distance itself is measured on the spheroid.
NEARBY_DEGREES = 0.02


class OutsideArea(GridwalkError):
    """The point lies in no area, and near none."""

    code = "outside_area"


@dataclass(frozen=True)
class Placement:
    """Where a point belongs.

    ``area_code`` is the cell's code, or the community's where no single cell holds the point;
    then ``placed`` is false and a coordinator decides. ``responsible`` is None where nobody is.
    """

    area_code: str
    placed: bool
    responsible: Member | None


def place(point: Point, on: dt.date) -> Placement:
    """The placement of a point (EPSG:4326). Two or three queries; raises OutsideArea."""
    touched = Area.objects.cells().filter(geometry__dwithin=(point, BORDER_DEGREES))
    cells = list(touched.values_list("code", flat=True))
    if len(cells) == 1:
        code, placed = cells[0], True
    else:
        code, placed = _community(point, cells), False
    return Placement(code, placed, responsible_for(code, on))


def _community(point: Point, cells: list[str]) -> str:
    """The community that decides about a border, or about a point just outside."""
    if cells:
        return min(cells)[: Level.COMMUNITY]
    nearest = (
        Area.objects.current()
        .filter(level=Level.COMMUNITY, geometry__dwithin=(point, NEARBY_DEGREES / narrowing(point)))
        .annotate(metres=Distance("geometry", point, spheroid=True))
        .order_by("metres", "code")
        .values_list("code", "metres")
        .first()
    )
    if nearest is None or nearest[1].m > FARTHEST:
        raise OutsideArea(
            _("This place lies in none of the areas looked after here. Check the position.")
        )
    return str(nearest[0])


def narrowing(point: Point) -> float:
    """How much narrower a degree of longitude is here; at least a tenth, near the poles."""
    return max(0.1, cos(radians(point.y)))


def responsible_for(code: str, on: dt.date) -> Member | None:
    """The worker of a cell, else the coordinator of its community, else of a level up."""
    prefixes = [code[:length] for length in Level.values if length <= len(code)]
    held = (
        Responsibility.objects.on(on)
        .filter(area__code__in=prefixes, area__retired_on=None, member__is_active=True)
        .filter(Q(role=Role.WORKER, area__level=Level.CELL) | Q(role__in=ABOVE))
        .select_related("member")
        # The smallest area first, and in it the worker.
        .order_by("-area__level", Case(When(role=Role.WORKER, then=0), default=1), "starts_on")
    )
    nearest = held.first()
    return nearest.member if nearest else None


def due_seconds(category: Category, calendar: WorkingCalendar) -> int:
    """Working time that a category gives."""
    unit = 3600 if category.due_unit == DueUnit.HOURS else calendar.day_seconds
    return category.due_amount * unit


def due_at(category: Category, start: dt.datetime, calendar: WorkingCalendar) -> dt.datetime:
    """When a case of the category that starts then is due."""
    return calendar.add(start, due_seconds(category, calendar))
