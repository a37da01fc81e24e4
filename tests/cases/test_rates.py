"""Rates by area, category and month, and the files to take away."""

import csv
import datetime as dt
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from accounts.scope import Scope
from cases import rates
from cases.default_categories import plant
from cases.models import Category, FiguresMade, MonthFigures
from cases.rates import Rates, refresh
from tests.cases.play import MONDAY, do, point, report, to_done
from tests.conftest import Queries
from tests.connections import elsewhere
from tests.town import Town, small_town

DAY = dt.timedelta(days=1)
NOVEMBER, DECEMBER = dt.date(2026, 11, 1), dt.date(2026, 12, 1)


def of(code: str, kind: str = "", month: dt.date = NOVEMBER) -> MonthFigures:
    return MonthFigures.objects.get(area_code=code, category_code=kind, month=month)


def close(town: Town, case: Any, *, after: dt.timedelta) -> None:
    to_done(town, case, town.teammate, now=MONDAY + after)
    do(case, "verify", town.coordinator, now=MONDAY + after)
    do(case, "close", town.coordinator, now=MONDAY + after)


def test_figures_of_a_month_add_up_over_areas_and_categories(town):
    in_time, late, declined = report(town, "noise"), report(town, "noise"), report(town, "noise")
    east = report(town, "paving", location=point(300, 60))
    close(town, in_time, after=dt.timedelta(hours=2))
    close(town, late, after=3 * DAY)
    do(declined, "decline", town.worker, note="Quiet")
    do(east, "accept", town.coordinator)
    do(east, "dispatch", town.coordinator, details={"assignee": town.teammate})
    do(east, "hold", town.teammate, note="Rain", details={"until": (MONDAY + DAY).date()})
    assert refresh(MONDAY + 4 * DAY) == [NOVEMBER]
    west = of(town.west.code)
    assert (west.reported, west.accepted, west.declined) == (3, 2, 1)
    assert (west.due, west.on_time, west.closed, west.median_hours) == (2, 1, 2, 37)
    assert Rates(west).on_time == 0.5
    both = of(town.community.code)
    assert (both.reported, both.held, both.finished) == (4, 1, 2)
    assert of(town.city.code, "events").reported == 3
    assert of(town.city.code, "paving").reported == of(town.east.code, "facilities").reported == 1


def test_work_sent_back_counts_each_time(town):
    case = report(town)
    to_done(town, case, town.teammate)
    do(case, "rework", town.worker, note="Loose")
    do(case, "start", town.teammate)
    do(case, "finish", town.teammate)
    refresh(MONDAY)
    assert Rates(of(town.west.code)).reworked == 0.5


def test_a_month_follows_what_happens_later(town):
    case = report(town, "lamp", now=dt.datetime(2026, 11, 27, 12, tzinfo=MONDAY.tzinfo))
    assert refresh(MONDAY) == [NOVEMBER, DECEMBER]  # due on the second of December
    assert of(town.west.code).accepted == 0
    later = dt.datetime(2026, 12, 1, 10, tzinfo=MONDAY.tzinfo)
    do(case, "accept", town.worker, now=later)
    assert refresh(later) == [NOVEMBER, DECEMBER]
    assert of(town.west.code).accepted == 1
    assert of(town.west.code, "lamp", DECEMBER).due == 1


def test_a_closing_that_was_undone_leaves_its_month(town):
    case = report(town, "noise")
    close(town, case, after=dt.timedelta(hours=2))
    refresh(MONDAY)
    assert of(town.west.code).closed == 1
    do(case, "reopen", town.worker, now=MONDAY + 10 * DAY, note="Loud again")
    assert NOVEMBER in refresh(MONDAY + 10 * DAY)
    assert of(town.west.code).closed == 0


@pytest.fixture
def real_town(transactional_db: None) -> Town:
    """The small town where transactions really end; a flush has taken the categories away."""
    plant(Category)
    return small_town()


HELD = """
INSERT INTO cases_event (key, case_id, number, step, state, at, note, public, details)
VALUES (gen_random_uuid(), %s, 2, 'hold', 'on_hold', %s, '', false, '{}')
"""


@pytest.mark.django_db(transaction=True)
def test_running_again_changes_nothing(real_town: Town) -> None:
    town = real_town
    report(town)
    refresh(MONDAY)
    before = list(MonthFigures.objects.order_by("pk").values_list("pk", flat=True))
    assert refresh(MONDAY) == []
    assert list(MonthFigures.objects.order_by("pk").values_list("pk", flat=True)) == before


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_committed_late_is_not_missed(real_town: Town) -> None:
    town = real_town
    early, later = report(town), report(town)
    refresh(MONDAY)
    with elsewhere() as slow:
        slow.cursor().execute(HELD, [early.pk, MONDAY])
        do(later, "accept", town.worker)  # with a higher id, and committed at once
        assert refresh(MONDAY) == [NOVEMBER]
        assert (of(town.west.code).accepted, of(town.west.code).held) == (1, 0)
        slow.commit()
    assert refresh(MONDAY) == [NOVEMBER]
    assert of(town.west.code).held == 1
    assert refresh(MONDAY) == []


