"""pygeoapi's provider of maps (OGC API – Maps): a collection as a PNG, for older programs.

Drawn with Pillow in the colours of the map page. In degrees (the default) the picture is plate
carrée; with ``bbox-crs`` EPSG:3857 it is Web Mercator.
"""

import io
import math
from collections.abc import Iterator
from typing import Any

from django.contrib.gis.geos import Polygon
from PIL import Image, ImageDraw
from pygeoapi.provider.base import BaseProvider, ProviderInvalidQueryError

from map_static.views import colours
from publish.ogc.collections import COLLECTIONS

MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
MOST_PIXELS = 4096
MOST_FEATURES = 50_000
#: Drawn twice as large and made smaller: Pillow's own lines have stairs.
FINER = 2
#: But not above so many pixels, where stairs are small: 4096 × 4096 would take 340 MB so.
FINE_PIXELS = 2048 * 1024
#: What each collection is coloured by.
BY = {"streets": "freshness", "cases": "state", "lamps": "working"}


class Pictures(BaseProvider):
    """``data`` names the collection; ``options`` hold the caller's scope and the moment."""

    def __init__(self, definition: dict[str, Any]) -> None:
        super().__init__(definition)
        self.collection = COLLECTIONS[self.data]

    def query(
        self,
        bbox: list[float],
        width: int = 500,
        height: int = 300,
        bbox_crs: str = "",
        transparent: Any = True,
        **more: Any,
    ) -> bytes:
        """PNG; raises ProviderInvalidQueryError for a picture that is too large or of nowhere."""
        if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
            raise ProviderInvalidQueryError(user_msg=f"A map has 1 to {MOST_PIXELS} pixels a side.")
        mercator = bbox_crs == MERCATOR
        # pygeoapi has turned it into latitude, longitude; degrees it leaves as they came.
        west, south, east, north = (bbox[i] for i in (1, 0, 3, 2)) if mercator else bbox
        # No number is not smaller than any.
        if not (-180 <= west < east <= 180 and -90 < south < north < 90):
            raise ProviderInvalidQueryError(user_msg="bbox is west,south,east,north in degrees.")
        finer = FINER if width * height <= FINE_PIXELS else 1
        frame = _Frame(west, south, east, north, width * finer, height * finer, mercator=mercator)
        clear = str(transparent).lower() != "false"
        image = Image.new(
            "RGBA", (width * finer, height * finer), (255, 255, 255, 0 if clear else 255)
        )
        draw = ImageDraw.Draw(image)
        for shape, value in self._shapes(frame):
            _draw(draw, frame, shape, finer, *_look(self.data, value))
        out = io.BytesIO()
        if finer > 1:
            image = image.resize((width, height), Image.Resampling.BOX)
        image.save(out, "PNG")
        return out.getvalue()

    def _shapes(self, frame: "_Frame") -> Iterator[tuple[Any, Any]]:
        now = self.options["now"]
        box = Polygon.from_bbox((frame.west, frame.south, frame.east, frame.north))
        box.srid = 4326
        rows = self.collection.of(self.options["caller"].scope, now)
        rows = rows.filter(geometry__bboverlaps=box).order_by("pk")
        by = BY.get(self.data, "pk")
        if by in (made := self.collection.made(now)):
            rows = rows.annotate(**{by: made[by]})
        yield from rows.values_list("geometry", by)[:MOST_FEATURES]


class _Frame:
    """Where a position in degrees lies in the picture, in pixels from the upper left corner."""

    def __init__(
        self, west: float, south: float, east: float, north: float, width: int, height: int, *,
        mercator: bool,
    ) -> None:  # fmt: skip
        self.west, self.south, self.east, self.north = west, south, east, north
        self._up = _mercator if mercator else float
        self._x = width / (east - west)
        self._top = self._up(north)
        self._y = height / (self._top - self._up(south))

    def pixels(self, line: Any) -> list[tuple[float, float]]:
        return [
            ((x - self.west) * self._x, (self._top - self._up(y)) * self._y) for x, y, *_ in line
        ]


def _mercator(degrees: float) -> float:
    return math.degrees(math.asinh(math.tan(math.radians(degrees))))


def _look(collection: str, value: Any) -> tuple[str, str, int]:
    """Colours of the face and of the edge, and the width of a line or the radius of a dot."""
    look = colours()["looks"]["light"]
    if collection == "streets":
        return look["freshness"][value], look["freshness"][value], 3
    if collection == "cells":
        return "#00000000", look["cellLine"], 2
    if collection == "lamps":
        face = {True: "lamp", False: "lampDark"}.get(value, "lampUnknown")
        return look[face], look["lampLine"], 3
    if collection == "cases":
        ended = value in ("closed", "declined", "merged")
        return look["plainLine" if ended else "caseSoon"], look["caseLine"], 5
    return look["point"], look["halo"], 4


def _draw(
    draw: ImageDraw.ImageDraw,
    frame: _Frame,
    shape: Any,
    finer: int,
    face: str,
    edge: str,
    size: int,
) -> None:
    size *= finer
    if shape.geom_type == "Point":
        ((x, y),) = frame.pixels([shape.coords])
        draw.ellipse((x - size, y - size, x + size, y + size), fill=face, outline=edge, width=finer)
    elif shape.geom_type == "LineString":
        draw.line(frame.pixels(shape.coords), fill=face, width=size, joint="curve")
    else:
        for polygon in shape.coords:
            for ring in polygon:
                draw.line(frame.pixels(ring), fill=edge, width=size, joint="curve")
