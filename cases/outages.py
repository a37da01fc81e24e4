"""One case for a cable or cabinet at fault, with the cases of the dark lamps behind it under it.

A diagnosis that is sure makes the case once; whatever is reported behind the fault later joins it.
When later sightings speak against it nothing is undone, since somebody may be digging already: a
note says so, and another when they speak for it again. People end the case, not the diagnosis.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from cases.deeds import Deed
from cases.handling import take_step
from cases.lamps import DARK, OUTAGE
from cases.models import Case, Category, Source, State
from cases.models.cases import ENDED
from cases.news import followed
from cases.reporting import Report, take_in
from cases.transitions import IllegalStep, Step
from grid.metres import shapes
from spatial.projection import LocalProjection
from streetlights.diagnosis import SIGHTING_DAYS, CircuitDiagnosis, NamedFault, diagnose_circuit
from streetlights.models import CableSection, Circuit, LampSighting

log = logging.getLogger("gridwalk.cases")

#: A crew digs where the fault is at least so probable.
SURE = 0.8
#: One dark lamp is a case of its own.
LEAST_DARK = 2
#: Single cases that may still hang under another.
_WAITING = (State.REPORTED, State.ACCEPTED, State.DISPATCHED, State.IN_PROGRESS, State.ON_HOLD)


@dataclass(frozen=True)
class Suspect:
    """A cable section or cabinet, and how probable it is that it is at fault.

    ``sections`` is the one at fault, or those that leave the cabinet.
    """

    fault: NamedFault
    chance: float
    sections: Sequence[CableSection]

    @property
    def section(self) -> CableSection:
        return self.sections[0]


def follow(circuit_id: int, *, now: dt.datetime) -> list[Case]:
    """Make or complete the outage cases of a circuit, and return those that are open and sure.

    Running it twice changes nothing. A draft accuses no cable: nobody has checked it.
    """
    with transaction.atomic():
        rows = Circuit.objects.select_for_update(of=("self",)).select_related("cabinet")
        circuit = rows.filter(pk=circuit_id, draft=False).first()
        if circuit is None:
            return []
        suspects = _suspects(circuit, diagnose_circuit(circuit, now=now))
        sure = [
            (suspect, circuit.behind(one.to_lamp_id for one in suspect.sections))
            for suspect in suspects
            if suspect.chance >= SURE
        ]
        # A break behind a break takes its lamps first.
        sure.sort(key=lambda pair: len(pair[1]))
        cases = [case for one, lamps in sure if (case := _case_for(circuit, one, lamps, now))]
        _doubt(circuit, suspects, now)
    return cases


def _suspects(circuit: Circuit, found: CircuitDiagnosis) -> list[Suspect]:
    """Each cable section and cabinet that an explanation names.

    Its chance adds up those explanations: a broken cable and, besides, a broken lamp is a broken
    cable. Explanations beyond those listed could only add to it.
    """
    chances: dict[NamedFault, float] = {}
    for faults, chance in found.explanations:
        for fault in faults:
            if fault.kind != "lamp":
                chances[fault] = chances.get(fault, 0.0) + chance
    rows = circuit.sections.select_related("from_lamp", "to_lamp", "circuit__cabinet")
    at: dict[object, list[CableSection]] = defaultdict(list)
    for section in rows.order_by("pk") if chances else ():
        at["section", section.pk].append(section)
        if section.from_lamp_id is None:
            at["cabinet", circuit.cabinet_id].append(section)
    return [Suspect(one, chance, at[one.kind, one.id]) for one, chance in chances.items()]


def _case_for(circuit: Circuit, suspect: Suspect, lamps: set[int], now: dt.datetime) -> Case | None:
    """The open case of a fault, made where there is none, with the single cases under it."""
    case = _latest(suspect.section.to_lamp_id, suspect.fault.kind)
    if case is not None:
        case = followed(case)
    if case is None or case.state in ENDED:
        # What was closed or declined begins anew only with lamps seen dark after that.
        ended = case.events.order_by("number").last() if case else None
        dark = _dark(lamps, ended.at if ended else None, now)
        category = Category.objects.filter(code=OUTAGE, active=True).first()
        if len(dark) < LEAST_DARK or category is None:
            return None
        case = _made(circuit, suspect, category, dark, now)
    _gather(case, lamps, now)
    return case


def _latest(lamp: int, kind: str) -> Case | None:
    """The latest case that a diagnosis has made of the fault before this lamp."""
    rows = Case.objects.filter(lamp=lamp, source=Source.DIAGNOSIS)
    made = rows.filter(events__step=Step.REPORT, events__details__fault=kind)
    return made.select_related("merged_into").order_by("pk").last()


def _dark(lamps: Iterable[int], since: dt.datetime | None, now: dt.datetime) -> list[LampSighting]:
    """The last sightings of lamps that were seen dark when they were seen last."""
    earliest = now - dt.timedelta(days=SIGHTING_DAYS)
    rows = LampSighting.objects.filter(lamp__in=lamps, seen_at__gte=earliest, seen_at__lte=now)
    last = rows.order_by("lamp", "-seen_at", "-pk").distinct("lamp")
    return [
        sighting
        for sighting in last
        if sighting.state == LampSighting.State.DARK and (since is None or sighting.seen_at > since)
    ]


def _made(
    circuit: Circuit,
    suspect: Suspect,
    category: Category,
    dark: list[LampSighting],
    now: dt.datetime,
) -> Case:
    report = Report(
        category=category,
        location=_middle(circuit, suspect),
        source=Source.DIAGNOSIS,
        description=_in_each_language(circuit, suspect, len(dark), now),
        lamp=suspect.section.to_lamp,
        simulated=all(one.source == LampSighting.Source.SAMPLE for one in dark),
        details={
            "circuit": circuit.pk,
            "fault": suspect.fault.kind,
            "sure": True,
            "chance": round(suspect.chance, 4),
        },
    )
    case, _new = take_in(report, now=now)
    return case


def _middle(circuit: Circuit, suspect: Suspect) -> Point:
    """The middle of the section, or the cabinet's place (EPSG:4326)."""
    if suspect.fault.kind == "cabinet":
        return circuit.cabinet.location
    (line,) = shapes([suspect.section.line])
    projection = LocalProjection.around(line.bounds)
    middle = shapely.line_interpolate_point(projection.project(line), 0.5, normalized=True)
    lon, lat = projection.unproject(middle).coords[0]
    return Point(lon, lat, srid=4326)


