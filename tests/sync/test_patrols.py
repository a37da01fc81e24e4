"""Walks from tablets: in parts, in any order, as positions or as metres; both count the same."""

import datetime as dt
import json
import uuid
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from patrols import ingest, match, parts
from patrols.gpx import Fixes
from patrols.models import BuildingPassed, Patrol, Team, TrackChunk, WalkedStretch
from sync.models import Operation
from tests.conftest import Queries
from tests.patrols.walking import START, fixes
from tests.sync.tablet import Tablet, milliseconds
from tests.town import Town

#: Along Row 1 and up Alley 4, around the building at (300, 100).
WALK = ((50, 50), (350, 50), (350, 350))
MINUTE = 60_000
#: Of walks that come as metres.
END = START + dt.timedelta(minutes=20)


@pytest.fixture
def tablet(town: Town) -> Tablet:
    return Tablet(town.worker)


def columns(track: Fixes) -> dict[str, list]:
    return {
        "lon": np.round(track.longitudes, 7).tolist(),
        "lat": np.round(track.latitudes, 7).tolist(),
        "ms": track.milliseconds.tolist(),
        "accuracy": [None if np.isnan(one) else one for one in track.accuracies],
    }


def cut(track: Fixes, number: int) -> list[Fixes]:
    return [
        Fixes(*part)
        for part in zip(*(np.array_split(column, number) for column in track), strict=True)
    ]


def walk_of(tablet: Tablet, track: Fixes, number: int = 3, **more: Any) -> list[dict[str, Any]]:
    """Start, parts and end of a walk, as the outbox has them."""
    patrol = str(uuid.uuid4())
    last = dt.datetime.fromtimestamp(int(track.milliseconds[-1]) / 1000, dt.UTC)
    start = tablet.record("patrol.start", {"patrol": patrol, "mode": "foot"} | more, at=START)
    sent = [
        tablet.record("patrol.fixes", {"patrol": patrol, "part": nth, **columns(part)}, at=last)
        for nth, part in enumerate(cut(track, number))
    ]
    body = {"patrol": patrol, "ended_at": milliseconds(last), "parts": number}
    end = tablet.record("patrol.end", {**body, "nothing_wrong": True}, at=last)
    return [start, *sent, end]


def matched(patrol: Patrol) -> Patrol:
    """The job that was queued."""
    assert patrol.state == "stored"
    return match.match_patrol(patrol.pk, now=timezone.now())


def rows(patrol: Patrol) -> list[tuple]:
    found = WalkedStretch.objects.filter(patrol=patrol).order_by("segment", "start_dm")
    return list(found.values_list("segment_id", "start_dm", "end_dm", "walked_at", "confidence"))


def test_a_walk_in_parts_is_the_walk_in_one_piece(tablet: Tablet, town: Town) -> None:
    track = fixes(*WALK)
    operations = walk_of(tablet, track)
    assert tablet.states(*operations) == ["applied"] * 5
    patrol = Patrol.objects.get()
    assert patrol.started_at == START
    assert patrol.ended_at == patrol.nothing_wrong_at
    assert patrol.fixes == len(track.longitudes)
    assert matched(patrol).covered_metres > 500

    rounded = Fixes(*(np.array(column) for column in columns(track).values()))
    whole = ingest.store(town.teammate, rounded, now=timezone.now()).patrol
    assert rows(patrol) == rows(matched(whole))
    # And the same walk of the same member by another way is this one.
    again = ingest.store(town.worker, rounded, now=timezone.now())
    assert (again.created, again.patrol) == (False, patrol)


def test_parts_in_any_order_and_twice(tablet: Tablet) -> None:
    start, first, second, third, end = walk_of(tablet, fixes(*WALK))
    assert tablet.states(end, third, first) == ["held"] * 3
    assert not TrackChunk.objects.exists()
    assert tablet.states(start) == ["applied"]
    assert TrackChunk.objects.count() == 2
    assert Operation.objects.get(pk=end["id"]).state == "held"
    assert tablet.states(second, first, end) == ["applied", "already_applied", "already_applied"]
    assert (TrackChunk.objects.count(), Patrol.objects.get().state) == (3, "stored")


