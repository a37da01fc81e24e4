"""Which new cell keeps which old code."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def building_share(
    old_building_cell: ArrayLike, new_building_cell: ArrayLike, old: int, new: int
) -> NDArray[np.float64]:
    """Share (old, new) of each old cell's buildings that each new cell takes; rows of none are 0.

    Both inputs are cell numbers (B,) of the same buildings, -1 for none.
    """
    before = np.asarray(old_building_cell, dtype=np.int64)
    after = np.asarray(new_building_cell, dtype=np.int64)
    both = (before >= 0) & (after >= 0)
    count = np.zeros((old, new))
    np.add.at(count, (before[both], after[both]), 1)
    had = np.bincount(before[before >= 0], minlength=old)
    return count / np.maximum(had, 1)[:, None]


def keep_codes(old_codes: Sequence[str], share: ArrayLike) -> list[str | None]:
    """The old code that each new cell keeps, or None.

    ``share (old, new)``: how much of each old cell each new one takes. A cell keeps its code when
    it keeps most (more than half) of what it was; where several old cells went into a new one, the
    one that gave the largest share does, the lower code in a tie.
    """
    taken = np.asarray(share, dtype=np.float64).reshape(len(old_codes), -1)
    kept: list[str | None] = []
    for column in taken.T:
        able = np.flatnonzero(column > 0.5).tolist()
        best = min(able, key=lambda old: (-column[old], old_codes[old]), default=None)
        kept.append(None if best is None else old_codes[best])
    return kept


def fresh_codes(community: str, used: Iterable[str], count: int) -> list[str]:
    """``count`` cell codes (community + 3 digits) never used before, counting up.

    Raises ValueError when the community has no 3 digits left.
    """
    last = max((int(code[-3:]) for code in used), default=0)
    if last + count > 999:
        raise ValueError(f"Community {community} has no cell codes left: 999 were used.")
    return [f"{community}{number:03d}" for number in range(last + 1, last + count + 1)]
