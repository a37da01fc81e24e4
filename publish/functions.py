"""The PostGIS functions that vector tiles are made with, each a tiny class."""

from typing import Any

from django.contrib.gis.db import models
from django.db.models import FloatField, Func, Value
from django.db.models.expressions import Combinable


class TileEnvelope(Func):
    """The square of tile z/x/y in EPSG:3857, wider by ``margin`` (a share of its side)."""

    function = "ST_TileEnvelope"
    template = "%(function)s(%(expressions)s)"
    output_field = models.PolygonField(srid=3857)

    def __init__(self, z: int, x: int, y: int, *, margin: float = 0.0, **extra: Any) -> None:
        world = Func(Value(0), Value(0), Value(0), function="ST_TileEnvelope")
        super().__init__(Value(z), Value(x), Value(y), world, Value(margin), **extra)


class Simplify(Func):
    """Douglas and Peucker's simplification; the tolerance is in the geometry's unit."""

    function = "ST_Simplify"
    output_field = models.GeometryField(srid=3857)

    def __init__(self, geometry: Combinable, tolerance: float, **extra: Any) -> None:
        super().__init__(geometry, Value(tolerance), Value(True), **extra)


class PointOnSurface(Func):
    """A point inside the area, for its label."""

    function = "ST_PointOnSurface"
    output_field = models.PointField(srid=3857)


class AsMVTGeom(Func):
    """A geometry in a tile's own grid of ``EXTENT`` units.

    Not clipped where the browser has to know where along the whole line it stands. The value is
    PostGIS's own geometry for ST_AsMVT only; calling it binary keeps GeoDjango from wrapping it.
    """

    function = "ST_AsMVTGeom"
    output_field = models.BinaryField()
    EXTENT = 4096
    BUFFER = 64

    def __init__(
        self, geometry: Combinable, z: int, x: int, y: int, *, clip: bool = True, **extra: Any
    ) -> None:
        square = TileEnvelope(z, x, y)
        numbers = (Value(self.EXTENT), Value(self.BUFFER), Value(clip))
        super().__init__(geometry, square, *numbers, **extra)


class LineLocatePoint(Func):
    """Where along a line the nearest place to a point is, as a share 0..1 of its length."""

    function = "ST_LineLocatePoint"
    output_field = FloatField()
