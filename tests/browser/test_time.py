"""Time played, two periods compared, views shared and saved, in a real browser."""

import datetime as dt
import re
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Route, expect

from publish.models import SavedView
from tests.browser.conftest import Open, becomes, settled
from tests.browser.test_map import FIRST, FRESH, LOOKS, at, shows
from tests.town import Town, walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = settings.BASE_DIR / "node_modules/axe-core/axe.min.js"
DIFFERENCE = LOOKS["light"]["difference"]
#: Keeps the days that the field shows, each once, where a test can wait for them.
WATCH = """() => {
  const slider = document.querySelector("#timeline input[type=range]");
  let last = document.getElementById("day").value;
  new MutationObserver(() => {
    const { value } = document.getElementById("day");
    if (value === last) return;
    last = value;
    document.body.dataset.played = `${document.body.dataset.played ?? ""} ${value}`.trim();
  }).observe(slider, { attributeFilter: ["aria-valuetext"] });
}"""


def day(back: int) -> str:
    return (timezone.localdate() - dt.timedelta(days=back)).isoformat()


# Row 1's first 100 m: walked 21 days ago and never since.
def test_weeks_are_played_and_paused_by_keyboard(town: Town, open_page: Open) -> None:
    walk(town, town.worker, FIRST, 0, 1000, days_ago=21)
    page = open_page(town.coordinator, at(100, 50, layers="streets"), reduced_motion="reduce")
    shows(page, FRESH["overdue"])
    slider = page.locator("#timeline input[type=range]")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("4% walked in 30 days"))
    slider.focus()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    # Three weeks back it was walked on that very day.
    page.wait_for_url(re.compile(f"day={day(21)}"))
    expect(page.locator("#day")).to_have_value(day(21))
    shows(page, FRESH["today"])
    # On to today, week by week; all of it came at once: no picture asks for anything.
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate(WATCH)
    page.keyboard.press("Space")
    play = page.locator(".timeline-play")
    played = f"{day(14)} {day(7)} {day(0)}"
    expect(page.locator("body")).to_have_attribute("data-played", played)
    expect(play).to_have_accessible_name("Play")
    settled(page)
    shows(page, FRESH["overdue"])
    assert "day=" not in page.url
    assert len([url for url in asked if "/history/?" in url]) == 1
    # From the last day it begins anew, twelve weeks back; there it stands still.
    page.emulate_media(reduced_motion="reduce")
    page.keyboard.press("Space")
    expect(play).to_have_accessible_name("Pause")
    expect(page.locator("#day")).not_to_have_value(day(0))
    page.keyboard.press("Space")
    expect(play).to_have_accessible_name("Play")
    page.wait_for_url(re.compile("day="))


# Row 1's first 100 m: walked 3 and 10 days ago up to 50 m, 10 days ago from there on.
def test_two_periods_stand_side_by_side_and_as_their_difference(
    town: Town, open_page: Open
) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=3)
    walk(town, town.worker, FIRST, 0, 1000, days_ago=10)
    page = open_page(town.coordinator, at(120, 50, days=7, layers="streets"))
    page.get_by_role("button", name="Compare two periods").click()
    expect(page.locator("#map-vs canvas").first).to_be_visible()
    assert f"vs={day(7)},7" in page.url
    heads = page.locator(".period-head")
    expect(heads).to_have_count(2)
    expect(heads.nth(1)).not_to_have_text(heads.nth(0).inner_text())
    divider = page.get_by_role("separator")
    divider.focus()
    page.keyboard.press("ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "55")
    figures = page.locator(".compare-table")
    expect(figures.locator('[data-class="both"]')).to_contain_text("50 m")
    expect(figures.locator('[data-class="lost"]')).to_contain_text("50 m")
    expect(figures.locator('[data-class="gained"]')).to_contain_text("0 m")
    page.get_by_role("button", name="What differs").click()
    expect(page.locator("#map-vs")).to_have_count(0)
    shows(page, DIFFERENCE["lost"])
    expect(page.locator("#legend")).to_contain_text("No longer walked")
    # The link shows the same to whoever opens it.
    page.reload()
    settled(page)
    shows(page, DIFFERENCE["lost"])
    expect(figures.locator('[data-class="lost"]')).to_contain_text("50 m")
    page.evaluate(AXE.read_text())
    found: Any = page.evaluate(
        "async () => (await axe.run('#timeline, #comparison')).violations"
        ".filter(({impact}) => ['serious', 'critical'].includes(impact)).map(({id}) => id)"
    )
    assert found == []
    page.get_by_role("button", name="Stop comparing").click()
    expect(page).not_to_have_url(re.compile("vs="))


def test_figures_of_two_periods_are_of_those_that_are_chosen(town: Town, open_page: Open) -> None:
    walk(town, town.worker, FIRST, 0, 1000, days_ago=10)
    page = open_page(town.coordinator, at(120, 50, days=7, layers="streets"))
    page.get_by_role("button", name="Compare two periods").click()
    lost = page.locator('#comparison [data-class="lost"]')
    expect(lost).to_contain_text("100 m")
    # Another period, and back before its figures came.
    held: list[Route] = []
    page.route(re.compile(r"/difference/.*vs_days=14"), lambda route: held.append(route))
    page.locator("#vs-days").select_option("14")
    expect(page.locator("#comparison [aria-busy]")).to_have_count(1)
    becomes(lambda: page.title() and len(held), bool)
    page.locator("#vs-days").select_option("7")
    expect(page.locator("#comparison [aria-busy]")).to_have_count(0)
    page.get_by_role("button", name="Stop comparing").click()
    page.get_by_role("button", name="Compare two periods").click()
    expect(lost).to_contain_text("100 m")
    held[0].abort()


def test_a_view_is_saved_by_name_and_opened_again(town: Town, open_page: Open) -> None:
    page = open_page(town.coordinator, at(120, 50, days=7, layers="streets"))
    page.locator("#views summary").click()
    expect(page.locator(".view-link input")).to_have_value(page.url)
    page.get_by_label("Name of the view").fill("Row 1 this week")
    page.get_by_label("Who finds it").select_option(town.community.code)
    page.get_by_role("button", name="Save view").click()
    expect(page.locator("#views [role=status]")).to_contain_text("is saved")
    view = SavedView.objects.get()
    assert (view.owner, view.shared_with) == (town.coordinator, town.community.code)
    other = open_page(town.worker, f"/views/{view.pk}/")
    assert other.url.endswith(view.hash)
    other.locator("#views summary").click()
    expect(other.locator(".view-list")).to_contain_text("by Cui Lan")
    page.get_by_role("button", name="Delete “Row 1 this week”").click()
    expect(page.locator(".view-list")).to_contain_text("No saved view yet")
    assert not SavedView.objects.exists()
