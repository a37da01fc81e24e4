"""From a dark lamp to a closed case: resident, office and crew, each at their own screen."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cases.default_categories import plant
from cases.models import Case, Category, Photo, State
from streetlights.models import Lamp
from tests.browser.conftest import Open
from tests.browser.test_report import PHONE, at, picture, take_photo
from tests.cases.play import crew_of
from tests.cases.test_photos import files
from tests.town import Town, small_town

__all__ = ["files", "picture"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TABLET = (1024, 768)


@pytest.fixture
def town(transactional_db: None) -> Town:
    """The small town; lamps are mended by a crew of one, who works in the west cell."""
    plant(Category)
    town = small_town()
    crew = crew_of(town.worker, name="Lamp crew")
    Category.objects.filter(code="lamp").update(crew=crew)
    return town


def card(board: Page, column: str) -> None:
    """The only case is in the column of this name."""
    expect(board.get_by_role("region", name=column, exact=True).locator(".card")).to_have_count(1)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_text(f"Done: {name.split(' to ')[0]}.")).to_be_visible()


def test_a_dark_lamp_is_reported_mended_and_closed(
    town: Town, open_page: Open, files: Path, picture: Path
) -> None:
    # A resident at the pole: a photo, and send.
    phone = open_page(None, "/l/L-1", size=PHONE)
    take_photo(phone, picture)
    expect(phone.locator("#pictures img")).to_have_count(1)
    phone.get_by_role("button", name="Send the report").click()
    expect(phone.get_by_role("status")).to_contain_text("Thank you")
    case = Case.objects.get()

    # The office sees it on the board, accepts it and gives it to the crew.
    office = open_page(town.coordinator, "/cases/triage/", wait=False, **at(100, 60))
    card(office, "reported")
    press(office, "Accept")
    card(office, "accepted")
    press(office, "Dispatch to Lamp crew")
    card(office, "dispatched / in progress")

    # The crew works, and says so.
    crew = open_page(town.worker, f"/cases/{case.pk}/", size=TABLET, wait=False)
    press(crew, "Start work")
    press(crew, "Work is done")
    expect(crew.get_by_role("button", name="Close", exact=True)).to_have_count(0)

    # Somebody else looks at it on site before it is closed.
    office.goto("/cases/triage/")
    card(office, "done / verified")
    office.get_by_role("link", name=f"#{case.pk} Streetlight is dark").click()
    expect(office.locator(".history img")).to_have_js_property("naturalWidth", 320)
    office.locator("summary", has_text="Verify").click()
    office.get_by_role("button", name="I stand here").click()
    expect(office.get_by_text("Position taken")).to_be_visible()
    press(office, "Verify")
    press(office, "Close")

    # The resident's link has told it all along.
    phone.reload()
    told = phone.locator(".story li")
    expect(told).to_contain_text(
        [
            "Report received",
            "Accepted: it will be looked after",
            "Given to those who mend it",
            "Work has begun",
            "Work is done",
            "Looked at: it is in order",
            "Closed",
        ]
    )
    expect(phone.locator("body")).not_to_contain_text(town.worker.name)
    case.refresh_from_db()
    assert (case.state, case.crew and case.crew.name) == (State.CLOSED, "Lamp crew")
    assert Photo.objects.get().event == case.events.get(number=1)
    lamp = Lamp.objects.get()
    assert lamp.working is True
    assert [seen.state for seen in lamp.sightings.all()] == ["lit", "dark"]


def test_who_mended_it_cannot_verify_it_and_is_told_so(
    town: Town, open_page: Open, files: Path
) -> None:
    phone = open_page(None, "/l/L-1", size=PHONE)
    phone.get_by_role("button", name="Send the report").click()
    expect(phone.get_by_role("status")).to_contain_text("Thank you")
    case = Case.objects.get()
    crew = open_page(town.worker, f"/cases/{case.pk}/", size=TABLET, wait=False, **at(100, 60))
    press(crew, "Accept")
    crew.locator("summary", has_text="Dispatch").click()
    press(crew, "Dispatch")
    press(crew, "Start work")
    press(crew, "Work is done")
    crew.locator("summary", has_text="Verify").click()
    crew.get_by_role("button", name="I stand here").click()
    expect(crew.get_by_text("Position taken")).to_be_visible()
    crew.get_by_role("button", name="Verify", exact=True).click()
    expect(crew.get_by_role("alert")).to_contain_text("Who did the work does not verify it")
    case.refresh_from_db()
    assert case.state == State.DONE
