"""Circuits from a file's rows: put together by name, checked as trees, stored whole or refused."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry, LineString
from django.db import transaction
from django.utils.translation import gettext as _

from grid.models import Area
from grid.osm.merge import Counts
from spatial.circuits import Circuit as Tree
from spatial.circuits import NotATree, Section
from streetlights.light_rows import Flaw, LightRow
from streetlights.models import Cabinet, CableSection, Circuit, Lamp


@dataclass
class _Feed:
    """That a row has cable lead from a lamp or cabinet (by number) to a lamp."""

    row: LightRow
    start: str
    end: str
    circuit: str
    cabinet: str


def store_circuits(area: Area, rows: list[LightRow]) -> tuple[dict[str, Counts], list[Flaw]]:
    """Circuits and sections that the rows tell of; call with the lamps stored, in a transaction.

    A row tells of cable by its columns ``from`` and ``to``, or as a lamp with ``fed_by``. Its
    circuit is the one it names, else that of its cabinet, else that of the lamp before.
    """
    counts = {"circuits": Counts(), "sections": Counts()}
    cabinets = {one.number: one for one in Cabinet.objects.filter(community=area)}
    feeds, flaws = _feeds(rows, cabinets)
    if not feeds:
        return counts, flaws
    lamps = {one.number: one for one in Lamp.objects.filter(community=area).exclude(number="")}
    for name, members in _by_circuit(feeds).items():
        wrong = _store(area, name, members, cabinets, lamps, counts)
        flaws += wrong
        at_fault = {flaw.row for flaw in wrong}
        if wrong:
            sentence = _("Its circuit was not taken in because of row %s.") % min(at_fault)
            rest = [one.row.row for one in members if one.row.row not in at_fault]
            flaws += [Flaw(row, "circuit_refused", sentence) for row in rest]
    return counts, flaws


def _feeds(rows: list[LightRow], cabinets: dict[str, Cabinet]) -> tuple[list[_Feed], list[Flaw]]:
    feeds, flaws = [], []
    for row in rows:
        texts = row.texts
        section = row.what == "section"
        start = texts.get("from", "") if section else texts.get("fed_by", "")
        end = texts.get("to", "") if section else texts.get("number", "")
        if row.what == "cabinet" or (not section and not start and not texts.get("circuit")):
            continue
        if not start or not end:
            sentence = (
                _("A cable section needs the numbers of where it comes from and leads to.")
                if section
                else _("It names a circuit, but not its own number and the lamp before it.")
            )
            flaws.append(Flaw(row.row, "not_fed", sentence))
            continue
        cabinet = texts.get("cabinet") or (start if start in cabinets else "")
        feeds.append(_Feed(row, start, end, texts.get("circuit", ""), cabinet))
    return feeds, flaws


def _by_circuit(feeds: list[_Feed]) -> dict[str, list[_Feed]]:
    """Feeds by the name of their circuit; one that names none has that of the cable before it."""
    fed = {feed.end: feed for feed in feeds}
    found: dict[str, list[_Feed]] = defaultdict(list)
    for feed in feeds:
        at, passed = feed, {feed.end}
        while not (at.circuit or at.cabinet) and at.start in fed and at.start not in passed:
            passed.add(at.start)
            at = fed[at.start]
        found[at.circuit or at.cabinet].append(feed)
    return found


def _store(
    area: Area,
    name: str,
    feeds: list[_Feed],
    cabinets: dict[str, Cabinet],
    lamps: dict[str, Lamp],
    counts: dict[str, Counts],
) -> list[Flaw]:
    """One circuit, or what keeps it from being stored: then nothing of it is."""

    def flaw(feed: _Feed, code: str, sentence: str) -> Flaw:
        return Flaw(feed.row.row, code, sentence)

    stored = Circuit.objects.select_related("cabinet").filter(community=area, name=name).first()
    cabinet = stored.cabinet if stored else None
    for feed in feeds:
        if feed.cabinet:
            cabinet = cabinets.get(feed.cabinet, cabinet)
    unknown = [
        flaw(feed, "unknown_lamp", _("There is no lamp %s, here or in the file.") % number)
        for feed in feeds
        for number in (feed.start, feed.end)
        if number not in lamps and not (number == feed.start and number in cabinets)
    ]
    if unknown:
        return unknown
    if cabinet is None or not name:
        sentence = _("No row says from which cabinet its circuit is fed.")
        return [flaw(feed, "no_cabinet", sentence) for feed in feeds]
    if (wrong := _not_a_tree(feeds, stored, cabinet)) is not None:
        at, sentence = wrong
        return [flaw(feed, "not_a_tree", sentence) for feed in feeds if at in ("", feed.end)]
    with transaction.atomic():
        circuit = stored or Circuit.objects.create(community=area, cabinet=cabinet, name=name)
        counts["circuits"].added += not stored
        changed = circuit.draft or circuit.cabinet_id != cabinet.pk
        if changed:
            circuit.draft, circuit.cabinet = False, cabinet
            circuit.save(update_fields=["draft", "cabinet"])
        counts["circuits"].updated += bool(stored and changed)
        counts["circuits"].unchanged += bool(stored and not changed)
        _store_sections(circuit, feeds, lamps, counts["sections"])
    return []


def _not_a_tree(
    feeds: list[_Feed], stored: Circuit | None, cabinet: Cabinet
) -> tuple[str, str] | None:
    """The lamp at fault ("": all rows) and a sentence, the rows laid over what is stored."""
    seen: set[str] = set()
    for feed in feeds:
        if feed.end in seen:
            return feed.end, _("Lamp %s is fed by two rows of the file.") % feed.end
        seen.add(feed.end)
    start_of = {feed.end: feed.start for feed in feeds}
    if stored is not None:
        rows = stored.sections.values_list("to_lamp__number", "from_lamp__number")
        start_of = {end: start or cabinet.number for end, start in rows} | start_of
    try:
        Tree.of(cabinet.number, [Section(end, start, end) for end, start in start_of.items()])
    except NotATree as error:
        sentence = _("The circuit's cable is no tree from cabinet %(cabinet)s: see lamp %(lamp)s.")
        return "", sentence % {"cabinet": cabinet.number, "lamp": error.which}
    return None


def _store_sections(
    circuit: Circuit, feeds: list[_Feed], lamps: dict[str, Lamp], counts: Counts
) -> None:
    """New sections first, from the cabinet outwards; then those that lay elsewhere."""
    before = {
        one.to_lamp_id: one
        for one in CableSection.objects.filter(to_lamp__in=[lamps[feed.end].pk for feed in feeds])
    }
    new, moved = [], []
    for feed in _outwards(feeds):
        section = before.get(lamps[feed.end].pk)
        wanted: dict[str, Any] = {
            "circuit_id": circuit.pk,
            "from_lamp_id": lamps[feed.start].pk if feed.start in lamps else None,
        }
        given = {
            "number": feed.row.texts.get("section"),
            "metres": feed.row.metres.get("metres"),
            "route": route_of(feed.row.shape),
        }
        wanted |= {name: value for name, value in given.items() if value is not None}
        if section is None:
            new.append(CableSection(to_lamp=lamps[feed.end], **wanted))
        elif any(getattr(section, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(section, name, value)
            moved.append(section)
        else:
            counts.unchanged += 1
    CableSection.objects.bulk_create(new, batch_size=2000)
    for section in moved:
        section.save()
    counts.added += len(new)
    counts.updated += len(moved)


def _outwards(feeds: list[_Feed]) -> list[_Feed]:
    """The feeds in the order that power takes, as far as they hang together."""
    ends = {feed.end for feed in feeds}
    leaving: dict[str, list[_Feed]] = defaultdict(list)
    for feed in feeds:
        leaving[feed.start].append(feed)
    found = [feed for feed in feeds if feed.start not in ends]
    for feed in found:  # grows while it is walked
        found += leaving[feed.end]
    return found


def route_of(shape: shapely.Geometry | None) -> LineString | None:
    """A row's line for a model; None where the row has no line."""
    if shape is None or shape.geom_type != "LineString":
        return None
    found = GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=4326)
    return found if isinstance(found, LineString) else None
