"""A household's own sheet: everything held, everyone who read it, in its language, on paper."""

import datetime as dt
import re
import time
import zlib
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from accounts import acting
from grid.models import Area
from households import access
from households.models import AccessRecord, CarePlan, Household, Looked, Tombstone, Visit
from households.readers import readers_of
from households.sheet import sheet_of
from households.sheet_pdf import fetches_nothing, language_of, pdf_of
from tests.households.care import NOW, answers, begin, consent, visit
from tests.households.homes import as_web_role, by_job, home
from tests.town import Town, box

TEMPLATES = Path(__file__).resolve().parents[2] / "map_static" / "templates" / "households"
MADE = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def west(town: Town) -> Household:
    with by_job():
        return home(town.buildings[0], "101", contact="Ann, 040 123", people=2)


@pytest.fixture
def cared_for(town: Town, west: Household) -> Household:
    with acting.as_member(town.worker):
        plan = begin(west, town.worker, consent=consent(name="Bo, her son"))
        made = visit(plan, town.worker, answers=answers(plan, food="attention"))
        Visit.objects.filter(pk=made.pk).update(case_number=4711)
    return west


def page(client: Client, household: Household, language: str = "en") -> str:
    response = client.get(f"/care/households/{household.pk}/sheet/?lang={language}")
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def records() -> list[tuple[str, str, str]]:
    with by_job():
        found = AccessRecord.objects.select_related("member").order_by("pk")
        return [(str(one.member), one.looked, one.why) for one in found]


# -- what it tells ------------------------------------------------------------------------------


def test_all_that_is_held_is_on_it(client, town, cared_for):
    client.force_login(town.worker)
    told = page(client, cared_for)
    for words in (
        "Row 1",
        "101",
        "Ann, 040 123",
        "illness",
        "Bo, her son",
        "spoken at the door",
        "Food and drinking water for the next days — Needs attention",
        "Is help needed to get to the doctor? — No",
        "#4711",
        "number of people: 2",
        "given to the household",
        str(cared_for.pk),
    ):
        assert words in told, words


def test_no_field_of_a_household_is_left_out(client, town, cared_for):
    """A field that is added has to be put on the sheet, or named here."""
    left_out = {
        Household: {"id", "area", "door", "simulated"},
        CarePlan: {"id", "area", "household"},
        Visit: {"id", "area", "household", "plan"},
    }
    text = (TEMPLATES / "sheet_content.html").read_text(encoding="utf-8")
    for model, known in left_out.items():
        for field in model._meta.fields:
            if field.name not in known:
                said = (f".{field.name}", f"_{field.name}_display", f"told_{field.name}")
                assert any(words in text for words in said) or field.name == "answers", field


def test_a_change_says_what_was_and_who_made_it(client, town, cared_for):
    client.force_login(town.worker)
    with acting.as_member(town.worker):
        plan = CarePlan.objects.get(household=cared_for)
    client.post(f"/care/plans/{plan.pk}/withdraw/")
    with by_job():
        Household.objects.filter(pk=cared_for.pk).update(people=3)
    told = page(client, cared_for)
    assert "number of people: 2 → 3" in told
    assert re.search(r"Care plan: illness withdrawn at: – → [^–]{10,30} Wang Wei", told), told


def test_everyone_who_read_it_is_on_it_and_so_is_this_reading(client, town, cared_for):
    with acting.as_member(town.coordinator):
        access.look(town.coordinator, cared_for.pk, Looked.PAGE, now=timezone.now())
    client.force_login(town.worker)
    told = page(client, cared_for)
    assert str(town.coordinator) in told.split("Everyone who read it")[1]
    assert told.split("Everyone who read it")[1].count("given to the household") == 1
    assert records()[-1] == (str(town.worker), Looked.SHEET, "given to the household")


