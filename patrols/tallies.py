"""Coverage counted community by community, in whole centimetres that add up to any area above.

A walk changes the tallies of the few communities it went through; all others stay as they are.
"""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from patrols.walks import Streets, Walks, walks_on
from spatial.intervals import Stretches, last_seen, overlay, union

Ints = NDArray[np.int64]
DAY = 86_400


@dataclass(frozen=True)
class Tally:
    """What was walked of a community's streets, or of several communities'.

    ``kinds`` holds, by kind of street, centimetres and those walked; ``cells``, by code of the
    cell ("" for what lies in none), these, centimetres overdue, and the number of patrols;
    ``passed`` the number of buildings, by cell. While nothing is changed all stays right up to
    and including ``holds_until`` (Unix seconds), when another metre gets overdue or a walk of a
    tablet whose clock is ahead begins to count.
    """

    kinds: dict[str, tuple[int, ...]] = field(default_factory=dict)
    cells: dict[str, tuple[int, ...]] = field(default_factory=dict)
    passed: dict[str, int] = field(default_factory=dict)
    patrols: frozenset[bytes] = frozenset()
    members: frozenset[int] = frozenset()
    holds_until: float = math.inf

    @property
    def centimetres(self) -> tuple[int, int, int]:
        """Of street, of it walked, and of it overdue."""
        cells = self.cells.values()
        return (
            sum(row[0] for row in cells),
            sum(row[1] for row in cells),
            sum(row[2] for row in cells),
        )

    @classmethod
    def sum(cls, tallies: Iterable["Tally"]) -> "Tally":
        """All of them as one. A cell lies in one community, so that its patrols add up too."""
        several = list(tallies)
        passed = _added({cell: (n,) for cell, n in one.passed.items()} for one in several)
        return cls(
            kinds=_added(one.kinds for one in several),
            cells=_added(one.cells for one in several),
            passed={cell: n for cell, (n,) in passed.items()},
            patrols=frozenset().union(*(one.patrols for one in several)),
            members=frozenset().union(*(one.members for one in several)),
            holds_until=min((one.holds_until for one in several), default=math.inf),
        )


