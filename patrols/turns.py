"""A planned walk told turn by turn, as a person would tell it.

What the network cuts into many short edges (crossings, the zigzag of sidewalks) is told as one
turn; a dead end walked in and out is told as a look aside; a sidewalk goes by the name of the
street it accompanies.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray
from shapely import get_coordinates

from grid.models import Segment, StreetKind
from grid.walking_network import WalkingNetwork
from spatial.network import Network
from spatial.walks import Walk

Floats = NDArray[np.float64]
#: A street's name as it is written there, in Chinese, and in English; "" where the map has none.
Names = tuple[str, str, str]
NAMELESS: Names = ("", "", "")

#: Shorter pieces (metres) belong to the turn into what follows; steps are told from here.
_SHORT, _SHORT_STEPS = 15.0, 3.0
#: A dead end of so many metres is told as one look aside.
_ASIDE = 150.0
#: Headings are taken over so many metres: the first vertex may point anywhere.
_AHEAD = 8.0


class Direction(TextChoices):
    """How to go on where a turn begins; aside is a dead end, there and back."""

    START = "start", _("Start on %(street)s, %(metres)s m")
    STRAIGHT = "straight", _("Straight on into %(street)s, %(metres)s m")
    LEFT = "left", _("Turn left into %(street)s, %(metres)s m")
    RIGHT = "right", _("Turn right into %(street)s, %(metres)s m")
    BACK = "back", _("Turn back on %(street)s, %(metres)s m")
    ASIDE = "aside", _("Look into %(street)s ahead and come back, %(metres)s m each way")
    ASIDE_LEFT = (
        "aside_left",
        _("Look into %(street)s on the left and come back, %(metres)s m each way"),
    )
    ASIDE_RIGHT = (
        "aside_right",
        _("Look into %(street)s on the right and come back, %(metres)s m each way"),
    )


_OVER_STEPS = {
    Direction.STRAIGHT: _("Straight on over the steps, %(metres)s m"),
    Direction.LEFT: _("Turn left, over the steps, %(metres)s m"),
    Direction.RIGHT: _("Turn right, over the steps, %(metres)s m"),
}
_ASIDES = {
    Direction.STRAIGHT: Direction.ASIDE,
    Direction.LEFT: Direction.ASIDE_LEFT,
    Direction.RIGHT: Direction.ASIDE_RIGHT,
}


@dataclass(frozen=True)
class Turn:
    """One street of a walk: how to enter it, what it is called, and how far to follow it.

    ``at`` is the longitude and latitude where it begins, ``first`` its number in the walk's line.
    Names are empty where the map has none. ``metres`` are all that are walked, there and back.
    """

    direction: Direction
    name: str
    name_zh: str
    name_en: str
    kind: str
    metres: float
    at: tuple[float, float]
    first: int

    def called(self) -> str:
        """Both names as far as they differ, or the kind of street."""
        names = dict.fromkeys(filter(None, (self.name_zh or self.name, self.name_en or self.name)))
        if names:
            return " / ".join(names)
        return gettext("the %(kind)s") % {"kind": StreetKind(self.kind).label}

    def sentence(self) -> str:
        """What to do, in the language of the moment."""
        aside = self.direction in _ASIDES.values()
        told = Direction(self.direction).label
        if self.kind == StreetKind.STEPS:
            told = _OVER_STEPS.get(self.direction, told)
        metres = self.metres / 2 if aside else self.metres
        return str(told) % {"street": self.called(), "metres": f"{metres:,.0f}"}


@dataclass(frozen=True)
class Streets:
    """For each edge of a network: its kind and its street's names ("" where it has none)."""

    kind: NDArray[np.str_]
    names: list[Names]


