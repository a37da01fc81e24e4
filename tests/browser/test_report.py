"""A resident with a phone: a lamp's code, a fault anywhere, and no script at all."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cases.default_categories import plant
from cases.models import Case, Category, Photo
from streetlights.models import Lamp
from tests.browser.conftest import Open
from tests.cases.play import do, report
from tests.cases.test_photos import files, photo
from tests.town import Town, place, small_town

__all__ = ["files"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = (390, 844)


@pytest.fixture
def town(transactional_db: None) -> Town:
    """The small town with the categories that ship, which a flushed database has lost."""
    plant(Category)
    return small_town()


@pytest.fixture
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("phone") / "IMG_1.jpg"
    file.write_bytes(photo(size=(1600, 1200)))
    return file


def take_photo(page: Page, picture: Path) -> None:
    """Tap the button; the camera gives a photo."""
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Take a photo").click()
    chooser.value.set_files(picture)


def test_a_lamp_is_reported_with_two_taps_and_a_photo(
    town: Town, open_page: Open, files: Path, picture: Path
) -> None:
    page = open_page(None, "/l/L-1", size=PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text("Lamp L-1")
    expect(page.get_by_label("Streetlight is dark")).to_be_checked()
    take_photo(page, picture)
    expect(page.locator("#pictures img")).to_have_count(1)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    case = Case.objects.get()
    assert (case.lamp, case.category.code) == (Lamp.objects.get(), "lamp")
    assert page.url.split("?")[0].endswith(f"/report/follow/{case.follow_key}/")
    expect(page.locator(".story img")).to_have_js_property("naturalWidth", 320)
    do(case, "accept", town.worker)
    page.reload()
    # No picture may be on its way still when the test's rows are taken away.
    expect(page.locator(".story img")).to_have_js_property("naturalWidth", 320)
    expect(page.locator(".story li")).to_have_count(2)
    expect(page.locator(".story [aria-current]")).to_contain_text("Accepted")


def at(x: float, y: float) -> dict[str, Any]:
    longitude, latitude = place(x, y)
    return {
        "geolocation": {"longitude": longitude, "latitude": latitude},
        "permissions": ["geolocation"],
    }


def test_one_question_a_screen(town: Town, open_page: Open, files: Path, picture: Path) -> None:
    page = open_page(None, "/report/", size=PHONE, **at(100, 60))
    page.get_by_role("button", name="Use my position").click()
    expect(page.locator("#around .place")).to_have_text("Row 1 · Lantern West")
    # A tap 50 m east of the middle moves the place there; the map fills its frame with 200 m.
    box = page.locator("svg.around").bounding_box()
    assert box
    metre = max(box["width"], box["height"]) / 200
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    with page.expect_response("**/report/around/**"):
        page.mouse.click(middle[0] + 50 * metre, middle[1])
    page.get_by_role("button", name="It is here").click()
    expect(page.get_by_role("heading", name="What is wrong?")).to_be_focused()
    page.get_by_text("Broken paving or pothole").click()
    expect(page.get_by_role("heading", name="A photo of it")).to_be_focused()
    expect(page.locator(".step:visible .next")).to_have_text("Go on without a photo")
    take_photo(page, picture)
    page.get_by_role("button", name="Remove this photo").click()
    expect(page.locator("#pictures img")).to_have_count(0)
    page.locator(".step:visible .next").click()
    page.go_back()
    expect(page.get_by_role("heading", name="A photo of it")).to_be_visible()
    page.go_forward()
    page.locator("#description").fill("Deep hole")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    case = Case.objects.get()
    assert (case.category.code, case.description) == ("paving", "Deep hole")
    longitude, latitude = place(150, 60)
    assert (case.location.x, case.location.y) == pytest.approx((longitude, latitude), abs=2e-5)


def test_by_keyboard_and_a_typed_street(town: Town, open_page: Open, files: Path) -> None:
    page = open_page(None, "/report/")
    page.get_by_label("Street and number").fill("Alley 2")
    page.get_by_role("radio", name="Alley 2").focus()
    page.keyboard.press("Space")
    expect(page.locator("#around .place")).to_contain_text("Lantern West")
    page.locator("svg.around").focus()
    before = page.locator("#spot").input_value()
    with page.expect_response("**/report/around/**"):
        page.keyboard.press("ArrowUp")
    expect(page.locator("#spot")).not_to_have_value(before)
    expect(page.locator("svg.around")).to_be_focused()
    page.get_by_role("button", name="It is here").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="What is wrong?")).to_be_visible()
    page.get_by_role("button", name="Next").press("Enter")
    page.locator(".step:visible .next").press("Enter")
    page.get_by_role("button", name="Send the report").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Thank you")


def test_a_photo_that_is_too_large_is_told_before_it_is_sent(
    town: Town, open_page: Open, tmp_path: Path
) -> None:
    large = tmp_path / "large.jpg"
    with large.open("wb") as file:
        file.truncate(21_000_000)
    page = open_page(None, "/l/L-1", size=PHONE)
    take_photo(page, large)
    expect(page.get_by_role("alert")).to_contain_text("20 MB at most")
    expect(page.locator("#pictures img")).to_have_count(0)


def test_what_was_written_is_there_after_a_photo_too_large_for_the_server(
    town: Town, open_page: Open, tmp_path: Path
) -> None:
    large = tmp_path / "large.jpg"
    with large.open("wb") as file:
        file.truncate(110_000_000)
    page = open_page(None, "/report/", java_script_enabled=False)
    page.locator("#description").fill("Deep hole")
    page.locator("#album").set_input_files(large)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="This is too large")).to_be_visible()
    page.go_back()
    expect(page.locator("#description")).to_have_value("Deep hole")


def test_without_a_script_it_is_one_form(
    town: Town, open_page: Open, files: Path, picture: Path
) -> None:
    case = report(town, "paving")
    page = open_page(None, "/report/", size=PHONE, java_script_enabled=False)
    page.locator("#whereabouts").fill("Row 1")
    page.get_by_label("Broken paving or pothole").check()
    page.locator("#album").set_input_files(picture)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("Choose which place you mean.")).to_be_visible()
    expect(page.locator(".pictures img")).to_have_count(1)
    page.get_by_role("radio", name="Row 1").check()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Is it one of these?")).to_be_visible()
    page.get_by_role("button", name="It is something else").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    page.wait_for_load_state("networkidle")
    event = Photo.objects.get().event
    assert event and event.case == Case.objects.exclude(pk=case.pk).get()


def test_the_same_thing_counts_once_more(town: Town, open_page: Open, files: Path) -> None:
    case = report(town, "lamp", lamp=Lamp.objects.get())
    page = open_page(None, "/l/L-1", size=PHONE)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Is it one of these?")).to_be_visible()
    page.get_by_role("button", name="It is the same").click()
    expect(page.get_by_text("1 other person sees it too")).to_be_visible()
    case.refresh_from_db()
    assert (case.confirmations, Case.objects.count()) == (1, 1)


def test_news_can_be_asked_for_and_stopped(town: Town, open_page: Open, settings: Any) -> None:
    settings.EMAIL_HOST, settings.SITE_URL = "mail.example", "https://map.example"
    page = open_page(None, f"/report/follow/{report(town).follow_key}/", size=PHONE)
    for button, answer in (
        ("Tell me by e-mail", "You will hear by e-mail"),
        ("Stop telling me", "You get no more e-mail"),
    ):
        page.get_by_label("E-mail").fill("resident@example.org")
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("status")).to_contain_text(answer)
