"""Who holds what from when to when in a scope: rows, gaps, overlaps, nobody's streets."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q, QuerySet

from accounts.models import Member, Role
from accounts.scope import Scope
from grid.models import Area, Level, Responsibility
from handover.holding import DAY, Gap, Held, Overlap, gaps, overlaps
from handover.past import Past, past
from handover.streets import MOST_COMMUNITIES, Asked, Nobodys, nobodys_streets

#: Days ahead that gaps are looked for in, to choose from.
AHEAD = (7, 28, 91)
#: The time chart shows so many days before the day and after it.
BEFORE, AFTER = 28, 84
#: Colours of holders; map_static's responsibility.css has as many.
COLOURS = 10


@dataclass(frozen=True)
class View:
    """What is looked at: an area's code (empty for all of the scope), a member, a day."""

    day: dt.date
    area: str = ""
    member: int | None = None
    ahead: int = AHEAD[1]

    @property
    def until(self) -> dt.date:
        return self.day + self.ahead * DAY

    @property
    def chart(self) -> tuple[dt.date, dt.date]:
        """First and last day of the time chart; it starts on a Monday."""
        start = self.day - BEFORE * DAY
        return start - start.weekday() * DAY, self.day + AFTER * DAY


@dataclass(frozen=True)
class CellGap:
    area: Area
    gap: Gap
    #: Whether nobody is there on the day itself.
    now: bool


@dataclass(frozen=True)
class CellOverlap:
    area: Area
    overlap: Overlap
    one: Responsibility
    other: Responsibility


@dataclass
class Board:
    """All that the page shows, loaded by `load`; four queries, and one for streets."""

    view: View
    areas: list[Area]
    rows: list[Responsibility]
    #: Worker's days by cell id, also of who works in the whole community.
    held: dict[int, list[Held]] = field(default_factory=dict)
    #: What is drawn otherwise today.
    past: Past = field(default_factory=Past)

    @cached_property
    def cells(self) -> list[Area]:
        return [area for area in self.areas if area.level == Level.CELL]

    @cached_property
    def by_row(self) -> dict[int, Responsibility]:
        return {row.pk: row for row in self.rows}

    @cached_property
    def gaps(self) -> list[CellGap]:
        """Cells without a worker on the day or soon after, those of the day first."""
        found = [
            CellGap(cell, gap, (gap.since or self.view.day) <= self.view.day)
            for cell in self.cells
            for gap in gaps(self.held.get(cell.pk, ()), self.view.day, self._last_day(cell))
        ]
        return sorted(
            found, key=lambda one: (not one.now, one.gap.since or dt.date.min, one.area.code)
        )

    def _last_day(self, cell: Area) -> dt.date:
        """Until when gaps of a cell are looked for: nobody has to be where it is no more."""
        last = self.view.until
        return last if cell.retired_on is None else min(last, cell.retired_on - DAY)

    @cached_property
    def overlaps(self) -> list[CellOverlap]:
        return [
            CellOverlap(cell, one, self.by_row[one.one.row], self.by_row[one.other.row])
            for cell in self.cells
            for one in overlaps(self.held.get(cell.pk, ()), self.view.day, self.view.until)
        ]

    @cached_property
    def unheld(self) -> set[int]:
        """Ids of cells that nobody works in on the day."""
        day = self.view.day
        return {
            cell.pk
            for cell in self.cells
            if not any(one.on(day) for one in self.held.get(cell.pk, ()))
        }

    @cached_property
    def colours(self) -> dict[int, int]:
        """Members → number of their colour, by the order of their first cells."""
        order = dict.fromkeys(
            one.member for cell in self.cells for one in self.held.get(cell.pk, ())
        )
        return {member: nth % COLOURS for nth, member in enumerate(order)}

    @cached_property
    def asked_streets(self) -> Asked:
        street_rows = (row for row in self.rows if row.street_id and is_held(row, self.view.day))
        communities = [area for area in self.areas if area.level == Level.COMMUNITY]
        one_cell = len(self.view.area) == Level.CELL
        cells, gone = self.past.cells, self.past.communities
        of_then = {cell.pk: cells[cell.code].pk for cell in self.cells if cell.code in cells}
        return Asked(
            communities=[area.pk for area in communities if area.code not in gone],
            cells=self.unheld - of_then.keys(),
            gone=[area.pk for area in communities if area.code in gone],
            past=list(of_then.values()),
            past_cells=[of_then[pk] for pk in self.unheld & of_then.keys()],
            held={row.street_id for row in street_rows if row.street_id is not None},
            outside=not one_cell and len(communities) <= MOST_COMMUNITIES,
        )

    @cached_property
    def streets(self) -> list[Nobodys]:
        return nobodys_streets(self.asked_streets)

    def shown(self) -> list[Responsibility]:
        """Rows in force on the day or to come, of the member who is looked at."""
        return [
            row
            for row in self.rows
            if (row.ends_on is None or row.ends_on >= self.view.day)
            and self.view.member in (None, row.member_id)
        ]

    def members(self) -> list[Member]:
        """All who appear, by name: to choose from."""
        return sorted({row.member for row in self.rows}, key=lambda one: (str(one), one.pk))


