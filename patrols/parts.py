"""A patrol as a tablet sends it, while it is walked or long after: opened, in parts, ended.

Every function works on the row locked by ``taken_up`` and may be called again with the same.
"""

import datetime as dt
import json
import uuid

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Member
from api.errors import BadTrack, NotAllowed
from patrols.gpx import NO_TIME, Fixes
from patrols.ingest import PatrolConflict, digest_of, fixes_of
from patrols.models import Patrol, Team, TrackChunk
from patrols.tasks import match_patrol
from patrols.upload import LAST_MILLISECOND

#: A tablet that was silent for so long has died, or forgot that it was walking.
SILENT = dt.timedelta(hours=12)
MOST_PARTS = 10_000
#: Of a walk that is matched in one go: fourteen hours of ten a second.
MOST_FIXES = 500_000

NOTHING_CAME = gettext_noop("No position of this walk came from the tablet.")
SAME_WALK = gettext_noop("The same walk was stored before, by another way.")

INSERT = """
INSERT INTO patrols_trackchunk
    (received_on, patrol_id, sequence, longitudes, latitudes, milliseconds, accuracies)
SELECT %s::date, %s::uuid, %s, %s::float8[], %s::float8[], %s::int8[], %s::float8[]
WHERE NOT EXISTS (SELECT FROM patrols_trackchunk WHERE patrol_id = %s AND sequence = %s)
"""

State = Patrol.State


class NotThere(Exception):
    """Its start has not come yet."""


class PartsMissing(Exception):
    """Its end came before some of its parts."""


def open_patrol(
    member: Member,
    patrol_id: uuid.UUID,
    *,
    mode: str,
    team: Team | None,
    at: dt.datetime,
    clock_off_seconds: int,
    now: dt.datetime,
) -> Patrol:
    """A walk that began. Raises PatrolConflict when the id is taken by another walk."""
    patrol = Patrol.objects.filter(pk=patrol_id).first()
    if patrol is None:
        return Patrol.objects.create(
            pk=patrol_id,
            member=member,
            team=team,
            mode=mode,
            state=State.WALKING,
            started_at=at,
            received_at=now,
            heard_at=now,
            clock_off_seconds=clock_off_seconds,
            source="tablet",
        )
    if (patrol.member_id, patrol.mode, patrol.team) != (member.pk, mode, team):
        raise PatrolConflict(_("A patrol with this id and other content is stored already."))
    return patrol


def taken_up(member: Member, patrol_id: uuid.UUID) -> Patrol:
    """The member's patrol, locked. Raises NotThere, NotAllowed."""
    patrol = Patrol.objects.select_for_update().filter(pk=patrol_id).first()
    if patrol is None:
        raise NotThere
    if patrol.member_id != member.pk:
        raise NotAllowed(_("This walk is somebody else's."))
    return patrol


def add_fixes(patrol: Patrol, part: int, fixes: Fixes, *, now: dt.datetime) -> None:
    """Store a part once. Times are on the tablet's clock of the start, and are corrected by it.

    A walk that was closed as silent is open again. Raises PatrolConflict for other fixes under
    the number of a part, BadTrack for times that are none, for parts after the last, and beyond
    MOST_FIXES: undo what it stored.
    """
    fixes = fixes._replace(milliseconds=_corrected(patrol, fixes.milliseconds))
    if patrol.parts is None and _insert(patrol, part, fixes, now.astimezone(dt.UTC).date()):
        patrol.fixes += len(fixes.longitudes)
        if patrol.fixes > MOST_FIXES:
            raise BadTrack(_("This walk has more positions than one walk can have."))
        patrol.state, patrol.ended_at, patrol.heard_at = State.WALKING, None, now
        patrol.save(update_fields=["fixes", "state", "ended_at", "heard_at"])
        return
    known = TrackChunk.objects.filter(patrol=patrol, sequence=part).first()
    if known is None:
        raise BadTrack(_("This walk was ended with fewer parts."))
    if digest_of(_fixes(known)) != digest_of(fixes):
        raise PatrolConflict(_("A part of this number and other fixes is stored already."))


def _insert(patrol: Patrol, part: int, fixes: Fixes, day: dt.date) -> bool:
    """Whether it is new. Django would look at each of two thousand numbers several times."""
    columns = ["{" + json.dumps(column.tolist())[1:-1] + "}" for column in fixes]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [day, patrol.pk, part, *columns, patrol.pk, part])
        return cursor.rowcount == 1


