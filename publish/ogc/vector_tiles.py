"""pygeoapi's provider of vector tiles over the published views, with TileJSON."""

from typing import Any, LiteralString, cast
from urllib.parse import urlencode

from django.contrib.gis.db.models.functions import Transform
from django.db import connection
from django.db.models import F
from psycopg import sql
from pygeoapi.models.provider.base import LinkType, TileMatrixSetEnum, TileSetMetadata
from pygeoapi.provider.base_mvt import BaseMVTProvider
from pygeoapi.provider.tile import ProviderTileNotFoundError

from publish.functions import AsMVTGeom, TileEnvelope
from publish.ogc.collections import COLLECTIONS

SCHEME = TileMatrixSetEnum.WEBMERCATORQUAD.value
MAX_ZOOM = 18
#: A tile with more holds more than anybody can see.
MOST_FEATURES = 20_000


class VectorTiles(BaseMVTProvider):
    """``data`` names the collection; ``options`` hold the caller, the moment and the bounds."""

    def __init__(self, definition: dict[str, Any]) -> None:
        super().__init__(definition)
        self.collection = COLLECTIONS[self.data]

    def __repr__(self) -> str:
        return f"<VectorTiles> {self.data}"

    def get_layer(self) -> str:
        return str(self.data)

    def get_tiling_schemes(self) -> list[Any]:
        return [SCHEME]

    def get_tiles_service(self, *_args: Any, servicepath: str = "", **_more: Any) -> dict[str, Any]:
        self._service_url = servicepath
        links: dict[str, Any] = self.get_tms_links()
        return links

    def get_tiles(
        self,
        layer: str | None = None,
        tileset: str | None = None,
        z: int = 0,
        y: int = 0,
        x: int = 0,
        format_: str | None = None,
    ) -> bytes:
        """Mapbox vector tile 2.1; b"" where nothing is; raises ProviderTileNotFoundError."""
        if tileset != SCHEME.tileMatrixSet or z > MAX_ZOOM or max(x, y) >= 2**z:
            raise ProviderTileNotFoundError
        if z < self.collection.from_zoom:
            return b""
        rim = TileEnvelope(z, x, y, margin=AsMVTGeom.BUFFER / AsMVTGeom.EXTENT)
        now = self.options["now"]
        rows = self.collection.of(self.options["caller"].scope, now)
        rows = rows.filter(geometry__bboverlaps=Transform(rim, 4326))
        made = self.collection.made(now)
        rows = rows.annotate(
            geom=AsMVTGeom(Transform(F("geometry"), 3857), z, x, y),
            **{name: made[name] for name in self.collection.fields if name in made},
        )
        chosen = rows.order_by("pk").values("geom", "id", *self.collection.fields)[:MOST_FEATURES]
        inner, values = chosen.query.sql_with_params()
        statement = sql.SQL(
            "SELECT COALESCE(ST_AsMVT(tile, %s, %s, 'geom', 'id'), '') FROM ({}) AS tile"
        ).format(sql.SQL(cast(LiteralString, inner)))
        with connection.cursor() as cursor:
            cursor.execute(statement, [self.get_layer(), AsMVTGeom.EXTENT, *values])
            return bytes(cursor.fetchone()[0])

    def get_default_metadata(
        self, dataset: str, server_url: str, layer: str, tileset: str,
        title: str, description: str, keywords: Any, **more: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Of OGC API – Tiles."""
        self._known(tileset)
        content = TileSetMetadata(
            title=title,
            description=description,
            crs=SCHEME.crs,
            tileMatrixSetURI=SCHEME.tileMatrixSetURI,
            links=[
                LinkType(
                    href=f"{server_url}/TileMatrixSets/{tileset}",
                    rel="http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme",
                    type_="application/json",
                ),
                LinkType(
                    href=self._address(server_url, dataset, "{tileMatrix}/{tileRow}/{tileCol}"),
                    rel="item",
                    type_=self.mimetype,
                ),
            ],
        )
        found: dict[str, Any] = content.model_dump(exclude_none=True)
        return found

    def get_vendor_metadata(
        self, dataset: str, server_url: str, layer: str, tileset: str,
        title: str, description: str, keywords: Any, **more: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """TileJSON 3.0.0."""
        self._known(tileset)
        return {
            "tilejson": "3.0.0",
            "name": title,
            "description": description,
            "tiles": [self._address(server_url, dataset, "{z}/{y}/{x}")],
            "minzoom": self.collection.from_zoom,
            "maxzoom": MAX_ZOOM,
            "bounds": self.options["bounds"],
            "vector_layers": [
                {
                    "id": layer,
                    "fields": {name: kind["type"] for name, kind in self.collection.fields.items()},
                }
            ],
        }

    def _known(self, tileset: str) -> None:
        if tileset != SCHEME.tileMatrixSet:
            raise ProviderTileNotFoundError

    def _address(self, server_url: str, dataset: str, place: str) -> str:
        """With the token where the caller's address had one: tiles cannot be asked otherwise."""
        token = self.options["caller"].token
        asked = urlencode({"f": "mvt", **({"token": token} if token else {})})
        return f"{server_url}/collections/{dataset}/tiles/{SCHEME.tileMatrixSet}/{place}?{asked}"
