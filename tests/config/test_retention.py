"""What has been kept for its time goes at night; households that no longer take part are erased."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.test import Client
from django.utils import timezone
from pghistory.models import Context

from accounts import acting
from cases.models import Attempt, Follower, Photo
from config import retention
from config.retention import Done
from households import access
from households.erase import erase, history, household_erased
from households.models import (
    AccessRecord,
    BuildingHead,
    CarePlan,
    Door,
    Household,
    Looked,
    Tombstone,
    Visit,
)
from patrols import ingest
from patrols.models import TrackChunk
from tests.cases.play import do, report
from tests.cases.test_photos import files
from tests.households.homes import as_web_role, by_job, home, plan
from tests.patrols.walking import START, fixes
from tests.town import Town

__all__ = ["files"]

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


def days_ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def run(**more: Any) -> dict[str, Done]:
    return {done.what: done for done in retention.run(NOW, **more)}


def deleted() -> dict[str, int]:
    """What a run deletes, by its kind, and that it leaves nothing and repeats nothing."""
    first, again = run(), run()
    assert all(done.overdue == 0 and not done.failed for done in [*first.values(), *again.values()])
    assert all(done.deleted == 0 for done in again.values())
    return {what: done.deleted for what, done in first.items() if done.deleted}


def aged(town: Town, nth: int, *, ended: int, withdrawn: int | None = None) -> CarePlan:
    """A household's plan that ended, or was withdrawn, so many days ago."""
    made = plan(
        home(town.buildings[nth], since=days_ago(800)),
        town,
        starts_on=days_ago(ended + 100),
        ends_on=days_ago(ended),
        consent_on=days_ago(ended + 100),
        consent_name="Ann",
        windows=[{"days": [1], "from": "09:00", "to": "11:00"}],
    )
    if withdrawn is not None:
        made.withdrawn_at = NOW - dt.timedelta(days=withdrawn)
        made.save()
    return made


@pytest.mark.parametrize(("days", "stays"), [(90, True), (91, False)])
def test_a_household_whose_plan_ran_out_is_erased(town: Town, days: int, stays: bool) -> None:
    with by_job():
        gone = aged(town, 0, ended=days)
    assert ("households without a care plan" in deleted()) is not stays
    with by_job():
        assert Household.objects.filter(pk=gone.household_id).exists() is stays
        assert Tombstone.objects.filter(household=gone.household_id).exists() is not stays


@pytest.mark.parametrize(("days", "stays"), [(30, True), (31, False)])
def test_a_household_that_withdrew_is_erased_sooner(town: Town, days: int, stays: bool) -> None:
    with by_job():
        gone = aged(town, 0, ended=-100, withdrawn=days)
    deleted()
    with by_job():
        assert Household.objects.filter(pk=gone.household_id).exists() is stays


@pytest.mark.parametrize(
    ("since", "taken_in", "stays"),
    [(90, 90, True), (91, 91, False), (3000, 0, True), (3000, 90, True), (3000, 91, False)],
)
def test_a_household_that_never_made_a_plan_is_erased(
    town: Town, since: int, taken_in: int, stays: bool
) -> None:
    """A file may say that it took part for years: that is not how long it has waited here."""
    with by_job():
        alone = home(town.buildings[0], since=days_ago(since))
        at = NOW - dt.timedelta(days=taken_in)
        history(Household).update(pgh_created_at=at)
        Household.objects.update(people=3)
    deleted()
    with by_job():
        assert Household.objects.filter(pk=alone.pk).exists() is stays


def test_a_household_with_a_plan_in_force_or_to_come_stays(town: Town) -> None:
    with by_job():
        old = aged(town, 0, ended=200)
        plan(old.household, town, purpose="illness")
        to_come = home(town.buildings[1], since=days_ago(500))
        plan(to_come, town, starts_on=TODAY + dt.timedelta(days=9))
    assert deleted() == {}
    with by_job():
        assert Household.objects.count() == 2


def test_an_old_plan_goes_with_its_visits_and_history(town: Town) -> None:
    with by_job():
        old, lately = aged(town, 0, ended=366), aged(town, 1, ended=365)
        for made in (old, lately):
            plan(made.household, town, purpose="illness")
    assert deleted() == {"care plans": 1}
    with by_job():
        assert CarePlan.objects.filter(purpose="alone_and_old").get() == lately
        assert not Visit.objects.filter(plan=old.pk).exists()
        assert not history(CarePlan).filter(pgh_obj=old.pk).exists()
        assert history(CarePlan).filter(pgh_obj=lately.pk).exists()


