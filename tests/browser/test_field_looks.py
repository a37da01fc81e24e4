"""The tablet's screens in both languages and every look, and that a browser installs the app."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from handover.models import Leave, Notice
from map_static import field_files
from tests.browser import test_field_records as records
from tests.browser import test_field_walk as walks
from tests.browser.conftest import Open
from tests.browser.test_field_records import _photos, sent, town
from tests.browser.test_field_walk import go, until
from tests.cases.play import do
from tests.town import Town

__all__ = ["_photos", "town"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_browser_offers_to_install_it_and_starts_it_without_a_network(
    town: Town, open_page: Open
) -> None:
    page = open_page(town.worker, "/field/", wait=False)
    records.ready(page)
    until(page, "navigator.serviceWorker.controller")
    devtools = page.context.new_cdp_session(page)
    # A test's profile is a private window, which never offers it.
    found = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {one["errorId"] for one in found} <= {"in-incognito"}
    told = devtools.send("Page.getAppManifest")
    assert told["errors"] == []
    for icon in page.evaluate(
        "fetch('/field/manifest.webmanifest').then((answer) => answer.json())"
    )["icons"]:
        size = page.evaluate(
            "async (src) => { const image = new Image(); image.src = src; await image.decode();"
            " return `${image.naturalWidth}x${image.naturalHeight}`; }",
            icon["src"],
        )
        assert size == icon["sizes"]
    # All that the first load asks for is in the list that its weight is measured by.
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)"
    )
    kept = {address for address, _digest in field_files.files()}
    assert {path for path in loaded if path.startswith("/static/")} <= kept
    page.context.set_offline(True)
    answer = page.goto("/field/")
    assert answer is not None
    assert (answer.status, answer.from_service_worker) == (200, True)
    records.ready(page)


#: What is pressed; of the map's own, only the names of who made it are smaller.
SMALL = """(least) => [...document.querySelectorAll(
    "button, a[href], input, textarea, select, summary, [role=button]")]
  .map((one) => one.closest("label") ?? one)
  .filter((one) => one.checkVisibility() && !one.closest(".leaflet-control-attribution"))
  .map((one) => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width > 1 && (width < least || height < least))
  .map(([html, { width, height }]) => `${width}x${height} ${html}`)"""
FAULTS = """async (rules) => {
  const runOnly = rules && { type: "rule", values: rules };
  const { violations } = await axe.run(document, runOnly ? { runOnly } : {});
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}"""


def told(town: Town) -> Notice:
    """The worker is to cover for somebody who is away."""
    now = timezone.now()
    today = timezone.localdate(now)
    leave = Leave.objects.create(
        member=town.teammate,
        cover=town.worker,
        starts_on=today,
        ends_on=today,
        made_by=town.coordinator,
        made_at=now,
    )
    return Notice.objects.create(
        member=town.worker, kind=Notice.Kind.LEAVE, leave=leave, made_at=now
    )


def good_in_every_look(page: Page, name: str) -> None:
    """axe in light, its contrast in the other looks; size; and no word without a translation."""
    assert "field." not in page.locator("body").inner_text(), name
    assert page.evaluate(SMALL, 48) == [], name
    for look in ("dark", "night", "light"):
        page.evaluate("(look) => { document.documentElement.dataset.theme = look; }", look)
        found = page.evaluate(FAULTS, None if look == "light" else ["color-contrast"])
        assert found == [], (name, look)


@pytest.mark.parametrize(("language", "size"), [("en", (1280, 800)), ("zh-hans", (800, 1280))])
def test_every_screen_of_the_day_is_good_to_use(
    town: Town, open_page: Open, language: str, size: tuple[int, int]
) -> None:
    records.door(town)
    case = records.given_to_worker(town)
    notice = told(town)
    page = walks.tablet(open_page, town, 52, 50, has_touch=True, language=language, size=size)
    until(page, "gridwalk.data.pulledAt")

    def look_at(screen: str, **params: Any) -> None:
        page.evaluate("([screen, params]) => gridwalk.show(screen, params)", [screen, params])
        page.wait_for_selector(f"body[data-screen={screen}]")
        good_in_every_look(page, screen)

    for what in ("", "street", "lamp", "visit", "case"):
        look_at("next", what=what)
    look_at("settings")
    # The clock that leaped may have cut off the first question.
    page.evaluate("gridwalk.told.ask()")
    look_at("home")
    page.locator(".told-list a").wait_for()
    good_in_every_look(page, "home with news")
    page.locator(".told-list button").click()
    page.locator(".told-list").wait_for(state="detached")
    notice.refresh_from_db()
    assert notice.seen_at is not None
    page.locator(".start").click()
    page.locator(".walk-state.recording").wait_for()
    go(page, (52, 50), (76, 50))
    good_in_every_look(page, "recording")
    page.locator("[data-act=pause]").click()
    page.locator(".walk-state.paused").wait_for()
    good_in_every_look(page, "paused")
    page.context.set_offline(True)
    page.locator("[data-act=end]").click()
    good_in_every_look(page, "asking")
    page.locator("[data-act=end]").click()
    page.locator(".walk-state.ended").wait_for()
    good_in_every_look(page, "end")
    # One step that others were faster with, and one report that is refused.
    page.evaluate(
        "(id) => gridwalk.record('case.edit', { key: crypto.randomUUID(), case: id, saw: 1,"
        " changes: { description: 'Mine' } })",
        case.pk,
    )
    page.evaluate(
        "gridwalk.record('lamp.seen', {lamp: 1e9, state: 'lit', key: crypto.randomUUID()})"
    )
    look_at("status")
    page.context.set_offline(False)
    do(case, "edit", town.coordinator, details={"changes": {"description": "Theirs"}})
    sent(page)
    look_at("status")
    until(page, "gridwalk.data.conflicts().length")
    look_at("conflict", conflict=page.evaluate("gridwalk.data.conflicts()[0].id"))
    look_at("case", category="noise")
    records.take_photo(page)
    page.locator(".rec-photo").click()
    page.wait_for_selector("body[data-screen=photo] img")
    good_in_every_look(page, "photo")
