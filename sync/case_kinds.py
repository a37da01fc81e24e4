"""Cases from tablets: reported, confirmed, taken a step further, corrected.

A tablet works on the case as it last saw it (``saw``, its version). What happened since is either
the same hand's own earlier work, or leaves the step possible, or it is a conflict that keeps both.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Member
from api.errors import BadInput, NotAllowed, NotFound
from api.errors import Conflict as Refused
from api.input import lon_lat
from cases.awaited_photos import Announced, hang
from cases.deeds import Deed
from cases.edits import changed_in, different, values_of
from cases.handling import take_step
from cases.listing import visible
from cases.models import Case, Event, Source
from cases.reporting import OLDEST, Report, take_in
from cases.serializers import MOST_KEY, ChangesSerializer, LeafField, NewStepSerializer
from cases.standing import standings
from cases.transitions import Step, rule_for
from households.access import areas_of
from households.models import Visit
from households.visits import led_to
from streetlights.models import Lamp
from sync import conflicts
from sync.announced import photos_field
from sync.kinds import Applied, Body, Clash, Hold, Op, about, kind
from sync.merge import merge

#: Steps of others that leave every step as possible as it was.
HARMLESS = frozenset({Step.NOTE, Step.CONFIRM, Step.EDIT})
#: Two reckonings of one tablet's clock differ by so much at most.
CLOCKS = dt.timedelta(minutes=10)


def subject_of(case: Case) -> str:
    return f"case:{case.pk}"


class CaseField(serializers.IntegerField):
    """The number of a case."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=MOST_KEY, **options)


class ReportBody(Body):
    key = serializers.UUIDField()
    category = LeafField()
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    description = serializers.CharField(default="", allow_blank=True, max_length=2000)
    whereabouts = serializers.CharField(default="", allow_blank=True, max_length=200)
    lamp = serializers.PrimaryKeyRelatedField(
        queryset=Lamp.objects.all(), default=None, allow_null=True,
        pk_field=serializers.IntegerField(min_value=1, max_value=MOST_KEY),
    )  # fmt: skip
    patrol = serializers.UUIDField(default=None, allow_null=True)
    visit = serializers.UUIDField(default=None, allow_null=True)
    photos = photos_field()


@kind("case.report", ReportBody)
def report(op: Op, body: dict[str, Any]) -> Applied:
    """A new case. One that follows from a visit waits for that."""
    found = Case.objects.filter(key=body["key"]).first()
    if found is None:
        visit = _visit(op, body["visit"]) if body["visit"] else None
        with about(f"household:{visit.household_id}" if visit else ""):
            found = _taken_in(op, body)
        if visit:
            led_to(visit, found.pk, member=op.member, now=op.now)
    elif found.reporter_id != op.member.pk:
        raise Refused(_("This report is somebody else's; give yours a key of its own."))
    return _applied(found)


def _taken_in(op: Op, body: dict[str, Any]) -> Case:
    case, _new = take_in(
        Report(
            category=body["category"],
            location=Point(*lon_lat(body["lon"], body["lat"]), srid=4326),
            source=Source.PATROL if body["patrol"] else Source.MEMBER,
            reporter=op.member,
            key=body["key"],
            at=op.at,
            whereabouts=body["whereabouts"],
            description=body["description"],
            lamp=body["lamp"],
            awaited=len(body["photos"]),
            late=op.replay_by is not None,
        ),
        now=op.now,
    )
    _hang(case.events.get(number=1), op, body["photos"])
    return case


def _visit(op: Op, key: UUID) -> Visit | None:
    """The visit that a report follows from. Raises Hold as long as it is not there."""
    rows = Visit.objects.filter(pk=key, area__in=areas_of(op.member, op.now))
    found = rows.select_related("household__area").defer("household__contact").first()
    if found is None and op.replay_by is None:
        raise Hold([f"visit:{key}"], _("The visit that it follows from has not come yet."))
    return found


class ConfirmBody(Body):
    key = serializers.UUIDField()
    case = CaseField()
    description = serializers.CharField(default="", allow_blank=True, max_length=2000)
    photos = photos_field()


@kind("case.confirm", ConfirmBody)
def confirm(op: Op, body: dict[str, Any]) -> Applied:
    """“I see it too”; whoever said so before adds a note. What was merged goes on as the other."""
    case = _locked(Case.objects.filter(pk=body["case"]).first())
    if case.merged_into_id:
        case = _locked(case.merged_into)
    if not Event.objects.filter(key=body["key"]).exists():
        again = case.events.filter(step=Step.CONFIRM, author=op.member).exists()
        if again and not (body["description"].strip() or body["photos"]):
            return _applied(case)
        _take(op, case, Step.NOTE if again else Step.CONFIRM, body, note=body["description"])
    return _applied(case)


class StepBody(Body, NewStepSerializer):
    """As the API takes it; ``saw`` is the version last seen, ``lon``, ``lat`` where one stood."""

    key = serializers.UUIDField()
    case = CaseField()
    saw = serializers.IntegerField(min_value=1, max_value=MOST_KEY)
    lon = serializers.FloatField(required=False, allow_null=True)
    lat = serializers.FloatField(required=False, allow_null=True)
    photos = photos_field()  # type: ignore[assignment]
    version = location = changes = None  # type: ignore[assignment]


