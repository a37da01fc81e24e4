"""Photos on arrival: what is taken in, what is refused, what is left of the file, who sees it."""

import datetime as dt
import io
import os
import resource
import zlib
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from api.errors import TooLarge
from cases.models import Photo
from cases.photos import (
    FORMATS,
    KEPT_PIXELS,
    MOST_BYTES,
    SIZES,
    BadPhoto,
    NoRoom,
    decoded,
    keep,
    name_of,
    store,
    sweep,
)
from tests.cases.play import MONDAY, do, report
from tests.conftest import Queries
from tests.town import Town

#: Degrees, minutes, seconds of a place that must not get out.
GPS = {1: "N", 2: (60.0, 10.0, 12.0), 3: "E", 4: (24.0, 56.0, 24.0)}


def photo(
    kind: str = "JPEG", size: tuple[int, int] = (64, 48), *, mode: str = "RGB", **more: Any
) -> bytes:
    """A file whose left half is red and whose right half is blue."""
    image = Image.new(mode, size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    buffer = io.BytesIO()
    image.save(buffer, kind, **more)
    return buffer.getvalue()


def upright_exif() -> Image.Exif:
    """Turned by a quarter, taken by somebody's phone at a place."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Somebody's Phone"
    exif.get_ifd(0x8825).update(GPS)
    return exif


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    """The folder of the photos, empty."""
    settings.STORAGES = {
        **settings.STORAGES,
        "photos": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path, "base_url": None},
        },
    }
    return tmp_path


def kept(data: bytes, member: Any = None, *, now: dt.datetime = MONDAY) -> Photo:
    return keep(ContentFile(data), member, now=now)


def stored(photo: Photo, size: str = "full") -> Image.Image:
    return Image.open(store().open(name_of(photo.pk, size)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_each_kind_becomes_a_jpeg_in_three_sizes(db: None, files: Path, kind: str) -> None:
    made = kept(photo(kind, (1600, 800)))
    sizes = [stored(made, size).size for size in SIZES]
    assert sizes == [(320, 160), (1280, 640), (1600, 800)]
    assert {stored(made, size).format for size in SIZES} == {"JPEG"}
    red, blue = stored(made).getpixel((10, 10)), stored(made).getpixel((1590, 10))
    assert red[0] > 200 > 60 > red[2] and blue[2] > 200 > 60 > blue[0]  # type: ignore[index]


def test_nothing_is_made_larger(db: None, files: Path) -> None:
    assert [stored(kept(photo()), size).size for size in SIZES] == [(64, 48)] * 3


def test_at_most_twelve_megapixels_are_kept(db: None, files: Path) -> None:
    made = kept(photo(size=(6000, 4000)))
    assert made.width * made.height <= KEPT_PIXELS
    assert (made.width / made.height, stored(made).size) == (
        pytest.approx(1.5, abs=0.01),
        (made.width, made.height),
    )


@pytest.mark.parametrize("size", [(60_000, 2), (2, 60_000), (1, 1)])
def test_a_sliver_is_no_trouble(db: None, files: Path, size: tuple[int, int]) -> None:
    made = kept(photo("PNG", size))
    assert min(made.width, made.height) >= 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_turned_upright_and_tells_no_place_and_no_device(
    db: None, files: Path, kind: str
) -> None:
    #   as it lies: red | blue       turned by a quarter: red above blue
    data = photo(kind, (80, 40), exif=upright_exif())
    assert b"Somebody's Phone" in data
    made = kept(data)
    assert (made.width, made.height) == (40, 80)
    above, below = stored(made).getpixel((20, 5)), stored(made).getpixel((20, 75))
    assert above[0] > 200 and below[2] > 200  # type: ignore[index]
    for size in SIZES:
        left = stored(made, size)
        assert dict(left.getexif()) == {}
        assert set(left.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density",
                                  "progressive", "progression"}  # fmt: skip
        assert b"Somebody" not in store().open(name_of(made.pk, size)).read()


def test_a_heic_with_a_position_is_clean_too(db: None, files: Path) -> None:
    heif = pillow_heif.from_pillow(Image.new("RGB", (80, 40), "red"))
    buffer = io.BytesIO()
    heif.save(buffer, exif=upright_exif().tobytes())
    assert b"Somebody's Phone" in buffer.getvalue()
    made = kept(buffer.getvalue())
    assert b"Somebody" not in store().open(name_of(made.pk, "full")).read()


def test_a_comment_and_a_profile_go(db: None, files: Path) -> None:
    made = kept(photo(comment=b"call 555-1234", icc_profile=b"a profile " * 50))
    data = store().open(name_of(made.pk, "full")).read()
    assert b"555" not in data and b"profile" not in data


def test_of_two_files_in_one_only_the_picture_is_kept(db: None, files: Path) -> None:
    hidden = b"<script>alert(1)</script>PK\x03\x04"
    made = kept(photo() + hidden)
    for size in SIZES:
        assert b"script" not in store().open(name_of(made.pk, size)).read()


def test_what_shines_through_lies_on_white(db: None, files: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(buffer, "PNG")
    assert stored(kept(buffer.getvalue())).getpixel((4, 4)) == (255, 255, 255)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "data",
    [
        SVG,
        b"%PDF-1.7\n1 0 obj <<>> endobj",
        photo("GIF"),
        photo("TIFF"),
        photo("BMP"),
        b"",
        b"\xff\xd8\xff\xe0",
        photo()[:-40],
        photo("PNG")[:-30],
        photo("WEBP")[: len(photo("WEBP")) // 2],
        photo("HEIF")[:-20],
    ],
    ids=["svg", "pdf", "gif", "tiff", "bmp", "empty", "start", "jpeg", "png", "webp", "heic"],
)
def test_other_kinds_and_broken_files_are_refused(db: None, files: Path, data: bytes) -> None:
    with pytest.raises(BadPhoto, match="Send a JPEG, PNG, WebP or HEIC"):
        kept(data)
    assert not Photo.objects.exists()
    assert list(files.rglob("*.jpg")) == []


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that announces so many pixels."""
    header = b"".join([width.to_bytes(4, "big"), height.to_bytes(4, "big"), bytes([8, 2, 0, 0, 0])])

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        )

    body = zlib.compress(bytes(100_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [8_100, 12_000, 60_000])
def test_a_bomb_is_refused_before_it_is_decoded(db: None, files: Path, side: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadPhoto, match="64 megapixels"):
        kept(png_that_says(side, side))
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 100_000  # decoded, the smallest of them takes 197 MB


def test_twenty_megabytes_are_the_limit(db: None, files: Path) -> None:
    file = ContentFile(photo())
    file.size = MOST_BYTES + 1
    with pytest.raises(TooLarge, match="20 MB"):
        keep(file, None, now=MONDAY)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=40), st.integers(0, 600), st.sampled_from(FORMATS))
