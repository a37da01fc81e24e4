"""The streets of an area and what was walked on them, as arrays."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Aggregate,
    BigIntegerField,
    BinaryField,
    BooleanField,
    Count,
    Func,
    Value,
)
from numpy.typing import NDArray

from grid.cadence import Cadences
from grid.models import Area, CellStretch, Level, Segment
from patrols.models import WalkedStretch
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


def streets_of(area: Area) -> Streets:
    """The area's duty segments and their stretches in cells. Two queries."""
    community = area.code[: Level.COMMUNITY]
    segments = Segment.objects.duty().inside(community)
    stretch_rows = CellStretch.objects.filter(
        segment__in=segments, cell__code__startswith=area.code, cell__retired_on=None
    )
    if area.level == Level.CELL:
        segments = segments.filter(cell_stretches__in=stretch_rows).distinct()
    rows = list(
        segments.order_by("pk").values_list(
            "pk", "kind", "metres", "community__code", "cadence_days"
        )
    )
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    centimetres = np.array([round(row[2] * 100) for row in rows], dtype=np.int64)
    cut = list(
        stretch_rows.order_by("segment_id", "start_dm").values_list(
            "segment_id", "start_dm", "end_dm", "cell__code"
        )
    )
    index = np.searchsorted(ids, np.array([row[0] for row in cut], dtype=np.int64))
    uncut = np.setdiff1d(np.arange(len(ids)), index)
    order = np.argsort(np.concatenate((index, uncut)), kind="stable")
    return Streets(
        ids=ids,
        kinds=np.array([row[1] for row in rows], dtype=np.str_),
        centimetres=centimetres,
        community=np.array([row[3] for row in rows], dtype=np.str_),
        override=np.array([row[4] or 0 for row in rows], dtype=np.int64),
        parts=stretches(
            np.concatenate((index, uncut))[order],
            np.concatenate(([row[1] for row in cut], np.zeros(len(uncut))))[order],
            np.concatenate(([row[2] for row in cut], -(-centimetres[uncut] // 10)))[order],
        ),
        cell=np.array([row[3] for row in cut] + [""] * len(uncut), dtype=np.str_)[order],
    )


class Epoch(Func):
    """Whole seconds since 1970; reading them as dates would take most of a report's time."""

    template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint"
    output_field = BigIntegerField()


class Among(Func):
    """Whether a column is one of an array: one parameter, where ``__in`` takes thousands."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def _ids(ids: Ints) -> Value:
    return Value(ids.tolist(), output_field=ArrayField(BigIntegerField()))


class Packed(Aggregate):
    """A column of a group as the bytes of one array, in PostgreSQL's binary form.

    Rows become numbers without passing through Python one by one, which took most of a report.
    """

    template = "array_send(array_agg(%(expressions)s))"
    output_field = BinaryField()


#: Before the items: dimensions, flags, type, length, lower bound.
_ARRAY_HEADER = 20
_2000_AS_UNIX = 946_684_800


def unpacked(column: Iterable[memoryview | bytes], item: str) -> Ints:
    """The numbers of packed arrays, one after the other; ``item`` is "i4" or "i8".

    Timestamps are "i8", microseconds since 2000.
    """
    row = np.dtype([("size", ">i4"), ("value", ">" + item)])
    items = b"".join(bytes(part[_ARRAY_HEADER:]) for part in column)
    return np.frombuffer(items, dtype=row)["value"].astype(np.int64)


@dataclass(frozen=True, eq=False)
class Walks:
    """Stretches walked on an area's streets (segment is an index), when and by which patrol.

    ``second`` (n,) whole Unix seconds; ``patrol`` and ``member`` (n,) any numbers, one for each
    patrol and one for each member.
    """

    on: Stretches
    second: Ints
    patrol: Ints
    member: Ints


def walks_on(streets: Streets, *, since: dt.datetime, until: dt.datetime) -> Walks:
    """What was walked in [since, until), patrol by patrol. One query."""
    rows = list(
        WalkedStretch.objects.filter(
            Among("segment_id", _ids(streets.ids)), walked_at__gte=since, walked_at__lt=until
        )
        .order_by("patrol_id")
        .values_list("patrol_id", "patrol__member_id")
        .annotate(
            size=Count("pk"),
            segments=Packed("segment_id"),
            starts=Packed("start_dm"),
            ends=Packed("end_dm"),
            times=Packed("walked_at"),
        )
    )
    _patrol, member, size, *packed = zip(*rows, strict=True) if rows else [()] * 7
    segment, start, end, at = map(unpacked, packed, ("i8", "i4", "i4", "i8"))
    index = np.searchsorted(streets.ids, segment)
    limit = -(-streets.centimetres[index] // 10)
    return Walks(
        on=stretches(index, np.minimum(start, limit), np.minimum(end, limit)),
        second=at // 1_000_000 + _2000_AS_UNIX,
        patrol=np.repeat(np.arange(len(rows)), size),
        member=np.repeat(np.array(member, dtype=np.int64), size),
    )
