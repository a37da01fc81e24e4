"""What each step does to a case besides its state. The case is locked; nothing is saved here.

An effect returns the event's details, by which the step could be told again.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import gettext as _
from pyproj import Geod

from accounts.models import Member
from api.errors import BadInput, Conflict
from cases.deeds import Deed, append
from cases.dispatch import due_at, due_seconds, place
from cases.edits import WORDS, different
from cases.models import Case, Follower, State
from cases.transitions import Step
from cases.working_time import calendar

Details = dict[str, Any]
Effect = Callable[[Case, Deed, dt.datetime], Details]
#: Who re-checks on site stands no farther away (metres): a receiver is wrong by tens of them.
ON_SITE = 100.0
#: A closed case comes back to life within so many days; later it is a new one.
REOPEN_DAYS = 30
#: On hold at most so many days at a time.
LONGEST_HOLD = 366
MOST_PARTS = 10
#: What a volunteer holds at once.
MOST_CLAIMS = 2
_SPHEROID = Geod(ellps="WGS84")


def metres_between(one: Point, other: Point) -> float:
    """Metres on the spheroid between two points (EPSG:4326)."""
    return float(_SPHEROID.inv(one.x, one.y, other.x, other.y)[2])


def check_site(case: Case, deed: Deed) -> None:
    """Verifying what needs a re-check on site needs somebody there; raises BadInput, Conflict."""
    if deed.step != Step.VERIFY or not case.category.recheck:
        return
    finished = case.events.filter(step=Step.FINISH).order_by("number").last()
    if finished and deed.author and finished.author_id == deed.author.pk:
        raise Conflict(_("Who did the work does not verify it: ask somebody else to look."))
    near = deed.location and metres_between(case.location, deed.location) <= ON_SITE
    if not near and not deed.photos and not deed.awaited:
        message = _("This is verified on site: go there with your position on, or add a photo.")
        raise BadInput(message, fields={"location": [message]})


def _nothing(case: Case, deed: Deed, now: dt.datetime) -> Details:
    return {}


def _decline(case: Case, deed: Deed, now: dt.datetime) -> Details:
    """Its parts go on by themselves, with their own due times."""
    parts = list(case.children.open().select_for_update())
    for part in parts:
        part.parent, part.due_at = None, _due_anew(part, now)
        append(part, Deed(Step.NOTE), {"released": case.pk}, now)
    return {"released": [part.pk for part in parts]} if parts else {}


def _dispatch(case: Case, deed: Deed, now: dt.datetime) -> Details:
    case.crew, case.assignee = deed.details.get("crew"), deed.details.get("assignee")
    case.claimed_by = None
    if due := deed.details.get("due_at"):
        if due <= now:
            message = _("The due time has passed already.")
            raise BadInput(message, fields={"due_at": [message]})
        if due > now + dt.timedelta(days=LONGEST_HOLD):
            message = _("Choose a due time within a year.")
            raise BadInput(message, fields={"due_at": [message]})
        case.due_at = due
    return {
        "crew": case.crew_id,
        "assignee": case.assignee_id,
        "due_at": case.due_at and case.due_at.isoformat(),
    }


def _hold(case: Case, deed: Deed, now: dt.datetime) -> Details:
    until = deed.details["until"]
    days = (until - timezone.localdate(now)).days
    if not 1 <= days <= LONGEST_HOLD:
        message = _("Choose a day from tomorrow to a year from now.")
        raise BadInput(message, fields={"until": [message]})
    case.hold_until = until
    case.held_seconds = calendar().between(now, case.due_at) if case.due_at else None
    return {"until": until.isoformat()}


def _resume(case: Case, deed: Deed, now: dt.datetime) -> Details:
    # What was overdue before it rested stays so, and by as much.
    if case.held_seconds is not None and case.held_seconds > 0:
        case.due_at = calendar().add(now, case.held_seconds)
    case.hold_until = case.held_seconds = None
    return {"due_at": case.due_at and case.due_at.isoformat()}


def _finish(case: Case, deed: Deed, now: dt.datetime) -> Details:
    case.done_at = now
    return {}


def _rework(case: Case, deed: Deed, now: dt.datetime) -> Details:
    case.done_at = None
    return {}


def _close(case: Case, deed: Deed, now: dt.datetime) -> Details:
    case.closed_at = now
    return {}


def _follow(case: Case, deed: Deed, now: dt.datetime) -> Details:
    case.closed_at = now
    case.done_at = case.done_at or now
    case.hold_until = case.held_seconds = None
    return {"into": case.parent_id}


def _reopen(case: Case, deed: Deed, now: dt.datetime) -> Details:
    if case.closed_at and now - case.closed_at > dt.timedelta(days=REOPEN_DAYS):
        raise Conflict(
            _("It was closed more than %s days ago. Report it as a new case.") % REOPEN_DAYS
        )
    case.done_at = case.closed_at = None
    case.assignee = case.claimed_by = case.parent = None
    case.due_at = due_at(case.category, now, calendar())
    return {"due_at": case.due_at.isoformat()}


def _claim(case: Case, deed: Deed, now: dt.datetime) -> Details:
    # Locked, so that two claims at once do not both find room.
    member = Member.objects.select_for_update().get(pk=deed.author.pk) if deed.author else None
    held = Case.objects.open().filter(claimed_by=member)
    held = held.exclude(state__in=[State.DONE, State.VERIFIED])
    if held.count() >= MOST_CLAIMS:
        raise Conflict(_("You hold %s claims already. Finish one, or hand it back.") % MOST_CLAIMS)
    case.claimed_by = case.assignee = deed.author
    return {"assignee": case.assignee_id}


def _hand_back(case: Case, deed: Deed, now: dt.datetime) -> Details:
    case.claimed_by = case.assignee = None
    return {}


def _recategorise(case: Case, deed: Deed, now: dt.datetime) -> Details:
    before, case.category = case.category, deed.details["category"]
    if not case.category.parent_id or not case.category.active:
        message = _("Choose a category, not a group.")
        raise BadInput(message, fields={"category": [message]})
    case.due_at = _due_anew(case, now)
    if case.state == State.ON_HOLD:
        case.held_seconds = calendar().between(now, case.due_at)
    return {
        "from": before.code,
        "category": case.category.code,
        "due_at": case.due_at and case.due_at.isoformat(),
    }


def _edit(case: Case, deed: Deed, now: dt.datetime) -> Details:
    """The log is never changed, so it gets the names of fields and none of the words."""
    changes = different(case, deed.details["changes"])
    if not changes:
        raise BadInput(_("Nothing of it is different from what is there."))
    details: Details = {"fields": sorted(changes)}
    if "category" in changes:
        details |= _recategorise(case, Deed(Step.RECATEGORISE, details=changes), now)
    if "place" in changes:
        details["place"] = _move(case, changes["place"], now)
    if "lamp" in changes:
        case.lamp = changes["lamp"]
        details["lamp"] = case.lamp and case.lamp.pk
    for name in WORDS:
        setattr(case, name, changes.get(name, getattr(case, name)).strip())
    return details


def _move(case: Case, to: Point, now: dt.datetime) -> list[float]:
    """Another place may be somebody else's; raises OutsideArea."""
    found = place(to, timezone.localdate(now))
    if found.area_code != case.area_code:
        case.responsible = found.responsible
    case.location, case.area_code, case.placed = to, found.area_code, found.placed
    return [round(to.x, 7), round(to.y, 7)]


