"""A small invented town that tests of several apps play in.

Metres from the south-west corner; two cells share the border x = 200::

    400 +---------|---------+
        |   |   | | |   |   |      streets (Row 1 … Row 4, kind street)  y = 50, 150, 250, 350
    350 +---+---+-|-+---+---+      alleys  (Alley 1 … Alley 4, kind alley)  x = 50, 150, 250, 350
        |   |   | | |   |   |      junctions where they cross; nothing beyond the last ones
        |   |   | | |   |   |
     50 +---+---+-|-+---+---+      the three segments (150, y)-(250, y) lie in both cells
        |   |   | | |   |   |
      0 +---------|---------+      a 20 m × 20 m building in the middle of each block
        0  50 150 200 250 350 400
           west      east
"""

import datetime as dt
import itertools
from dataclasses import dataclass, field
from functools import cache

from django.contrib.auth.hashers import make_password
from django.contrib.gis.geos import LineString, MultiPolygon, Point, Polygon
from django.utils import timezone
from pyproj import Transformer

from accounts.models import Member, Role
from grid.models import (
    Accompaniment,
    Area,
    Backdrop,
    Building,
    CellStretch,
    Level,
    Responsibility,
    Segment,
    ServicePoint,
    Street,
    StreetKind,
)
from patrols.models import Patrol, WalkedStretch
from streetlights.models import Lamp

PASSWORD = "walk the grid 2026"
#: The south-west corner, longitude and latitude (EPSG:4326).
CORNER = (24.94, 60.17)
_TO_DEGREES = Transformer.from_crs(
    f"+proj=tmerc +lon_0={CORNER[0]} +lat_0={CORNER[1]} +ellps=WGS84", "EPSG:4326", always_xy=True
)
Node = tuple[int, int]


