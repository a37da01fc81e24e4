"""Sightings in, ranked explanations and the next lamp to look at out."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from spatial.circuits.evidence import Priors, Sighting, chances, evenings
from spatial.circuits.inference import best, marginals
from spatial.circuits.tree import Bools, Circuit
from spatial.network import Floats

#: A look that tells less than this many bits is not worth the walk.
LEAST_BITS = 0.001


class Fault(NamedTuple):
    """``kind`` is ``lamp``, ``section`` or ``cabinet``; ``id`` is the one of the circuit."""

    kind: str
    id: Hashable


@dataclass(frozen=True)
class Explanation:
    """Faults that together explain what was seen, from the cabinet outwards; perhaps none."""

    faults: tuple[Fault, ...]
    probability: float


@dataclass(frozen=True)
class Diagnosis:
    """Explanations, most probable first; the lamp to look at next (None: nothing left to learn).

    ``lit`` (N,) is the chance that each node's lamp is lit, ``bits`` (N,) what a look at it tells;
    both in the circuit's order, 0 for the cabinet. ``left_out`` counts sightings of evenings
    before the circuit changed.
    """

    explanations: list[Explanation]
    look_next: Hashable | None
    lit: Floats
    bits: Floats
    left_out: int


def diagnose(
    circuit: Circuit,
    sightings: Iterable[Sighting],
    *,
    priors: Priors | None = None,
    most: int = 10,
) -> Diagnosis:
    """The ``most`` best explanations of the sightings; see ``spatial.circuits`` for the method.

    Exact up to rounding; O(lamps * most) time and memory, plus O(most^2) a lamp in the worst case.
    Raises KeyError for a sighting of what is no lamp of the circuit.
    """
    priors = priors or Priors()
    model = _Model(circuit, priors)
    given = list(sightings)
    counted = model.present(given)
    log, seen, contradicted = chances(counted, model.number, len(circuit), priors)
    own = log + model.lamp
    lit, total, dark = marginals(circuit.feed, own, model.cable, log[:, 1].copy())
    explanations = [Explanation((), 1.0)]
    if seen.any():
        bears = _bearing(circuit, seen)
        weight, cut, failed = best(circuit.feed, own, model.cable, dark, seen, bears, most)
        explanations = [
            Explanation(_faults(circuit, cut[nth], failed[nth]), float(np.exp(weight[nth] - total)))
            for nth in np.flatnonzero(np.isfinite(weight))
        ]
    bits = _bits(lit, priors)
    look_next = _look_next(circuit, bits, seen & ~contradicted)
    return Diagnosis(explanations, look_next, lit, bits, len(given) - len(counted))


class _Model:
    """The circuit with its chances before anybody looked, as logarithms (sound, broken)."""

    def __init__(self, circuit: Circuit, priors: Priors) -> None:
        self.circuit, self.priors = circuit, priors
        self.number = {lamp: place for place, lamp in enumerate(circuit.node) if place > 0}
        self.lamp = np.log([1 - priors.lamp, priors.lamp])
        broken = priors.of_sections(circuit.metres)
        broken[0] = priors.cabinet
        self.cable = np.log(np.column_stack((1 - broken, broken)))

    def present(self, sightings: list[Sighting]) -> list[Sighting]:
        """The sightings of the newest evening and of those before it that show the same circuit.

        Evening by evening backwards: one more belongs to it unless a change in between explains
        both better than one state does, a change being as likely as the days between allow. With
        the first that does not, all older ones are left out.
        """
        newest_first = evenings(sightings, self.priors)
        kept = newest_first[0] if newest_first else []
        for older in newest_first[1:]:
            halvings = (kept[0].seconds - older[-1].seconds) / self.priors.change_seconds
            same = -halvings * math.log(2)
            changed = math.log(-math.expm1(same))
            if changed + self.seen(older) + self.seen(kept) > same + self.seen(older + kept):
                break
            kept = older + kept
        return kept

    def seen(self, sightings: list[Sighting]) -> float:
        """Logarithm of the chance of seeing all this on a circuit that does not change."""
        unchanging = replace(self.priors, newer_seconds=math.inf)
        log, _seen, _both = chances(sightings, self.number, len(self.circuit), unchanging)
        own = log + self.lamp
        return marginals(self.circuit.feed, own, self.cable, log[:, 1].copy())[1]


def _bearing(circuit: Circuit, seen: Bools) -> Bools:
    """(N,) whether a lamp at the node or behind it was seen."""
    bears = seen.tolist()
    feed = circuit.feed.tolist()
    for node in range(len(bears) - 1, 0, -1):
        bears[feed[node]] |= bears[node]
    return np.array(bears)


def _faults(circuit: Circuit, cut: Bools, failed: Bools) -> tuple[Fault, ...]:
    found = []
    for node in np.flatnonzero(cut | failed).tolist():
        if cut[node]:
            kind, which = ("section", circuit.section) if node else ("cabinet", circuit.node)
            found.append(Fault(kind, which[node]))
        if failed[node]:
            found.append(Fault("lamp", circuit.node[node]))
    return tuple(found)


def _bits(lit: Floats, priors: Priors) -> Floats:
    """(N,) what a look at each lamp tells; nothing for the cabinet."""
    wrong_dark, wrong_lit = priors.dark_though_lit, priors.lit_though_dark
    seen_dark = lit * wrong_dark + (1 - lit) * (1 - wrong_lit)
    error = lit * _entropy(np.float64(wrong_dark)) + (1 - lit) * _entropy(np.float64(wrong_lit))
    bits = np.maximum(_entropy(seen_dark) - error, 0)
    bits[0] = 0
    return np.asarray(bits)


def _entropy(chance: Floats | np.float64) -> Floats:
    """Of a yes or no, in bits."""
    inside = np.clip(chance, 1e-300, 1 - 1e-16)
    return -inside * np.log2(inside) - (1 - inside) * np.log2(1 - inside)


def _look_next(circuit: Circuit, bits: Floats, settled: Bools) -> Hashable | None:
    """The lamp that tells most, among those not seen or seen both ways, else among all.

    Who looks at a lamp again may make the same mistake again, such as a number misread, while the
    formula takes looks for independent; so another lamp comes first.
    """
    for tells in (np.where(settled, 0, bits), bits):
        at = int(np.argmax(tells))
        if tells[at] >= LEAST_BITS:
            return circuit.node[at]
    return None
