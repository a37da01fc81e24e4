"""The office's page over a whole city: until it can be used, while it is panned, and what it asks.

A synthetic city through the production server; the leader of the city and a coordinator of one
community open the map in headless Chromium. ``interactive`` is from the click until the cells are
listed, the map is drawn and nothing is being fetched, on a warm server with an empty browser;
``frame`` is the time between two frames while the map is dragged, ``longest_task`` what blocked
the page meanwhile. ``panel`` are the questions of the side panel and of the search, each the
median of several; ``after a walk`` somebody has just walked a street before each.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import time
import urllib.request
from typing import Any

from bench import city, scratch, served
from bench.rows import row

SEED = 20261122
PANS = {"small": 40, "full": 240}
TIMES = {"small": 3, "full": 9}
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"]
COMMUNITY = "990101001001"
BUDGET = {"interactive": 1.5, "panel": 100.0, "longest_task": 50.0, "frame": 1000 / 60}
#: The questions of the side panel: by name, the address for an area and its middle.
PANEL = {
    "coverage": "coverage/?area={area}&days=30&as_of={day}",
    "series": "series/?area={area}&days=30&as_of={day}",
    "freshness": "freshness/?area={area}&days=30&as_of={day}",
    "here": "here/?lon={lon}&lat={lat}&days=30&as_of={day}",
    "cases": "cases/map/?state=open&bbox={box}",
    "search, a street": "search/?q=%E4%BA%BA%E6%B0%915%E8%B7%AF&near={lon},{lat}",
    "search, a house": "search/?q=renmin5lu%2012&near={lon},{lat}",
    "search, misspelt": "search/?q=renming%205&near={lon},{lat}",
    "search, two characters": "search/?q=%E5%A4%A7%E8%A1%97&near={lon},{lat}",
}
#: Figures that every walk changes.
CHANGING = ("coverage", "series")
WATCH = """() => {
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longTasks.push(duration);
  }).observe({ type: "longtask" });
}"""
#: Drags the map as a finger would, a step a frame, there and back; gives the times of the frames.
PAN = """async (steps) => {
  const element = document.getElementById("map");
  const { left, top, width, height } = element.getBoundingClientRect();
  const [x, y] = [left + width * 0.65, top + height * 0.5];
  const say = (type, dx) => element.dispatchEvent(new PointerEvent(type, {
    pointerId: 1, pointerType: "mouse", button: 0, buttons: type === "pointerup" ? 0 : 1,
    clientX: x + dx, clientY: y + dx / 3, bubbles: true, cancelable: true, isPrimary: true,
  })) && element.dispatchEvent(new MouseEvent(type.replace("pointer", "mouse"), {
    button: 0, buttons: type === "pointerup" ? 0 : 1, clientX: x + dx, clientY: y + dx / 3,
    bubbles: true, cancelable: true, view: window,
  }));
  window.longTasks.length = 0;
  const frames = [];
  say("pointerdown", 0);
  let last = await new Promise(requestAnimationFrame);
  for (let step = 1; step <= steps; step += 1) {
    const round = step % 60;
    say("pointermove", -8 * (round < 30 ? round : 60 - round));
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  say("pointerup", 0);
  return { frames, longest: Math.max(0, ...window.longTasks) };
}"""


def run(size: str = "small") -> list[dict[str, Any]]:
    """Measure, or say on standard error what cannot be."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    with scratch.database() as name:
        from django.conf import settings

        from publish.search.names import read_all_names

        os.environ["DATABASE_URL"] = served.address(name)
        settings.SECRET_KEY = served.KEY
        town = city.SIZES[size]
        city.make(town)
        read_all_names()
        who = {
            "coordinator": (_cookie(city.member("coordinator", COMMUNITY)), COMMUNITY),
            "leader": (_cookie(city.member("leader", city.CITY)), city.CITY),
        }
        rows = []
        with served.server(processes=2, threads=4, LIVE_STREAMS="0") as port:
            for role, (cookie, area) in who.items():
                rows += _panel(port, role, cookie, area, TIMES[size])
            if chromium is None:
                print("office: the page needs Chromium", file=sys.stderr)
                return rows
            for role, (cookie, _area) in who.items():
                rows += _page(chromium, port, role, cookie, PANS[size], TIMES[size])
    return rows


def _cookie(member: Any) -> tuple[str, str]:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(member)
    name = settings.SESSION_COOKIE_NAME
    return name, client.cookies[name].value


def _panel(
    port: int, role: str, cookie: tuple[str, str], area: str, times: int
) -> list[dict[str, Any]]:
    """The median milliseconds of each question, beside that of an empty answer."""
    values = {"area": area, "day": city.TODAY, **_middle()}
    _ask(port, cookie, "categories/")
    peer = statistics.median(_ask(port, cookie, "categories/") for _ in range(times))
    found = []
    for name, address in PANEL.items():
        _ask(port, cookie, address.format(**values))
        took = [_ask(port, cookie, address.format(**values)) for _ in range(times)]
        middle = statistics.median(took)
        found.append(row(f"{role}, {name}", "panel", middle, "ms", "a short answer", peer))
    for name in CHANGING:
        took = []
        for _ in range(times):
            _walk_somewhere()
            took.append(_ask(port, cookie, PANEL[name].format(**values)))
        case = f"{role}, {name} after a walk"
        found.append(row(case, "panel", statistics.median(took), "ms", "a short answer", peer))
    return found


def _walk_somewhere() -> None:
    """The last walk of the city goes along one more street of the community."""
    from grid.models import Segment
    from patrols.models import WalkedStretch

    last = WalkedStretch.objects.order_by("-pk")[:1].get()
    segments = Segment.objects.filter(community__code=COMMUNITY, duty=True).order_by("pk")
    last.pk, last.segment = None, segments[last.pk % 50]
    last.start_dm, last.end_dm = 0, 1
    last.save()


def _middle() -> dict[str, Any]:
    """A place on a street of the community, and a box around it."""
    from grid.models import Segment

    segment = Segment.objects.filter(community__code=COMMUNITY).order_by("pk")[50:51].get()
    lon, lat = segment.line[0]
    box = f"{lon - 0.01},{lat - 0.01},{lon + 0.01},{lat + 0.01}"
    return {"lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "box": box}


def _ask(port: int, cookie: tuple[str, str], address: str) -> float:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/{address}", headers={"Cookie": "=".join(cookie)}
    )
    began = time.perf_counter()
    with urllib.request.urlopen(asked, timeout=120) as answer:  # noqa: S310
        answer.read()
    return (time.perf_counter() - began) * 1000


def _page(
    chromium: str, port: int, role: str, cookie: tuple[str, str], pans: int, times: int
) -> list[dict[str, Any]]:
    """Seconds until the page can be used, and the frames of a pan over the community."""
    from playwright.sync_api import sync_playwright

    base = f"http://127.0.0.1:{port}"
    place = _middle()
    opened, frames, longest = [], [], 0.0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        # The first visit warms the server; each has a browser with nothing kept.
        for visit in range(min(times, 4) + 1):
            context = browser.new_context(base_url=base, viewport={"width": 1280, "height": 800})
            context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": base}])
            page = context.new_page()
            page.add_init_script(f"({WATCH})()")
            began = time.perf_counter()
            page.goto(f"/#15/{place['lat']}/{place['lon']}")
            page.wait_for_selector("#cells > *:not([aria-busy])", timeout=120_000)
            page.wait_for_selector(".skeleton", state="detached", timeout=120_000)
            page.wait_for_selector("#progress", state="hidden", timeout=120_000)
            if visit:
                opened.append(time.perf_counter() - began)
            if visit == 1:
                page.wait_for_load_state("networkidle")
                moved = page.evaluate(PAN, pans)
                frames, longest = moved["frames"], moved["longest"]
            context.close()
        browser.close()
    within = statistics.median(frames)
    late = statistics.quantiles(frames, n=20)[-1]
    return [
        row(role, "interactive", statistics.median(opened), "s", "budget", BUDGET["interactive"]),
        row(role, "frame", within, "ms", "60 a second", BUDGET["frame"]),
        row(role, "frame_95", late, "ms", "60 a second", BUDGET["frame"]),
        row(role, "longest_task", longest, "ms", "budget", BUDGET["longest_task"]),
    ]