def _in_each_language(circuit: Circuit, suspect: Suspect, dark: int, now: dt.datetime) -> str:
    """What the case says, a line in each language: no request says which one its readers speak."""
    lines = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            # The buildings' names are in the language in force.
            named = diagnose_circuit(circuit, now=now)
            words = {
                "dark": dark,
                "fault": next(
                    fault
                    for faults, _chance in named.explanations
                    for fault in faults
                    if (fault.kind, fault.id) == (suspect.fault.kind, suspect.fault.id)
                ),
                "circuit": circuit.name,
                "chance": percent(suspect.chance),
            }
            lines.append(
                _(
                    "%(dark)s lamps of circuit %(circuit)s are dark behind %(fault)s. "
                    "The fault lies there with %(chance)s probability."
                )
                % words
            )
    return "\n".join(lines)


def percent(chance: float) -> str:
    """A probability for people; nothing is ever quite certain."""
    return f"{min(max(chance, 0.01), 0.99):.0%}"


def _gather(case: Case, lamps: Iterable[int], now: dt.datetime) -> None:
    """Hang the open cases of single lamps under the case, or under what that is part of."""
    # Locked before its parts, as closing does: two of them at once wait instead of a deadlock.
    whole = Case.objects.select_for_update().get(pk=case.parent_id or case.pk)
    if whole.state in ENDED:
        return
    singles = Case.objects.filter(
        lamp__in=lamps,
        category__code=DARK,
        parent=None,
        children=None,
        state__in=_WAITING,
    )
    for single in singles.exclude(pk=whole.pk).order_by("pk"):
        try:
            take_step(single, Deed(Step.GATHER, details={"into": whole}), now=now)
        except IllegalStep:
            log.info("case %s ended before it could hang under case %s", single.pk, whole.pk)


def _doubt(circuit: Circuit, suspects: list[Suspect], now: dt.datetime) -> None:
    """Note on each open outage case that the diagnosis has turned away from it, or back to it."""
    chances = {(one.section.to_lamp_id, one.fault.kind): one.chance for one in suspects}
    made = Case.objects.filter(
        lamp__fed_by__circuit=circuit, source=Source.DIAGNOSIS, state__in=_WAITING
    )
    for case in made.order_by("pk"):
        said = list(case.events.filter(details__has_key="sure").order_by("number"))
        if not said:
            continue
        first, last = said[0], said[-1]
        chance = chances.get((case.lamp_id or 0, first.details["fault"]), 0.0)
        sure = chance >= SURE
        if last.details["sure"] == sure:
            continue
        details = {"sure": sure, "chance": round(chance, 4)}
        take_step(case, Deed(Step.NOTE, note=_turned(sure, chance), details=details), now=now)


def _turned(sure: bool, chance: float) -> str:
    lines = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            if sure:
                sentence = _("The sightings point here again (%s).")
            else:
                sentence = _(
                    "Later sightings speak against this place (%s). Look again before work goes on."
                )
            lines.append(sentence % percent(chance))
    return "\n".join(lines)
