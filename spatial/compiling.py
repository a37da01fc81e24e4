"""Compile what serving runs, before somebody waits for it: ``python -m spatial.compiling``.

numba keeps compiled kernels beside their source. It compiles one anew when its own file changed,
but not when another file did whose kernels it calls: after an update all of them are made anew.
"""

from pathlib import Path

import numpy as np
import shapely

from spatial.circuits import Circuit, Section, Sighting, diagnose
from spatial.intervals import History, last_seen, stretches, union
from spatial.matching import match
from spatial.network import Network
from spatial.visiting import metres_between, short_walk
from spatial.walks import cover, share, within_budget


def forget_kernels(folder: Path = Path(__file__).parent) -> None:
    """Delete what numba keeps for the modules below the folder."""
    for kept in folder.rglob("__pycache__/*.nb[ic]"):
        kept.unlink(missing_ok=True)


def compile_kernels() -> None:
    """Walk 60 m of a two-street town, say when, and plan the walk there: every kernel that a
    patrol, a report, the map, a plan or a list of visits runs."""
    network = Network.from_lines(
        [shapely.LineString([(0, 0), (50, 0)]), shapely.LineString([(50, 0), (50, 50)])]
    )
    seconds = np.arange(0.0, 46.0, 1.0)
    xy = np.column_stack((np.minimum(seconds * 1.3, 50), np.maximum(seconds * 1.3 - 50, 0)))
    match(network, xy, seconds, accuracy=np.full(len(seconds), 5.0))
    walked = stretches([0, 0, 1], [0, 300, 0], [400, 500, 100])
    union(walked)
    last_seen(walked, [1, 2, 3]).lengths([2])
    History.of(walked, [1, 2, 3]).series(1, 3, 2)
    wanted = np.ones(2, dtype=bool)
    cover(network, wanted)
    within_budget(network, wanted, [1.0, 2.0], budget=80.0, start=(0, 10.0), back=True)
    share(network, wanted, workers=2)
    short_walk(metres_between(network, [(10, 0), (50, 40), (30, 0)]), [0, 0, 1])
    diagnose(Circuit.of("cabinet", [Section(1, "cabinet", "lamp")]), [Sighting("lamp", True, 0.0)])


if __name__ == "__main__":
    forget_kernels()
    compile_kernels()