def test_it_reaches_back_before_cells_were_drawn_anew(client, town, cared_for):
    """A worker of the new cell learns what was noted while the home lay in another's."""
    old = Area.objects.create(
        code="990101001002", level=12, name="Elsewhere", geometry=box(400, 0, 500, 100)
    )
    with by_job(), connection.cursor() as cursor:
        access.record(town.leader, [cared_for], Looked.PAGE, now=timezone.now(), why="Long ago")
        for table in ("householdevent", "careplanevent"):
            cursor.execute(f"UPDATE households_{table} SET area_id = %s", [old.pk])
    with as_web_role(), acting.as_member(town.worker):
        household = Household.objects.select_related("door", "area").get(pk=cared_for.pk)
        sheet = sheet_of(household, member=town.worker, now=NOW)
    assert {change.of for change in sheet.changes} == {"Household", "Care plan: illness"}
    assert "Long ago" in [record.why for record in sheet.readers]


@pytest.mark.parametrize("who", ["teammate", "leader", "outsider", "administrator"])
def test_who_does_not_care_for_it_learns_no_reader(town, cared_for, who):
    with as_web_role(), acting.as_member(getattr(town, who)):
        assert readers_of(cared_for.pk) == []


def test_a_home_that_moved_away_keeps_its_readers_to_itself(town, cared_for):
    """Who cared for it then sees the records of their own cell, and not the others by function."""
    with by_job():
        Household.objects.filter(pk=cared_for.pk).update(area=town.east)
    with as_web_role(), acting.as_member(town.worker):
        assert readers_of(cared_for.pk) == []
    with as_web_role(), acting.as_member(town.teammate):
        assert len(readers_of(cared_for.pk)) == 1


# -- whose it is --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["teammate", "leader", "outsider", "administrator"])
@pytest.mark.parametrize("what", ["sheet/", "sheet.pdf"])
def test_nobody_else_opens_it(client, town, cared_for, who, what):
    before = records()
    client.force_login(getattr(town, who))
    assert client.get(f"/care/households/{cared_for.pk}/{what}").status_code == 404
    assert records() == before


def test_a_look_from_outside_opens_no_sheet(client, town, cared_for):
    client.force_login(town.teammate)
    address = f"/care/outside/?building={town.buildings[0].pk}"
    sent = {"entrance": "", "floor": "", "label": "101", "why": "A pipe drips in the flat below."}
    assert client.post(address, sent).status_code == 302
    assert client.get(f"/care/households/{cared_for.pk}/").status_code == 200
    assert client.get(f"/care/households/{cared_for.pk}/sheet/").status_code == 404


def test_an_erased_household_has_none(client, town, cared_for):
    client.force_login(town.coordinator)
    sent = {"reason": "asked", "sure": "yes"}
    client.post(f"/care/households/{cared_for.pk}/erase/", sent)
    with by_job():
        assert Tombstone.objects.filter(pk=cared_for.pk).exists()
    assert client.get(f"/care/households/{cared_for.pk}/sheet/").status_code == 404


# -- its language -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoken", "language"),
    [
        ("中文", "zh-hans"),
        ("普通话", "zh-hans"),
        ("简体中文", "zh-hans"),
        ("Chinese", "zh-hans"),
        ("English", "en"),
        ("英语", "en"),
        ("suomi", "fallback"),
        ("", "fallback"),
    ],
)
def test_it_speaks_the_language_of_the_door(spoken, language):
    assert language_of(spoken, "fallback") == language


def test_it_is_in_the_households_language_and_the_page_in_the_members(client, town, cared_for):
    with by_job():
        Household.objects.filter(pk=cared_for.pk).update(language="中文")
    client.force_login(town.worker)
    html = client.get(
        f"/care/households/{cared_for.pk}/sheet/", headers={"accept-language": "en"}
    ).content.decode()
    assert '<div class="paper" lang="zh-Hans">' in html and "PDF to print" in html
    paper = html.split('<div class="paper"')[1]
    assert "本户留存的全部信息" in paper and "交给住户" in paper
    assert "All that is kept" not in paper


