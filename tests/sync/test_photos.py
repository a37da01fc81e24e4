"""Photos that follow their record in parts: cut off, sent again, broken, swept, asked for anew."""

import errno
import hashlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import acting
from accounts.models import Member
from api.errors import BadInput
from cases import awaited_photos, erasure
from cases.awaited_photos import STALE, Announced, announce, hang, sweep, wanted
from cases.models import AwaitedPhoto, Case, Event, Photo
from cases.photos import WHOLE, name_of, store
from cases.photos import sweep as sweep_photos
from tests.cases.play import report
from tests.cases.test_photos import photo
from tests.town import Town

FILE = photo(size=(640, 480))
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "photos": {
            **settings.STORAGES["photos"],
            "OPTIONS": {**settings.STORAGES["photos"]["OPTIONS"], "location": tmp_path},
        },
    }


@pytest.fixture
def case(town: Town) -> Case:
    return report(town)


@pytest.fixture
def event(case: Case) -> Event:
    return case.events.get()


def named(file: bytes = FILE) -> Announced:
    return Announced(uuid.uuid4(), hashlib.sha256(file).digest(), len(file))


def expected(event: Event, member: Member, file: bytes = FILE) -> Announced:
    """A photo that a record named, which was taken in as this event."""
    one = named(file)
    hang(event, uuid.uuid4(), [one], member, now=NOW)
    return one


@pytest.fixture
def tablet(client: Client, town: Town) -> Iterator[Client]:
    client.force_login(town.worker)
    yield client


def put(tablet: Client, one: Announced, offset: int, data: bytes) -> Any:
    return tablet.put(
        f"/api/v1/sync/photos/{one.id}/?offset={offset}", data, "application/octet-stream"
    )


def asked(tablet: Client, one: Announced) -> tuple[str, int]:
    answer = tablet.get(f"/api/v1/sync/photos/{one.id}/").json()
    return answer["state"], answer["received"]


def parts() -> list[str]:
    folder = Path(store().path(".parts"))
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_it_comes_in_parts_and_hangs_at_its_step(
    tablet: Client,
    town: Town,
    event: Event,
    django_capture_on_commit_callbacks: Any,
) -> None:
    one = expected(event, town.worker)
    page = f"/cases/{event.case_id}/"
    assert "1 photo still on the way" in tablet.get(page).content.decode()
    assert asked(tablet, one) == ("awaited", 0)
    assert wanted(town.worker) == [one.id]
    assert put(tablet, one, 0, FILE[:100]).json() == {
        "id": str(one.id), "bytes": len(FILE), "received": 100, "state": "awaited",
    }  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        assert put(tablet, one, 100, FILE[100:]).json()["state"] == "complete"
    kept = Photo.objects.get(event=event)
    assert (kept.width, kept.height, kept.uploader) == (640, 480, town.worker)
    assert parts() == []
    assert wanted(town.worker) == []
    shown = tablet.get(page).content.decode()
    assert "still on the way" not in shown
    assert f"/photos/{kept.pk}/320.jpg" in shown
    # The answer was lost: the last part again changes nothing.
    assert put(tablet, one, 100, FILE[100:]).json()["state"] == "complete"
    assert Photo.objects.count() == 1


def test_after_a_cut_it_goes_on_where_it_was(tablet: Client, town: Town, event: Event) -> None:
    one = expected(event, town.worker)
    put(tablet, one, 0, FILE[:100])
    for wrong in (0, 99, 101):
        answer = put(tablet, one, wrong, FILE[wrong : wrong + 50])
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_offset")
        assert answer.json()["received"] == 100
    # Written, and the server died before it counted it.
    with Path(store().path(f".parts/{one.id.hex}")).open("ab") as file:
        file.write(b"not counted")
    assert put(tablet, one, 100, FILE[100:]).json()["state"] == "complete"


def test_a_part_that_is_lost_is_asked_for_again(tablet: Client, town: Town, event: Event) -> None:
    # As after a backup without it.
    one = expected(event, town.worker)
    put(tablet, one, 0, FILE[:100])
    Path(store().path(f".parts/{one.id.hex}")).unlink()
    answer = put(tablet, one, 100, FILE[100:])
    assert (answer.status_code, answer.json()["received"]) == (409, 0)
    assert put(tablet, one, 0, FILE).json()["state"] == "complete"


def test_other_bytes_than_announced_begin_anew(tablet: Client, town: Town, event: Event) -> None:
    one = expected(event, town.worker)
    answer = put(tablet, one, 0, b"x" * len(FILE))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "photo_broken")
    assert asked(tablet, one) == ("awaited", 0)
    assert put(tablet, one, 0, FILE).json()["state"] == "complete"


def test_what_is_no_photo_is_said_and_the_case_stays(
    tablet: Client, town: Town, event: Event
) -> None:
    one = expected(event, town.worker, b"no photo at all")
    answer = put(tablet, one, 0, b"no photo at all")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_photo")
    assert asked(tablet, one) == ("refused", 0)
    assert wanted(town.worker) == []
    page = tablet.get(f"/cases/{event.case_id}/").content.decode()
    assert "1 photo came and could not be read" in page


