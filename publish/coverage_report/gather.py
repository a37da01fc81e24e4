"""What was walked, lit and passed in one community, cell by cell, as whole numbers that add up.

A community is loaded once for the period and the one before it. Lengths are centimetres; rows are
cells, the last row is what lies in none of them.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from grid.divisions.versions import cells_on
from grid.models import Area, Level
from patrols.coverage import area_of, buildings_passed_in, midnight
from patrols.tallies import DAY, per_part
from patrols.walks import Streets, Walks, streets_of, walks_on
from publish.coverage_report.late import Late, late_streets
from spatial.intervals import LastSeen, Stretches, last_seen, overlay, union
from spatial.night import at_night, nights
from streetlights.lighting import Light, lights_on, working_at
from streetlights.models import Lamp

Ints = NDArray[np.int64]
#: Columns of a table of counts; all of them add up over cells.
COLUMNS = (
    *("metres", "covered", "overdue", "night", "lit", "fault"),
    *("lamps", "lamps_lit", "buildings"),
)
#: Weeks of the chart at most: half a year.
MOST_WEEKS = 26
#: Walks are looked for so many days back at least, to tell how long ago a metre was walked.
LOOK_BACK = 30


@dataclass(frozen=True)
class Window:
    """A period as local days, both included, and as instants; ``until`` is the last that counts.

    ``on`` is the day whose division into cells counts, None for today's.
    """

    start: dt.date
    end: dt.date
    until: dt.datetime
    on: dt.date | None = None

    @property
    def since(self) -> dt.datetime:
        return midnight(self.start)

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def before(self) -> "Window":
        """As many days, just before, under the same division."""
        span = dt.timedelta(days=self.days)
        return Window(self.start - span, self.end - span, self.since, self.on)

    def weeks(self) -> list[tuple[dt.date, dt.date]]:
        """Seven days each, the last one ending with the period, back through the one before."""
        last = [self.end - dt.timedelta(days=7 * n) for n in range(min(MOST_WEEKS, self.fit))]
        return [(end - dt.timedelta(days=6), end) for end in reversed(last)]

    @property
    def fit(self) -> int:
        return 2 * self.days // 7


@dataclass(frozen=True, eq=False)
class Counted:
    """One period of one community.

    ``table`` (n + 1, columns); ``ages`` (n + 1, looked_back + 1) centimetres by whole days since
    they were last walked, the last column being longer ago. ``patrols`` and ``members`` are who
    walked here, with how many walked in each row.
    """

    table: Ints
    ages: Ints
    patrols: frozenset[uuid.UUID]
    members: frozenset[int]
    cell_patrols: Ints
    cell_members: Ints


@dataclass(frozen=True, eq=False)
class Part:
    """What one community adds to a report. ``cells``: code and name of each row but the last.

    ``weeks`` (w,) centimetres walked; ``kinds``: metres, walked and overdue, in centimetres.
    """

    code: str
    cells: tuple[tuple[str, str], ...]
    now: Counted
    before: Counted
    weeks: Ints
    kinds: dict[str, tuple[int, int, int]]
    late: tuple[Late, ...]


@dataclass(frozen=True, eq=False)
class Ground:
    """A community's streets, with the row of each part and when it was last walked."""

    area: Area
    streets: Streets
    cells: tuple[tuple[str, str], ...]
    row: Ints
    total: Ints
    cadence: Ints
    walks: Walks
    look_back: int

    @property
    def rows(self) -> int:
        return len(self.cells) + 1

    def by_row(self, lengths: Ints) -> Ints:
        """Centimetres of each part, summed by row."""
        return np.bincount(self.row, lengths, self.rows).astype(np.int64)

    def walked(self, since: dt.datetime, until: dt.datetime) -> NDArray[np.bool_]:
        second = self.walks.second
        return (second >= since.timestamp()) & (second < until.timestamp())

    def only(self, chosen: NDArray[np.bool_]) -> Stretches:
        return Stretches(*(column[chosen] for column in self.walks.on))

    def seen(self, until: dt.datetime) -> LastSeen:
        """When each stretch was last walked before a moment, as far as the report looks back."""
        recent = self.walked(until - dt.timedelta(days=self.look_back), until)
        # The very second that far back still counts: it is as old as the longest cadence.
        return last_seen(self.only(recent), self.walks.second[recent])


def look_back(window: Window, longest: int) -> int:
    """How many days before the end walks are looked for; ``longest`` is the longest cadence."""
    return max(window.days, longest, LOOK_BACK)


def ground_of(area: Area, window: Window, *, longest: int) -> Ground:
    """Load a community, or a single cell, for a period and the one before. Four queries."""
    streets = streets_of(area, window.on)
    cells = tuple((cell.code, cell.name) for cell in cells_on(area.code, window.on))
    number = {code: index for index, (code, _name) in enumerate(cells)}
    codes, of = np.unique(streets.cell, return_inverse=True)
    row = np.array([number.get(str(code), len(cells)) for code in codes], dtype=np.int64)[of]
    back = look_back(window, longest)
    walks = walks_on(streets, since=window.since - dt.timedelta(days=back), until=window.until)
    total = streets.cm(streets.parts)
    return Ground(area, streets, cells, row, total, streets.cadence(), walks, back)


