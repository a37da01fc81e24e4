"""Counts of households that may be shown to everybody, from which no small count can be worked out.

A cell's count below the threshold (5) reads "<5", zero included: that nobody in a cell asked for
visits is as much about its people as that one did. A total over cells is then either exact or a
range that its parts allow anyway ("37–41"), never a wrong number. Nothing from 5 upwards that
stands in a cell is ever hidden to protect another.

The method is cell suppression (L. H. Cox, "Suppression methodology and statistical disclosure
control", JASA 75, 1980) in its partial form: ranges instead of blanks (M. Fischetti, J. J.
Salazar-González, "Partial cell suppression", Statistics and Computing 13, 2003). On a tree of
areas it needs no solver. Bottom up, the public knows of each area ``low`` and ``high``, what its
published parts add up to at least and at most, and

- ``up``: how far above ``low`` the total must be able to lie, for each hidden cell to be 4;
- ``down``: how far below ``high`` it must be able to lie, for each hidden cell to be 0.

These alone, all public, cut [low, high] into [low, low + up], single numbers, [high - down, high];
where the ends meet, [low, high] stays whole. The piece with the count in it is published. Every
piece can be reached with any one hidden cell at 0 and at 4, and the cut depends on nothing secret:
so who knows all published figures *and this rule* is left with the whole of 0..4 for each hidden
cell (the extreme assignments would have been published in the very same way). A range spans at most
8, so totals of many cells are nearly always exact.

What this cannot do, and what its caller must see to, is in
docs/decisions/2026-11-22-small-counts.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

#: Lengths of codes, of which a prefix is a subtree; the others are subdistrict, district and city.
CELL_DIGITS, COMMUNITY_DIGITS = 15, 12
TOTALS = (COMMUNITY_DIGITS, 9, 6, 4)


class Published(NamedTuple):
    """What everybody may read: the count lies in [low, high], both included."""

    low: int
    high: int

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def __str__(self) -> str:
        """ "12", "<5" or "37–41"; signs and digits only, the same in every language."""
        if self.exact:
            return str(self.low)
        return f"{self.low}–{self.high}" if self.low else f"<{self.high + 1}"


class _Known(NamedTuple):
    """What the public can work out about one count; see the head of this module.

    ``sure`` is a count that is possible whatever else is published, ``high`` one that may be:
    they differ only where that depends on another layer.
    """

    low: int
    high: int
    sure: int
    up: int
    down: int


def publishable(
    counts: Mapping[str, int], threshold: int = 5, *, room: Mapping[str, int] | None = None
) -> dict[str, Published]:
    """What to show for every cell and every area above it.

    ``counts``: every cell's code (15 digits) to its count, cells with none included. ``room``: how
    many there can be at most in a cell, where anybody can see that (0 in a park): such a cell hides
    others only that far. The guarantee for a hidden cell is 0..min(threshold - 1, room).
    Raises ValueError for a code that is no cell's, a count below 0 or above its room.
    """
    _check(counts, threshold, room or {})
    known = {
        code: _cell(count, threshold - 1, _most(code, threshold, room))
        for code, count in counts.items()
    }
    return _with_totals(counts, known, threshold)


def publishable_part(
    parts: Mapping[str, int],
    wholes: Mapping[str, Published],
    threshold: int = 5,
    *,
    room: Mapping[str, int] | None = None,
) -> dict[str, Published]:
    """What to show of a count beside another that contains it: visits due beside plans.

    ``parts``: cell to count; ``wholes``: what ``publishable`` gave for the same cells, with the
    same ``threshold`` and ``room``. What is left of a whole without the part is as secret as the
    part: of 8 plans, 6 due would tell that 2 are not. Both layers together leave each hidden
    count, part, whole and rest, all of 0..4. One part beside a whole; two parts of one whole
    would need more. Raises ValueError as ``publishable`` does, where the cells are not the same
    and where a part is greater than its whole.
    """
    _check(parts, threshold, room or {})
    if parts.keys() != {code for code in wholes if len(code) == CELL_DIGITS}:
        raise ValueError("Give the same cells for the part as for the whole.")
    cells: dict[str, _Known] = {}
    #: Of each community: cells whose whole is small, and where the wholes are not.
    hidden: dict[str, list[str]] = defaultdict(list)
    seen: dict[str, int] = defaultdict(int)
    for code, count in parts.items():
        whole = wholes[code]
        if count > whole.high:
            raise ValueError(f"Cell {code} has more in the part than in the whole.")
        if whole.exact:
            cells[code] = _part(count, whole.low, threshold - 1)
            seen[code[:COMMUNITY_DIGITS]] += whole.low
        else:
            hidden[code[:COMMUNITY_DIGITS]].append(code)
    counts = {code: parts[code] for code in cells}
    for community, codes in hidden.items():
        most = [_most(code, threshold, room) for code in codes]
        counts[community] = sum(parts[code] for code in codes)
        cells[community] = _parts_of_small(most, wholes[community], seen[community])
    readings = _with_totals(counts, cells, threshold)
    small = {code: Published(0, threshold - 1) for codes in hidden.values() for code in codes}
    return readings | small


def _check(counts: Mapping[str, int], threshold: int, room: Mapping[str, int]) -> None:
    if threshold < 2:
        raise ValueError("A threshold below 2 hides nothing.")
    for code, count in counts.items():
        if len(code) != CELL_DIGITS or not (code.isascii() and code.isdigit()):
            raise ValueError(f"{code!r} is not the code of a cell ({CELL_DIGITS} digits).")
        if not 0 <= count <= room.get(code, count):
            raise ValueError(f"Cell {code} cannot have a count of {count}.")


def _most(code: str, threshold: int, room: Mapping[str, int] | None) -> int:
    """The greatest small count that anybody must take for possible in the cell."""
    return min(threshold - 1, (room or {}).get(code, threshold - 1))


def _cell(count: int, small: int, most: int) -> _Known:
    if count > small:
        return _Known(count, count, count, 0, 0)
    return _Known(0, most, most, most, most)


def _part(count: int, whole: int, small: int) -> _Known:
    """A part of a cell whose whole is shown. Part and rest are each hidden up to ``small``."""
    low, high = 0, whole
    if small < whole - small:
        if count <= small:
            high = small
        elif count >= whole - small:
            low = whole - small
        else:
            low = high = count
    return _Known(low, high, high, high - low, high - low)


def _parts_of_small(most: list[int], wholes: Published, seen: int) -> _Known:
    """Parts of all those cells of a community together whose wholes are small.

    Each part can be as large as its whole, and the wholes add up to what the community reads less
    ``seen``, the wholes that are shown: to no less, whatever one of them is taken for.
    """
    high = min(sum(most), wholes.high - seen)
    sure = min(sum(most), max(wholes.low - seen, 0))
    # One of them may be large as a whole without any of the part: the others lack that much.
    return _Known(0, high, sure, max(most), min(max(most), sure))


def _with_totals(
    counts: Mapping[str, int], known: dict[str, _Known], threshold: int
) -> dict[str, Published]:
    """Readings of the cells and of all areas above them, level by level."""
    readings = {code: _reading(cell, threshold) for code, cell in known.items()}
    for digits in TOTALS:
        totals: dict[str, int] = defaultdict(int)
        inside: dict[str, list[_Known]] = defaultdict(list)
        for code, count in counts.items():
            totals[code[:digits]] += count
            inside[code[:digits]].append(known[code])
        counts = totals
        known = {code: _total(totals[code], inside[code], threshold) for code in totals}
        readings |= {code: _reading(area, threshold) for code, area in known.items()}
    return readings


def _total(count: int, parts: Iterable[_Known], threshold: int) -> _Known:
    """The piece of [low, high] that holds the count, and what it leaves for the next level."""
    lows, highs, sures, ups, downs = zip(*parts, strict=True)
    low, high, sure, up, down = sum(lows), sum(highs), sum(sures), max(ups), max(downs)
    # No exact total below the threshold either, however little room its cells have.
    bottom = max(low + up, threshold - 1)
    top = sure - down
    if bottom >= top:
        return _Known(low, high, sure, up, down)
    # In the lowest piece a hidden cell at 0 costs nothing, others make up for it; in the highest
    # piece the same goes for a hidden cell at 4.
    if count <= bottom:
        return _Known(low, bottom, bottom, up, 0)
    if count >= top:
        return _Known(top, high, sure, 0, down)
    return _Known(count, count, count, 0, 0)


def _reading(known: _Known, threshold: int) -> Published:
    if known.high < threshold:
        return Published(0, threshold - 1)
    return Published(known.low, known.high)
