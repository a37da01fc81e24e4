"""The tablet's shell in a real browser: without a network, in two tabs, with other members."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, expect

from accounts.models import Member
from sync.models import Operation
from tests.browser.conftest import PATIENCE
from tests.town import Town

#: What the tests provoke on purpose; the browser logs each failed answer by itself.
EXPECTED = ("Failed to load resource", "net::ERR_INTERNET_DISCONNECTED")

Tablet = Callable[..., BrowserContext]


@pytest.fixture
def tablet(browser: Browser, live_server: Any) -> Iterator[Tablet]:
    """A new tablet; the test fails when a page on it logs an error."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []
    under_way: set[Request] = set()

    def new(member: Member | None = None, language: str = "en-GB") -> BrowserContext:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": 1280, "height": 800},
            locale=language,
            has_touch=True,
        )
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        context.on("page", note)
        context.on("request", lambda request: under_way.add(request))
        context.on("requestfinished", lambda request: under_way.discard(request))
        context.on("requestfailed", lambda request: under_way.discard(request))
        if member:
            sign_in(context, member, live_server.url)
        return context

    def note(page: Page) -> None:
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda told: (
                faults.append(told.text)
                if told.type == "error" and not any(word in told.text for word in EXPECTED)
                else None
            ),
        )

    yield new
    for context in contexts:
        # The tablet asks one question after the other, so that a moment without any is not the end;
        # what a page asked that was closed is never said to be over.
        quiet, give_up = 0, time.monotonic() + 10
        while context.pages and quiet < 20 and time.monotonic() < give_up:
            quiet = 0 if under_way else quiet + 1
            context.pages[0].wait_for_timeout(20)
        context.close()
    assert faults == []


def sign_in(context: BrowserContext, member: Member, address: str) -> None:
    client = Client()
    client.force_login(member)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}])


def opened(context: BrowserContext, path: str = "/field/") -> Page:
    page = context.new_page()
    page.goto(path)
    ready(page)
    return page


def until(page: Page, condition: str, seconds: float = PATIENCE) -> None:
    """Until it is true in the page, whose policy allows no polling by eval."""
    give_up = time.monotonic() + seconds
    while not _is(page, condition):
        assert time.monotonic() < give_up, condition
        page.wait_for_timeout(30)


def _is(page: Page, condition: str) -> bool:
    try:
        return bool(page.evaluate(condition))
    except Error as error:
        # The page was being loaded anew.
        if "context was destroyed" not in str(error):
            raise
        return False


def ready(page: Page) -> None:
    page.wait_for_selector("body[data-ready]", state="attached", timeout=PATIENCE * 1000)


def installed(page: Page) -> None:
    """Until the worker has everything and holds the page."""
    until(page, "navigator.serviceWorker.controller !== null")


def record(page: Page, lamp: int = 1) -> None:
    """Something that is sent later; the server refuses it, which is an answer too."""
    page.evaluate(
        "(lamp) => gridwalk.record('lamp.seen', {lamp, state: 'dark', key: crypto.randomUUID()})",
        lamp,
    )


def sent(page: Page) -> None:
    until(page, "gridwalk.outbox.unsent + gridwalk.outbox.photosUnsent === 0")


def test_opens_reloads_and_keeps_work_without_a_network(town: Town, tablet: Tablet) -> None:
    context = tablet(town.worker)
    page = opened(context)
    installed(page)
    context.set_offline(True)
    page.close()
    page = opened(context)
    expect(page.locator("#status")).to_contain_text("No network")
    record(page)
    record(page, 2)
    expect(page.locator(".chip.unsent")).to_have_text("2 unsent")
    page.reload()
    ready(page)
    expect(page.locator(".chip.unsent")).to_have_text("2 unsent")
    assert Operation.objects.count() == 0
    context.set_offline(False)
    sent(page)
    expect(page.locator(".chip.unsent")).to_have_text("All sent")
    kept = Operation.objects.order_by("sequence")
    assert [operation.sequence for operation in kept] == [1, 2]
    assert {operation.member_id for operation in kept} == {town.worker.pk}


def test_two_tabs_have_one_sender_and_show_the_same(town: Town, tablet: Tablet) -> None:
    context = tablet(town.worker)
    one, two = opened(context), opened(context)
    context.set_offline(True)
    for lamp in range(5):
        record(one, lamp)
        record(two, lamp)
    for page in (one, two):
        expect(page.locator(".chip.unsent")).to_have_text("10 unsent")
    requests: list[str] = []
    context.on(
        "request",
        lambda request: (
            requests.append(request.url)
            if request.method == "POST" and request.url.endswith("/sync/")
            else None
        ),
    )
    context.set_offline(False)
    sent(one)
    sent(two)
    assert len(requests) == 1
    assert sorted(Operation.objects.values_list("sequence", flat=True)) == list(range(1, 11))


