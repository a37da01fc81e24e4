"""What a case about a dark lamp says of the lamp: each report and each re-check is a sighting."""

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D

from cases.dispatch import narrowing
from cases.models import Category, Event, Source
from cases.transitions import Step
from streetlights.models import Lamp, LampSighting

#: Metres within which a report about a lamp may mean one; a phone's position is no better.
REACH = 40.0
#: Metres within which nobody needs to ask.
SAME = 2.0
MOST = 5
#: The answer to which lamp it is: “I do not know”.
UNKNOWN = "0"

#: Category of one dark lamp.
DARK = "lamp"
#: Category of several that fail together.
OUTAGE = "lamp_section"
#: What a step says of the light. Closing comes after verifying, when nobody looks again; a part
#: is closed with its whole by whoever has looked at that.
SEEN = {
    Step.REPORT: LampSighting.State.DARK,
    Step.CONFIRM: LampSighting.State.DARK,
    Step.VERIFY: LampSighting.State.LIT,
    Step.FOLLOW: LampSighting.State.LIT,
}


def lamps_near(point: Point) -> list[Lamp]:
    """Lamps within 40 m of a point (EPSG:4326), nearest first, 5 at most.

    Each has ``metres`` (a Distance). One query.
    """
    degrees = REACH / 111_000 * 1.2 / narrowing(point)
    near = Lamp.objects.filter(location__dwithin=(point, degrees))
    found = near.annotate(metres=Distance("location", point, spheroid=True))
    return list(found.filter(metres__lte=D(m=REACH)).order_by("metres", "pk")[:MOST])


def lamp_meant(category: Category, point: Point, answer: str) -> tuple[Lamp | None, list[Lamp]]:
    """The lamp that a report is about, and those to choose from where that has to be asked.

    A diagnosis needs to know which lamp is dark. ``answer`` is the key of the one that was chosen,
    UNKNOWN, or empty as long as nobody was asked.
    """
    near = lamps_near(point) if category.lamps else []
    for number, lamp in enumerate(near):
        at_it = number == 0 and lamp.metres.m <= SAME  # type: ignore[attr-defined]
        if answer == str(lamp.pk) or (at_it and not answer):
            return lamp, []
    return None, [] if answer == UNKNOWN else near


def note_sighting(event: Event) -> None:
    """Store what a step says of the case's lamp, and have its circuit looked at.

    A damaged pole may well be lit, and a diagnosis is not a look; neither says anything. Raises
    Conflict where the same member saw it otherwise at the same moment.
    """
    case, state = event.case, SEEN.get(Step(event.step))
    if case.lamp is None or state is None or case.category.code not in (DARK, OUTAGE):
        return
    if event.step == Step.REPORT and case.source == Source.DIAGNOSIS:
        return
    case.lamp.see(state, at=event.at, member=event.author, source=_source(event))


def _source(event: Event) -> str:
    """Who looked: a resident where there is no author, but never when it is mended."""
    if event.case.simulated:
        return LampSighting.Source.SAMPLE
    if event.step == Step.REPORT and event.case.source == Source.PATROL:
        return LampSighting.Source.PATROL
    if event.author_id is None and event.step in (Step.REPORT, Step.CONFIRM):
        return LampSighting.Source.RESIDENT
    return LampSighting.Source.MEMBER
