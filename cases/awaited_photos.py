"""Photos that follow their record: announced with it, sent in parts, checked when all are there.

Parts lie beside the photos, in a file under a hidden name. A part is in its file before the row
counts it: what a crash leaves of one that was not counted is written over. Only who announced a
photo can send it, and only what was announced: the digest decides.
"""

import datetime as dt
import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import File
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import BadInput, Conflict, GridwalkError, NotFound, TooMany
from cases import photos
from cases.models import AwaitedPhoto, Event, Photo
from cases.photos import BadPhoto, store

PARTS = ".parts"
#: A tablet keeps what it was not thanked for; a part older than this is begun anew.
STALE = dt.timedelta(days=31)
#: Bytes of one member that lie here for records that were not taken in: some three hundred photos.
MOST_WAITING = 1_000_000_000


class WrongOffset(GridwalkError):
    """The part is not the one that comes next."""

    code = "wrong_offset"
    http_status = 409


class PhotoBroken(GridwalkError):
    """All bytes came, and they are not those that were announced."""

    code = "photo_broken"


@dataclass(frozen=True)
class Announced:
    """A photo as its record names it; ``digest`` is the SHA-256 of its ``length`` bytes."""

    id: uuid.UUID
    digest: bytes
    length: int


def announce(
    operation: uuid.UUID, announced: Iterable[Announced], member: Member, *, now: dt.datetime
) -> list[AwaitedPhoto]:
    """The rows of the photos, each made once and locked.

    Raises BadInput where an id stands for another photo already.
    """
    found = []
    for one in announced:
        AwaitedPhoto.objects.bulk_create(
            [
                AwaitedPhoto(
                    id=one.id,
                    operation=operation,
                    uploader=member,
                    digest=one.digest,
                    bytes=one.length,
                    announced_at=now,
                )
            ],
            ignore_conflicts=True,
        )
        row = AwaitedPhoto.objects.select_for_update().get(pk=one.id)
        if (row.uploader_id, bytes(row.digest), row.bytes) != (member.pk, one.digest, one.length):
            raise _taken()
        found.append(row)
    return found


def hang(
    event: Event,
    operation: uuid.UUID,
    announced: Sequence[Announced],
    member: Member,
    *,
    now: dt.datetime,
) -> None:
    """Let the photos belong to the event, those that came already and those that will.

    Raises BadInput where one belongs to another event.
    """
    for row in announce(operation, announced, member, now=now):
        if row.event_id not in (None, event.pk):
            raise _taken()
        row.event = event
        if row.photo is not None:
            row.photo = _hung(row.photo, event)
        row.save(update_fields=["event", "photo"])


def _taken() -> BadInput:
    message = _("One of the photos went with another record already.")
    return BadInput(message, fields={"photos": [message]})


def _hung(photo: Photo, event: Event) -> Photo:
    """The photo at its event; where the same file hangs there already, that one."""
    twin = Photo.objects.filter(event=event, digest=photo.digest).first()
    if twin is not None:
        return twin
    if not Photo.objects.filter(pk=photo.pk, event=None).update(event=event):
        raise Conflict(_("One of the photos went with another step already."))
    photo.event = event
    return photo


def mine(key: uuid.UUID, member: Member) -> AwaitedPhoto:
    """A photo that the member announced, locked; raises NotFound."""
    row = AwaitedPhoto.objects.select_for_update().filter(pk=key, uploader=member).first()
    if row is None:
        raise NotFound
    return row


def receive(row: AwaitedPhoto, offset: int, data: bytes, *, now: dt.datetime) -> None:
    """Take in the part that begins at ``offset`` bytes; the last one makes the photo.

    ``row`` is locked, and tells afterwards what is here, also after an error: call it so that the
    row is stored then too. What is complete, or was refused, takes nothing more.

    Raises:
        WrongOffset: another part is wanted.
        PhotoBroken: the bytes are not those announced; it begins anew.
        BadPhoto: it is no photo; it is not wanted again.
        NoRoom: the disk is full.
        TooMany: too much of this member waits for records that were not taken in.
    """
    if row.problem or row.received == row.bytes:
        return
    path = _path(row.pk)
    here = path.stat().st_size if path.exists() else 0
    if here < row.received:
        # The file was lost, as when a backup without it was restored.
        _store(row, received=0)
    if offset != row.received or not data or offset + len(data) > row.bytes:
        raise WrongOffset(_("Another part of the photo is expected: from byte %s.") % row.received)
    if row.event_id is None and _waiting(row) + len(data) > MOST_WAITING:
        raise TooMany(
            _(
                "Too many of your photos wait here for records that were not taken in. It is sent"
                " again when the office has decided about them."
            )
        )
    _write(path, offset, data)
    if offset + len(data) < row.bytes:
        _store(row, received=offset + len(data))
    else:
        _complete(row, path, now)


