"""Visits of the report: what was published week by week, added up, and nothing else.

Whatever can be worked out from reports could be worked out from the published weeks: no period,
no two reports and no difference between them tells more (docs/decisions/2026-11-22-small-counts.md
and 2026-11-22-visits-in-the-report.md).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from households.models import CareCount
from publish.coverage_report.report import Small, Value

WEEK = dt.timedelta(days=6)


class Visits(NamedTuple):
    due: Value = None
    done: Value = None


def visits(code: str, *, start: dt.date, end: dt.date) -> tuple[dict[str, Visits], dt.date | None]:
    """Visits by code of the area and all below it; the last day of the week that ``due`` tells of.

    ``due`` is the last calendar week's that began in the period; ``done`` adds up the weeks that
    ended in it, each published on the Monday after. One query.
    """
    day = dt.timedelta(days=1)
    rows = CareCount.objects.filter(
        area_code__startswith=code, week__gte=start, week__lte=end + day
    ).order_by("week")
    due: dict[str, CareCount] = {}
    done: dict[str, list[CareCount]] = defaultdict(list)
    last: dt.date | None = None
    for row in rows:
        if row.kind == CareCount.Kind.DUE and row.week <= end:
            due, last = (due if row.week == last else {}), row.week
            due[row.area_code] = row
        elif row.kind == CareCount.Kind.DONE and row.week > start:
            done[row.area_code].append(row)
    found = {
        area: Visits(_told([due[area]] if area in due else []), _told(done.get(area, [])))
        for area in due.keys() | done.keys()
    }
    return found, last and last + WEEK


def _told(rows: Iterable[CareCount]) -> Value:
    """The sum of what was published; None for nothing."""
    bounds = [(row.low, row.high) for row in rows]
    if not bounds:
        return None
    low, high = (sum(column) for column in zip(*bounds, strict=True))
    return low if low == high else Small(low, high)
