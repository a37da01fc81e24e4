"""The stored EPSG:3857 copy that tiles are cut from."""

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform


def tile_copy(
    of: str, field: type[models.GeometryField] = models.GeometryField
) -> models.GeneratedField:
    """A column PostgreSQL keeps equal to ``of`` in EPSG:3857, so that tiles need no transform."""
    return models.GeneratedField(
        expression=Transform(of, 3857), output_field=field(srid=3857), db_persist=True
    )
