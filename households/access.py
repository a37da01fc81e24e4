"""Who may look at a household: asked here by every view, and once more by the database.

`grid.responsibility.homes_of` says which cells a member may know; row-level security (migration
0002) works the same out for itself. Every look at one household leaves an access record.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import errors

from accounts import acting
from accounts.models import Member
from api.errors import BadInput, NotAllowed, NotFound, TooMany
from grid.models import Area
from grid.responsibility import homes_of
from households.models import AccessRecord, Household, Looked

#: How long a look from outside the own area lasts; `households_opened()` says the same.
OUTSIDE_MINUTES = 15


def eyes_of_member(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page that sees households as the signed-in member does; others are asked to sign in.

    The answer must be made inside the view (``render``, no ``TemplateResponse``): outside of it
    the database shows no household.
    """

    @wraps(view)
    def looking(request: HttpRequest, *arguments: Any, **more: Any) -> HttpResponseBase:
        if not isinstance(request.user, Member):
            raise NotAllowed
        with acting.as_member(request.user):
            answer = view(request, *arguments, **more)
        # Neither a proxy nor the browser of a shared tablet keeps a page about a home.
        answer["Cache-Control"] = "no-store"
        return answer

    return login_required(looking)


class EyesOfMember:
    """For REST framework's views: the whole of it sees households as the signed-in member does."""

    def dispatch(self, request: HttpRequest, *arguments: Any, **more: Any) -> Any:
        if not isinstance(request.user, Member):
            return super().dispatch(request, *arguments, **more)  # type: ignore[misc]
        with acting.as_member(request.user):
            answer = super().dispatch(request, *arguments, **more)  # type: ignore[misc]
        answer["Cache-Control"] = "no-store"
        return answer


def areas_of(member: Member, now: dt.datetime) -> list[int]:
    """Ids of the areas whose households the member may know: for ``area__in``. Two queries."""
    return [area.pk for area in whole_areas_of(member, now)]


def whole_areas_of(member: Member, now: dt.datetime) -> list[Area]:
    """The areas whose households the member may know, by code and without shapes. Two queries.

    Retired cells are among them: a home is never left without anybody who may see it.
    """
    homes = homes_of(member, timezone.localdate(now))
    found = Area.objects.filter(homes.filter("code")).order_by("code")
    return list(found.only("code", "level", "name", "retired_on"))


def must_care(member: Member, now: dt.datetime) -> list[int]:
    """`areas_of`, refused where it is empty. Raises NotAllowed as `areas_cared_for`."""
    return [area.pk for area in areas_cared_for(member, now)]


def areas_cared_for(member: Member, now: dt.datetime) -> list[Area]:
    """`whole_areas_of`, refused where it is empty.

    Raises:
        NotAllowed: the member is responsible for no cell and coordinates no community.
    """
    areas = whole_areas_of(member, now)
    if not areas:
        raise NotAllowed(
            _("Households are known only to who is responsible for their cell or community.")
        )
    return areas


def look(member: Member, pk: UUID, looked: Looked, *, now: dt.datetime, why: str = "") -> Household:
    """The household, with its door and area, and the record that it was looked at.

    Raises:
        NotFound: there is none, or the member may not know of it.
    """
    household = Household.objects.select_related("door", "area").filter(pk=pk).first()
    if household is None:
        raise NotFound
    if not homes_of(member, timezone.localdate(now)).covers(household.area.code):
        # What opened it is the record; from outside a household is read and never changed.
        if looked != Looked.PAGE or not opened_outside(member, pk, now):
            raise NotFound
        return household
    record(member, [household], looked, now=now, why=why)
    return household


def record(
    member: Member,
    households: Iterable[Household],
    looked: Looked,
    *,
    now: dt.datetime,
    why: str = "",
) -> None:
    """Note that the member looked at these households, which come with their ``area``."""
    AccessRecord.objects.bulk_create(
        [
            AccessRecord(
                member=member,
                household=household.pk,
                area=household.area,
                area_code=household.area.code,
                at=now,
                looked=looked,
                why=why,
            )
            for household in households
        ]
    )


def opened_outside(member: Member, pk: UUID, now: dt.datetime) -> bool:
    """Whether the member stated a reason for looking at this household a moment ago."""
    since = now - dt.timedelta(minutes=OUTSIDE_MINUTES)
    return AccessRecord.objects.filter(
        member=member, household=pk, outside=True, at__gt=since
    ).exists()


def open_outside(building: int, entrance: str, floor: str, label: str, *, why: str) -> UUID | None:
    """Look behind a door outside the own area but in the own community, for a stated reason.

    Call with the member's eyes. It leaves a record that the coordinator sees, also where nobody
    takes part behind that door: then None.

    Raises:
        BadInput: the reason says too little.
        NotAllowed: the building lies in no community of the member.
        TooMany: more than twenty such looks within a day.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT households_open_outside(%s, %s, %s, %s, %s)",
                [building, entrance, floor, label, why],
            )
            found: UUID | None = cursor.fetchone()[0]
    except DatabaseError as error:
        raise _sentence(error) from error
    return found


def _sentence(error: DatabaseError) -> Exception:
    if isinstance(error.__cause__, errors.CheckViolation):
        few = _("Say in a sentence why you need to look: the coordinator will read it.")
        return BadInput(few, fields={"why": [few]})
    if isinstance(error.__cause__, errors.InsufficientPrivilege):
        return NotAllowed(_("This building lies in no community that you work in."))
    if isinstance(error.__cause__, errors.ProgramLimitExceeded):
        return TooMany(
            _("You looked outside your area twenty times today. Ask the coordinator for cover.")
        )
    return error
