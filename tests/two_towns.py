"""The small town and another far from it, with one of everything in each, for tests of roles.

Everybody's responsibility lies in the first, west of the border; what lies in the second is
another area to them all, but for the administrator, who has none of their own.
"""

import datetime as dt
import io
import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import LineString, MultiPolygon, Point, Polygon
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from accounts.models import Member, Role
from cases import photos
from cases.models import Case, Photo
from config.role_table import Who
from grid.divisions.drafts import make
from grid.models import (
    Area,
    Building,
    Division,
    Level,
    Responsibility,
    Segment,
    ServicePoint,
    Street,
)
from grid.models import StreetKind as Kind
from households.access import record
from households.models import (
    BuildingHead,
    CarePlan,
    Household,
    HouseholdImport,
    Looked,
    Visit,
    VisitState,
)
from patrols.models import Patrol
from publish.models import SavedView
from streetlights.models import Cabinet, CableSection, Circuit, Lamp
from sync.models import Conflict, Device, Operation
from tests.cases.play import crew_of, do, report
from tests.households.homes import by_job, home, plan
from tests.town import Town, place, small_town

#: Metres east of the small town's corner.
FAR = 5000


@dataclass
class Place:
    """One of everything, in one cell."""

    cell: Area
    street: Street
    segment: Segment
    building: Building
    lamp: Lamp
    circuit: Circuit
    point: Point
    patrol: Patrol
    case: Case
    photo: Photo
    home: Household
    plan: CarePlan
    planned: Visit
    visit: Visit
    head: BuildingHead
    upload: HouseholdImport
    operation: Operation
    conflict: Conflict
    view: SavedView
    division: Division


@dataclass
class Towns:
    own: Place
    other: Place
    members: dict[Who, Member]


def two_towns() -> Towns:
    town = small_town()
    members = {
        Who.WORKER: town.worker,
        Who.COORDINATOR: town.coordinator,
        Who.LEADER: town.leader,
        Who.ADMINISTRATOR: town.administrator,
    }
    for who in (Who.CREW, Who.VOLUNTEER, Who.AUDITOR):
        members[who] = Member.objects.create(username=who.value, name=who.value)
        Responsibility.objects.create(
            member=members[who],
            role=Role(who.value),
            area=town.district if who == Who.AUDITOR else town.community,
            starts_on=dt.date(2020, 1, 1),
        )
    crew = crew_of(members[Who.CREW], town.teammate)
    far_worker = Member.objects.create(username="far", name="Far Away")
    # Dispatched to the crew, and what volunteers may claim: everybody is concerned by it.
    own = _furnish(town, town.west, town.teammate, 0, dispatch={"crew": crew})
    other = _furnish(town, _far_cell(), far_worker, FAR, dispatch={"assignee": far_worker})
    return Towns(own, other, members)


def _far_cell() -> Area:
    ring = [place(FAR + x, y) for x, y in ((0, 0), (200, 0), (200, 400), (0, 400), (0, 0))]
    for code in ("990102", "990102001", "990102001001", "990102001001001"):
        cell = Area.objects.create(
            code=code, level=Level(len(code)), name=f"Far {len(code)}",
            geometry=MultiPolygon(Polygon(ring)),
        )  # fmt: skip
    return cell


