"""What is selected, as a file: CSV, GeoJSON or GeoPackage. Nothing of it is about people."""

import datetime as dt
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import BadInput
from api.tables import csv_file
from publish.selection.choosing import KEYS, within

FORMATS = ("csv", "geojson", "gpkg")
NAME = "gridwalk-selection"
#: Attributes of every kind, beside kind, id, longitude and latitude.
COLUMNS = ("name", "area", "type", "state", "metres", "due")
#: By kind: the shape's column, and where the attributes come from.
_FIELDS: dict[str, tuple[str, Mapping[str, str]]] = {
    "lamps": (
        "location",
        {"name": "number", "area": "community__code", "type": "kind", "state": "working"},
    ),
    "cases": (
        "location",
        {"name": "category__code", "area": "area_code", "state": "state", "due": "due_at"},
    ),
    "streets": (
        "line",
        {"name": "street__name", "area": "community__code", "type": "kind", "metres": "metres"},
    ),
    "cells": ("geometry", {"name": "name", "area": "code"}),
}
_SHAPES = {"lamps": "Point", "cases": "Point", "streets": "LineString", "cells": "MultiPolygon"}


def file_of(
    chosen: Mapping[str, Sequence[Any]], form: str, member: Member, on: dt.date
) -> HttpResponse:
    """The file of what is chosen by kind and id; what the member may not select is not in it.

    Raises BadInput where nothing is left. A query for each kind, and those of the scope.
    """
    found = {kind: _rows(kind, ids, member, on) for kind, ids in chosen.items() if ids}
    found = {kind: rows for kind, rows in found.items() if rows}
    if not found:
        raise BadInput(_("Nothing of what was selected is left to take away. Select again."))
    return _WRITERS[form](found)


Row = tuple[int, Any, dict[str, Any]]


def _rows(kind: str, ids: Sequence[Any], member: Member, on: dt.date) -> list[Row]:
    shape, columns = _FIELDS[kind]
    rows = within(kind, member, on).filter(**{f"{KEYS.get(kind, 'pk')}__in": ids}).order_by("pk")
    return [
        (pk, place, dict(zip(columns, (_plain(value) for value in values), strict=True)))
        for pk, place, *values in rows.values_list("pk", shape, *columns.values())
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, bool):
        return "working" if value else "dark"
    return value if value is None or isinstance(value, str) else float(value)


def _csv(found: Mapping[str, list[Row]]) -> HttpResponse:
    rows = []
    for kind, of in found.items():
        for pk, shape, values in of:
            middle = shape.point_on_surface if shape.geom_type != "LineString" else None
            lon, lat = (middle or shape.interpolate_normalized(0.5)).coords[:2]
            at = (round(lon, 7), round(lat, 7))
            rows.append([kind, pk, *(values.get(name) for name in COLUMNS), *at])
    return csv_file(NAME, ["kind", "id", *COLUMNS, "lon", "lat"], rows)


def _geojson(found: Mapping[str, list[Row]]) -> HttpResponse:
    features = [
        {
            "type": "Feature",
            "id": f"{kind}/{pk}",
            "geometry": json.loads(shape.geojson),
            "properties": {"kind": kind, "id": pk, **values},
        }
        for kind, of in found.items()
        for pk, shape, values in of
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return _download("geojson", "application/geo+json", content.encode())


def _gpkg(found: Mapping[str, list[Row]]) -> HttpResponse:
    """A layer for each kind."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{NAME}.gpkg"
        for kind, rows in found.items():
            names = list(rows[0][2])
            # An ident of its own: GeoPackage numbers rows by itself.
            columns = [_column([values[name] for _pk, _shape, values in rows]) for name in names]
            pyogrio.raw.write(
                str(path),
                np.array([bytes(shape.wkb) for _pk, shape, _values in rows], dtype=object),
                [np.array([pk for pk, _shape, _values in rows]), *columns],
                fields=["number", *names],
                layer=kind,
                driver="GPKG",
                geometry_type=_SHAPES[kind],
                crs="EPSG:4326",
                append=path.exists(),
            )
        return _download("gpkg", "application/geopackage+sqlite3", path.read_bytes())


def _column(values: list[Any]) -> np.ndarray:
    if any(isinstance(value, str) for value in values):
        return np.array([value or "" for value in values], dtype=object)
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _download(ending: str, kind: str, content: bytes) -> HttpResponse:
    name = f'attachment; filename="{NAME}.{ending}"'
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": name})


_WRITERS = {"csv": _csv, "geojson": _geojson, "gpkg": _gpkg}
