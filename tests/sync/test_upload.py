"""POST /api/v1/sync/: every operation answered is stored, once, whatever becomes of it."""

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from psycopg import errors

from sync import attempts, intake, kinds, upload_api
from sync.kinds import Op
from sync.models import Device, Operation
from tests.conftest import Queries
from tests.sync.notes import NoteBody, lamps, note
from tests.sync.tablet import URL, Tablet
from tests.town import Town

pytestmark = pytest.mark.usefixtures("told")


@pytest.fixture
def tablet(town: Town) -> Tablet:
    return Tablet(town.worker)


def test_what_is_answered_is_stored(tablet: Tablet, told: list[Op]) -> None:
    operation = note(tablet)
    response = tablet.post(operation, packed=True)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    answer = response.json()
    assert (answer["protocol"], answer["device"]) == (1, tablet.device)
    assert answer["answers"] == [
        {
            "id": operation["id"],
            "state": "applied",
            "code": "",
            "message": "",
            "fields": {},
            "result": {"word": "a"},
        }
    ]
    row = Operation.objects.get()
    assert (str(row.pk), row.state, row.payload, row.sequence) == (
        operation["id"], "applied", None, 1,
    )  # fmt: skip
    assert [op.member for op in told] == [tablet.member]


def test_an_answer_that_was_cut_off_is_given_again(tablet: Tablet) -> None:
    operation = note(tablet)
    first, again = tablet.send(operation)[0], tablet.send(operation)[0]
    assert (first["state"], again["state"]) == ("applied", "already_applied")
    assert again["result"] == first["result"]
    assert (Operation.objects.count(), lamps()) == (1, 1)


def test_ten_copies_in_one_batch_are_one_row(tablet: Tablet) -> None:
    operation = note(tablet)
    assert tablet.states(*[operation] * 10) == ["applied"] + ["already_applied"] * 9
    assert (Operation.objects.count(), lamps()) == (1, 1)


def test_the_same_id_with_other_bytes_keeps_both(tablet: Tablet) -> None:
    operation = note(tablet)
    other = {**operation, "body": {"word": "b"}}
    assert tablet.states(operation) == ["applied"]
    for _time in range(2):
        answer = tablet.send(other)[0]
        assert (answer["state"], answer["code"]) == ("conflict", "same_id")
    copy = Operation.objects.get(copy_of=operation["id"])
    assert json.loads(copy.payload or "") == other
    assert str(copy.sent_id) == operation["id"]
    assert (Operation.objects.count(), lamps()) == (2, 1)


def test_the_order_of_keys_makes_no_other_operation(tablet: Tablet) -> None:
    operation = note(tablet)
    turned = dict(reversed(operation.items()))
    assert tablet.states(operation, turned) == ["applied", "already_applied"]


def test_somebody_else_may_not_send_from_this_outbox(tablet: Tablet, town: Town) -> None:
    tablet.send(note(tablet))
    other = Tablet(town.teammate, device=tablet.device)
    response = other.post(note(other))
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "not_your_device"
    assert Operation.objects.count() == 1


def test_somebody_else_who_has_just_signed_in_sends_nothing(tablet: Tablet, town: Town) -> None:
    """Between asking who is signed in and sending, another tab may sign in somebody else."""
    sent = tablet.envelope(note(tablet)) | {"member": town.teammate.pk}
    response = tablet.post_bytes(json.dumps(sent).encode())
    assert response.json()["error"]["code"] == "not_your_device"
    assert (Operation.objects.count(), Device.objects.count()) == (0, 0)
    sent["member"] = town.worker.pk
    assert tablet.post_bytes(json.dumps(sent).encode()).status_code == 200


