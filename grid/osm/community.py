"""The community that an import fills: found by its code or made, with what stands above it."""

import re
from hashlib import sha256
from pathlib import Path

import shapely
from django.utils.translation import gettext as _

from grid.metres import to_geos
from grid.models import Area, Level
from grid.osm.extent import ExtentError, is_plain_box


def generated_code(path: Path, given: str) -> str:
    """A community code for a file and the extent given (text); the same each time.

    It starts with 9, where the national codes have no province.
    """
    number = int(sha256(f"{path.name}\n{given}".encode()).hexdigest(), 16)
    return "9" + str(number % 10**11).zfill(11)


def check_code(code: str) -> str:
    """The code itself, if it is a community's 12 digits; else raises ExtentError."""
    if not re.fullmatch(r"[0-9]{12}", code):
        raise ExtentError(_("A community's code has 12 digits, not %(code)r.") % {"code": code})
    return code


def standing_boundary(code: str) -> shapely.MultiPolygon | None:
    """The boundary of the community of this code, if it has one that was drawn.

    A plain box is none: it came from an earlier box or data extent and follows the next.
    """
    area = Area.objects.filter(code=code).first()
    if area is None:
        return None
    shape = shapely.from_wkb(bytes(area.geometry.wkb))
    return None if is_plain_box(shape) else shape


def make_community(code: str, name: str | None, extent: shapely.MultiPolygon) -> Area:
    """The community of this code with this boundary (EPSG:4326), and whatever stands above it.

    Missing areas above get the same boundary and their code as a name. One that so far was no
    more than the union of its communities grows with them; a boundary of its own stays.
    """
    boundary = to_geos(extent)
    area = Area.objects.filter(code=code).first()
    if area is None:
        area = Area(code=code, level=Level.COMMUNITY, name=(name or code)[:120], geometry=boundary)
        _place_above(area, extent)
        area.save()
        return area
    changed = bool(name and name[:120] != area.name)
    area.name = (name or area.name)[:120]
    if not shapely.from_wkb(bytes(area.geometry.wkb)).equals(extent):
        _place_above(area, extent)
        area.geometry, changed = boundary, True
    if area.retired_on is not None:
        area.retired_on, changed = None, True
    if changed:
        area.save()
    return area


def _place_above(area: Area, extent: shapely.MultiPolygon) -> None:
    for code in area.ancestor_codes:
        above = Area.objects.filter(code=code).first()
        if above is None:
            Area.objects.create(code=code, level=len(code), name=code, geometry=to_geos(extent))
            continue
        others = Area.objects.inside(code).filter(level=Level.COMMUNITY)
        union = shapely.union_all([_shape(other) for other in others])
        if _shape(above).equals(union):
            rest = [_shape(other) for other in others.exclude(code=area.code)]
            above.geometry = to_geos(shapely.union_all([*rest, extent]))
            above.save(update_fields=["geometry"])


def _shape(area: Area) -> shapely.Geometry:
    return shapely.from_wkb(bytes(area.geometry.wkb))