def _corrected(patrol: Patrol, milliseconds: np.ndarray) -> np.ndarray:
    corrected = milliseconds + patrol.clock_off_seconds * 1000
    _check(int(corrected.min()), int(corrected.max()))
    return corrected


def moment(patrol: Patrol, milliseconds: int) -> dt.datetime:
    """A time on the tablet's clock, corrected as all of this walk. Raises BadTrack."""
    corrected = milliseconds + patrol.clock_off_seconds * 1000
    _check(corrected, corrected)
    return dt.datetime.fromtimestamp(corrected / 1000, dt.UTC)


def _check(least: int, most: int) -> None:
    if least < 0 or most >= LAST_MILLISECOND:
        raise BadTrack(_("The time lies before 1970 or after 2199."))


def _fixes(chunk: TrackChunk) -> Fixes:
    times = [NO_TIME if at is None else at for at in chunk.milliseconds]
    return Fixes(
        np.array(chunk.longitudes, dtype=np.float64),
        np.array(chunk.latitudes, dtype=np.float64),
        np.array(times, dtype=np.int64),
        np.array(chunk.accuracies, dtype=np.float64),
    )


def end(patrol: Patrol, *, parts: int, milliseconds: int, now: dt.datetime) -> None:
    """The member ended it after so many parts, at a time on the tablet's clock.

    Raises PartsMissing, BadTrack for what is no time, and PatrolConflict when it was ended with
    another number of parts.
    """
    if patrol.parts is not None:
        if patrol.parts != parts:
            raise PatrolConflict(_("This walk was ended before, with another number of parts."))
        return
    if parts and not _complete(patrol, parts):
        raise PartsMissing
    ended = moment(patrol, milliseconds)
    patrol.parts = parts
    # A clock that was set while walking must not make a walk end before it began.
    started = patrol.started_at or now
    close(patrol, at=min(max(ended, started), max(started, now)), now=now)


def _complete(patrol: Patrol, parts: int) -> bool:
    if patrol.metres_part is not None:
        return patrol.metres_part >= parts - 1
    there = TrackChunk.objects.filter(patrol=patrol).values_list("sequence", flat=True)
    return set(range(parts)) <= set(there)


def close(patrol: Patrol, *, at: dt.datetime, now: dt.datetime) -> None:
    """No more is expected: have it matched, or let the metres of the tablet stand."""
    patrol.ended_at, patrol.reason = at, ""
    fixes = None if patrol.metres_part is not None else fixes_of(patrol)
    if patrol.metres_part is not None:
        patrol.state, patrol.matched_at = State.MATCHED, now
    elif fixes is None:
        patrol.state, patrol.reason = State.FAILED, NOTHING_CAME
    elif _stored_before(patrol, digest := digest_of(fixes)):
        TrackChunk.objects.filter(patrol=patrol).delete()
        patrol.state, patrol.reason = State.FAILED, SAME_WALK
    else:
        patrol.source_digest, patrol.state = digest, State.STORED
        match_patrol.defer(patrol_id=str(patrol.pk))
    patrol.save()


def _stored_before(patrol: Patrol, digest: bytes) -> bool:
    same = Patrol.objects.filter(member=patrol.member_id, source_digest=digest)
    return same.exclude(pk=patrol.pk).exists()


def close_silent(now: dt.datetime) -> int:
    """Close the walks of tablets that said nothing for SILENT; returns how many.

    What comes of them later is taken in as if nothing had happened.
    """
    silent = Patrol.objects.filter(state=State.WALKING, heard_at__lt=now - SILENT)
    closed = 0
    for key in list(silent.values_list("pk", flat=True)):
        with transaction.atomic():
            patrol = silent.select_for_update(skip_locked=True).filter(pk=key).first()
            if patrol is not None:
                close(patrol, at=_last_time(patrol) or patrol.heard_at or now, now=now)
                closed += 1
    return closed


def _last_time(patrol: Patrol) -> dt.datetime | None:
    """When the last stored fix was taken."""
    chunk = TrackChunk.objects.filter(patrol=patrol).order_by("sequence").last()
    if chunk is None:
        return None
    return dt.datetime.fromtimestamp(int(_fixes(chunk).milliseconds.max()) / 1000, dt.UTC)
