"""The map page in a real browser."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import Page, expect

from accounts.models import Member
from grid.models import Area, CellStretch, Responsibility
from map_static.views import COLOURS
from patrols.models import Patrol
from streetlights.models import Lamp
from tests.browser.conftest import Open, becomes, settled
from tests.browser.places import pixel
from tests.town import Town, box, place, walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = json.loads(COLOURS.read_text(encoding="utf-8"))["looks"]
FRESH = LOOKS["light"]["freshness"]
FIRST = ((50, 50), (150, 50))
LAST = ((250, 50), (350, 50))


def at(x: float, y: float, zoom: int = 19, **more: Any) -> str:
    """The page's address with the view centred on a place of the town."""
    lon, lat = place(x, y)
    rest = "".join(f"&{key}={value}" for key, value in more.items())
    return f"/#{zoom}/{lat:.6f}/{lon:.6f}{rest}"


def hexadecimal(pixel: Any) -> str:
    red, green, blue = pixel
    return f"#{red:02x}{green:02x}{blue:02x}"


def colour_at(page: Page, x: int, y: int) -> str:
    """The commonest colour of a few pixels of the screen."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    around = [picture.getpixel((x + dx, y + dy)) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    return hexadecimal(max(set(around), key=around.count))


def centre(page: Page) -> str:
    size = page.viewport_size
    assert size is not None
    return colour_at(page, size["width"] // 2, size["height"] // 2)


def shows(page: Page, *colours: str) -> None:
    """Wait until the middle of the screen has one of the colours."""
    becomes(lambda: centre(page), lambda seen: seen in colours)


# Row 1 from (50, 50) to (150, 50):   |  walked today  |  walked 9 days ago  |  never  |
#                                     50              90                   130      150
def test_each_metre_has_its_own_colour(town: Town, open_page: Open) -> None:
    walk(town, town.worker, FIRST, 0, 400, days_ago=0)
    walk(town, town.worker, FIRST, 400, 800, days_ago=9)
    layers: Any = {"layers": "streets"}
    for x, cls in ((70, "today"), (110, "overdue")):
        shows(open_page(town.coordinator, at(x, 50, **layers)), FRESH[cls])
    page = open_page(town.coordinator, at(140, 50, **layers))

    def row() -> set[str]:
        line = Image.open(io.BytesIO(page.screenshot())).convert("RGB").crop((600, 400, 680, 401))
        return {hexadecimal(line.getpixel((x, 0))) for x in range(line.width)}

    # A dash is grey and gap by turns.
    becomes(row, lambda seen: {FRESH["never"], LOOKS["light"]["plain"]} <= seen)


def test_a_walk_shows_without_fetching_geometry_again(town: Town, open_page: Open) -> None:
    page = open_page(town.coordinator, at(100, 50, layers="streets"))
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    walk(town, town.worker, FIRST, 0, 1000, days_ago=0)
    page.get_by_role("button", name="7 days").click()
    settled(page)
    shows(page, FRESH["today"])
    assert not [url for url in fetched if "/tiles/" in url]


def test_other_workers_cells_are_greyed_for_a_worker(town: Town, open_page: Open) -> None:
    walk(town, town.worker, FIRST, 0, 1000, days_ago=0)
    walk(town, town.teammate, LAST, 0, 1000, days_ago=0)
    layers: Any = {"layers": "streets"}
    shows(open_page(town.worker, at(100, 50, **layers)), FRESH["today"])
    assert centre(open_page(town.worker, at(300, 50, **layers))) != FRESH["today"]
    shows(open_page(town.coordinator, at(300, 50, **layers)), FRESH["today"])


def test_who_covers_nothing_sees_places_and_no_freshness(town: Town, open_page: Open) -> None:
    walk(town, town.worker, FIRST, 0, 1000, days_ago=0)
    page = open_page(town.outsider, at(100, 50, layers="streets"))
    shows(page, LOOKS["light"]["plain"])
    expect(page.locator("#cells")).to_contain_text("not responsible for any area yet")


def test_nothing_is_asked_that_would_be_refused(town: Town, open_page: Open) -> None:
    """Freshness of a neighbour's community: the refusal would stand in the browser's console."""
    refused: list[str] = []

    def listen(page: Page) -> None:
        page.on("response", lambda answer: refused.append(answer.url) if not answer.ok else None)

    open_page(town.outsider, at(100, 50), prepare=listen)
    assert refused == []


def test_who_walked_says_that_nothing_was_wrong(town: Town, open_page: Open) -> None:
    patrol = walk(town, town.worker, FIRST, 0, 1000, days_ago=2)
    page = open_page(town.worker, at(100, 50))
    page.mouse.click(640, 400)
    button = page.get_by_role("button", name="Nothing was wrong on this walk")
    for pressed in (True, False, True):
        button.click()
        expect(button).to_have_attribute("aria-pressed", str(pressed).lower())
        expect(button).to_be_enabled()
    patrol.refresh_from_db()
    assert patrol.nothing_wrong_at is not None
    office = open_page(town.coordinator, at(100, 50))
    office.mouse.click(640, 400)
    expect(office.locator("#card-page")).to_contain_text("Nothing was wrong on this walk")
    expect(office.get_by_role("button", name="Nothing was wrong on this walk")).to_have_count(0)


def test_a_click_answers_who_is_responsible_up_the_chain(town: Town, open_page: Open) -> None:
    patrol = walk(town, town.worker, FIRST, 0, 1000, days_ago=2, simulated=True)
    Patrol.objects.filter(pk=patrol.pk).update(certain_metres=96, doubtful_metres=4)
    page = open_page(town.coordinator, at(100, 50))
    page.mouse.click(640, 400)
    card = page.locator("#card-page")
    expect(card.locator(".chain > li")).to_have_count(5)
    expect(card.locator(".level-15")).to_contain_text("Wang Wei")
    expect(card.locator(".level-12")).to_contain_text("Cui Lan")
    expect(card.locator(".level-9")).to_contain_text("Li Da")
    expect(card.locator(".level-6")).to_contain_text("Nobody yet")
    expect(card.locator(".street")).to_contain_text("Row 1")
    expect(card.locator("time")).to_have_text("2 days ago")
    expect(card.locator(".patrol")).to_contain_text("by Wang Wei")
    expect(card.locator(".patrol")).to_contain_text("Simulated")
    expect(card).to_contain_text(re.compile(r"96\sm surely walked, 4\sm in doubt"))
    expect(card.locator(".strip-part.within")).to_have_count(1)
    page.get_by_role("button", name="Back to the list").click()
    expect(card).to_be_hidden()
    expect(page.locator(".cell")).to_have_count(2)


def test_a_patrols_track_can_be_shown_from_the_card(town: Town, open_page: Open) -> None:
    patrol = walk(town, town.worker, FIRST, 0, 1000, days_ago=1)
    page = open_page(town.coordinator, at(100, 50, 18))
    page.mouse.click(640, 400)
    with page.expect_response(re.compile(f"/api/v1/patrols/{patrol.pk}/track/")) as answer:
        page.get_by_role("button", name="Show this patrol's track").click()
    assert answer.value.ok
    assert "tracks" in page.url


def test_cells_are_listed_least_covered_first_and_lead_there(town: Town, open_page: Open) -> None:
    walk(town, town.worker, FIRST, 0, 1000, days_ago=1)
    page = open_page(town.coordinator)
    names = page.locator(".cell-name")
    expect(names).to_have_text(["Lantern East", "Lantern West"])
    expect(page.locator(".cell").first).to_contain_text("Tian Tian")
    before = page.url
    names.first.click()
    expect(page.locator("#card-page")).to_contain_text(town.east.code)
    page.wait_for_function("before => location.href !== before", arg=before)
    # All of it is in sight: right of the panel, above the bar of time.
    panel, bar = (page.locator(part).bounding_box() for part in ("#panel", "#timeline"))
    assert panel is not None and bar is not None

    def clear(corners: list[tuple[float, float]]) -> bool:
        (left, bottom), (right, top) = corners
        seen = left > panel["x"] + panel["width"] and right < 1280 and top > 0
        return seen and bottom < bar["y"]

    becomes(lambda: [pixel(page, 200, 0), pixel(page, 400, 400)], clear)
    assert town.east.code in page.url


def test_the_view_survives_a_reload(town: Town, open_page: Open) -> None:
    page = open_page(town.coordinator, at(100, 50, 18))
    page.get_by_role("button", name="7 days").click()
    page.locator("#layers summary").click()
    page.get_by_role("checkbox", name="Lamps").check()
    page.get_by_label("alley").uncheck()
    address = page.url
    page.reload()
    settled(page)
    assert page.url == address
    expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
    page.locator("#layers summary").click()
    expect(page.get_by_role("checkbox", name="Lamps")).to_be_checked()
    expect(page.get_by_label("alley")).not_to_be_checked()


def test_an_address_that_was_sent_is_taken_up_by_an_open_map(town: Town, open_page: Open) -> None:
    page = open_page(town.coordinator, at(100, 50, 18))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_focused()
    assert "#18" in page.url
    with page.expect_navigation(wait_until="load"):
        page.evaluate("address => { location.href = address; }", at(100, 50, 17, days=7))
    settled(page)
    expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")


def test_a_kind_that_is_filtered_out_loses_its_colour(town: Town, open_page: Open) -> None:
    walk(town, town.worker, FIRST, 0, 1000, days_ago=0)
    page = open_page(town.coordinator, at(100, 50, layers="streets", kinds="alley"))
    shows(page, LOOKS["light"]["plain"])


def test_lamps_and_service_points_come_by_box(town: Town, open_page: Open) -> None:
    Lamp.objects.update(working=True)
    lamp = LOOKS["light"]["lamp"]
    page = open_page(town.coordinator, at(100, 53, 19, layers="lamps"))
    shows(page, lamp)
    page = open_page(town.coordinator, at(300, 120, 19, layers="service_points"))
    shows(page, LOOKS["light"]["point"])
    name = page.locator(".leaflet-tooltip").get_by_text("Harbour Library", exact=True)

    def pointed_at() -> bool:
        page.mouse.move(740, 500)
        page.mouse.move(640, 400)
        return name.is_visible()

    becomes(pointed_at, bool)


def test_simulated_data_is_labelled(town: Town, open_page: Open) -> None:
    expect(open_page(town.coordinator).locator("#simulated")).to_be_hidden()
    walk(town, town.worker, FIRST, 0, 1000, days_ago=0, simulated=True)
    expect(open_page(town.coordinator).locator("#simulated")).to_be_visible()


def test_openstreetmap_is_credited(town: Town, open_page: Open) -> None:
    credit = open_page(town.coordinator).locator(".leaflet-control-attribution")
    expect(credit).to_contain_text("© OpenStreetMap contributors, ODbL")


def test_the_night_look_is_remembered(town: Town, open_page: Open) -> None:
    page = open_page(town.coordinator, at(100, 50))
    page.locator("#account summary").click()
    page.get_by_role("button", name="Night red").click()
    page.reload()
    settled(page)
    expect(page.locator("html")).to_have_attribute("data-theme", "night")

    def is_red(colour: str) -> bool:
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return red > green and red > blue

    becomes(lambda: centre(page), is_red)


def test_the_system_decides_between_light_and_dark(town: Town, open_page: Open) -> None:
    page = open_page(town.coordinator, at(-200, -200, 16), color_scheme="dark")
    shows(page, LOOKS["dark"]["land"])
    page.emulate_media(color_scheme="light")
    shows(page, LOOKS["light"]["land"])


class TestWithoutData:
    def test_an_administrator_is_told_the_command_to_load_a_map(
        self, transactional_db: None, open_page: Open
    ) -> None:
        first = Member.objects.create(
            username="first", name="First", is_staff=True, is_superuser=True
        )
        page = open_page(first)
        expect(page.locator("#cells .command")).to_contain_text("./run manage import_osm")

    def test_a_member_is_told_whom_to_wait_for(
        self, transactional_db: None, open_page: Open
    ) -> None:
        page = open_page(Member.objects.create(username="first", name="First"))
        expect(page.locator("#cells")).to_contain_text("An administrator loads the streets first")

    def test_without_cells_the_command_to_make_them_is_shown(
        self, town: Town, open_page: Open
    ) -> None:
        CellStretch.objects.all().delete()
        Responsibility.objects.filter(area__level=15).delete()
        Area.objects.filter(level=15).update(retired_on="2020-01-01")
        page = open_page(town.administrator)
        command = f"./run manage split_cells {town.community.code}"
        expect(page.locator("#cells .command")).to_contain_text(command)

    def test_without_walks_it_says_what_to_do(self, town: Town, open_page: Open) -> None:
        page = open_page(town.coordinator)
        expect(page.locator("#summary")).to_contain_text("Nothing was walked in the last 30 days")
        expect(page.locator("#summary")).to_contain_text("Choose a longer time")


class TestWhenThingsFail:
    def test_an_unreachable_server_is_said_and_tried_again(
        self, town: Town, open_page: Open
    ) -> None:
        page = open_page(town.coordinator, at(100, 50))
        page.context.set_offline(True)
        page.mouse.click(640, 400)
        card = page.locator("#card-page")
        expect(card).to_contain_text("The server cannot be reached")
        page.context.set_offline(False)
        card.get_by_role("button", name="Try again").click()
        expect(card).to_contain_text("Wang Wei")

    def test_an_ended_session_leads_to_signing_in_and_back_to_this_view(
        self, town: Town, open_page: Open
    ) -> None:
        page = open_page(town.coordinator, at(100, 50, 18))
        page.context.clear_cookies()
        page.get_by_role("button", name="7 days").click()
        page.get_by_role("button", name="Sign in again").click()
        page.wait_for_url(re.compile("/sign-in/"))
        assert "days%3D7" in page.url or "days=7" in page.url

    def test_a_fault_of_the_server_is_told_in_its_own_words(
        self, town: Town, open_page: Open
    ) -> None:
        answer = {"error": {"code": "unavailable", "message": "The database does not answer."}}

        def prepare(page: Page) -> None:
            page.route(
                "**/api/v1/coverage/**",
                lambda route: route.fulfill(status=503, json=answer),
            )

        page = open_page(town.coordinator, prepare=prepare)
        expect(page.locator("#cells")).to_contain_text("The database does not answer.")
        page.unroute("**/api/v1/coverage/**")
        page.locator("#cells").get_by_role("button", name="Try again").click()
        expect(page.locator(".cell")).to_have_count(2)


#: How high the sheet is once it has moved there.
HEIGHT = """async () => {
  const panel = document.getElementById("panel");
  await Promise.all(panel.getAnimations().map(({ finished }) => finished));
  return panel.getBoundingClientRect().height;
}"""


class TestWithFingers:
    TABLET = {"size": (1024, 768), "has_touch": True}

    def test_the_sheet_has_three_heights(self, town: Town, open_page: Open) -> None:
        page = open_page(town.worker, **self.TABLET)
        heights: list[int] = []
        for _ in range(3):
            becomes(lambda: round(page.evaluate(HEIGHT)), lambda height: height not in heights[-1:])
            heights.append(round(page.evaluate(HEIGHT)))
            page.locator("#grip").tap()
        assert len(set(heights)) == 3
        assert min(heights) < 120
        assert max(heights) > 600

    @pytest.mark.parametrize("size", [(1024, 768), (390, 844)])
    def test_every_target_is_large_enough(
        self, town: Town, open_page: Open, size: tuple[int, int]
    ) -> None:
        page = open_page(town.worker, size=size, has_touch=True)
        page.locator("#account summary").tap()
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, a[href], select, summary, label")]
                .filter((e) => e.checkVisibility() && !e.closest(".leaflet-control-attribution"))
                .filter((e) => !e.matches(".skip, .hidden, #grip, #legend > summary"))
                .map((e) => [e.id || e.className || e.textContent, e.getBoundingClientRect()])
                .filter(([, box]) => box.height < 42 || box.width < 32)
                .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
        )
        assert small == []

    def test_a_tap_asks_and_the_sheet_answers(self, town: Town, open_page: Open) -> None:
        page = open_page(town.worker, at(100, 50), **self.TABLET)
        page.touchscreen.tap(512, 200)
        expect(page.locator("#card-page .level-15")).to_contain_text("Wang Wei")

    def test_nothing_is_cut_off_on_a_phone(self, town: Town, open_page: Open) -> None:
        page = open_page(town.worker, size=(390, 844), has_touch=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390


class TestBaseMaps:
    CENTRE = (116.3975, 39.9087)

    def asked_for(
        self, open_page: Open, member: Member, crs: str, settings: Any
    ) -> set[tuple[int, int]]:
        """Columns and rows of the pictures that the page asks for around Tian'anmen."""
        settings.BASE_MAPS = json.dumps(
            [
                {
                    "name": "Test",
                    "url": "https://pictures.example/{z}/{x}/{y}.png",
                    "attribution": "© Example",
                    "crs": crs,
                }
            ]
        )
        policy = json.loads(json.dumps(settings.CONTENT_SECURITY_POLICY, default=str))
        policy["DIRECTIVES"] = dict(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
        policy["DIRECTIVES"]["img-src"] = ["'self'", "data:", "https://pictures.example"]
        settings.CONTENT_SECURITY_POLICY = policy
        pictures: set[tuple[int, int]] = set()

        def prepare(page: Page) -> None:
            def answer(route) -> None:
                _host, x, y = route.request.url.removesuffix(".png").rsplit("/", 2)
                pictures.add((int(x), int(y)))
                route.fulfill(status=200, content_type="image/png", body=PIXEL)

            page.route("https://pictures.example/**", answer)

        lon, lat = self.CENTRE
        page = open_page(member, f"/#18/{lat}/{lon}&base=Test", prepare=prepare)
        expect(page.locator(".leaflet-control-attribution")).to_contain_text("© Example")
        shown = page.locator("img[src^='https://pictures.example/']")
        expect(shown.first).to_be_attached()
        expect(shown.and_(page.locator(":not(.leaflet-tile-loaded)"))).to_have_count(0)
        return pictures

    def test_gcj02_pictures_are_shifted_and_wgs84_ones_are_not(
        self, town: Town, open_page: Open, settings
    ) -> None:
        """Around Beijing GCJ-02 lies about 500 m east and 150 m north of WGS 84."""
        plain = self.asked_for(open_page, town.worker, "wgs84", settings)
        shifted = self.asked_for(open_page, town.worker, "gcj02", settings)

        def middle(found: set[tuple[int, int]]) -> tuple[float, float]:
            xs, ys = zip(*found, strict=True)
            return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2

        # A picture of zoom 18 is 117 m wide there.
        east = (middle(shifted)[0] - middle(plain)[0]) * 117
        north = (middle(plain)[1] - middle(shifted)[1]) * 117
        assert 400 < east < 650
        assert 50 < north < 280


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8"
    "cfc0f01f0005050102a2d2d4a50000000049454e44ae426082"
)


