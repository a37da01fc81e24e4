"""The ways between the pages of the office: all in sight at every width, and by keyboard."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, TimeoutError, expect

from accounts.models import Role
from fixtures import tablets
from grid.models import Responsibility
from tests.browser.conftest import Open
from tests.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Links and buttons of the head that are shown and lie beside the screen, or under something.
HIDDEN = """() => [...document.querySelectorAll(".office-head :is(a, button, summary)")]
    .filter(one => one.checkVisibility())
    .filter(one => {
      const {left, right, top, bottom} = one.getBoundingClientRect();
      const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return left < 0 || right > innerWidth || top < 0 || bottom > innerHeight
        || !(one.contains(over) || over?.contains(one));
    })
    .map(one => `${one.textContent.trim() || one.ariaLabel} at ${innerWidth}`)"""
SIZES = [(1280, 800), (1024, 768), (900, 700), (390, 844)]
PAGES = 13


def every_page_is_in_sight(page: Page) -> None:
    try:
        # A menu that was just opened can be hit once the next picture is made.
        page.wait_for_function(f"() => ({HIDDEN})().length === 0")
    except TimeoutError:
        assert page.evaluate(HIDDEN) == []
        raise
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_is_in_sight_and_the_menu_works_by_keyboard(
    town: Town, open_page: Open, language: str
) -> None:
    # Whoever has all of the pages: runs the system, and knows homes.
    Responsibility.objects.create(
        member=town.administrator,
        role=Role.COORDINATOR,
        area=town.community,
        starts_on=dt.date(2020, 1, 1),
    )
    tablets.play(town.community, now=timezone.now())
    page = open_page(town.administrator, "/cases/", language=language, wait=False)
    nav = page.locator(".office-head nav")
    menu = nav.locator("details")
    summary = menu.locator("summary")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        every_page_is_in_sight(page)
        summary.focus()
        page.keyboard.press("Enter")
        expect(menu).to_have_attribute("open", "")
        every_page_is_in_sight(page)
        expect(nav.get_by_role("link")).to_have_count(PAGES)
        page.keyboard.press("Tab")
        expect(menu.get_by_role("link").first).to_be_focused()
        page.keyboard.press("Escape")
        expect(menu).not_to_have_attribute("open", "")
        expect(summary).to_be_focused()
    # Whoever walks on by keyboard leaves no open menu behind.
    page.keyboard.press("Enter")
    menu.get_by_role("link").last.focus()
    page.keyboard.press("Tab")
    expect(menu).not_to_have_attribute("open", "")
