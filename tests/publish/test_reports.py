"""Reports that are asked for, made by a job, kept, made by schedules, and told of by e-mail."""

import datetime as dt
import hashlib
import uuid
from typing import Any

import pytest
from django.conf import settings as own
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import Member, Role
from api.errors import BadInput, Conflict
from grid.models import Area, Responsibility
from households.models import CareCount
from patrols.models import Patrol, WalkedStretch
from publish.models import ArchivedReport, ReportFile, ReportSchedule
from publish.report_archive import files, mail, making, retention, schedules
from publish.report_archive.comparing import difference, pairs_of
from publish.report_archive.making import Wish, ask, make
from tests.town import Town, small_town

UTC8 = dt.timezone(dt.timedelta(hours=8))
NOW = dt.datetime(2026, 6, 17, 12, tzinfo=UTC8)  # a Wednesday
WEEK = dt.date(2026, 6, 8), dt.date(2026, 6, 14)
State = ArchivedReport.State


@pytest.fixture
def town(db: None, settings: Any, tmp_path: Any) -> Town:
    kept: Any = own.STORAGES["reports"]
    settings.STORAGES = {
        **own.STORAGES,
        "reports": {**kept, "OPTIONS": {**kept["OPTIONS"], "location": tmp_path / "reports"}},
    }
    return small_town()


def wish(area: Area, *formats: str, days: tuple[dt.date, dt.date] = WEEK) -> Wish:
    return Wish(area, *days, ("en",), formats)


def made(area: Area, *, now: dt.datetime = NOW, **more: Any) -> ArchivedReport:
    """A report that went through its job."""
    report = ask(wish(area, "json"), now=now, **more)
    make(str(report.pk), now)
    report.refresh_from_db()
    return report


def at(day: dt.date, hour: int = 6) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), tzinfo=UTC8)


def walk(town: Town, at: dt.datetime, received: dt.datetime) -> None:
    """The whole of a segment that lies in both cells."""
    patrol = Patrol.objects.create(
        member=town.worker, started_at=at, received_at=received, state=Patrol.State.MATCHED
    )
    WalkedStretch.objects.create(
        patrol=patrol,
        segment=town.segments[(150, 50), (250, 50)],
        start_dm=0,
        end_dm=1000,
        walked_at=at,
        confidence=1,
    )


def stored() -> set[str]:
    """Names of the files in the store."""
    try:
        folders = files.store().listdir("")[0]
    except FileNotFoundError:
        return set()
    return {name for folder in folders for name in files.store().listdir(folder)[1]}


def queued(task: str) -> list[dict[str, Any]]:
    jobs = ProcrastinateJob.objects.filter(task_name=f"publish.{task}").order_by("pk")
    return [job.args for job in jobs]


# --- made by a job ------------------------------------------------------------------------------