def test_the_same_part_under_another_id_is_stored_once(tablet: Tablet) -> None:
    start, first, *rest = walk_of(tablet, fixes(*WALK))
    twin = tablet.record("patrol.fixes", first["body"])
    other = tablet.record("patrol.fixes", {**first["body"], **columns(fixes((0, 0), (50, 50)))})
    states = tablet.states(start, first, twin, other, *rest)
    assert states == ["applied"] * 3 + ["conflict"] + ["applied"] * 3
    assert TrackChunk.objects.count() == 3


def test_the_same_walk_that_came_as_a_file_counts_once(tablet: Tablet, town: Town) -> None:
    track = fixes(*WALK)
    rounded = Fixes(*(np.array(column) for column in columns(track).values()))
    file = ingest.store(town.worker, rounded, now=timezone.now(), source="walk.gpx").patrol
    tablet.send(*walk_of(tablet, track))
    patrol = Patrol.objects.exclude(pk=file.pk).get()
    assert (patrol.state, patrol.reason) == ("failed", parts.SAME_WALK)
    assert not TrackChunk.objects.filter(patrol=patrol).exists()


def test_positions_are_kept_as_tracks_and_nowhere_else(tablet: Tablet) -> None:
    """boundaries.md: what is applied has no payload; what waits is encrypted."""
    start, *others = walk_of(tablet, fixes(*WALK))
    tablet.send(*others)
    assert Operation.objects.filter(payload__isnull=False).count() == 4
    tablet.send(start)
    assert not Operation.objects.filter(payload__isnull=False).exists()
    assert not any("lon" in json.dumps([row.result, row.fields]) for row in Operation.objects.all())


def test_a_walk_of_somebody_else_is_not_touched(tablet: Tablet, town: Town) -> None:
    start, first, *_rest = walk_of(tablet, fixes(*WALK))
    tablet.send(start)
    other = Tablet(town.teammate)
    stolen = other.record("patrol.fixes", first["body"])
    answer = other.send(stolen)[0]
    assert (answer["state"], answer["code"]) == ("rejected", "not_allowed")
    again = other.record("patrol.start", start["body"])
    assert other.states(again) == ["conflict"]
    assert not TrackChunk.objects.exists()


def test_a_clock_off_by_ten_years_is_corrected_in_the_track(town: Town) -> None:
    off = dt.timedelta(days=3650)
    tablet = Tablet(town.worker, off=off)
    track = fixes(*WALK)
    start, *others = walk_of(
        tablet, track._replace(milliseconds=track.milliseconds + int(off.total_seconds() * 1000))
    )
    start["at"] += int(off.total_seconds() * 1000)
    assert set(tablet.states(start, *others)) == {"applied"}
    patrol = Patrol.objects.get()
    assert patrol.started_at
    assert abs((patrol.started_at - START).total_seconds()) < 2
    first = TrackChunk.objects.get(sequence=0)
    assert first.milliseconds[0]
    assert abs(first.milliseconds[0] - milliseconds(START)) < 2000


def test_a_team_that_is_gone_loses_no_walk(tablet: Tablet) -> None:
    Team.objects.create(name="红灯笼")
    known, unknown = (
        tablet.send(*walk_of(tablet, fixes((50, 50), end), team=name))[0]["result"]
        for name, end in (("红灯笼", (350, 50)), ("蓝灯笼", (50, 350)))
    )
    assert "unknown_team" not in known
    assert unknown["unknown_team"] == "蓝灯笼"
    assert set(Patrol.objects.values_list("team__name", flat=True)) == {"红灯笼", None}


def test_nothing_wrong_can_be_taken_back(tablet: Tablet) -> None:
    start, *_rest = walk_of(tablet, fixes(*WALK))
    body = {"patrol": start["body"]["patrol"]}
    say = tablet.record("patrol.nothing_wrong", {**body, "said": True})
    unsay = tablet.record("patrol.nothing_wrong", {**body, "said": False})
    assert tablet.states(say, start) == ["applied", "applied"]
    assert Patrol.objects.get().nothing_wrong_at
    tablet.send(unsay)
    assert Patrol.objects.get().nothing_wrong_at is None