def test_session_that_ended_keeps_the_queue(town: Town, tablet: Tablet, live_server: Any) -> None:
    context = tablet(town.worker)
    page = opened(context)
    until(page, "gridwalk.session.state === 'in'")
    Session.objects.all().delete()
    record(page)
    expect(page.locator("#notices")).to_contain_text("Your session has ended")
    expect(page.locator(".chip.unsent")).to_have_text("1 unsent")
    assert Operation.objects.count() == 0
    sign_in(context, town.worker, live_server.url)
    page.reload()
    ready(page)
    sent(page)
    assert Operation.objects.get().member_id == town.worker.pk


#: What people who see or touch badly cannot use.
FAULTS = """async () => {
  const {violations} = await axe.run(document);
  return violations
    .filter(({impact}) => impact === "serious" || impact === "critical")
    .map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html).join(" | ")}`);
}"""
SMALL = """() => [...document.querySelectorAll("button, a")]
  .map((one) => [one.outerHTML, one.getBoundingClientRect()])
  .filter(([, {width, height}]) => width && (width < 48 || height < 48))
  .map(([html]) => html)"""


def readable(page: Page) -> None:
    page.evaluate((settings.BASE_DIR / "node_modules/axe-core/axe.min.js").read_text())
    assert page.evaluate(FAULTS) == []
    # Of Leaflet's own, only the names of who made the map.
    assert [html for html in page.evaluate(SMALL) if "osm" not in html.lower()] == []


def test_signing_out_with_unsent_work_and_another_member(
    town: Town, tablet: Tablet, live_server: Any
) -> None:
    context = tablet(town.worker)
    page = opened(context)
    installed(page)
    until(page, "gridwalk.data.pulledAt")
    context.set_offline(True)
    record(page)
    page.click("#status .settings")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator(".sign-out")).to_contain_text("1 record could not be sent")
    readable(page)
    page.get_by_role("button", name="Sign out all the same").click()
    page.wait_for_selector("body[data-screen='sign_in']")
    expect(page.locator("#screen")).to_contain_text(f"1 record of {town.worker.name}")
    readable(page)
    # Without a network the browser's session could not be ended; it is, before anybody is let in.
    context.set_offline(False)
    page.reload()
    until(page, "window.gridwalk?.session?.state === 'out'")
    page.wait_for_selector("body[data-screen='sign_in']")

    sign_in(context, town.teammate, live_server.url)
    page.reload()
    ready(page)
    assert page.evaluate("gridwalk.member.id") == town.teammate.pk
    assert page.evaluate("gridwalk.data.operations().length") == 0
    record(page, 7)
    sent(page)
    assert set(Operation.objects.values_list("member_id", flat=True)) == {town.teammate.pk}

    # Whoever walks ends the walk first; then the tablet is the other's.
    page.evaluate("gridwalk.walk.start()")
    sign_in(context, town.worker, live_server.url)
    page.evaluate("gridwalk.session.check()")
    assert page.evaluate("gridwalk.session.state") == "other"
    assert page.evaluate("gridwalk.member.id") == town.teammate.pk
    page.evaluate("{ gridwalk.walk.end(); }")
    until(page, f"window.gridwalk?.member?.id === {town.worker.pk}")
    ready(page)
    sent(page)
    assert Operation.objects.filter(member=town.worker).count() == 1


def test_signing_out_with_everything_sent_leaves_nothing(town: Town, tablet: Tablet) -> None:
    context = tablet(town.worker)
    page = opened(context)
    until(page, "gridwalk.data.pulledAt")
    page.click("#status .settings")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_selector("body[data-screen='sign_in']")
    names = page.evaluate("indexedDB.databases().then((all) => all.map(({name}) => name))")
    assert names == ["gridwalk"]
    assert page.evaluate("fetch('/field/session.json').then((r) => r.json())")["member"] is None


def test_a_button_is_pressed_though_something_arrives_meanwhile(town: Town, tablet: Tablet) -> None:
    page = opened(tablet(town.worker))
    until(page, "gridwalk.data.pulledAt")
    page.context.set_offline(True)

    def press(selector: str, arrives: str) -> None:
        page.hover(selector)
        page.mouse.down()
        page.evaluate(arrives)
        page.mouse.up()

    expect(page.locator("#status")).to_contain_text("No network")
    record(page)
    press("#status .settings", "gridwalk.outbox.added()")
    page.wait_for_selector("body[data-screen=settings]")
    expect(page.locator(".chip.unsent")).to_have_text("2 unsent")
    page.get_by_role("button", name="Back").click()
    page.wait_for_selector("body[data-screen=home]")
    press("#screen .to-do-row:has-text('Report a case')", "gridwalk.data.tell(['cases'])")
    page.wait_for_selector("body[data-screen=case]")
    page.get_by_role("button", name="Back").click()
    page.wait_for_selector("body[data-screen=home]")
    press("#screen .start", "gridwalk.data.reload(['visits'])")
    page.wait_for_selector("body[data-screen=walk]")


