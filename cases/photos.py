"""Photos of a place: re-encoded on arrival, kept under names that nobody guesses.

Whatever was sent, what is kept is a JPEG made here from its pixels: no position, no device, no
second file hidden behind the first.
"""

import datetime as dt
import errno
import hashlib
import logging
import math
import re
import uuid
from collections.abc import Iterator
from io import BytesIO

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from accounts.models import Member
from api.errors import GridwalkError, TooLarge
from cases.models import Photo

log = logging.getLogger("gridwalk.photos")
register_heif_opener(thumbnails=False)

#: What cameras of phones make. Found by what a file holds, whatever it is called.
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
MEGABYTE = 1_000_000
MOST_BYTES = 20 * MEGABYTE
#: More pixels than any phone takes by default; decoded, they fill 200 MB.
MOST_PIXELS = 64_000_000
#: Of the largest size that is kept.
KEPT_PIXELS = 12_000_000
#: JPEG cannot count further than 65,535; no photo is that narrow.
LONGEST_SIDE = 16_000
#: Names of the sizes, and their longest sides in pixels; the whole has KEPT_PIXELS at most.
SIDES = {"320": 320, "1280": 1280}
WHOLE = "full"
SIZES = (*SIDES, WHOLE)
QUALITY = 85
_NAME = re.compile(rf"([0-9a-f]{{32}})-(?:{'|'.join(SIZES)})\.jpg")
#: A photo that no step took up by then is deleted.
WAITING = dt.timedelta(days=1)


class BadPhoto(GridwalkError):
    """The file is no photo of a kind that is taken in, or is broken."""

    code = "bad_photo"


class NoRoom(GridwalkError):
    """The disk is full."""

    code = "no_room"
    http_status = 507


def store() -> Storage:
    """Where the files are: STORAGES["photos"]."""
    return storages["photos"]


def name_of(photo: uuid.UUID, size: str) -> str:
    """The name of a file in the store. No folder gets too many of them."""
    return f"{photo.hex[:2]}/{photo.hex}-{size}.jpg"


def keep(file: File, uploader: Member | None, *, now: dt.datetime) -> Photo:
    """Take in a photo, which waits for its step from then on.

    The same file from the same member again is the photo that waits already. Files are written
    before the row: what is left of a transaction rolled back is swept. Raises TooLarge, BadPhoto,
    NoRoom.
    """
    if file.size > MOST_BYTES:
        raise TooLarge(
            _("A photo may have %s MB at most. Take it again with a smaller size.")
            % (MOST_BYTES // MEGABYTE)
        )
    digest = hashlib.file_digest(file, "sha256").digest()
    if uploader is not None:
        waiting = Photo.objects.filter(event=None, uploader=uploader, digest=digest)
        if before := waiting.filter(uploaded_at__gt=now - WAITING).first():
            return before
    return make(file, digest, uploader, now=now)


def make(file: File, digest: bytes, uploader: Member | None, *, now: dt.datetime) -> Photo:
    """A photo of the file's pixels, which waits for its step. Raises BadPhoto, NoRoom."""
    file.seek(0)
    whole = decoded(file)
    photo = Photo(
        uploader=uploader,
        uploaded_at=now,
        width=whole.width,
        height=whole.height,
        digest=digest,
    )
    _write(photo.pk, whole)
    photo.save(force_insert=True)
    return photo


def make_again(photo: Photo, file: File) -> None:
    """The files of a photo whose row was left alone. Raises BadPhoto, NoRoom."""
    file.seek(0)
    whole = decoded(file)
    for size in SIZES:
        store().delete(name_of(photo.pk, size))
    _write(photo.pk, whole)


def decoded(file: File) -> Image.Image:
    """The photo upright, in RGB, with KEPT_PIXELS at most; raises BadPhoto.

    Nothing of the file but pixels is in it.
    """
    try:
        with Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            # JPEG can be decoded to a half, a quarter, an eighth: less memory for large ones.
            image.draft("RGB", _fitting(*image.size, pixels=KEPT_PIXELS, side=LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image)
            upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Image.DecompressionBombError as error:
        raise BadPhoto(
            _("The photo has more than %s megapixels. Take it again with a smaller size.")
            % (MOST_PIXELS // 1_000_000)
        ) from error
    except Exception as error:
        # Decoders fail in as many ways as there are broken files; none of them is our fault.
        log.info("a photo could not be read: %r", error)
        raise BadPhoto(
            _("This file is not a photo that can be read. Send a JPEG, PNG, WebP or HEIC.")
        ) from error
    size = _fitting(*upright.size, pixels=KEPT_PIXELS, side=LONGEST_SIDE)
    return _on_white(_resized(upright, size))


def _on_white(image: Image.Image) -> Image.Image:
    """A new picture with the pixels alone."""
    clean = Image.new("RGB", image.size, "white")
    clean.paste(image, mask=image if image.mode == "RGBA" else None)
    return clean


def _fitting(width: int, height: int, *, pixels: int, side: int) -> tuple[int, int]:
    """Width and height made smaller, never larger, until both limits hold."""
    share = min(1.0, math.sqrt(pixels / (width * height)), side / max(width, height))
    return max(1, int(width * share)), max(1, int(height * share))


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if image.size == size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _write(photo: uuid.UUID, whole: Image.Image) -> None:
    """All sizes, each made from the next larger one; raises NoRoom."""
    smaller, pictures = whole, {WHOLE: whole}
    for size, side in sorted(SIDES.items(), key=lambda named: -named[1]):
        smaller = _resized(smaller, _fitting(*smaller.size, pixels=KEPT_PIXELS, side=side))
        pictures[size] = smaller
    try:
        for size, picture in pictures.items():
            buffer = BytesIO()
            picture.save(buffer, "JPEG", quality=QUALITY, optimize=True, progressive=True)
            store().save(name_of(photo, size), ContentFile(buffer.getvalue()))
    except OSError as error:
        raise no_room(error) from error


def no_room(error: OSError) -> Exception:
    """What to raise where a file could not be written: NoRoom for a full disk."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return error
    log.error("no room for photos", exc_info=error)
    return NoRoom(_("There is no room for photos. Nothing was stored; tell an administrator."))


def unused(now: dt.datetime) -> QuerySet[Photo]:
    """Photos that no step took up within a day.

    What a tablet announced waits for as long as its record does (`cases.awaited_photos`).
    """
    return Photo.objects.filter(event=None, awaited=None, uploaded_at__lt=now - WAITING)


def sweep(now: dt.datetime) -> int:
    """Delete photos that no step took up within a day, and files without a row.

    Returns the number of files deleted. Running it again deletes nothing more.
    """
    limit = now - WAITING
    unused(now).delete()
    deleted = 0
    for files in _files():
        rows = Photo.objects.filter(pk__in=set(files.values()))
        known = set(rows.values_list("pk", flat=True))
        for name in [name for name, photo in files.items() if photo not in known]:
            # Its row may be about to be written.
            if store().get_modified_time(name) < limit:
                store().delete(name)
                deleted += 1
    return deleted


def _files() -> Iterator[dict[str, uuid.UUID]]:
    """Folder by folder, the names of our files with the photos they belong to."""
    try:
        folders = store().listdir("")[0]
    except FileNotFoundError:
        return
    for folder in folders:
        matches = (_NAME.fullmatch(name) for name in store().listdir(folder)[1])
        yield {f"{folder}/{match[0]}": uuid.UUID(match[1]) for match in matches if match}