def test_any_damage_is_refused_or_harmless(wound: bytes, at: int, kind: str) -> None:
    data = bytearray(photo(kind))
    data[at : at + len(wound)] = wound
    try:
        picture = decoded(ContentFile(bytes(data)))
    except BadPhoto:
        return
    assert picture.mode == "RGB" and picture.info == {}


def test_the_same_photo_again_waits_once(town: Town, files: Path) -> None:
    first = kept(photo(), town.worker)
    assert kept(photo(), town.worker).pk == first.pk
    assert kept(photo(), town.teammate).pk != first.pk
    assert kept(photo(), None).pk != kept(photo(), None).pk
    report(town, photos=[first])
    assert kept(photo(), town.worker).pk != first.pk


def test_a_full_disk_is_told_and_leaves_no_row(
    db: None, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(store()), "save", full)
    with pytest.raises(NoRoom):
        kept(photo())
    assert not Photo.objects.exists()


def age(files: Path, hours: float) -> None:
    """Make all files look so much older than MONDAY."""
    at = (MONDAY - dt.timedelta(hours=hours)).timestamp()
    for file in files.rglob("*.jpg"):
        os.utime(file, (at, at))


def test_sweeping_takes_what_nobody_took_up(town: Town, files: Path) -> None:
    used = kept(photo(), town.worker)
    report(town, photos=[used])
    kept(photo(), town.worker, now=MONDAY - dt.timedelta(hours=30))
    orphan = kept(photo(), None)
    Photo.objects.filter(pk=orphan.pk).delete()  # its transaction was rolled back
    (files / "notes.txt").write_text("not ours")
    age(files, 25)
    waiting = kept(photo(), town.teammate, now=MONDAY - dt.timedelta(hours=23))
    assert sweep(MONDAY) == 6
    assert set(Photo.objects.all()) == {used, waiting}
    assert sweep(MONDAY) == 0
    assert len(list(files.rglob("*.jpg"))) == 6
    assert (files / "notes.txt").exists()