def place(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of metres east and north of the corner."""
    longitude, latitude = _TO_DEGREES.transform(x, y)
    return longitude, latitude


def box(west: float, south: float, east: float, north: float) -> MultiPolygon:
    """A rectangle in metres, as a MultiPolygon in EPSG:4326."""
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return MultiPolygon(Polygon([place(*corner) for corner in ring]), srid=4326)


@dataclass
class Town:
    """What ``small_town`` made; segments by their two ends in metres, west or south end first."""

    city: Area
    district: Area
    subdistrict: Area
    community: Area
    west: Area
    east: Area
    worker: Member
    teammate: Member
    coordinator: Member
    leader: Member
    outsider: Member
    administrator: Member
    streets: dict[str, Street] = field(default_factory=dict)
    segments: dict[tuple[Node, Node], Segment] = field(default_factory=dict)
    buildings: list[Building] = field(default_factory=list)
    sidewalk: Segment | None = None


@cache
def _password() -> str:
    """Hashed once: a slow hash for each of six members would make every test slow."""
    return make_password(PASSWORD)


def _member(username: str, name: str, **more: object) -> Member:
    return Member.objects.create(username=username, name=name, password=_password(), **more)


def _areas() -> dict[str, Area]:
    def area(code: str, name: str, *bounds: int, households: int = 0) -> Area:
        return Area.objects.create(
            code=code,
            level=Level(len(code)),
            name=name,
            geometry=box(*bounds),
            households=households,
        )

    whole = (0, 0, 400, 400)
    return {
        "city": area("9901", "Testville", *whole),
        "district": area("990101", "Old District", *whole),
        "subdistrict": area("990101001", "Harbour Subdistrict", *whole),
        "community": area("990101001001", "Lantern Community", *whole, households=700),
        "west": area("990101001001001", "Lantern West", 0, 0, 200, 400, households=350),
        "east": area("990101001001002", "Lantern East", 200, 0, 400, 400, households=350),
    }


def _hold(member: Member, role: Role, area: Area) -> None:
    Responsibility.objects.create(
        member=member, role=role, area=area, starts_on=dt.date(2020, 1, 1)
    )


def _add_segment(town: Town, start: Node, end: Node, street: Street, kind: StreetKind) -> None:
    segment = Segment.objects.create(
        community=town.community,
        street=street,
        kind=kind,
        duty=True,
        line=LineString(place(*start), place(*end), srid=4326),
        metres=100,
        osm_way=street.pk,
        from_node=start[0] * 1000 + start[1],
        to_node=end[0] * 1000 + end[1],
        digest=bytes(32),
    )
    town.segments[start, end] = segment
    if start[0] < 200 < end[0]:
        cut = [(town.west, 0, 500), (town.east, 500, 1000)]
    else:
        cut = [(town.west if end[0] < 200 else town.east, 0, 1000)]
    for cell, start_dm, end_dm in cut:
        CellStretch.objects.create(segment=segment, cell=cell, start_dm=start_dm, end_dm=end_dm)


def _add_streets(town: Town) -> None:
    lines = (50, 150, 250, 350)
    for nth, fixed in enumerate(lines, start=1):
        for name, kind in (
            (f"Row {nth}", StreetKind.STREET),
            (f"Alley {nth}", StreetKind.ALLEY),
        ):
            street = Street.objects.create(
                community=town.community,
                name=name,
                name_zh=f"第{nth}{'街' if 'Row' in name else '巷'}",
            )
            town.streets[name] = street
            for low, high in itertools.pairwise(lines):
                start, end = (
                    ((low, fixed), (high, fixed))
                    if "Row" in name
                    else ((fixed, low), (fixed, high))
                )
                _add_segment(town, start, end, street, kind)


def _add_sidewalk(town: Town) -> None:
    """A sidewalk 6 m south of the westernmost segment of Row 1."""
    town.sidewalk = Segment.objects.create(
        community=town.community,
        kind=StreetKind.FOOTWAY,
        duty=False,
        line=LineString(place(50, 44), place(150, 44), srid=4326),
        metres=100,
        osm_way=999_001,
        from_node=999_001,
        to_node=999_002,
        digest=bytes(32),
    )
    Accompaniment.objects.create(
        sidewalk=town.sidewalk,
        start_dm=0,
        end_dm=1000,
        street_segment=town.segments[(50, 50), (150, 50)],
        street_start_dm=0,
        street_end_dm=1000,
    )


def _add_places(town: Town) -> None:
    for x in (100, 200, 300):
        for y in (100, 200, 300):
            cell = town.west if x <= 200 else town.east
            building = Building.objects.create(
                community=town.community,
                cell=cell,
                osm_id=f"way/{x}{y}",
                kind="apartments",
                households=40,
                footprint=box(x - 10, y - 10, x + 10, y + 10),
            )
            town.buildings.append(building)
    Lamp.objects.create(
        community=town.community, cell=town.west, osm_id="node/1", number="L-1",
        location=Point(*place(100, 53), srid=4326),
    )  # fmt: skip
    ServicePoint.objects.create(
        community=town.community, cell=town.east, osm_id="node/2", kind="library",
        name="Harbour Library", location=Point(*place(300, 120), srid=4326),
    )  # fmt: skip
    Backdrop.objects.create(
        community=town.community, osm_id="way/3", kind=Backdrop.Kind.WATER,
        name="Pond", geometry=box(0, 380, 400, 400),
    )  # fmt: skip


def small_town() -> Town:
    """Make the town above in the test database; everybody signs in with PASSWORD."""
    cast = {
        "worker": _member("worker", "Wang Wei"),
        "teammate": _member("teammate", "Tian Tian"),
        "coordinator": _member("coordinator", "Cui Lan"),
        "leader": _member("leader", "Li Da"),
        "outsider": _member("outsider", "Ou Yang"),
        "administrator": _member("administrator", "Ada Min", is_staff=True, is_superuser=True),
    }
    town = Town(**_areas(), **cast)  # type: ignore[arg-type]
    _hold(town.worker, Role.WORKER, town.west)
    _hold(town.teammate, Role.WORKER, town.east)
    _hold(town.coordinator, Role.COORDINATOR, town.community)
    _hold(town.leader, Role.LEADER, town.subdistrict)
    _add_streets(town)
    _add_sidewalk(town)
    _add_places(town)
    return town


def walk(
    town: Town,
    member: Member,
    ends: tuple[Node, Node],
    start_dm: int,
    end_dm: int,
    *,
    days_ago: float,
    simulated: bool = False,
) -> Patrol:
    """A matched patrol that walked one stretch of a segment."""
    now = timezone.now()
    at = now - dt.timedelta(days=days_ago)
    patrol = Patrol.objects.create(
        member=member,
        started_at=at,
        received_at=now,
        state=Patrol.State.MATCHED,
        simulated=simulated,
    )
    WalkedStretch.objects.create(
        patrol=patrol,
        segment=town.segments[ends],
        start_dm=start_dm,
        end_dm=end_dm,
        walked_at=at,
        confidence=1,
    )
    return patrol
