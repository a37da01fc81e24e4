"""The walk that planning gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from spatial.intervals import Stretches, overlay, stretches, union
from spatial.network import Floats, Ints, Network
from spatial.walks.pieces import Pieces


@dataclass(frozen=True, eq=False)
class Walk:
    """R stretches of edges in walking order, each [start_m, end_m) of its edge.

    ``forward`` tells whether the stretch is walked from start_m to end_m or back; each begins
    where the one before it ended. ``effort`` is what the walk takes in metres of flat street,
    ``worth`` what it closes, ``closed`` (P,) how many metres of each wanted piece it covers,
    ``unreachable`` (P,) how many no walk from this start can reach (or feet may not enter).
    """

    edge: Ints
    start_m: Floats
    end_m: Floats
    forward: npt.NDArray[np.bool_]
    effort: float
    worth: float
    closed: Floats
    unreachable: Floats

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def metres(self) -> float:
        """Metres walked, those walked twice counted twice."""
        return float((self.end_m - self.start_m).sum())

    def lines(self, network: Network) -> list[shapely.LineString]:
        """The stretches as LineStrings in walking direction, in the network's metres."""
        found = []
        for edge, start, end, forward in zip(
            self.edge, self.start_m, self.end_m, self.forward, strict=True
        ):
            along = network.along[network.vertex_start[edge] : network.vertex_start[edge + 1]]
            between = along[(along > start) & (along < end)]
            metres = np.concatenate([[start], between, [end]])
            xy = network.points_at(np.full(len(metres), edge), metres)
            found.append(shapely.LineString(xy if forward else xy[::-1]))
        return found

    def line(self, network: Network) -> shapely.LineString:
        """The whole walk as one LineString in the network's metres; empty when there is none."""
        parts = [shapely.get_coordinates(line) for line in self.lines(network)]
        if not parts:
            return shapely.LineString()
        xy = np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
        return shapely.LineString(xy)


def closed_together(walks: Sequence[Walk], wanted: Pieces) -> Floats:
    """(P,) metres of each wanted piece on at least one of the walks, to the millimetre.

    O(n log n) for n stretches walked and wanted; memory linear in them.
    """
    walked = union(
        *(_millimetres(walk.edge, walk.start_m, walk.end_m) for walk in walks),
        stretches([], [], []),
    )
    piece, _stretch, common = overlay(_millimetres(*wanted), walked)
    closed = np.bincount(piece, (common.end - common.start) / 1000.0, len(wanted.edge))
    return np.minimum(closed, wanted.end_m - wanted.start_m)


def _millimetres(edge: Ints, start_m: Floats, end_m: Floats) -> Stretches:
    return stretches(
        edge, np.rint(start_m * 1000.0).astype(np.int64), np.rint(end_m * 1000.0).astype(np.int64)
    )
