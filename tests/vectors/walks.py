"""Walks in degrees on a ground such as a tablet carries, and what the server credits for them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from grid.walking_network import WalkingNetwork
from patrols import match as server
from patrols.models import Patrol
from spatial.fixes import clean
from spatial.matching import MatchOptions, match
from spatial.network import Network
from spatial.projection import LocalProjection
from spatial.simulation import record, walk
from tests.vectors.tracks import EPOCH, MAX_SPEED, Vector

PLACE = LocalProjection(116.392, 39.917)
#: Lengths are stored as the import's plane has them, which lies elsewhere.
IMPORT_PLACE = LocalProjection(116.31, 39.99)
PER_DEGREE = 1e7
SIDE = 7.0  # m from a street to its sidewalk


def town() -> tuple[list[Vector], list[list[int]], list[Vector]]:
    """Segments, links and buildings of three by three blocks.

    A street from west to east has a sidewalk on its north side, joined to it by crossings at both
    ends; of every other one the line runs against the street's.
    ::

        o--x--o--x--o--x--o     x: a sidewalk's crossing is at each end of a block, 7 m long
        |  #  |  #  |  #  |     #: a building; the one in the middle has a courtyard
        o-----o-----o-----o
    """
    segments: list[Vector] = []
    links: list[list[int]] = []

    def add(start, end, *, duty=True, nodes):
        line = PLACE.inverse(np.array([start, end], dtype=float))
        whole = np.rint(line * PER_DEGREE).astype(int)
        number = 101 + 7 * len(segments)
        metres = IMPORT_PLACE.project(shapely.LineString(whole / PER_DEGREE)).length
        segments.append(
            {
                "id": number,
                "duty": duty,
                "cm": round(metres * 100),
                "from": nodes[0],
                "to": nodes[1],
                "line": whole.ravel().tolist(),
            }
        )
        return segments[-1]

    for row in range(4):
        for column in range(4):
            x, y, node = 90 * column + 3 * row, 80 * row + 5 * column, 10 * row + column
            if row < 3:
                add((x, y), (x + 3, y + 80), nodes=(node, node + 10))
            if column == 3:
                continue
            street = add((x, y), (x + 90, y + 5), nodes=(node, node + 1))
            west, east = (x + 8, y + 0.4 + SIDE), (x + 82, y + 4.6 + SIDE)
            ends = (1000 + 2 * node, 1001 + 2 * node)
            turned = column % 2 == 1
            if turned:
                side = add(east, west, duty=False, nodes=ends[::-1])
            else:
                side = add(west, east, duty=False, nodes=ends)
            add((x, y), west, duty=False, nodes=(node, ends[0]))
            add((x + 90, y + 5), east, duty=False, nodes=(node + 1, ends[1]))
            near, far = 80, round(street["cm"] / 10) - 80
            if turned:
                near, far = far, near
            # In two parts, as the import cuts links where a side street joins.
            half, middle = round(side["cm"] / 20), (near + far) // 2
            length = math.ceil(side["cm"] / 10)
            links.append([side["id"], 0, half, street["id"], near, middle])
            links.append([side["id"], half, length, street["id"], middle, far])
    return segments, links, _buildings()


def _buildings() -> list[Vector]:
    found = []
    for nth in range(9):
        x, y = 90 * (nth % 3) + 30, 80 * (nth // 3) + 12 + 4 * (nth % 3)
        block = shapely.box(x, y, x + 34, y + 50)
        if nth == 4:
            block = block.difference(shapely.box(x + 6, y + 6, x + 28, y + 44))
        found.append({"id": 500 - 3 * nth, "rings": [_ring(ring) for ring in _rings(block)]})
    # A market hall over two crossings: in its middle no wall is within 20 m.
    hall = shapely.box(-30, -35, 135, 125).difference(shapely.box(20, 10, 60, 40))
    found.append({"id": 600, "rings": [_ring(ring) for ring in _rings(hall)]})
    return sorted(found, key=lambda building: building["id"])


def _rings(block: shapely.Polygon) -> list[Any]:
    return [block.exterior, *block.interiors]


def _ring(ring: Any) -> list[int]:
    degrees = PLACE.inverse(shapely.get_coordinates(ring)[:-1])
    return np.rint(degrees * PER_DEGREE).astype(int).ravel().tolist()


def vectors() -> Iterator[Vector]:
    segments, links, buildings = town()
    ground = {"segments": segments, "links": links, "buildings": buildings}
    lines = [_degrees(segment["line"]) for segment in segments]
    ends = [(segment["from"], segment["to"]) for segment in segments]
    network = Network.from_lines(
        [shapely.LineString(PLACE.forward(line)) for line in lines], ends=ends
    )
    for seed, (name, mode, options) in enumerate(
        [
            ("on foot", "foot", {}),
            ("a fix a second", "foot", {"every": 1.0}),
            ("loud, with stays", "foot", {"noise": 9.0, "pauses": 1.0}),
            ("by bicycle", "cycle", {"speed": 4.5, "every": 2.0}),
        ]
    ):
        rng = np.random.default_rng(60 + seed)
        seen = record(network, walk(network, rng, metres=900), rng, **{"noise": 4.0, **options})
        fixes = _spoiled(rng, seen) if name == "on foot" else _fixes(seen)
        yield {
            "name": name,
            "mode": mode,
            "ground": ground,
            "fixes": fixes,
            "walk": walked(ground, fixes, mode),
        }


def _fixes(seen: Any) -> Vector:
    lonlat = np.rint(PLACE.inverse(seen.xy) * PER_DEGREE).astype(int)
    return {
        "lon": lonlat[:, 0].tolist(),
        "lat": lonlat[:, 1].tolist(),
        "ms": (np.rint(seen.seconds * 1000).astype(int) + EPOCH).tolist(),
        "accuracy_dm": np.rint(seen.accuracy * 10).astype(int).tolist(),
    }


def _spoiled(rng: Any, seen: Any) -> Vector:
    """Three minutes without a fix, late ones, one without a position, time or accuracy."""
    fixes = _fixes(seen)
    order = [*range(70), *range(135, 170), *range(70, 75), *range(170, 220)]
    fixes = {name: [column[i] for i in order] for name, column in fixes.items()}
    fixes["lon"][20] = fixes["lat"][20] = 0
    fixes["lon"][21] = None
    fixes["ms"][22] = None
    fixes["ms"][24] = fixes["ms"][23]
    fixes["accuracy_dm"][30:40] = [None] * 10
    fixes["accuracy_dm"][41] = 900
    fixes["lat"][50] += 30_000
    return fixes


def _degrees(line: list[int]) -> Any:
    return np.array(line, dtype=np.float64).reshape(-1, 2) / PER_DEGREE


def _column(values: list[int | None], scale: float) -> Any:
    return np.array([np.nan if one is None else one / scale for one in values])


def walked(ground: Vector, fixes: Vector, mode: str) -> Vector:
    """What the server makes of the fixes today, on the ground's plane."""
    lonlat = np.column_stack([_column(fixes["lon"], PER_DEGREE), _column(fixes["lat"], PER_DEGREE)])
    seconds, accuracy = _column(fixes["ms"], 1000.0), _column(fixes["accuracy_dm"], 10.0)
    lines = [_degrees(segment["line"]) for segment in ground["segments"]]
    every = np.concatenate(lines)
    plane = LocalProjection.around((*every.min(axis=0), *every.max(axis=0)))
    known = _network(ground, plane, lines)
    cleaned = clean(lonlat, seconds, accuracy, max_speed=MAX_SPEED[mode])
    xy = plane.forward(lonlat)
    rows, matched, off = [], 0.0, 0.0
    for first, last in pairwise(cleaned.pieces):
        kept = cleaned.kept[first:last]
        found = match(
            known.network,
            xy[kept],
            seconds[kept],
            accuracy=accuracy[kept],
            options=MatchOptions(max_speed=MAX_SPEED[mode]),
        )
        matched += found.path_metres
        off += found.off_network_metres
        rows += server.credited(Patrol(), found, known)
    patrol = Patrol()
    server.note_covered(patrol, rows, {one["id"]: one["cm"] for one in ground["segments"]})
    return {
        "origin": [plane.lon, plane.lat],
        "stretches": [
            [row.segment_id, row.start_dm, row.end_dm, _ms(row.walked_at), row.confidence]
            for row in rows
        ],
        "metres": {
            "matched": round(matched, 6),
            "offStreet": round(off, 6),
            "covered": float(patrol.covered_metres),
            "certain": float(patrol.certain_metres),
        },
        "dropped": cleaned.dropped,
        "pieces": [
            [int(cleaned.kept[a]), int(cleaned.kept[b - 1])] for a, b in pairwise(cleaned.pieces)
        ],
        "buildings": _passed(ground, plane, xy[cleaned.kept], np.array(fixes["ms"])[cleaned.kept]),
    }