def test_nobody_else_sends_it(client: Client, town: Town, event: Event) -> None:
    one = expected(event, town.worker)
    client.force_login(town.teammate)
    assert asked(client, one) == ("unknown", 0)
    assert put(client, one, 0, FILE).status_code == 404
    assert put(client, named(), 0, FILE).status_code == 404


def test_a_part_has_a_limit(tablet: Client, town: Town, event: Event) -> None:
    large = b"x" * (2**20 + 1)
    answer = put(tablet, expected(event, town.worker, large), 0, large)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    one = expected(event, town.worker)
    # More than was announced, nothing at all, and no number.
    assert put(tablet, one, 0, FILE + b"x").status_code == 409
    assert put(tablet, one, 0, b"").status_code == 409
    assert put(tablet, one, -1, FILE).status_code == 400


def test_a_full_disk_is_said_and_nothing_is_stored(
    tablet: Client, town: Town, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    one = expected(event, town.worker)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        answer = put(tablet, one, 0, FILE)
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "no_room")
    assert asked(tablet, one) == ("awaited", 0)
    assert put(tablet, one, 0, FILE).json()["state"] == "complete"


def test_one_that_came_before_its_record_was_taken_in_waits_for_it(
    tablet: Client, town: Town, event: Event
) -> None:
    one, operation = named(), uuid.uuid4()
    announce(operation, [one], town.worker, now=NOW)
    put(tablet, one, 0, FILE)
    sweep_photos(NOW + STALE)
    assert Photo.objects.get().event is None
    hang(event, operation, [one], town.worker, now=NOW)
    hang(event, operation, [one], town.worker, now=NOW)
    assert Photo.objects.get().event == event


def test_an_id_stands_for_one_photo(town: Town, event: Event) -> None:
    one = expected(event, town.worker)
    with pytest.raises(BadInput):
        announce(uuid.uuid4(), [Announced(one.id, b"0" * 32, 5)], town.worker, now=NOW)
    with pytest.raises(BadInput):
        announce(uuid.uuid4(), [one], town.teammate, now=NOW)
    other = report(town).events.get()
    with pytest.raises(BadInput):
        hang(other, uuid.uuid4(), [one], town.worker, now=NOW)


def test_the_same_file_twice_hangs_there_once(tablet: Client, town: Town, event: Event) -> None:
    for one in (expected(event, town.worker), expected(event, town.worker)):
        assert put(tablet, one, 0, FILE).json()["state"] == "complete"
    assert Photo.objects.filter(event=event).count() == 1


def test_the_sweep_deletes_orphans_and_asks_for_what_is_lost(
    tablet: Client, town: Town, event: Event
) -> None:
    one, left = expected(event, town.worker), expected(event, town.worker)
    put(tablet, one, 0, FILE)
    put(tablet, left, 0, FILE[:100])
    orphan = Path(store().path(f".parts/{uuid.uuid4().hex}"))
    orphan.write_bytes(b"of a row that was rolled back")
    kept = Photo.objects.get()
    store().delete(name_of(kept.pk, WHOLE))
    sweep(NOW)
    assert parts() == [left.id.hex]
    assert set(wanted(town.worker)) == {one.id, left.id}
    assert put(tablet, one, 0, FILE).json()["state"] == "complete"
    assert Photo.objects.get() == kept
    assert store().exists(name_of(kept.pk, WHOLE))
    sweep(NOW + STALE * 2)
    assert parts() == []


def test_a_case_that_is_forgotten_awaits_nothing(tablet: Client, town: Town, event: Event) -> None:
    one = expected(event, town.worker)
    put(tablet, one, 0, FILE[:100])
    with acting.as_job("erasure"):
        erasure.forget([event.case_id])
    assert not AwaitedPhoto.objects.exists()
    assert asked(tablet, one) == ("unknown", 0)
    sweep(NOW)
    assert parts() == []
    assert awaited_photos.wanted(town.worker) == []


def test_photos_of_what_is_not_taken_in_have_a_limit_together(
    tablet: Client, town: Town, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member could else announce photos without end and fill the disk."""
    monkeypatch.setattr(awaited_photos, "MOST_WAITING", 150)
    first, second = named(), named()
    for one in (first, second):
        announce(uuid.uuid4(), [one], town.worker, now=NOW)
    assert put(tablet, first, 0, FILE[:100]).status_code == 200
    answer = put(tablet, second, 0, FILE[:100])
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "too_many")
    assert (asked(tablet, second), len(parts())) == (("awaited", 0), 1)
    # One of a record that was taken in is welcome, and so is somebody else's.
    assert put(tablet, expected(event, town.worker), 0, FILE[:100]).status_code == 200
    other = Client()
    other.force_login(town.teammate)
    announce(uuid.uuid4(), [third := named()], town.teammate, now=NOW)
    assert put(other, third, 0, FILE[:100]).status_code == 200