def test_an_outbox_that_says_whose_it_is_is_not_given_to_another(
    tablet: Tablet, town: Town
) -> None:
    """Who signed in while the tablet was about to send gets none of it."""
    envelope = tablet.envelope(note(tablet))
    for member, status in ((town.teammate.pk, 409), ("me", 400), (tablet.member.pk, 200)):
        data = json.dumps({**envelope, "member": member}).encode()
        assert tablet.post_bytes(data).status_code == status
    assert Operation.objects.count() == 1


def test_an_id_of_somebody_else_tells_nothing(tablet: Tablet, town: Town) -> None:
    operation = note(tablet, "secret")
    tablet.send(operation)
    answer = Tablet(town.teammate).send(operation)[0]
    assert (answer["state"], answer["result"]) == ("conflict", {})


@pytest.mark.parametrize(
    ("word", "state", "code", "kept"),
    [
        ("refuse", "rejected", "not_allowed", True),
        ("clash", "conflict", "changed", True),
        ("forget", "rejected", "withdrawn", False),
        ("crash", "rejected", "server_error", True),
        ("break", "rejected", "bad_input", True),
    ],
)
def test_what_fails_is_kept_and_the_rest_goes_on(
    tablet: Tablet, word: str, state: str, code: str, kept: bool
) -> None:
    bad, good = note(tablet, word), note(tablet)
    answers = tablet.send(bad, good)
    assert [answer["state"] for answer in answers] == [state, "applied"]
    assert answers[0]["code"] == code
    row = Operation.objects.get(pk=bad["id"])
    assert (row.payload is not None) == kept
    if kept:
        assert json.loads(row.payload or "") == bad
        assert row.area_code == "990101001001001"
    assert lamps() == 1, "what the failed handler stored is undone"
    assert tablet.send(bad)[0]["state"] == state


def test_a_clash_that_is_returned_keeps_what_was_merged(tablet: Tablet) -> None:
    answer = tablet.send(note(tablet, "merge"))[0]
    assert (answer["state"], answer["result"]) == ("conflict", {"mine": 1, "theirs": 2})
    assert lamps() == 1


def test_the_payload_is_encrypted_in_the_database(tablet: Tablet) -> None:
    tablet.send(note(tablet, "refuse:me"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM sync_operation")
        assert "refuse" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sequence": 0}, "sequence"),
        ({"sequence": True}, "sequence"),
        ({"at": "now"}, "at"),
        ({"at": 2**52}, "at"),
        ({"offset": 10_000}, "offset"),
        ({"after": ["x"]}, "after"),
        ({"body": []}, "body"),
        ({"kind": ""}, "kind"),
        ({"body": {"word": "a", "colour": "red"}}, "colour"),
        ({"body": {}}, "word"),
    ],
)
def test_what_is_badly_made_is_kept_with_its_faults(
    tablet: Tablet, change: dict[str, Any], field: str
) -> None:
    bad, good = note(tablet), note(tablet)
    answers = tablet.send({**bad, **change}, good)
    assert [answer["state"] for answer in answers] == ["rejected", "applied"]
    assert field in answers[0]["fields"]
    assert Operation.objects.get(pk=bad["id"]).payload


@pytest.mark.parametrize("name", [None, 7, "x", "0" * 32, {"a": 1}])
def test_without_a_usable_id_it_is_kept_under_one_of_ours(tablet: Tablet, name: Any) -> None:
    bad = {**note(tablet), "id": name}
    for _time in range(2):
        answer = tablet.send(bad)[0]
        assert (answer["id"], answer["state"]) == (name, "rejected")
    assert Operation.objects.count() == 1


@pytest.mark.parametrize("raw", [7, "x", [], None])
def test_even_what_is_no_object_is_answered(tablet: Tablet, raw: Any) -> None:
    response = tablet.post(raw, note(tablet))
    assert [answer["state"] for answer in response.json()["answers"]] == ["rejected", "applied"]


