"""The pages of archived reports: who sees which, what is sent from them, files and comparing."""

import datetime as dt
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as own
from django.test import Client
from django.utils import timezone

from accounts.models import Member, Role
from grid.models import Area, Responsibility
from patrols.models import Patrol, WalkedStretch
from publish.models import ArchivedReport, ReportSchedule
from publish.report_archive import making
from publish.report_archive.forms import period_of
from publish.report_archive.making import Wish, ask, make
from tests.town import Town, small_town

State = ArchivedReport.State
#: Reports end before today whatever the hour of the day.
YESTERDAY = timezone.localdate() - dt.timedelta(days=1)
DAYS = (YESTERDAY - dt.timedelta(days=6), YESTERDAY)


@pytest.fixture
def town(db: None, settings: Any, tmp_path: Path) -> Town:
    kept: Any = own.STORAGES["reports"]
    settings.STORAGES = {
        **own.STORAGES,
        "reports": {**kept, "OPTIONS": {**kept["OPTIONS"], "location": tmp_path / "reports"}},
    }
    return small_town()


def signed_in(member: Member) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


def made(
    area: Area, *formats: str, days: tuple[dt.date, dt.date] = DAYS, **more: Any
) -> ArchivedReport:
    """A report that is ready."""
    report = ask(Wish(area, *days, ("en", "zh-hans"), formats), now=timezone.now(), **more)
    make(str(report.pk), timezone.now())
    report.refresh_from_db()
    assert report.state == State.DONE
    return report


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def sent(client: Client, town: Town, **more: Any) -> Any:
    given = {
        "key": str(uuid.uuid4()),
        "area": town.community.code,
        "period": "days",
        "start": DAYS[0],
        "end": DAYS[1],
        "languages": ["en"],
        "formats": ["pdf"],
        **more,
    }
    return client.post("/reports/", given)


@pytest.mark.parametrize(
    ("preset", "period"),
    [
        ("this-week", ("2026-06-15", "2026-06-17")),
        ("last-week", ("2026-06-08", "2026-06-14")),
        ("last-month", ("2026-05-01", "2026-05-31")),
    ],
)
def test_periods_have_names(preset: str, period: tuple[str, str]) -> None:
    found = period_of(preset, dt.date(2026, 6, 17))
    assert tuple(str(day) for day in found) == period
    assert period_of("this-week", dt.date(2026, 6, 15)) == (dt.date(2026, 6, 15),) * 2


