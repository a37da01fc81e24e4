"""Selecting one by one: in the list of cells and by clicks on the map; a walk over streets."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Open, becomes, stands_still
from tests.browser.places import pixel
from tests.browser.test_map import at
from tests.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


#  Row 1 of the west cell: 50 ---- x ---- 150; clicked at x = 100.
def test_cells_are_ticked_streets_clicked_and_a_walk_goes_over_them(
    town: Town, open_page: Open
) -> None:
    page = open_page(town.coordinator, at(100, 50, zoom=17, layers="streets.cells"))
    counts, act = page.locator(".select-counts"), page.locator(".select-bar")
    expect(act).to_be_hidden()
    box = page.get_by_role("checkbox", name=re.compile("Lantern West"))
    box.check()
    expect(act).to_have_text("Act on what is selected (1)")
    act.click()
    expect(counts).to_have_text("1 cell")

    stands_still(page)
    page.keyboard.down("Control")
    page.mouse.click(*pixel(page, 100, 50))
    expect(counts).to_contain_text("1 piece of street")
    page.mouse.click(*pixel(page, 100, 50))
    expect(counts).to_have_text("1 cell")
    page.keyboard.up("Control")
    page.keyboard.down("Shift")
    page.mouse.click(*pixel(page, 100, 50))
    page.keyboard.up("Shift")
    expect(counts).to_contain_text("1 piece of street")
    # No card was opened by these clicks.
    expect(page.locator("#card-page")).to_be_hidden()

    page.get_by_role("button", name="Plan a walk over 1 piece of street").click()
    expect(page.locator(".walk-closes")).to_have_text(
        re.compile(r"Walks 100\W?m of 100\W?m chosen")
    )
    segment = town.segments[((50, 50), (150, 50))].pk
    expect(page).to_have_url(re.compile(f"walk=,,40&on={segment}"))
    page.get_by_role("button", name=re.compile("Back")).first.click()
    expect(box).to_be_checked()


def test_what_a_shape_held_is_not_selected_after_all_was_taken_away(
    town: Town, open_page: Open
) -> None:
    page = open_page(town.coordinator, at(100, 50, zoom=17, layers="streets.cells"))
    held: list[Route] = []
    page.route("**/api/v1/selection/", lambda route: held.append(route))
    page.get_by_role("checkbox", name=re.compile("Lantern West")).check()
    page.locator(".select-bar").click()
    page.get_by_role("button", name="Draw on the map").click()
    stands_still(page)
    for x, y in ((60, 20), (140, 20), (100, 90)):
        page.mouse.click(*pixel(page, x, y))
    page.get_by_role("button", name="Close the polygon").click()
    expect(page.locator("#select-page")).to_contain_text("Looking what lies inside")
    becomes(lambda: page.title() and len(held), bool)
    page.get_by_role("button", name="Select nothing").click()
    with page.expect_response("**/api/v1/selection/"):
        held[0].continue_()
    stands_still(page)
    expect(page.locator("#select-page")).not_to_contain_text("Looking what lies inside")
    expect(page.locator(".select-counts")).to_be_empty()
