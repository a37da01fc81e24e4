"""Coverage, freshness and overdue metres of an area, as docs and design define them.

Lengths are summed in whole centimetres, so that cells add up to their area exactly.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role
from api.errors import UnknownArea
from grid.divisions.versions import CellOn, cells_on, gone_divisions
from grid.models import Area, Level, Responsibility, Segment
from patrols.models import BuildingPassed, WalkedStretch
from patrols.passed import passed_in_gone
from patrols.tallies import Measured, Tally, measured, tallies
from patrols.walks import streets_of, walks_on
from spatial.intervals import last_seen, overlay


@dataclass(frozen=True)
class Lengths:
    """Metres of street and metres of it walked in the window."""

    metres: float = 0.0
    covered_metres: float = 0.0

    @property
    def coverage(self) -> float | None:
        """Share 0..1; None where there is no street."""
        return round(self.covered_metres / self.metres, 4) if self.metres else None


@dataclass(frozen=True)
class CellCoverage(Lengths):
    code: str = ""
    name: str = ""
    member: str | None = None
    overdue_metres: float = 0.0
    patrols: int = 0
    buildings_passed: int = 0


@dataclass(frozen=True)
class SegmentCoverage(Lengths):
    id: int = 0
    osm_way: int | None = None
    name: str | None = None
    kind: str = ""
    last_walked: dt.datetime | None = None


@dataclass(frozen=True)
class AreaCoverage(Lengths):
    """What ``manage.py coverage`` prints; both days belong to the window, in local time."""

    area: str = ""
    start: dt.date = dt.date.min
    end: dt.date = dt.date.min
    overdue_metres: float = 0.0
    patrols: int = 0
    members: int = 0
    buildings_passed: int = 0
    kinds: dict[str, Lengths] = field(default_factory=dict)
    cells: list[CellCoverage] = field(default_factory=list)
    segments: list[SegmentCoverage] = field(default_factory=list)


def window(*, days: int, today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the ``days`` days that end today."""
    return today - dt.timedelta(days=days - 1), today


def midnight(day: dt.date) -> dt.datetime:
    """When a local day begins."""
    return dt.datetime.combine(day, dt.time(), timezone.get_default_timezone())


def area_of(code: str, on: dt.date | None = None) -> Area:
    """The area of this code, also a cell that was in force on a day and is gone since.

    Raises UnknownArea with a sentence.
    """
    area = Area.objects.defer("geometry", "tile_geometry").filter(code=code).first()
    gone = area is not None and area.retired_on is not None
    if area is None or (gone and not (on and cells_on(code, on))):
        raise UnknownArea(_("No area has the code %s.") % code[:20])
    return area


def past_day(end: dt.date, now: dt.datetime) -> dt.date | None:
    """The day whose division counts for a window that ends then; None for today's."""
    return end if end < timezone.localdate(now) else None


def coverage(
    code: str, *, start: dt.date, end: dt.date, now: dt.datetime, segments: bool = False
) -> AreaCoverage:
    """Coverage of an area in the days from ``start`` to ``end``, both included.

    Freshness is counted from the end of the window, or from ``now`` where that is earlier.
    Cells are those in force on the window's last day. Raises UnknownArea.
    """
    on = past_day(end, now)
    area = area_of(code, on)
    counted = counted_in(area, start=start, end=end, now=now, on=on)
    found = summed(code, counted.tallies.values(), start=start, end=end, on=on)
    if not segments:
        return found
    return replace(found, segments=_segments(counted.measured, min(now, _after(end))))


@dataclass(frozen=True, eq=False)
class Counted:
    """Tallies by code of the community, and what they were made of."""

    tallies: dict[str, Tally]
    measured: Measured


def counted_in(
    area: Area, *, start: dt.date, end: dt.date, now: dt.datetime, on: dt.date | None
) -> Counted:
    """Each community of an area; only the cell's part of it for a cell. ``on`` as of past_day."""
    since, after = midnight(start), _after(end)
    made = measured(streets_of(area, on), since=since, end=after, now=now)
    passed = passed_by_community(area, since, min(now, after), on)
    return Counted(tallies(made, passed), made)


def _after(day: dt.date) -> dt.datetime:
    return midnight(day + dt.timedelta(days=1))


def summed(
    code: str, tallies: Iterable[Tally], *, start: dt.date, end: dt.date, on: dt.date | None
) -> AreaCoverage:
    """Coverage of an area from that of its communities. Two queries; ``on`` as of past_day."""
    tally = Tally.sum(tallies)
    metres, walked, overdue = (length / 100 for length in tally.centimetres)
    members = responsible_members(code, end)
    return AreaCoverage(
        area=code,
        start=start,
        end=end,
        metres=metres,
        covered_metres=walked,
        overdue_metres=overdue,
        patrols=len(tally.patrols),
        members=len(tally.members),
        buildings_passed=sum(tally.passed.values()),
        kinds={
            kind: Lengths(total / 100, walked / 100)
            for kind, (total, walked) in sorted(tally.kinds.items())
        },
        cells=[_cell(one, members.get(one.code), tally) for one in cells_on(code, on)],
    )


