"""Cases on the map in a real browser."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases.default_categories import plant
from cases.models import Category
from tests.browser.conftest import Open, settled
from tests.browser.test_map import LOOKS, at, shows
from tests.cases.play import point, report
from tests.town import Town, place, small_town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COLOURS = LOOKS["light"]


@pytest.fixture
def town(transactional_db: None) -> Town:
    """The small town with the categories that ship, which a flushed database has lost."""
    plant(Category)
    return small_town()


def test_open_cases_are_coloured_by_urgency_and_lead_to_their_page(
    town: Town, open_page: Open
) -> None:
    now = timezone.now()
    late = report(town, "paving", now=now - dt.timedelta(days=60), location=point(100, 60))
    report(town, "mediation", now=now, location=point(300, 60))
    layers: Any = {"layers": "cases"}
    page = open_page(town.coordinator, at(300, 60, **layers))
    shows(page, COLOURS["caseOpen"])
    page = open_page(town.coordinator, at(100, 60, **layers))
    shows(page, COLOURS["caseOverdue"])
    page.mouse.click(640, 400)
    card = page.locator("#card-page")
    expect(card).to_contain_text(f"#{late.pk} Broken paving or pothole")
    expect(card.locator(".facts")).to_contain_text("overdue")
    expect(card.locator(".figures")).to_contain_text("Wang Wei")
    expect(page.locator("#legend")).to_contain_text("due within a day")
    card.get_by_role("link", name="Open the case").click()
    page.wait_for_url(f"**/cases/{late.pk}/")


def test_too_many_cases_are_said_and_drawn_when_zoomed_in(
    town: Town, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.features.MOST_FEATURES", 1)
    report(town, location=point(60, 60))
    report(town, location=point(340, 340))
    page = open_page(town.coordinator, at(200, 200, 16, layers="cases"))
    notices = page.locator("#notices")
    expect(notices).to_contain_text("Too many open cases")
    page.evaluate("address => { location.hash = address; }", at(60, 60, 20, layers="cases")[1:])
    settled(page)
    shows(page, COLOURS["caseOpen"], COLOURS["caseSoon"], COLOURS["caseOverdue"])
    expect(notices).not_to_contain_text("Too many open cases")


def test_a_case_is_reported_from_the_card_of_a_place(town: Town, open_page: Open) -> None:
    page = open_page(town.worker, at(100, 60))
    expect(page.get_by_role("link", name="Triage")).to_have_attribute("href", "/cases/triage/")
    page.mouse.click(640, 400)
    page.get_by_role("link", name="Report a case here").click()
    page.wait_for_url("**/cases/new/**")
    form = page.locator("form.new-case")
    sent = [float(form.locator(f"[name={name}]").input_value()) for name in ("lon", "lat")]
    assert sent == pytest.approx(place(100, 60), abs=1e-5)
