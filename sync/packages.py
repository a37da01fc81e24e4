"""The ground of a cell, as a tablet carries it: streets, buildings, lamps, borders.

It tells of places only: no household, no door, nobody's name. Positions are integers of 1e-7
degrees (EPSG:4326), lines as the first vertex and then the steps from one to the next.
"""

import gzip
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from django.core.cache import caches
from django.db.models import QuerySet
from numpy.typing import NDArray

from grid.cadence import Cadences
from grid.metres import outlines, shapes, to_geos
from grid.models import Accompaniment, Area, Building, CellStretch, Segment, ServicePoint
from spatial.projection import LocalProjection
from streetlights.models import Lamp
from sync.package_marks import BUILDINGS_AROUND, STREETS_AROUND, versions

FORMAT = 1
#: 1e-7 degrees are a centimetre, and what OpenStreetMap rounds to.
_PER_DEGREE = 1e7
_SEGMENT = (
    *("pk", "kind", "duty", "metres", "from_node", "to_node", "cadence_days", "community__code"),
    *("street__name", "street__name_zh", "street__name_en", "line"),
)
KEPT = caches["packages"]


def listed(cells: Sequence[Area]) -> list[dict[str, Any]]:
    """What a tablet compares its packages with: cell, version, and bytes where they are known.

    The size is known once somebody fetched that version from this process, else None. One query.
    """
    found = versions(cells)
    made = KEPT.get_many([_key(cell.code, found[cell.code]) for cell in cells])
    return [
        {
            "cell": cell.code,
            "version": version,
            "bytes": len(kept) if (kept := made.get(_key(cell.code, version))) else None,
        }
        for cell in cells
        for version in [found[cell.code]]
    ]


def packed(cell: Area, version: str) -> bytes:
    """The package as gzipped JSON; from this process's memory where it was made before.

    A change between the version and this gives newer content under an older version, which is
    fetched again.
    """
    kept = KEPT.get(_key(cell.code, version))
    if kept is None:
        kept = zipped({**package(cell), "version": version})
        KEPT.set(_key(cell.code, version), kept)
    return kept


def zipped(answer: dict[str, Any]) -> bytes:
    """An answer as compact JSON, gzipped; the same bytes for the same answer."""
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def _key(code: str, version: str) -> str:
    return f"{code}:{version}"


def package(cell: Area) -> dict[str, Any]:
    """Everything of the cell that a tablet draws and matches on; docs/sync.md has the form.

    All current segments that touch the cell or lie within 200 m of it, which is farther than the
    matcher looks, buildings within 60 m, and the cell's own lamps and service points. At most ten
    queries.
    """
    projection = LocalProjection.around(cell.geometry.extent)
    outline = outlines([cell], projection)[0]
    near = to_geos(projection.unproject(shapely.buffer(outline, STREETS_AROUND)))
    beside = to_geos(projection.unproject(shapely.buffer(outline, BUILDINGS_AROUND)))
    found = _segments(near)
    side = [row[0] for row in found if not row[2]]
    links = list(
        Accompaniment.objects.filter(sidewalk__in=side)
        .order_by("sidewalk_id", "start_dm")
        .values_list(
            *("sidewalk_id", "start_dm", "end_dm"),
            *("street_segment_id", "street_start_dm", "street_end_dm"),
        )
    )
    # A street farther off than its sidewalk still gets the metres that are walked on that.
    missing = {row[3] for row in links} - {row[0] for row in found}
    if missing:
        far = Segment.objects.current().filter(pk__in=missing)
        found = sorted([*found, *far.values_list(*_SEGMENT)], key=lambda row: row[0])
    around = Area.objects.cells().filter(geometry__intersects=beside).exclude(pk=cell.pk)
    return {
        "format": FORMAT,
        "cell": _outlined(cell),
        "neighbours": [_outlined(area) for area in around.order_by("code").defer("tile_geometry")],
        **_streets(found, cell),
        "links": [list(row) for row in links],
        "buildings": _buildings(beside, cell),
        "lamps": _lamps(cell),
        "service_points": _service_points(cell),
    }


