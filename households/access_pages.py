"""``/care/access/``: who looked at households, when and why.

Coordinators see the records of their community, auditors those of what they audit, and everybody
their own. A record names a household by its id; whoever cares for it finds the door beside it.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from accounts.api import signed_in
from accounts.models import Member, Role
from accounts.scope import Scope
from api.errors import GridwalkError, TooMany
from api.input import DayField, Query
from api.tables import csv_file, xlsx_file
from grid.models import Area, Level, Responsibility
from households.access import eyes_of_member
from households.links import shown
from households.models import AccessRecord, Household
from households.readers import with_reasons

ROWS = 50
#: Looks from outside within so many days stand on top of the coordinator's page, the latest few.
ON_TOP_DAYS = 30
MOST_ON_TOP = 20
#: Records of one file; what is more has to be asked for in parts.
MOST_EXPORTED = 50_000
FILES = {"csv": csv_file, "xlsx": xlsx_file}


class RecordsQuery(Query):
    since = DayField()
    until = DayField()
    member = serializers.CharField(required=False, max_length=80)
    outside = serializers.BooleanField(required=False)
    page = serializers.IntegerField(required=False, min_value=1, max_value=10_000)


@dataclass(frozen=True)
class Sees:
    """Ids of the areas where the member knows homes, and where the records of others.

    Ids, because under row-level security no index serves LIKE on a column of a guarded table:
    what is not leakproof is asked of each row after the policies.
    """

    homes: list[int]
    coordinates: list[int]
    audits: list[int]

    @classmethod
    def of(cls, member: Member, today: dt.date) -> "Sees":
        """Two queries; the database works the same out for itself (migration 0002)."""
        held = Responsibility.objects.on(today).filter(member=member, area__retired_on=None)
        homes, coordinates, audits = set(), set(), set()
        for role, code, level in held.values_list("role", "area__code", "area__level"):
            if role == Role.COORDINATOR and level == Level.COMMUNITY:
                coordinates.add(code)
            elif role == Role.WORKER and level >= Level.COMMUNITY:
                homes.add(code)
            elif role == Role.AUDITOR:
                audits.add(code)
        below = Scope(frozenset(homes | coordinates | audits)).filter()
        areas = list(Area.objects.filter(below).values_list("pk", "code"))
        scopes = (Scope(frozenset(codes)) for codes in (homes | coordinates, coordinates, audits))
        return cls(*([pk for pk, code in areas if scope.covers(code)] for scope in scopes))

    def records(self, member: Member) -> QuerySet[AccessRecord]:
        """Records that the member may see, the latest first."""
        return AccessRecord.objects.filter(
            Q(member=member) | Q(area__in=[*self.coordinates, *self.audits])
        )


def chosen(records: QuerySet[AccessRecord], asked: dict[str, Any]) -> QuerySet[AccessRecord]:
    """Those of the records that the filters let through; days are local and whole."""
    if "since" in asked:
        records = records.filter(at__gte=_midnight(asked["since"]))
    if "until" in asked:
        records = records.filter(at__lt=_midnight(asked["until"] + dt.timedelta(days=1)))
    if "member" in asked:
        words = asked["member"]
        records = records.filter(
            Q(member__name__icontains=words) | Q(member__username__icontains=words)
        )
    if asked.get("outside"):
        records = records.filter(outside=True)
    return records.select_related("member", "area").defer("area__geometry", "area__tile_geometry")


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


@method_decorator(eyes_of_member, name="dispatch")
class AccessPage(View):
    """The filters are in the address.

    Queries: session, member, whose eyes, responsibilities, areas, looks from outside (for a
    coordinator), rows, homes, eyes closed.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        asked, problem = {}, ""
        try:
            asked = RecordsQuery.of(Request(request))
        except (ValidationError, GridwalkError):
            problem = _("One of the filters is not valid, so none is used.")
        page = asked.pop("page", 1)
        sees = Sees.of(member, timezone.localdate(now))
        records = sees.records(member)
        found = with_reasons(chosen(records, asked)[(page - 1) * ROWS : page * ROWS + 1])
        rows = found[:ROWS]
        top = _on_top(sees, now) if page == 1 and not asked else []
        doors = _doors(sees, [*rows, *top])
        context = {
            "cares": bool(sees.homes),
            "coordinates": bool(sees.coordinates),
            "rows": [(record, doors.get(record.household)) for record in rows],
            "top": [(record, doors.get(record.household)) for record in top],
            "days": ON_TOP_DAYS,
            "others": bool(sees.coordinates or sees.audits),
            "asked": asked,
            "address": _address(asked),
            "newer": _address({**asked, "page": page - 1}) if page > 1 else "",
            "older": _address({**asked, "page": page + 1}) if len(found) > ROWS else "",
            "problem": problem,
        }
        return shown(request, "access.html", context, page="access")


def _on_top(sees: Sees, now: dt.datetime) -> list[AccessRecord]:
    """The latest looks into the coordinator's community from outside the looker's own area."""
    if not sees.coordinates:
        return []
    since = now - dt.timedelta(days=ON_TOP_DAYS)
    recent = AccessRecord.objects.filter(area__in=sees.coordinates, outside=True, at__gte=since)
    return with_reasons(chosen(recent, {})[:MOST_ON_TOP])


def _doors(sees: Sees, records: Iterable[AccessRecord]) -> dict[UUID | None, Household]:
    """Of the records' households those in the member's care, with their doors."""
    keys = {record.household for record in records if record.household is not None}
    if not sees.homes or not keys:
        return {}
    homes = Household.objects.filter(area__in=sees.homes, pk__in=keys)
    return {home.pk: home for home in homes.select_related("door").defer("contact")}


def _address(asked: dict[str, Any]) -> str:
    given = {name: "true" if value is True else value for name, value in asked.items() if value}
    return "?" + urlencode(given)


@require_safe
@eyes_of_member
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The records with their filters as a file, without a door; raises TooMany beyond 50,000."""
    member = signed_in(request)
    asked = RecordsQuery.of(Request(request))
    sees = Sees.of(member, timezone.localdate())
    found = with_reasons(chosen(sees.records(member), asked)[: MOST_EXPORTED + 1])
    if len(found) > MOST_EXPORTED:
        raise TooMany(
            _("There are more than %s records. Choose a shorter time.") % f"{MOST_EXPORTED:,}"
        )
    head = [
        _("When"), _("Who"), _("What"), _("Why"), _("Outside the own area"), _("Code of the cell"),
        _("Cell"), _("Household"),
    ]  # fmt: skip
    return FILES[kind]("access-records", head, _cells(found))


def _cells(records: Iterable[AccessRecord]) -> Iterator[list[Any]]:
    for record in records:
        yield [
            record.at, str(record.member), str(record.get_looked_display()),
            record.said,  # type: ignore[attr-defined]
            _("yes") if record.outside else _("no"), record.area_code, record.area.name,
            short(record.household),
        ]  # fmt: skip


def short(household: UUID | None) -> str:
    """What a household is called where it is not known by its door."""
    return str(household)[:8] if household else ""