def gather(code: str, window: Window, *, longest: int) -> Part:
    """Count a community or a single cell. Raises UnknownArea."""
    area = area_of(code, window.on)
    ground = ground_of(area, window, longest=longest)
    before = window.before()
    lights = lights_on(ground.streets.ids, [window.until, before.until])
    lamps = _lamps(ground, [window.until, before.until])
    seen = ground.seen(window.until)
    fresh, ages = _ages(ground, seen, window.until)
    now = _counted(ground, window, lights[0], lamps[0], (fresh, ages))
    earlier = _ages(ground, ground.seen(before.until), before.until)
    return Part(
        code=code,
        cells=ground.cells,
        now=now,
        before=_counted(ground, before, lights[1], lamps[1], earlier),
        weeks=_weeks(ground, window),
        kinds=_kinds(ground, window, ground.total - fresh),
        late=late_streets(ground.streets, ground.row, ground.cells, ground.cadence, seen,
                          window.until, back=ground.look_back),
    )  # fmt: skip


def _counted(
    ground: Ground,
    window: Window,
    light: Light,
    lamps: tuple[Ints, Ints],
    freshness: tuple[Ints, Ints],
) -> Counted:
    streets, walks = ground.streets, ground.walks
    inside = ground.walked(window.since, window.until)
    middle = ground.area.geometry.centroid
    dark = inside & at_night(
        walks.second, nights(middle.x, middle.y, since=window.since, until=window.until)
    )
    fresh, ages = freshness
    columns = {
        "metres": ground.by_row(ground.total),
        "covered": ground.by_row(per_part(streets, union(ground.only(inside)))),
        "overdue": ground.by_row(ground.total - fresh),
        "night": ground.by_row(per_part(streets, union(ground.only(dark)))),
        "lit": ground.by_row(per_part(streets, light.lit)),
        "fault": ground.by_row(per_part(streets, light.faulty)),
        "lamps": lamps[0],
        "lamps_lit": lamps[1],
        "buildings": _buildings(ground, window),
    }
    walk, part, _common = overlay(ground.only(inside), streets.parts)
    row = ground.row[part]
    patrol, member = walks.patrol[inside][walk], walks.member[inside][walk]
    return Counted(
        table=np.stack([columns[name] for name in COLUMNS], axis=1),
        ages=ages,
        patrols=frozenset(walks.patrols[one] for one in np.unique(patrol).tolist()),
        members=frozenset(np.unique(member).tolist()),
        cell_patrols=_different(row, patrol, ground.rows),
        cell_members=_different(row, member, ground.rows),
    )


def _different(row: Ints, of: Ints, rows: int) -> Ints:
    """How many different numbers each row has."""
    pairs = np.unique(np.stack((row, of)), axis=1)
    return np.bincount(pairs[0], None, rows).astype(np.int64)


def _ages(ground: Ground, seen: LastSeen, until: dt.datetime) -> tuple[Ints, Ints]:
    """Centimetres of each part that are not overdue; and by row and whole days since walked."""
    piece, part, common = overlay(seen.on, ground.streets.parts)
    lengths = ground.streets.cm(common)
    age = until.timestamp() - seen.time[piece]
    fresh = np.bincount(
        part, np.where(age <= ground.cadence[part] * DAY, lengths, 0), len(ground.row)
    ).astype(np.int64)
    columns = ground.look_back + 1
    day = np.minimum(age // DAY, ground.look_back).astype(np.int64)
    ages = np.bincount(ground.row[part] * columns + day, lengths, ground.rows * columns)
    table = ages.astype(np.int64).reshape(ground.rows, columns)
    table[:, -1] += ground.by_row(ground.total) - table.sum(axis=1)
    return fresh, table


def _weeks(ground: Ground, window: Window) -> Ints:
    found = []
    for start, end in window.weeks():
        until = min(window.until, midnight(end + dt.timedelta(days=1)))
        walked = union(ground.only(ground.walked(midnight(start), until)))
        found.append(int(per_part(ground.streets, walked).sum()))
    return np.array(found, dtype=np.int64)


def _kinds(ground: Ground, window: Window, overdue: Ints) -> dict[str, tuple[int, int, int]]:
    walked = union(ground.only(ground.walked(window.since, window.until)))
    covered = per_part(ground.streets, walked)
    kind = ground.streets.kinds[ground.streets.parts.segment]
    return {
        str(one): (
            int(ground.total[kind == one].sum()),
            int(covered[kind == one].sum()),
            int(overdue[kind == one].sum()),
        )
        for one in np.unique(kind)
    }


def _numbered(ground: Ground) -> dict[str | None, int]:
    return {code: index for index, (code, _name) in enumerate(ground.cells)}


def _buildings(ground: Ground, window: Window) -> Ints:
    passed = buildings_passed_in(ground.area, window.since, window.until, window.on)
    number, found = _numbered(ground), np.zeros(ground.rows, dtype=np.int64)
    for code, count in passed.items():
        found[number.get(code, ground.rows - 1)] += count
    return found


def _lamps(ground: Ground, moments: Sequence[dt.datetime]) -> list[tuple[Ints, Ints]]:
    """Lamps and those not known to be dark, by row, at each moment."""
    code = ground.area.code
    cell = ground.area.level == Level.CELL
    inside = Q(cell__code=code) if cell else Q(community__code=code)
    lamps = Lamp.objects.filter(inside)
    rows = list(lamps.order_by("pk").values_list("pk", "cell__code", "working"))
    number, last = _numbered(ground), ground.rows - 1
    row = np.array([number.get(code, last) for _pk, code, _works in rows], dtype=np.int64)
    every = np.bincount(row, None, ground.rows).astype(np.int64)
    found = []
    for moment in moments:
        then = working_at(lamps, moment)
        lit = np.array([then.get(pk, works) is not False for pk, _code, works in rows], dtype=bool)
        found.append((every, np.bincount(row[lit], None, ground.rows).astype(np.int64)))
    return found
