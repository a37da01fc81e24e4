"""Importing an invented town: objects a second into an empty database, and again."""

import contextlib
import io
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way

from bench import scratch
from spatial.projection import LocalProjection

SEED = 20261122
HERE = LocalProjection(116.35, 40.0)
#: Blocks along one side of the town, each with 12 houses, 4 lamps, a sidewalk and two crossings.
BLOCKS = {"small": 12, "full": 102}
BLOCK, HOUSES, CORNERS = 100.0, 12, 6


def run(size: str) -> list[dict[str, Any]]:
    """Objects a second of the first import and of a second one, and the memory that took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "town.osm.pbf"
        objects = draw(path, BLOCKS[size])
        began = time.perf_counter()
        for _thing in osmium.FileProcessor(str(path)).with_locations():
            pass
        peer = objects / (time.perf_counter() - began)
        with scratch.database():
            first, again = _import(path), _import(path)
    case = f"town, {objects:,} objects"
    shared = {"metric": "objects_per_second", "unit": "objects/s", "peer": "pyosmium reads only"}
    rows = [
        {"case": name, "value": objects / seconds, "peer_value": peer, **shared}
        | {"ratio": objects / seconds / peer}
        for name, seconds in ((case, first), (f"{case}, again", again))
    ]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [*rows, {"case": case, "metric": "peak_memory", "value": memory, "unit": "MiB"}
            | dict.fromkeys(["peer", "peer_value", "ratio"])]  # fmt: skip


def _import(path: Path) -> float:
    from django.core.management import call_command

    began = time.perf_counter()
    out = io.StringIO()
    with contextlib.redirect_stderr(io.StringIO()):
        call_command("import_osm", str(path), "--json", stdout=out)
    seconds = time.perf_counter() - began
    assert json.loads(out.getvalue())["segments"]["metres"] > 0
    return seconds


def draw(path: Path, blocks: int) -> int:
    """Write the town as .osm.pbf; the number of nodes and ways in it."""
    nodes = _Nodes()
    ways = list(_ways(nodes, blocks, np.random.default_rng(SEED)))
    lonlat = HERE.inverse(nodes.xy)
    with osmium.SimpleWriter(str(path)) as writer:
        for at, place in enumerate(lonlat.tolist(), start=1):
            writer.add_node(Node(id=at, location=place, tags=nodes.tags.get(at, {}), version=1))
        for at, (refs, tags) in enumerate(ways, start=1):
            writer.add_way(Way(id=at, nodes=refs, tags=tags, version=1))
    return len(nodes.xy) + len(ways)


class _Nodes:
    def __init__(self) -> None:
        self.xy: list[tuple[float, float]] = []
        self.tags: dict[int, dict[str, str]] = {}

    def at(self, x: float, y: float, **tags: str) -> int:
        self.xy.append((x, y))
        if tags:
            self.tags[len(self.xy)] = tags
        return len(self.xy)


def _ways(
    nodes: _Nodes, blocks: int, rng: np.random.Generator
) -> Iterator[tuple[list[int], dict[str, str]]]:
    side = range(blocks + 1)
    jitter = rng.normal(0, 2, (blocks + 1, blocks + 1, 2))
    corner = {
        (i, j): nodes.at(i * BLOCK + jitter[i, j, 0], j * BLOCK + jitter[i, j, 1])
        for i in side
        for j in side
    }
    for i in side:
        kind = "secondary" if i % 5 == 0 else "residential"
        yield [corner[i, j] for j in side], {"highway": kind, "name": f"North Street {i}"}
        yield [corner[j, i] for j in side], {"highway": kind, "name": f"East Street {i}"}
    for i in range(blocks):
        for j in range(blocks):
            yield from _block(nodes, i * BLOCK, j * BLOCK, corner[i, j], rng)


def _block(
    nodes: _Nodes, x: float, y: float, street: int, rng: np.random.Generator
) -> Iterator[tuple[list[int], dict[str, str]]]:
    near, far = 9.0, BLOCK - 9.0
    ring = [nodes.at(x + a, y + b) for a, b in ((near, near), (far, near), (far, far), (near, far))]
    yield [*ring, ring[0]], {"highway": "footway", "footway": "sidewalk"}
    yield [ring[0], street], {"highway": "footway", "footway": "crossing"}
    for a, b in ((near, 50), (far, 50), (50, near), (50, far)):
        nodes.at(x + a, y + b, highway="street_lamp")
    for house in range(HOUSES):
        middle = np.array([x + 23 + 18 * (house % 4), y + 25 + 25 * (house // 4)])
        turn = np.sort(rng.uniform(0, 2 * np.pi, CORNERS)) + np.arange(CORNERS) * 1e-3
        outline = middle + 7 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        refs = [nodes.at(*point) for point in outline.tolist()]
        tags = {"building": "apartments", "building:levels": str(rng.integers(1, 20))}
        yield [*refs, refs[0]], tags | {"addr:housenumber": str(house + 1)}