@pytest.mark.parametrize(
    "change",
    [
        {"lon": [True, 1.0]},
        {"lon": ["24.9", 24.9]},
        {"lon": [181.0, 24.9]},
        {"lon": [24.9]},
        {"lon": [10**20, 1]},
        {"lon": {"0": 24.9}},
        {"lat": [None, 60.0]},
        {"ms": [1.5, 2.0]},
        {"ms": [-(2**60), 1]},
        {"ms": [-1, 1]},
        {"accuracy": [-1, None]},
        {"part": -1},
    ],
)
def test_impossible_fixes_are_refused_and_kept(tablet: Tablet, change: dict[str, Any]) -> None:
    start, *_rest = walk_of(tablet, fixes(*WALK))
    good = {"lon": [24.9, 24.9], "lat": [60, 60.1], "ms": [1, 2], "accuracy": [None, 5]}
    body = {"patrol": start["body"]["patrol"], "part": 0, **good}
    bad = tablet.record("patrol.fixes", {**body, **change})
    assert tablet.states(start, bad) == ["applied", "rejected"]
    assert Operation.objects.get(pk=bad["id"]).payload
    assert tablet.states(tablet.record("patrol.fixes", body)) == ["applied"]


def test_a_tablet_that_died_does_not_lose_its_metres(tablet: Tablet) -> None:
    start, first, second, third, end = walk_of(tablet, fixes(*WALK))
    tablet.send(start, first, second)
    now = timezone.now()
    assert parts.close_silent(now + dt.timedelta(hours=11)) == 0
    assert parts.close_silent(now + dt.timedelta(hours=13)) == 1
    patrol = Patrol.objects.get()
    half = matched(patrol).covered_metres
    assert half > 200
    assert parts.close_silent(now + dt.timedelta(hours=13)) == 0
    # It comes back to life.
    assert tablet.states(third) == ["applied"]
    assert Patrol.objects.get().state == "walking"
    assert tablet.states(end) == ["applied"]
    assert matched(Patrol.objects.get()).covered_metres > half


def test_a_walk_without_a_position_says_so(tablet: Tablet) -> None:
    start, *_parts, end = walk_of(tablet, fixes(*WALK))
    end["body"]["parts"] = 0
    assert tablet.states(start, end) == ["applied", "applied"]
    assert Patrol.objects.get().reason == parts.NOTHING_CAME


def test_parts_after_the_last_are_refused(tablet: Tablet) -> None:
    operations = walk_of(tablet, fixes(*WALK))
    tablet.send(*operations)
    late = tablet.record("patrol.fixes", {**operations[1]["body"], "part": 3})
    assert tablet.send(late)[0]["code"] == "bad_track"


def test_queries_of_a_part(tablet: Tablet, queries: Queries) -> None:
    start, first, second, *_rest = walk_of(tablet, fixes(*WALK))
    tablet.send(start, first)
    # 13 of the request (test_upload), savepoint and release; the patrol, locked; the part, if it
    # is not there; the patrol.
    with queries(18):
        tablet.send(second)


# Metres


def metres_of(patrol: Patrol) -> dict[str, Any]:
    """What a tablet that matches like the server would send of this walk."""
    passed = BuildingPassed.objects.filter(patrol=patrol).values_list("building_id", "passed_at")
    return {
        "part": 0,
        "stretches": [
            [segment, start, end, milliseconds(at), confidence]
            for segment, start, end, at, confidence in rows(patrol)
        ],
        "buildings": [[building, milliseconds(at)] for building, at in passed],
        "summary": {
            "fixes": patrol.fixes,
            "dropped": {"accuracy": patrol.dropped_accuracy},
            "matched_metres": float(patrol.matched_metres),
            "off_street_metres": float(patrol.off_street_metres),
        },
    }


