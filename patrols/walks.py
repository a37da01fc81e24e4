"""The streets of an area and what was walked on them, as arrays."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from grid.cadence import Cadences
from grid.divisions.versions import gone_divisions
from grid.models import Area, CellStretch, DivisionStretch, Level, Segment
from patrols.models import WalkedStretch
from patrols.packed import Epoch, among, packed
from spatial.intervals import Stretches, stretches

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Streets:
    """The duty segments of an area and, for each, the stretches that lie in it.

    ``ids``, ``kinds``, ``centimetres`` and ``community`` (S,) one item a segment; ``parts`` are
    stretches whose segment is an index into these, ``cell`` (P,) the code of the cell each lies
    in ("" before the community was split).
    """

    ids: Ints
    kinds: NDArray[np.str_]
    centimetres: Ints
    community: NDArray[np.str_]
    override: Ints
    parts: Stretches
    cell: NDArray[np.str_]

    def cm(self, of: Stretches) -> Ints:
        """Length in centimetres of each stretch; the last decimetre of a segment may be short."""
        limit = self.centimetres[of.segment]
        end = np.minimum(of.end * 10, limit)
        return end - np.minimum(of.start * 10, end)

    def cadence(self) -> Ints:
        """(P,) days after which each part is overdue."""
        cadences = Cadences()
        place = np.where(self.cell == "", self.community[self.parts.segment], self.cell)
        kind = self.kinds[self.parts.segment]
        pairs, index = np.unique(np.stack((kind, place)), axis=1, return_inverse=True)
        days = np.array([cadences.days(str(k), str(code)) for k, code in pairs.T], dtype=np.int64)
        found = days[index.ravel()] if len(days) else np.zeros(0, dtype=np.int64)
        own = self.override[self.parts.segment]
        return np.where(own > 0, own, found)


def streets_of(area: Area, on: dt.date | None = None) -> Streets:
    """The area's duty segments and their stretches in cells: today's, or those of a day.

    Two queries; for a day one more, and another where a division of then is gone. A segment that
    the map got after that division ended lies in none of its cells.
    """
    community = area.code[: Level.COMMUNITY]
    segments = Segment.objects.duty().inside(community)
    live = CellStretch.objects.filter(
        segment__in=segments, cell__code__startswith=area.code, cell__retired_on=None
    )
    found: list[QuerySet[CellStretch] | QuerySet[DivisionStretch]] = []
    if gone := [] if on is None else list(gone_divisions(area.code, on)):
        past = DivisionStretch.objects.filter(
            segment__in=segments,
            cell__division__in=[pk for pk, _code in gone],
            cell__code__startswith=area.code,
        )
        found.append(past)
        live = live.exclude(segment__community__code__in=[code for _pk, code in gone])
    found.append(live)
    if area.level == Level.CELL:
        inside = [Q(pk__in=stretches.values("segment_id")) for stretches in found]
        segments = segments.filter(reduce(or_, inside))
    rows, size, of = packed(
        segments,
        ("kind", "community__code"),
        id="pk",
        centimetres=F("metres") * 100,
        override=Coalesce("cadence_days", 0),
    )
    order = np.argsort(of["id"])
    ids, centimetres = of["id"][order], of["centimetres"][order]
    kinds, communities = (_repeated(rows, column, size)[order] for column in range(2))
    parts, cell = _parts(found, ids, centimetres)
    return Streets(
        ids=ids,
        kinds=kinds,
        centimetres=centimetres,
        community=communities,
        override=of["override"][order],
        parts=parts,
        cell=cell,
    )


def _parts(
    in_cells: Iterable[QuerySet[CellStretch] | QuerySet[DivisionStretch]],
    ids: Ints,
    centimetres: Ints,
) -> tuple[Stretches, NDArray[np.str_]]:
    """Sorted stretches in cells, and whole segments where there is none; the cell of each."""
    several = [_in_cells(rows) for rows in in_cells]
    code = np.concatenate([cell for cell, _cut in several])
    cut = {
        name: np.concatenate([columns[name] for _cell, columns in several])
        for name in ("segment", "start", "end")
    }
    index = np.searchsorted(ids, cut["segment"])
    uncut = np.setdiff1d(np.arange(len(ids)), index)
    segment = np.concatenate((index, uncut))
    start = np.concatenate((cut["start"], np.zeros(len(uncut), dtype=np.int64)))
    end = np.concatenate((cut["end"], -(-centimetres[uncut] // 10)))
    cell = np.concatenate((code, np.full(len(uncut), "", dtype=np.str_)))
    along = np.lexsort((start, segment))
    return stretches(segment[along], start[along], end[along]), cell[along]


def _in_cells(
    rows: QuerySet[CellStretch] | QuerySet[DivisionStretch],
) -> tuple[NDArray[np.str_], dict[str, Ints]]:
    """The cell of each stretch, and its columns. One query."""
    cells, size, cut = packed(
        rows, ("cell__code",), segment="segment_id", start="start_dm", end="end_dm"
    )
    return _repeated(cells, 0, size), cut


def _repeated(rows: list[tuple], column: int, size: Ints) -> NDArray[np.str_]:
    """A column of the groups, for each row of each group."""
    return np.repeat(np.array([row[column] for row in rows], dtype=np.str_), size)


@dataclass(frozen=True, eq=False)
class Walks:
    """Stretches walked on an area's streets (segment is an index), when and by which patrol.

    ``second`` (n,) whole Unix seconds; ``patrol`` (n,) the patrol's place in ``patrols``, the keys
    of all of them; ``member`` (n,) a number for each member, the same in every area.
    """

    on: Stretches
    second: Ints
    patrol: Ints
    member: Ints
    patrols: tuple[uuid.UUID, ...] = ()

    def chosen(self, rows: NDArray[np.bool_]) -> "Walks":
        """Only these stretches; patrols keep their places."""
        on = Stretches(*(column[rows] for column in self.on))
        return Walks(on, self.second[rows], self.patrol[rows], self.member[rows], self.patrols)


def walks_on(streets: Streets, *, since: dt.datetime, until: dt.datetime) -> Walks:
    """What was walked in [since, until), patrol by patrol. One query."""
    patrols, size, of = packed(
        WalkedStretch.objects.filter(
            among("segment_id", streets.ids), walked_at__gte=since, walked_at__lt=until
        ),
        ("patrol_id", "patrol__member_id"),
        segment="segment_id",
        start="start_dm",
        end="end_dm",
        second=Epoch("walked_at"),
    )
    index = np.searchsorted(streets.ids, of["segment"])
    limit = -(-streets.centimetres[index] // 10)
    return Walks(
        on=stretches(index, np.minimum(of["start"], limit), np.minimum(of["end"], limit)),
        second=of["second"],
        patrol=np.repeat(np.arange(len(size)), size),
        member=np.repeat(np.array([row[1] for row in patrols], dtype=np.int64), size),
        patrols=tuple(row[0] for row in patrols),
    )
