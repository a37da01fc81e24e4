"""What sightings say: chances of faults, of seeing wrongly, and which sightings still count."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from spatial.circuits.tree import Bools
from spatial.network import Floats


class Sighting(NamedTuple):
    """A lamp seen lit or dark at a time in seconds."""

    lamp: Hashable
    lit: bool
    seconds: float


@dataclass(frozen=True)
class Priors:
    """Chances before anybody looked; estimates of ours, to be set from a city's own records.

    ``section`` is the chance for a section of ``metres``, which is the usual distance of two lamp
    posts, and stands for sections of unknown length; others grow with their length at that rate.
    ``cabinet`` counts whatever takes a whole circuit: fuse, contactor, timer.

    ``newer_seconds`` is the half-life of a sighting once the same lamp was seen again, so that a
    look some hours later replaces the one before, while two that contradict within minutes both
    count. Sightings less than ``evening_seconds`` apart are of one evening, through which the
    circuit otherwise stays as it is; between evenings it stays so with half-life
    ``change_seconds``, since faults come and are repaired within days.
    """

    lamp: float = 0.02
    section: float = 0.002
    metres: float = 35.0
    cabinet: float = 0.005
    dark_though_lit: float = 0.005
    lit_though_dark: float = 0.01
    newer_seconds: float = 1_800.0
    evening_seconds: float = 6 * 3_600.0
    change_seconds: float = 3 * 86_400.0

    def of_sections(self, metres: Floats) -> Floats:
        """(N,) chance that each section is broken; NaN metres count as the usual ones."""
        rate = -math.log1p(-self.section) / self.metres
        return -np.expm1(-rate * np.where(np.isnan(metres), self.metres, metres))


def evenings(sightings: Iterable[Sighting], priors: Priors) -> list[list[Sighting]]:
    """The sightings evening by evening, the newest evening first, each in order of time."""
    found: list[list[Sighting]] = []
    for one in sorted(sightings, key=lambda sighting: sighting.seconds):
        if not found or one.seconds - found[-1][-1].seconds >= priors.evening_seconds:
            found.append([])
        found[-1].append(one)
    return found[::-1]


def chances(
    sightings: Iterable[Sighting], number: Mapping[Hashable, int], count: int, priors: Priors
) -> tuple[Floats, Bools, Bools]:
    """What was seen of each of ``count`` nodes, given that it is lit or dark.

    Logarithms (N, 2) of the chances given lit and given dark; (N,) which lamps were seen; (N,)
    which of them both lit and dark within ``newer_seconds`` of their newest sighting. A sighting
    of weight w speaks of the lamp with chance w, else it is a coin's. Raises KeyError for a
    lamp that has no number.
    """
    found = list(sightings)
    log, seen, both = np.zeros((count, 2)), np.zeros(count, bool), np.zeros(count, bool)
    if not found:
        return log, seen, both
    lamp = np.array([number[one.lamp] for one in found])
    lit = np.array([one.lit for one in found])
    seconds = np.array([one.seconds for one in found], dtype=np.float64)
    newest = np.full(count, -np.inf)
    np.maximum.at(newest, lamp, seconds)
    weight = np.exp2((seconds - newest[lamp]) / priors.newer_seconds)[:, None]
    dark = np.array([priors.dark_though_lit, 1 - priors.lit_though_dark])
    as_seen = np.where(lit[:, None], 1 - dark, dark)
    np.add.at(log, lamp, np.log(weight * as_seen + (1 - weight) / 2))
    recent = seconds >= newest[lamp] - priors.newer_seconds
    both[lamp[recent & lit]] = True
    seen_dark = np.zeros(count, bool)
    seen_dark[lamp[recent & ~lit]] = True
    seen[lamp] = True
    return log, seen, both & seen_dark