@kind("case.step", StepBody)
def step(op: Op, body: dict[str, Any]) -> Applied | Clash:
    """One step further, unless somebody else has led the case elsewhere meanwhile."""
    case = _theirs(op, body["case"], body.get("into"))
    if Event.objects.filter(key=body["key"], case=case).exists():
        return _applied(case)
    with about(subject_of(case), case.area_code):
        unseen = [one for one in _unseen(op, case, body["saw"]) if one.step not in HARMLESS]
        if unseen and body["step"] not in HARMLESS and op.replay_by is None:
            return conflicts.keep_step(op, case, body, unseen)
        details = {name: body.get(name) for name in NewStepSerializer.DETAILS}
        if body.get("into"):
            details["into"] = _theirs(op, body["into"])
        _take(op, case, body["step"], body, note=body.get("note", ""), details=details)
    conflicts.close(case, "step", op, saw=body["saw"])
    return _applied(case)


class EditBody(Body):
    class Changes(Body, ChangesSerializer):
        pass

    key = serializers.UUIDField()
    case = CaseField()
    saw = serializers.IntegerField(min_value=1, max_value=MOST_KEY)
    changes = Changes()


@kind("case.edit", EditBody)
def edit(op: Op, body: dict[str, Any]) -> Applied | Clash:
    """Correct some fields; those that somebody else corrected unseen are left to be decided."""
    case = _theirs(op, body["case"])
    if Event.objects.filter(key=body["key"], case=case).exists():
        return _applied(case)
    with about(subject_of(case), case.area_code):
        rule_for(Step.EDIT, case.state, _standings(op, case))
        mine = conflicts.as_json(body["changes"])
        forced = op.replay_by is not None
        merged = merge(
            values_of(case),
            mine,
            saw=case.version if forced else body["saw"],
            changed_in=changed_in(case),
            own=_own(op, case, body["saw"]),
        )
        rows = different(case, {name: body["changes"][name] for name in merged.changed})
        if rows:
            _take(op, case, Step.EDIT, body, details={"changes": rows})
    for name in set(mine) - set(merged.conflicts):
        conflicts.close(case, name, op, saw=case.version if forced else body["saw"], value=mine)
    if merged.conflicts:
        return conflicts.keep_fields(op, case, body["saw"], merged.conflicts)
    return _applied(case)


def _applied(case: Case) -> Applied:
    return Applied(
        {"case": case.pk, "version": case.version}, subject_of(case), area_code=case.area_code
    )


def _locked(case: Case | None) -> Case:
    if case is None:
        raise NotFound(_("This case is not there any more."))
    return Case.objects.select_for_update(of=("self",)).select_related("category").get(pk=case.pk)


def _theirs(op: Op, number: int, other: int | None = None) -> Case:
    """The case, locked, that the member may still see, or who takes the work in for them.

    ``other`` is locked, too. Raises NotFound, NotAllowed.
    """
    keys = sorted({number, other or number})
    # In one order, as every step does that is about two cases.
    list(Case.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    case = _locked(Case.objects.filter(pk=number).first())
    with about(subject_of(case), case.area_code):
        _who(op, case)
    return case


def _who(op: Op, case: Case) -> Member:
    """The sender, or where they may not any more who takes it in. Raises NotAllowed."""
    today = timezone.localdate(op.now)
    for member in (op.member, op.replay_by):
        if member is not None and visible(member, today).filter(pk=case.pk).exists():
            return member
    raise NotAllowed(
        _("You are not responsible for this case any more. Your work is kept for the office.")
    )


def _standings(op: Op, case: Case) -> set[str]:
    return standings(_who(op, case), case, timezone.localdate(op.now))


def _unseen(op: Op, case: Case, saw: int) -> list[Event]:
    """What happened since ``saw``, but for earlier work of the same hand."""
    return [one for one in case.events.filter(number__gt=saw) if not _is_own(op, one)]


def _own(op: Op, case: Case, saw: int) -> set[int]:
    return {one.number for one in case.events.filter(number__gt=saw) if _is_own(op, one)}


def _is_own(op: Op, event: Event) -> bool:
    """Whether the member did it before this; on another tablet later is not before."""
    return event.author_id == op.member.pk and event.at <= op.at + CLOCKS


def _take(
    op: Op,
    case: Case,
    taken: str,
    body: dict[str, Any],
    *,
    note: str = "",
    details: dict[str, Any] | None = None,
) -> Event:
    """The step, at the time at which it was taken. Raises as `take_step`."""
    if op.at < op.now - OLDEST and op.replay_by is None:
        raise BadInput(_("This is more than a month ago. The office decides whether it counts."))
    lon, lat = body.get("lon"), body.get("lat")
    at = None if lon is None or lat is None else Point(*lon_lat(lon, lat), srid=4326)
    author = op.member if taken == Step.CONFIRM else _who(op, case)
    photos: list[Announced] = body.get("photos", [])
    deed = Deed(
        step=taken,
        author=author,
        key=body["key"],
        note=note,
        public=bool(body.get("public")),
        location=at,
        awaited=len(photos),
        details=details or {},
    )
    event = take_step(case, deed, now=op.at)
    _hang(event, op, photos)
    return event


def _hang(event: Event, op: Op, photos: list[Announced]) -> None:
    if photos:
        hang(event, op.id, photos, op.member, now=op.now)