@pytest.mark.django_db(transaction=True)
def test_an_event_that_was_rolled_back_holds_nothing_up(real_town: Town) -> None:
    town = real_town
    case = report(town)
    refresh(MONDAY)
    with elsewhere() as slow:
        slow.cursor().execute(HELD, [case.pk, MONDAY])
        refresh(MONDAY)
        slow.rollback()
    assert refresh(MONDAY) == []
    do(case, "accept", town.worker)
    assert refresh(MONDAY) == [NOVEMBER]


@pytest.mark.django_db(transaction=True)
def test_a_restored_database_counts_transactions_from_elsewhere(real_town: Town) -> None:
    town = real_town
    case = report(town)
    refresh(MONDAY)
    # What a cluster that had come further would have left behind.
    far = 5_000_000_000
    FiguresMade.objects.update(ended=f"{far}:{far}:")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE cases_event SET transaction = %s", [far - 1])
        cursor.execute("ALTER TABLE cases_event ENABLE TRIGGER USER")
    assert refresh(MONDAY) == []
    do(case, "accept", town.worker)
    assert refresh(MONDAY) == [NOVEMBER]
    assert refresh(MONDAY) == []


def test_a_month_begins_at_midnight_where_we_are(town):
    report(town, now=dt.datetime(2026, 11, 30, 15, 59, tzinfo=dt.UTC))  # 23:59 in Shanghai
    report(town, now=dt.datetime(2026, 11, 30, 16, 1, tzinfo=dt.UTC))
    refresh(MONDAY)
    assert (of(town.city.code).reported, of(town.city.code, month=DECEMBER).reported) == (1, 1)


def test_only_what_the_member_covers(town):
    report(town)
    report(town, location=point(300, 60))
    refresh(MONDAY)
    asked: Any = {"since": NOVEMBER, "until": NOVEMBER}
    worker = Scope(frozenset({town.west.code}))
    assert [row.area_code for row in rates.figures(worker, **asked)] == [town.west.code]
    assert not rates.figures(worker, area=town.east.code, **asked)
    everywhere = rates.figures(Scope(everywhere=True), **asked)
    assert [row.area_code for row in everywhere] == [town.city.code]


def test_the_page_and_its_files(client: Client, town, queries: Queries):
    close(town, report(town, "noise"), after=dt.timedelta(hours=2))
    refresh(timezone.now())
    client.force_login(town.coordinator)
    asked = {"since": "2026-11-01", "until": "2026-11-30"}
    # One of them asks whether the head of the page links to care.
    with queries(10):
        page = client.get("/cases/rates/", asked)
    assert b"100 %" in page.content
    rows = list(csv.reader(StringIO(
        client.get("/cases/rates/", {**asked, "format": "csv"}).content.decode("utf-8-sig")
    )))  # fmt: skip
    assert rows[1][:4] == ["2026-11", town.community.code, "Lantern Community", "1"]
    book = client.get("/cases/rates/", {**asked, "format": "xlsx"}).content
    sheet = CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()
    assert sheet[1][:4] == ["2026-11", town.community.code, "Lantern Community", 1]
    assert b"filters is not valid" in client.get("/cases/rates/?since=never").content


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_nothing_in_an_export_is_a_formula(client: Client, town, sign):
    report(town, whereabouts="No. 5", description=f"x{sign}", reporter=town.worker)
    case = report(town, reporter=town.worker)
    case.description = f"{sign}HYPERLINK(0)"
    case.save()
    client.force_login(town.worker)
    text = client.get("/cases/export.csv?state=open").content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(StringIO(text, newline="")) for cell in row]
    assert f"'{sign}HYPERLINK(0)" in cells
    assert not [cell for cell in cells if cell.startswith(sign)]
    book = CalamineWorkbook.from_filelike(
        BytesIO(client.get("/cases/export.xlsx?state=open").content)
    )
    written = {str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row}
    assert any("HYPERLINK(0)" in cell for cell in written)


def test_an_export_keeps_to_the_filters_and_to_what_one_may_see(client: Client, town):
    mine = report(town)
    report(town, location=point(300, 60), reporter=town.teammate)
    do(report(town), "decline", town.worker, note="No")
    client.force_login(town.worker)
    rows = list(csv.reader(StringIO(client.get("/cases/export.csv?state=open").content.decode())))
    assert [row[0] for row in rows[1:]] == [str(mine.pk)]
