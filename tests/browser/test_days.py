"""Coverage day by day, and the map as of a past day, in a real browser."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, becomes, settled
from tests.browser.test_map import FIRST, FRESH, at, centre, shows
from tests.town import Town, walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def day(back: int) -> str:
    return (timezone.localdate() - dt.timedelta(days=back)).isoformat()


def summary(page: Page, text: str) -> None:
    expect(page.locator("#summary .headline")).to_contain_text(text)


# All of Row 1's first 100 m was walked 5 days ago, 50 m of it again today; the town has 2,400 m.
def test_a_day_of_the_chart_is_looked_at_by_keyboard(town: Town, open_page: Open) -> None:
    walk(town, town.worker, FIRST, 0, 1000, days_ago=5)
    walk(town, town.worker, FIRST, 0, 500, days_ago=0)
    page = open_page(town.coordinator, at(70, 50, days=1, layers="streets"))
    summary(page, "2%")
    shows(page, FRESH["today"])
    slider = page.locator("#chart").get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("2%"))
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("4%"))
    expect(page.locator(".chart-tip")).to_contain_text("4%")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    summary(page, "4%")
    settled(page)
    assert f"day={day(5)}" in page.url
    expect(page.locator("#legend-day")).not_to_be_empty()
    # It was walked on that day.
    shows(page, FRESH["today"])
    page.get_by_role("button", name="Today").click()
    summary(page, "2%")
    assert "day=" not in page.url
    page.locator(".chart-table summary").click()
    expect(page.locator(".chart-table tr").first).to_contain_text("2%")
    expect(page.locator(".chart-table tr")).to_have_count(30)


def test_a_past_day_survives_a_reload_and_the_card_speaks_of_it(
    town: Town, open_page: Open
) -> None:
    walk(town, town.worker, FIRST, 0, 1000, days_ago=1)
    page = open_page(town.coordinator, at(100, 50, layers="streets"))
    expect(page.locator("#day")).to_have_value(day(0))
    page.locator("#day").fill(day(40))
    expect(page.locator("#summary")).to_contain_text("Nothing was walked in the 30 days up to")
    page.reload()
    settled(page)
    expect(page.locator("#day")).to_have_value(day(40))
    becomes(lambda: centre(page), lambda seen: seen != FRESH["within"])
    page.mouse.click(640, 400)
    card = page.locator("#card-page")
    expect(card).to_contain_text("Nobody has walked this street yet")
    expect(card.locator(".badge")).to_contain_text("as of")
    page.locator("#tools .plan-walk").click()
    expect(page.locator("#walk-page .hint")).to_contain_text("the walk is planned for today")


def test_a_chart_that_cannot_be_loaded_leaves_the_rest(town: Town, open_page: Open) -> None:
    answer = {"error": {"code": "unavailable", "message": "The database does not answer."}}

    def prepare(page: Page) -> None:
        page.route("**/api/v1/series/**", lambda route: route.fulfill(status=503, json=answer))

    page = open_page(town.coordinator, prepare=prepare)
    expect(page.locator("#chart")).to_contain_text("The database does not answer.")
    expect(page.locator(".cell")).to_have_count(2)
    page.unroute("**/api/v1/series/**")
    page.locator("#chart").get_by_role("button", name="Try again").click()
    expect(page.locator("#chart").get_by_role("slider")).to_be_visible()