def test_no_address_of_a_page_about_a_plan_stays_after_it(client: Client, town: Town) -> None:
    """pghistory notes it beside history: with the id of a plan, and who asked."""
    with by_job():
        there = home(town.buildings[0])
        old, stays = plan(there, town), plan(there, town, purpose="newborn")
    client.force_login(town.worker)
    assert client.post(f"/care/plans/{old.pk}/withdraw/").status_code == 302
    assert Context.objects.filter(metadata__url__icontains=str(old.pk)).exists()
    retention.run(timezone.now() + dt.timedelta(days=40))
    assert not Context.objects.filter(metadata__url__icontains=str(old.pk)).exists()
    with by_job():
        assert CarePlan.objects.filter(pk=stays.pk).exists()


def test_of_a_withdrawn_plan_stays_that_consent_was_given(town: Town) -> None:
    with by_job():
        made = aged(town, 0, ended=-100, withdrawn=31)
        plan(made.household, town, purpose="illness")
    assert deleted() == {"details of withdrawn care plans": 1}
    with by_job():
        left = CarePlan.objects.get(pk=made.pk)
        assert (left.purpose, left.consent_name, left.windows) == ("other", "", [])
        assert (left.consent_by, left.consent_how) == ("self", "door")
        assert left.consent_text_id == made.consent_text_id
        assert not Visit.objects.filter(plan=made.pk).exists()
        assert not history(CarePlan).filter(pgh_obj=made.pk).exists()


def test_old_access_records_heads_and_history_go(town: Town) -> None:
    with by_job():
        kept = home(town.buildings[0])
        plan(kept, town)
        for ended in (90, 91):
            BuildingHead.objects.create(
                area=town.west, address="Row 1", kind="elected", name="Bo",
                starts_on=days_ago(400), ends_on=days_ago(ended),
            )  # fmt: skip
        history(Household).update(pgh_created_at=NOW - dt.timedelta(days=731))
    for days in (729, 731):
        with acting.as_member(town.worker):
            at = NOW - dt.timedelta(days=days)
            access.record(town.worker, [kept], Looked.PAGE, now=at)
    assert deleted() == {
        "access records": 1,
        "heads of building": 1,
        "history of households and plans": 1,
    }
    with by_job():
        assert history(CarePlan).count() == 1


def test_what_residents_left_goes(town: Town, files: Path) -> None:
    old = NOW - dt.timedelta(days=40)
    case = report(town, now=old)
    do(case, "decline", town.coordinator, note="Not ours", now=old)
    Follower.objects.create(case=case, email="a@b.org", language="en", asked_at=old)
    Attempt.objects.create(digest=b"x", at=old)
    Photo.objects.create(uploaded_at=old, width=1, height=1, digest=b"x")
    assert deleted() == {
        "e-mail addresses of residents": 1,
        "photos that no case took up": 1,
        "counts of attempts to report": 1,
    }


@pytest.mark.parametrize(("days", "stays"), [(30, True), (31, False)])
def test_a_track_goes_by_the_day_of_its_arrival(town: Town, days: int, stays: bool) -> None:
    ingest.store(town.worker, fixes((50, 50), (150, 50)), now=START, match_later=False)
    TrackChunk.objects.update(received_on=NOW.date() - dt.timedelta(days=days))
    assert ("raw tracks of patrols" in deleted()) is not stays
    assert TrackChunk.objects.exists() is stays


def test_sessions_and_attempts_to_sign_in_go(db: None) -> None:
    Session.objects.create(session_key="old", expire_date=NOW - dt.timedelta(seconds=1))
    Session.objects.create(session_key="new", expire_date=NOW + dt.timedelta(seconds=60))
    AccessAttempt.objects.create(username="x", failures_since_start=1)
    AccessAttempt.objects.update(attempt_time=NOW - dt.timedelta(days=31))
    assert deleted() == {"sessions": 1, "attempts to sign in": 1}
    assert Session.objects.get().pk == "new"


