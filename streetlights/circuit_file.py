"""A circuit and what was seen of it as one JSON object, and its diagnosis as another.

In: ``{"cabinet": ID, "sections": [{"id", "from", "to"}], "sightings": [{"lamp", "state", "at"}]}``.
Ids are texts or numbers and come back as given. ``from`` is the cabinet or a lamp, ``to`` a lamp;
every node but the cabinet is a lamp. A section may have ``metres``. ``state`` is lit or dark,
``at`` an ISO 8601 time; one without an offset is in the installation's own time zone.

Out: ``{"explanations": [{"faults": [{"kind", "id"}], "probability"}], "look_next": LAMP}``.
"""

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from api.errors import BadFile
from api.parsers import loads
from spatial.circuits import Circuit, Diagnosis, NotATree, Section, Sighting

MOST_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True)
class CircuitFile:
    """What the file says; nothing of it is stored."""

    circuit: Circuit
    sightings: list[Sighting]


def read(path: Path) -> CircuitFile:
    """The circuit and the sightings; raises BadFile or BadJSON, with a sentence, for all else."""
    try:
        if not path.is_file():
            raise BadFile(_("There is no file %s, or it cannot be read.") % path)
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadFile(_("There is no file %s, or it cannot be read.") % path) from error
    if len(text) > MOST_BYTES:
        raise BadFile(_("%s is larger than 100 MB.") % path.name)
    return parse(loads(text.removeprefix(b"\xef\xbb\xbf")))


def parse(given: Any) -> CircuitFile:
    """The circuit and the sightings of parsed JSON; raises BadFile at the first fault."""
    if not isinstance(given, dict):
        raise BadFile(_("A circuit is a JSON object with cabinet, sections and sightings."))
    cabinet = _id(given, "cabinet", "cabinet")
    sections = [_section(row, where) for row, where in _rows(given, "sections")]
    circuit = tree(cabinet, sections)
    lamps = set(circuit.lamps)
    return CircuitFile(
        circuit, [_sighting(row, where, lamps) for row, where in _rows(given, "sightings")]
    )


def tree(cabinet: Any, sections: list[Section]) -> Circuit:
    """The circuit of these sections; raises BadFile with what keeps them from being a tree."""
    sentences = {
        "same_section_twice": _("Two sections have the id %s."),
        "fed_twice": _("Lamp %s is fed by two sections; in a circuit each lamp has one."),
        "feeds_cabinet": _("Section %s leads to the cabinet; sections lead away from it."),
        "cycle": _("The sections go round in a circle at lamp %s."),
        "not_connected": _("Nothing feeds %s: no way leads there from the cabinet."),
    }
    try:
        return Circuit.of(cabinet, sections)
    except NotATree as error:
        raise BadFile(sentences[error.reason] % error.which) from error


def answer(found: Diagnosis) -> dict[str, Any]:
    """The object that ``--json`` prints."""
    return {
        "explanations": [
            {
                "faults": [{"kind": fault.kind, "id": fault.id} for fault in one.faults],
                "probability": round(one.probability, 6),
            }
            for one in found.explanations
        ],
        "look_next": found.look_next,
    }


def _rows(given: dict[str, Any], name: str) -> list[tuple[dict[str, Any], str]]:
    """The objects of a list, each with what a sentence calls it."""
    rows = given.get(name)
    if not isinstance(rows, list):
        raise BadFile(_("The circuit needs a list %s.") % name)
    found = [(row, f"{name}.{place}") for place, row in enumerate(rows)]
    for row, where in found:
        if not isinstance(row, dict):
            raise BadFile(_("%s is not an object.") % where)
    return found


def _id(row: dict[str, Any], name: str, where: str) -> str | int | float:
    value = row.get(name)
    if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
        return value
    raise BadFile(_("%s must be an id: a text or a number.") % where)


def _section(row: dict[str, Any], where: str) -> Section:
    metres = row.get("metres")
    is_number = isinstance(metres, int | float) and not isinstance(metres, bool)
    if metres is not None and not (is_number and math.isfinite(metres) and 0 < metres <= 100_000):
        raise BadFile(_("%s must be a length in metres.") % f"{where}.metres")
    id_, start, end = (_id(row, name, f"{where}.{name}") for name in ("id", "from", "to"))
    return Section(id_, start, end, metres)


def _sighting(row: dict[str, Any], where: str, lamps: set[Any]) -> Sighting:
    lamp = _id(row, "lamp", f"{where}.lamp")
    if lamp not in lamps:
        raise BadFile(
            _("%(where)s: the circuit has no lamp %(lamp)s.") % {"where": where, "lamp": lamp}
        )
    state = row.get("state")
    if state not in ("lit", "dark"):
        raise BadFile(_("%s must be lit or dark.") % f"{where}.state")
    return Sighting(lamp, state == "lit", _seconds(row.get("at"), f"{where}.at"))


def _seconds(text: Any, where: str) -> float:
    try:
        at = dt.datetime.fromisoformat(text)
        if not 1970 <= at.year < 2200:
            raise OverflowError
        return (at if at.tzinfo else timezone.make_aware(at)).timestamp()
    except (TypeError, ValueError, OverflowError) as error:
        raise BadFile(_("%s must be a time like 2026-11-22T19:30:00+08:00.") % where) from error
