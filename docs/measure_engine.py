#!/usr/bin/env python3
"""Measure what docs/draw_engine.py draws: ``python docs/measure_engine.py [NAME …]``.

Takes some ten minutes on two cores and a database as the benches do. Each part replaces its rows
in docs/images/engine.json; the rest stays. Seeds are fixed, so only seconds differ between runs.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
MEASURED = ROOT / "docs" / "images" / "engine.json"
sys.path.insert(0, str(ROOT))

from bench import intervals as bench_intervals  # noqa: E402
from bench import noise  # noqa: E402
from bench.__main__ import machine  # noqa: E402
from bench.cells import town as cell_town  # noqa: E402
from bench.exact_walks import most_worth, shortest_cover  # noqa: E402
from bench.walks import frederickson, gap  # noqa: E402
from spatial.cells import split  # noqa: E402
from spatial.intervals import Stretches, last_seen, length, union  # noqa: E402
from spatial.simulation import perturbed_grid  # noqa: E402
from spatial.walks import cover, within_budget  # noqa: E402

Rows = list[dict[str, Any]]


def interval_times(size: str) -> Rows:
    """Seconds for the union of so many stretches, and for three windows of what was last seen."""
    rows: Rows = []
    for count in (5_000, 50_000, 500_000, 5_000_000)[: 2 if size == "small" else 4]:
        a, day = bench_intervals.walks(count, max(count // 40, 1))
        union(a)
        last_seen(a, day).lengths([0])
        row: dict[str, Any] = {"stretches": count}
        row["union"], ours = _quickest(_covered, a)
        row["last_seen and three windows"], _lengths = _quickest(_windows, a, day)
        row["numpy sort and running maximum"], theirs = _quickest(
            bench_intervals.running_maximum, a
        )
        if size == "full":
            metres, row["PostgreSQL range_agg"] = bench_intervals.multiranges(a, day, [0])
            if metres != [ours]:
                raise AssertionError(f"not the same decimetres: {ours}, {metres}")
        if ours != theirs:
            raise AssertionError(f"not the same decimetres: {ours}, {theirs}")
        rows.append(row)
    return rows


def _covered(a: Stretches) -> int:
    return length(union(a))


def _windows(a: Stretches, day: Any) -> Any:
    return last_seen(a, day).lengths([0, 23, 29])


def _quickest(answer: Callable[..., Any], *given: Any) -> tuple[float, Any]:
    """The least seconds of three, and the answer."""
    best = np.inf
    for _ in range(3):
        began = time.perf_counter()
        found = answer(*given)
        best = min(best, time.perf_counter() - began)
    return best, found


def cell_sizes(size: str) -> Rows:
    """Balance, compactness and processor seconds of made-up towns of so many buildings."""
    rows = []
    split(*cell_town(200))  # compiles
    for buildings in (500,) if size == "small" else (500, 1_000, 2_000, 4_000, 8_000, 16_000):
        town = cell_town(buildings)
        began = time.process_time()
        division = split(*town, between=(300, 500))
        rows.append(
            {
                "buildings": buildings,
                "cells": len(division.cells),
                "max_to_mean": division.max_to_mean,
                "polsby_popper_mean": float(division.compactness.mean()),
                "polsby_popper_least": float(division.compactness.min()),
                "seconds": time.process_time() - began,
            }
        )
    return rows


def walk_bounds(size: str) -> Rows:
    """Length over the lower bound that HiGHS proves, for round trips over 145 segments."""
    towns, required, seconds = (1, 30, 0.5) if size == "small" else (8, 145, 60.0)
    rows = []
    for seed in range(1, towns + 1):
        town, mask = gap(seed, required=required)
        bound, proven = shortest_cover(
            town.edge_from, town.edge_to, town.edge_length, mask, seconds=seconds
        )
        ours = cover(town, mask, back=True).metres / bound
        peer = frederickson(town, mask) / bound
        rows.append({"seed": seed, "ours": ours, "frederickson": peer, "proven": bool(proven)})
    return rows


def walk_budgets(size: str) -> Rows:
    """Share of the worth that a budget closes, and the most it could, as HiGHS proves."""
    rows = []
    for number in (1,) if size == "small" else (1, 2):
        rng = np.random.default_rng(number)
        town = perturbed_grid(rng, blocks=3 if size == "small" else 4)
        worth = rng.uniform(1, 20, len(town)) * (rng.random(len(town)) < 0.6)
        start, wanted = int(rng.integers(len(town))), worth > 0
        whole, everything = town.edge_length[wanted].sum(), (worth * town.edge_length).sum()
        for share in (0.4, 0.8) if size == "small" else np.linspace(0.1, 1.3, 9):
            budget = float(share * whole)
            found = within_budget(
                town, wanted, worth[wanted], budget=budget, start=(start, 0.0), grain=np.inf
            )
            most, proven = most_worth(
                town.edge_from, town.edge_to, town.edge_length, worth * town.edge_length,
                budget=budget, start=int(town.edge_from[start]), end=None, seconds=30.0,
            )  # fmt: skip
            rows.append(
                {
                    "town": number,
                    "budget": float(share),
                    "ours": found.worth / everything,
                    "most": most / everything,
                    "proven": bool(proven),
                }
            )
    return rows


PARTS: dict[str, Callable[[str], Rows]] = {
    "noise": noise.curve,
    "confidence": noise.calibration,
    "interval_times": interval_times,
    "cell_sizes": cell_sizes,
    "walk_bounds": walk_bounds,
    "walk_budgets": walk_budgets,
}


def main(names: list[str]) -> None:
    known = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    for name in names or PARTS:
        known[name] = PARTS[name]("full")
        known["machine"] = machine()
        text = json.dumps(dict(sorted(known.items())), indent=1) + "\n"
        MEASURED.write_text(text, encoding="utf-8")
        print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
