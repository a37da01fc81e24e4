"""The pages of members about cases."""

import datetime as dt
import re
import uuid
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from cases.daily import remind
from cases.models import Case, Photo, Reminder, State
from streetlights.models import Lamp
from tests.cases.play import crew_of, do, point, report, to_done, volunteer
from tests.conftest import Queries
from tests.town import Town, place

#: Names of the town and of languages, which nobody translates.
NAMES = {
    "Gridwalk",
    "XLSX",
    "English",
    "Wang",
    "Lantern",
    "West",
    "East",
    "Community",
    "Testville",
    "District",
    "Harbour",
    "Subdistrict",
}


@pytest.fixture
def page(client: Client, town: Town) -> Client:
    client.force_login(town.worker)
    return client


def jpeg(name: str = "hole.jpg") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (64, 48), "grey").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def numbers(response: Any) -> list[int]:
    """Cases of the table, in order."""
    table = re.search(r"<tbody>.*</tbody>", response.content.decode(), re.DOTALL)
    return [int(n) for n in re.findall(r"/cases/(\d+)/", table[0])] if table else []


def press(client: Client, case: Case, step: str, **more: Any) -> Any:
    case.refresh_from_db()
    sent = {"step": step, "key": uuid.uuid4(), "version": case.version, "note": "", **more}
    return client.post(f"/cases/{case.pk}/", sent)


def new(**more: Any) -> dict[str, Any]:
    lon, lat = place(100, 60)
    return {"key": str(uuid.uuid4()), "category": "paving", "lon": lon, "lat": lat, **more}


@pytest.mark.parametrize("path", ["", "new/", "triage/", "claims/", "1/"])
def test_nobody_sees_a_page_without_signing_in(client, db, path):
    response = client.get(f"/cases/{path}")
    assert (response.status_code, response["location"].split("?")[0]) == (302, "/sign-in/")


def test_the_list_shows_what_is_open_and_its_filters_are_in_the_address(page, town):
    now = timezone.now()
    closed, going, late = (
        report(town, now=now),
        report(town, now=now),
        report(town, "manhole", now=now - dt.timedelta(days=20)),
    )
    do(closed, "decline", town.worker, note="Not there")
    assert numbers(page.get("/cases/")) == [going.pk, late.pk]
    assert numbers(page.get("/cases/?state=declined")) == [closed.pk]
    assert numbers(page.get("/cases/?due=overdue")) == [late.pk]
    assert b"overdue by" in page.get("/cases/").content


def test_a_filter_that_cannot_be_is_named_and_nothing_breaks(page):
    response = page.get("/cases/?state=lost&area=12")
    assert response.status_code == 200
    assert b"No area has the code 12" in response.content
    assert b"filters is not valid" in page.get("/cases/?since=yesterday").content


def test_an_address_cut_short_begins_at_the_first_page(page, town):
    assert page.get("/cases/?cursor=x")["location"] == "/cases/"


def test_an_empty_list_says_what_to_do(page):
    assert b"No case fits these filters" in page.get("/cases/").content


def test_a_case_s_page_offers_just_the_legal_steps(page, town):
    case = report(town)
    text = page.get(f"/cases/{case.pk}/").content.decode()
    offered = set(re.findall(r'name="step" value="(\w+)"', text))
    assert offered == {
        "accept", "decline", "merge", "split", "recategorise", "edit", "note", "confirm",
    }  # fmt: skip


def test_another_s_case_is_not_found(page, town):
    case = report(town, location=point(300, 60), reporter=town.teammate)
    assert page.get(f"/cases/{case.pk}/").status_code == 404
    assert press(page, case, "accept").status_code == 404


def test_from_reported_to_closed_by_pressing(page, town):
    case = report(town)
    crew = crew_of(town.worker)
    for step, more in (
        ("accept", {}),
        ("dispatch", {"to": f"crew:{crew.pk}"}),
        ("start", {}),
        ("finish", {"note": "Mended", "photo": jpeg()}),
        ("verify", {}),
        ("close", {}),
    ):
        response = press(page, case, step, **more)
        assert response.status_code == 302, (step, response.content)
    case.refresh_from_db()
    assert case.state == State.CLOSED
    assert case.events.get(step="finish").photos.count() == 1


def test_what_is_missing_is_marked_and_nothing_is_lost(page, town):
    case = report(town)
    response = press(page, case, "decline")
    assert response.status_code == 409
    assert b"This field is required" in response.content
    assert case.events.count() == 1


def test_who_was_slower_is_told(page, town):
    case = report(town)
    sent = {"step": "accept", "key": uuid.uuid4(), "version": 1, "note": ""}
    do(case, "decline", town.coordinator, note="No")
    response = page.post(f"/cases/{case.pk}/", sent)
    assert response.status_code == 409
    assert "Somebody was faster: Cui Lan" in response.content.decode()


