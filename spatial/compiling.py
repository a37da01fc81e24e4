"""Compile what serving runs, before somebody waits for it: ``python -m spatial.compiling``.

numba keeps compiled kernels beside their source; a change of the source compiles them anew.
"""

import numpy as np
import shapely

from spatial.circuits import Circuit, Section, Sighting, diagnose
from spatial.intervals import last_seen, stretches, union
from spatial.matching import match
from spatial.network import Network


def compile_kernels() -> None:
    """Walk 60 m of a two-street town, say when, and look at its lamp: what serving runs."""
    network = Network.from_lines(
        [shapely.LineString([(0, 0), (50, 0)]), shapely.LineString([(50, 0), (50, 50)])]
    )
    seconds = np.arange(0.0, 46.0, 1.0)
    xy = np.column_stack((np.minimum(seconds * 1.3, 50), np.maximum(seconds * 1.3 - 50, 0)))
    match(network, xy, seconds, accuracy=np.full(len(seconds), 5.0))
    walked = stretches([0, 0, 1], [0, 300, 0], [400, 500, 100])
    union(walked)
    last_seen(walked, [1, 2, 3])
    diagnose(Circuit.of("cabinet", [Section(1, "cabinet", "lamp")]), [Sighting("lamp", True, 0.0)])


if __name__ == "__main__":
    compile_kernels()
