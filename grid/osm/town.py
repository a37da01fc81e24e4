"""From a file and an extent to everything the import stores, still without a database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from django.utils.translation import gettext as _

from grid.osm import extent as extents
from grid.osm import rules
from grid.osm.accompany import Links, Ways, accompany
from grid.osm.extent import ExtentError
from grid.osm.places import Features, places
from grid.osm.problems import Skipped
from grid.osm.read import OsmData, read
from grid.osm.segments import Segments, cut, square_outlines
from spatial.projection import LocalProjection

#: Degrees (some 200 m) around the extent in which streets are looked at to place sidewalks.
_NEAR = 0.002
#: Called with the name of each stage as it starts, and a count.
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class TownMap:
    """What lies in ``extent`` (EPSG:4326); ``links`` count through ``segments``.

    ``accompanies`` (S,) marks sidewalks and crossings whose metres a street gets; ``name`` (S,) is
    the street's name, a sidewalk's that of its street.
    """

    extent: shapely.MultiPolygon
    segments: Segments
    name: np.ndarray
    accompanies: np.ndarray
    links: Links
    buildings: Features
    service_points: Features
    lamps: Features
    backdrop: Features
    skipped: list[Skipped] = field(default_factory=list)


def read_town(
    path: Path,
    extent: shapely.MultiPolygon | None = None,
    progress: Progress = lambda stage, count: None,
) -> TownMap:
    """Read a file and keep what lies in the extent, nothing cut off at its border.

    A segment belongs to the extent when its middle does, a building when the middle of its
    footprint (a point on it) does, a point when it does; the backdrop when any part does.

    Raises:
        OsmFileError: the file is none, or damaged.
        ExtentError: nothing lies inside, or latitude and longitude are swapped.
    """
    data = read(path, progress)
    if data.bounds is None:
        raise ExtentError(_("%(path)s holds no streets or places.") % {"path": path})
    area = extent or extents.around(data.bounds)
    progress("segments", 0)
    segments, skipped = cut([*data.ways, *square_outlines(data)])
    progress("places", 0)
    found = places(data)
    town = _inside(area, segments, found.buildings, found.service_points, found.lamps)
    if not (len(town.segments) or len(town.buildings) or len(town.lamps)):
        _refuse(path, data, area)
    town.backdrop = found.backdrop.take(shapely.intersects(area, found.backdrop.shape))
    water = found.backdrop.shape[np.array([kind == "water" for kind in found.backdrop.kind], bool)]
    progress("sidewalks", 0)
    _give_sidewalks(town, segments, np.concatenate([found.buildings.shape, water]))
    faults = [*data.skipped, *skipped, *found.skipped]
    town.skipped = sorted(faults if extent is None else _near(faults, data, area))
    return town


def _inside(
    area: shapely.MultiPolygon,
    segments: Segments,
    buildings: Features,
    service_points: Features,
    lamps: Features,
) -> TownMap:
    shapely.prepare(area)
    middle = shapely.line_interpolate_point(segments.line, 0.5, normalized=True)
    kept = segments.take(shapely.intersects(area, middle))
    footprint_middle = shapely.point_on_surface(buildings.shape)
    return TownMap(
        extent=area,
        segments=kept,
        name=np.full(len(kept), "", dtype=object),
        accompanies=np.zeros(len(kept), dtype=bool),
        links=Links.none(),
        buildings=buildings.take(shapely.intersects(area, footprint_middle)),
        service_points=service_points.take(shapely.intersects(area, service_points.shape)),
        lamps=lamps.take(shapely.intersects(area, lamps.shape)),
        backdrop=Features(),
    )


def _give_sidewalks(town: TownMap, everything: Segments, obstacles: np.ndarray) -> None:
    """Link sidewalks, looking beyond the border too: a street there may own a sidewalk here."""
    west, south, east, north = town.extent.bounds
    near = shapely.box(west - _NEAR, south - _NEAR, east + _NEAR, north + _NEAR)
    around = everything.take(shapely.intersects(near, everything.line))
    links = _links(around, obstacles, LocalProjection.around(town.extent.bounds))
    at = {key: nth for nth, key in enumerate(_keys(town.segments))}
    here = np.array([at.get(key, -1) for key in _keys(around)], dtype=np.int64)
    linked = here[links.sidewalk]
    town.accompanies[linked[linked >= 0]] = True
    own_name = np.array([clean(tags.get("name")) for tags in around.tags], dtype=object)
    for nth, key in enumerate(_keys(around)):
        if key in at:
            town.name[at[key]] = own_name[nth]
    # Backwards, so that the first street along a sidewalk gives it its name.
    for sidewalk, street in zip(linked[::-1], links.street[::-1], strict=True):
        if sidewalk >= 0 and own_name[street]:
            town.name[sidewalk] = own_name[street]
    inside = (linked >= 0) & (here[links.street] >= 0)
    town.links = links.take(inside)
    town.links.sidewalk, town.links.street = linked[inside], here[links.street][inside]


def _links(segments: Segments, obstacles: np.ndarray, projection: LocalProjection) -> Links:
    sidewalk = np.array([rules.is_sidewalk(tags) for tags in segments.tags], dtype=bool)
    crossing = np.array([rules.is_crossing(tags) for tags in segments.tags], dtype=bool)
    outline = np.array([rules.is_outline(tags) for tags in segments.tags], dtype=bool)
    beside = np.array([kind in rules.BESIDE for kind in segments.kind], dtype=bool) | outline
    layer = np.array([tags.get("layer", "0") for tags in segments.tags], dtype=object)
    # A sidewalk's own name says nothing; some tags name its street.
    name = np.array(
        [
            clean(tags.get("is_sidepath:of:name") or tags.get("street:name"))
            if of_street
            else clean(tags.get("name"))
            for tags, of_street in zip(segments.tags, (sidewalk | crossing) & beside, strict=True)
        ],
        dtype=object,
    )
    lines = projection.project(segments.line) if len(segments) else segments.line
    ways = Ways(
        line=lines,
        kind=list(segments.kind),
        duty=segments.duty,
        beside=beside,
        outline=outline,
        sidewalk=sidewalk & beside,
        crossing=crossing & beside,
        name=name,
        layer=layer,
    )
    near = shapely.intersects(shapely.box(*shapely.total_bounds(segments.line)), obstacles)
    links = accompany(ways, projection.project(obstacles[near]) if near.any() else ())
    # Positions count in stored metres; the plane's differ by less than 1 in 10,000.
    scale = segments.metres / np.maximum(shapely.length(lines), 0.01)
    links.start, links.end = links.start * scale[links.sidewalk], links.end * scale[links.sidewalk]
    links.street_start *= scale[links.street]
    links.street_end *= scale[links.street]
    return links


def _keys(segments: Segments) -> list[tuple[int, int, int, int]]:
    columns = (segments.way, segments.from_node, segments.to_node, segments.nth)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def clean(text: str | None) -> str:
    """A name as it is stored: no control characters, at most 200 characters."""
    return "".join(c for c in text or "" if c.isprintable()).strip()[:200]


def _near(faults: list[Skipped], data: OsmData, area: shapely.MultiPolygon) -> list[Skipped]:
    """Faults of features with any known position in the extent, or with none at all."""
    position = {f"way/{way.id}": way.lonlat for way in data.ways}
    kept = []
    for fault in faults:
        lonlat = position.get(fault.id, np.empty((0, 2)))
        lonlat = lonlat[np.isfinite(lonlat).all(axis=1)]
        if not len(lonlat) or shapely.contains_xy(area, *lonlat.T).any():
            kept.append(fault)
    return kept


def _refuse(path: Path, data: OsmData, area: shapely.MultiPolygon) -> None:
    assert data.bounds is not None  # noqa: S101
    west, south, east, north = data.bounds
    if shapely.intersects(extents.swapped(area), shapely.box(*data.bounds)):
        raise ExtentError(
            _("Nothing lies there, but it would with latitude and longitude exchanged; W,S,E,N?")
        )
    raise ExtentError(
        _("Nothing of %(path)s lies there; it spans %(box)s.")
        % {"path": path, "box": f"{west:.4f},{south:.4f},{east:.4f},{north:.4f}"}
    )
