"""Take in a patrol: store its fixes once, as they came, and have them matched afterwards."""

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass

import numpy as np
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Member
from api.errors import BadTrack, GridwalkError
from patrols.gpx import NO_TIME, Fixes
from patrols.models import Patrol, Team, TrackChunk
from patrols.tasks import match_patrol

CHUNK_FIXES = 10_000


class PatrolConflict(GridwalkError):
    """The id is taken by a patrol with other content; both are kept where they are."""

    code = "conflict"
    http_status = 409


class NoTracksHere(GridwalkError):
    """TRACK_MODE is "metres": positions stay where they were recorded."""

    code = "no_tracks_here"
    http_status = 403
    sentence = gettext_lazy(
        "Positions are not stored here; send the metres that were walked instead."
    )


@dataclass(frozen=True)
class Stored:
    """The patrol, and whether it is new (False: the same upload came before)."""

    patrol: Patrol
    created: bool


def digest_of(fixes: Fixes) -> bytes:
    """SHA-256 of the fixes as stored, so that an upload that comes twice is recognised."""
    digest = hashlib.sha256()
    for column in fixes:
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.digest()


def store(
    member: Member,
    fixes: Fixes,
    *,
    now: dt.datetime,
    patrol_id: uuid.UUID | None = None,
    source: str = "",
    mode: str = Patrol.Mode.FOOT,
    team: Team | None = None,
    simulated: bool = False,
    match_later: bool = True,
) -> Stored:
    """Store a patrol and its raw track in one transaction, and queue its matching in the same.

    The same fixes of the same member, or the same id with the same fixes, are the patrol stored
    before. Raises BadTrack when there are no fixes or the arrays differ in length, PatrolConflict
    when the id is taken by other content.
    """
    if len({len(column) for column in fixes}) != 1:
        raise BadTrack(_("Longitudes, latitudes, times and accuracies differ in number."))
    if not len(fixes.longitudes):
        raise BadTrack(_("The track has no fixes."))
    digest = digest_of(fixes)
    if earlier := _earlier(member, digest, patrol_id):
        return Stored(earlier, created=False)
    patrol = Patrol(
        id=patrol_id or uuid.uuid4(),
        member=member,
        team=team,
        mode=mode,
        received_at=now,
        source=source[:200],
        source_digest=digest,
        simulated=simulated,
        fixes=len(fixes.longitudes),
        **_times(fixes, now),
    )
    try:
        with transaction.atomic():
            patrol.save(force_insert=True)
            TrackChunk.objects.bulk_create(_chunks(patrol, fixes, now))
            if match_later:
                match_patrol.defer(patrol_id=str(patrol.pk))
    except IntegrityError:
        # The same upload won the race between our look and our insert.
        earlier = _earlier(member, digest, patrol_id)
        if earlier is None:
            raise
        return Stored(earlier, created=False)
    return Stored(patrol, created=True)


def _earlier(member: Member, digest: bytes, patrol_id: uuid.UUID | None) -> Patrol | None:
    if patrol_id and (taken := Patrol.objects.filter(pk=patrol_id).first()):
        if bytes(taken.source_digest or b"") == digest and taken.member_id == member.pk:
            return taken
        raise PatrolConflict(_("A patrol with this id and other fixes is stored already."))
    return Patrol.objects.filter(member=member, source_digest=digest).first()


def _times(fixes: Fixes, now: dt.datetime) -> dict[str, dt.datetime | None]:
    """First and last time that a datetime can hold; a clock off by years is kept as it is."""
    least, most = (
        int(day.timestamp() * 1000)
        for day in (dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(9000, 1, 1, tzinfo=dt.UTC))
    )
    known = fixes.milliseconds[
        (fixes.milliseconds != NO_TIME)
        & (fixes.milliseconds >= least)
        & (fixes.milliseconds < most)
    ]
    if not len(known):
        return {"started_at": None, "ended_at": None}
    first, last = (
        dt.datetime.fromtimestamp(int(at) / 1000, dt.UTC) for at in (known.min(), known.max())
    )
    return {"started_at": first, "ended_at": last}


def _chunks(patrol: Patrol, fixes: Fixes, now: dt.datetime) -> list[TrackChunk]:
    def part(sequence: int) -> TrackChunk:
        rows = slice(sequence * CHUNK_FIXES, (sequence + 1) * CHUNK_FIXES)
        return TrackChunk(
            received_on=now.astimezone(dt.UTC).date(),
            patrol=patrol,
            sequence=sequence,
            longitudes=fixes.longitudes[rows].tolist(),
            latitudes=fixes.latitudes[rows].tolist(),
            milliseconds=[
                None if at == NO_TIME else at for at in fixes.milliseconds[rows].tolist()
            ],
            accuracies=fixes.accuracies[rows].tolist(),
        )

    return [part(sequence) for sequence in range(-(-len(fixes.longitudes) // CHUNK_FIXES))]


def fixes_of(patrol: Patrol) -> Fixes | None:
    """The raw track as it was stored, None when retention has deleted it."""
    chunks = list(TrackChunk.objects.filter(patrol=patrol).order_by("sequence"))
    if not chunks:
        return None
    times = [NO_TIME if at is None else at for chunk in chunks for at in chunk.milliseconds]
    return Fixes(
        np.concatenate([chunk.longitudes for chunk in chunks]).astype(float),
        np.concatenate([chunk.latitudes for chunk in chunks]).astype(float),
        np.array(times, dtype=np.int64),
        np.concatenate([chunk.accuracies for chunk in chunks]).astype(float),
    )
