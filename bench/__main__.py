"""python -m bench NAME [--size small|full] [--json]: measured against a peer in the same run."""

import argparse
import importlib
import json
import os
import platform
import sys
import time
from typing import Any

#: Bench names and the modules that hold them; each has ``run(size) -> rows``.
BENCHES = {
    "import": "bench.import_",
    "matching": "bench.matching",
    "intervals": "bench.intervals",
    "coverage": "bench.coverage",
    "cells": "bench.cells",
    "tiles": "bench.tiles",
    "walks": "bench.walks",
    "cases": "bench.cases",
    "circuits": "bench.circuits",
    "households": "bench.households",
    "tablet": "bench.tablet",
    "outbox": "bench.outbox",
    "sync": "bench.sync",
    "report": "bench.report",
    "office": "bench.office",
}
COLUMNS = ("case", "metric", "value", "unit", "peer", "peer_value", "ratio")


def machine() -> dict[str, Any]:
    """What the figures were measured on; names nobody's machine."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
    }


def measure(name: str, size: str) -> dict[str, Any]:
    """Run one bench; each row has exactly ``COLUMNS``."""
    rows = importlib.import_module(BENCHES[name]).run(size)
    results = [{column: row.get(column) for column in COLUMNS} for row in rows]
    return {"bench": name, "size": size, "results": results, "machine": machine()}


def table(found: dict[str, Any]) -> str:
    """The result for people."""
    lines = [f"{found['bench']} ({found['size']})"]
    for row in found["results"]:
        line = f"  {row['case']:<22} {row['metric']:<22} {row['value']:>14,.4g} {row['unit']}"
        if row["peer"]:
            ratio = "" if row["ratio"] is None else f", ratio {row['ratio']:.3g}"
            value = "" if row["peer_value"] is None else f" {row['peer_value']:,.4g}"
            line += f"   ({row['peer']}{value}{ratio})"
        lines.append(line)
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=[*BENCHES, "all"])
    parser.add_argument("--size", choices=["small", "full"], default="small")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    names = list(BENCHES) if options.name == "all" else [options.name]
    found = []
    for name in names:
        began = time.monotonic()
        found.append(measure(name, options.size))
        if not options.json:
            # One by one: what a long run found is not lost by the bench that fails after it.
            print(f"{table(found[-1])}\n  {time.monotonic() - began:.0f} s\n", flush=True)
    if options.json:
        print(json.dumps(found[0] if options.name != "all" else {"bench": "all", "benches": found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
