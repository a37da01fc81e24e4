"""The network that feet use, from the database to arrays."""

from dataclasses import dataclass

import numpy as np
import shapely
from django.contrib.gis.geos import MultiPolygon
from numpy.typing import NDArray

from grid.models import Accompaniment, Segment
from spatial.network import Network
from spatial.projection import LocalProjection

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class WalkingNetwork:
    """E segments near a track: edge i of ``network`` (local metres) is segment ``ids[i]``.

    ``centimetres`` (E,) are the stored lengths. ``links`` (L, 6) say which street gets a
    sidewalk's metres: sidewalk edge, its start and end in decimetres, segment id of the street,
    and the street's start and end in decimetres (start > end where the lines run against each
    other). ``duty`` (E,) is False for sidewalks.
    """

    network: Network
    ids: Ints
    centimetres: Ints
    duty: NDArray[np.bool_]
    links: Ints
    street_centimetres: Ints

    @property
    def length_dm(self) -> Ints:
        """Each segment's end in decimetres, as Segment.length_dm."""
        return -(-self.centimetres // 10)


def load_near(region: MultiPolygon, projection: LocalProjection) -> WalkingNetwork:
    """All current segments that touch the region (EPSG:4326). Two queries."""
    rows = list(
        Segment.objects.current()
        .filter(line__intersects=region)
        .order_by("pk")
        .values_list("pk", "line", "metres", "duty", "from_node", "to_node")
    )
    lines = shapely.from_wkb([bytes(row[1].wkb) for row in rows])
    return build(
        projection.project(lines) if rows else [],
        ids=np.array([row[0] for row in rows], dtype=np.int64),
        centimetres=np.array([round(row[2] * 100) for row in rows], dtype=np.int64),
        duty=np.array([row[3] for row in rows], dtype=bool),
        ends=np.array([row[4:6] for row in rows], dtype=np.int64).reshape(-1, 2),
    )


def build(
    lines: object, *, ids: Ints, centimetres: Ints, duty: NDArray[np.bool_], ends: Ints
) -> WalkingNetwork:
    """Join lines (local metres) to a network and fetch which streets its sidewalks accompany."""
    links = list(
        Accompaniment.objects.filter(sidewalk__in=ids[~duty].tolist())
        .order_by("sidewalk_id", "start_dm")
        .values_list(
            "sidewalk_id",
            "start_dm",
            "end_dm",
            "street_segment_id",
            "street_start_dm",
            "street_end_dm",
            "street_segment__metres",
        )
    )
    table = np.array([row[:6] for row in links], dtype=np.int64).reshape(-1, 6)
    table[:, 0] = np.searchsorted(ids, table[:, 0])
    return WalkingNetwork(
        network=Network.from_lines(lines, ends=ends),  # type: ignore[arg-type]
        ids=ids,
        centimetres=centimetres,
        duty=duty,
        links=table,
        street_centimetres=np.array([round(row[6] * 100) for row in links], dtype=np.int64),
    )
