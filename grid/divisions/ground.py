"""What lies in a community, in metres, as the verdict on its cells needs it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.db.models.functions import AsWKB, GeoFunc
from django.utils.functional import cached_property

from grid.metres import outlines, projection_of
from grid.models import Area, Backdrop, Building, Segment
from grid.standard import Standard, loads_of
from spatial.cells import Load, mixed
from spatial.projection import LocalProjection


class OnSurface(GeoFunc):
    """A point that lies on a shape."""

    function = "ST_PointOnSurface"
    output_field = GeometryField(srid=4326)


def _read(written: Iterable[Any]) -> np.ndarray:
    """Shapes from bytes as PostgreSQL writes them: by way of GEOS they take four times as long."""
    return np.array(shapely.force_2d(shapely.from_wkb([bytes(one) for one in written])), object)


@dataclass(frozen=True)
class Segments:
    """Duty segments (S,): primary keys, lines in metres, and the centimetres they count for."""

    ids: np.ndarray
    lines: np.ndarray
    centimetres: np.ndarray


class Ground:
    """A community's outline, buildings, streets and barriers; each read once, when asked for."""

    def __init__(self, community: Area) -> None:
        self.community = community
        self.projection: LocalProjection = projection_of(community)

    @cached_property
    def area(self) -> shapely.Geometry:
        """The community's outline."""
        outline: shapely.Geometry = outlines([self.community], self.projection)[0]
        return outline

    @cached_property
    def buildings(self) -> tuple[np.ndarray, Load]:
        """Primary keys (N,), and their dwellings as stored, at a point on each. One query."""
        rows = list(
            Building.objects.filter(community=self.community)
            .order_by("pk")
            .values_list("pk", "households", AsWKB(OnSurface("footprint")))
        )
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        degrees = shapely.get_coordinates(_read(row[2] for row in rows))
        xy = self.projection.forward(degrees)
        return ids, Load.of(xy, [row[1] for row in rows])

    @cached_property
    def segments(self) -> Segments:
        """Duty segments of the community. One query."""
        rows = list(
            Segment.objects.duty()
            .filter(community=self.community)
            .order_by("pk")
            .values_list("pk", "metres", AsWKB("line"))
        )
        return Segments(
            np.array([row[0] for row in rows], dtype=np.int64),
            self.projection.project(_read(row[2] for row in rows)),
            np.array([round(row[1] * 100) for row in rows], dtype=np.int64),
        )

    @cached_property
    def barriers(self) -> np.ndarray:
        """Water and railways, lines and polygons. One query."""
        found = Backdrop.objects.filter(
            community=self.community, kind__in=[Backdrop.Kind.WATER, Backdrop.Kind.RAILWAY]
        )
        drawn = _read(found.order_by("pk").values_list(AsWKB("geometry"), flat=True))
        return np.asarray(shapely.get_parts(self.projection.project(drawn)), dtype=object)

    def load(self, standard: Standard) -> Load:
        """What the standard shares out."""
        return mixed(
            loads_of(self.community, self.projection, standard, self.buildings[1]), self.area
        )
