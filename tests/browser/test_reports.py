"""A coverage report from the wish to the file, in a real browser with its real policy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as own
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from publish.models import ArchivedReport
from publish.report_archive import making
from tests.browser.conftest import PATIENCE
from tests.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(own.BASE_DIR) / "node_modules/axe-core/axe.min.js"
SERIOUS = """async () => {
  const { violations } = await axe.run(document, { iframes: false });
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 90)}`));
}"""
#: Whether anything is wider than the window.
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def office(
    browser: Browser, live_server: Any, town: Town, settings: Any, tmp_path: Path
) -> Iterator[Page]:
    """Signed in as the coordinator; any error in its console fails the test."""
    kept: Any = own.STORAGES["reports"]
    settings.STORAGES = {
        **own.STORAGES,
        "reports": {**kept, "OPTIONS": {**kept["OPTIONS"], "location": tmp_path}},
    }
    client = Client()
    client.force_login(town.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1280, "height": 800}, locale="en-GB"
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


def sound(page: Page, look: str) -> None:
    """Readable by everybody, and on a phone no wider than it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate("look => { document.documentElement.dataset.theme = look; }", look)
    assert page.evaluate(SERIOUS) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert not page.evaluate(TOO_WIDE)
    page.set_viewport_size({"width": 1280, "height": 800})


def test_a_report_is_made_watched_read_and_saved(
    office: Page, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.goto("/reports/")
    office.get_by_label("Area", exact=True).last.select_option(town.community.code)
    office.get_by_label("Which days").select_option("last-week")
    office.get_by_label("Workbook (XLSX)").uncheck()
    sound(office, "night")
    office.get_by_role("button", name="Make the report").click()
    expect(office.get_by_role("status")).to_have_text("Waits for its turn")

    # The worker of this test writes the second file when the page has told of it.
    real = making.render

    def render(report: Any, name: str, language: str) -> bytes:
        if name == "pdf":
            expect(office.get_by_role("status")).to_have_text("Writes file 2 of 2")
            expect(office.get_by_role("progressbar")).to_have_attribute("value", "75")
        return real(report, name, language)

    monkeypatch.setattr(making, "render", render)
    row = ArchivedReport.objects.get()
    making.make(str(row.pk), timezone.now())

    shown = office.frame_locator("iframe.report-frame")
    heading = shown.get_by_role("heading", level=1)
    expect(heading).to_have_text(town.community.name)
    # The page's own style is let in by the policy.
    expect(shown.locator("body")).not_to_have_css("font-family", "Times New Roman")
    sound(office, "dark")
    with office.expect_download() as saving:
        office.get_by_role("link", name="To print (PDF)").click()
    assert saving.value.suggested_filename.endswith("-en.pdf")
    assert Path(saving.value.path()).read_bytes().startswith(b"%PDF-")

    again = ArchivedReport.objects.create(
        **{
            name: getattr(row, name)
            for name in ("area_code", "area_name", "start", "end", "languages", "formats")
        },
        asked_at=timezone.now(),
    )
    monkeypatch.setattr(making, "render", lambda *asked: b"<!doctype html><title>x</title>")
    making.make(str(again.pk), timezone.now())
    office.goto(f"/reports/{again.pk}/compare/{row.pk}/")
    expect(office.get_by_role("row", name="Metres of street", exact=False).first).to_be_visible()
    sound(office, "light")