def _furnish(town: Town, cell: Area, walker: Member, east: int, *, dispatch: Any) -> Place:
    community = Area.objects.get(code=cell.code[: Level.COMMUNITY])
    point = Point(*place(east + 60, 60), srid=4326)
    street = Street.objects.create(community=community, name=f"Lane {east}")
    segment = Segment.objects.create(
        community=community, street=street, kind=Kind.STREET, duty=True, metres=100,
        line=LineString(place(east + 10, 60), place(east + 110, 60), srid=4326), osm_way=street.pk,
        from_node=1_000_000 + east, to_node=2_000_000 + east, digest=bytes(32),
    )  # fmt: skip
    segment.cell_stretches.create(cell=cell, start_dm=0, end_dm=1000)
    x, y = point.coords
    square = Polygon.from_bbox((x, y, x + 0.0001, y + 0.0001))
    building = Building.objects.create(
        community=community, cell=cell, osm_id=f"way/{cell.code}", kind="apartments",
        households=9, footprint=MultiPolygon(square),
    )  # fmt: skip
    ServicePoint.objects.create(
        community=community, cell=cell, osm_id=f"node/{cell.code}", kind="library",
        name=f"Library {cell.code}", location=point,
    )  # fmt: skip
    lamp = Lamp.objects.create(
        community=community, cell=cell, number=f"N-{cell.code}", location=point
    )
    cabinet = Cabinet.objects.create(community=community, number=f"B-{cell.code}", location=point)
    circuit = Circuit.objects.create(community=community, cabinet=cabinet, name=f"C-{cell.code}")
    CableSection.objects.create(circuit=circuit, to_lamp=lamp)
    patrol = _patrol(walker, segment)
    case, photo = _case(town, point, walker, dispatch)
    with by_job():
        household = home(building, label=f"D-{cell.code}", contact=f"Ann of {cell.code}")
        care = plan(household, town)
        planned = Visit.objects.get(plan=care)
        visit = Visit.objects.create(
            plan=care, household=household, area=cell, planned_for=care.starts_on,
            state=VisitState.DONE, at=timezone.now(), member=walker,
        )  # fmt: skip
        head = BuildingHead.objects.create(
            area=cell, building=building, address="Row 1", kind="elected", name="Bo",
            starts_on=dt.date(2020, 1, 1),
        )  # fmt: skip
        record(walker, [household], Looked.PAGE, now=timezone.now(), why=f"Seen in {cell.code}")
    upload = _upload(community, town.coordinator if cell == town.west else walker)
    return Place(
        *(cell, street, segment, building, lamp, circuit, point, patrol, case, photo),
        *(household, care, planned, visit, head, upload),
        *_waiting(case, walker),
        _view(cell),
        make(community, "today", by=walker),
    )


def _view(cell: Area) -> SavedView:
    """Of somebody who is none of those that knock."""
    owner = Member.objects.create(username=f"viewer-{cell.code}")
    return SavedView.objects.create(owner=owner, name="Alleys", hash="#", shared_with=cell.code)


def _waiting(case: Case, walker: Member) -> tuple[Operation, Conflict]:
    """A correction from the walker's tablet that came too late."""
    now = timezone.now()
    device = Device.objects.create(member=walker, first_seen_at=now, last_seen_at=now)
    sent = {"key": str(uuid.uuid4()), "case": case.pk, "saw": 1, "changes": {"description": "Mine"}}
    operation = Operation.objects.create(
        id=uuid.uuid4(), device=device, member=walker, kind="case.edit", digest=bytes(32),
        device_at=now, received_at=now, state=Operation.State.CONFLICT, code="conflict",
        payload=json.dumps({"body": sent}), subject=f"case:{case.pk}", area_code=case.area_code,
    )  # fmt: skip
    conflict = Conflict.objects.create(
        operation=operation, subject=operation.subject, area_code=case.area_code, by=walker, at=now,
        field="description", mine="Mine", theirs="", saw=1, version=2,
    )  # fmt: skip
    return operation, conflict


def _upload(community: Area, member: Member) -> HouseholdImport:
    """A file of homes that was taken in but for one row."""
    with by_job():
        return HouseholdImport.objects.create(
            area=community, member=member, kind="homes", name="homes.csv", language="en",
            at=timezone.now(), state=HouseholdImport.State.DONE,
            told=json.dumps({"table": [["address"], ["Nowhere 1"]]}),
        )  # fmt: skip


def _patrol(walker: Member, segment: Segment) -> Patrol:
    now = timezone.now()
    patrol = Patrol.objects.create(
        id=uuid.uuid4(), member=walker, started_at=now - dt.timedelta(hours=1),
        ended_at=now, received_at=now, state=Patrol.State.MATCHED,
    )  # fmt: skip
    patrol.stretches.create(segment=segment, start_dm=0, end_dm=1000, walked_at=now, confidence=1)
    return patrol


def _case(town: Town, point: Point, walker: Member, dispatch: Any) -> tuple[Case, Photo]:
    image = io.BytesIO()
    Image.new("RGB", (8, 6)).save(image, "JPEG")
    now = timezone.now()
    photo = photos.keep(SimpleUploadedFile("a.jpg", image.getvalue()), walker, now=now)
    case = report(
        town, location=point, reporter=walker, photos=[photo], now=now,
        whereabouts=f"Gate {walker.username}",
    )  # fmt: skip
    do(case, "accept", town.administrator, now=now)
    do(case, "dispatch", town.administrator, details=dispatch, now=now)
    return case, photo
