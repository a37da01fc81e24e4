"""Light and walks at night together: what is lit, what is walked at night, what is neither.

*Night* is between civil dusk and dawn over the area. *Dark and unwalked* is what no working lamp
lights and nobody walked at night in the window: where a case happened at night is shown first.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import Point
from numpy.typing import NDArray
from shapely.ops import substring

from cases.models import Case, Topic
from grid.models import Area, Segment
from patrols.walks import Streets, Walks, walks_on
from spatial.intervals import Stretches, difference, intersection, overlay, union
from spatial.night import at_night, nights
from spatial.projection import LocalProjection
from streetlights.lighting import Light, light_on

Ints = NDArray[np.int64]
Events = list[tuple[Point, dt.datetime]]
#: An incident belongs to stretches so near (metres).
NEAR = 30.0
#: Incidents of the last so many days count.
INCIDENT_DAYS = 90
#: Stretches of the list; the map shows all.
MOST_LISTED = 200
#: What the map is told of a stretch.
UNLIT, FAULT = 0, 1


@dataclass(frozen=True, eq=False)
class _Ground:
    """An area's streets with their light, and the walks of the window that were at night."""

    streets: Streets
    light: Light
    walks: Walks
    night: NDArray[np.bool_]


def darkness_of(
    area: Area, streets: Streets, events: Events, *, since: dt.datetime, until: dt.datetime
) -> dict[str, Any]:
    """Metres lit, unlit and dark by a fault; metres walked at night; what is dark and unwalked.

    ``segments`` holds per segment id the stretches ``[start_dm, end_dm, state, unwalked]`` that
    are not lit (state 0 without a lamp, 1 by a fault). ``list`` has those of them that nobody
    walked at night, with their lines (EPSG:4326), incidents first. ``events`` is what
    ``events_until`` finds. Four queries.
    """
    walks = walks_on(streets, since=since, until=until)
    spans = _nights(area, since - dt.timedelta(days=INCIDENT_DAYS), until)
    ground = _Ground(streets, light_on(streets.ids), walks, at_night(walks.second, spans))
    ours = union(streets.parts)
    walked = union(_only(walks.on, ground.night))
    dark = difference(ours, ground.light.lit)
    unwalked = difference(dark, walked)
    incidents = _at_night(events, spans)
    return {
        "area": area.code,
        "lamps": ground.light.lamps,
        "dark_lamps": ground.light.dark_lamps,
        **_figures(ground, ours, dark, walked),
        "cells": _cells(ground, walked),
        "segments": _shown(ground, dark, unwalked),
        "list": _listed(ground, unwalked, incidents),
        "incidents": len(incidents),
    }


def _nights(area: Area, since: dt.datetime, until: dt.datetime) -> NDArray[np.float64]:
    middle = area.geometry.centroid
    return nights(middle.x, middle.y, since=since, until=until)


def _only(of: Stretches, chosen: NDArray[np.bool_] | Ints) -> Stretches:
    return Stretches(of.segment[chosen], of.start[chosen], of.end[chosen])


def _metres(streets: Streets, of: Stretches) -> float:
    return int(streets.cm(of).sum()) / 100


def _figures(
    ground: _Ground, ours: Stretches, dark: Stretches, walked: Stretches
) -> dict[str, float]:
    streets = ground.streets
    metres, unlit = _metres(streets, ours), _metres(streets, dark)
    fault = _metres(streets, intersection(dark, ground.light.faulty))
    return {
        "metres": metres,
        "lit_metres": round(metres - unlit, 2),
        "unlit_metres": round(unlit - fault, 2),
        "fault_metres": fault,
        "night_covered_metres": _metres(streets, intersection(ours, walked)),
    }


def _cells(ground: _Ground, walked: Stretches) -> list[dict[str, Any]]:
    """The same figures for each cell; they add up to the area's."""
    streets = ground.streets
    found = []
    for code in sorted(set(streets.cell.tolist()) - {""}):
        part = union(_only(streets.parts, streets.cell == code))
        dark = difference(part, ground.light.lit)
        found.append({"code": code, **_figures(ground, part, dark, walked)})
    return found


def _shown(ground: _Ground, dark: Stretches, unwalked: Stretches) -> dict[str, list[list[int]]]:
    """What is not lit, for the map."""
    ids = ground.streets.ids
    fault = intersection(dark, ground.light.faulty)
    found: dict[str, list[list[int]]] = {}
    for state, kind in ((UNLIT, difference(dark, fault)), (FAULT, fault)):
        for alone, part in (
            (1, intersection(kind, unwalked)),
            (0, difference(kind, unwalked)),
        ):
            rows = zip(ids[part.segment].tolist(), part.start.tolist(), part.end.tolist(),
                       strict=True)  # fmt: skip
            for segment, start, end in rows:
                found.setdefault(str(segment), []).append([start, end, state, alone])
    return {segment: sorted(rows) for segment, rows in found.items()}


