"""What changes is told to open maps: what, to whom, when it is committed, and how it ends."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.scope import Scope
from cases.default_categories import plant
from cases.models import Category
from patrols.models import Patrol, WalkedStretch
from publish.live import stream
from publish.live.listener import CHANNEL, LISTENER
from tests.cases.play import report
from tests.town import Town, small_town

pytestmark = pytest.mark.django_db(transaction=True)
NOON = "2026-06-30T12:00:00+00:00"


@pytest.fixture
def town(transactional_db: None) -> Town:
    plant(Category)
    return small_town()


@pytest.fixture(autouse=True)
def _streams(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.LIVE_STREAMS = 2
    monkeypatch.setattr(stream, "GATHER", 0.0)
    monkeypatch.setattr("publish.live.listener.LOOK_UP", 0.05)
    yield
    assert LISTENER.finish(120), "a map is still open"


@pytest.fixture
def listen() -> Iterator[Any]:
    """``listen(member)`` opens the map's stream and waits until the database is heard."""
    opened = []

    def open_(member: Any) -> Iterator[tuple[str, Any]]:
        client = Client()
        client.force_login(member)
        response: Any = client.get("/api/v1/live/")
        assert response.status_code == 200
        assert response["Content-Type"] == "text/event-stream"
        opened.append(response)
        events = _events(response.streaming_content)
        assert next(events) == ("hello", {})
        assert LISTENER.hears.wait(120)
        return events

    yield open_
    for response in opened:
        response.close()


def _events(chunks: Any) -> Iterator[tuple[str, Any]]:
    for chunk in chunks:
        told = chunk.decode().splitlines()
        lines = dict(line.split(": ", 1) for line in told if line.startswith(("event", "data")))
        yield lines["event"], json.loads(lines["data"])


def _walk(town: Town, number: int = 1) -> None:
    patrol = Patrol.objects.create(member=town.worker, received_at=NOON)
    WalkedStretch.objects.bulk_create(
        WalkedStretch(
            patrol=patrol, segment=segment, start_dm=0, end_dm=100, walked_at=NOON, confidence=1
        )
        for segment in list(town.segments.values())[:number]
    )


def _say(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, what])


def test_a_walk_is_told_once_however_many_stretches_it_has(town: Town, listen: Any) -> None:
    events = listen(town.coordinator)
    with transaction.atomic():
        _walk(town, number=5)
        _walk(town, number=3)
    assert next(events) == ("changed", {"coverage": ["990101001001"]})


def test_a_case_a_lamp_and_what_goes_away_are_told(town: Town, listen: Any) -> None:
    events = listen(town.leader)
    report(town)
    assert next(events) == ("changed", {"cases": ["990101001001"]})
    _walk(town)
    assert next(told for _event, told in events if "coverage" in told) == {
        "coverage": ["990101001001"]
    }
    Patrol.objects.all().delete()
    assert next(events) == ("changed", {"coverage": ["990101001001"]})


def test_what_is_taken_back_is_not_told(town: Town, listen: Any) -> None:
    events = listen(town.coordinator)
    with transaction.atomic():
        _walk(town)
        transaction.set_rollback(True)
    _say("lamps 990101001001")
    assert next(events) == ("changed", {"lamps": ["990101001001"]})


def test_other_areas_and_unknown_layers_are_not_told(town: Town) -> None:
    assert stream.SEATS.take(town.worker.pk)
    events = stream.Stream(town.worker.pk, Scope(frozenset({"990201001001007"})))
    found = _events(events)
    assert next(found) == ("hello", {})
    assert LISTENER.hears.wait(120)
    _walk(town)
    _say("households 990201001001")
    _say("cases 990201001001")
    assert next(found) == ("changed", {"cases": ["990201001001"]})
    events.close()


def test_each_process_holds_so_many_and_a_closed_one_makes_room(town: Town) -> None:
    client = Client()
    client.force_login(town.worker)
    first, second = (client.get("/api/v1/live/") for _ in range(2))
    full = client.get("/api/v1/live/")
    assert full.status_code == 503
    assert full["Retry-After"] == "60"
    assert full.json()["error"]["code"] == "unavailable"
    first.close()
    first.close()
    third = client.get("/api/v1/live/")
    assert third.status_code == 200
    for response in (second, third):
        response.close()


def test_nobody_takes_the_seats_of_all_others(
    town: Town, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LIVE_STREAMS = 10
    monkeypatch.setattr(stream, "MOST_OF_ONE", 2)
    one, other = Client(), Client()
    one.force_login(town.worker)
    other.force_login(town.coordinator)
    opened = [one.get("/api/v1/live/") for _ in range(2)]
    assert one.get("/api/v1/live/").status_code == 503
    opened.append(other.get("/api/v1/live/"))
    opened[0].close()
    opened.append(one.get("/api/v1/live/"))
    assert [response.status_code for response in opened] == [200] * 4
    for response in opened:
        response.close()
    assert not stream.SEATS._taken


def test_who_is_not_signed_in_hears_nothing_and_no_streams_is_an_answer(
    town: Town, settings: Any
) -> None:
    assert Client().get("/api/v1/live/").status_code == 401
    settings.LIVE_STREAMS = 0
    client = Client()
    client.force_login(town.worker)
    assert client.get("/api/v1/live/").status_code == 204


def test_a_database_that_is_lost_and_comes_back_is_said(
    town: Town, listen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publish.live.listener.WAITS", (0,))
    events = listen(town.coordinator)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query = %s",
            [f"LISTEN {CHANNEL}"],
        )
        assert cursor.fetchall() == [(True,)]
    # Both may come at once, and then only the last is said.
    assert next(event for event, _said in events if event != "lost") == "back"
    assert LISTENER.hears.wait(120)
    _walk(town)
    assert next(events) == ("changed", {"coverage": ["990101001001"]})


def test_a_quiet_stream_beats_and_ends_after_its_time(
    town: Town, listen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BEAT", 0.0)
    events = listen(town.worker)
    assert next(events) == ("beat", {})
    monkeypatch.setattr(stream.time, "monotonic", lambda: float("inf"))
    assert [event for event, _said in events] in ([], ["beat"])
