"""Light and dark on the map in a real browser.

One lamp at (100, 53) lights Row 1 (y = 50) from about x = 85 to 115; reach 15 m.
"""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from streetlights.models import Cabinet, CableSection, Circuit, Lamp, LampSighting
from tests.browser.conftest import Open, becomes, settled, stands_still
from tests.browser.test_map import FIRST, FRESH, LOOKS, at, colour_at, shows
from tests.town import Town, walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COLOURS = LOOKS["light"]
LAYERS: Any = {"layers": "streets.darkness"}


def beside(page: Page) -> str:
    """The colour of the casing: just south of the street through the middle of the screen."""
    return colour_at(page, 640, 411)


def test_dark_is_a_casing_and_freshness_stays_to_be_seen(town: Town, open_page: Open) -> None:
    walk(town, town.worker, FIRST, 0, 1000, days_ago=0)
    page = open_page(town.coordinator, at(70, 50, **LAYERS))
    shows(page, FRESH["today"])
    becomes(lambda: beside(page), lambda seen: seen == COLOURS["unlit"])
    lit = open_page(town.coordinator, at(100, 50, **LAYERS))
    shows(lit, FRESH["today"])
    assert beside(lit) != COLOURS["unlit"]
    Lamp.objects.update(working=False)
    lit.reload()
    settled(lit)
    shows(lit, FRESH["today"])
    becomes(lambda: beside(lit), lambda seen: seen == COLOURS["fault"])


def test_a_worker_asks_only_for_cells_of_their_own(town: Town, open_page: Open) -> None:
    asked: list[str] = []

    def watch(page: Page) -> None:
        page.on("request", lambda request: asked.append(request.url))

    page = open_page(town.worker, at(200, 50, 18, **LAYERS), prepare=watch)

    def found() -> set[str]:
        page.wait_for_load_state("networkidle")
        return {re.findall(r"area=(\d+)", url)[0] for url in asked if "/darkness/" in url}

    becomes(found, bool)
    assert found() == {town.west.code}


def test_the_list_of_dark_streets_leads_to_a_walk(town: Town, open_page: Open) -> None:
    page = open_page(town.coordinator, at(200, 200, 16, days=7, **LAYERS))
    section = page.locator("#darkness")
    expect(section).to_contain_text("Dark and not walked at night for 7 days")
    expect(section.locator("dd").first).to_have_text(re.compile(r"^\d+\sm$"))
    expect(section.locator(".stretch")).to_have_count(6)
    page.get_by_role("button", name="14 days").click()
    expect(section).to_contain_text("Dark and not walked at night for 14 days")
    before = page.url
    section.locator(".stretch").first.click()
    page.wait_for_function("before => location.href !== before", arg=before)
    card = page.locator("#card-page")
    expect(card).to_contain_text("Dark, not walked at night")
    card.get_by_role("button", name="Plan a walk from here").click()
    page.wait_for_function("() => location.hash.includes('walk=')")
    page.locator("#layers summary").click()
    page.get_by_label("Darkness").uncheck()
    expect(section).to_be_hidden()


def cable(town: Town) -> list[Lamp]:
    """cabinet – L-1 – L-2, the lamps 30 m apart."""
    first = Lamp.objects.get()
    second = Lamp.objects.create(
        community=town.community, cell=town.west, osm_id="node/5", number="L-2",
        location=first.location,
    )  # fmt: skip
    second.location.x += 0.0005
    second.save()
    cabinet = Cabinet.objects.create(
        community=town.community, number="B-1", location=first.location
    )
    circuit = Circuit.objects.create(community=town.community, cabinet=cabinet, name="West")
    CableSection.objects.create(circuit=circuit, to_lamp=first)
    CableSection.objects.create(circuit=circuit, from_lamp=first, to_lamp=second)
    return [first, second]


def test_a_lamp_seen_dark_is_said_on_its_card(town: Town, open_page: Open) -> None:
    first, second = cable(town)
    second.see("dark", at=timezone.now())
    page = open_page(town.worker, at(100, 53, layers="lamps"))
    shows(page, COLOURS["lampUnknown"])
    page.mouse.click(640, 400)
    card = page.locator("#card-page")
    expect(card).to_contain_text("Lamp L-1")
    expect(card).to_contain_text("Nobody has said yet whether it works.")
    expect(card).to_contain_text("Circuit West, cabinet B-1")
    card.get_by_role("button", name="I see it dark").click()
    expect(card).to_contain_text("Noted. Thank you.")
    expect(card).to_contain_text("Not lit since")
    [seen] = LampSighting.objects.filter(lamp=first)
    assert (seen.state, seen.member) == ("dark", town.worker)
    card.get_by_role("button", name="Show its cable and what may be broken").click()
    expect(card).to_contain_text("What may be broken")
    expect(card).to_contain_text("From 2 looks at its lamps")
    expect(card.locator(".explanations > li").first).to_contain_text("B-1")


def test_a_card_that_was_left_does_not_come_back(town: Town, open_page: Open) -> None:
    page = open_page(town.worker, at(100, 53, layers="lamps"))
    held: list[Route] = []
    page.route("**/api/v1/here/**", lambda route: held.append(route))
    page.route("**/sightings/", lambda route: held.append(route))
    card = page.locator("#card-page")

    # A lamp's card, left while what was seen is on its way; pressed twice it is said once.
    page.mouse.click(640, 400)
    card.get_by_role("button", name="I see it lit").dblclick()
    becomes(lambda: page.title() and len(held), bool)
    card.get_by_role("button", name="Back to the list").click()
    with page.expect_response("**/sightings/"), page.expect_response("**/api/v1/lamps/**"):
        held.pop().continue_()
    stands_still(page)
    expect(card).to_be_hidden()
    assert LampSighting.objects.count() == 1
    assert held == []

    # The card of a place, left for the walk while its answer is waited for.
    page.mouse.click(800, 500)
    becomes(lambda: page.title() and len(held), bool)
    page.locator("#tools .plan-walk").click()
    held.pop().fulfill(status=500, json={"error": {"code": "error", "message": "Late"}})
    stands_still(page)
    expect(page.locator("#walk-page")).to_be_visible()
    expect(card).to_be_hidden()


def test_a_refusal_is_told_in_the_servers_words(town: Town, open_page: Open) -> None:
    page = open_page(town.outsider, at(100, 53, layers="lamps"))
    page.mouse.click(640, 400)
    page.get_by_role("button", name="I see it lit").click()
    expect(page.locator("#card-page")).to_contain_text("only lamps where you are responsible")
    assert not LampSighting.objects.exists()
