"""Vector tiles of the places on the map: `/tiles/<layer>/<z>/<x>/<y>.mvt`.

Tiles hold only what every signed-in member may see, so one tile is the same bytes for everybody
and may be kept by content; freshness, which depends on who asks, travels apart
(publish/freshness.py). Every answer is checked against the session first and marked private.
"""

import gzip
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, LiteralString, cast

import psycopg
from django.core.cache import caches
from django.db import connection, transaction
from django.db.models import F, IntegerField, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Ceil, NullIf
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from psycopg import sql
from psycopg.types.numeric import Int4

from accounts.signed_in import is_signed_in
from api.errors import BadTile, body, plain
from grid.models import Area, Backdrop, Building, Level, Segment, StreetKind
from publish.functions import AsMVTGeom, PointOnSurface, Simplify, TileEnvelope

MAX_ZOOM = 18
#: Buildings are not drawn further out: a z14 tile of them weighs half a megabyte.
BUILDINGS_FROM = 15
#: Part of every ETag; another number when the meaning of a tile changes.
FORMAT = 1
MVT = "application/vnd.mapbox-vector-tile"
CACHE = caches["tiles"]


@dataclass(frozen=True)
class Tile:
    z: int
    x: int
    y: int

    @property
    def envelope(self) -> TileEnvelope:
        """The tile's square and the rim that lines at its edge are drawn from."""
        return TileEnvelope(self.z, self.x, self.y, margin=AsMVTGeom.BUFFER / AsMVTGeom.EXTENT)

    @property
    def pixel(self) -> float:
        """Side of a pixel of a 512-pixel tile, in units of EPSG:3857."""
        return 40_075_016.68 / 2**self.z / 512

    def geometry(self, column: str, *, clip: bool = True) -> AsMVTGeom:
        """The column in the tile's grid, without detail that no pixel shows."""
        shape: Combinable = F(column)
        if self.z < 14:
            shape = Simplify(shape, self.pixel / 2)
        return AsMVTGeom(shape, self.z, self.x, self.y, clip=clip)


Rows = QuerySet[Any, Any]


def streets(tile: Tile) -> Rows:
    """Duty segments, whole even where they leave the tile: the browser colours them by metre."""
    rows = Segment.objects.duty().filter(tile_line__bboverlaps=tile.envelope)
    if tile.z < 12:
        rows = rows.filter(kind=StreetKind.MAIN_ROAD)
    elif tile.z < 14:
        rows = rows.exclude(kind__in=[StreetKind.FOOTWAY, StreetKind.PATH, StreetKind.STEPS])
    return rows.annotate(
        geom=tile.geometry("tile_line", clip=False),
        name=F("street__name"),
        name_zh=NullIf(F("street__name_zh"), Value("")),
        community_code=F("community__code"),
        end_dm=Cast(Ceil(F("metres") * 10), IntegerField()),
    ).values("geom", "id", "kind", "name", "name_zh", "community_code", "end_dm")


def sidewalks(tile: Tile) -> Rows:
    """Ways to walk on that are nobody's duty: thin lines of the base map."""
    rows = Segment.objects.current().filter(duty=False, tile_line__bboverlaps=tile.envelope)
    return rows.annotate(geom=tile.geometry("tile_line")).values("geom", "id")


def buildings(tile: Tile) -> Rows:
    rows = Building.objects.filter(tile_footprint__bboverlaps=tile.envelope)
    return rows.annotate(geom=tile.geometry("tile_footprint")).values(
        "geom", "id", "name", "number"
    )


def backdrop(tile: Tile) -> Rows:
    """Water, greens and railways."""
    rows = Backdrop.objects.filter(tile_geometry__bboverlaps=tile.envelope)
    return rows.annotate(geom=tile.geometry("tile_geometry")).values("geom", "id", "kind", "name")


def _shown_areas(tile: Tile) -> QuerySet[Area]:
    if tile.z >= 13:
        levels = [Level.CELL, Level.COMMUNITY]
    elif tile.z >= 10:
        levels = [Level.COMMUNITY, Level.SUBDISTRICT]
    else:
        levels = [Level.DISTRICT, Level.SUBDISTRICT]
    return Area.objects.current().filter(level__in=levels, tile_geometry__bboverlaps=tile.envelope)


def cells(tile: Tile) -> Rows:
    """Cells and communities; further out, what stands above them."""
    rows = _shown_areas(tile).annotate(geom=tile.geometry("tile_geometry"))
    return rows.order_by().values("geom", "id", "code", "level", "name")


def cell_labels(tile: Tile) -> Rows:
    """One point an area, where its code and name are written."""
    point = AsMVTGeom(PointOnSurface(F("tile_geometry")), tile.z, tile.x, tile.y)
    rows = _shown_areas(tile).annotate(geom=point)
    return rows.order_by().values("geom", "id", "code", "level", "name")


@dataclass(frozen=True)
class Layer:
    """A layer inside a tile, the zoom from which it is there, and whose changes touch it."""

    rows: Callable[[Tile], Rows]
    from_zoom: int
    changes_with: str