def events_until(area: Area, until: dt.datetime) -> Events:
    """Places (EPSG:4326) and times of the area's cases about events, of 90 days. One query."""
    rows = Case.objects.filter(
        area_code__startswith=area.code,
        category__topic=Topic.EVENT,
        reported_at__gte=until - dt.timedelta(days=INCIDENT_DAYS),
        reported_at__lt=until,
    ).exclude(state__in=["declined", "merged"])
    return list(rows.order_by("pk").values_list("location", "reported_at"))


def _at_night(events: Events, spans: NDArray[np.float64]) -> list[Point]:
    """The places of events that were reported at night."""
    dark = at_night([at.timestamp() for _place, at in events], spans)
    return [place for (place, _at), night in zip(events, dark, strict=True) if night]


def _listed(ground: _Ground, unwalked: Stretches, incidents: list[Point]) -> list[dict[str, Any]]:
    """Dark, unwalked stretches by name: incidents first, then faults, then the longest."""
    streets = ground.streets
    if not len(unwalked.segment):
        return []
    rows = {
        row.pk: row
        for row in Segment.objects.filter(pk__in=streets.ids[np.unique(unwalked.segment)].tolist())
        .select_related("street")
        .only("line", "metres", "street__name", "street__name_zh", "street__name_en", "kind")
    }
    fault = intersection(unwalked, ground.light.faulty)
    fault_metres = np.bincount(
        overlay(unwalked, fault)[0], weights=_overlap_cm(streets, unwalked, fault),
        minlength=len(unwalked.segment),
    ) / 100  # fmt: skip
    near = _near(streets, unwalked, rows, incidents)
    metres = streets.cm(unwalked) / 100
    order = np.lexsort((-metres, -fault_metres, -near))[:MOST_LISTED]
    stretches = [
        (int(streets.ids[unwalked.segment[i]]), int(unwalked.start[i]), int(unwalked.end[i]))
        for i in order.tolist()
    ]
    found = []
    for index, stretch, piece in zip(
        order.tolist(), stretches, _pieces(rows, stretches), strict=True
    ):
        segment, start, end = stretch
        row = rows[segment]
        found.append(
            {
                "segment": row.pk,
                "name": row.street.name if row.street else "",
                "name_zh": row.street.name_zh if row.street else "",
                "kind": row.kind,
                "start_dm": start,
                "end_dm": end,
                "metres": float(metres[index]),
                "fault_metres": float(fault_metres[index]),
                "incidents": int(near[index]),
                "line": piece,
            }
        )
    return found


def _cut(line: Any, segment: Segment, start_dm: int, end_dm: int) -> Any:
    """A stretch of a segment whose line is given in metres."""
    whole = segment.length_dm
    return substring(line, start_dm / whole, end_dm / whole, normalized=True)


def _pieces(
    rows: dict[int, Segment], stretches: list[tuple[int, int, int]]
) -> Iterator[list[list[float]]]:
    """Stretches ``(segment, start_dm, end_dm)`` as positions (EPSG:4326), to the centimetre."""
    lines = [shapely.from_wkb(bytes(rows[pk].line.wkb)) for pk, _start, _end in stretches]
    plane = LocalProjection.around(shapely.total_bounds(lines))
    for line, (pk, start, end) in zip(plane.project(np.array(lines)), stretches, strict=True):
        piece = _cut(line, rows[pk], start, end)
        yield np.round(plane.inverse(shapely.get_coordinates(piece)), 7).tolist()


def _overlap_cm(streets: Streets, of: Stretches, fault: Stretches) -> Ints:
    return streets.cm(overlay(of, fault)[2])


def _near(
    streets: Streets, of: Stretches, rows: dict[int, Segment], incidents: list[Point]
) -> Ints:
    """How many incidents lie within 30 m of each stretch."""
    found = np.zeros(len(of.segment), dtype=np.int64)
    if not incidents:
        return found
    ids = np.array(sorted(rows), dtype=np.int64)
    lines = np.array([shapely.from_wkb(bytes(rows[pk].line.wkb)) for pk in ids.tolist()])
    plane = LocalProjection.around(shapely.total_bounds(lines))
    lines = plane.project(lines)
    places = shapely.points(plane.forward([(place.x, place.y) for place in incidents]))
    # Few segments come near an incident; only their stretches are cut out.
    pairs = shapely.STRtree(lines).query(places, predicate="dwithin", distance=NEAR)
    segments = streets.ids[of.segment]
    for incident, line in pairs.T.tolist():
        for index in np.flatnonzero(segments == ids[line]).tolist():
            start, end = of.start[index], of.end[index]
            piece = _cut(lines[line], rows[int(ids[line])], start, end)
            found[index] += shapely.dwithin(piece, places[incident], NEAR)
    return found
