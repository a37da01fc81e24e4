"""Multipolygon relations: member ways become rings, rings become a polygon or a reason why not."""

from collections import defaultdict

import numpy as np
import shapely

from grid.osm.problems import Reason
from grid.osm.read import Relation, Way


def assemble(relation: Relation, ways: dict[int, Way]) -> shapely.MultiPolygon | Reason:
    """The relation's shape in EPSG:4326, or why it has none.

    Outer rings are those of members whose role is not ``inner``; each inner ring must lie in one
    of them. Rings close over shared end nodes only; nothing is closed by force.
    """
    by_role: dict[bool, list[Way]] = {True: [], False: []}
    for ref, role in relation.members:
        if ref not in ways:
            return Reason.MISSING_MEMBERS
        way = ways[ref]
        if fault := way.fault:
            return fault
        by_role[role == "inner"].append(way)
    if not by_role[False]:
        return Reason.NO_OUTER_RING
    outer, inner = _rings(by_role[False]), _rings(by_role[True])
    if isinstance(outer, Reason):
        return outer
    if isinstance(inner, Reason):
        return inner
    return _polygon(outer, inner)


def _rings(ways: list[Way]) -> list[np.ndarray] | Reason:
    """Chain ways at their end nodes into closed rings (n,2)."""
    rings = [way.lonlat for way in ways if way.closed]
    if any(len(ring) < 4 for ring in rings):
        return Reason.TOO_FEW_POINTS
    waiting = {way.id: way for way in ways if not way.closed}
    at_node: dict[int, list[int]] = defaultdict(list)
    for way in waiting.values():
        at_node[int(way.refs[0])].append(way.id)
        at_node[int(way.refs[-1])].append(way.id)
    while waiting:
        _id, way = waiting.popitem()
        start, end, parts = int(way.refs[0]), int(way.refs[-1]), [way.lonlat]
        while end != start:
            following = next((ref for ref in at_node[end] if ref in waiting), None)
            if following is None:
                return Reason.OPEN_RING
            way = waiting.pop(following)
            forward = int(way.refs[0]) == end
            parts.append((way.lonlat if forward else way.lonlat[::-1])[1:])
            end = int(way.refs[-1] if forward else way.refs[0])
        ring = np.concatenate(parts)
        if len(ring) < 4:
            return Reason.TOO_FEW_POINTS
        rings.append(ring)
    return rings


def _polygon(outer: list[np.ndarray], inner: list[np.ndarray]) -> shapely.MultiPolygon | Reason:
    shells = [shapely.Polygon(ring) for ring in outer]
    holes: list[list[np.ndarray]] = [[] for _shell in shells]
    for shell in shells:
        if not shell.is_valid:
            return crossed(shell)
    for ring in inner:
        hole = shapely.Polygon(ring)
        if not hole.is_valid:
            return crossed(hole)
        around = [at for at, shell in enumerate(shells) if shell.covers(hole)]
        if len(around) != 1:
            return Reason.RINGS_OVERLAP
        holes[around[0]].append(ring)
    shape = shapely.MultiPolygon(
        [(ring, inside) for ring, inside in zip(outer, holes, strict=True)]
    )
    return shape if shape.is_valid else Reason.RINGS_OVERLAP


def crossed(invalid: shapely.Geometry) -> Reason:
    """What is wrong with an invalid polygon of one ring; a bow-tie has no area, but a hull."""
    flat = shapely.convex_hull(invalid).area == 0
    return Reason.ZERO_AREA if flat else Reason.SELF_INTERSECTION
