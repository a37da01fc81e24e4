"""Areas from the database to metres and back."""

from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon

from grid.models import Area
from spatial.projection import LocalProjection

#: Vertices are set at this spacing (degrees, some 20 m) before projecting, since a straight edge
#: in degrees is not quite straight in metres: 3 cm in a kilometre, 0.01 mm in 20 m.
SPACING = 2e-4


def projection_of(community: Area) -> LocalProjection:
    """The plane that a community is measured in."""
    return LocalProjection.around(community.geometry.extent)


def shapes(geometries: Any) -> np.ndarray:
    """GEOS geometries as an array of shapely ones, 2D, in the same coordinates."""
    found = shapely.from_wkb([bytes(geometry.wkb) for geometry in geometries])
    return np.asarray(shapely.force_2d(found), dtype=object)


def outlines(areas: Any, projection: LocalProjection) -> np.ndarray:
    """Boundaries of areas (EPSG:4326) as an array of shapely geometries in metres."""
    drawn = shapely.segmentize(shapes(area.geometry for area in areas), SPACING)
    return np.asarray(projection.project(drawn), dtype=object)


def to_geos(shape: shapely.Geometry) -> MultiPolygon:
    """A shapely polygon or multipolygon in EPSG:4326, for a model."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    geometry = GEOSGeometry(memoryview(shapely.to_wkb(shapely.MultiPolygon(parts))), srid=4326)
    assert isinstance(geometry, MultiPolygon)  # noqa: S101
    return geometry
