"""What may be broken on a stored circuit, told so that somebody can walk there."""

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import LineString, MultiLineString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grid.metres import shapes
from grid.models import Building
from spatial import circuits
from spatial.circuits import Diagnosis, Section, Sighting, diagnose
from spatial.projection import LocalProjection
from streetlights.models import CableSection, Circuit, Lamp, LampSighting

#: Sightings older than this tell nothing about tonight; repairs take less.
SIGHTING_DAYS = 30
#: A building farther from the cable than this is no help in finding it.
NEAR_METRES = 60.0
#: Degrees around a circuit in which such buildings lie, at any latitude people light streets.
_AROUND = 0.002
#: How a sentence speaks of a fault.
FAULTS = {
    "lamp": gettext_lazy("lamp %s"),
    "section": gettext_lazy("cable section %s"),
    "cabinet": gettext_lazy("cabinet %s"),
}


@dataclass(frozen=True)
class NamedFault:
    """A fault with the words on its pole or box, and the buildings that a section lies between."""

    kind: str
    id: Hashable
    label: str
    between: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """``between`` is there only for a section."""
        found = {"kind": self.kind, "id": self.id, "label": self.label}
        return found | ({"between": list(self.between)} if self.kind == "section" else {})

    def __str__(self) -> str:
        said = str(FAULTS[self.kind] % self.label)
        if len(self.between) == 2:
            places = {"first": self.between[0], "second": self.between[1]}
            return f"{said} ({_('between %(first)s and %(second)s') % places})"
        return f"{said} ({_('beside %s') % self.between[0]})" if self.between else said


@dataclass(frozen=True)
class CircuitDiagnosis:
    """Explanations as (faults, probability), most probable first, and the lamp to look at next."""

    explanations: list[tuple[tuple[NamedFault, ...], float]]
    look_next: Lamp | None
    sightings: int
    left_out: int

    def as_json(self) -> dict[str, Any]:
        """The explanations as ``circuit_file.answer`` gives them, with words for people."""
        return {
            "explanations": [
                {"faults": [fault.as_json() for fault in faults], "probability": round(chance, 6)}
                for faults, chance in self.explanations
            ],
            "look_next": self.look_next and self.look_next.pk,
            "look_next_number": self.look_next and str(self.look_next),
            "sightings": self.sightings,
            "left_out": self.left_out,
        }

    def lines(self) -> list[str]:
        """The diagnosis for people."""
        rows = [(list(map(str, faults)), chance) for faults, chance in self.explanations]
        return as_lines(rows, self.left_out, self.look_next)


class Buildings:
    """Buildings of a neighbourhood by what people call them; shapes in local metres."""

    def __init__(self, footprints: np.ndarray, names: Sequence[str]) -> None:
        named = [place for place, name in enumerate(names) if name]
        self._names = [names[place] for place in named]
        self._tree = shapely.STRtree(footprints[named])

    def between(self, line: shapely.LineString) -> tuple[str, ...]:
        """The buildings nearest to the two ends, in this order; fewer where none is near."""
        ends = shapely.get_point(line, [0, -1])
        _end, found = self._tree.query_nearest(ends, max_distance=NEAR_METRES, all_matches=False)
        return tuple(dict.fromkeys(self._names[place] for place in found))


def diagnose_circuit(circuit: Circuit, *, now: dt.datetime) -> CircuitDiagnosis:
    """Rank what may be broken, from the sightings of the last 30 days. Five queries at most.

    Sections that no longer hang together with the cabinet (a lamp was removed) are left out.
    """
    drawn = _connected(circuit.drawn())
    lamps = {section.to_lamp_id: section.to_lamp for section, _line in drawn}
    since = now - dt.timedelta(days=SIGHTING_DAYS)
    rows = circuit_sightings(circuit, since, now)
    seen = [Sighting(*row) for row in rows if row[0] in lamps]
    if not drawn:
        return CircuitDiagnosis([((), 1.0)], None, 0, 0)
    projection = LocalProjection.around(MultiLineString([line for _, line in drawn]).extent)
    lines = np.asarray(projection.project(shapes(line for _, line in drawn)), dtype=object)
    sections = [
        Section(one.pk, one.from_lamp_id or "cabinet", one.to_lamp_id, one.metres or line.length)
        for (one, _line), line in zip(drawn, lines, strict=True)
    ]
    found = diagnose(circuits.Circuit.of("cabinet", sections), seen)
    lying = {one.pk: (one, line) for (one, _line), line in zip(drawn, lines, strict=True)}
    named = _named(circuit, found, lying, lamps, projection)
    look_next = lamps[found.look_next] if isinstance(found.look_next, int) else None
    return CircuitDiagnosis(named, look_next, len(seen), found.left_out)


