"""Attackers who know every published figure and the rule itself learn no count below five."""

import itertools
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from publish.small_counts import Published, publishable, publishable_part
from tests.publish.test_small_counts import Counts, town, towns

# ---- an attacker who tries every town there could be


@pytest.mark.parametrize(
    ("shape", "threshold"),
    [
        ([3], 5),
        ([4], 5),
        ([1, 1], 5),
        ([1, 2], 5),
        ([2, 2], 5),
        ([6], 3),
        ([1, 2, 3], 3),
        ([2, 2, 2], 3),
        ([1, 1, 1, 3], 3),
    ],
)
def test_whoever_tries_all_towns_finds_each_small_count_possible(
    shape: list[int], threshold: int
) -> None:
    cells = list(town(*([0] * size for size in shape)))
    seen: dict[tuple[Published, ...], list[set[int]]] = {}
    for counts in itertools.product(range(threshold + 1), repeat=len(cells)):
        shown = publishable(dict(zip(cells, counts, strict=True)), threshold)
        possible = seen.setdefault(tuple(shown.values()), [set() for _cell in cells])
        for of_cell, count in zip(possible, counts, strict=True):
            of_cell.add(count)
    for possible in seen.values():
        assert all(of_cell in ({threshold}, set(range(threshold))) for of_cell in possible)


@pytest.mark.parametrize(
    ("shape", "threshold", "most"),
    [
        ([3], 2, 5),
        ([1, 1, 1], 2, 4),
        ([1, 3], 2, 3),
        ([2], 3, 7),
        ([5], 2, 2),
        ([7], 2, 1),
        ([3, 4], 2, 1),
        ([5], 3, 2),
    ],
)
def test_two_layers_side_by_side(shape: list[int], threshold: int, most: int) -> None:
    cells = list(town(*([0] * size for size in shape)))
    pairs = [(whole, part) for whole in range(most + 1) for part in range(whole + 1)]
    seen: dict[object, list[set[tuple[int, int]]]] = {}
    for chosen in itertools.product(pairs, repeat=len(cells)):
        wholes = publishable({c: w for c, (w, _p) in zip(cells, chosen, strict=True)}, threshold)
        parts = {c: p for c, (_w, p) in zip(cells, chosen, strict=True)}
        shown = tuple(wholes.values()), tuple(publishable_part(parts, wholes, threshold).values())
        possible = seen.setdefault(shown, [set() for _cell in cells])
        for of_cell, pair in zip(possible, chosen, strict=True):
            of_cell.add(pair)
    small = set(range(threshold))
    for possible in seen.values():
        for of_cell in possible:
            for secret in (
                {whole for whole, _part in of_cell},
                {part for _whole, part in of_cell},
                {whole - part for whole, part in of_cell},
            ):
                assert not secret & small or secret >= small


@pytest.mark.parametrize(
    ("shape", "threshold", "most"),
    [
        ([2], 2, 3),
        ([1, 1], 2, 3),
        ([3], 2, 3),
        ([2, 2], 2, 2),
        ([2], 3, 7),
        ([4], 2, 1),
        ([3], 3, 3),
    ],
)
def test_two_parts_that_know_nothing_of_each_other(
    shape: list[int], threshold: int, most: int
) -> None:
    """Visits due this week and visits made in the last one, beside plans."""
    cells = list(town(*([0] * size for size in shape)))
    threes = [
        (whole, due, done)
        for whole in range(most + 1)
        for due in range(whole + 1)
        for done in range(whole + 1)
    ]
    readings: dict[object, object] = {}
    seen: dict[object, list[set[tuple[int, int, int]]]] = {}

    def shown(layer: tuple[int, ...], wholes: tuple[int, ...] | None = None) -> object:
        """Few layers are different: each is published once."""
        if (layer, wholes) not in readings:
            counts = dict(zip(cells, layer, strict=True))
            readings[layer, wholes] = (
                publishable(counts, threshold)
                if wholes is None
                else publishable_part(counts, shown(wholes), threshold)  # type: ignore[arg-type]
            )
        return readings[layer, wholes]

    for chosen in itertools.product(threes, repeat=len(cells)):
        wholes, due, done = (tuple(layer) for layer in zip(*chosen, strict=True))
        key = tuple(
            tuple(layer.values())  # type: ignore[attr-defined]
            for layer in (shown(wholes), shown(due, wholes), shown(done, wholes))
        )
        possible = seen.setdefault(key, [set() for _cell in cells])
        for of_cell, three in zip(possible, chosen, strict=True):
            of_cell.add(three)
    small = set(range(threshold))
    for possible in seen.values():
        for of_cell in possible:
            for secret in (
                {whole for whole, _due, _done in of_cell},
                {due for _whole, due, _done in of_cell},
                {done for _whole, _due, done in of_cell},
                {whole - due for whole, due, _done in of_cell},
                {whole - done for whole, _due, done in of_cell},
            ):
                assert not secret & small or secret >= small


