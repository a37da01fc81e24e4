"""What lies around a place, for somebody without an account: its name and a small map.

Nothing of this is about people: streets, buildings and lamps as they are in OpenStreetMap, and
the name of the cell.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Distance, Transform
from django.contrib.gis.geos import LineString, Point, Polygon
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.dispatch import OutsideArea, place
from grid.models import Area, Building, Segment, Street
from streetlights.models import Lamp

#: Side of the small map, in metres.
SIDE = 200.0
#: A place is named by a street no farther away than this (metres), a building by its nearness.
STREET_REACH = 60.0
BUILDING_REACH = 20.0
#: Shapes of a kind on the small map, and answers to a search.
MOST_SHAPES = 400
#: Houses stand so far beside their street at most, in units of EPSG:3857.
MARGIN = 100.0
MOST_SPOTS = 6
#: A number at the end of a searched text: 12, 12a, 12号.
_NUMBER = re.compile(r"^(?P<street>.*\D)[\s,，]*?(?P<number>\d+[a-zA-Z]?)\s*号?$", re.DOTALL)
Positions = Iterable[Sequence[float]]


@dataclass(frozen=True)
class Spot:
    """A place with words for it; ``point`` is EPSG:4326."""

    point: Point
    words: str

    @property
    def lon_lat(self) -> str:
        """As a form sends it."""
        return f"{self.point.x:.7f},{self.point.y:.7f}"


@dataclass(frozen=True)
class Surroundings(Spot):
    """The small map: SVG paths in metres from its north-west corner, and positions of lamps.

    ``lon_step`` and ``lat_step`` are the degrees of a metre there.
    """

    lon_step: float
    lat_step: float
    streets: tuple[str, ...]
    buildings: tuple[str, ...]
    lamps: tuple[tuple[float, float], ...]
    side: float = SIDE


class _Plane:
    """Metres from the north-west corner of the map; straight from EPSG:3857, which is conformal."""

    def __init__(self, point: Point) -> None:
        centre: Any = point.transform(3857, clone=True)
        self.stretch = max(0.01, math.cos(math.radians(point.y)))
        half = SIDE / 2 / self.stretch
        self.west, self.north = centre.x - half, centre.y + half
        self.box = Polygon.from_bbox((self.west, centre.y - half, centre.x + half, self.north))
        self.box.srid = 3857

    def metres(self, position: Sequence[float]) -> tuple[float, float]:
        east, south = position[0] - self.west, self.north - position[1]
        return round(east * self.stretch, 1), round(south * self.stretch, 1)

    def path(self, positions: Positions) -> str:
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in map(self.metres, positions))


def around(point: Point) -> Surroundings:
    """The surroundings of a point (EPSG:4326); raises OutsideArea. Eight queries at most."""
    words = words_for(point)
    plane = _Plane(point)
    lines = Segment.objects.duty().filter(tile_line__bboverlaps=plane.box)
    shapes = Building.objects.filter(tile_footprint__bboverlaps=plane.box)
    lamps = Lamp.objects.filter(location__bboverlaps=plane.box.transform(4326, clone=True))
    degree = math.radians(1) * 6_378_137
    return Surroundings(
        point=point,
        words=words,
        lon_step=1 / (degree * plane.stretch),
        lat_step=1 / degree,
        streets=tuple(
            plane.path(line.coords)
            for line in lines.values_list("tile_line", flat=True)[:MOST_SHAPES]
        ),
        buildings=tuple(
            plane.path(polygon[0]) + "Z"
            for shape in shapes.values_list("tile_footprint", flat=True)[:MOST_SHAPES]
            for polygon in shape.coords
        ),
        lamps=tuple(
            plane.metres(lamp.coords)
            for lamp in lamps.annotate(drawn=Transform("location", 3857)).values_list(
                "drawn", flat=True
            )[:MOST_SHAPES]
        ),
    )


def words_for(point: Point) -> str:
    """Street and house nearby, and the cell or community; raises OutsideArea."""
    found = place(point, timezone.localdate())
    area = Area.objects.filter(code=found.area_code).values_list("name", flat=True).first()
    parts = [_street_at(point), area or ""]
    return " · ".join(part for part in parts if part)


def words_or_nothing(point: Point) -> str:
    """The same for a place that may lie outside of everything."""
    try:
        return words_for(point)
    except OutsideArea:
        return ""


def _street_at(point: Point) -> str:
    near = point.transform(3857, clone=True)
    stretch = max(0.01, math.cos(math.radians(point.y)))
    house = (
        Building.objects.filter(tile_footprint__dwithin=(near, BUILDING_REACH / stretch))
        .exclude(street_name="", number="")
        .annotate(away=Distance("tile_footprint", near))
        .order_by("away", "pk")
        .first()
    )
    if house is not None:
        return f"{house.street_name} {house.number}".strip()
    nearest = (
        Segment.objects.duty()
        .filter(tile_line__dwithin=(near, STREET_REACH / stretch))
        .exclude(street=None)
        .annotate(away=Distance("tile_line", near))
        .select_related("street")
        .order_by("away", "pk")
        .first()
    )
    return _named(nearest.street) if nearest and nearest.street else ""


def _named(street: Street) -> str:
    chinese = (get_language() or "").startswith("zh")
    return (street.name_zh if chinese else street.name_en) or street.name


def search(text: str) -> list[Spot]:
    """Places that a typed text may mean: a lamp by its number, a house, a street.

    A number at the end may be the house's or belong to the street's name; without such a house,
    it is the street that is found. At most MOST_SPOTS; three queries, and two for each street.
    """
    text = " ".join(text.split())
    if not text:
        return []
    match = _NUMBER.match(text)
    name, number = (match["street"].strip(" ,，"), match["number"]) if match else (text, "")
    houses = [house for street in _called(name) for house in _houses(street, number)]
    called = _called(text) or ([] if houses else _called(name))
    streets = [_spot(street) for street in called]
    return (_lamps(text) + houses + [spot for spot in streets if spot])[:MOST_SPOTS]


def _called(name: str) -> list[Street]:
    wanted = Q(name__icontains=name) | Q(name_zh__icontains=name) | Q(name_en__icontains=name)
    found = Street.objects.filter(wanted).select_related("community")
    return list(found.order_by(Length("name"), "pk")[:MOST_SPOTS])


def _houses(street: Street, number: str) -> list[Spot]:
    """Houses of that number along the street. By place, which is indexed; names are not."""
    if not number:
        return []
    extent = street.segments.duty().aggregate(extent=Extent("tile_line"))["extent"]
    if extent is None:
        return []
    west, south, east, north = extent
    along = Polygon.from_bbox((west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN))
    along.srid = 3857
    houses = Building.objects.filter(tile_footprint__bboverlaps=along, number__iexact=number)
    names = {name for name in (street.name, street.name_zh, street.name_en) if name}
    return [
        Spot(
            house.footprint.point_on_surface,
            f"{house.street_name} {house.number} · {street.community.name}",
        )
        for house in houses.filter(street_name__in=names).order_by("pk")[:MOST_SPOTS]
    ]


def _spot(street: Street) -> Spot | None:
    """The middle of the street's longest segment."""
    longest = street.segments.duty().order_by("-metres", "pk").first()
    if longest is None:
        return None
    return Spot(_middle(longest.line), f"{_named(street)} · {street.community.name}")


def _middle(line: LineString) -> Point:
    point = line.interpolate_normalized(0.5)
    point.srid = 4326
    return point


def _lamps(text: str) -> list[Spot]:
    lamps = Lamp.objects.exclude(number="").filter(number__iexact=text)
    rows = lamps.annotate(where=F("community__name")).order_by("pk")[:MOST_SPOTS]
    return [
        Spot(lamp.location, _("Lamp %(number)s") % {"number": lamp.number} + f" · {lamp.where}")  # type: ignore[attr-defined]
        for lamp in rows
    ]
