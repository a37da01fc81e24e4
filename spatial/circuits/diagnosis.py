"""Sightings in, ranked explanations and the next lamp to look at out."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from spatial.circuits.evidence import Priors, Sighting, chances
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
    both in the circuit's order, 0 for the cabinet.
    """

    explanations: list[Explanation]
    look_next: Hashable | None
    lit: Floats
    bits: Floats


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
    number = {lamp: place for place, lamp in enumerate(circuit.node) if place > 0}
    log, seen, contradicted = chances(sightings, number, len(circuit), priors)
    own = log + np.log([1 - priors.lamp, priors.lamp])
    broken = priors.of_sections(circuit.metres)
    broken[0] = priors.cabinet
    cable = np.log(np.column_stack((1 - broken, broken)))
    lit, total, dark = marginals(circuit.feed, own, cable, log[:, 1].copy())
    explanations = [Explanation((), 1.0)]
    if seen.any():
        bears = _bearing(circuit, seen)
        weight, cut, failed = best(circuit.feed, own, cable, dark, seen, bears, most)
        explanations = [
            Explanation(_faults(circuit, cut[nth], failed[nth]), float(np.exp(weight[nth] - total)))
            for nth in np.flatnonzero(np.isfinite(weight))
        ]
    bits = _bits(lit, priors)
    return Diagnosis(explanations, _look_next(circuit, bits, seen & ~contradicted), lit, bits)


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
