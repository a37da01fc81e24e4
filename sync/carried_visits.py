"""What a member's tablet carries of homes: visits due within a week, the fewest fields.

Read with the member's eyes: the database shows no other home. What goes to a tablet is a look at
the household, and leaves a record.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.gis.db.models.functions import PointOnSurface
from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from households import access
from households.due import When, planned, when
from households.models import AccessRecord, Household, Looked, Visit, VisitState
from sync.carried import DIGITS, Carrier
from sync.models import Change

#: Today and the six days after it.
DAYS_AHEAD = 6
_WORDS = {When.OVERDUE: "overdue", When.TODAY: "today", When.LATER: "week"}


def visits(carrier: Carrier) -> QuerySet[Visit]:
    """Planned visits of the homes that the member may know, a week ahead; for most nobody's.

    Call with the member's eyes. Two queries before its own.
    """
    areas = access.areas_of(carrier.member, carrier.now)
    until = carrier.today + dt.timedelta(days=DAYS_AHEAD)
    return planned(areas, carrier.now, until=until)


def told_visits(
    carrier: Carrier, keys: Collection[uuid.UUID], device: uuid.UUID
) -> list[dict[str, Any]]:
    """Those of the visits that the tablet carries, as it gets them, with their access records.

    Call with the member's eyes. Five queries, six where a record is new.
    """
    last = Visit.objects.filter(plan=OuterRef("plan")).exclude(state=VisitState.PLANNED)
    found = list(
        visits(carrier)
        .filter(pk__in=keys)
        .annotate(
            place=PointOnSurface("household__door__building__footprint"),
            last=Subquery(last.order_by("-at", "-pk").values("state")[:1]),
        )
    )
    for visit in found:
        if visit.household.area_id == visit.area_id:
            visit.household.area = visit.area
    _note(carrier, {visit.household_id: visit.household for visit in found}, device)
    return [_told(visit, carrier.today) for visit in found]


def _told(visit: Visit, today: dt.date) -> dict[str, Any]:
    place, door = visit.place, visit.household.door  # type: ignore[attr-defined]
    return {
        "id": str(visit.pk),
        "plan": str(visit.plan_id),
        "planned_for": visit.planned_for.isoformat(),
        "due": _WORDS[when(visit, today)],
        "windows": visit.plan.windows,
        "cell": visit.area.code,
        "building": door.building_id,
        "lon": None if place is None else round(place.x, DIGITS),
        "lat": None if place is None else round(place.y, DIGITS),
        "address": door.address,
        "door": door.inside,
        "checklist": visit.plan.checklist_id,
        "last": visit.last,  # type: ignore[attr-defined]
    }


def _note(carrier: Carrier, homes: dict[uuid.UUID, Household], device: uuid.UUID) -> None:
    """One record for a household, device and day, however often it is fetched."""
    if not homes:
        return
    with connection.cursor() as cursor:
        # Two fetches of one tablet at once leave one record.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('sync.looks:' || %s, 0))", [str(device)]
        )
    which = str(device)[-12:]
    midnight = dt.datetime.combine(carrier.today, dt.time(), timezone.get_default_timezone())
    known = set(
        AccessRecord.objects.filter(
            member=carrier.member,
            looked=Looked.TABLET,
            why=which,
            household__in=homes,
            at__gte=midnight,
        ).values_list("household", flat=True)
    )
    new = [home for key, home in homes.items() if key not in known]
    access.record(carrier.member, new, Looked.TABLET, now=carrier.now, why=which)


def ended_between(carrier: Carrier, since: dt.date) -> QuerySet[Visit]:
    """Visits in the member's sight that left since that day, since their plan's last day passed.

    Call with the member's eyes. Two queries before its own.
    """
    early, late = sorted((since, carrier.today))
    areas = access.areas_of(carrier.member, carrier.now)
    return Visit.objects.filter(
        state=VisitState.PLANNED,
        area__in=areas,
        plan__ends_on__gte=early,
        plan__ends_on__lt=late,
    )


def planned_in(codes: Iterable[str], after: str, most: int) -> list[str]:
    """Ids of visits planned in these areas, as the log has them: also where nobody may look.

    In the order of their ids from ``after`` on, ``most`` of them. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT record FROM (
                SELECT DISTINCT ON (audience, record) record, departed FROM sync_change
                WHERE kind = %s AND audience = ANY(%s) AND record > %s
                ORDER BY audience, record, id DESC
            ) AS latest WHERE NOT departed ORDER BY record LIMIT %s
            """,
            [Change.Kind.VISIT, list(codes), after, most],
        )
        return [row[0] for row in cursor.fetchall()]
