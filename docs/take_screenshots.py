#!/usr/bin/env python3
"""Take the pictures of these pages from the sample district, with the Chromium of the machine.

./run --prepare-only, then: .venv/bin/python docs/take_screenshots.py
"""

import datetime as dt
import itertools
import math
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
ARGUMENTS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)


@dataclass(frozen=True)
class Picture:
    """One file: who is signed in, at which size, language and place, and where is clicked."""

    name: str
    member: str
    language: str = "en"
    size: tuple[int, int] = (1280, 800)
    #: Where on the map, or the address of another page.
    view: str = ""
    click: tuple[int, int] | None = None
    theme: str = "light"
    #: What is there when the picture can be taken.
    wait: str = ".cell"
    options: dict[str, Any] = field(default_factory=dict)


ESPLANADE = "#16/60.16830/24.94350"
PARK = "#16/60.17250/24.93800"
#: The community whose cells and whose coverage report are shown.
REPORTED = "009101001001"
PICTURES = (
    Picture("map-en", "coordinator", view=ESPLANADE),
    Picture("map-zh-hans", "coordinator", "zh-hans", view=ESPLANADE),
    Picture("card-en", "coordinator", view="#17/60.16800/24.94350", click=(835, 340)),
    Picture("night-en", "coordinator", view=ESPLANADE, theme="night"),
    Picture(
        "walk-en",
        "wang.wei",
        view="#16/60.17250/24.93800&walk=24.93800,60.17250,40,back",
        wait=".turns",
    ),
    Picture("worker-en", "wang.wei", size=(1024, 768), view=PARK, options={"has_touch": True}),
    Picture("cells-en", "coordinator", view=f"cells/{REPORTED}/", wait="path.leaflet-interactive"),
    Picture("responsibility-en", "coordinator", view="responsibility/", wait="path.cell-shape"),
)
#: Taken on one walk without a network: the streets of the plan turn green, nothing is stored.
TABLET = Picture("tablet-walk-en", "wang.wei", options={"has_touch": True})
TABLET_ZH = Picture("tablet-home-zh-hans", "wang.wei", "zh-hans", size=(800, 1280), theme="dark")
PLANNED = {"lon": "24.93800", "lat": "60.17250", "minutes": "40", "back": "true"}
WALKED_METRES = 700
STEP_METRES, STEP_SECONDS = 8, 6
#: The page's clock is set ahead, so that positions of the real clock are given the time they come.
AHEAD = 180_000


def main() -> int:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Playwright's loop runs in this thread; Django is asked between its steps only.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    os.environ["LIVE_STREAMS"] = "0"
    if "DATABASE_URL" not in os.environ:
        from config import private_postgres

        private_postgres.export_urls()
    import django

    django.setup()
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is needed: apt-get install chromium", file=sys.stderr)
        return 1
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    IMAGES.mkdir(exist_ok=True)
    try:
        _take(f"http://127.0.0.1:{server.port}", chromium)
    finally:
        server.terminate()
    return 0


def _take(address: str, chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS.split())
        for picture in PICTURES:
            _one(browser, address, picture)
            print(f"docs/images/{picture.name}.png")
        _tablet_walk(browser, address)
        _tablet_home(browser, address)
        for language in ("en", "zh-hans"):
            _report(browser, language)
        browser.close()


def _context(browser: Any, address: str, picture: Picture, **options: Any) -> Any:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="en-GB", **picture.options, **options
    )
    cookies = {
        "sessionid": _client(picture.member).cookies["sessionid"].value,
        "gridwalk_language": picture.language,
        "gridwalk_theme": picture.theme,
    }
    context.add_cookies([{"name": k, "value": v, "url": address} for k, v in cookies.items()])
    return context


def _one(browser: Any, address: str, picture: Picture) -> None:
    context = _context(browser, address, picture)
    page = context.new_page()
    page.goto(f"{address}/{picture.view}")
    page.wait_for_selector(picture.wait, timeout=60_000)
    page.wait_for_load_state("networkidle")  # there is no stream of news, see main()
    page.wait_for_timeout(2500)
    if picture.click:
        page.mouse.click(*picture.click)
        page.wait_for_selector("#card-page .chain")
        page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / f"{picture.name}.png")
    context.close()