# -- on paper -----------------------------------------------------------------------------------


def pdf(household: Household, town: Town, language: str) -> bytes:
    with acting.as_member(town.worker), translation.override(language):
        whole = Household.objects.select_related("door", "area").get(pk=household.pk)
        return pdf_of(sheet_of(whole, member=town.worker, now=MADE), language)


def parts(data: bytes) -> str:
    """What the PDF holds, its streams inflated."""
    found = [data]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(found).decode("latin-1")


def letters(held: str) -> str:
    """All characters that the embedded fonts can be read back as (their ToUnicode maps)."""
    codes = re.findall(r"^<[0-9a-fA-F]+> <([0-9a-fA-F]+)>$", held, re.MULTILINE)
    return "".join(bytes.fromhex(code).decode("utf-16-be", "replace") for code in codes)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Everyone who read it"), ("zh-hans", "本户留存的全部信息")]
)
def test_the_pdf_carries_its_letters(town, cared_for, language, words):
    data = pdf(cared_for, town, language)
    assert data.startswith(b"%PDF-")
    held = parts(data)
    fonts = re.findall(r"/BaseFont /[A-Z]{6}\+([\w-]+)", held)
    assert fonts and any("CJK" in font for font in fonts), fonts
    assert re.search(r"/FontFile[23]? ", held)
    assert set(words.replace(" ", "")) <= set(letters(held))
    assert len(data) < 1_000_000


def test_the_same_sheet_is_the_same_file(town, cared_for):
    assert pdf(cared_for, town, "en") == pdf(cared_for, town, "en")


def test_a_long_sheet_is_drawn_in_about_a_second(town, cared_for):
    """A year of monthly visits; some 0.7 s of the process, more where others share the machine."""
    with acting.as_member(town.worker):
        plan = CarePlan.objects.get(household=cared_for)
        for number in range(12):
            Visit.objects.create(
                plan=plan,
                household=cared_for,
                area=cared_for.area,
                planned_for=plan.starts_on,
                state="done",
                at=NOW - dt.timedelta(days=30 * number),
                member=town.worker,
                answers=answers(plan),
            )
    pdf(cared_for, town, "en")
    begun = time.process_time()
    pdf(cared_for, town, "en")
    took = time.process_time() - begun
    print(f"a sheet with 13 visits: {took:.2f} s")
    assert took < 2


def test_the_pdf_opens_no_file_and_no_connection(town, west, monkeypatch):
    """Whatever somebody wrote into a field is text, and nothing is fetched for it."""
    asked: list[str] = []
    fetcher = fetches_nothing()
    monkeypatch.setattr(type(fetcher), "fetch", lambda self, url, headers=None: asked.append(url))
    monkeypatch.setattr("households.sheet_pdf.fetches_nothing", lambda: fetcher)
    with by_job():
        west.contact = (
            '<img src="file:///etc/passwd"><link rel=attachment href="http://a.example/">'
        )
        west.save()
    held = parts(pdf(west, town, "en"))
    assert asked == []
    assert "root:" not in held and "EmbeddedFile" not in held


def test_what_would_be_fetched_is_refused():
    from weasyprint import HTML

    with pytest.raises(PermissionError):
        fetches_nothing().fetch("file:///etc/passwd")
    # A picture that is refused is left out; the page is drawn without it.
    page = '<img src="file:///etc/hostname"><p>Text'
    drawn = HTML(string=page, url_fetcher=fetches_nothing()).write_pdf()
    assert drawn.startswith(b"%PDF-") and b"/Image" not in drawn


def test_the_file_is_not_kept_on_the_way(client, town, cared_for):
    client.force_login(town.worker)
    response = client.get(f"/care/households/{cared_for.pk}/sheet.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "no-store"
    assert "Row" not in response["Content-Disposition"]
    assert records()[-1][1:] == (Looked.SHEET, "given to the household")