def test_a_report_is_asked_for_on_the_page_and_sent_twice_it_is_one(town: Town) -> None:
    client = signed_in(town.coordinator)
    page = text(client, "/reports/")
    assert "Make the report" in page
    assert town.community.name in page
    key = str(uuid.uuid4())
    for _time in range(2):
        answer = sent(client, town, key=key)
        assert answer.headers["Location"] == f"/reports/{key}/"
    report = ArchivedReport.objects.get()
    assert (report.made_by, report.formats, report.languages) == (
        town.coordinator, ["html", "pdf"], ["en"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"start": DAYS[1], "end": DAYS[0]}, "before the first"),
        ({"start": ""}, "Which day?"),
        ({"languages": []}, "This field is required."),
        ({"area": "9902"}, "Select a valid choice"),
        ({"formats": ["docx"]}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_made_is_said_beside_the_form(
    town: Town, more: dict[str, Any], sentence: str
) -> None:
    answer = sent(signed_in(town.coordinator), town, **more)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not ArchivedReport.objects.exists()


def test_the_page_tells_progress_and_stops_it(town: Town) -> None:
    client = signed_in(town.coordinator)
    report = ask(Wish(town.community, *DAYS, ("en",), ()), now=timezone.now())
    address = f"/reports/{report.pk}/"
    assert "Waits for its turn" in text(client, address)
    running = ArchivedReport.objects.filter(pk=report.pk)
    running.update(state=State.RUNNING, progress=25, step_done=3, step_all=6)
    told = client.get(f"{address}progress/").json()
    assert told == {
        "state": "running", "percent": 25, "words": "Counts: 3 of 6 communities", "over": False,
    }  # fmt: skip
    # Who only sees figures stops nothing.
    auditor = Member.objects.create_user("auditor", password=None)
    Responsibility.objects.create(
        member=auditor, role=Role.AUDITOR, area=town.city, starts_on=dt.date(2020, 1, 1)
    )
    page = text(signed_in(auditor), address)
    assert "Stop making it" not in page
    assert signed_in(auditor).post(address, {"act": "cancel"}).status_code == 403
    assert client.post(address, {"act": "cancel"}).headers["Location"] == address
    assert client.get(f"{address}progress/").json()["over"] is True
    assert "it was stopped" in text(client, address)
    client.post(address, {"act": "again"})
    assert "Waits for its turn" in text(client, address)
    making.give_up(str(report.pk))
    assert "which is not your fault" in text(client, address)


def test_a_report_is_shown_within_the_page_with_its_files(town: Town) -> None:
    report = made(town.community, "csv", "xlsx")
    client = signed_in(town.leader)
    address = f"/reports/{report.pk}/"
    page = text(client, address)
    assert f'src="{address}en/html/"' in page
    assert all(f'"{address}{one}/' in page for one in ("en/csv", "zh-hans/csv", "en/xlsx"))
    assert all(row.sha256 in page for row in report.files.all())
    assert f'src="{address}zh-hans/html/"' in text(client, f"{address}?language=zh-hans")

    shown: Any = client.get(f"{address}zh-hans/html/")
    assert b"".join(shown.streaming_content).startswith(b"<!doctype html>")
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "script" not in shown.headers["Content-Security-Policy"]
    assert "attachment" not in shown.headers["Content-Disposition"]
    saved: Any = client.get(f"{address}en/csv/")
    name = f"coverage-{town.community.code}-{DAYS[0]}-{DAYS[1]}-en.zip"
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert saved.headers["X-Frame-Options"] == "DENY"
    assert b"".join(saved.streaming_content).startswith(b"PK")
    for missing in ("en/pdf", "fr/html", "en/exe"):
        assert client.get(f"{address}{missing}/").status_code == 404


def test_everybody_finds_the_reports_of_their_areas(town: Town) -> None:
    west, community = made(town.west), made(town.community)
    older = made(town.community, days=(dt.date(2026, 1, 1), dt.date(2026, 1, 31)))

    def found(member: Member, query: str = "") -> set[uuid.UUID]:
        page = text(signed_in(member), f"/reports/{query}")
        return {one.pk for one in (west, community, older) if f"/reports/{one.pk}/" in page}

    assert found(town.worker) == {west.pk}
    assert found(town.outsider) == set()
    assert found(town.leader) == {west.pk, community.pk, older.pk}
    assert found(town.coordinator, f"?area={town.west.code}") == {west.pk}
    assert found(town.coordinator, "?start=2026-01-31&end=2026-02-01") == {older.pk}
    page = text(signed_in(town.coordinator), "/reports/?area=%27")
    assert "One of the filters is not valid" in page
    worker = signed_in(town.worker)
    assert "Make the report" not in text(worker, "/reports/")
    assert sent(worker, town).status_code == 403
    assert worker.get(f"/reports/{community.pk}/").status_code == 404
    assert worker.get(f"/reports/{community.pk}/en/html/").status_code == 404
    assert worker.get(f"/reports/{west.pk}/compare/{community.pk}/").status_code == 404


def test_two_reports_stand_side_by_side(town: Town) -> None:
    first = made(town.community)
    patrol = Patrol.objects.create(
        member=town.worker,
        started_at=timezone.now() - dt.timedelta(days=3),
        received_at=timezone.now(),
        state=Patrol.State.MATCHED,
    )
    WalkedStretch.objects.create(
        patrol=patrol,
        segment=town.segments[(50, 50), (150, 50)],
        start_dm=0,
        end_dm=1000,
        walked_at=timezone.now() - dt.timedelta(days=3),
        confidence=1,
    )
    second = made(town.community)
    client = signed_in(town.coordinator)
    page = text(client, f"/reports/{second.pk}/")
    assert "Cells with other figures: 1" in page
    assert "Walks of these days that arrived in between: 1" in page
    assert f"/reports/{second.pk}/compare/{first.pk}/" in page
    assert "version 2" in page
    # Whichever is named first, the earlier one stands on the left.
    pages = [
        text(client, f"/reports/{one.pk}/compare/{other.pk}/")
        for one, other in ((first, second), (second, first))
    ]
    for page in pages:
        left, right = (page.index(f'<a href="/reports/{one.pk}/">') for one in (first, second))
        assert left < right
        assert "100\u202fm more than before" in page
        assert page.count("is-changed") == 1
        heads = re.findall(r'<th scope="col">([^<]+)</th>', page)
        assert heads[-4:] == ["Coverage", "Metres overdue", "Freshness, median", "Cases open"]
    waiting = ask(Wish(town.community, *DAYS, ("en",), ()), now=timezone.now())
    assert client.get(f"/reports/{first.pk}/compare/{waiting.pk}/").status_code == 404


def test_a_schedule_is_kept_on_its_page(town: Town) -> None:
    client = signed_in(town.coordinator)
    given = {
        "area": town.community.code,
        "every": "week",
        "languages": ["zh-hans"],
        "formats": ["pdf"],
        "recipients": [town.coordinator.pk, town.leader.pk],
        "active": "on",
    }
    assert client.post("/reports/schedules/", given).status_code == 302
    row = ReportSchedule.objects.get()
    assert (row.formats, row.since, row.made_by) == (
        ["html", "pdf"], timezone.localdate(), town.coordinator,
    )  # fmt: skip
    assert set(row.recipients.all()) == {town.coordinator, town.leader}
    assert "every week" in text(client, "/reports/schedules/")
    # The worker answers for a cell and sees no figures of the community.
    refused = client.post("/reports/schedules/", given | {"recipients": [town.worker.pk]})
    assert "May not see the reports of this area: Wang Wei" in refused.content.decode()
    # Stopped and taken up again, it makes nothing of the days between.
    ReportSchedule.objects.update(since=dt.date(2026, 1, 1))
    address = f"/reports/schedules/{row.pk}/"
    assert "checked" in text(client, address)
    client.post(address, {key: value for key, value in given.items() if key != "active"})
    row.refresh_from_db()
    assert not row.active
    client.post(address, given)
    row.refresh_from_db()
    assert (row.active, row.since) == (True, timezone.localdate())
    worker = signed_in(town.worker)
    assert worker.get("/reports/schedules/").status_code == 403
    assert signed_in(town.administrator).get(address).status_code == 200
