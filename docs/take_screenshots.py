#!/usr/bin/env python3
"""Take the pictures of these pages from the sample district, with the Chromium of the machine.

./run --prepare-only, then: .venv/bin/python docs/take_screenshots.py
"""

import os
import shutil
import sys
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
    view: str = ""
    click: tuple[int, int] | None = None
    theme: str = "light"
    #: What is there when the picture can be taken.
    wait: str = ".cell"
    options: dict[str, Any] = field(default_factory=dict)


ESPLANADE = "#16/60.16830/24.94350"
PARK = "#16/60.17250/24.93800"
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
)


def main() -> int:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Playwright's loop runs in this thread; Django is asked between its steps only.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
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
        browser.close()


def _one(browser: Any, address: str, picture: Picture) -> None:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="en-GB", **picture.options
    )
    cookies = {
        "sessionid": _session(picture.member),
        "gridwalk_language": picture.language,
        "gridwalk_theme": picture.theme,
    }
    context.add_cookies([{"name": k, "value": v, "url": address} for k, v in cookies.items()])
    page = context.new_page()
    page.goto(f"{address}/{picture.view}")
    page.wait_for_selector(picture.wait, timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2500)
    if picture.click:
        page.mouse.click(*picture.click)
        page.wait_for_selector("#card-page .chain")
        page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / f"{picture.name}.png")
    context.close()


def _session(username: str) -> str:
    """Signs the member of the sample in, without the pass phrase."""
    from django.test import Client

    from accounts.models import Member

    client = Client()
    client.force_login(Member.objects.get(username=username))
    return client.cookies["sessionid"].value


if __name__ == "__main__":
    sys.exit(main())