def _cell(cell: CellOn, member: str | None, tally: Tally) -> CellCoverage:
    total, walked, overdue, patrols = tally.cells.get(cell.code, (0, 0, 0, 0))
    return CellCoverage(
        code=cell.code,
        name=cell.name,
        member=member,
        metres=total / 100,
        covered_metres=walked / 100,
        overdue_metres=overdue / 100,
        patrols=patrols,
        buildings_passed=tally.passed.get(cell.code, 0),
    )


def buildings_passed_in(
    area: Area, since: dt.datetime, until: dt.datetime, on: dt.date | None = None
) -> dict[str, int]:
    """How many different buildings were passed, by code of their cell ("" without one).

    Their cells are today's, or those of a day.
    """
    several = passed_by_community(area, since, until, on).values()
    return Tally.sum(Tally(passed=passed) for passed in several).passed


def passed_by_community(
    area: Area, since: dt.datetime, until: dt.datetime, on: dt.date | None
) -> dict[str, dict[str, int]]:
    """As buildings_passed_in, for each community by its code."""
    rows = BuildingPassed.objects.filter(passed_at__gte=since, passed_at__lt=until)
    found: dict[str, dict[str, int]] = {}
    if gone := [] if on is None else list(gone_divisions(area.code, on)):
        found = passed_in_gone(rows, gone, area.code)
        rows = rows.exclude(building__community__code__in=[code for _pk, code in gone])
    if area.level == Level.CELL:
        rows = rows.filter(building__cell__code=area.code)
    else:
        rows = rows.filter(building__community__code__startswith=area.code)
    places = rows.values_list("building__community__code", "building__cell__code")
    for community, cell in places.order_by("building").distinct("building"):
        passed = found.setdefault(community, {})
        passed[cell or ""] = passed.get(cell or "", 0) + 1
    return found


def responsible_members(code: str, on: dt.date) -> dict[str, str]:
    """Name of the worker of each area at or below this code that has one on that day."""
    held = Responsibility.objects.on(on).filter(role=Role.WORKER, area__code__startswith=code)
    rows = held.order_by("-starts_on", "-pk").values_list(
        "area__code", "member__name", "member__username"
    )
    return {code: name or username for code, name, username in rows}


def _segments(measured: Measured, until: dt.datetime) -> list[SegmentCoverage]:
    streets = measured.streets
    index = streets.parts.segment
    metres = np.bincount(index, measured.total, len(streets.ids)) / 100
    covered = np.bincount(index, measured.walked, len(streets.ids)) / 100
    latest = dict(
        WalkedStretch.objects.filter(segment__in=streets.ids.tolist(), walked_at__lt=until)
        .values_list("segment_id")
        .annotate(Max("walked_at"))
        .order_by()
    )
    named = Segment.objects.filter(pk__in=streets.ids.tolist()).values_list(
        "pk", "osm_way", "street__name", "kind"
    )
    return [
        SegmentCoverage(
            id=pk,
            osm_way=way,
            name=name,
            kind=kind,
            metres=round(float(metres[i]), 2),
            covered_metres=round(float(covered[i]), 2),
            last_walked=latest.get(pk),
        )
        for i, (pk, way, name, kind) in enumerate(named.order_by("pk"))
    ]


def freshness(
    code: str, *, as_of: dt.datetime, days: int = 90
) -> dict[int, list[tuple[int, int, dt.datetime]]]:
    """When each stretch of an area's streets was last walked, by segment id.

    Looks ``days`` back from ``as_of``; what was not walked since then is left out. Stretches are
    (start_dm, end_dm, last walked), sorted and disjoint. Three queries. Raises UnknownArea.
    """
    streets = streets_of(area_of(code))
    walks = walks_on(streets, since=as_of - dt.timedelta(days=days), until=as_of)
    seen, second = last_seen(walks.on, walks.second)
    piece, _part, common = overlay(seen, streets.parts)
    found: dict[int, list[tuple[int, int, dt.datetime]]] = {}
    rows = zip(streets.ids[common.segment], common.start, common.end, second[piece], strict=True)
    for segment, start, end, at in rows:
        when = dt.datetime.fromtimestamp(int(at), dt.UTC)
        found.setdefault(int(segment), []).append((int(start), int(end), when))
    return found
