"""The heap of the searches gives keys back in order, whatever was put on it when."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spatial.heap import pop, push


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6)), max_size=60))
def test_the_least_comes_first(steps: list[float | None]) -> None:
    """A number is put on, None takes the least off; a sorted list does the same."""
    keys, items = np.empty(len(steps) + 1), np.empty(len(steps) + 1, np.int64)
    size, beside = 0, list[tuple[float, int]]()
    for item, key in enumerate(steps):
        if key is not None:
            size = push(keys, items, size, key, item)
            beside.append((key, item))
        elif beside:
            size = pop(keys, items, size)
            taken = (keys[size], items[size])
            assert taken[0] == min(beside)[0]
            beside.remove(taken)
        assert size == len(beside)