def _waiting(row: AwaitedPhoto) -> int:
    """Bytes that came of all photos of the member whose records were not taken in."""
    rows = AwaitedPhoto.objects.filter(uploader=row.uploader_id, event=None, problem="")
    return rows.aggregate(all=Sum("received"))["all"] or 0


def _write(path: Path, offset: int, data: bytes) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            # What was written and not counted.
            file.truncate(offset)
            file.seek(offset)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise photos.no_room(error) from error


def _complete(row: AwaitedPhoto, path: Path, now: dt.datetime) -> None:
    with path.open("rb") as opened:
        if hashlib.file_digest(opened, "sha256").digest() != bytes(row.digest):
            _store(row, received=0)
            raise PhotoBroken(_("The photo was damaged on its way. It is sent once more."))
        try:
            photo = _photo(row, File(opened), now)
        except BadPhoto:
            _store(row, problem=BadPhoto.code)
            _delete_part(row.pk)
            raise
    _store(row, received=row.bytes, photo=photo)
    _delete_part(row.pk)


def _photo(row: AwaitedPhoto, file: File, now: dt.datetime) -> Photo:
    if row.photo is not None:
        photos.make_again(row.photo, file)
        return row.photo
    made = photos.make(file, bytes(row.digest), row.uploader, now=now)
    return made if row.event is None else _hung(made, row.event)


def _store(row: AwaitedPhoto, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def _path(key: uuid.UUID) -> Path:
    return Path(store().path(f"{PARTS}/{key.hex}"))


def _delete_part(key: uuid.UUID) -> None:
    transaction.on_commit(lambda: _path(key).unlink(missing_ok=True))


def wanted(member: Member) -> list[uuid.UUID]:
    """The photos that the member announced and that are not here, oldest first. One query."""
    rows = AwaitedPhoto.objects.on_the_way().filter(uploader=member)
    return list(rows.order_by("announced_at", "pk").values_list("pk", flat=True))


def forget(rows: QuerySet[AwaitedPhoto]) -> int:
    """Expect these photos no more, and delete what came of them and no case shows; how many."""
    keys = list(rows.values_list("pk", flat=True))
    Photo.objects.filter(event=None, awaited__in=keys).delete()
    AwaitedPhoto.objects.filter(pk__in=keys).delete()
    for key in keys:
        _delete_part(key)
    return len(keys)


def sweep(now: dt.datetime) -> int:
    """Delete parts that nobody waits for or that stopped coming; ask anew for files that are lost.

    Returns how many files were deleted.
    """
    deleted = 0
    parts = {uuid.UUID(path.name): path for path in _parts()}
    rows = AwaitedPhoto.objects.on_the_way().filter(pk__in=parts)
    waiting = set(rows.values_list("pk", flat=True))
    stale = (now - STALE).timestamp()
    for key, path in parts.items():
        if key not in waiting or path.stat().st_mtime < stale:
            path.unlink(missing_ok=True)
            deleted += 1
    for row in _came_lately(now):
        if row.photo and not store().exists(photos.name_of(row.photo.pk, photos.WHOLE)):
            _store(row, received=0)
    return deleted


def _parts() -> Iterator[Path]:
    folder = Path(store().path(PARTS))
    return iter(list(folder.iterdir()) if folder.exists() else ())


def _came_lately(now: dt.datetime) -> Iterator[AwaitedPhoto]:
    rows = AwaitedPhoto.objects.filter(received=F("bytes"), announced_at__gt=now - STALE)
    return rows.select_related("photo").iterator()
