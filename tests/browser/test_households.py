"""Households in a real browser: taken in, renewed, withdrawn; by keyboard, and on a phone."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from grid.models import Building
from households.models import CarePlan, ConsentText, Household
from tests.browser.conftest import Open
from tests.households.homes import by_job, home, plan
from tests.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/care/households/"
PHONE = (360, 740)


@pytest.fixture
def lane(town: Town) -> Building:
    """The building of the worker's that is found by its address; what migrations plant is there."""
    from households import defaults
    from households.models import Checklist, ChecklistItem

    defaults.plant(Checklist, ChecklistItem, ConsentText)
    building = town.buildings[0]
    building.street_name, building.number = "Lantern Lane", "12"
    building.save()
    return building


def quiet(page: Page) -> None:
    page.wait_for_load_state("networkidle")


def fits(page: Page) -> bool:
    """Nothing has to be pushed aside to be read."""
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


def test_a_household_is_taken_in_renewed_and_withdrawn(
    open_page: Open, town: Town, lane: Building
) -> None:
    page = open_page(town.worker, LIST, wait=False)
    page.get_by_role("link", name="Take in a household").click()
    page.get_by_role("searchbox").fill("lantern 12")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Lantern Lane 12").click()
    words = page.locator(".words")
    expect(words.filter(has_text="We agree to be visited")).to_be_visible()
    page.get_by_role("radio", name="中文").check(force=True)
    expect(words.filter(has_text="我们同意")).to_be_visible()
    expect(words.filter(has_text="We agree to be visited")).to_be_hidden()
    page.get_by_label("These words were shown or read out").check()
    page.get_by_role("radio", name="somebody of the household").check()
    page.get_by_role("radio", name="spoken at the door").check()
    page.get_by_label("Door", exact=True).fill("501")
    page.get_by_label("Contact").fill("Ann, 040 123")
    page.get_by_label("What are the visits for?").select_option("alone_and_old")
    page.get_by_label("How often?").select_option("weekly")
    until = timezone.localdate() + dt.timedelta(days=40)
    page.get_by_label("Until").fill(until.isoformat())
    page.get_by_role("button", name="Take in the household").click()
    page.wait_for_selector("article.plan")
    expect(page.locator(".told")).to_contain_text("The first visit is planned")
    expect(page.locator(".case-side")).to_contain_text("Ann, 040 123")
    page.wait_for_selector(".case-map path.leaflet-interactive")

    page.get_by_role("link", name="Renew").click()
    page.get_by_label("These words were shown or read out").check()
    page.get_by_role("radio", name="somebody of the household").check()
    page.get_by_role("radio", name="by telephone").check()
    page.get_by_role("button", name="Renew the plan").click()
    expect(page.locator("article.plan")).to_have_count(2)

    page.goto(f"{LIST}?state=due")
    page.get_by_role("link", name="Lantern Lane 12 · 501").click()
    for _both in range(2):
        page.get_by_role("link", name="Withdraw").first.click()
        expect(page.locator("main")).to_contain_text("From this moment nobody is sent there")
        page.get_by_role("button", name="End the visits now").click()
        expect(page.locator(".told")).to_be_visible()
    page.goto(f"{LIST}?state=due")
    expect(page.locator("main")).to_contain_text("No household of yours fits")
    with by_job():
        assert CarePlan.objects.exclude(withdrawn_at=None).count() == 2
    quiet(page)


def test_a_household_is_taken_in_by_keyboard_alone_in_chinese(
    open_page: Open, town: Town, lane: Building
) -> None:
    page = open_page(town.worker, "/care/households/new/", wait=False, language="zh-hans")

    def tab_to(selector: str) -> None:
        for _press in range(90):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"the keyboard never reaches {selector}")

    tab_to("[name=q]")
    page.keyboard.type("lantern")
    page.keyboard.press("Enter")
    page.wait_for_selector(".buildings")
    tab_to(".buildings a")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name=agreed]")
    expect(page.locator(".words", has_text="我们同意")).to_be_visible()
    for selector in ("[name=agreed]", "[name=consent_by]", "[name=consent_how]"):
        tab_to(selector)
        page.keyboard.press("Space")
    tab_to("[name=label]")
    page.keyboard.type("7")
    tab_to("[name=purpose]")
    page.keyboard.press("ArrowDown")
    tab_to("[name=cadence]")
    page.keyboard.press("ArrowDown")
    tab_to(".care-form button.primary")
    page.keyboard.press("Enter")
    page.wait_for_selector("article.plan")
    expect(page.locator(".told")).to_contain_text("住户已登记")
    with by_job():
        assert Household.objects.count() == 1
    quiet(page)


def test_a_tap_on_the_map_finds_the_building(open_page: Open, town: Town, lane: Building) -> None:
    west, south, _east, _north = lane.footprint.extent
    path = f"/care/households/new/?lon={west - 0.0001}&lat={south}"
    page = open_page(town.worker, path, wait=False)
    page.wait_for_selector(".case-map.leaflet-container")
    quiet(page)
    # Begun 18 levels in at the corner: the building lies just north-east of the centre.
    box = page.locator(".case-map").bounding_box()
    assert box is not None
    metre = 1 / (0.5972 * 0.4975)  # pixels of a metre at level 18 and this latitude
    page.mouse.click(
        box["x"] + box["width"] / 2 + 16 * metre, box["y"] + box["height"] / 2 - 10 * metre
    )
    page.wait_for_selector(".buildings")
    expect(page.get_by_role("link", name="Lantern Lane 12")).to_be_visible()
    quiet(page)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_nothing_is_pushed_aside_on_a_phone(
    open_page: Open, town: Town, lane: Building, language: str
) -> None:
    with by_job():
        one = home(lane, "Averylongnameofadoor")
        standing = plan(one, town, ends_on=timezone.localdate() + dt.timedelta(days=20))
    page = open_page(town.worker, LIST, wait=False, size=PHONE, language=language)
    one_page = f"{LIST}{one.pk}/"
    pages: list[Any] = [
        LIST,
        one_page,
        f"{one_page}change/",
        f"{one_page}plan/",
        f"/care/plans/{standing.pk}/renew/",
        f"/care/plans/{standing.pk}/withdraw/",
        f"/care/households/new/?building={lane.pk}",
        "/care/households/new/?q=lantern",
        "/care/outside/",
        f"/care/outside/?building={lane.pk}",
        "/care/heads/",
        f"/care/heads/new/?building={lane.pk}",
    ]
    for path in pages:
        page.goto(path, wait_until="networkidle")
        assert fits(page), path