def test_more_than_one_batch_goes(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("households.retention.BATCH", 2)
    with by_job():
        for nth in range(5):
            aged(town, nth, ended=200)
    assert deleted() == {"households without a care plan": 5}


def test_a_dry_run_deletes_nothing(town: Town) -> None:
    with by_job():
        aged(town, 0, ended=200)
    done = run(dry_run=True)["households without a care plan"]
    assert (done.deleted, done.overdue) == (1, 1)
    with by_job():
        assert Household.objects.count() == 1


def test_one_kind_that_fails_does_not_hold_up_the_others(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(now: dt.datetime) -> int:
        raise OSError("no disk")

    monkeypatch.setattr("config.retention.news.forget", fail)
    with by_job():
        aged(town, 0, ended=200)
    with pytest.raises(CommandError, match="Not all is gone of: e-mail addresses of residents"):
        call_command("retention", stdout=io.StringIO())
    with by_job():
        assert not Household.objects.exists()


def test_the_command_prints_what_it_did(town: Town) -> None:
    with by_job():
        aged(town, 0, ended=200)
    table, data = io.StringIO(), io.StringIO()
    call_command("retention", stdout=table)
    call_command("retention", "--json", stdout=data)
    heads, *rows = table.getvalue().splitlines()
    assert heads.split() == ["what", "kept", "for", "deleted", "overdue"]
    line = next(row for row in rows if row.startswith("households without a care plan"))
    assert line.split()[-2:] == ["1", "0"]
    assert {row["overdue"] for row in json.loads(data.getvalue())} == {0}


def test_the_nightly_job_does_the_same(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from config.tasks import retention as job

    with by_job():
        aged(town, 0, ended=200)
    job(timestamp=0)
    with by_job():
        assert not Household.objects.exists()


@pytest.mark.parametrize("term", ["PLAN", "WITHDRAWN", "HOUSEHOLD", "ACCESS"])
def test_a_term_of_no_days_is_refused(settings: Any, term: str) -> None:
    from config import checks

    assert checks.check_retention(None) == []
    setattr(settings, f"{term}_RETENTION_DAYS", 0)
    assert [problem.id for problem in checks.check_retention(None)] == ["gridwalk.E010"]


@pytest.mark.parametrize("command", ["work", "retention"])
def test_neither_worker_nor_command_runs_with_tracks_kept_too_long(
    settings: Any, command: str
) -> None:
    settings.TRACK_RETENTION_DAYS = 61
    with pytest.raises(SystemCheckError, match="TRACK_RETENTION_DAYS is 61"):
        call_command(command, skip_checks=False)


# --- erasing ------------------------------------------------------------------------------------


def texts_of_the_database() -> str:
    """Every row of every table, as text; jobs are told ids alone (test_shut_doors.py)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(relname) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname = 'public' AND relkind = 'r' AND relname <> 'spatial_ref_sys'"
            " AND relname NOT LIKE 'procrastinate\\_%'"
        )
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found)


def test_erasing_leaves_a_tombstone_and_who_looked(town: Town) -> None:
    told = []

    def listen(sender: object, household: object, cases: list[int], **more: object) -> None:
        told.append((household, cases))

    with by_job():
        gone = home(town.buildings[0], language="Klingon")
        stays = home(town.buildings[1])
        plan(stays, town)
        made = plan(gone, town)
        Visit.objects.filter(plan=made).update(case_number=77)
    with acting.as_member(town.worker):
        access.look(town.worker, gone.pk, Looked.PAGE, now=NOW)
    key, door, careplan = gone.pk, gone.door, made.pk
    household_erased.connect(listen)
    try:
        with as_web_role(), acting.as_member(town.worker):
            erase(gone, now=NOW)
            erase(Household(pk=key), now=NOW)
    finally:
        household_erased.disconnect(listen)
    assert told == [(key, [77])]
    with by_job(), acting.as_job("retention"):
        assert Tombstone.objects.get().household == key
        assert AccessRecord.objects.get().household == key
        left = texts_of_the_database()
    assert left.count(str(key)) == 2
    assert str(careplan) not in left
    assert door.address not in left
    assert "Klingon" not in left
    with by_job():
        assert Household.objects.get() == stays
        assert Door.objects.get() == stays.door
        assert Visit.objects.count() == CarePlan.objects.count() == 1
