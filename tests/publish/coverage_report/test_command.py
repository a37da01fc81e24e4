"""``manage.py report``: files, sentences for what cannot be, and the page about figures."""

import datetime as dt
import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from households.models import CareCount
from patrols.coverage import coverage
from publish.coverage_report.explained import markdown
from tests.publish.coverage_report.test_figures import walks_at_random
from tests.town import Town, small_town

ROOT = Path(__file__).parents[3]
DAYS = ["--from", "2026-06-01", "--to", "2026-06-30"]


@pytest.fixture
def town(db) -> Town:
    return small_town()


def printed(code: str, *more: str) -> str:
    out = io.StringIO()
    call_command("report", code, *DAYS, "--out", "-", *more, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_figures_are_those_of_the_coverage_command(town):
    walks_at_random(town)
    found = json.loads(printed(town.community.code, "--format", "json", "--lang", "en"))
    start, end = dt.date(2026, 6, 1), dt.date(2026, 6, 30)
    same = coverage(town.community.code, start=start, end=end, now=timezone.now())
    told = {key: one["value"] for key, one in found["figures"].items()}
    assert told["metres"] == same.metres
    assert told["covered_metres"] == same.covered_metres
    assert told["overdue_metres"] == same.overdue_metres
    assert found["definitions"]["coverage"]["title"] == "Coverage"


def test_a_file_has_its_own_name_in_the_folder_one_is_in(town, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = io.StringIO()
    call_command("report", town.city.code, *DAYS, "--format", "csv", stderr=said)
    (path,) = tmp_path.iterdir()
    assert path.name == "coverage-9901-2026-06-01-2026-06-30.zip"
    assert path.name in said.getvalue()
    with zipfile.ZipFile(path) as archive:
        assert {"communities.csv", "cells.csv", "overview.csv"} <= set(archive.namelist())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["990109", *DAYS], "No area has the code 990109"),
        (["9901", "--from", "2026-06-30", "--to", "2026-06-01"], "before the first"),
        (["9901", "--from", "2026-06-30", "--to", "9000-01-01"], "yet to come"),
        (["9901", "--from", "30.6.", "--to", "2026-06-30"], "is not a day like"),
        (["9901", *DAYS, "--format", "docx"], "invalid choice"),
        (["9901", *DAYS, "--out", "no/such/folder/x"], "cannot be written"),
    ],
)
def test_what_cannot_be_made_is_said_in_a_sentence(town, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("report", *arguments, stdout=io.StringIO(), stderr=io.StringIO())


def test_visits_are_the_published_weeks_and_never_more(town):
    """June 2026 has Mondays on the 1st, 8th, 15th, 22nd and 29th."""

    def publish(week: int, kind: str, code: str, low: int, high: int) -> None:
        CareCount.objects.create(
            week=dt.date(2026, 6, week), kind=kind, area_code=code, low=low, high=high
        )

    community, west = town.community.code, town.west.code
    publish(1, "done", community, 9, 9)  # of the last week of May
    publish(8, "done", community, 7, 7)
    publish(15, "done", community, 5, 8)
    publish(8, "done", west, 0, 4)
    publish(15, "done", west, 6, 6)
    publish(15, "due", community, 11, 11)
    publish(22, "due", community, 12, 12)
    publish(22, "due", west, 0, 4)
    found = json.loads(printed(community, "--format", "json", "--lang", "en"))

    def told(figures: dict, key: str) -> object:
        value = figures[key]["value"]
        return value["told"] if isinstance(value, dict) else value

    cells = {cell["area"]["code"]: cell["figures"] for cell in found["cells"]}
    assert told(found["figures"], "visits_due") == 12
    assert told(found["figures"], "visits_done") == "12–15"
    assert told(cells[west], "visits_due") == "<5"
    assert told(cells[west], "visits_done") == "6–10"
    assert told(cells[town.east.code], "visits_due") is None
    assert found["visits_until"] == "2026-06-28"
    # The last week of May ended in the period before.
    assert told(found["previous"], "visits_done") == 9


def test_the_page_about_the_report_says_what_the_figures_mean():
    assert markdown() in (ROOT / "docs" / "report.md").read_text(encoding="utf-8"), (
        "Put what manage.py report_figures prints into docs/report.md."
    )