def _due_anew(case: Case, now: dt.datetime) -> dt.datetime:
    """The due time by the case's category, without the working time it was on hold."""
    start, rested, since = case.reported_at, 0, None
    for event in case.events.order_by("number"):
        if event.step == Step.REOPEN:
            start, rested = event.at, 0
        elif event.step == Step.HOLD:
            since = event.at
        elif event.step == Step.RESUME and since:
            rested += calendar().between(since, event.at)
            since = None
    if since:
        rested += calendar().between(since, now)
    return calendar().add(start, due_seconds(case.category, calendar()) + rested)


def _offer(case: Case, deed: Deed, now: dt.datetime) -> Details:
    case.claimable = bool(deed.details["claimable"])
    return {"claimable": case.claimable}


def _other(case: Case, deed: Deed) -> Case:
    """The case that ``into`` names, if it may take another in; raises BadInput."""
    into: Case = Case.objects.select_for_update().get(pk=deed.details["into"].pk)
    message = ""
    if into.pk == case.pk:
        message = _("A case cannot go into itself.")
    elif into.state in (State.MERGED, State.DECLINED, State.CLOSED):
        message = _("Case #%(number)s is %(state)s; choose one that is open.") % {
            "number": into.pk,
            "state": into.get_state_display(),
        }
    if message:
        raise BadInput(message, fields={"into": [message]})
    return into


