"""Matching on the tablet: what a walk costs the worker, in headless Chromium.

A made-up town of 5,000 segments and a walk of ten fixes a second, sent to the worker in batches of
a second as fast as it answers. ``worker_share`` is the time the worker was busy adding and
matching, ``both_share`` all time that passed, with packing, sending and the page, both per second
of the walk; ``longest_batch`` the worst second; ``reload`` taking in four hours at a fix a second
at once; ``memory`` what page and worker hold after the walk, ``memory_town`` before it. The
budgets are those of docs/developer.md.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

from spatial.network import Network
from spatial.projection import LocalProjection
from spatial.simulation import perturbed_grid, record, walk

SEED = 20261122
MODULES = Path(__file__).parents[1] / "map_static" / "static" / "map_static" / "js" / "field"
BLOCKS = 40  # some 5,000 segments
SECONDS = {"small": 60, "full": 600}
RELOAD = 14_400
PLACE = LocalProjection(116.392, 39.917)
BUDGET = {"worker_share": 5.0, "reload": 1000.0}  # percent, ms
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"]

PAGES = {
    "/": ("text/html", "<!doctype html><title>bench</title>"),
    "/field/matching.js": ("text/javascript", 'import "/matching/worker.js";'),
}
PREPARE = """async (told) => {
  const { MatchingClient } = await import("/matching/client.js");
  const drawn = JSON.parse(told).map((one) => ({ ...one, line: Float64Array.from(one.line) }));
  const ground = {
    segments: new Map(drawn.map((one) => [one.id, one])),
    links: [],
    buildings: new Map(),
  };
  window.begin = () => new MatchingClient(ground, { mode: "foot" });
  window.listed = ({ lon, lat, accuracy }, every) =>
    lon.map((_, i) => {
      const ms = 1790000000000 + every * i;
      return { lon: lon[i], lat: lat[i], ms, accuracy: accuracy[i] };
    });
  const began = performance.now();
  window.client = window.begin();
  await window.client.add([]);
  return performance.now() - began;
}"""
WALK = """async ({ fixes, batch }) => {
  const all = window.listed(fixes, 100);
  const { client } = window;
  const before = client.busy;
  const began = performance.now();
  let [longest, last] = [0, null];
  for (let at = 0; at < all.length; at += batch) {
    const busy = client.busy;
    last = await client.add(all.slice(at, at + batch));
    longest = Math.max(longest, client.busy - busy);
  }
  const both = performance.now() - began;
  return { busy: client.busy - before, both, longest, metres: last.metres.matched };
}"""
RELOADED = """async ({ fixes }) => {
  const client = window.begin();
  await client.add([]);
  const before = client.busy;
  const { metres } = await client.add(window.listed(fixes, 1000));
  client.close();
  return { busy: client.busy - before, metres: metres.matched };
}"""
MEMORY = "async () => (await performance.measureUserAgentSpecificMemory()).bytes"


def run(size: str = "small") -> list[dict[str, Any]]:
    """Measure, or say on standard error why that cannot be."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if chromium is None:
        print("tablet skipped: needs Chromium", file=sys.stderr)
        return []
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("tablet skipped: needs playwright", file=sys.stderr)
        return []
    rng = np.random.default_rng(SEED)
    network = perturbed_grid(rng, blocks=BLOCKS)
    seconds = SECONDS[size]
    with _served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page()
        page.goto(address)
        opened = page.evaluate(PREPARE, json.dumps(_segments(network)))
        empty = page.evaluate(MEMORY) if size == "full" else None
        walked = page.evaluate(
            WALK, {"fixes": _track(network, rng, 10 * seconds, 0.1), "batch": 10}
        )
        full = page.evaluate(MEMORY) if size == "full" else None
        again = page.evaluate(RELOADED, {"fixes": _track(network, rng, RELOAD, 1.0)})
        browser.close()
    rows = [
        _row("segments", len(network), "segments"),
        _row("open", opened, "ms"),
        _row("worker_share", walked["busy"] / seconds / 10, "%"),
        _row("both_share", walked["both"] / seconds / 10, "%"),
        _row("longest_batch", walked["longest"], "ms"),
        _row("matched", walked["metres"], "m"),
        _row("reload", again["busy"], "ms"),
        _row("reload_matched", again["metres"], "m"),
    ]
    if empty is not None and full is not None:
        rows += [_row("memory_town", empty / 1e6, "MB"), _row("memory", full / 1e6, "MB")]
    return rows


class _Handler(SimpleHTTPRequestHandler):
    """The modules of the tablet, isolated as memory can only be measured so."""

    def do_GET(self) -> None:
        if self.path not in PAGES:
            super().do_GET()
            return
        kind, text = PAGES[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the figures are what is printed."""


@contextlib.contextmanager
def _served() -> Iterator[str]:
    handler = partial(_Handler, directory=str(MODULES))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def _segments(network: Network) -> list[dict[str, Any]]:
    lonlat = np.round(PLACE.inverse(network.vertices), 7)
    bounds = network.vertex_start
    return [
        {
            "id": edge + 1,
            "duty": True,
            "cm": round(float(network.edge_length[edge]) * 100),
            "from": int(network.edge_from[edge]),
            "to": int(network.edge_to[edge]),
            "line": lonlat[bounds[edge] : bounds[edge + 1]].ravel().tolist(),
        }
        for edge in range(len(network))
    ]


def _track(network: Network, rng: np.random.Generator, fixes: int, every: float) -> dict[str, Any]:
    # The pace varies: a third more is enough for all fixes.
    route = walk(network, rng, metres=1.3 * fixes * every * 1.3 + 50)
    seen = record(network, route, rng, every=every, correlation=0.85**every, outliers=0.01 * every)
    lonlat = np.round(PLACE.inverse(seen.xy[:fixes]), 7)
    return {
        "lon": lonlat[:, 0].tolist(),
        "lat": lonlat[:, 1].tolist(),
        "accuracy": np.round(seen.accuracy[:fixes], 1).tolist(),
    }


def _row(metric: str, value: float, unit: str) -> dict[str, Any]:
    budget = BUDGET.get(metric)
    return {
        "case": "walk",
        "metric": metric,
        "value": float(value),
        "unit": unit,
        "peer": "budget" if budget else None,
        "peer_value": budget,
        "ratio": budget / value if budget else None,
    }
