"""What can be wrong with an OpenStreetMap file, and with one feature in it."""

from dataclasses import dataclass
from enum import StrEnum


class OsmFileError(Exception):
    """The whole file is refused; the message is one sentence for the person who gave it."""

    code = "bad_osm_file"


class Reason(StrEnum):
    """Why one feature was skipped; stable codes."""

    MISSING_NODES = "missing_nodes"
    BAD_COORDINATE = "bad_coordinate"
    TOO_FEW_POINTS = "too_few_points"
    ZERO_LENGTH = "zero_length"
    ZERO_AREA = "zero_area"
    OPEN_RING = "open_ring"
    SELF_INTERSECTION = "self_intersection"
    MISSING_MEMBERS = "missing_members"
    NO_OUTER_RING = "no_outer_ring"
    RINGS_OVERLAP = "rings_overlap"
    DUPLICATE_ID = "duplicate_id"


@dataclass(frozen=True, slots=True, order=True)
class Skipped:
    """A feature that stays out: its OSM id like ``way/123``, what it is, and why."""

    id: str
    kind: str
    reason: Reason