def _merge(case: Case, deed: Deed, now: dt.datetime) -> Details:
    into = _other(case, deed)
    if into.parent_id and case.children.exists():
        message = _("A case that is part of another has no parts of its own.")
        raise BadInput(message, fields={"into": [message]})
    into.confirmations += 1 + case.confirmations
    append(into, Deed(Step.CONFIRM, deed.author), {"merged": case.pk}, now)
    Case.objects.filter(parent=case).update(parent=into)
    for follower in case.followers.all():
        Follower.objects.get_or_create(
            case=into,
            email=follower.email,
            defaults={"language": follower.language, "asked_at": follower.asked_at},
        )
    case.merged_into = into
    return {"into": into.pk}


def _gather(case: Case, deed: Deed, now: dt.datetime) -> Details:
    into = _other(case, deed)
    if into.parent_id or case.children.exists():
        message = _("A case that is part of another has no parts of its own.")
        raise BadInput(message, fields={"into": [message]})
    case.parent, case.due_at = into, into.due_at
    if case.state == State.ON_HOLD and case.due_at:
        case.held_seconds = calendar().between(now, case.due_at)
    return {"into": into.pk, "due_at": case.due_at and case.due_at.isoformat()}


def _split(case: Case, deed: Deed, now: dt.datetime) -> Details:
    parts = deed.details["parts"]
    if not 2 <= len(parts) <= MOST_PARTS or case.parent_id:
        message = _("Name two parts at least and %s at most.") % MOST_PARTS
        if case.parent_id:
            message = _("A case that is part of another has no parts of its own.")
        raise BadInput(message, fields={"parts": [message]})
    return {"parts": [_part(case, part, deed, now).pk for part in parts]}


def _part(case: Case, part: Details, deed: Deed, now: dt.datetime) -> Case:
    child = Case(
        category=part["category"],
        source=case.source,
        simulated=case.simulated,
        location=case.location,
        area_code=case.area_code,
        placed=case.placed,
        whereabouts=case.whereabouts,
        description=part.get("description", ""),
        lamp=case.lamp,
        responsible=case.responsible,
        crew=part["category"].crew,
        claimable=part["category"].claimable,
        parent=case,
        reported_at=case.reported_at,
        due_at=due_at(part["category"], case.reported_at, calendar()),
    )
    append(child, Deed(Step.REPORT, deed.author), {"part_of": case.pk}, now)
    return child


def _confirm(case: Case, deed: Deed, now: dt.datetime) -> Details:
    if deed.author and case.events.filter(step=Step.CONFIRM, author=deed.author).exists():
        raise Conflict(_("You said so already; it is counted once."))
    case.confirmations += 1
    return {}


def _note(case: Case, deed: Deed, now: dt.datetime) -> Details:
    return {name: deed.details[name] for name in ("sure", "chance") if name in deed.details}


EFFECTS: dict[Step, Effect] = {
    Step.ACCEPT: _nothing,
    Step.DECLINE: _decline,
    Step.MERGE: _merge,
    Step.DISPATCH: _dispatch,
    Step.REASSIGN: _dispatch,
    Step.START: _nothing,
    Step.HOLD: _hold,
    Step.RESUME: _resume,
    Step.FINISH: _finish,
    Step.VERIFY: _nothing,
    Step.REWORK: _rework,
    Step.CLOSE: _close,
    Step.FOLLOW: _follow,
    Step.REOPEN: _reopen,
    Step.CLAIM: _claim,
    Step.HAND_BACK: _hand_back,
    Step.SPLIT: _split,
    Step.RECATEGORISE: _recategorise,
    Step.EDIT: _edit,
    Step.OFFER: _offer,
    Step.GATHER: _gather,
    Step.HAND_OVER: _nothing,
    Step.CONFIRM: _confirm,
    Step.NOTE: _note,
}
