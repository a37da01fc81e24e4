"""Patrols and segments over the API, in the small town (tests/town.py).

The worker holds the west cell, the teammate the east one. Row 1 runs along y = 50::

    50 +-----|-----+      segment (150, 50)-(250, 50): west until 500 dm, then east
      150   200   250
"""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from grid.models import Cadence
from patrols.match import match_patrol
from patrols.models import Patrol, Team, TrackChunk, WalkedStretch
from tests.conftest import Queries
from tests.town import Town, place

COMMUNITY = "990101001001"
START = dt.datetime(2026, 5, 4, 1, 0, tzinfo=dt.UTC)


@pytest.fixture
def api(client: Client, town: Town) -> Client:
    client.force_login(town.worker)
    return client


def fixes(count: int = 20) -> list[dict[str, Any]]:
    """A walk east along Row 1 from x = 60, 5 m and 4 s a fix."""
    found = []
    for nth in range(count):
        lon, lat = place(60 + 5 * nth, 50)
        at = START + dt.timedelta(seconds=4 * nth)
        found.append({"lon": lon, "lat": lat, "at": at.isoformat(), "accuracy": 5})
    return found


def send(api: Client, content: Any, **headers: Any) -> Any:
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    return api.post("/api/v1/patrols/", text, content_type="application/json", **headers)


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    error: dict[str, Any] = response.json()["error"]
    assert error["code"] == code
    return error


def walk(member: Member, *stretches: tuple[Any, int, int], days_ago: int = 0) -> Patrol:
    """A matched patrol that covered the stretches (segment, start_dm, end_dm)."""
    at = timezone.now() - dt.timedelta(days=days_ago)
    patrol = Patrol.objects.create(
        member=member, started_at=at, ended_at=at, received_at=at, state=Patrol.State.MATCHED
    )
    for segment, start, end in stretches:
        WalkedStretch.objects.create(
            patrol=patrol, segment=segment, start_dm=start, end_dm=end, walked_at=at, confidence=1
        )
    return patrol


def test_a_patrol_is_stored_and_waits_to_be_matched(api: Client, town: Town) -> None:
    response = send(api, {"fixes": fixes()})
    assert response.status_code == 202
    found = response.json()
    assert (found["state"], found["fixes"], found["mode"]) == ("stored", 20, "foot")
    assert found["started_at"] == "2026-05-04T09:00:00+08:00"
    assert Patrol.objects.get().member == town.worker


def test_the_same_upload_again_changes_nothing(api: Client) -> None:
    content = {"id": str(uuid.uuid4()), "fixes": fixes()}
    first, again = send(api, content), send(api, content)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["id"] == again.json()["id"] == content["id"]
    assert Patrol.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"fixes": fixes(19)},
        {"mode": "cycle"},
        {"team": "Red Lanterns"},
        {"started_at": "2026-05-04T00:59:00Z"},
    ],
)
def test_the_same_id_with_other_content_is_a_conflict(api: Client, change: Any) -> None:
    Team.objects.create(name="Red Lanterns")
    content = {"id": str(uuid.uuid4()), "fixes": fixes()}
    send(api, content)
    refused(send(api, content | change), 409, "conflict")
    stored = Patrol.objects.get()
    assert (stored.fixes, stored.mode, stored.team) == (20, "foot", None)


def test_an_id_of_somebody_else_is_a_conflict(api: Client, town: Town) -> None:
    content = {"id": str(uuid.uuid4()), "fixes": fixes()}
    send(api, content)
    api.force_login(town.teammate)
    refused(send(api, content), 409, "conflict")


def test_start_and_team_are_kept(api: Client) -> None:
    Team.objects.create(name="Red Lanterns")
    content = {"fixes": fixes(), "team": "Red Lanterns", "started_at": "2026-05-04T00:59:00Z"}
    found = send(api, content).json()
    assert (found["team"], found["started_at"]) == ("Red Lanterns", "2026-05-04T08:59:00+08:00")


def test_times_may_be_milliseconds_and_accuracy_unknown(api: Client) -> None:
    rows = [{"lon": 24.94, "lat": 60.17, "at": 1_777_777_777_123}]
    assert send(api, {"fixes": rows}).status_code == 202
    chunk = TrackChunk.objects.get()
    assert chunk.milliseconds == [1_777_777_777_123]


