"""Figures of large areas, put together from their communities', which are kept while they hold.

What was counted for a community stays in the memory of the process until something changes it. A
log that triggers write (migration 0008) says what did. A walk makes the few communities it went
through be counted again; a change of streets, cells or cadences makes all of them.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from django.core.cache import caches
from django.db import connection
from django.db.models import Max, Q, Sum

from grid.divisions.versions import gone_divisions
from grid.models import Area, Level
from patrols.coverage import AreaCoverage, counted_in, coverage, past_day, summed
from patrols.series import DayCoverage, Days, days_in, series, summed_days
from patrols.tallies import Tally
from publish.models import CoverageChange

CACHE = caches["figures"]
#: Where more communities than this are not kept, the area is counted at once.
ONE_BY_ONE = 8
#: Rows of the log that are older are made one for each place.
RECENT = dt.timedelta(hours=1)


class Holding(Protocol):
    """Figures of a community that stay right until a moment (Unix seconds, inclusive)."""

    @property
    def holds_until(self) -> float: ...


Figures = TypeVar("Figures", bound=Holding)


def is_large(area: Area) -> bool:
    """Whether the area has communities below it."""
    return area.level < Level.COMMUNITY


def coverage_of(area: Area, *, start: dt.date, end: dt.date, now: dt.datetime) -> AreaCoverage:
    """What patrols.coverage.coverage finds for the area."""
    if not is_large(area):
        return coverage(area.code, start=start, end=end, now=now)
    on = past_day(end, now)

    def count(place: Area) -> dict[str, Tally]:
        return counted_in(place, start=start, end=end, now=now, on=on).tallies

    found = _communities(area, ("coverage", start, end), count, Tally(), now=now, on=on)
    return summed(area.code, found, start=start, end=end, on=on)


def series_of(
    area: Area, *, start: dt.date, end: dt.date, days: int, now: dt.datetime
) -> list[DayCoverage]:
    """What patrols.series.series finds for the area."""
    if not is_large(area):
        return series(area.code, start=start, end=end, days=days, now=now)
    on = past_day(end, now)

    def count(place: Area) -> dict[str, Days]:
        return days_in(place, start=start, end=end, days=days, now=now, on=on)

    nothing = Days(0, (0,) * ((end - start).days + 1))
    found = _communities(area, ("series", start, end, days), count, nothing, now=now, on=on)
    return summed_days(found, start=start, end=end)


def _communities(
    area: Area,
    asked: tuple[object, ...],
    count: Callable[[Area], dict[str, Figures]],
    nothing: Figures,
    *,
    now: dt.datetime,
    on: dt.date | None,
) -> Iterable[Figures]:
    """The figures of each community of the area: those kept, and the others counted now."""
    # What is counted after the log was read may be newer than its key says, never older.
    keys = _keys(area, asked, on)
    kept: dict[str, Figures] = CACHE.get_many(keys.values())
    found = {
        code: kept[key]
        for code, key in keys.items()
        if key in kept and now.timestamp() <= kept[key].holds_until
    }
    missing = [code for code in keys if code not in found]
    places: Iterable[Area] = [area]
    if len(missing) <= ONE_BY_ONE:
        places = Area.objects.defer("geometry", "tile_geometry").filter(code__in=missing)
    for place in places:
        counted = count(place)
        fresh = {code: counted.get(code, nothing) for code in keys if code.startswith(place.code)}
        CACHE.set_many({keys[code]: figures for code, figures in fresh.items()})
        found |= fresh
    return found.values()


def _keys(area: Area, asked: tuple[object, ...], on: dt.date | None) -> dict[str, str]:
    """The key of what is kept for each community, by code; another one after every change.

    A reader who sees more of the log than another sees a larger sum, whatever committed late.
    """
    codes = Area.objects.inside(area.code).filter(level=Level.COMMUNITY)
    changes = (
        CoverageChange.objects.filter(Q(place="") | Q(place__startswith=area.code))
        .order_by()
        .values_list("place")
        .annotate(Sum("number"), Max("txid"))
    )
    noted = {place: row for place, *row in changes}
    # The division of a past day is another one once a later division was put in force.
    gone = {} if on is None else {code: pk for pk, code in gone_divisions(area.code, on)}
    return {
        code: _key(*asked, on, code, noted.get(""), noted.get(code), gone.get(code))
        for code in codes.values_list("code", flat=True)
    }


def _key(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


_SHORTEN = """
WITH old AS (DELETE FROM publish_coveragechange WHERE noted_at < %s RETURNING *)
INSERT INTO publish_coveragechange (place, txid, number, noted_at)
SELECT place, max(txid), sum(number), %s FROM old GROUP BY place
"""


def shorten_log(now: dt.datetime) -> None:
    """One row for each place instead of its old ones; what is kept keeps its keys."""
    with connection.cursor() as cursor:
        cursor.execute(_SHORTEN, [now - RECENT, now])
