"""The office decides about what a tablet sent, in a real browser."""

import uuid
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.default_categories import plant
from cases.models import Case, Category
from fixtures import tablets
from sync.models import Operation
from tests.browser.conftest import Open
from tests.cases.play import point, report
from tests.sync.tablet import Tablet
from tests.town import Town, small_town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
#: What of a page is pressed, and how low each of it is.
LOW = """selector => [...document.querySelectorAll(selector)].filter(one => one.offsetParent)
    .map(one => [one.textContent.trim(), one.getBoundingClientRect().height])
    .filter(([_name, height]) => height < 48)"""


@pytest.fixture
def town(transactional_db: None) -> Town:
    """The small town with the categories that ship, which a flushed database has lost."""
    plant(Category)
    return small_town()


def large_enough(page: Page) -> None:
    named = ("button", "summary", "table a", ".counts a", ".crumbs a")
    pressed = ", ".join(f"main .tablets {name}" for name in named) + ", main .conflict button"
    assert page.locator(pressed).count()
    assert page.evaluate(LOW, pressed) == []


def test_a_report_is_put_right_and_a_conflict_decided(town: Town, open_page: Open) -> None:
    case = report(town, now=timezone.now(), description="Broken", simulated=True)
    tablets.play(town.community, now=timezone.now())
    page = open_page(town.coordinator, "/sync/", wait=False)
    large_enough(page)
    expect(page.locator("nav")).to_contain_text("From tablets 4")
    page.get_by_role("link", name="New case").click()
    expect(page.locator(".facts").first).to_contain_text("Hole in the pavement")
    expect(page.locator(".refusal").first).to_contain_text("none of the areas")
    page.get_by_text("Change it and take it in").click()
    large_enough(page)
    place = point()
    page.get_by_label("longitude").fill(str(place.x))
    page.get_by_label("latitude").fill(str(place.y))
    page.get_by_role("button", name="Take in", exact=True).click()
    expect(page.locator(".told")).to_have_text("Taken in.")
    assert Case.objects.filter(description="Hole in the pavement").count() == 1

    page.goto(f"/cases/{case.pk}/")
    large_enough(page)
    both = page.get_by_role("group", name="what is wrong")
    expect(both).to_contain_text("Two slabs are broken.")
    both.get_by_role("button", name="Keep this").click()
    expect(page.locator(".told")).to_have_text("Decided.")
    expect(page.locator(".description")).to_have_text("The slab beside the drain is broken.")
    expect(page.get_by_text("Two versions")).to_have_count(0)


def test_it_fits_a_narrow_screen_in_chinese(town: Town, open_page: Open) -> None:
    tablet = Tablet(town.worker)
    given: dict[str, Any] = {"key": str(uuid.uuid4()), "category": "paving", "lon": 0.0, "lat": 0.0}
    tablet.send(tablet.record("case.report", given))
    row = Operation.objects.get()
    for path in ("/sync/", f"/sync/{row.pk}/"):
        page = open_page(
            town.coordinator, path, wait=False, size=(390, 800), language="zh",
            color_scheme="dark",
        )  # fmt: skip
        large_enough(page)
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wider) <= 0
        expect(page.locator("main")).to_contain_text("新案件")
