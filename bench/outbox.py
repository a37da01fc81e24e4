"""The tablet's app in headless Chromium: from the tap to "saved", and a long queue that drains.

The whole page runs, with its screens, against a server of a few lines that takes in everything.
``saved`` is the time until an operation is on the disk (a strict transaction), one after another;
``drain`` sends what several days without a network left, and ``longest_task`` is how long the page
did not answer a touch meanwhile, ``start`` how long it takes to open with that queue. The budgets
are those of docs/developer.md.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import mimetypes
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

QUEUE = {"small": 400, "full": 10_000}
TAPS = {"small": 30, "full": 300}
BUDGET = {"saved_p95": 100.0, "longest_task": 100.0}  # ms
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"]
PATIENCE = 120  # s

TAP = """async (taps) => {
  const took = [];
  for (let lamp = 0; lamp < taps; lamp += 1) {
    const began = performance.now();
    await gridwalk.record("lamp.seen", { lamp, state: "dark", key: crypto.randomUUID() });
    took.push(performance.now() - began);
    await new Promise((next) => setTimeout(next, 20));
  }
  return took;
}"""
# Every tenth is a minute of a walk, the others are taps.
FILL = """async (count) => {
  gridwalk.outbox.stop();
  const { db } = gridwalk;
  const minute = Array.from({ length: 60 }, (_n, i) => 116.39 + i * 1e-6);
  const before = await db.get("meta", "sequence");
  for (let begun = 0; begun < count; begun += 500) {
    const tx = db.transaction(["operations", "meta"], "readwrite");
    for (let i = begun; i < Math.min(begun + 500, count); i += 1) {
      const at = Date.now() - (count - i) * 1000;
      const walked = i % 10 === 0;
      tx.objectStore("operations").add({
        id: crypto.randomUUID(), sequence: before + i + 1, at, offset: 480, after: [],
        kind: walked ? "patrol.fixes" : "lamp.seen",
        body: walked
          ? { patrol: "p", part: i, lon: minute, lat: minute, ms: minute, accuracy: minute }
          : { lamp: i, state: "lit", key: crypto.randomUUID() },
        state: "waiting", code: "", message: "", fields: {}, result: {}, photos: [],
      });
    }
    tx.objectStore("meta").put(before + count, "sequence");
    await tx.done;
  }
}"""
WATCH = """() => {
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longTasks.push(duration);
  }).observe({ type: "longtask" });
}"""


def run(size: str = "small") -> list[dict[str, Any]]:
    """Measure, or say on standard error why that cannot be."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if chromium is None:
        print("outbox skipped: needs Chromium", file=sys.stderr)
        return []
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("outbox skipped: needs playwright", file=sys.stderr)
        return []
    with _served() as (address, taken), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        context = browser.new_context(base_url=address, service_workers="block")
        page = context.new_page()
        page.goto("/field/")
        _opened(page)
        saved = page.evaluate(TAP, TAPS[size])
        _drained(page, taken, TAPS[size])
        page.evaluate(FILL, QUEUE[size])
        page.add_init_script(f"({WATCH})()")
        began = time.monotonic()
        page.reload()
        _opened(page)
        started = time.monotonic() - began
        _drained(page, taken, TAPS[size] + QUEUE[size])
        drained = time.monotonic() - began
        tasks = page.evaluate("window.longTasks")
        browser.close()
    return [
        _row("tap", "saved_median", float(np.median(saved)), "ms"),
        _row("tap", "saved_p95", float(np.percentile(saved, 95)), "ms"),
        _row("queue", "operations", QUEUE[size], "operations"),
        _row("queue", "start", 1000 * started, "ms"),
        _row("queue", "drain", drained, "s"),
        _row("queue", "longest_task", max(tasks, default=0.0), "ms"),
    ]


def _opened(page: Any) -> None:
    """The member is known and the queue open; the policy forbids waiting for an expression."""
    page.wait_for_selector("body[data-ready]", state="attached")
    while not page.evaluate("Boolean(window.gridwalk?.outbox)"):
        page.wait_for_timeout(5)


def _drained(page: Any, taken: set[str], count: int) -> None:
    give_up = time.monotonic() + PATIENCE
    while len(taken) < count or page.evaluate("gridwalk.outbox.unsent"):
        if time.monotonic() > give_up:
            raise TimeoutError(f"{len(taken)} of {count} operations were sent in {PATIENCE} s")
        page.wait_for_timeout(20)


@contextlib.contextmanager
def _served() -> Iterator[tuple[str, set[str]]]:
    """The tablet's page and a server that takes in everything; what it took in."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.test import RequestFactory

    django.setup()
    from map_static import field_files, field_views

    page = field_views.field_page(RequestFactory().get("/field/")).content
    version = field_views.page()["version"]
    files = {f"/static/{name}": field_files.content(name) for name in field_files.names()}
    taken: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path, _mark, _query = self.path.partition("?")
            if path == "/field/":
                self._answer(page, "text/html; charset=utf-8")
            elif path in files:
                self._answer(files[path], mimetypes.guess_type(path)[0] or "text/plain")
            elif path == "/field/session.json":
                member = {"id": 1, "name": "Li"}
                self._json({"protocol": 1, "member": member, "token": "t", "version": version})
            elif path == "/api/v1/sync/":
                device = parse_qs(urlsplit(self.path).query)["device"][0]
                changes = {"protocol": 1, "device": device, "cursor": "c", "more": False}
                self._json({**changes, "reset": False, "areas": [], "changes": {}})
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                sent = gzip.decompress(sent)
            body = json.loads(sent)
            ids = [operation["id"] for operation in body["operations"]]
            taken.update(ids)
            answers = [{"id": each, "state": "applied", "result": {}} for each in ids]
            told = {"protocol": 1, "device": body["device"], "server_time": 0}
            self._json({**told, "answers": answers})

        def _json(self, told: dict[str, Any]) -> None:
            self._answer(json.dumps(told).encode(), "application/json")

        def _answer(self, content: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the figures are what is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", taken
        server.shutdown()


def _row(case: str, metric: str, value: float, unit: str) -> dict[str, Any]:
    budget = BUDGET.get(metric)
    return {
        "case": case,
        "metric": metric,
        "value": float(value),
        "unit": unit,
        "peer": "budget" if budget else None,
        "peer_value": budget,
        "ratio": budget / value if budget and value else None,
    }
