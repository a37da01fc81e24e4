"""Raw tracks go after TRACK_RETENTION_DAYS; which metres were walked on which day stays."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from patrols import ingest, match, retention
from patrols.models import TrackChunk, WalkedStretch
from patrols.tasks import prepare_months
from tests.patrols.walking import START, fixes
from tests.town import Town, small_town


@pytest.fixture
def town(db) -> Town:
    return small_town()


def stored(town: Town, *, now: dt.datetime):
    patrol = ingest.store(
        town.worker, fixes((50, 50), (150, 50)), now=now, match_later=False
    ).patrol
    return match.match_patrol(patrol.pk, now=now)


def table_of(patrol) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM patrols_trackchunk WHERE patrol_id = %s",
            [patrol.pk],
        )
        return cursor.fetchone()[0]


def test_a_track_lies_in_its_month(town):
    assert retention.prepare_months(START.date()) == [
        "patrols_trackchunk_2026_06",
        "patrols_trackchunk_2026_07",
        "patrols_trackchunk_2026_08",
    ]
    assert table_of(stored(town, now=START)) == "patrols_trackchunk_2026_06"
    assert retention.prepare_months(START.date()) == []


def test_every_night_there_is_room_for_the_months_to_come(town):
    prepare_months(timestamp=0)
    patrol = stored(town, now=timezone.now())
    assert table_of(patrol) == f"patrols_trackchunk_{patrol.received_at:%Y_%m}"


def test_a_track_that_came_before_its_partition_is_moved(town):
    patrol = stored(town, now=START)
    assert table_of(patrol) == "patrols_trackchunk_default"
    retention.prepare_months(START.date())
    assert table_of(patrol) == "patrols_trackchunk_2026_06"
    assert ingest.fixes_of(patrol) is not None


@pytest.mark.parametrize("prepared", [True, False])
def test_tracks_are_deleted_after_the_setting_and_not_before(town, settings, prepared):
    settings.TRACK_RETENTION_DAYS = 30
    if prepared:
        retention.prepare_months(START.date())
    patrol = stored(town, now=START)
    retention.delete_old_tracks(START.date() + dt.timedelta(days=30))
    assert TrackChunk.objects.exists()
    retention.delete_old_tracks(START.date() + dt.timedelta(days=31))
    assert not TrackChunk.objects.exists()
    assert WalkedStretch.objects.filter(patrol=patrol).exists()


def test_an_old_month_is_dropped_whole(town):
    retention.prepare_months(START.date())
    stored(town, now=START)
    retention.delete_old_tracks(START.date() + dt.timedelta(days=100))
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('patrols_trackchunk_2026_06')")
        assert cursor.fetchone() == (None,)


def test_the_time_of_day_goes_with_the_track(town):
    patrol = stored(town, now=START)
    retention.delete_old_tracks(START.date() + dt.timedelta(days=31))
    local = {
        timezone.localtime(at)
        for at in WalkedStretch.objects.filter(patrol=patrol).values_list("walked_at", flat=True)
    }
    assert {at.time() for at in local} == {dt.time(12)}
    assert {at.date() for at in local} == {timezone.localdate(START)}
