"""What pygeoapi is told: the collections that one caller may read, as its configuration."""

import datetime as dt
from typing import Any

from django.contrib.gis.db.models import Extent
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grid.models import Area, Level
from publish.ogc.clients import Caller
from publish.ogc.collections import COLLECTIONS, Collection

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
#: CGCS2000 is EPSG:4490.
CRS = [CRS84, *(f"http://www.opengis.net/def/crs/EPSG/0/{code}" for code in (4326, 3857, 4490))]
MOST_ITEMS = 10_000
WORLD = [-180.0, -90.0, 180.0, 90.0]


def bounds_of(caller: Caller) -> list[float]:
    """West, south, east, north of what the caller covers. One query."""
    areas = Area.objects.current()
    covered = areas.filter(level=Level.COMMUNITY) if caller.scope.everywhere else areas.filter(
        code__in=caller.scope.prefixes
    )  # fmt: skip
    found = covered.aggregate(box=Extent("geometry"))["box"]
    return list(found) if found else WORLD


def configuration(
    caller: Caller, address: str, now: dt.datetime, bounds: list[float]
) -> dict[str, Any]:
    """pygeoapi's configuration for one request; ``address`` is that of the landing page."""
    title = _("Gridwalk: open standards")
    return {
        "server": {
            "bind": {"host": "", "port": 0},
            "url": address,
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["zh-CN" if (get_language() or "").startswith("zh") else "en-US"],
            "limits": {"default_items": 100, "max_items": MOST_ITEMS, "on_exceed": "throttle"},
            "map": {"url": "", "attribution": ""},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": title,
                "description": _("Cells, streets, lamps, cases and service points to read."),
                "keywords": ["Gridwalk"],
                "keywords_type": "theme",
                "terms_of_service": address,
                "url": address,
            },
            "license": {"name": _("As the administrator of this server says."), "url": address},
            "provider": {"name": title, "url": address},
            "contact": {"name": title},
        },
        "resources": {
            name: _resource(name, COLLECTIONS[name], caller, now, bounds)
            for name in COLLECTIONS
            if name in caller.collections
        },
    }


def _resource(
    name: str, of: Collection, caller: Caller, now: dt.datetime, bounds: list[float]
) -> dict[str, Any]:
    common = {"data": name, "options": {"caller": caller, "now": now, "bounds": bounds}}
    spatial = {"spatial": {"bbox": bounds, "crs": CRS84}}
    return {
        "type": "collection",
        "title": str(of.title),
        "description": str(of.description),
        "keywords": ["Gridwalk"],
        "links": [],
        "extents": spatial,
        "providers": [
            {
                **common,
                "type": "feature",
                "name": "publish.ogc.features.Features",
                "id_field": "id",
                "geom_field": "geometry",
                "time_field": of.time_field,
                "crs": list(CRS),
                "storage_crs": CRS84,
            },
            {
                **common,
                "type": "tile",
                "name": "publish.ogc.vector_tiles.VectorTiles",
                "format": {"name": "mvt", "mimetype": "application/vnd.mapbox-vector-tile"},
            },
            {
                **common,
                "type": "map",
                "name": "publish.ogc.pictures.Pictures",
                "format": {"name": "png", "mimetype": "image/png"},
            },
        ],
    }