def _outlined(area: Area) -> dict[str, Any]:
    drawn = shapely.set_precision(shapes([area.geometry])[0], 1 / _PER_DEGREE, mode="pointwise")
    return {"code": area.code, "name": area.name, "outline": json.loads(shapely.to_geojson(drawn))}


def _segments(near: Any) -> list[tuple]:
    rows = Segment.objects.current().filter(line__intersects=near)
    return list(rows.order_by("pk").values_list(*_SEGMENT))


def _streets(found: list[tuple], cell: Area) -> dict[str, Any]:
    """Names, kinds, segments as parallel columns, and which stretches of them are the cell's."""
    ids = [row[0] for row in found]
    index = {pk: i for i, pk in enumerate(ids)}
    own = [
        [index[segment], start, end]
        for segment, start, end in CellStretch.objects.filter(cell=cell)
        .order_by("segment_id", "start_dm")
        .values_list("segment_id", "start_dm", "end_dm")
        if segment in index
    ]
    inside = {ids[i] for i, _start, _end in own}
    cadences = Cadences()
    names: dict[tuple[str, str, str], int] = {}
    kinds: dict[str, int] = {}
    columns: dict[str, list[Any]] = {
        name: [] for name in ("id", "street", "kind", "duty", "cm", "from", "to", "cadence")
    }
    for pk, kind, duty, metres, start, end, days, community, *name, _line in found:
        place = cell.code if pk in inside else community
        street = names.setdefault(tuple(name), len(names)) if name[0] is not None else -1
        row = (
            *(pk, street, kinds.setdefault(kind, len(kinds)), int(duty), round(metres * 100)),
            *(start, end, days or cadences.days(kind, place)),
        )
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
    lines = shapes(row[-1] for row in found)
    return {
        "streets": [list(name) for name in names],
        "kinds": list(kinds),
        "segments": {**columns, "own": own, "lines": _packed_lines(lines)},
    }


def _packed_lines(lines: NDArray[Any]) -> list[list[int]]:
    """Each line as longitude and latitude of its first vertex, then steps, in 1e-7 degrees."""
    degrees, owner = shapely.get_coordinates(lines, return_index=True)
    whole = np.rint(degrees * _PER_DEGREE).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=0)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    steps[first] = whole[first]
    return [part.ravel().tolist() for part in np.split(steps, first[1:])] if len(first) else []


def _buildings(beside: Any, cell: Area) -> dict[str, Any]:
    """Buildings that touch the cell or stand close by, with all their rings, inner ones too.

    A point lies in a building where it lies in an odd number of rings. The last vertex, which is
    the first again, is left out.
    """
    rows = list(
        Building.objects.filter(footprint__intersects=beside)
        .order_by("pk")
        .only("pk", "street_name", "number", "name", "cell", "footprint")
    )
    footprints = shapes(row.footprint for row in rows)
    parts, owner = shapely.get_parts(footprints, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    of: list[list[list[int]]] = [[] for _row in rows]
    for ring, building in zip(_packed_lines(rings), owner[part].tolist(), strict=True):
        of[building].append(ring[:-2])
    return {
        "id": [row.pk for row in rows],
        "address": [row.address for row in rows],
        "own": [int(row.cell_id == cell.pk) for row in rows],
        "rings": of,
    }


def _positions(points: list[Any]) -> dict[str, list[float]]:
    return {
        "lon": [round(point.x, 7) for point in points],
        "lat": [round(point.y, 7) for point in points],
    }


def _lamps(cell: Area) -> dict[str, list[Any]]:
    """Where lamps stand; whether they are lit comes with the changes, several times a night."""
    rows = list(Lamp.objects.filter(cell=cell).order_by("pk").only("pk", "number", "location"))
    return {
        "id": [row.pk for row in rows],
        "number": [row.number for row in rows],
        **_positions([row.location for row in rows]),
    }


def _service_points(cell: Area) -> dict[str, list[Any]]:
    rows: QuerySet[ServicePoint] = ServicePoint.objects.filter(cell=cell).order_by("pk")
    found = list(rows)
    return {
        "id": [row.pk for row in found],
        "name": [row.name for row in found],
        "kind": [row.kind for row in found],
        **_positions([row.location for row in found]),
    }