FIX = '{"lon": 24.94, "lat": 60.17, "at": "2026-05-04T01:00:00Z"}'


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ('{"fixes": [{"lon": NaN, "lat": 60, "at": 0}]}', 400, "bad_json"),
        ('{"fixes": [{"lon": 1e999, "lat": 60, "at": 0}]}', 400, "bad_json"),
        ('{"fixes": [{"lon": ' + "9" * 400 + ', "lat": 60, "at": 0}]}', 400, "bad_json"),
        ('{"fixes": [' + FIX + '], "fixes": [' + FIX + "]}", 400, "bad_json"),
        ("[" * 200_000 + "]" * 200_000, 400, "bad_json"),
        ('{"team": "a\\u0000", "fixes": [' + FIX + "]}", 400, "bad_json"),
        (b'{"team": "\xff", "fixes": []}', 400, "bad_json"),
        ("", 400, "bad_input"),
        ("null", 400, "bad_input"),
        ("[]", 400, "bad_input"),
        ("{}", 400, "bad_input"),
        ('{"fixes": []}', 400, "bad_track"),
        ('{"fixes": {}}', 400, "bad_track"),
        ('{"fixes": [[24.9, 60.1]]}', 400, "bad_track"),
        ('{"fixes": [{"lon": 1e308, "lat": 60, "at": 0}]}', 400, "bad_track"),
        ('{"fixes": [{"lon": "24.9", "lat": 60, "at": 0}]}', 400, "bad_track"),
        ('{"fixes": [{"lat": 60, "at": 0}]}', 400, "bad_track"),
        ('{"fixes": [{"lon": 24.9, "lat": 60.1}]}', 400, "bad_track"),
        ('{"fixes": [{"lon": 24.9, "lat": 60.1, "at": "2026-05-04T01:00:00"}]}', 400, "bad_track"),
        ('{"fixes": [{"lon": 24.9, "lat": 60.1, "at": true}]}', 400, "bad_track"),
        ('{"fixes": [{"lon": 24.9, "lat": 60.1, "at": 1e3}]}', 400, "bad_track"),
        ('{"fixes": [{"lon": 24.9, "lat": 60.1, "at": 99999999999999999}]}', 400, "bad_track"),
        ('{"fixes": [' + FIX[:-1] + ', "accuracy": "5"}]}', 400, "bad_track"),
        ('{"fixes": [' + FIX[:-1] + ', "accuracy": 1e300}]}', 400, "bad_track"),
        ('{"fixes": [' + FIX[:-1] + ', "accuracy": -1}]}', 400, "bad_track"),
        ('{"fixes": [' + FIX[:-1] + ', "accuracy": -0.001}]}', 400, "bad_track"),
        ('{"id": "7", "fixes": [' + FIX + "]}", 400, "bad_input"),
        ('{"team": ' + "[" * 700 + "]" * 700 + ', "fixes": [' + FIX + "]}", 400, "bad_json"),
        ('{"mode": "bus", "fixes": [' + FIX + "]}", 400, "bad_input"),
        ('{"team": "Nobody", "fixes": [' + FIX + "]}", 400, "bad_input"),
        ('{"started_at": "2026-05-04T02:00:00Z", "fixes": [' + FIX + "]}", 400, "bad_input"),
        ('{"started_at": "0001-01-01T00:00:00+14:00", "fixes": [' + FIX + "]}", 400, "bad_input"),
    ],
)
def test_bad_uploads_are_refused_whole(
    api: Client, text: str | bytes, status: int, code: str
) -> None:
    refused(send(api, text), status, code)
    assert not Patrol.objects.exists()
    assert not TrackChunk.objects.exists()


def test_the_bad_fixes_are_named(api: Client) -> None:
    rows = fixes()
    rows[3]["lon"], rows[7]["at"], rows[8]["accuracy"], rows[9]["accuracy"] = 200, "noon", -1, "5"
    error = refused(send(api, {"fixes": rows}), 400, "bad_track")
    bad = ["fixes.3.lon", "fixes.7.at", "fixes.8.accuracy", "fixes.9.accuracy"]
    assert list(error["fields"]) == bad


def test_what_was_sent_is_not_repeated_at_length(api: Client) -> None:
    response = send(api, {"mode": "x" * 100_000, "fixes": fixes()})
    refused(response, 400, "bad_input")
    assert len(response.content) < 1000


def test_not_all_of_a_thousand_faults_are_named(api: Client) -> None:
    error = refused(send(api, {"fixes": [{}] * 1000}), 400, "bad_track")
    assert len(error["fields"]) == 20


