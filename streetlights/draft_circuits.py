"""Propose circuits for lamps that have none, for a person to correct."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from django.contrib.gis.geos import LineString, Point
from django.db import transaction
from django.utils.translation import gettext as _

from api.errors import BadInput, UnknownArea
from grid.locks import lock_community
from grid.metres import projection_of
from grid.models import Area, Level
from grid.placing import place_in_cells
from grid.walking_network import load_near
from spatial.circuits.drafting import Draft, draft
from spatial.projection import LocalProjection
from streetlights.models import Cabinet, CableSection, Circuit, Lamp

#: A cabinet named within so many metres of one that is there is that one.
SAME_METRES = 5.0


@dataclass
class Drafted:
    """What was proposed: circuits that are new or grew, with the lamps added and their metres."""

    circuits: dict[Circuit, int] = field(default_factory=dict)
    metres: float = 0.0
    left_out: list[Lamp] = field(default_factory=list)

    @property
    def lamps(self) -> int:
        return sum(self.circuits.values())


def draft_circuits(code: str, cabinets: Sequence[tuple[float, float]] = ()) -> Drafted:
    """Hang the lamps of a community or cell that have no circuit on trees from its cabinets.

    Cabinets are those stored for the community and those given (longitude, latitude), which are
    stored. A tree is the shortest cable along the streets (``spatial.circuits.drafting``). Circuits
    that a person checked stay as they are, drafts only grow; a second time changes nothing.

    Raises UnknownArea, and BadInput where there is no cabinet to begin from.
    """
    area = Area.objects.current().filter(code=code).first()
    if area is None or area.level not in (Level.COMMUNITY, Level.CELL):
        raise UnknownArea(_("There is no community or cell with the code %s.") % code)
    community = area if area.level == Level.COMMUNITY else Area.objects.get(code=code[:12])
    projection = projection_of(community)
    with transaction.atomic():
        lock_community(community.code)
        boxes = _cabinets(community, cabinets, projection)
        if not boxes:
            raise BadInput(_("Name the cabinets with --cabinet LON,LAT: none is known here."))
        loose = Lamp.objects.filter(community=community, fed_by=None).order_by("pk")
        if area.level == Level.CELL:
            loose = loose.filter(cell=area)
        found = _store(community, boxes, list(loose), projection)
        if cabinets and Area.objects.cells().inside(community.code).exists():
            place_in_cells(community)
    return found


def _cabinets(
    community: Area, given: Sequence[tuple[float, float]], projection: LocalProjection
) -> list[Cabinet]:
    """The community's cabinets, those given among them."""
    stored = list(Cabinet.objects.filter(community=community).order_by("pk"))
    for lon, lat in given:
        spot = Point(lon, lat, srid=4326)
        if not community.geometry.intersects(spot):
            raise BadInput(
                _("The cabinet at %(lon)s,%(lat)s lies outside the community.")
                % {"lon": lon, "lat": lat}
            )
        at = projection.forward([[lon, lat]])
        near = [
            one
            for one in stored
            if np.hypot(*(projection.forward([one.location.coords]) - at)[0]) <= SAME_METRES
        ]
        if not near:
            taken = {one.number for one in stored}
            number = next(name for n in range(1, 100_000) if (name := f"C{n}") not in taken)
            stored.append(Cabinet.objects.create(community=community, number=number, location=spot))
    return stored


def _store(
    community: Area, boxes: list[Cabinet], loose: list[Lamp], projection: LocalProjection
) -> Drafted:
    """Draft and store; lamps of earlier drafts are places to begin from, as cabinets are."""
    earlier = list(
        CableSection.objects.filter(circuit__community=community, circuit__draft=True)
        .select_related("circuit", "to_lamp")
        .order_by("pk")
    )
    lit = [section.to_lamp for section in earlier]
    starts: list[Cabinet | Lamp] = [*boxes, *lit]
    near = load_near(community.geometry, projection)
    found = draft(near.network, _spots(starts, projection), _spots(loose, projection))
    result = Drafted(left_out=_left_out(found, len(starts), loose))
    circuit_of: dict[int, Circuit] = {
        len(boxes) + place: section.circuit for place, section in enumerate(earlier)
    }
    lamps = [*lit, *loose]
    sections = []
    for terminal in found.order:
        feeder = int(found.feed[terminal])
        if feeder not in circuit_of:
            circuit_of[feeder] = _circuit_from(boxes[feeder])
        circuit = circuit_of[terminal] = circuit_of[feeder]
        before = lamps[feeder - len(boxes)] if feeder >= len(boxes) else None
        lonlat = projection.inverse(found.route[terminal])
        sections.append(
            CableSection(
                circuit=circuit,
                from_lamp=before,
                to_lamp=loose[terminal - len(starts)],
                route=LineString(np.round(lonlat, 7).tolist(), srid=4326),
            )
        )
        result.circuits[circuit] = result.circuits.get(circuit, 0) + 1
        result.metres += float(found.metres[terminal])
    CableSection.objects.bulk_create(sections, batch_size=2000)
    return result


def _spots(places: Sequence[Cabinet | Lamp], projection: LocalProjection) -> np.ndarray:
    """(n, 2) metres."""
    lonlat = [place.location.coords for place in places]
    return projection.forward(np.array(lonlat, dtype=np.float64).reshape(-1, 2))


def _left_out(found: Draft, starts: int, loose: list[Lamp]) -> list[Lamp]:
    return [lamp for place, lamp in enumerate(loose) if found.feed[starts + place] < 0]


def _circuit_from(cabinet: Cabinet) -> Circuit:
    """The draft that begins at the cabinet, made where there is none."""
    kept = cabinet.circuits.filter(draft=True).order_by("pk").first()
    if kept is not None:
        return kept
    taken = set(
        Circuit.objects.filter(community=cabinet.community_id).values_list("name", flat=True)
    )
    names = [cabinet.number, *(f"{cabinet.number} ({n})" for n in range(2, 1000))]
    name = next(name for name in names if name not in taken)
    return Circuit.objects.create(
        community_id=cabinet.community_id, cabinet=cabinet, name=name, draft=True
    )
