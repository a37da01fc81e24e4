"""Coverage, freshness and overdue metres of an area, as docs and design define them.

Lengths are summed in whole centimetres, so that cells add up to their area exactly.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from accounts.models import Role
from api.errors import UnknownArea
from grid.divisions.versions import CellOn, cells_on, gone_divisions
from grid.models import Area, Level, Responsibility, Segment
from patrols.models import BuildingPassed, WalkedStretch
from patrols.passed import passed_in_gone
from patrols.walks import Streets, Walks, streets_of, walks_on
from spatial.intervals import Stretches, last_seen, overlay, union

Ints = NDArray[np.int64]
DAY = 86_400


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
    streets = streets_of(area, on)
    since, until = midnight(start), min(now, midnight(end + dt.timedelta(days=1)))
    cadence = streets.cadence()
    oldest = until - dt.timedelta(days=int(cadence.max(initial=1)))
    walks = walks_on(streets, since=min(since, oldest), until=until)
    inside = walks.second >= since.timestamp()

    total = streets.cm(streets.parts)
    walked = union(Stretches(*(column[inside] for column in walks.on)))
    walked_cm = per_part(streets, walked)
    overdue_cm = total - fresh_per_part(streets, walks, cadence, until)
    walk, part, _common = overlay(
        Stretches(*(column[inside] for column in walks.on)), streets.parts
    )
    patrol, member = walks.patrol[inside][walk], walks.member[inside][walk]
    passed = buildings_passed_in(area, since, until, on)
    return AreaCoverage(
        area=code,
        start=start,
        end=end,
        metres=_metres(total),
        covered_metres=_metres(walked_cm),
        overdue_metres=_metres(overdue_cm),
        patrols=len(np.unique(patrol)),
        members=len(np.unique(member)),
        buildings_passed=sum(passed.values()),
        kinds={
            str(kind): Lengths(_metres(total[of]), _metres(walked_cm[of]))
            for kind in np.unique(streets.kinds)
            for of in [streets.kinds[streets.parts.segment] == kind]
        },
        cells=_cells(
            cells_on(code, on), streets, total, walked_cm, overdue_cm, (part, patrol), passed, end
        ),
        segments=_segments(streets, total, walked_cm, until) if segments else [],
    )


def _metres(centimetres: Ints) -> float:
    return int(centimetres.sum()) / 100


def per_part(streets: Streets, normal: Stretches) -> Ints:
    """(P,) centimetres of a normal set that lie in each part."""
    _a, part, common = overlay(normal, streets.parts)
    lengths = streets.cm(common)
    return np.bincount(part, lengths, len(streets.cell)).astype(np.int64)


def fresh_per_part(streets: Streets, walks: Walks, cadence: Ints, until: dt.datetime) -> Ints:
    """(P,) centimetres last walked no longer ago than the part's cadence."""
    seen, second = last_seen(walks.on, walks.second)
    piece, part, common = overlay(seen, streets.parts)
    fresh = until.timestamp() - second[piece] <= cadence[part] * DAY
    lengths = np.where(fresh, streets.cm(common), 0)
    return np.bincount(part, lengths, len(streets.cell)).astype(np.int64)


def buildings_passed_in(
    area: Area, since: dt.datetime, until: dt.datetime, on: dt.date | None = None
) -> dict[str, int]:
    """How many different buildings were passed, by code of their cell ("" without one).

    Their cells are today's, or those of a day.
    """
    rows = BuildingPassed.objects.filter(passed_at__gte=since, passed_at__lt=until)
    found: dict[str, int] = {}
    if gone := [] if on is None else list(gone_divisions(area.code, on)):
        found = passed_in_gone(rows, gone, area.code)
        rows = rows.exclude(building__community__code__in=[code for _pk, code in gone])
    if area.level == Level.CELL:
        rows = rows.filter(building__cell__code=area.code)
    else:
        rows = rows.filter(building__community__code__startswith=area.code)
    for (code,) in (
        rows.values_list("building__cell__code").order_by("building").distinct("building")
    ):
        found[code or ""] = found.get(code or "", 0) + 1
    return found


def responsible_members(codes: Iterable[str], on: dt.date) -> dict[str, str]:
    """Name of the worker of each area that has one on that day."""
    held = Responsibility.objects.on(on).filter(role=Role.WORKER, area__code__in=list(codes))
    rows = held.order_by("-starts_on", "-pk").values_list(
        "area__code", "member__name", "member__username"
    )
    return {code: name or username for code, name, username in rows}


def _cells(
    cells: list[CellOn],
    streets: Streets,
    total: Ints,
    walked: Ints,
    overdue: Ints,
    visits: tuple[Ints, Ints],
    passed: dict[str, int],
    end: dt.date,
) -> list[CellCoverage]:
    members = responsible_members([one.code for one in cells], end)
    number = {one.code: index for index, one in enumerate(cells)}
    codes, of = np.unique(streets.cell, return_inverse=True)
    # What lies in no cell comes last, and is left out below.
    cell = np.array([number.get(str(code), len(cells)) for code in codes], dtype=np.int64)[of]
    metres, covered, late = (
        np.bincount(cell, lengths, len(cells) + 1).astype(np.int64)
        for lengths in (total, walked, overdue)
    )
    part, patrol = visits
    walkers = int(patrol.max(initial=0)) + 1
    patrols = np.bincount(np.unique(cell[part] * walkers + patrol) // walkers, None, len(cells) + 1)
    return [
        CellCoverage(
            code=one.code,
            name=one.name,
            member=members.get(one.code),
            metres=int(metres[index]) / 100,
            covered_metres=int(covered[index]) / 100,
            overdue_metres=int(late[index]) / 100,
            patrols=int(patrols[index]),
            buildings_passed=passed.get(one.code, 0),
        )
        for index, one in enumerate(cells)
    ]


def _segments(
    streets: Streets, total: Ints, walked: Ints, until: dt.datetime
) -> list[SegmentCoverage]:
    index = streets.parts.segment
    metres = np.bincount(index, total, len(streets.ids)) / 100
    covered = np.bincount(index, walked, len(streets.ids)) / 100
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
