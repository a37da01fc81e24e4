"""A walk planned on the map: "forty minutes from here", in a real browser."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, becomes, stands_still
from tests.browser.test_map import LOOKS, at, hexadecimal
from tests.town import Town, place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def drawn(page: Page, look: str = "light") -> int:
    """How many pixels of the screen have the colour of a planned walk."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    colours = picture.getcolors(maxcolors=1 << 24) or []
    return sum(n for n, colour in colours if hexadecimal(colour) == LOOKS[look]["walk"])


def planned(page: Page) -> None:
    page.wait_for_selector(".turns")
    page.wait_for_selector("#walk-result:not([aria-busy])")


def zoom(page: Page) -> float:
    return float(page.evaluate("location.hash")[1:].split("/")[0])


# Nothing was walked: everything is overdue, and a walk starts on Row 1.
def test_a_tap_starts_the_walk_that_is_drawn_told_and_kept(town: Town, open_page: Open) -> None:
    page = open_page(town.coordinator, at(100, 50, 17))
    page.locator("#list-page").get_by_role("button", name="Plan a walk").click()
    expect(page.locator(".walk-start")).to_contain_text("Tap the map")
    page.mouse.click(640, 400)
    planned(page)
    expect(page.locator(".walk-start")).to_have_text("Start: Row 1")
    expect(page.locator(".walk-closes")).to_contain_text("2.4 km overdue")
    expect(page.locator("#walk-result")).to_contain_text("100% now")
    expect(page.locator(".turn").first).to_contain_text("Row 1")
    expect(page.locator(".turn-mark").first).to_be_visible()
    becomes(lambda: drawn(page), lambda pixels: pixels > 300)
    # A turn leads there.
    stands_still(page)
    before = zoom(page)
    page.locator(".turn").nth(2).click()
    expect(page.locator(".turn-mark.chosen")).to_have_text("3")
    becomes(lambda: zoom(page), lambda now: now > before)
    # A reload keeps it; so does another view of the panel.
    page.reload()
    planned(page)
    becomes(lambda: drawn(page), lambda pixels: pixels > 100)
    page.get_by_role("button", name="Back to the list").click()
    page.locator("#tools").get_by_role("button", name="Plan a walk").click()
    expect(page.locator(".turns")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#list-page")).to_be_visible()
    assert "walk=" not in page.url
    becomes(lambda: drawn(page), lambda pixels: pixels == 0)


def test_it_goes_by_keyboard_alone_and_gives_a_file(town: Town, open_page: Open) -> None:
    page = open_page(town.worker, at(100, 50, 18))
    page.locator("#list-page .plan-walk").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#walk-page")).to_be_focused()
    page.get_by_role("button", name="Middle of the map").focus()
    page.keyboard.press("Enter")
    planned(page)
    longer = page.locator("#walk-result strong").inner_text()
    page.get_by_role("button", name="20", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#walk-result strong")).not_to_have_text(longer)
    expect(page.get_by_role("button", name="20", exact=True)).to_be_focused()
    page.get_by_label("Come back to the start").check()
    expect(page).to_have_url(re.compile(r"walk=[\d.,]+,20,back"))
    planned(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download GPX").click()
    assert download.value.suggested_filename.endswith(".gpx")
    assert "<rtept" in download.value.path().read_text(encoding="utf-8")


def test_the_card_and_a_long_press_start_one_too(town: Town, open_page: Open) -> None:
    page = open_page(town.coordinator, at(100, 50, 18), language="zh-hans", color_scheme="dark")
    page.mouse.click(640, 400)
    page.get_by_role("button", name="从这里规划路线").click()
    planned(page)
    becomes(lambda: drawn(page, "dark"), lambda pixels: pixels > 100)
    expect(page.locator(".walk-start")).to_have_text("起点：第1街")
    kept = page.url
    # What a finger that stays down becomes.
    page.mouse.click(900, 300, button="right")
    page.wait_for_function("before => location.href !== before", arg=kept)
    planned(page)
    # A cell's own walk begins where it is best.
    page.locator("#walk-page .icon-button").click()
    page.locator(".cell").first.click()
    page.get_by_role("button", name="在本网格规划路线").click()
    expect(page).to_have_url(re.compile(r"walk=,,40&within=99010100100100\d"))
    planned(page)
    expect(page.locator("#walk-within")).to_contain_text("Lantern")


class TestWhereTheReaderIs:
    def test_the_position_is_the_start_where_it_may_be_known(
        self, town: Town, open_page: Open
    ) -> None:
        lon, lat = place(300, 150)
        page = open_page(
            town.coordinator,
            size=(390, 844),
            has_touch=True,
            geolocation={"longitude": lon, "latitude": lat},
            permissions=["geolocation"],
        )
        page.locator("#tools .plan-walk").tap()
        page.get_by_role("button", name="My position").tap()
        planned(page)
        expect(page.locator(".walk-start")).to_have_text("Start: Row 2")
        becomes(lambda: drawn(page), lambda pixels: pixels > 100)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

    def test_without_it_the_map_can_be_tapped(self, town: Town, open_page: Open) -> None:
        page = open_page(town.coordinator, at(100, 50, 18))
        page.locator("#tools .plan-walk").click()
        page.get_by_role("button", name="My position").click()
        expect(page.locator("#walk-result")).to_contain_text("does not tell where you are")
        page.mouse.click(640, 400)
        planned(page)


class TestWhenItCannotBePlanned:
    def test_an_unreachable_server_is_said_and_tried_again(
        self, town: Town, open_page: Open
    ) -> None:
        page = open_page(town.coordinator, at(100, 50, 18))
        page.locator("#tools .plan-walk").click()
        page.context.set_offline(True)
        page.mouse.click(640, 400)
        expect(page.locator("#walk-result")).to_contain_text("nothing was lost")
        page.context.set_offline(False)
        page.locator("#walk-result").get_by_role("button", name="Try again").click()
        planned(page)

    def test_a_start_far_from_every_street_is_told_in_the_servers_words(
        self, town: Town, open_page: Open
    ) -> None:
        page = open_page(town.coordinator, at(-900, -900, 18))
        page.locator("#tools .plan-walk").click()
        page.mouse.click(640, 400)
        expect(page.locator("#walk-result .empty p")).to_contain_text("street")
        page.locator("#walk-result").get_by_role("button", name="Clear").click()
        expect(page).not_to_have_url(re.compile("walk="))