LAYERS: dict[str, Layer] = {
    "backdrop": Layer(backdrop, 8, "backdrop"),
    "buildings": Layer(buildings, BUILDINGS_FROM, "buildings"),
    "sidewalks": Layer(sidewalks, 15, "streets"),
    "streets": Layer(streets, 10, "streets"),
    "cells": Layer(cells, 4, "cells"),
    "cell_labels": Layer(cell_labels, 4, "cells"),
}
#: What an address serves: single layers, and ``map`` with everything that the page draws.
ADDRESSES: dict[str, tuple[str, ...]] = {
    "streets": ("streets",),
    "sidewalks": ("sidewalks",),
    "buildings": ("buildings",),
    "cells": ("cells", "cell_labels"),
    "backdrop": ("backdrop",),
    "map": tuple(LAYERS),
}


def parse(z: str, x: str, y: str) -> Tile:
    """Raises BadTile for anything that is not a tile of the world."""
    if not all(re.fullmatch(r"\d{1,6}", part, re.ASCII) for part in (z, x, y)):
        raise BadTile(_("A tile is named by three whole numbers: zoom, column and row."))
    tile = Tile(int(z), int(x), int(y))
    if tile.z > MAX_ZOOM:
        raise BadTile(_("Tiles go to zoom %d.") % MAX_ZOOM)
    if max(tile.x, tile.y) >= 2**tile.z:
        raise BadTile(_("There is no such tile at zoom %d.") % tile.z)
    return tile


def version(names: Iterable[str]) -> str:
    """Names the content of these layers as this transaction sees it. One query."""
    watched = sorted({LAYERS[name].changes_with for name in names})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT layer, count(*), max(txid) FROM publish_tilechange"
            " WHERE layer = ANY(%s) GROUP BY layer ORDER BY layer",
            [watched],
        )
        rows = cursor.fetchall()
    return hashlib.sha256(repr((FORMAT, rows)).encode()).hexdigest()[:16]


#: Stand for a tile's column and row in statements that are kept; no tile has them.
_COLUMN, _ROW = -1, -2


@cache
def _statement(names: tuple[str, ...], z: int) -> tuple[sql.Composed, tuple[Any, ...]]:
    """The statement that makes tiles of these layers at a zoom, and its values.

    From the querysets to the text costs milliseconds, and the text differs by zoom only.
    """
    parts, values = [], []
    for name in names:
        inner, own = LAYERS[name].rows(Tile(z, _COLUMN, _ROW)).query.sql_with_params()
        parts.append(
            sql.SQL(
                "(SELECT COALESCE(ST_AsMVT(tile, %s, %s, 'geom'), '') FROM ({}) AS tile)"
            ).format(sql.SQL(cast(LiteralString, inner)))
        )
        values += [name, AsMVTGeom.EXTENT, *own]
    return sql.SQL("SELECT {}").format(sql.SQL(" || ").join(parts)), tuple(values)


def make(names: Iterable[str], tile: Tile) -> bytes:
    """The tile's bytes (Mapbox vector tile 2.1): its layers one after another. Empty is b"".

    The one step in SQL, with bound parameters, prepared once in each connection: Django's own
    cursor puts values into the text, which PostgreSQL would plan anew each time. That the plan is
    generic and has no parallel workers is set for the connections of web processes.
    """
    shown = tuple(name for name in names if tile.z >= LAYERS[name].from_zoom)
    if not shown:
        return b""
    statement, values = _statement(shown, tile.z)
    # Always four bytes wide: a statement is prepared anew for each combination of types.
    place = {_COLUMN: Int4(tile.x), _ROW: Int4(tile.y)}
    bound = [place.get(value, value) if isinstance(value, int) else value for value in values]
    with psycopg.Cursor(_raw()) as cursor:
        row = cursor.execute(statement, bound, prepare=True, binary=True).fetchone()
    return bytes(row[0]) if row else b""


def _raw() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    return connection.connection


def _bytes(layer: str, tile: Tile, etag: str) -> bytes:
    """Gzipped, from this process's memory where it was made before from the same content."""
    key = f"tile:{etag}"
    kept = CACHE.get(key)
    if kept is None:
        kept = gzip.compress(make(ADDRESSES[layer], tile), compresslevel=3, mtime=0)
        CACHE.set(key, kept, timeout=None)
    return kept


# No transaction around it: the few statements only read, and each round trip counts. A change
# between the version and the tile gives newer content under an older tag, which is fetched again.
@transaction.non_atomic_requests
@require_safe
def serve(request: HttpRequest, layer: str, z: str, x: str, y: str) -> HttpResponse:
    """A tile for whoever is signed in."""
    if not is_signed_in(request):
        return JsonResponse(body("sign_in_required", _("Sign in to see the map.")), status=403)
    if layer not in ADDRESSES:
        return JsonResponse(body("not_found", _("There is no such layer of tiles.")), status=404)
    try:
        tile = parse(z, x, y)
    except BadTile as error:
        return plain(request, error)
    etag = f'"{layer}-{version(ADDRESSES[layer])}-{tile.z}-{tile.x}-{tile.y}"'
    response: HttpResponse
    if etag in request.headers.get("If-None-Match", ""):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(_bytes(layer, tile, etag), content_type=MVT)
        response["Content-Encoding"] = "gzip"
    response["ETag"] = etag
    # Kept by the browser, but asked for each time: who has signed out gets no tile from a cache.
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
    return response
