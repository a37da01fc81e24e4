"""Lamps from an OpenStreetMap file."""

import numpy as np

from grid.models import Area
from grid.osm.merge import Counts, digest, merge_places
from grid.osm.places import Features, number
from grid.osm.store import ewkb
from grid.osm.town import clean
from streetlights.models import Lamp

#: Tags that may hold the number painted on the pole, first match counts.
_NUMBERS = ("ref", "lamp_ref", "local_ref")
_KINDS = ("lamp_type", "light:method", "lamp_mount", "support")


def store_lamps(community: Area, lamps: Features) -> Counts:
    """Make the community's imported lamps those of the file; call inside the import's transaction.

    A lamp's cell is set by division; lamps that somebody drew here are not touched.
    """
    rows = []
    for osm_id, tags, shape in zip(
        lamps.osm_id, lamps.tags, ewkb(np.asarray(lamps.shape)), strict=True
    ):
        row = (
            osm_id,
            clean(tags.get("name")),
            _first(tags, _NUMBERS),
            _first(tags, _KINDS),
            number(tags.get("height"), most=60),
            shape,
        )
        rows.append((*row, digest(*row)))
    columns = ["osm_id", "name", "number", "kind", "height", "location", "digest"]
    return merge_places(Lamp, community, columns, rows)


def _first(tags: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((clean(tags[key])[:60] for key in keys if tags.get(key)), "")
