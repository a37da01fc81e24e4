"""A resident with a phone: a lamp's code, a fault anywhere, and no script at all."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import File
from PIL import Image
from playwright.sync_api import Page, Route, expect

from cases.default_categories import plant
from cases.models import Case, Category, Photo
from cases.photos import keep
from streetlights.models import Lamp
from tests.browser.conftest import Open
from tests.cases.play import do, report
from tests.cases.test_photos import files, photo, upright_exif
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
    expect(page.get_by_role("heading", name="What is wrong?")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Next").press("Enter")
    expect(page.get_by_role("heading", name="A photo of it")).to_be_focused()
    page.locator(".step:visible .next").press("Enter")
    page.get_by_role("button", name="Send the report").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Thank you")


def test_a_position_that_comes_late_leaves_the_chosen_place(
    town: Town, open_page: Open, files: Path
) -> None:
    page = open_page(
        None,
        "/report/",
        prepare=lambda page: page.add_init_script(
            "navigator.geolocation.getCurrentPosition = (found) => (window.arrive = found)"
        ),
    )
    page.get_by_role("button", name="Use my position").click()
    page.get_by_label("Street and number").fill("Alley 2")
    page.get_by_role("radio", name="Alley 2").click()
    expect(page.locator("#around .place")).to_contain_text("Lantern West")
    chosen = page.locator("#spot").input_value()
    page.evaluate(
        "([longitude, latitude]) => arrive({ coords: { longitude, latitude } })", place(0, 0)
    )
    page.get_by_role("button", name="It is here").click()
    page.get_by_text("Broken paving or pothole").click()
    page.locator(".step:visible .next").click()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert Case.objects.get().location.coords == pytest.approx(
        [float(number) for number in chosen.split(",")], abs=1e-6
    )


@pytest.fixture
def twelve_megapixels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As a phone takes it: several MB, lying on its side, with the place it was taken at."""
    file = tmp_path_factory.mktemp("phone") / "IMG_12.jpg"
    noise = Image.effect_noise((4000, 3000), 60).convert("RGB")
    noise.save(file, "JPEG", quality=90, exif=upright_exif())
    return file


@pytest.fixture
def arrived(files: Path, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The files that reach the server, as they are when they do."""
    found: list[bytes] = []

    def noted(file: File, *args: Any, **more: Any) -> Photo:
        found.append(file.read())
        file.seek(0)
        return keep(file, *args, **more)

    for module in ("photo_views", "report_views", "office.photos"):
        monkeypatch.setattr(f"cases.{module}.keep", noted)
    return found


def is_small_and_clean(data: bytes) -> bool:
    image = Image.open(io.BytesIO(data))
    # Upright: what lay on its side is higher than wide.
    return image.size == (1200, 1600) and not image.getexif() and b"Somebody" not in data


def test_a_photo_is_made_smaller_and_loses_its_position_before_it_is_sent(
    town: Town, open_page: Open, arrived: list[bytes], twelve_megapixels: Path
) -> None:
    page = open_page(None, "/l/L-1", size=PHONE)
    take_photo(page, twelve_megapixels)
    expect(page.locator("#pictures img")).to_have_js_property("naturalWidth", 1200)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    page.wait_for_load_state("networkidle")
    [data] = arrived
    assert is_small_and_clean(data)
    assert len(data) < twelve_megapixels.stat().st_size / 5
    kept = Photo.objects.get()
    assert kept.event == Case.objects.get().events.get()


def test_without_a_script_the_photo_goes_as_it_was_taken(
    town: Town, open_page: Open, arrived: list[bytes], twelve_megapixels: Path
) -> None:
    page = open_page(None, "/l/L-1", size=PHONE, java_script_enabled=False)
    page.locator("#camera").set_input_files(twelve_megapixels)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    page.wait_for_load_state("networkidle")
    assert arrived == [twelve_megapixels.read_bytes()]


def test_what_the_browser_cannot_read_goes_to_the_server_as_it_is(
    town: Town, open_page: Open, arrived: list[bytes], tmp_path: Path
) -> None:
    heic = tmp_path / "IMG.heic"
    heic.write_bytes(photo("HEIF"))
    page = open_page(None, "/l/L-1", size=PHONE)
    page.locator("#album").set_input_files(heic)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    page.wait_for_load_state("networkidle")
    assert arrived == [heic.read_bytes()]


def test_a_connection_that_breaks_loses_nothing(
    town: Town, open_page: Open, arrived: list[bytes], picture: Path
) -> None:
    page = open_page(None, "/l/L-1", size=PHONE)
    take_photo(page, picture)
    page.get_by_text("Anything else?").click()
    page.locator("#description").fill("By the gate")
    broken = []

    def breaks(route: Route) -> None:
        broken.append(route.request.url)
        route.abort()

    page.route("**/report/photos/", breaks, times=1)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("alert")).to_contain_text("What you filled in is still here")
    assert len(broken) == 1 and not arrived
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    page.wait_for_load_state("networkidle")
    assert (Case.objects.get().description, len(arrived)) == ("By the gate", 1)


def test_a_file_that_is_no_photo_is_told_and_taken_away(
    town: Town, open_page: Open, arrived: list[bytes], picture: Path, tmp_path: Path
) -> None:
    other = tmp_path / "letter.jpg"
    other.write_bytes(b"%PDF-1.7")
    page = open_page(None, "/l/L-1", size=PHONE)
    page.locator("#album").set_input_files([picture, other])
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("alert")).to_contain_text("not a photo that can be read")
    page.get_by_role("button", name="Remove this photo").last.click()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    page.wait_for_load_state("networkidle")
    # The good one arrived the first time, and was not sent again.
    assert len(arrived) == 2
    assert Photo.objects.get().event == Case.objects.get().events.get()


def test_a_members_photos_are_made_smaller_too(
    town: Town, open_page: Open, arrived: list[bytes], twelve_megapixels: Path
) -> None:
    page = open_page(town.worker, "/cases/new/", wait=False, **at(100, 60))
    page.get_by_role("button", name="Use my position").click()
    page.get_by_label("Broken paving or pothole").check()
    page.locator("#album").set_input_files(twelve_megapixels)
    page.get_by_role("button", name="Report", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Reported as case")
    case = Case.objects.get()
    page.locator("summary", has_text="Add a note").click()
    page.locator("#note-album").set_input_files(twelve_megapixels)
    page.locator("#note-note").fill("From the other side")
    page.get_by_role("button", name="Add a note", exact=True).click()
    expect(page.locator(".history img")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    assert [is_small_and_clean(data) for data in arrived] == [True, True]
    assert [event.photos.count() for event in case.events.order_by("number")] == [1, 1]


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