def test_who_goes_back_from_the_settings_stays_signed_in(town: Town, tablet: Tablet) -> None:
    page = opened(tablet(town.worker))
    until(page, "gridwalk.data.pulledAt")
    page.evaluate(
        """() => {
          const held = [];
          const hold = () => new Promise((resolve) => { held.push(resolve); });
          globalThis.go = () => held.splice(0).forEach((resolve) => resolve());
          navigator.storage.estimate = () => hold().then(() => ({ usage: 1, quota: 2 }));
          gridwalk.outbox.flush = hold;
          gridwalk.leave = () => { globalThis.left = true; };
        }"""
    )
    start, sign_out = page.locator("#screen .start"), page.locator(".sign-out")
    page.click("#status .settings")
    page.get_by_role("button", name="Back").click()
    expect(start).to_be_visible()
    page.evaluate("go()")
    expect(sign_out).to_have_count(0)
    page.click("#status .settings")
    page.evaluate("go()")
    expect(sign_out).to_have_count(1)
    page.get_by_role("button", name="Sign out").click()
    expect(sign_out).to_contain_text("Sending what is left")
    page.get_by_role("button", name="Back").click()
    expect(start).to_be_visible()
    expect(sign_out).to_have_count(0)
    page.evaluate("go()")
    # Behind the count that follows the sending.
    page.evaluate("gridwalk.outbox.recount()")
    assert not page.evaluate("globalThis.left")


def test_a_new_version_waits_for_the_end_of_the_walk(
    town: Town, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    from map_static import field_files, field_views

    context = tablet(town.worker)
    page = opened(context)
    installed(page)
    before = page.evaluate("gridwalk.settings.version")
    # A walk that is recorded, in another tab.
    other = opened(context)
    other.evaluate(
        "new Promise((held) => navigator.locks.request('gridwalk-recording-1', () => {"
        " held(); return new Promise((end) => { window.endWalk = end; }); }))"
    )
    files = [*field_files.files(), ("/static/map_static/favicon.svg", field_files.files()[0][1])]
    changed = [each for each in field_files.files() if "favicon" in each[0]]
    monkeypatch.setattr(field_files, "files", lambda: [*files[:-1], *changed])
    field_views._page_once.cache_clear()
    page.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update())")
    until(page, "navigator.serviceWorker.getRegistration().then((r) => r.waiting !== null)")
    expect(page.locator("#notices")).not_to_contain_text("A new version is ready")
    other.evaluate("window.endWalk()")
    expect(page.locator("#notices")).to_contain_text("A new version is ready")
    other.close()
    with page.expect_navigation():
        page.get_by_role("button", name="Update now").click()
    ready(page)
    after = page.evaluate("gridwalk.settings.version")
    assert after != before
    assert page.evaluate("caches.keys()") == [f"gridwalk-field-{after}"]
    field_views._page_once.cache_clear()


def test_what_the_browser_deleted_is_noticed(town: Town, tablet: Tablet) -> None:
    context = tablet(town.worker)
    page = opened(context)
    context.set_offline(True)
    record(page)
    expect(page.locator(".chip.unsent")).to_have_text("1 unsent")
    page.goto("about:blank")
    context.set_offline(False)
    page.goto("/report/")
    page.evaluate(
        """async () => {
          for (const {name} of await indexedDB.databases()) {
            await new Promise((done) => {
              indexedDB.deleteDatabase(name).onsuccess = done;
            });
          }
        }"""
    )
    page.goto("/field/")
    ready(page)
    expect(page.locator("#notices")).to_contain_text("with 1 record that was not sent")


def test_a_long_queue_is_sent_batch_by_batch(town: Town, tablet: Tablet) -> None:
    context = tablet(town.worker)
    page = opened(context)
    context.set_offline(True)
    page.evaluate(
        """async () => {
          for (let lamp = 0; lamp < 300; lamp += 1) {
            const body = {lamp, state: "lit", key: crypto.randomUUID()};
            await gridwalk.record("lamp.seen", body);
          }
        }"""
    )
    expect(page.locator(".chip.unsent")).to_have_text("300 unsent")
    batches: list[str] = []
    page.on(
        "request",
        lambda asked: (
            batches.append(asked.url)
            if asked.method == "POST" and asked.url.endswith("/api/v1/sync/")
            else None
        ),
    )
    context.set_offline(False)
    sent(page)
    assert Operation.objects.count() == 300
    # Each at most so large that the page can answer in between (bench/outbox.py measures it).
    assert len(batches) >= 2


def test_a_language_and_a_look_are_chosen_without_a_network(town: Town, tablet: Tablet) -> None:
    context = tablet(town.worker)
    page = opened(context)
    installed(page)
    context.set_offline(True)
    page.click("#status .settings")
    page.locator("[data-value='zh-hans']").click()
    until(page, "document.documentElement.lang === 'zh-Hans'")
    ready(page)
    expect(page.locator("#status")).to_contain_text("无网络")
    page.click("#status .settings")
    page.locator("[data-value='night']").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "night")
