"""What a case about a dark lamp says of the lamp: each report and each re-check is a sighting."""

from cases.models import Event, Source
from cases.transitions import Step
from streetlights.models import LampSighting

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