def test_an_unknown_kind_waits_for_an_upgrade(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = tablet.send(tablet.record("tree.seen", {"word": "oak"}))[0]
    assert attempts.replay_unknown_kinds(tablet.clock()) == 0
    assert (answer["state"], answer["code"]) == ("rejected", "unknown_kind")
    known = kinds._kinds["note"]
    monkeypatch.setitem(kinds._kinds, "tree.seen", kinds.Kind("tree.seen", NoteBody, known.apply))
    assert attempts.replay_unknown_kinds(tablet.clock()) == 1
    assert attempts.replay_unknown_kinds(tablet.clock()) == 0
    row = Operation.objects.get()
    assert (row.state, row.payload, row.result) == ("applied", None, {"word": "oak"})
    assert row.decided_at


def test_a_clock_off_by_ten_years_is_corrected_and_flagged(town: Town, told: list[Op]) -> None:
    tablet = Tablet(town.worker, off=dt.timedelta(days=-3650))
    assert tablet.states(note(tablet), note(tablet)) == ["applied", "applied"]
    row = Operation.objects.first()
    assert row
    assert abs(row.clock_off_seconds - 3650 * 86400) < 5
    assert row.device_at
    assert row.device_at.year < row.received_at.year
    assert abs((told[0].at - row.received_at).total_seconds()) < 5
    assert told[0].at <= row.received_at


def test_a_clock_off_by_a_minute_is_believed(town: Town, told: list[Op]) -> None:
    tablet = Tablet(town.worker, off=dt.timedelta(minutes=-1))
    tablet.send(note(tablet))
    assert Operation.objects.get().clock_off_seconds == 0
    assert (told[0].received_at - told[0].at).total_seconds() > 55


def test_a_clock_ahead_by_minutes_keeps_moments_apart(town: Town, told: list[Op]) -> None:
    tablet = Tablet(town.worker, off=dt.timedelta(minutes=4))
    before, after = tablet.clock() - dt.timedelta(seconds=9), tablet.clock()
    tablet.send(note(tablet, at=before), note(tablet, at=after))
    assert (told[1].at - told[0].at).total_seconds() == pytest.approx(9, abs=0.01)
    assert told[1].at <= told[1].received_at


def test_a_gap_in_the_numbers_is_noted(tablet: Tablet) -> None:
    operations = [note(tablet) for _number in range(4)]
    assert tablet.states(operations[0], operations[3]) == ["applied", "applied"]
    device = Device.objects.get()
    assert device.missing == 2
    tablet.send(operations[1], operations[2])
    device.refresh_from_db()
    assert device.missing == 0


# Whole requests


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"protocol": 0}, 426, "app_too_old"),
        ({"protocol": 2}, 400, "bad_input"),
        ({"protocol": "1"}, 400, "bad_input"),
        ({"device": "x"}, 400, "bad_input"),
        ({"sent_at": None}, 400, "bad_input"),
        ({"sent_at": 10**20}, 400, "bad_input"),
        ({"operations": {}}, 400, "bad_input"),
        ({"operations": [None] * 201}, 400, "too_many"),
    ],
)
def test_a_request_that_cannot_be_taken_stores_nothing(
    tablet: Tablet, change: dict[str, Any], status: int, code: str
) -> None:
    data = json.dumps({**tablet.envelope(note(tablet)), **change}).encode()
    response = tablet.post_bytes(data)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    "data",
    [b"{", b"[]", b"null", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 100_000, b'{"a": "\\u0000"}'],
)
def test_bad_json_is_refused(tablet: Tablet, data: bytes) -> None:
    assert tablet.post_bytes(data).status_code == 400


def test_a_gzip_bomb_is_stopped_while_it_is_unpacked(tablet: Tablet) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    response = tablet.client.post(
        URL, bomb, content_type="application/json", HTTP_CONTENT_ENCODING="gzip"
    )
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize("cut", [slice(0, -10), slice(5, None)])
def test_damaged_gzip_is_refused(tablet: Tablet, cut: slice) -> None:
    data = gzip.compress(json.dumps(tablet.envelope()).encode())[cut]
    response = tablet.client.post(
        URL, data, content_type="application/json", HTTP_CONTENT_ENCODING="gzip"
    )
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_json")