def streets_of_segments(known: WalkingNetwork) -> Streets:
    """Kinds and names of a network's segments, in its order. One query.

    A nameless sidewalk is called after the street that it accompanies longest, if that is there.
    """
    rows = list(
        Segment.objects.filter(pk__in=known.ids.tolist())
        .order_by("pk")
        .values_list("pk", "kind", "street__name", "street__name_zh", "street__name_en")
    )
    of = {row[0]: (row[2] or "", row[3] or "", row[4] or "") for row in rows}
    names = [of.get(segment, NAMELESS) for segment in known.ids.tolist()]
    length = known.links[:, 2] - known.links[:, 1]
    for nth in np.argsort(length, kind="stable"):
        sidewalk, street = int(known.links[nth, 0]), int(known.links[nth, 3])
        if of.get(int(known.ids[sidewalk]), NAMELESS) == NAMELESS and street in of:
            names[sidewalk] = of[street]
    kind = {row[0]: row[1] for row in rows}
    return Streets(
        np.array([kind.get(segment, "") for segment in known.ids.tolist()], dtype=np.str_), names
    )


@dataclass(frozen=True, eq=False)
class _Leg:
    """A piece of the walk: its names and kind, metres, points, and the number of the first.

    ``main`` are the metres of the piece that gave it its names.
    """

    names: Names
    kind: str
    metres: float
    xy: Floats
    first: int
    main: float
    aside: bool = False

    @property
    def kept(self) -> bool:
        """Whether it is told whatever its length."""
        return self.aside or (self.kind == StreetKind.STEPS and self.metres >= _SHORT_STEPS)

    def same_street(self, other: "_Leg") -> bool:
        return (
            self.names == other.names
            and (self.names != NAMELESS or self.kind == other.kind)
            and (self.kind == StreetKind.STEPS) == (other.kind == StreetKind.STEPS)
        )

    def and_then(self, other: "_Leg") -> "_Leg":
        """Both as one, under the names of the longer one."""
        named = self if self.main >= other.main else other
        return replace(
            self,
            names=named.names,
            kind=named.kind,
            metres=self.metres + other.metres,
            xy=np.concatenate([self.xy, other.xy[1:]]),
            main=self.main + other.main if self.same_street(other) else named.main,
        )


def turns_of(walk: Walk, network: Network, streets: Streets) -> tuple[Floats, list[Turn]]:
    """The walk's line (n, 2) in the network's metres, and its turns, whose ``at`` is in metres.

    A turn begins where the street changes, where the walk goes back the way it came, and where
    streets without a name bend by more than 45 degrees. Linear in the walk's stretches.
    """
    legs = _legs(walk, network, streets)
    points = [leg.xy if not nth else leg.xy[1:] for nth, leg in enumerate(legs)]
    line = np.concatenate(points) if points else np.zeros((0, 2))
    turns: list[Turn] = []
    before: _Leg | None = None
    for leg in _shortened(_joined(_asides(walk, legs))):
        way = _way(before, leg) if before else Direction.START
        name, name_zh, name_en = leg.names
        at = (float(leg.xy[0, 0]), float(leg.xy[0, 1]))
        turns.append(Turn(way, name, name_zh, name_en, leg.kind, leg.metres, at, leg.first))
        before = before if leg.aside else leg
    return line, turns


def _legs(walk: Walk, network: Network, streets: Streets) -> list[_Leg]:
    """One leg for each stretch of the walk."""
    found, first = [], 0
    for nth, line in enumerate(walk.lines(network)):
        edge, xy = walk.edge[nth], get_coordinates(line)
        metres = float(walk.end_m[nth] - walk.start_m[nth])
        found.append(_Leg(streets.names[edge], str(streets.kind[edge]), metres, xy, first, metres))
        first += len(xy) - 1
    return found