def test_a_swapped_track_gets_a_hint(api: Client) -> None:
    rows = [fix | {"lon": fix["lat"], "lat": fix["lon"]} for fix in fixes()]
    assert "swapped" in refused(send(api, {"fixes": rows}), 400, "bad_track")["message"]


def test_too_large_a_body(api: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    refused(send(api, {"fixes": fixes()}), 413, "too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", ""])
def test_a_body_that_is_no_json(api: Client, kind: str) -> None:
    response = api.generic("POST", "/api/v1/patrols/", b"x", content_type=kind)
    refused(response, 415, "unsupported_media_type")


def test_a_page_out_of_date(town: Town) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(town.worker)
    refused(send(strict, {"fixes": fixes()}), 403, "csrf_failed")
    assert not Patrol.objects.exists()


def test_nobody_may_send(client: Client, town: Town) -> None:
    refused(send(client, {"fixes": fixes()}), 401, "sign_in_required")


def test_a_member_sees_own_patrols_and_those_in_their_area(api: Client, town: Town) -> None:
    shared = town.segments[(150, 50), (250, 50)]
    walk(town.teammate, (town.segments[(250, 50), (350, 50)], 0, 500))
    east_half = walk(town.teammate, (shared, 500, 1000))
    west_half = walk(town.teammate, (shared, 400, 600))
    elsewhere = walk(town.worker)

    def seen(member: Member) -> set[str]:
        api.force_login(member)
        return {row["id"] for row in api.get("/api/v1/patrols/").json()["results"]}

    assert seen(town.worker) == {str(west_half.pk), str(elsewhere.pk)}
    assert len(seen(town.teammate)) == 3
    assert len(seen(town.coordinator)) == 3
    assert len(seen(town.leader)) == 3
    assert seen(town.outsider) == set()
    assert len(seen(town.administrator)) == 4
    api.force_login(town.worker)
    for path in (f"{east_half.pk}/", f"{east_half.pk}/track/", f"{uuid.uuid4()}/", "7/"):
        refused(api.get(f"/api/v1/patrols/{path}"), 404, "not_found")


def test_patrols_by_area_member_state_and_day(api: Client, town: Town) -> None:
    api.force_login(town.coordinator)
    walk(town.worker, (town.segments[(50, 50), (150, 50)], 0, 500))
    walk(town.teammate, (town.segments[(250, 50), (350, 50)], 0, 500), days_ago=3)

    def names(**asked: Any) -> list[str]:
        rows = api.get("/api/v1/patrols/", asked).json()["results"]
        return [row["member"]["name"] for row in rows]

    day = timezone.localdate()
    assert names() == ["Wang Wei", "Tian Tian"]
    assert names(area=COMMUNITY + "002") == ["Tian Tian"]
    assert names(member=town.worker.pk) == ["Wang Wei"]
    assert names(state="failed") == []
    assert names(since=day) == ["Wang Wei"]
    assert names(until=day - dt.timedelta(days=1)) == ["Tian Tian"]
    assert names(until="2199-12-31") == ["Wang Wei", "Tian Tian"]


@pytest.mark.parametrize(
    "asked",
    [
        "since=0000-00-00",
        "since=0001-01-01",
        "until=9999-12-31",
        "since=today",
        "member=x",
        "member=" + "9" * 30,
        "state=lost",
    ],
)
def test_bad_questions(api: Client, asked: str) -> None:
    refused(api.get(f"/api/v1/patrols/?{asked}"), 400, "bad_input")


def test_list_of_patrols_asks_few_queries(api: Client, town: Town, queries: Queries) -> None:
    for _nth in range(3):
        walk(town.worker, (town.segments[(50, 50), (150, 50)], 0, 500))
    # session, member, scope, count, rows with members and teams
    with queries(5):
        api.get("/api/v1/patrols/")


def test_a_track_is_its_fixes_then_what_it_covered(
    api: Client, town: Town, queries: Queries
) -> None:
    patrol = match_patrol(send(api, {"fixes": fixes()}).json()["id"], now=timezone.now())
    assert patrol.state == Patrol.State.MATCHED
    # session, member, scope, patrol, chunks
    with queries(5):
        found = api.get(f"/api/v1/patrols/{patrol.pk}/track/").json()
    (piece,) = found["features"]
    assert piece["geometry"]["type"] == "LineString"
    assert len(piece["geometry"]["coordinates"]) == len(piece["properties"]["times"]) == 20
    TrackChunk.objects.all().delete()
    # session, member, scope, patrol, chunks, stretches
    with queries(6):
        found = api.get(f"/api/v1/patrols/{patrol.pk}/track/").json()
    assert {row["properties"]["source"] for row in found["features"]} == {"coverage"}
    west, _south = found["features"][0]["geometry"]["coordinates"][0]
    assert west == pytest.approx(place(60, 50)[0], abs=0.0001)