def _ms(moment: Any) -> int:
    return round(moment.timestamp() * 1000)


def _network(ground: Vector, plane: LocalProjection, lines: list[Any]) -> WalkingNetwork:
    segments = ground["segments"]
    ids = np.array([segment["id"] for segment in segments])
    cm = {segment["id"]: segment["cm"] for segment in segments}
    links = np.array(ground["links"], dtype=np.int64).reshape(-1, 6)
    streets = np.array([cm[street] for street in links[:, 3].tolist()], dtype=np.int64)
    links[:, 0] = np.searchsorted(ids, links[:, 0])
    return WalkingNetwork(
        network=Network.from_lines(
            [shapely.LineString(plane.forward(line)) for line in lines],
            ends=[(segment["from"], segment["to"]) for segment in segments],
        ),
        ids=ids,
        centimetres=np.array([segment["cm"] for segment in segments]),
        duty=np.array([segment["duty"] for segment in segments]),
        links=links,
        street_centimetres=streets,
    )


def _passed(ground: Vector, plane: LocalProjection, xy: Any, ms: Any) -> list[list[int]]:
    """Each building with the time of the first fix within 20 m of it."""
    found = []
    points = shapely.points(xy)
    for building in ground["buildings"]:
        shell, *holes = [plane.forward(_degrees(ring)) for ring in building["rings"]]
        near = shapely.dwithin(points, shapely.Polygon(shell, holes), server.PASSED_METRES)
        if near.any():
            found.append([building["id"], int(ms[int(np.argmax(near))])])
    return found
