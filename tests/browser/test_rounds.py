"""A round in a real browser, from the list to its case and back, in every look."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from cases.models import Case
from rounds.models import Finding, Round, State
from tests.browser.conftest import PATIENCE
from tests.rounds.play import plan
from tests.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(settings.BASE_DIR) / "node_modules/axe-core/axe.min.js"
SERIOUS = """async () => {
  const { violations } = await axe.run(document);
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 90)}`));
}"""


@pytest.fixture
def office(browser: Browser, live_server: Any, town: Town) -> Iterator[Page]:
    """Signed in as the coordinator on a tablet; any error in its console fails the test."""
    client = Client()
    client.force_login(town.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 800, "height": 1100},
        locale="en-GB",
        bypass_csp=True,
    )
    session = client.cookies["sessionid"].value
    context.set_default_timeout(PATIENCE * 1000)
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


def no_findings(page: Page) -> None:
    """Nothing serious in any look, and nothing wider than the screen."""
    page.add_script_tag(path=AXE)
    for look in ("light", "dark", "night"):
        page.evaluate("look => { document.documentElement.dataset.theme = look; }", look)
        assert page.evaluate(SERIOUS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_round_is_made_with_a_case_for_what_is_wrong(office: Page, town: Town) -> None:
    one = plan(town, starts_on=timezone.localdate()).rounds.get()
    office.goto("/rounds/")
    no_findings(office)
    office.get_by_role("link", name="Lantern Community", exact=True).click()
    lamps = office.get_by_role("group", name="Lamps light")
    lamps.get_by_label("in order", exact=True).check()
    manholes = office.get_by_role("group", name="Manhole covers are firm")
    manholes.get_by_label("not in order").check()
    no_findings(office)
    manholes.get_by_role("button", name="Make a case").click()
    office.wait_for_selector(".case-map.leaflet-container")
    expect(office.locator("input[name=category]:checked")).to_have_value("manhole")
    office.get_by_role("button", name="Report", exact=True).click()
    case = office.get_by_role("link", name="Manhole cover missing or loose")
    expect(case).to_be_visible()
    office.get_by_role("button", name="The round is done").click()
    expect(office.get_by_text("The round is done.")).to_be_visible()
    assert Round.objects.get().state == State.DONE
    assert Finding.objects.get(case=Case.objects.get()).round == one

    office.goto("/rounds/plans/new/")
    no_findings(office)
