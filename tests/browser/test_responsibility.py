"""Handing over and covering in a real browser: by mouse and by keyboard, in every look."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import Role
from cases.transitions import Step
from grid.models import Responsibility
from handover.models import Handover
from rounds.daily import tell_overdue
from rounds.models import RoundNotice
from tests.browser.conftest import PATIENCE
from tests.cases.play import do, report
from tests.handover.play import hand
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
    """Signed in as the coordinator; any error in its console fails the test."""
    client = Client()
    client.force_login(town.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 1280, "height": 800},
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


def test_a_cell_is_handed_over_and_back(office: Page, town: Town) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    Responsibility.objects.filter(member=town.teammate).update(ends_on=today + dt.timedelta(days=3))
    street = town.streets["Row 2"]
    Responsibility.objects.create(
        member=town.teammate, role=Role.WORKER, street=street, starts_on=today
    )
    case = report(town, now=now)
    do(case, Step.ACCEPT, town.worker, now=now)

    office.goto("/responsibility/")
    office.wait_for_selector(".responsibility-map[data-ready]")
    assert office.locator(".responsibility-map path.cell-shape").count() == 2
    office.add_script_tag(path=AXE)
    for look in ("light", "dark", "night"):
        office.evaluate("look => { document.documentElement.dataset.theme = look; }", look)
        assert office.evaluate(SERIOUS) == []
    # The bars are reached by the keyboard and lead to their days.
    bar = office.get_by_role("link", name="Wang Wei, cell worker").first
    bar.focus()
    office.keyboard.press("Enter")
    expect(office.get_by_role("heading", level=1)).to_have_text("Wang Wei: Lantern West")

    office.get_by_role("link", name="Hand over with open cases").click()
    office.get_by_label("Who takes over").select_option(str(town.teammate.pk))
    office.get_by_role("button", name="See what goes along").click()
    expect(office.get_by_role("link", name=f"#{case.pk}")).to_be_visible()
    office.add_script_tag(path=AXE)
    assert office.evaluate(SERIOUS) == []
    office.get_by_role("button", name="Hand over now").click()
    expect(office.get_by_role("status")).to_contain_text("went from Wang Wei to Tian Tian")
    case.refresh_from_db()
    assert case.responsible == town.teammate
    office.get_by_role("button", name="Hand back").click()
    expect(office.get_by_role("status")).to_contain_text("back where they were")
    assert Handover.objects.get().state == Handover.State.UNDONE


def test_the_map_tells_what_is_new_until_it_is_seen(office: Page, town: Town) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    plan(town, starts_on=today - dt.timedelta(days=15))
    tell_overdue(now)
    hand(town, now=now, day=today, by=town.administrator)
    office.goto("/")
    told = office.get_by_role("region", name="New for you")
    expect(told.get_by_role("listitem")).to_have_count(2)
    late = told.get_by_role("listitem").filter(has_text="The round of Lantern Community")
    office.add_script_tag(path=AXE)
    for look in ("light", "dark", "night"):
        office.evaluate("look => { document.documentElement.dataset.theme = look; }", look)
        assert office.evaluate(SERIOUS.replace("document", "'.told-list'")) == []
    late.get_by_role("button", name="Seen").click()
    expect(told.get_by_role("listitem")).to_have_count(1)
    assert RoundNotice.objects.get(member=town.coordinator).seen_at is not None
    told.get_by_role("link", name="went from Wang Wei to Tian Tian").click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("Lantern West")
    with office.expect_response("**/api/v1/notices/") as answer:
        office.goto("/")
    assert answer.value.json()["notices"] == []
