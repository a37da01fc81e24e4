"""What lies in which cell: buildings, lamps, service points, and every decimetre of street.

Called after a division, and after an import into a community that has cells.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.apps import apps
from django.contrib.gis.db import models
from django.db import connection
from psycopg import sql

from grid.metres import outlines, projection_of, shapes
from grid.models import Area, CellStretch, Segment
from grid.models.places import Place
from spatial.cells import stretches
from spatial.cells.pieces import holders
from spatial.projection import LocalProjection


@dataclass(frozen=True)
class Placed:
    """How many rows changed: places with another cell than before, stretches made and dropped."""

    places: int
    stretches_made: int
    stretches_dropped: int

    @property
    def changed(self) -> bool:
        return bool(self.places or self.stretches_made or self.stretches_dropped)


def place_in_cells(community: Area) -> Placed:
    """Give everything in the community its cell; call with its lock held. Rows in place stay.

    A place in no cell has none. Duty segments of the community are cut at cell borders as
    `spatial.cells.stretches` says; other segments have no stretches.
    """
    cells = list(Area.objects.cells().inside(community.code).order_by("code"))
    projection = projection_of(community)
    polygons = outlines(cells, projection)
    ids = np.array([cell.pk for cell in cells], dtype=np.int64)
    moved = sum(_place(model, community, ids, polygons, projection) for model in _placed_models())
    made, dropped = _place_segments(community, ids, polygons, projection)
    return Placed(moved, made, dropped)


def points_of(found: np.ndarray, projection: LocalProjection) -> np.ndarray:
    """A point (N, 2) in metres on each shape (EPSG:4326), on its surface if it has one."""
    return projection.forward(shapely.get_coordinates(shapely.point_on_surface(found)))


def _placed_models() -> list[type[Place]]:
    """Every kind of place that belongs to a cell, whichever app it lives in."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, Place) and any(one.name == "cell" for one in model._meta.get_fields())
    ]


def _place(
    model: type[Place], community: Area, ids: np.ndarray, polygons: np.ndarray, to: LocalProjection
) -> int:
    shape = next(
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.GeometryField) and not field.name.startswith("tile_")
    )
    found: models.QuerySet[Any] = model._default_manager.filter(community=community)
    rows = list(found.values_list("pk", "cell", shape))
    if not rows:
        return 0
    held = holders(polygons, points_of(shapes(row[2] for row in rows), to))
    moved = [
        (pk, None if cell < 0 else int(ids[cell]))
        for (pk, before, _shape), cell in zip(rows, held.tolist(), strict=True)
        if before != (None if cell < 0 else ids[cell])
    ]
    if moved:
        statement = sql.SQL(
            "UPDATE {table} t SET cell_id = m.cell FROM unnest(%s::int8[], %s::int8[]) m(id, cell)"
            " WHERE t.id = m.id"
        ).format(table=sql.Identifier(model._meta.db_table))
        with connection.cursor() as cursor:
            # As text: the history's wrapper of a web request reads the statement as a string.
            words = statement.as_string(cursor.cursor)
            cursor.execute(words, [[row[0] for row in moved], [row[1] for row in moved]])
    return len(moved)


def _place_segments(
    community: Area, ids: np.ndarray, polygons: np.ndarray, projection: LocalProjection
) -> tuple[int, int]:
    rows = list(
        Segment.objects.duty()
        .filter(community=community)
        .order_by("pk")
        .values_list("pk", "line", "metres")
    )
    lines = np.asarray(projection.project(shapes(row[1] for row in rows)), dtype=object)
    centimetres = np.array([round(row[2] * 100) for row in rows], dtype=np.int64)
    cut = stretches(lines, centimetres, polygons) if rows and len(ids) else np.empty((0, 4), int)
    segment = np.array([row[0] for row in rows], dtype=np.int64)
    wanted = {
        (int(segment[line]), int(ids[cell]), start, end) for line, cell, start, end in cut.tolist()
    }
    old = CellStretch.objects.filter(segment__community=community)
    stored = {
        row[1:]: row[0] for row in old.values_list("pk", "segment", "cell", "start_dm", "end_dm")
    }
    gone = [pk for row, pk in stored.items() if row not in wanted]
    CellStretch.objects.filter(pk__in=gone).delete()
    new = [
        CellStretch(segment_id=row[0], cell_id=row[1], start_dm=row[2], end_dm=row[3])
        for row in sorted(wanted - stored.keys())
    ]
    CellStretch.objects.bulk_create(new, batch_size=5000)
    return len(new), len(gone)
