"""Taking in a report, whichever door it comes through. Running it twice makes one case."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import BadInput
from cases.deeds import Deed, append
from cases.dispatch import due_at, place
from cases.lamps import note_sighting
from cases.models import Case, Category, Follower, OpenKey, Photo, Source
from cases.transitions import Step
from cases.working_time import calendar
from streetlights.models import Lamp

#: A tablet's clock may be so far ahead.
CLOCK_SKEW = dt.timedelta(minutes=5)
#: What waited in a tablet's outbox longer than this is a mistake of its clock.
OLDEST = dt.timedelta(days=31)


@dataclass(frozen=True)
class Report:
    """What somebody saw. ``location`` is EPSG:4326; ``at`` is when, None for now.

    ``awaited`` is how many photos will follow; ``late`` takes in what was seen over a month ago.

    ``details`` is what the first event keeps of a report that the system makes itself.
    """

    category: Category
    location: Point
    source: Source
    reporter: Member | None = None
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    at: dt.datetime | None = None
    whereabouts: str = ""
    description: str = ""
    lamp: Lamp | None = None
    photos: Sequence[Photo] = ()
    awaited: int = 0
    late: bool = False
    email: str = ""
    language: str = ""
    open_key: OpenKey | None = None
    simulated: bool = False
    details: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def take_in(report: Report, *, now: dt.datetime) -> tuple[Case, bool]:
    """The case of a report, and whether it is new: the same key again gives the first case.

    The place decides who is responsible, the category who mends it and by when. Raises
    OutsideArea, BadInput.
    """
    if before := Case.objects.filter(key=report.key).first():
        return before, False
    at = _checked_time(report.at, now, late=report.late)
    _check_category(report)
    crew = report.category.crew
    found = place(report.location, timezone.localdate(at))
    case = Case(
        key=report.key,
        category=report.category,
        source=report.source,
        simulated=report.simulated,
        location=report.location,
        area_code=found.area_code,
        placed=found.placed,
        whereabouts=report.whereabouts.strip(),
        description=report.description.strip(),
        lamp=report.lamp,
        reporter=report.reporter,
        open_key=report.open_key,
        responsible=found.responsible,
        crew=crew if crew and crew.active else None,
        claimable=report.category.claimable,
        reported_at=at,
        due_at=due_at(report.category, at, calendar()),
    )
    deed = Deed(
        Step.REPORT,
        report.reporter,
        photos=report.photos,
        awaited=report.awaited,
        public=True,
    )
    note_sighting(append(case, deed, report.details, at))
    if report.email:
        follow(case, report.email, report.language, now)
    return case, True


def follow(case: Case, email: str, language: str, now: dt.datetime) -> None:
    """Note who wants news of the case by e-mail; once for each address."""
    Follower.objects.get_or_create(
        case=case, email=email.lower(), defaults={"language": language, "asked_at": now}
    )


def _checked_time(at: dt.datetime | None, now: dt.datetime, *, late: bool) -> dt.datetime:
    if at is None:
        return now
    message = ""
    if at > now + CLOCK_SKEW:
        message = _("This time lies in the future. Check the clock of the device.")
    elif at < now - OLDEST and not late:
        message = _("This is more than a month ago. Report it as it is today.")
    if message:
        raise BadInput(message, fields={"at": [message]})
    return min(at, now)


def _check_category(report: Report) -> None:
    category = report.category
    message = ""
    if category.parent_id is None:
        message = _("Choose a category, not a group.")
    elif not category.active:
        message = _("This category is not used any more; choose another.")
    elif report.source == Source.RESIDENT and not category.residents:
        message = _("This is not taken in here; choose another category.")
    if message:
        raise BadInput(message, fields={"category": [message]})