def test_the_form_of_who_was_slower_goes_on_from_there_and_keeps_the_photo(page, town):
    case = report(town)
    do(case, "accept", town.worker)
    stale = {"step": "note", "key": uuid.uuid4(), "version": 1, "note": "", "photo": jpeg()}
    refused = page.post(f"/cases/{case.pk}/", stale)
    assert refused.status_code == 409
    late = {"step": "dispatch", "key": uuid.uuid4(), "version": 1, "note": ""}
    late["to"] = f"member:{town.worker.pk}"
    text = page.post(f"/cases/{case.pk}/", late).content.decode()
    form = text[text.index('id="dispatch-step"') :]
    assert 'name="version" value="2"' in form[: form.index("</form>")]
    finish = {"step": "decline", "key": uuid.uuid4(), "version": 2, "note": "x", "photo": jpeg()}
    page.post(f"/cases/{case.pk}/", finish)
    assert Photo.objects.filter(event=None, uploader=town.worker).count() == 1


def test_the_same_report_twice_is_one_case(page, town):
    sent = new()
    first, second = page.post("/cases/new/", sent), page.post("/cases/new/", sent)
    assert first["location"] == second["location"]
    assert Case.objects.count() == 1


def test_merge_split_and_change_of_category_by_page(page, town):
    one, other = report(town), report(town)
    assert press(page, one, "recategorise", category="bin").status_code == 302
    assert press(page, one, "split", part1="bin", part2="tree").status_code == 302
    assert press(page, other, "merge", into=one.pk).status_code == 302
    one.refresh_from_db()
    assert (one.category.code, one.children.count(), one.confirmations) == ("bin", 2, 1)
    response = press(page, one, "merge", into=999_999)
    assert b"There is no case #999999" in response.content


def test_opening_a_case_is_having_seen_its_reminders(page, town):
    case = report(town, "lamp", now=timezone.now() - dt.timedelta(days=20))
    remind(timezone.now())
    assert b"Reminders" in page.get("/cases/").content
    page.get(f"/cases/{case.pk}/")
    assert not Reminder.objects.filter(member=town.worker, seen_at=None).exists()


def test_the_board_and_its_quick_steps(page, town):
    town_crew = crew_of(town.teammate)
    case = report(town)
    Case.objects.filter(pk=case.pk).update(crew=town_crew)
    board = page.get("/cases/triage/").content.decode()
    assert f"/cases/{case.pk}/" in board
    response = press(page, case, "accept", **{"from": "triage"})
    assert response["location"] == "/cases/triage/"
    assert "Dispatch to Road crew" in page.get("/cases/triage/").content.decode()
    press(page, case, "dispatch", to=f"crew:{town_crew.pk}")
    case.refresh_from_db()
    assert (case.state, case.crew) == (State.DISPATCHED, town_crew)


def test_a_report_by_page_with_a_photo(page, town):
    response = page.post("/cases/new/", new(description="A hole", photo=jpeg()))
    case = Case.objects.get()
    assert response["location"] == f"/cases/{case.pk}/"
    assert case.events.get().photos.count() == 1


def test_similar_cases_are_shown_first_and_the_photo_is_kept(page, town):
    known = report(town)
    key = str(uuid.uuid4())
    asked = page.post("/cases/new/", new(key=key, photo=jpeg()))
    assert b"Is it one of these?" in asked.content
    assert Case.objects.count() == 1
    kept = str(Photo.objects.get().pk)
    page.post("/cases/new/", new(key=key, kept=kept, anyway="on"))
    second = Case.objects.exclude(pk=known.pk).get()
    assert [str(photo.pk) for photo in second.events.get().photos.all()] == [kept]


def test_a_report_about_a_lamp_asks_which_unless_it_is_at_the_lamp(page, town):
    lamp = Lamp.objects.get()
    there = {"lon": lamp.location.x, "lat": lamp.location.y, "category": "lamp"}
    beside = {**there, "lat": lamp.location.y + 20 / 111_320}
    asked = page.post("/cases/new/", new(**beside))
    assert b"Which lamp is it?" in asked.content and not Case.objects.exists()
    page.post("/cases/new/", new(**beside, which=lamp.pk, anyway="on"))
    page.post("/cases/new/", new(**there, anyway="on"))
    page.post("/cases/new/", new(**beside, which="0", anyway="on"))
    assert [case.lamp for case in Case.objects.order_by("pk")] == [lamp, lamp, None]


def test_a_similar_case_shows_its_photo(page, town):
    page.post("/cases/new/", new(photo=jpeg()))
    asked = page.post("/cases/new/", new())
    shown = re.search(r'src="(/report/pictures/[^"]+)"', asked.content.decode())
    assert shown and page.get(shown[1]).status_code == 200


