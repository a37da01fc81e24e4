"""What the pages of members share: who looks, lateness, areas to choose from, photos sent."""

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.scope import Scope
from api.errors import GridwalkError
from cases import photos
from cases.deeds import MOST_PHOTOS
from cases.models import Case, Photo
from grid.models import Area

SHOWN = ("category__parent", "responsible", "assignee", "crew")
#: A list to choose from that is longer helps nobody; the address takes any code.
MOST_AREAS = 200
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def member_of(request: HttpRequest) -> Member:
    """Who is signed in, for views that nobody else reaches."""
    assert isinstance(request.user, Member)  # noqa: S101  every page here is for who is signed in
    return request.user


def dated(cases: Iterable[Case], now: dt.datetime) -> list[Case]:
    """The cases, each knowing whether it is late; templates cannot ask for a moment."""
    found = list(cases)
    for case in found:
        case.late = case.is_overdue(now)  # type: ignore[attr-defined]
    return found


def areas_of(scope: Scope) -> list[Area]:
    """Areas to choose from: those covered, and all below them."""
    rows = Area.objects.current().in_scope(scope).only("code", "name")
    return list(rows.order_by("level", "code")[:MOST_AREAS])


def with_addresses(photos: Sequence[Photo]) -> list[tuple[uuid.UUID, str]]:
    """What a page that comes back names and shows its photos by."""
    return [(photo.pk, reverse("photo", args=[photo.pk, "320"])) for photo in photos]


def sent_photos(request: HttpRequest, member: Member, now: dt.datetime, kept: list[Photo]) -> None:
    """Add to ``kept`` the photos just sent, and those the same page sent before.

    Raises GridwalkError for the first that is refused; the others are in ``kept`` all the same.
    """
    words = request.POST.getlist("kept")[:MOST_PHOTOS]
    keys = [word for word in words if UUID.fullmatch(word)]
    kept += Photo.objects.filter(pk__in=keys, event=None, uploader=member)
    sent = request.FILES.getlist("photo")
    if len(kept) + len(sent) > MOST_PHOTOS:
        message = _("A step takes %s photos at most; choose the ones that show it best.")
        raise GridwalkError(message % MOST_PHOTOS)
    refused: list[GridwalkError] = []
    for file in sent:
        try:
            kept.append(photos.keep(file, member, now=now))
        except GridwalkError as error:
            refused.append(error)
    if refused:
        raise refused[0]