def test_screens_for_the_eye(town: Town, open_page: Open, tmp_path: Path) -> None:
    """Every size, language and look draws something; the pictures are there to be looked at."""
    walk(town, town.worker, FIRST, 0, 600, days_ago=0)
    walk(town, town.worker, ((50, 50), (50, 150)), 0, 1000, days_ago=9)
    for size, language, scheme in (
        ((1280, 800), "en", "light"),
        ((1280, 800), "zh-hans", "dark"),
        ((1024, 768), "zh-hans", "light"),
        ((390, 844), "en", "dark"),
    ):
        page = open_page(town.coordinator, size=size, language=language, color_scheme=scheme)
        file = tmp_path / f"{size[0]}-{language}-{scheme}.png"

        def colours(page: Page = page, file: Path = file) -> int:
            page.screenshot(path=file)
            return len(Image.open(file).convert("RGB").getcolors(maxcolors=1 << 24) or [])

        becomes(colours, lambda number: number > 50)
    assert Client().get("/").status_code == 302


def test_the_first_view_is_of_the_area_whose_figures_are_shown(town: Town, open_page: Open) -> None:
    far = Area.objects.create(
        code="990101001002", level=12, name="Far Away", geometry=box(900_000, 0, 900_400, 400)
    )
    page = open_page(town.administrator)
    expect(page.locator("#area")).to_have_value(town.community.code)
    close_up = re.compile(r"#1[5-9]/")
    expect(page).to_have_url(close_up)
    page.locator("#area").select_option(far.code)
    page.goto("about:blank")
    page.goto(f"/#area={far.code}")
    settled(page)
    expect(page).to_have_url(close_up)