@pytest.fixture
def by_tracks(tablet: Tablet, settings: Any) -> Patrol:
    """A walk matched here; from then on tablets send metres."""
    tablet.send(*walk_of(tablet, fixes(*WALK, noise=6.0)))
    patrol = matched(Patrol.objects.get())
    patrol.refresh_from_db()
    settings.TRACK_MODE = "metres"
    return patrol


def metres_walk(tablet: Tablet, body: dict[str, Any]) -> list[dict[str, Any]]:
    patrol = {"patrol": str(uuid.uuid4())}
    start = tablet.record("patrol.start", {**patrol, "mode": "foot"}, at=START)
    sent = tablet.record("patrol.metres", {**patrol, **body}, at=END)
    body = {**patrol, "ended_at": milliseconds(END), "parts": 1}
    return [start, sent, tablet.record("patrol.end", body, at=END)]


FIGURES = (
    "fixes",
    "matched_metres",
    "covered_metres",
    "certain_metres",
    "doubtful_metres",
    "off_street_metres",
)


def test_metres_cover_what_the_track_covers(by_tracks: Patrol, town: Town) -> None:
    tablet = Tablet(town.teammate)
    body = metres_of(by_tracks)
    operations = metres_walk(tablet, body)
    answers = tablet.send(*operations)
    assert [answer["state"] for answer in answers] == ["applied"] * 3
    patrol = Patrol.objects.get(member=town.teammate)
    assert patrol.state == "matched"
    for name in FIGURES:
        assert getattr(patrol, name) == getattr(by_tracks, name), name
    # Times travel in milliseconds.
    assert [row[:3] + row[4:] for row in rows(patrol)] == [
        row[:3] + row[4:] for row in rows(by_tracks)
    ]
    assert not TrackChunk.objects.filter(patrol=patrol).exists()
    assert not Operation.objects.filter(payload__isnull=False).exists()


def test_buildings_passed_are_noted_once_at_the_first_time(
    by_tracks: Patrol, tablet: Tablet, town: Town
) -> None:
    at = milliseconds(START) + MINUTE
    first, second = town.buildings[:2]
    passed = [[first.pk, at + 9000], [first.pk, at], [second.pk, at], [10**12, at]]
    tablet.send(*metres_walk(tablet, {**metres_of(by_tracks), "buildings": passed}))
    found = BuildingPassed.objects.values_list("building", "passed_at").order_by("building")
    minute = START + dt.timedelta(minutes=1)
    assert list(found) == sorted([(first.pk, minute), (second.pk, minute)])


def test_doubtful_metres_are_worked_out_here(by_tracks: Patrol, tablet: Tablet) -> None:
    body = metres_of(by_tracks)
    _segment, start, end, _at, _confidence = body["stretches"][0]
    body["stretches"][0][4] = 0.2
    tablet.send(*metres_walk(tablet, body))
    patrol = Patrol.objects.exclude(pk=by_tracks.pk).get()
    assert patrol.covered_metres == by_tracks.covered_metres
    assert float(patrol.doubtful_metres) == (end - start) / 10


@pytest.mark.usefixtures("by_tracks")
def test_where_metres_are_sent_no_position_is_kept(tablet: Tablet) -> None:
    chunks = TrackChunk.objects.count()
    start, first, *_rest = walk_of(tablet, fixes(*WALK))
    answer = tablet.send(start, first)[1]
    assert (answer["state"], answer["code"]) == ("rejected", "no_tracks_here")
    assert Operation.objects.get(pk=first["id"]).payload is None
    track = {"fixes": [{"lon": 24.94, "lat": 60.17, "at": milliseconds(START)}]}
    response = tablet.client.post("/api/v1/patrols/", track, content_type="application/json")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "no_tracks_here")
    assert TrackChunk.objects.count() == chunks