def _asides(walk: Walk, legs: list[_Leg]) -> list[_Leg]:
    """The legs, with each dead end that is walked in and out as one."""
    found: list[_Leg] = []
    nth = 0
    while nth < len(legs):
        deep = _depth(walk, legs, nth)
        if deep == 0:
            found.append(legs[nth])
            nth += 1
            continue
        there = legs[nth]
        for leg in legs[nth + 1 : nth + deep]:
            there = there.and_then(leg)
        both = 2 * there.metres
        if both < _SHORT:
            # Nobody is told to take five steps: they are part of what was walked before.
            found[-1] = replace(found[-1], metres=found[-1].metres + both)
        else:
            found.append(replace(there, metres=both, aside=True))
        nth += 2 * deep
    return found


def _depth(walk: Walk, legs: list[_Leg], begin: int) -> int:
    """How many stretches from here lead into a dead end and back the same way at once; else 0."""
    metres = 0.0
    for deep in range(1, (len(legs) - begin) // 2 + 1):
        metres += legs[begin + deep - 1].metres
        if metres > _ASIDE or begin == 0:
            return 0
        if all(_mirrored(walk, begin + i, begin + 2 * deep - 1 - i) for i in range(deep)):
            return deep
    return 0


def _mirrored(walk: Walk, one: int, other: int) -> bool:
    return bool(
        walk.edge[one] == walk.edge[other]
        and walk.forward[one] != walk.forward[other]
        and abs(walk.start_m[one] - walk.start_m[other]) < 0.5
        and abs(walk.end_m[one] - walk.end_m[other]) < 0.5
    )


def _joined(legs: Iterable[_Leg]) -> list[_Leg]:
    """Neighbours on one street as one, as far as nobody would call it a turn."""
    found: list[_Leg] = []
    for leg in legs:
        if found and _goes_on(found[-1], leg):
            found[-1] = found[-1].and_then(leg)
        else:
            found.append(leg)
    return found


def _goes_on(before: _Leg, leg: _Leg) -> bool:
    if before.aside or leg.aside or not before.same_street(leg):
        return False
    return abs(_bend(before, leg)) <= (45.0 if leg.names == NAMELESS else 150.0)


def _shortened(legs: list[_Leg]) -> list[_Leg]:
    """The legs without short ones, which go with what follows, or at the end with what was."""
    found: list[_Leg] = []
    short: _Leg | None = None
    for leg in legs:
        if short and not leg.aside and not (leg.kept and short.metres >= _SHORT_STEPS):
            leg, short = short.and_then(leg), None
        elif short:
            _add(found, short)
            short = None
        if leg.metres < _SHORT and not leg.kept:
            short = leg
        else:
            _add(found, leg)
    if short:
        _add(found, short)
    return found


def _add(found: list[_Leg], leg: _Leg) -> None:
    """Put a leg at the end, or make it part of the last one where that goes on or it is short."""
    last = found[-1] if found else None
    short = leg.metres < _SHORT and not leg.kept
    if last and not last.aside and (_goes_on(last, leg) or (short and not last.kept)):
        found[-1] = last.and_then(leg)
    else:
        found.append(leg)


def _bend(before: _Leg, after: _Leg) -> float:
    """Degrees from one leg's last heading to the other's first; left is positive."""
    (ax, ay), (bx, by) = -_heading(before.xy[::-1]), _heading(after.xy)
    return float(np.degrees(np.arctan2(ax * by - ay * bx, ax * bx + ay * by)))


def _heading(xy: Floats) -> Floats:
    """From the first point to the one some metres along."""
    along = np.cumsum(np.hypot(*np.diff(xy, axis=0).T))
    last = min(int(np.searchsorted(along, _AHEAD)), len(along) - 1)
    return np.asarray(xy[last + 1] - xy[0])


def _way(before: _Leg, leg: _Leg) -> Direction:
    bend = _bend(before, leg)
    if abs(bend) > 150.0 and before.same_street(leg) and not leg.aside:
        return Direction.BACK
    way = Direction.LEFT if bend > 0 else Direction.RIGHT
    if abs(bend) <= 30.0:
        way = Direction.STRAIGHT
    return _ASIDES[way] if leg.aside else way