def is_held(row: Responsibility, day: dt.date) -> bool:
    """Whether somebody works there that day; nobody does by an account that is closed."""
    ends = row.ends_on is None or row.ends_on >= day
    return row.role == Role.WORKER and row.member.is_active and row.starts_on <= day and ends


def load(scope: Scope, view: View) -> Board:
    """The board of what the scope and the view cover. Three queries, four for divisions that went.

    An area of the view above the scope shows what the scope has of it; beside it, nothing.
    """
    below = Q(code__startswith=view.area)
    if len(view.area) == Level.CELL:
        below |= Q(code=view.area[: Level.COMMUNITY])
    inside = scope.filter("code") & below
    not_retired = Q(retired_on=None) | Q(retired_on__gt=view.day)
    # A cell's community comes with it: who works in all of it, and its streets.
    areas = Area.objects.filter(inside, not_retired)
    named = areas.only("code", "level", "name", "households", "retired_on").order_by("code")
    then = past(scope, view.area, view.day)
    board = Board(view, then.of(named), list(_rows(scope, view)), past=then)
    board.held = _held(board)
    return board


def _rows(scope: Scope, view: View) -> QuerySet[Responsibility]:
    """Responsibilities in the days of the chart, for areas, and for streets of communities.

    The latest before it are among them: a gap's beginning is asked of them.
    """
    of_area = scope.filter("area__code") & Q(area__code__startswith=view.area)
    above = (
        Q(area__code=view.area[: Level.COMMUNITY]) if len(view.area) == Level.CELL else Q(pk=None)
    )
    community = "street__community__code"
    of_street = scope.filter(community) & Q(**{f"{community}__startswith": view.area})
    return (
        Responsibility.objects.filter(of_area | (above & scope.filter("area__code")) | of_street)
        .filter(starts_on__lte=view.chart[1])
        .exclude(area__retired_on__lte=view.day)
        .select_related("member", "area", "street__community", "cover_of__leave__member")
        .only(
            "role", "starts_on", "ends_on",
            "member__name", "member__username", "member__is_active",
            "area__code", "area__name", "area__level",
            "street__name", "street__community__code", "street__community__name",
            "cover_of__leave__member__name", "cover_of__leave__member__username",
        )
        .order_by("area__code", "street__name", "starts_on", "pk")
    )  # fmt: skip


def _held(board: Board) -> dict[int, list[Held]]:
    whole: dict[str, list[Held]] = defaultdict(list)
    found: dict[int, list[Held]] = defaultdict(list)
    for row in board.rows:
        if row.role != Role.WORKER or row.area is None or not row.member.is_active:
            continue
        one = Held(row.pk, row.member_id, row.starts_on, row.ends_on)
        if row.area.level == Level.CELL:
            found[row.area.pk].append(one)
        elif row.area.level == Level.COMMUNITY:
            whole[row.area.code].append(one)
    for cell in board.cells:
        found[cell.pk] += whole[cell.code[: Level.COMMUNITY]]
    return found


def groups(
    rows: Iterable[Responsibility], by: str
) -> list[tuple[Area | Member, list[Responsibility]]]:
    """The rows by area (streets under their community) or by member, in order."""
    found: dict[object, tuple[Area | Member, list[Responsibility]]] = {}
    for row in rows:
        if by == "member":
            key: Area | Member = row.member
        else:
            key = row.area or row.street.community  # type: ignore[union-attr]
        found.setdefault(key.pk, (key, []))[1].append(row)
    if by == "member":
        return sorted(found.values(), key=lambda pair: (str(pair[0]), pair[0].pk))
    return sorted(found.values(), key=lambda pair: pair[0].code)  # type: ignore[union-attr]