def _added(several: Iterable[Mapping[str, tuple[int, ...]]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for one in several:
        for name, row in one.items():
            there = found.get(name)
            found[name] = row if there is None else tuple(map(int.__add__, there, row))
    return found


@dataclass(frozen=True, eq=False)
class Measured:
    """Centimetres of each part of an area's streets (P,): in all, walked in a window, overdue.

    ``walks`` are those in the window, ``holds_until`` (P,) as in Tally.
    """

    streets: Streets
    walks: Walks
    total: Ints
    walked: Ints
    overdue: Ints
    holds_until: NDArray[np.float64]


def measured(
    streets: Streets, *, since: dt.datetime, end: dt.datetime, now: dt.datetime
) -> Measured:
    """What was walked in [since, end) up to ``now``, and what is overdue then. Two queries."""
    until = min(now, end)
    cadence = streets.cadence()
    oldest = until - dt.timedelta(days=int(cadence.max(initial=1)))
    loaded = walks_on(streets, since=min(since, oldest), until=end)
    walks = loaded.chosen(loaded.second < until.timestamp())
    inside = walks.chosen(walks.second >= since.timestamp())
    total = streets.cm(streets.parts)
    fresh, holds_until = _fresh_per_part(streets, walks, cadence, until)
    if until == end:
        # The window is over: what is told of it stays.
        holds_until = np.full(len(total), math.inf)
    else:
        _later(streets, loaded, until, holds_until)
    return Measured(
        streets=streets,
        walks=inside,
        total=total,
        walked=per_part(streets, union(inside.on)),
        overdue=total - fresh,
        holds_until=holds_until,
    )


def per_part(streets: Streets, normal: Stretches) -> Ints:
    """(P,) centimetres of a normal set that lie in each part."""
    _a, part, common = overlay(normal, streets.parts)
    lengths = streets.cm(common)
    return np.bincount(part, lengths, len(streets.cell)).astype(np.int64)


def _fresh_per_part(
    streets: Streets, walks: Walks, cadence: Ints, until: dt.datetime
) -> tuple[Ints, NDArray[np.float64]]:
    """(P,) centimetres last walked no longer ago than the part's cadence, and until when all of
    them are."""
    seen, second = last_seen(walks.on, walks.second)
    piece, part, common = overlay(seen, streets.parts)
    limit = (second[piece] + cadence[part] * DAY).astype(np.float64)
    fresh = until.timestamp() <= limit
    lengths = np.where(fresh, streets.cm(common), 0)
    holds_until = np.full(len(streets.cell), math.inf)
    np.minimum.at(holds_until, part[fresh], limit[fresh])
    return np.bincount(part, lengths, len(streets.cell)).astype(np.int64), holds_until


def _later(
    streets: Streets, loaded: Walks, until: dt.datetime, holds_until: NDArray[np.float64]
) -> None:
    """Walks that are yet to come by their tablet's clock count from their second on."""
    coming = loaded.chosen(loaded.second >= until.timestamp())
    walk, part, _common = overlay(coming.on, streets.parts)
    np.minimum.at(holds_until, part, coming.second[walk].astype(np.float64))


def tallies(measured: Measured, passed: Mapping[str, Mapping[str, int]]) -> dict[str, Tally]:
    """By code of the community; ``passed`` holds buildings by community and cell."""
    streets, walks = measured.streets, measured.walks
    codes, of = np.unique(streets.community, return_inverse=True)
    community = of[streets.parts.segment]
    columns = np.stack((measured.total, measured.walked, measured.overdue))
    walk, part, _common = overlay(walks.on, streets.parts)
    patrol, member = walks.patrol[walk], walks.member[walk]

    pairs, place = _pairs(community, streets.cell)
    sums = _sums(place, columns, len(pairs))
    visits = np.bincount(_different(place[part], patrol)[0], None, len(pairs))
    cells: dict[int, dict[str, tuple[int, ...]]] = {}
    for (one, cell), row, patrols in zip(pairs, sums.tolist(), visits.tolist(), strict=True):
        cells.setdefault(one, {})[cell] = (*row, patrols)

    pairs, place = _pairs(community, streets.kinds[streets.parts.segment])
    kinds: dict[int, dict[str, tuple[int, ...]]] = {}
    for (one, kind), row in zip(pairs, _sums(place, columns[:2], len(pairs)).tolist(), strict=True):
        kinds.setdefault(one, {})[kind] = tuple(row)

    keys = [one.bytes for one in walks.patrols]
    by_patrol = _by_community(*_different(community[part], patrol))
    by_member = _by_community(*_different(community[part], member))
    holds_until = np.full(len(codes), math.inf)
    np.minimum.at(holds_until, community, measured.holds_until)
    found = {
        str(code): Tally(
            kinds=kinds.get(one, {}),
            cells=cells.get(one, {}),
            passed=dict(passed.get(str(code), {})),
            patrols=frozenset(keys[patrol] for patrol in by_patrol.get(one, [])),
            members=frozenset(by_member.get(one, [])),
            holds_until=float(holds_until[one]),
        )
        for one, code in enumerate(codes)
    }
    for code, buildings in passed.items():
        found.setdefault(code, Tally(passed=dict(buildings)))
    return found


def _pairs(community: Ints, name: NDArray[np.str_]) -> tuple[list[tuple[int, str]], Ints]:
    """The different pairs of a community and a name, and which of them each row has."""
    names, of = np.unique(name, return_inverse=True)
    both, place = np.unique(community * max(len(names), 1) + of, return_inverse=True)
    return [
        (int(one), str(names[n]))
        for one, n in zip(*np.divmod(both, max(len(names), 1)), strict=True)
    ], place


def _sums(place: Ints, columns: Ints, count: int) -> Ints:
    """(count, C) sums of whole numbers (C, P) by place; exact up to 2**53."""
    return np.stack([np.bincount(place, row, count) for row in columns], axis=1).astype(np.int64)


def _different(place: Ints, of: Ints) -> tuple[Ints, Ints]:
    """The different pairs of the rows, sorted."""
    size = int(of.max(initial=0)) + 1
    first, second = np.divmod(np.unique(place * size + of), size)
    return first, second


def _by_community(community: Ints, of: Ints) -> dict[int, list[int]]:
    """The numbers of each community; rows are sorted by it."""
    starts = np.flatnonzero(np.diff(community, prepend=-1))
    parts = np.split(of, starts[1:]) if len(of) else []
    return {int(community[at]): part.tolist() for at, part in zip(starts, parts, strict=True)}
