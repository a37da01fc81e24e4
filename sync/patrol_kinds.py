"""Walks from tablets: start, parts, end; positions or, where TRACK_MODE says so, metres."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from patrols import parts
from patrols.gpx import Fixes
from patrols.ingest import NoTracksHere, PatrolConflict
from patrols.metres import store_metres
from patrols.models import Patrol, Team
from sync.kinds import About, Applied, Clash, Hold, KeepNothing, Op, keeping, kind
from sync.patrol_bodies import (
    EndBody,
    FixesBody,
    MetresBody,
    NothingWrongBody,
    StartBody,
    matched_of,
)


def subject_of(patrol_id: uuid.UUID) -> str:
    return f"patrol:{patrol_id}"


@contextmanager
def _walk(op: Op, patrol_id: uuid.UUID) -> Iterator[Patrol]:
    """The patrol, locked. Holds until its start has come; what differs is a clash."""
    subject = subject_of(patrol_id)
    try:
        yield parts.taken_up(op.member, patrol_id)
    except parts.NotThere:
        raise Hold([subject], _("The start of this walk has not come yet.")) from None
    except parts.PartsMissing:
        raise Hold([subject], _("Some parts of this walk have not come yet.")) from None
    except PatrolConflict as conflict:
        raise Clash(conflict.code, conflict, {}, subject=subject) from conflict


@kind("patrol.start", StartBody)
def start(op: Op, body: dict[str, Any]) -> Applied | Clash:
    """A team that is gone meanwhile is no reason to lose the walk: the answer says so."""
    team = Team.objects.filter(name=body["team"]).first() if body["team"] else None
    try:
        patrol = parts.open_patrol(
            op.member,
            body["patrol"],
            mode=body["mode"],
            team=team,
            at=op.at,
            clock_off_seconds=op.clock_off_seconds,
            now=op.now,
        )
    except PatrolConflict as conflict:
        raise Clash(conflict.code, conflict, {}, subject=subject_of(body["patrol"])) from conflict
    unknown = {"unknown_team": body["team"]} if body["team"] and team is None else {}
    return _applied(patrol, **unknown)


@keeping("patrol.fixes")
def positions(body: Any, at: dt.datetime) -> About:
    """Raises KeepNothing where positions do not belong on the server."""
    if settings.TRACK_MODE != "tracks":
        refused = NoTracksHere()
        raise KeepNothing(refused.code, refused)
    return About()


@kind("patrol.fixes", FixesBody)
def fixes(op: Op, body: dict[str, Any]) -> Applied:
    positions(body, op.at)
    with _walk(op, body["patrol"]) as patrol:
        part = Fixes(body["lon"], body["lat"], body["ms"], body["accuracy"])
        parts.add_fixes(patrol, body["part"], part, now=op.received_at)
        return _applied(patrol, fixes=len(body["lon"]))


@kind("patrol.metres", MetresBody)
def metres(op: Op, body: dict[str, Any]) -> Applied:
    with _walk(op, body["patrol"]) as patrol:
        done = store_metres(patrol, body["part"], matched_of(body), at=op.at, now=op.received_at)
        return _applied(
            patrol,
            covered_metres=float(done.covered_metres),
            unknown=done.unknown,
            removed=done.removed,
        )


@kind("patrol.end", EndBody)
def end(op: Op, body: dict[str, Any]) -> Applied:
    with _walk(op, body["patrol"]) as patrol:
        parts.end(patrol, parts=body["parts"], milliseconds=body["ended_at"], now=op.received_at)
        if body["nothing_wrong"]:
            patrol.say_nothing_wrong(op.at)
        return _applied(patrol, patrol_state=patrol.state)


@kind("patrol.nothing_wrong", NothingWrongBody)
def nothing_wrong(op: Op, body: dict[str, Any]) -> Applied:
    with _walk(op, body["patrol"]) as patrol:
        patrol.say_nothing_wrong(op.at if body["said"] else None)
        return _applied(patrol)


def _applied(patrol: Patrol, **more: Any) -> Applied:
    return Applied({"patrol": str(patrol.pk), **more}, subject_of(patrol.pk))
