"""The coverage report of a city: 100 communities, 1,000 cells, 130,000 segments, 30 days of walks.

The peer is the coverage of each community one by one, as ``manage.py coverage`` finds it: without
the period before, light, nights, cases, weeks and maps.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from bench import scratch
from bench.rows import row

TIMES = {"small": 2, "full": 2}
WORKERS = 2
PEER = "coverage one by one"


def run(size: str) -> list[dict[str, Any]]:
    with scratch.database():
        from bench import city

        sizes = {"small": city.SIZES["small"], "full": city.City(10, 25, (2, 5))}
        city.make(sizes[size])
        return _measured(size)


def _measured(size: str) -> list[dict[str, Any]]:
    import datetime as dt

    from bench import city
    from grid.models import Area, Level
    from patrols.coverage import coverage, midnight
    from publish.coverage_report.figures import report_of
    from publish.coverage_report.formats import render

    start, end = city.TODAY - dt.timedelta(days=29), city.TODAY
    now = midnight(city.TODAY) + dt.timedelta(hours=21)
    codes = list(
        Area.objects.filter(level=Level.COMMUNITY).order_by("code").values_list("code", flat=True)
    )

    def report(workers: int = 1) -> Any:
        return report_of(city.CITY, start=start, end=end, now=now, workers=workers)

    def community() -> Any:
        return report_of(codes[0], start=start, end=end, now=now)

    def one_by_one() -> None:
        for code in codes:
            coverage(code, start=start, end=end, now=now)

    peer = _best(one_by_one, TIMES[size])
    alone, both = _best(report, TIMES[size]), _best(lambda: report(WORKERS), TIMES[size])
    rows = [
        row("one process", "report of the city", alone, "s", PEER, peer),
        row(f"{WORKERS} processes", "report of the city", both, "s", PEER, peer),
        row("one process", "report of a community", _best(community, TIMES[size]), "s"),
    ]
    made = report()
    for name in ("xlsx", "csv", "gpkg", "json", "html", "pdf"):
        seconds = _best(partial(render, made, name, "zh-hans"), 2)
        rows.append(row(name, "file of the city", seconds, "s"))
    return rows


def _best(work: Callable[[], Any], times: int) -> float:
    found = []
    for _time in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)