def test_a_report_is_asked_for_once_and_kept_whole(town: Town) -> None:
    key = uuid.uuid4()
    first = ask(wish(town.community, "csv"), now=NOW, member=town.coordinator, key=key)
    again = ask(wish(town.community, "csv"), now=NOW, member=town.coordinator, key=key)
    assert (first.pk, again.pk) == (key, key)
    assert first.state == State.WAITING
    assert queued("make_report") == [{"report": str(key)}]
    with pytest.raises(Conflict, match="Load the page again"):
        ask(wish(town.community), now=NOW, member=town.leader, key=key)

    make(str(key), NOW)
    first.refresh_from_db()
    assert (first.state, first.progress, first.made_at) == (State.DONE, 100, NOW)
    said: Any = first.figures
    assert said["area"] == {
        "code": town.community.code, "name": town.community.name, "level": 12,
    }  # fmt: skip
    assert [cell["area"]["code"] for cell in said["cells"]] == [
        town.west.code,
        town.east.code,
    ]
    assert said["map"] == {"cells": [], "streets": [], "lamps": []}
    rows = first.files.order_by("format")
    assert [(row.language, row.format) for row in rows] == [("en", "csv"), ("en", "html")]
    for row in rows:
        content = files.store().open(files.name_of(row.pk)).read()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (row.size, row.sha256)

    # The job of a report that is ready does nothing.
    before = stored()
    make(str(key), NOW + dt.timedelta(days=1))
    first.refresh_from_db()
    assert (first.made_at, stored()) == (NOW, before)


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ((WEEK[1], WEEK[0]), "before the first"),
        ((WEEK[0], dt.date(2026, 6, 18)), "yet to come"),
        ((dt.date(2024, 1, 1), WEEK[0]), "366 days"),
    ],
)
def test_days_that_cannot_be_are_refused(town: Town, days: Any, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        ask(wish(town.community, days=days), now=NOW)
    assert not ArchivedReport.objects.exists()


def test_nobody_fills_the_queue(town: Town) -> None:
    for _number in range(making.MOST_AT_ONCE):
        ask(wish(town.west), now=NOW, member=town.coordinator)
    with pytest.raises(Conflict, match="Wait until they are ready"):
        ask(wish(town.west), now=NOW, member=town.coordinator)
    ask(wish(town.west), now=NOW, member=town.leader)


def test_progress_is_told_and_a_cancelled_report_leaves_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = ask(wish(town.city, "json", "csv"), now=NOW)
    told = []
    real = making.render

    def rendered(found: Any, name: str, language: str) -> bytes:
        row = ArchivedReport.objects.get(pk=report.pk)
        told.append((name, row.progress, row.step_done, row.step_all, row.writing))
        if name == "csv":
            assert len(stored()) == 1
            assert making.cancel(report)
        return real(found, name, language)

    monkeypatch.setattr(making, "render", rendered)
    make(str(report.pk), NOW)
    assert told == [("html", 50, 0, 3, True), ("csv", 66, 1, 3, True)]
    report.refresh_from_db()
    assert report.state == State.CANCELLED
    assert report.figures is None
    assert stored() == set()
    assert not making.cancel(report)
    # It can be made again after all.
    monkeypatch.setattr(making, "render", real)
    assert making.again(report, NOW)
    assert not making.again(report, NOW)
    make(str(report.pk), NOW)
    report.refresh_from_db()
    assert report.state == State.DONE
    assert len(stored()) == 3


def test_a_killed_worker_leaves_a_report_that_is_made_from_the_start(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = ask(wish(town.community, "json"), now=NOW)
    real = making.render

    def killed(found: Any, name: str, language: str) -> bytes:
        if name == "json":
            raise SystemExit
        return real(found, name, language)

    monkeypatch.setattr(making, "render", killed)
    with pytest.raises(SystemExit):
        make(str(report.pk), NOW)
    report.refresh_from_db()
    assert report.state == State.RUNNING
    monkeypatch.setattr(making, "render", real)
    make(str(report.pk), NOW)
    report.refresh_from_db()
    assert report.state == State.DONE
    assert len(stored()) == ReportFile.objects.count() == 2


def test_a_run_that_was_taken_for_dead_does_not_write(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = ask(wish(town.community, "json"), now=NOW)
    real: Any = making.render
    inner: list[Any] = []

    def overtaken(found: Any, name: str, language: str) -> bytes:
        if not inner:
            inner.append(name)
            make(str(report.pk), NOW + dt.timedelta(minutes=1))
        return real(found, name, language)

    monkeypatch.setattr(making, "render", overtaken)
    make(str(report.pk), NOW)
    report.refresh_from_db()
    assert (report.state, report.made_at) == (State.DONE, NOW + dt.timedelta(minutes=1))
    assert len(stored()) == ReportFile.objects.count() == 2


def test_what_cannot_be_made_says_why(town: Town) -> None:
    report = ask(wish(town.community), now=NOW)
    ArchivedReport.objects.update(area_code="990199")
    make(str(report.pk), NOW)
    report.refresh_from_db()
    assert (report.state, report.problem) == (State.FAILED, "area")
    assert making.again(report, NOW)
    making.give_up(str(report.pk))
    report.refresh_from_db()
    assert (report.state, report.problem) == (State.FAILED, "fault")


# --- versions -----------------------------------------------------------------------------------


def test_made_again_it_stands_beside_the_first(town: Town) -> None:
    first = made(town.community)
    same = made(town.community, now=NOW + dt.timedelta(hours=1))
    assert not difference(first, same)
    walk(town, at(dt.date(2026, 6, 10)), NOW + dt.timedelta(hours=1))
    later = made(town.community, now=NOW + dt.timedelta(hours=2))
    found = difference(same, later)
    assert "Coverage" in found.figures
    assert "Cases open" not in found.figures
    assert (found.cells, found.come, found.gone) == (2, 0, 0)
    assert ArchivedReport.objects.filter(state=State.DONE).count() == 3


def test_two_reports_tell_no_more_of_visits_than_the_published_weeks(town: Town) -> None:
    """Neither between versions nor between periods is a hidden count or a range subtracted."""
    west, community = town.west.code, town.community.code

    def publish(day: int, code: str, low: int, high: int) -> None:
        CareCount.objects.create(
            week=dt.date(2026, 6, day), kind="due", area_code=code, low=low, high=high
        )

    publish(1, community, 13, 13)
    publish(1, west, 0, 4)
    publish(8, community, 14, 17)
    publish(8, west, 6, 6)
    reports: list[Any] = []
    for start in (1, 8):
        days = dt.date(2026, 6, start), dt.date(2026, 6, start + 6)
        report = ask(wish(town.community, days=days), now=NOW)
        make(str(report.pk), NOW)
        reports.append(ArchivedReport.objects.get(pk=report.pk).figures)
    told = {pair.key: pair for pair in pairs_of(*(one["figures"] for one in reports))}
    assert (str(told["visits_due"].before), str(told["visits_due"].after)) == ("13", "14–17")
    assert told["visits_due"].change is None
    cells = [one["cells"][0]["figures"] for one in reports]
    assert cells[0]["visits_due"]["value"] == {"low": 0, "high": 4, "told": "<5"}
    due = {pair.key: pair for pair in pairs_of(*cells)}["visits_due"]
    assert (str(due.before), str(due.after), due.change) == ("<5", "6", None)


# --- schedules ----------------------------------------------------------------------------------


def schedule(area: Area, since: dt.date, every: str = "week", **more: Any) -> ReportSchedule:
    return ReportSchedule.objects.create(
        area_code=area.code, every=every, languages=["en"], formats=["html"], since=since, **more
    )


def periods() -> list[tuple[str, str]]:
    rows = ArchivedReport.objects.order_by("start", "end")
    return [(str(row.start), str(row.end)) for row in rows]


def test_a_week_is_made_on_the_monday_after_and_once(town: Town) -> None:
    schedule(town.community, since=dt.date(2026, 6, 10))
    assert schedules.make_due(at(dt.date(2026, 6, 14), 23)) == 0
    assert schedules.make_due(at(dt.date(2026, 6, 15), 4)) == 0, "before five it is still Sunday"
    assert schedules.make_due(at(dt.date(2026, 6, 15))) == 1
    assert schedules.make_due(at(dt.date(2026, 6, 15), 7)) == 0
    assert schedules.make_due(at(dt.date(2026, 6, 16))) == 0
    assert periods() == [("2026-06-08", "2026-06-14")]
    assert len(queued("make_report")) == 1


def test_missed_periods_are_made_up_for_once(town: Town) -> None:
    schedule(town.community, since=dt.date(2026, 1, 20))
    monthly = schedule(town.west, since=dt.date(2025, 12, 31), every="month")
    assert schedules.make_due(at(dt.date(2026, 2, 4))) == 4
    assert periods() == [
        ("2025-12-01", "2025-12-31"),
        ("2026-01-01", "2026-01-31"),
        ("2026-01-19", "2026-01-25"),
        ("2026-01-26", "2026-02-01"),
    ]
    assert monthly.reports.count() == 2
    assert schedules.make_due(at(dt.date(2026, 2, 5))) == 0
    # After a long standstill not everything.
    assert schedules.make_due(at(dt.date(2027, 2, 5))) == 2 * schedules.MOST_MISSED


def test_a_schedule_out_of_force_and_of_an_area_that_is_gone_make_nothing(town: Town) -> None:
    schedule(town.community, since=dt.date(2026, 1, 1), active=False)
    gone = schedule(town.west, since=dt.date(2026, 1, 1))
    Area.objects.filter(pk=town.west.pk).update(retired_on=dt.date(2026, 6, 1))
    assert schedules.make_due(at(dt.date(2026, 6, 15))) == 0
    gone.refresh_from_db()
    assert not gone.active


# --- mail ---------------------------------------------------------------------------------------


def test_the_letter_holds_a_link_and_no_figure(
    town: Town, settings: Any, mailoutbox: list[Any]
) -> None:
    settings.EMAIL_HOST, settings.SITE_URL = "mail.example", "https://map.example"
    Member.objects.filter(pk=town.coordinator.pk).update(email="c@example.org", language="zh-hans")
    Member.objects.filter(pk=town.worker.pk).update(email="w@example.org")
    row = schedule(town.community, since=dt.date(2026, 6, 10))
    row.recipients.set([town.coordinator, town.worker, town.leader])
    schedules.make_due(at(dt.date(2026, 6, 15)))
    report = ArchivedReport.objects.get()
    make(str(report.pk), NOW)
    letters = queued("send_report_mail")
    assert {letter["member"] for letter in letters} == {
        town.coordinator.pk, town.worker.pk, town.leader.pk,
    }  # fmt: skip
    # The worker's area is a cell, not the community; the leader has no address.
    sent = [letter["member"] for letter in letters if mail.send(**letter)]
    assert sent == [town.coordinator.pk]
    (letter,) = mailoutbox
    assert letter.to == ["c@example.org"]
    assert f"https://map.example/reports/{report.pk}/" in letter.body
    assert "2026年6月8日至14日" in letter.subject
    assert "%" not in letter.subject + letter.body
    # Who lost the area gets none any more.
    Responsibility.objects.filter(member=town.coordinator, role=Role.COORDINATOR).delete()
    assert not mail.send(str(report.pk), town.coordinator.pk)


def test_who_asked_is_told_where_mail_is_set_up(town: Town, settings: Any) -> None:
    made(town.community, member=town.coordinator, tell=True)
    assert queued("send_report_mail") == []
    settings.EMAIL_HOST = "mail.example"
    report = made(town.community, member=town.coordinator, tell=True)
    assert queued("send_report_mail") == [{"report": str(report.pk), "member": town.coordinator.pk}]


# --- for how long -------------------------------------------------------------------------------


def test_reports_are_kept_for_good_unless_a_term_is_set(
    town: Town, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    old, new = made(town.community), made(town.community, now=NOW + dt.timedelta(days=20))
    later = NOW + dt.timedelta(days=31)
    assert retention.delete(later) == 0
    settings.REPORT_RETENTION_DAYS = 30
    assert list(retention.over(later)) == [old]
    with django_capture_on_commit_callbacks(execute=True):
        assert retention.delete(later) == 1
    assert list(ArchivedReport.objects.all()) == [new]
    assert stored() == {row.pk.hex for row in ReportFile.objects.all()}


def test_a_file_that_a_dead_worker_left_is_swept_after_a_day(town: Town) -> None:
    report = made(town.west)
    kept = stored()
    files.write(report, "en", "pdf", b"left behind")
    found = files.store().get_modified_time(files.name_of(report.files.all()[0].pk))
    assert files.sweep(found + dt.timedelta(hours=23)) == 0
    assert files.sweep(found + dt.timedelta(hours=25)) == 1
    assert stored() == kept
