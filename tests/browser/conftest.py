"""A real browser against a real server; a test fails when the page logs an error."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from accounts.models import Member
from cases.default_categories import plant
from cases.models import Category
from tests.town import Town, small_town

# Playwright runs a loop in this thread, which Django takes for asynchronous code; it is not.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: What the tests provoke on purpose; the browser logs each failed answer by itself.
EXPECTED = "Failed to load resource"
#: Seconds that something may take to come true; a busy machine is slow, and only a fault waits so
#: long.
PATIENCE = 120

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None:
        pytest.skip("needs Chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield started
        started.close()
        # Beside Playwright's loop tests have another connection than before and after it; left
        # open, it would keep the test database from being dropped.
        connections.close_all()


@pytest.fixture
def town(transactional_db: None) -> Town:
    """The small town, visible to the server's own connection; its categories as they ship.

    Tests that empty the tables take away what migrations planted there.
    """
    plant(Category)
    return small_town()


class Serving:
    """How many views of the test's server are at work right now."""

    def __init__(self) -> None:
        self.count = 0
        self.changed = threading.Condition()

    def add(self, number: int) -> None:
        with self.changed:
            self.count += number
            self.changed.notify_all()


@pytest.fixture(autouse=True)
def _nothing_is_served(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tables are emptied once the server is still: a question under way would deadlock.

    A browser that closed does not wait for its answers, and a service worker's questions are
    no page's, so it is the server that is asked; not by Django's signal of finished requests,
    which does not come where the browser hung up.
    """
    serving, answer = Serving(), WSGIHandler.__call__

    def counted(self: WSGIHandler, environ: Any, start_response: Any) -> Any:
        serving.add(1)
        try:
            return answer(self, environ, start_response)
        finally:
            serving.add(-1)

    monkeypatch.setattr(WSGIHandler, "__call__", counted)
    yield
    with serving.changed:
        still = serving.changed.wait_for(lambda: serving.count == 0, timeout=PATIENCE)
    assert still, "the server still answers a page that was closed"


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, live_server: Any) -> Iterator[Open]:
    """Opens the map for a member in a new browser profile; waits until it has drawn itself."""
    contexts: list[BrowserContext] = []
    under_way: set[Request] = set()
    faults: list[str] = []

    def open_(
        member: Member | None = None,
        path: str = "/",
        *,
        size: tuple[int, int] = (1280, 800),
        language: str = "en",
        wait: bool = True,
        prepare: Callable[[Page], object] = lambda page: None,
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN" if language.startswith("zh") else "en-GB",
            **options,
        )
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        if member is not None:
            client = Client()
            client.force_login(member)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]
            )
        page = context.new_page()
        page.on("console", lambda message: note(message.type, message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", begun)
        page.on("requestfinished", lambda request: under_way.discard(request))
        page.on("requestfailed", lambda request: under_way.discard(request))
        prepare(page)
        page.goto(path)
        if wait and member is not None:
            settled(page)
        return page

    def begun(request: Request) -> None:
        # A stream ends with its page.
        if request.resource_type != "eventsource":
            under_way.add(request)

    def note(kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not text.startswith(EXPECTED):
            faults.append(text)

    yield open_
    # Until its questions are answered, so that none is logged as broken off.
    give_up = time.monotonic() + 20
    while under_way and contexts and time.monotonic() < give_up:
        contexts[-1].pages[0].wait_for_timeout(20)
    for context in contexts:
        context.close()
    assert faults == []


def becomes(look: Callable[[], Any], right: Callable[[Any], bool]) -> None:
    """Wait until what is looked at is right: a busy machine draws and moves later.

    `look` asks the page something: only then is heard what it did.
    """
    give_up = time.monotonic() + PATIENCE
    while not right(seen := look()):
        assert time.monotonic() < give_up, seen


def stands_still(page: Page) -> None:
    """Wait until a Leaflet map moves no more; it begins to with the next picture."""
    page.evaluate(
        "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
    )
    page.wait_for_selector(".leaflet-zoom-anim, .leaflet-pan-anim", state="detached")


def settled(page: Page) -> None:
    """Wait until figures and tiles are there and the canvas was drawn with them."""
    page.wait_for_selector("#cells > *:not([aria-busy])")
    page.wait_for_selector(".skeleton", state="detached")
    page.wait_for_load_state("networkidle")
    page.wait_for_selector("#progress", state="hidden")
    # Drawing is put off by 30 ms so that several answers are drawn at once.
    page.wait_for_timeout(150)