def circuit_sightings(
    circuit: Circuit, since: dt.datetime, until: dt.datetime
) -> list[tuple[int, bool, float]]:
    """(lamp, lit, seconds since 1970) of all sightings in a time, oldest first."""
    rows = (
        LampSighting.objects.filter(seen_at__gte=since, seen_at__lte=until)
        .of_circuit(circuit)
        .order_by("seen_at", "pk")
        .values_list("lamp_id", "state", "seen_at")
    )
    return [(lamp, state == "lit", seen_at.timestamp()) for lamp, state, seen_at in rows]


def _connected(
    drawn: list[tuple[CableSection, LineString]],
) -> list[tuple[CableSection, LineString]]:
    """The sections that power can reach, in the order that it takes."""
    leaving: dict[int | None, list[tuple[CableSection, LineString]]] = {}
    for row in drawn:
        leaving.setdefault(row[0].from_lamp_id, []).append(row)
    found = list(leaving.get(None, ()))
    for section, _line in found:  # grows while it is walked
        found += leaving.get(section.to_lamp_id, ())
    return found


def _named(
    circuit: Circuit,
    found: Diagnosis,
    lying: dict[int, tuple[CableSection, shapely.LineString]],
    lamps: dict[int, Lamp],
    projection: LocalProjection,
) -> list[tuple[tuple[NamedFault, ...], float]]:
    buildings = _buildings(circuit, [line for _, line in lying.values()], projection)

    def named(fault: circuits.Fault) -> NamedFault:
        if not isinstance(fault.id, int):
            return NamedFault("cabinet", circuit.cabinet_id, str(circuit.cabinet))
        if fault.kind == "lamp":
            return NamedFault("lamp", fault.id, str(lamps[fault.id]))
        section, line = lying[fault.id]
        return NamedFault("section", fault.id, str(section), buildings.between(line))

    return [(tuple(map(named, one.faults)), one.probability) for one in found.explanations]


def _buildings(
    circuit: Circuit, lines: list[shapely.LineString], projection: LocalProjection
) -> Buildings:
    """The buildings along the circuit's cable."""
    west, south, east, north = shapely.total_bounds(lines)
    corners = projection.inverse(np.array([[west, south], [east, north]]))
    (west, south), (east, north) = corners[0] - _AROUND, corners[1] + _AROUND
    around = MultiLineString(LineString((west, south), (east, north)), srid=4326).envelope
    rows = list(
        Building.objects.filter(community=circuit.community_id, footprint__intersects=around)
        .order_by("pk")
        .values_list("footprint", "street_name", "number", "name")
    )
    footprints = np.asarray(projection.project(shapes(row[0] for row in rows)), dtype=object)
    return Buildings(footprints.reshape(-1), [building_name(*row[1:]) for row in rows])


def building_name(street: str, number: str, name: str) -> str:
    """What people call a building: street and number, the number alone, its name, or nothing."""
    if number:
        return f"{street} {number}" if street else _("building %s") % number
    return name


def as_lines(rows: list[tuple[list[str], float]], left_out: int, look_next: object) -> list[str]:
    """What may be broken, as sentences; of explanations below a thousandth only the first."""
    told = [
        f"{chance:7.1%}  " + (" + ".join(faults) or _("nothing is broken"))
        for place, (faults, chance) in enumerate(rows)
        if chance >= 0.001 or place == 0
    ]
    if left_out:
        told.append(
            _("%s older sightings were left out: the circuit has changed since.") % left_out
        )
    if look_next is None:
        return [*told, _("No further look would tell more.")]
    return [*told, _("Look next at lamp %s.") % look_next]