def test_segments_with_when_they_were_last_walked(
    api: Client, town: Town, queries: Queries
) -> None:
    Cadence.objects.create(area=town.community, kind="street", days=3)
    segment = town.segments[(50, 50), (150, 50)]
    walk(town.worker, (segment, 0, 300), days_ago=2)
    walk(town.teammate, (segment, 0, 100), days_ago=5)
    # session, member, known area, rows, cadences, scope
    with queries(6):
        found = api.get("/api/v1/segments/", {"area": COMMUNITY, "kind": "street"}).json()
    assert len(found["features"]) == 12
    rows = {row["id"]: row["properties"] for row in found["features"]}
    assert rows[segment.pk]["days"] == 2
    assert rows[segment.pk]["cadence_days"] == 3
    assert rows[segment.pk]["street_name"] == "Row 1"
    assert sum(row["last_walked"] is None for row in rows.values()) == 11


def test_freshness_is_for_those_responsible(api: Client, town: Town) -> None:
    walk(town.worker, (town.segments[(50, 50), (150, 50)], 0, 300))
    api.force_login(town.outsider)
    found = api.get("/api/v1/segments/").json()
    assert len(found["features"]) == 24
    assert {row["properties"]["last_walked"] for row in found["features"]} == {None}


def test_segments_by_cell_box_and_street(api: Client, town: Town) -> None:
    def count(**asked: Any) -> int:
        return len(api.get("/api/v1/segments/", asked).json()["features"])

    assert count(area=COMMUNITY + "001") == 14
    assert count(street=town.streets["Row 1"].pk) == 3
    assert count(duty="false") == 25
    west, south = place(40, 40)
    east, north = place(60, 45)
    assert count(bbox=f"{west},{south},{east},{north}", duty="false") == 1
    refused(api.get("/api/v1/segments/?bbox=60.1,24.9,60.2,25.0"), 400, "bad_coordinate")
    refused(api.get("/api/v1/segments/?kind=motorway"), 400, "bad_input")


def test_one_segment_stretch_by_stretch(api: Client, town: Town) -> None:
    r"""::

    older   [0   ....   600)
    newer        [400   ....   800)
    """
    segment = town.segments[(150, 50), (250, 50)]
    walk(town.worker, (segment, 0, 600), days_ago=5)
    walk(town.worker, (segment, 400, 800), days_ago=1)
    found = api.get(f"/api/v1/segments/{segment.pk}/").json()["properties"]
    assert [(row["start_m"], row["end_m"]) for row in found["stretches"]] == [(0, 40), (40, 80)]
    assert [(row["code"][12:], row["start_m"], row["end_m"]) for row in found["cells"]] == [
        ("001", 0, 50),
        ("002", 50, 100),
    ]


def test_walked_and_nothing_wrong_is_recorded(api: Client, town: Town) -> None:
    content = {"id": str(uuid.uuid4()), "nothing_wrong": True, "fixes": fixes()}
    first, again = send(api, content).json(), send(api, content).json()
    assert first["nothing_wrong_at"] == again["nothing_wrong_at"] == first["ended_at"]
    assert send(api, {"fixes": fixes(19)}).json()["nothing_wrong_at"] is None


def test_it_is_said_later_and_taken_back_by_who_walked(api: Client, town: Town) -> None:
    patrol = walk(town.worker, (town.segments[(50, 50), (150, 50)], 0, 500))
    path = f"/api/v1/patrols/{patrol.pk}/nothing-wrong/"
    said = api.put(path).json()["nothing_wrong_at"]
    assert said is not None
    assert api.put(path).json()["nothing_wrong_at"] == said
    api.force_login(town.coordinator)
    refused(api.put(path), 403, "not_allowed")
    api.force_login(town.outsider)
    refused(api.put(path), 404, "not_found")
    api.force_login(town.worker)
    assert api.delete(path).json()["nothing_wrong_at"] is None
