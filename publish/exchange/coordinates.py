"""The reference systems of an exchange file, and geometries as GeoPackage holds them."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from api.errors import BadFile
from spatial.china import gcj02_to_wgs84, wgs84_to_gcj02

#: "GP", version 0, flags (little endian, no envelope, bit 4: empty), number of the system.
_HEAD = struct.Struct("<2sBBi")
_ENVELOPES = (0, 32, 48, 48, 64)


@dataclass(frozen=True)
class System:
    """``number`` is the file's own number of it, EPSG's where EPSG has one."""

    name: str
    number: int
    title: str
    authority: str
    definition: str
    note: str


_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]'
)
_CGCS2000 = (
    'GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",'
    'SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4490"]]'
)
SYSTEMS = {
    "wgs84": System("wgs84", 4326, "WGS 84", "EPSG", _WGS84, "Positions are WGS 84."),
    "cgcs2000": System(
        "cgcs2000", 4490, "CGCS2000", "EPSG", _CGCS2000,
        "Positions are CGCS2000: to a few centimetres the same numbers as WGS 84, unchanged here.",
    ),
    "gcj02": System(
        "gcj02", 100001, "GCJ-02", "GRIDWALK", "undefined",
        "Geometries are shifted to GCJ-02, by 50 to 700 metres inside China: no EPSG code says"
        " so, and other programs show them beside the truth. Positions within other columns stay"
        " WGS 84. Taken in again, geometries are shifted back, to less than a centimetre.",
    ),
}  # fmt: skip


def to_blobs(stored: Sequence[bytes | None], system: System) -> list[bytes | None]:
    """Extended WKB (EPSG:4326) as GeoPackage geometries of the system."""
    shapes = shapely.from_wkb(np.array(stored, dtype=object))
    if system.name == "gcj02":
        shapes = shapely.transform(shapes, wgs84_to_gcj02)
    found = shapely.to_wkb(shapes, byte_order=1, include_srid=False)
    empty = shapely.is_empty(shapes)
    return [
        None if one is None else _HEAD.pack(b"GP", 0, 0x11 if bare else 0x01, system.number) + one
        for one, bare in zip(found, empty, strict=True)
    ]


def from_blobs(blobs: Sequence[Any], system: System) -> list[str | None]:
    """GeoPackage geometries as extended WKB in hexadecimal digits (EPSG:4326); raises BadFile."""
    try:
        shapes = shapely.from_wkb(np.array([_bare(one, system) for one in blobs], dtype=object))
    except (shapely.errors.GEOSException, struct.error, IndexError) as error:
        raise BadFile(_("A geometry of the file cannot be read.")) from error
    places = shapely.get_coordinates(shapes)
    if not np.isfinite(places).all() or (np.abs(places) > [180, 90]).any():
        raise BadFile(_("A position of the file is nowhere on Earth."))
    if shapely.has_z(shapes).any():
        raise BadFile(_("A geometry of the file cannot be read."))
    if system.name == "gcj02":
        shapes = shapely.transform(shapes, gcj02_to_wgs84)
    return list(shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True))


def _bare(blob: Any, system: System) -> bytes | None:
    if blob is None:
        return None
    if not isinstance(blob, bytes) or len(blob) < _HEAD.size:
        raise BadFile(_("A geometry of the file cannot be read."))
    magic, version, flags, number = _HEAD.unpack_from(blob)
    envelope = (flags >> 1) & 7
    if magic != b"GP" or version != 0 or not flags & 1 or envelope > 4 or number != system.number:
        raise BadFile(_("A geometry of the file cannot be read."))
    return blob[_HEAD.size + _ENVELOPES[envelope] :]