def test_of_several_photos_a_bad_one_is_told_and_the_others_are_kept(page, town):
    photos = [jpeg(), SimpleUploadedFile("letter.jpg", b"%PDF-1.7", "image/jpeg")]
    asked = page.post("/cases/new/", new(photo=photos))
    assert (asked.status_code, Photo.objects.count()) == (400, 1)
    assert str(Photo.objects.get().pk) in asked.content.decode()


def test_fifty_photos_are_refused_before_any_is_read(page, town):
    asked = page.post("/cases/new/", new(description="Deep", photo=[jpeg() for _ in range(50)]))
    assert (asked.status_code, Photo.objects.count()) == (400, 0)
    assert b"5 photos at most" in asked.content and b"Deep" in asked.content


def test_the_same_thing_is_a_confirmation_and_no_second_case(page, town):
    known = report(town, reporter=town.teammate)
    page.post("/cases/new/", new(same=known.pk))
    known.refresh_from_db()
    assert (Case.objects.count(), known.confirmations) == (1, 1)
    again = page.post("/cases/new/", new(same=known.pk))
    assert b"counted once" in again.content


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"lon": "", "lat": ""}, b"Tap the place"),
        ({"lon": "0", "lat": "0"}, b"none of the areas"),
        ({"lon": "999", "lat": "0"}, b"longitude lies between"),
        ({"category": "facilities"}, b"Select a valid choice"),
        ({"photo": SimpleUploadedFile("a.svg", b"<svg/>", "image/jpeg")}, b"photo"),
    ],
)
def test_what_is_refused_comes_back_filled_in(page, more, words):
    response = page.post("/cases/new/", new(description="A deep hole", **more))
    assert response.status_code == 400
    assert words in response.content
    assert b"A deep hole" in response.content
    assert not Case.objects.exists()


def test_volunteers_claim_two_things_at_once_at_most(client, town):
    helper = volunteer(town)
    client.force_login(helper)
    cases = [report(town, "bin") for _ in range(3)]
    for case in cases:
        do(case, "accept", town.worker)
    assert b"What can be claimed" in client.get("/cases/claims/").content
    assert [press(client, case, "claim").status_code for case in cases] == [302, 302, 409]
    page = client.get("/cases/claims/").content.decode()
    assert page.index(f"/cases/{cases[0].pk}/") < page.index("What can be claimed")
    press(client, cases[0], "start")
    press(client, cases[0], "finish")
    assert (
        f"Done in {timezone.localdate().year}: 1 of 2."
        in client.get("/cases/claims/").content.decode()
    )
    assert press(client, cases[2], "claim").status_code == 302


def test_pages_of_members_speak_chinese(page, town):
    case = report(town)
    headers = {"accept-language": "zh-hans"}
    for path in ("", "new/", "triage/", "claims/", f"{case.pk}/"):
        text = page.get(f"/cases/{path}", headers=headers).content.decode()
        shown = re.sub(r"<script.*?</script>|<svg.*?</svg>|<[^>]*>|&[a-z]+;", " ", text, flags=re.S)
        left = set(re.findall(r"[A-Za-z]{4,}", shown))
        assert left <= NAMES, path


@pytest.mark.parametrize(
    ("path", "most"), [("", 16), ("triage/", 14), ("claims/", 10), ("new/", 7)]
)
def test_queries_do_not_grow_with_the_cases(
    page, town, queries: Queries, path, most, django_assert_max_num_queries
):
    def made(count: int) -> None:
        for _ in range(count):
            case = report(town, now=timezone.now())
            do(case, "accept", town.worker)

    made(2)
    with django_assert_max_num_queries(most) as few:
        page.get(f"/cases/{path}")
    made(10)
    with queries(len(few) - 2):  # the request's own savepoint and its release are not counted
        page.get(f"/cases/{path}")


def test_a_case_with_a_long_history_takes_few_queries(page, town, django_assert_max_num_queries):
    case = report(town)
    to_done(town, case, town.worker)
    for number in range(20):
        do(case, "note", town.worker, note=str(number))
    with django_assert_max_num_queries(18):
        page.get(f"/cases/{case.pk}/")


def test_what_is_wrong_is_corrected_on_its_page(page, town):
    case = report(town, description="Hole")
    said = {"description": "Hole at the corner", "whereabouts": ""}
    assert press(page, case, "edit", **said).status_code == 302
    case.refresh_from_db()
    assert case.description == "Hole at the corner"
    assert (
        "<b>Correct details</b>: what is wrong" in page.get(f"/cases/{case.pk}/").content.decode()
    )
    assert press(page, case, "edit", **said).status_code == 409
