"""From a stored track to covered metres, in the small town (its map is in tests/town.py)."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from django.db.models import QuerySet
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob

from patrols import ingest, match
from patrols.gpx import NO_TIME, Fixes
from patrols.models import BuildingPassed, Patrol, TrackChunk, WalkedStretch
from tests.patrols.walking import START, fixes
from tests.town import Town, small_town

NOW = START + dt.timedelta(hours=3)


@pytest.fixture
def town(db) -> Town:
    return small_town()


def walked(patrol: Patrol) -> dict[int, int]:
    """Decimetres covered of each segment, each once."""
    covered: dict[int, set[int]] = {}
    for row in WalkedStretch.objects.filter(patrol=patrol):
        covered.setdefault(row.segment_id, set()).update(range(row.start_dm, row.end_dm))
    return {segment: len(points) for segment, points in covered.items()}


def take(town: Town, track: Fixes, **more) -> Patrol:
    stored = ingest.store(town.worker, track, now=NOW, match_later=False, **more)
    return match.match_patrol(stored.patrol.pk, now=NOW)


def test_a_walk_along_two_streets_covers_them_and_no_other(town):
    #  150 +            Row 1 from x = 50 to 150, then Alley 2 up to y = 150
    #      |
    #   50 +----+
    #      50   150
    patrol = take(town, fixes((50, 50), (150, 50), (150, 150)))
    row, alley = (town.segments[key].pk for key in (((50, 50), (150, 50)), ((150, 50), (150, 150))))
    covered = walked(patrol)
    assert patrol.state == Patrol.State.MATCHED
    assert covered[row] > 920
    assert covered[alley] > 920
    assert sum(covered.values()) - covered[row] - covered[alley] < 60
    assert float(patrol.covered_metres) == pytest.approx(sum(covered.values()) / 10, abs=0.2)


def test_walking_the_sidewalk_credits_its_street_once(town):
    patrol = take(town, fixes((50, 44), (150, 44), (50, 44), noise=1.0))
    covered = walked(patrol)
    assert town.sidewalk.pk not in covered
    assert covered[town.segments[(50, 50), (150, 50)].pk] > 920
    assert float(patrol.matched_metres) > 180
    assert float(patrol.covered_metres) < 115


def figures(patrol: Patrol) -> tuple[float, float, float]:
    metres = (patrol.certain_metres, patrol.doubtful_metres, patrol.covered_metres)
    return tuple(float(value) for value in metres)  # type: ignore[return-value]


def test_covered_metres_are_certain_or_doubtful(town):
    patrol = take(town, fixes((50, 50), (150, 50), (150, 150)))
    certain, doubtful, covered = figures(patrol)
    assert certain + doubtful == pytest.approx(covered)
    assert certain > 0.9 * covered


def test_fixes_that_leave_the_way_open_make_metres_doubtful(town):
    #  Up Alley 2 with fixes thrown about by 18 m: somewhere they look like another street.
    patrol = take(town, fixes((150, 60), (150, 340), (250, 350), (250, 60), noise=18.0))
    rows = WalkedStretch.objects.filter(patrol=patrol)
    certain, doubtful, covered = figures(patrol)
    assert certain + doubtful == pytest.approx(covered)
    unsure = sum(row.end_dm - row.start_dm for row in rows if row.confidence < match.CERTAIN) / 10
    assert 0 < doubtful <= unsure


def test_a_metre_walked_twice_is_as_certain_as_the_better_time(town, monkeypatch):
    patrol = take(town, fixes((50, 50), (150, 50)))
    once = figures(patrol)
    found = match.match

    def doubted(*args, **kwargs):
        """What was walked, and all of it once more without any certainty."""
        told = found(*args, **kwargs)
        twice = {
            name: np.concatenate([getattr(told, name)] * 2)
            for name in ("edge", "start_m", "end_m", "seconds", "confidence")
        }
        twice["confidence"][len(told.confidence) :] = 0.5
        return replace(told, **twice)  # type: ignore[arg-type]

    monkeypatch.setattr(match, "match", doubted)
    assert figures(match.match_patrol(patrol.pk, now=NOW)) == once
    monkeypatch.setattr(match, "CERTAIN", 1.0)
    assert figures(match.match_patrol(patrol.pk, now=NOW)) == (0, once[2], once[2])


def test_stretches_carry_the_time_they_were_walked(town):
    patrol = take(town, fixes((50, 50), (350, 50)))
    times = [
        WalkedStretch.objects.filter(patrol=patrol, segment=town.segments[key])[0].walked_at
        for key in (((50, 50), (150, 50)), ((150, 50), (250, 50)), ((250, 50), (350, 50)))
    ]
    assert times == sorted(times)
    assert START <= times[0] <= times[-1] <= START + dt.timedelta(minutes=5)


def test_matching_again_gives_the_same_rows(town):
    patrol = take(town, fixes((50, 50), (150, 50), (150, 350)))

    def rows():
        return list(
            WalkedStretch.objects.filter(patrol=patrol)
            .order_by("pk")
            .values_list("segment", "start_dm", "end_dm", "walked_at", "confidence")
        )

    before = rows(), figures(patrol)
    again = match.match_patrol(patrol.pk, now=NOW)
    assert (rows(), figures(again)) == before


def test_buildings_near_the_way_are_passed(town):
    # Through the courtyard at x = 100, 12 m west of the houses' walls at x = 90.
    take(town, fixes((78, 50), (78, 150)))
    passed = set(BuildingPassed.objects.values_list("building__osm_id", flat=True))
    assert passed == {"way/100100"}


def test_the_track_is_stored_as_it_came(town):
    track = Fixes(
        np.array([24.94, np.nan, 500.0]),
        np.array([60.17, 1.0, -100.0]),
        np.array([START.timestamp() * 1000, NO_TIME, 5], dtype=np.int64),
        np.array([np.nan, 3.0, 80.0]),
    )
    stored = ingest.store(town.worker, track, now=NOW).patrol
    found = ingest.fixes_of(stored)
    assert found is not None
    for sent, kept in zip(track, found, strict=True):
        np.testing.assert_array_equal(sent, kept)


def test_long_tracks_are_stored_in_chunks(town, monkeypatch):
    monkeypatch.setattr(ingest, "CHUNK_FIXES", 7)
    track = fixes((50, 50), (150, 50))
    stored = ingest.store(town.worker, track, now=NOW).patrol
    assert TrackChunk.objects.filter(patrol=stored).count() == -(-len(track.longitudes) // 7)
    found = ingest.fixes_of(stored)
    assert found is not None
    np.testing.assert_array_equal(found.milliseconds, track.milliseconds)


def test_the_same_track_twice_is_one_patrol(town):
    first = ingest.store(town.worker, fixes((50, 50), (150, 50)), now=NOW)
    again = ingest.store(town.worker, fixes((50, 50), (150, 50)), now=NOW)
    assert (first.created, again.created) == (True, False)
    assert again.patrol == first.patrol
    assert jobs_for(first.patrol).count() == 1


def test_two_members_may_walk_together(town):
    for member in (town.worker, town.teammate):
        assert ingest.store(member, fixes((50, 50), (150, 50)), now=NOW).created


def test_an_id_taken_by_other_fixes_is_a_conflict_and_keeps_the_first(town):
    first = ingest.store(town.worker, fixes((50, 50), (150, 50)), now=NOW).patrol
    with pytest.raises(ingest.PatrolConflict):
        ingest.store(town.worker, fixes((50, 50), (50, 150)), now=NOW, patrol_id=first.pk)
    assert Patrol.objects.count() == 1


@pytest.mark.parametrize(
    ("track", "reason"),
    [
        (
            Fixes(*(np.array([value]) for value in (24.94, 60.17, NO_TIME, 5.0))),
            match.NO_FIXES_LEFT,
        ),
        (Fixes(*(np.array([value] * 2) for value in (0.5, 0.5, 1000, 5.0))), match.NO_STREETS),
    ],
    ids=["no times", "far from every street"],
)
def test_what_cannot_be_matched_says_why(town, track, reason):
    patrol = take(town, track)
    assert (patrol.state, patrol.reason) == (Patrol.State.FAILED, reason)
    assert not WalkedStretch.objects.exists()


def test_dropped_fixes_are_counted_by_reason(town):
    track = fixes((50, 50), (150, 50))
    track.accuracies[3] = 80
    track.longitudes[5] = np.nan
    track.milliseconds[7] = NO_TIME
    patrol = take(town, track)
    assert (patrol.dropped_accuracy, patrol.dropped_position, patrol.dropped_time) == (1, 1, 1)
    assert patrol.fixes == len(track.longitudes)


def test_a_patrol_whose_track_was_deleted_keeps_what_it_covered(town):
    patrol = take(town, fixes((50, 50), (150, 50)))
    before = walked(patrol)
    TrackChunk.objects.all().delete()
    assert match.match_patrol(patrol.pk, now=NOW).state == Patrol.State.MATCHED
    assert walked(patrol) == before


@pytest.mark.django_db(transaction=True)
def test_the_job_matches_a_stored_track():
    town = small_town()
    patrol = ingest.store(town.worker, fixes((50, 50), (150, 50)), now=NOW).patrol
    assert patrol.state == Patrol.State.STORED
    run_jobs()
    patrol.refresh_from_db()
    assert patrol.state == Patrol.State.MATCHED
    assert jobs_for(patrol).get().status == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails_is_tried_again_and_at_last_says_so(monkeypatch):
    town = small_town()
    patrol = ingest.store(town.worker, fixes((50, 50), (150, 50)), now=NOW).patrol

    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(match, "match_patrol", fail)
    for attempt in range(5):
        _make_due()
        run_jobs()
        patrol.refresh_from_db()
        expected = Patrol.State.FAILED if attempt == 4 else Patrol.State.STORED
        assert patrol.state == expected
    assert patrol.reason == match.GAVE_UP


def jobs_for(patrol: Patrol) -> QuerySet[ProcrastinateJob]:
    """Only these: the queue's tables are not emptied between tests."""
    return ProcrastinateJob.objects.filter(args__patrol_id=str(patrol.pk))


def run_jobs() -> None:
    """Work off the queue, in a thread: the browser tests leave a running loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_work).result()


def _work() -> None:
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


def _make_due() -> None:
    """Retries wait for seconds; tests do not."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
