"""A circuit as arrays: lamps in an order in which whoever feeds comes before the fed."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spatial.network import Floats, Ints

Bools = npt.NDArray[np.bool_]


class Section(NamedTuple):
    """A cable section from the cabinet or a lamp to the lamp it feeds; metres where known."""

    id: Hashable
    start: Hashable
    end: Hashable
    metres: float | None = None


class NotATree(ValueError):
    """The sections form no tree from the cabinet.

    ``reason`` is one of ``same_section_twice``, ``fed_twice``, ``feeds_cabinet``, ``cycle`` and
    ``not_connected``; ``which`` is the id of the section (first reason) or of the lamp.
    """

    def __init__(self, reason: str, which: Hashable) -> None:
        super().__init__(f"{reason}: {which!r}")
        self.reason, self.which = reason, which


@dataclass(frozen=True)
class Circuit:
    """N nodes, the cabinet first; every other node is a lamp, and comes after the one before it.

    ``node`` (N,) ids; ``section`` (N,) id of the section that feeds each (None for the cabinet);
    ``feed`` (N,) number of the node it comes from (-1 for the cabinet); ``metres`` (N,) length of
    that section, NaN where not known.
    """

    node: list[Hashable]
    section: list[Hashable]
    feed: Ints
    metres: Floats

    @classmethod
    def of(cls, cabinet: Hashable, sections: Iterable[Section]) -> Circuit:
        """The tree that the sections form; raises NotATree."""
        leaving: dict[Hashable, list[Section]] = {}
        fed: dict[Hashable, Section] = {}
        known: set[Hashable] = set()
        for section in sections:
            if section.id in known:
                raise NotATree("same_section_twice", section.id)
            if section.end == cabinet:
                raise NotATree("feeds_cabinet", section.id)
            if section.end in fed:
                raise NotATree("fed_twice", section.end)
            known.add(section.id)
            fed[section.end] = section
            leaving.setdefault(section.start, []).append(section)
        node, order, feed = [cabinet], [Section(None, None, cabinet)], [-1]
        for number, start in enumerate(node):  # grows while it is walked: breadth first
            for section in leaving.get(start, ()):
                node.append(section.end)
                order.append(section)
                feed.append(number)
        if len(order) <= len(fed):
            raise _unreached(fed, set(node))
        metres = [np.nan if one.metres is None else one.metres for one in order]
        return cls(node, [one.id for one in order], np.array(feed, np.int64), np.array(metres))

    def __len__(self) -> int:
        """Nodes, the cabinet included."""
        return len(self.node)

    @property
    def lamps(self) -> list[Hashable]:
        """Ids of the lamps, in the order of the tree."""
        return self.node[1:]


def _unreached(fed: dict[Hashable, Section], reached: set[Hashable]) -> NotATree:
    """Follow a lamp without power back: to itself, or to a place that nothing feeds."""
    lamp = next(one for one in fed if one not in reached)
    passed: set[Hashable] = set()
    while lamp in fed and lamp not in passed:
        passed.add(lamp)
        lamp = fed[lamp].start
    return NotATree("cycle" if lamp in passed else "not_connected", lamp)