# ---- an attacker with a solver, in towns of any shape


class Attacker:
    """Knows the cells' codes, the room in them and all that is published, of one layer or two."""

    def __init__(self, cells: list[str], *layers: Mapping[str, Published]) -> None:
        self.cells = cells
        self.unknowns = len(cells) * len(layers)
        rows, low, high = [], [], []
        for number, layer in enumerate(layers):
            for code, shown in layer.items():
                row = np.zeros((len(layers), len(cells)))
                row[number] = [cell.startswith(code) for cell in cells]
                rows.append(row.ravel())
                low.append(shown.low)
                high.append(shown.high)
        if len(layers) == 2:
            for at in range(len(cells)):
                row = np.zeros((2, len(cells)))
                row[:, at] = 1, -1
                rows.append(row.ravel())
                low.append(0)
                high.append(10**6)
        self.known = LinearConstraint(np.array(rows), low, high)

    def extreme(self, price: np.ndarray, room: np.ndarray) -> tuple[int, list[Counts]]:
        """The least that ``price`` can come to, and one town in which it does."""
        bounds = Bounds(0, room)
        found = milp(price, constraints=self.known, integrality=1, bounds=bounds)
        assert found.success, found.message
        towns = np.rint(found.x).astype(int).reshape(-1, len(self.cells))
        return round(found.fun), [dict(zip(self.cells, map(int, t), strict=True)) for t in towns]


def drawn_room(counts: Counts, data: st.DataObject) -> Counts:
    """Some of the cells have few doors, and everybody can see how many."""
    small = [cell for cell in list(counts)[::3] if counts[cell] < 5]
    return {cell: data.draw(st.integers(counts[cell], 8)) for cell in small}


@settings(max_examples=40, deadline=None)
@given(counts=towns, data=st.data())
def test_a_solver_finds_each_small_count_possible(counts: Counts, data: st.DataObject) -> None:
    cells = list(counts)
    room = drawn_room(counts, data)
    shown = publishable(counts, room=room)
    most = np.array([room.get(cell, np.inf) for cell in cells])
    attacker = Attacker(cells, shown)
    for at, cell in enumerate(cells):
        if counts[cell] >= 5:
            assert shown[cell] == Published(counts[cell], counts[cell])
            continue
        price = np.eye(len(cells))[at]
        least, poorest = attacker.extreme(price, most)
        greatest, richest = attacker.extreme(-price, most)
        assert (least, -greatest) == (0, min(4, room.get(cell, 4)))
        # The rule itself rules neither of these towns out: it would have published the same.
        assert publishable(poorest[0], room=room) == shown
        assert publishable(richest[0], room=room) == shown


@settings(max_examples=40, deadline=None)
@given(counts=towns, data=st.data())
def test_a_solver_with_two_layers(counts: Counts, data: st.DataObject) -> None:
    cells = list(counts)
    parts = {cell: data.draw(st.integers(0, counts[cell])) for cell in cells}
    room = drawn_room(counts, data)
    wholes = publishable(counts, room=room)
    shown = publishable_part(parts, wholes, room=room)
    attacker = Attacker(cells, wholes, shown)
    most = np.array([room.get(cell, np.inf) for cell in cells] * 2)
    at = data.draw(st.integers(0, len(cells) - 1))
    cell = cells[at]
    whole, part = np.eye(2 * len(cells))[[at, len(cells) + at]]
    for secret, truth in (
        (whole, counts[cell]),
        (part, parts[cell]),
        (whole - part, counts[cell] - parts[cell]),
    ):
        if truth >= 5:
            continue
        least, poorest = attacker.extreme(secret, most)
        greatest, richest = attacker.extreme(-secret, most)
        assert least == 0
        assert -greatest >= min(4, room.get(cell, 4))
        for wholes_then, parts_then in (poorest, richest):
            assert publishable(wholes_then, room=room) == wholes
            assert publishable_part(parts_then, wholes, room=room) == shown