def test_other_packings_are_not_understood(tablet: Tablet) -> None:
    response = tablet.client.post(
        URL, b"{}", content_type="application/json", HTTP_CONTENT_ENCODING="br"
    )
    assert response.status_code == 415


def test_who_is_signed_out_keeps_the_queue(tablet: Tablet) -> None:
    tablet.client.logout()
    response = tablet.post(note(tablet))
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "sign_in_required"


def test_a_page_of_somewhere_else_cannot_send(tablet: Tablet) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(tablet.member)
    data = json.dumps(tablet.envelope(note(tablet)))
    response = strict.post(URL, data, content_type="application/json")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "csrf_failed")


def _database_error(kind: type[errors.Error]) -> OperationalError:
    error = OperationalError("as the database says")
    error.__cause__ = kind()
    return error


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[type[errors.Error]]]:
    """Errors with which the next tries end, one after the other."""
    left: list[type[errors.Error]] = []
    take_in = intake.take_in

    def fail_first(*arguments: Any, **more: Any) -> Any:
        found = take_in(*arguments, **more)
        if left:
            raise _database_error(left.pop(0))
        return found

    monkeypatch.setattr(intake, "take_in", fail_first)
    monkeypatch.setattr(upload_api.time, "sleep", lambda seconds: None)
    yield left


@pytest.mark.parametrize(
    "kind", [errors.DeadlockDetected, errors.LockNotAvailable, errors.SerializationFailure]
)
def test_a_deadlock_is_tried_again_with_the_whole_batch(
    tablet: Tablet, failing: list[type[errors.Error]], kind: type[errors.Error]
) -> None:
    failing += [kind] * 2
    assert tablet.states(note(tablet), note(tablet)) == ["applied", "applied"]
    assert (Operation.objects.count(), lamps()) == (2, 2)


def test_after_three_tries_the_tablet_is_asked_to_wait(
    tablet: Tablet, failing: list[type[errors.Error]]
) -> None:
    failing += [errors.DeadlockDetected] * 3
    response = tablet.post(note(tablet))
    assert (response.status_code, response.json()["error"]["code"]) == (503, "busy")
    assert int(response["Retry-After"]) > 0
    assert (Operation.objects.count(), Device.objects.count(), lamps()) == (0, 0, 0)


def test_a_full_disk_leaves_no_part_of_a_batch(
    tablet: Tablet, failing: list[type[errors.Error]]
) -> None:
    failing += [errors.DiskFull]
    response = tablet.post(note(tablet), note(tablet))
    assert (response.status_code, response.json()["error"]["code"]) == (507, "no_room")
    assert (Operation.objects.count(), lamps()) == (0, 0)


def test_queries_of_a_batch(tablet: Tablet, queries: Queries) -> None:
    tablet.send(note(tablet))
    operations = [note(tablet, "plain") for _number in range(3)]
    # Session, member; begin, lock_timeout, who acts; tablet, known operations; 3 × savepoint, the
    # handler's own, release; all rows at once; lock and look for who waits; the tablet's row; who
    # acts, commit. (Savepoints that also tell history who it is are counted.)
    with queries(22):
        tablet.send(*operations)


def test_who_has_no_area_belongs_to_no_office(town: Town) -> None:
    elsewhere = Tablet(town.outsider)
    elsewhere.send(note(elsewhere, "refuse"))
    assert Operation.objects.get().area_code == ""


def test_who_lost_the_area_is_still_found_by_its_office(town: Town) -> None:
    town.worker.responsibilities.update(ends_on=dt.date(2021, 1, 1))
    tablet = Tablet(town.worker)
    tablet.send(note(tablet, "refuse"))
    assert Operation.objects.get().area_code == town.west.code