def test_a_file_whose_row_is_still_to_come_stays(db: None, files: Path) -> None:
    early = kept(photo(), None)
    Photo.objects.all().delete()
    age(files, 1)
    assert sweep(MONDAY) == 0
    assert stored(early).size == (64, 48)


# --- through the API ----------------------------------------------------------------------------


def send(client: Client, data: bytes, name: str = "IMG_0001.HEIC") -> Any:
    return client.post("/api/v1/photos/", {"photo": SimpleUploadedFile(name, data)})


def test_a_member_sends_a_photo_and_gets_its_addresses(
    client: Client, town: Town, files: Path
) -> None:
    client.force_login(town.worker)
    answer = send(client, photo())
    assert answer.status_code == 201
    made = answer.json()
    assert (made["width"], made["height"], set(made["urls"])) == (64, 48, set(SIZES))
    for address in made["urls"].values():
        picture = client.get(address)
        assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
    client.force_login(town.administrator)
    assert client.get(made["urls"]["320"]).status_code == 404  # it waits for its sender alone


@pytest.mark.parametrize("data", [SVG, b"", photo("GIF")])
def test_a_bad_file_is_refused_with_its_code(
    client: Client, town: Town, files: Path, data: bytes
) -> None:
    client.force_login(town.worker)
    answer = send(client, data, "photo.jpg")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_photo")


def test_nobody_sends_a_photo_without_signing_in(client: Client, db: None, files: Path) -> None:
    assert send(client, photo()).status_code == 401


def test_a_request_of_200_megabytes_is_refused_unread(client: Client, town: Town) -> None:
    client.force_login(town.worker)

    class Unread(io.BytesIO):
        def read(self, *sizes: Any) -> bytes:
            raise AssertionError("the body was read")

    unread: Any = {"CONTENT_LENGTH": "200000000", "wsgi.input": Unread()}
    kind = "multipart/form-data; boundary=x"
    answer = client.generic("POST", "/api/v1/photos/", content_type=kind, **unread)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_two_files_at_once_are_refused(client: Client, town: Town, files: Path) -> None:
    client.force_login(town.worker)
    two = [SimpleUploadedFile("a.jpg", photo()), SimpleUploadedFile("b.jpg", photo())]
    assert client.post("/api/v1/photos/", {"photo": two}).status_code == 400
    assert client.post("/api/v1/photos/", {}).status_code == 400


def test_a_photo_is_seen_by_those_who_see_the_case(
    client: Client, town: Town, files: Path, queries: Queries
) -> None:
    made = kept(photo(), town.worker)
    case = report(town, photos=[made])
    address = f"/photos/{made.pk}/1280.jpg"
    for member, status in (
        (town.worker, 200),
        (town.coordinator, 200),
        (town.teammate, 404),
        (town.outsider, 404),
        (None, 404),
    ):
        client.logout()
        if member:
            client.force_login(member)
        assert client.get(address).status_code == status
    do(case, "accept", town.coordinator)
    do(case, "dispatch", town.coordinator, details={"assignee": town.teammate})
    client.force_login(town.teammate)
    with queries(7):  # session, member, the photo, what the member sees (3), the case
        assert client.get(address).status_code == 200
    assert client.get(f"/photos/{made.pk}/5000.jpg").status_code == 404


def test_a_picture_is_private_and_runs_nothing(client: Client, town: Town, files: Path) -> None:
    client.force_login(town.worker)
    address = f"/photos/{kept(photo(), town.worker, now=timezone.now()).pk}/320.jpg"
    answer = client.get(address)
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    again = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_row_without_its_file_is_not_found(client: Client, town: Town, files: Path) -> None:
    client.force_login(town.worker)
    made = kept(photo(), town.worker)
    for file in files.rglob("*.jpg"):
        file.unlink()
    assert client.get(f"/photos/{made.pk}/320.jpg").status_code == 404
