"""A step somebody wants to take, and the event it becomes."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import BadInput, Conflict
from cases.models import Case, Event, Photo
from cases.news import tell

#: Photos of one step.
MOST_PHOTOS = 5


@dataclass(frozen=True)
class Deed:
    """A step somebody wants to take.

    ``author`` None is the system. ``version`` is how many events the case had when it was last
    seen; None takes it as it is. ``location`` is where the author stands (EPSG:4326). ``details``
    is what the step needs, by name, as rows: ``crew``, ``assignee``, ``until`` (a date), ``into``
    (a Case), ``category``, ``claimable``, ``parts``, ``due_at``, ``changes`` (`cases.edits`);
    with a note of the system's, ``sure`` and ``chance`` of a diagnosis. ``awaited`` is how many
    more photos were announced and
    will follow (`cases.awaited_photos`).
    """

    step: str
    author: Member | None = None
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    version: int | None = None
    note: str = ""
    public: bool = False
    location: Point | None = None
    photos: Sequence[Photo] = ()
    awaited: int = 0
    details: dict[str, Any] = field(default_factory=dict)


def append(case: Case, deed: Deed, details: dict[str, Any], now: dt.datetime) -> Event:
    """Write the event of a step already applied to ``case``, and the case with it."""
    if len(deed.photos) + deed.awaited > MOST_PHOTOS:
        message = _("A step takes %s photos at most; choose the ones that show it best.")
        raise BadInput(message % MOST_PHOTOS, fields={"photos": [message % MOST_PHOTOS]})
    case.version += 1
    case.save()
    event = Event.objects.create(
        key=deed.key,
        case=case,
        number=case.version,
        step=deed.step,
        state=case.state,
        at=now,
        author=deed.author,
        location=deed.location,
        note=deed.note.strip(),
        public=deed.public,
        details=details,
    )
    for photo in deed.photos:
        if not Photo.objects.filter(pk=photo.pk, event=None).update(event=event):
            raise Conflict(_("One of the photos went with another step already."))
    tell(event)
    return event