def _tablet_walk(browser: Any, address: str) -> None:
    """The planned walk of the worker, recorded without a network; then what a case is about."""
    asked = _client(TABLET.member).get("/api/v1/plan/", PLANNED).json()
    steps = _steps(asked["walks"][0]["route"]["coordinates"], WALKED_METRES)
    page = _tablet(browser, address, TABLET, next(steps))
    page.get_by_role("button", name="Start walk").click()
    page.locator(".walk-state.recording").wait_for()
    for lon, lat in steps:
        _stand(page, lon, lat)
    page.wait_for_timeout(1500)
    _save(page, TABLET.name)
    page.evaluate("gridwalk.home()")
    page.get_by_role("button", name="Report a case").click()
    page.wait_for_timeout(800)
    _save(page.locator("#sheet"), "tablet-case-en")
    page.context.close()


def _tablet_home(browser: Any, address: str) -> None:
    """What there is to do, in Chinese, held upright in the dark."""
    page = _tablet(browser, address, TABLET_ZH, (24.938, 60.1725))
    page.wait_for_timeout(1500)
    _save(page, TABLET_ZH.name)
    page.context.close()


def _report(browser: Any, language: str) -> None:
    """The first screen of the coverage report of the sample's last four weeks."""
    from django.db.models import Max
    from django.utils import timezone

    from patrols.models import Patrol
    from publish.coverage_report.figures import report_of
    from publish.coverage_report.formats import render

    last = timezone.localdate(Patrol.objects.aggregate(last=Max("ended_at"))["last"])
    first = last - dt.timedelta(days=27)
    report = report_of(REPORTED, start=first, end=last, now=timezone.now())
    page = browser.new_page(viewport={"width": 1024, "height": 1280})
    page.set_content(render(report, "html", language).decode())
    _save(page, f"report-{language}")
    page.close()


def _tablet(browser: Any, address: str, picture: Picture, place: tuple[float, float]) -> Any:
    """The tablet's page with everything of the member on it, and no network any more."""
    where = {"longitude": place[0], "latitude": place[1], "accuracy": 5}
    context = _context(browser, address, picture, permissions=["geolocation"], geolocation=where)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{address}/field/")
    _until(page, "window.gridwalk?.data?.pulledAt && gridwalk.data.freshness().length")
    _until(page, "gridwalk.data.ground() && navigator.serviceWorker.controller")
    page.clock.fast_forward(AHEAD)
    context.set_offline(True)
    return page


def _stand(page: Any, lon: float, lat: float) -> None:
    where = {"longitude": lon, "latitude": lat, "accuracy": 5}
    page.context.set_geolocation(where)
    _until(page, f"Math.abs((gridwalk.here.last?.lon ?? 0) - {lon!r}) < 1e-9")
    page.clock.run_for(STEP_SECONDS * 1000)


def _until(page: Any, expression: str, seconds: float = 90) -> None:
    """The page's policy forbids the browser's own way of waiting for an expression."""
    give_up = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        if time.monotonic() > give_up:
            raise TimeoutError(expression)
        page.wait_for_timeout(20)


def _steps(line: list[list[float]], metres: float) -> Iterator[tuple[float, float]]:
    """Places along a line of lon, lat, STEP_METRES apart, as far as so many metres."""
    north, east = 111_195.0, 111_195.0 * math.cos(math.radians(line[0][1]))
    for (lon, lat), (to_lon, to_lat) in itertools.pairwise(line):
        length = math.hypot((to_lon - lon) * east, (to_lat - lat) * north)
        for nth in range(math.ceil(length / STEP_METRES)):
            share = nth * STEP_METRES / length
            yield lon + (to_lon - lon) * share, lat + (to_lat - lat) * share
        metres -= length
        if metres <= 0:
            return


def _save(shown: Any, name: str) -> None:
    """Of a page, or of a part of it."""
    shown.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


def _client(username: str) -> Any:
    """A client signed in as the member of the sample, without the pass phrase."""
    from django.test import Client

    from accounts.models import Member

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(Member.objects.get(username=username))
    return client


if __name__ == "__main__":
    sys.exit(main())