def test_the_whole_sent_again_replaces_the_earlier(by_tracks: Patrol, tablet: Tablet) -> None:
    body = metres_of(by_tracks)
    start, sent, end = metres_walk(tablet, {**body, "stretches": body["stretches"][:1]})
    whole = tablet.record("patrol.metres", {**sent["body"], **body, "part": 1})
    late = tablet.record("patrol.metres", {**sent["body"], "part": 0})
    assert set(tablet.states(start, sent, whole, late, end)) == {"applied"}
    patrol = Patrol.objects.exclude(pk=by_tracks.pk).get()
    assert patrol.covered_metres == by_tracks.covered_metres


def test_metres_count_before_the_walk_is_ended(by_tracks: Patrol, tablet: Tablet) -> None:
    start, sent, _end = metres_walk(tablet, metres_of(by_tracks))
    tablet.send(start, sent)
    patrol = Patrol.objects.exclude(pk=by_tracks.pk).get()
    assert rows(patrol)
    assert parts.close_silent(timezone.now() + dt.timedelta(hours=13)) == 1
    patrol.refresh_from_db()
    assert (patrol.state, patrol.covered_metres) == ("matched", by_tracks.covered_metres)


def test_unknown_and_removed_segments_are_reported(
    by_tracks: Patrol, tablet: Tablet, town: Town
) -> None:
    """A sidewalk has no metres of its own: its street has them."""
    assert town.sidewalk
    gone = town.segments[(50, 50), (150, 50)]
    gone.removed_on = dt.date(2026, 7, 1)
    gone.save()
    at = milliseconds(START) + MINUTE
    stretches = [
        [10**12, 0, 10, at, 1],
        [town.sidewalk.pk, 0, 10, at, 1],
        [gone.pk, 0, 5000, at, 1],
    ]
    answer = tablet.send(*metres_walk(tablet, {**metres_of(by_tracks), "stretches": stretches}))[1]
    assert (answer["result"]["unknown"], answer["result"]["removed"]) == (2, 1)
    assert answer["result"]["covered_metres"] == 100


def test_impossible_metres_are_refused(by_tracks: Patrol, tablet: Tablet) -> None:
    at = milliseconds(START)
    impossible: list[Any] = [
        [1, 10, 10, at, 1],
        [1, 20, 10, at, 1],
        [1, -1, 10, at, 1],
        [1, 0, 10, at, 1.5],
        [1, 0, 10.5, at, 1],
        [1, 0, 10, at],
        [True, 0, 10, at, 1],
        ["1", 0, 10, at, 1],
        "row",
        [1, 0, 10, at - 10 * MINUTE, 1],
        [1, 0, 10, at + 60 * MINUTE, 1],
        [1, 0, 10, 2**52, 1],
    ]
    start, sent, end = metres_walk(tablet, metres_of(by_tracks))
    bad = [
        tablet.record("patrol.metres", {**sent["body"], "stretches": [row]}, at=END)
        for row in impossible
    ]
    states = tablet.states(start, *bad, end)
    assert states == ["applied", *["rejected"] * len(bad), "held"]
    assert tablet.states(sent, end) == ["applied", "already_applied"]


def test_nobody_covers_a_town_in_a_minute(by_tracks: Patrol, tablet: Tablet, town: Town) -> None:
    at = milliseconds(START) + MINUTE
    everything = [[one.pk, 0, 1000, at, 1] for one in town.segments.values()]
    start, sent, _end = metres_walk(tablet, {**metres_of(by_tracks), "stretches": everything})
    sent["at"] = at
    answer = tablet.send(start, sent)[1]
    assert (answer["state"], answer["code"]) == ("rejected", "bad_track")


def test_a_walk_has_no_more_positions_than_can_be_matched(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    track = fixes(*WALK)
    monkeypatch.setattr(parts, "MOST_FIXES", len(track.longitudes) - 1)
    *rest, last, end = walk_of(tablet, track)
    assert tablet.states(*rest, last, end) == ["applied"] * 3 + ["rejected", "held"]
    patrol = Patrol.objects.get()
    assert patrol.fixes == sum(len(one["body"]["lon"]) for one in rest[1:])
    assert TrackChunk.objects.count() == 2
    # What came is not lost: the walk is closed as one that fell silent.
    assert parts.close_silent(timezone.now() + parts.SILENT * 2) == 1
