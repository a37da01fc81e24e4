"""Plan the walks that close most of what is overdue: "forty minutes from here"."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from api.errors import BadInput, TooMany
from grid.models import Area, StreetKind
from patrols.open_stretches import WEIGHTS, Floats, Weight
from patrols.plan_ground import PACE, Ground, Position, Reach, areas_of, ground_of
from patrols.turns import Streets, Turn, streets_of_segments, turns_of
from spatial.walks import TooManyLinks, Walk, closed_together, cover, share, within_budget

#: A metre of steps takes as long as two of flat street.
STEPS_EFFORT = 2.0
#: How many may share a walk: more would each get a street or two.
MOST_WORKERS = 12


@dataclass(frozen=True)
class PlannedWalk:
    """A walk to follow. Metres of street count once; the metres walked count every time.

    ``line`` is (n, 2) longitude, latitude in walking order.
    """

    minutes: float
    metres: float
    closes_metres: float
    closes_worth: float
    line: Floats
    turns: list[Turn]


@dataclass(frozen=True)
class Plan:
    """Walks side by side, and what they close together of what is open.

    ``unreachable_metres`` are open but no way on foot leads there from the start. With a start
    and a time, only what lies within reach counts as open.
    """

    areas: list[Area]
    open_metres: float
    closes_metres: float
    open_worth: float
    closes_worth: float
    unreachable_metres: float
    walks: list[PlannedWalk]

    @property
    def spread_minutes(self) -> float:
        """How much longer the longest walk takes than the shortest."""
        minutes = [walk.minutes for walk in self.walks]
        return round(max(minutes) - min(minutes), 1)


def plan_walks(
    codes: Sequence[str],
    *,
    now: dt.datetime,
    minutes: float | None = None,
    start: Position | None = None,
    back: bool = False,
    workers: int = 1,
    weights: Sequence[Weight] = WEIGHTS,
    segments: Sequence[int] | None = None,
) -> Plan:
    """Walks over what is open in some areas: over all of it, or the best that ``minutes`` allow.

    ``start`` is longitude, latitude; without it each walk begins wherever is best. ``back``
    brings it back to its start, which needs one where time is short. ``workers`` share what is
    open fairly, each walking ``minutes`` at most. ``weights`` make overdue metres count more.
    ``segments`` of the areas, where some are named, are walked in all their length instead of what
    is overdue there.

    Raises UnknownArea, BadInput, BadCoordinate for a start where no street is, and TooMany where
    more is open than can be planned at once without a time. Memory is linear in the streets of
    the areas and what was walked there, and see ``spatial.walks``.
    """
    if back and start is None and minutes is not None:
        raise BadInput(_("Say where to start, so that the walk can come back there."))
    areas = areas_of(codes)
    ground = ground_of(areas, now, weights, start, Reach.of(start, minutes, back), segments)
    streets = streets_of_segments(ground.known)
    walks = _walks(ground, streets, minutes, back, workers)
    closed = closed_together(walks, ground.wanted)
    length = ground.wanted.end_m - ground.wanted.start_m
    return Plan(
        areas=areas,
        open_metres=ground.metres(length),
        closes_metres=ground.metres(closed),
        open_worth=ground.worths(length),
        closes_worth=ground.worths(closed),
        unreachable_metres=ground.metres(walks[0].unreachable),
        walks=[_told(walk, ground, streets) for walk in walks],
    )


def _walks(
    ground: Ground, streets: Streets, minutes: float | None, back: bool, workers: int
) -> list[Walk]:
    """One walk for each worker; raises TooMany."""
    on, wanted, worth = ground.known.network, ground.wanted, ground.worth
    cost = np.where(streets.kind == StreetKind.STEPS, STEPS_EFFORT, 1.0)
    wishes: Any = {"start": ground.place, "back": back, "cost": cost}
    budget = None if minutes is None else minutes * 60 * PACE
    try:
        if workers > 1:
            return share(on, wanted, workers=workers, worth=worth, budget=budget, **wishes)
        if budget is None:
            return [cover(on, wanted, **wishes)]
        return [within_budget(on, wanted, worth, budget=budget, **wishes)]
    except TooManyLinks as error:
        raise TooMany(
            _(
                "%(count)d stretches are open here, and %(most)d can be planned at once. "
                "Say how many minutes there are, or plan cell by cell."
            )
            % {"count": error.count, "most": error.most}
        ) from error


def _told(walk: Walk, ground: Ground, streets: Streets) -> PlannedWalk:
    inverse = ground.projection.inverse
    line, turns = turns_of(walk, ground.known.network, streets)
    return PlannedWalk(
        minutes=round(walk.effort / PACE / 60, 1),
        metres=round(walk.metres, 1),
        closes_metres=ground.metres(walk.closed),
        closes_worth=ground.worths(walk.closed),
        line=inverse(line),
        turns=[replace(turn, at=tuple(inverse([turn.at])[0].tolist())) for turn in turns],
    )
