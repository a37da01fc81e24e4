"""Searching and selecting on the map in a real browser."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Route, expect

from cases.default_categories import plant
from cases.models import Case, Category
from tests.browser.conftest import Open, becomes, stands_still
from tests.browser.places import pixel
from tests.browser.test_map import at
from tests.cases.play import crew_of, point, report
from tests.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = settings.BASE_DIR / "node_modules/axe-core/axe.min.js"
FAULTS = """async () => {
  const {violations} = await axe.run({include: [["#panel"]]});
  return violations
    .filter(({impact}) => impact === "serious" || impact === "critical")
    .map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html).join(" | ")}`);
}"""


def test_a_street_is_found_by_initials_and_cases_are_selected_and_given(
    town: Town, open_page: Open
) -> None:
    plant(Category)
    street = town.streets["Row 3"]
    street.name = "人民路"
    street.save()
    crew = crew_of(town.teammate)
    cases: list[Any] = [
        report(town, now=timezone.now(), location=point(*where))
        for where in ((290, 210), (310, 210))
    ]
    page = open_page(town.coordinator, at(200, 200, zoom=17, layers="streets.cells"))
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name=re.compile("Search"))
    expect(box).to_be_focused()
    page.keyboard.type("rml")
    option = page.get_by_role("option", name="人民路")
    expect(option).to_have_attribute("aria-selected", "true")
    page.evaluate(AXE.read_text())
    assert page.evaluate(FAULTS) == []
    before = page.url
    page.keyboard.press("Enter")
    # The map has arrived there.
    expect(page).not_to_have_url(before)
    expect(page.locator("#card-page")).to_contain_text("人民路")
    expect(box).to_have_value("人民路")
    # Who presses Enter at once goes there when it is found.
    held: list[Route] = []
    page.route("**/api/v1/search/**", lambda route: held.append(route))
    box.fill("rml")
    becomes(lambda: page.title() and len(held), bool)
    box.press("Enter")
    expect(box).to_have_value("rml")
    held[0].continue_()
    expect(box).to_have_value("人民路")
    page.unroute("**/api/v1/search/**")

    page.locator("#map-tools summary").click()
    page.locator("#tool-select").click()
    expect(page.get_by_role("heading", name="Select and act")).to_be_visible()
    expect(page.locator("#select-hand")).to_have_count(0)
    stands_still(page)
    start, end = pixel(page, 270, 190), pixel(page, 330, 230)
    page.mouse.move(*start)
    page.keyboard.down("Shift")
    page.mouse.down()
    page.mouse.move(*end)
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(page.locator(".select-counts")).to_contain_text("2 open cases")
    page.locator("#select-hand").select_option(f"crew:{crew.pk}")
    assert page.evaluate(FAULTS) == []
    page.get_by_role("button", name="Dispatch 2 cases").click()
    expect(page.get_by_role("heading", name="2 of 2 done")).to_be_visible()
    found = Case.objects.filter(pk__in=[case.pk for case in cases])
    assert {(case.state, case.crew_id) for case in found} == {("dispatched", crew.pk)}
