"""pygeoapi's provider of features over the published views.

Asked by `publish.ogc.mount` only, inside `as_reader`.
"""

import datetime as dt
import json
from functools import cache
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, Polygon
from django.core.exceptions import FieldError, ValidationError
from django.db import DataError, InternalError, ProgrammingError
from django.utils import timezone
from pygeoapi.provider.base import (
    BaseProvider,
    ProviderInvalidQueryError,
    ProviderItemNotFoundError,
)
from pygeofilter.backends.django import to_filter
from pyproj import CRS, Transformer

from publish.ogc.collections import COLLECTIONS, Rows

#: What a value, a filter or a property that does not fit may raise on its way to the database.
MISFITS = (ValueError, TypeError, KeyError, AssertionError, NotImplementedError, FieldError,
           ValidationError, AttributeError, RecursionError, GDALException, GEOSException,
           DataError)  # fmt: skip
#: No such operator or function between two types, or no way from one to the other; SQLSTATE.
NO_SUCH_COMPARISON = ("42883", "42804", "42846")


class _Names(dict[str, str]):
    """pygeofilter takes a name that it does not find as it is; here that is an error."""

    def get(self, key: str, default: Any = None) -> str:
        return self[key]


class Features(BaseProvider):
    """``data`` names the collection; ``options`` hold the caller's scope and the moment."""

    def __init__(self, definition: dict[str, Any]) -> None:
        super().__init__(definition)
        self.collection = COLLECTIONS[self.data]
        self.get_fields()

    def get_fields(self) -> dict[str, Any]:
        self._fields = dict(self.collection.fields)
        return self._fields

    def _rows(self) -> Rows:
        return self.collection.of(self.options["caller"].scope, self.options["now"])

    def query(
        self,
        offset: int = 0,
        limit: int = 10,
        resulttype: str = "results",
        bbox: list[float] | None = None,
        datetime_: str | None = None,
        properties: list[tuple[str, str]] | None = None,
        sortby: list[dict[str, str]] | None = None,
        select_properties: list[str] | None = None,
        skip_geometry: bool = False,
        q: str | None = None,
        filterq: Any = None,
        crs_transform_spec: Any = None,
        **more: Any,
    ) -> dict[str, Any]:
        """A GeoJSON FeatureCollection; raises ProviderInvalidQueryError."""
        try:
            rows = self._rows().filter(**dict(properties or []))
            if bbox:
                rows = rows.filter(geometry__bboverlaps=_box(bbox))
            if datetime_ and self.time_field:
                rows = rows.filter(**_between(self.time_field, datetime_))
            if filterq is not None:
                rows = rows.filter(to_filter(filterq, _Names(self._named())))
            matched = rows.count()
            order = [("-" if one["order"] == "-" else "") + one["property"] for one in sortby or []]
            rows = rows.order_by(*order, "pk")
            features = [] if resulttype == "hits" else self._read(
                _page(rows, offset, limit), select_properties, geometry=not skip_geometry
            )  # fmt: skip
        except (*MISFITS, InternalError, ProgrammingError) as error:
            if not _misfits(error):
                raise
            raise ProviderInvalidQueryError(
                user_msg="A value or the filter does not fit the properties of this collection."
            ) from error
        _turn(features, crs_transform_spec)
        return {
            "type": "FeatureCollection",
            "numberMatched": matched,
            "numberReturned": len(features),
            "features": features,
        }

    def get(self, identifier: str, crs_transform_spec: Any = None, **more: Any) -> dict[str, Any]:
        """One feature; raises ProviderItemNotFoundError."""
        known = identifier.isascii() and identifier.isdigit() and len(identifier) < 19
        found = self._read(self._rows().filter(pk=identifier), None) if known else []
        if not found:
            raise ProviderItemNotFoundError(f"There is no {identifier} here that you may see.")
        _turn(found, crs_transform_spec)
        return found[0]

    def _named(self) -> dict[str, str]:
        return {name: name for name in (*self.collection.fields, "geometry")} | {"id": "pk"}

    def _read(
        self, rows: Rows, chosen: list[str] | None, *, geometry: bool = True
    ) -> list[dict[str, Any]]:
        names = [name for name in self.collection.fields if not chosen or name in chosen]
        made = self.collection.made(self.options["now"])
        rows = rows.annotate(**{name: made[name] for name in names if name in made})
        if geometry:
            rows = rows.annotate(drawn=AsGeoJSON("geometry"))
        drawn = ["drawn"] if geometry else []
        return [
            {
                "type": "Feature",
                "id": row[0],
                "geometry": json.loads(row[-1]) if geometry else None,
                "properties": dict(zip(names, map(_told, row[1:]), strict=False)),
            }
            for row in rows.values_list("pk", *names, *drawn)
        ]


def _page(rows: Rows, offset: int, limit: int) -> Rows:
    """One page of ordered rows. By their keys: the database would also work out the properties of
    all rows before it, which takes seconds at the end of a city."""
    if not offset:
        return rows[:limit]
    return rows.filter(pk__in=list(rows.values_list("pk", flat=True)[offset : offset + limit]))


@cache
def _transformer(source: str, target: str) -> Transformer:
    """Of two references as WKT. To find the best way between them takes PROJ up to a second."""
    return Transformer.from_crs(CRS.from_wkt(source), CRS.from_wkt(target))


def _turn(features: list[dict[str, Any]], into: Any) -> None:
    """Put the shapes into another coordinate reference system, its axes in the register's order.

    All at once: pygeoapi's own ``crs_transform`` takes them one by one, five times as long.
    """
    drawn = [feature for feature in features if feature["geometry"]]
    if into is None or not drawn:
        return
    turn = _transformer(into.source_crs_wkt, into.target_crs_wkt).transform
    shapes = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in drawn])
    turned = shapely.transform(shapes, lambda at: np.stack(turn(at[:, 0], at[:, 1]), axis=1))
    for feature, text in zip(drawn, shapely.to_geojson(turned), strict=True):
        feature["geometry"] = json.loads(text)


def _misfits(error: Exception) -> bool:
    """Whether it is the fault of what was asked: a right that is missing here is not."""
    state = getattr(error.__cause__, "sqlstate", None)
    if isinstance(error, InternalError):
        return state == "XX000"  # PostGIS of a shape that it cannot work with
    return not isinstance(error, ProgrammingError) or state in NO_SUCH_COMPARISON


def _told(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, dt.date) else value


def _box(corners: list[float]) -> Polygon:
    """Of 2 × 2 or 2 × 3 numbers, longitude first."""
    half = len(corners) // 2
    west, south, east, north = *corners[:2], *corners[half : half + 2]
    if not all(-1e6 < number < 1e6 for number in (west, south, east, north)):
        raise ValueError("bbox")
    found = Polygon.from_bbox((west, south, east, north))
    found.srid = 4326
    return found


def _moment(text: str, *, end: bool) -> dt.datetime:
    """An instant of RFC 3339, or the first or last moment of a day."""
    if len(text) == 10:
        day = dt.datetime.combine(dt.date.fromisoformat(text), dt.time.max if end else dt.time.min)
        return timezone.make_aware(day)
    found = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else timezone.make_aware(found)


def _between(column: str, asked: str) -> dict[str, dt.datetime]:
    """Of ``instant``, ``begin/end``, ``../end`` or ``begin/..``; both ends belong to it."""
    begin, slash, end = asked.partition("/")
    if not slash:
        end = begin
    found = {}
    if begin not in ("", ".."):
        found[f"{column}__gte"] = _moment(begin, end=False)
    if end not in ("", ".."):
        found[f"{column}__lte"] = _moment(end, end=True)
    return found
