"""A package as a tablet reads it (js/field/packages.js), in Python."""

from typing import Any

import numpy as np
import shapely

from grid.walking_network import WalkingNetwork
from spatial.network import Network
from spatial.projection import LocalProjection


def line(steps: list[int]) -> shapely.LineString:
    """A packed line in degrees (EPSG:4326)."""
    return shapely.LineString(np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / 1e7)


def network(package: dict[str, Any], projection: LocalProjection) -> WalkingNetwork:
    """The walking network of a package's segments and links."""
    of = package["segments"]
    ids = np.array(of["id"], dtype=np.int64)
    cm = np.array(of["cm"], dtype=np.int64)
    links = np.array(package["links"], dtype=np.int64).reshape(-1, 6)
    street = np.searchsorted(ids, links[:, 3])
    links[:, 0] = np.searchsorted(ids, links[:, 0])
    lines = projection.project(np.array([line(steps) for steps in of["lines"]]))
    return WalkingNetwork(
        network=Network.from_lines(lines, ends=np.column_stack((of["from"], of["to"]))),
        ids=ids,
        centimetres=cm,
        duty=np.array(of["duty"], dtype=bool),
        links=links,
        street_centimetres=cm[street],
    )
