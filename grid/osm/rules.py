"""The rule of duty, and which OpenStreetMap tags become what.

A *standing* says what a way is to a patrol. ``duty``: its metres are somebody's duty and are
counted. ``walk``: people walk on it and the matcher may use it, but it adds no metres. ``out``:
it does not exist for us. A way has the **lowest** standing that any of its tags gives it in
`RULE`; a tag that `RULE` does not name gives none. Three things temper this:

* Where a row has two columns, the second holds if people on foot are invited: by ``foot=yes`` (or
  designated, permissive …), or by a sidewalk; a sidewalk does not open private ground, though.
* Tunnels of deliveries, and all that lie two storeys down, are out; so are ``indoor`` and levels
  other than the ground: corridors, even where they are public.
* A sidewalk or crossing of its own is first ``duty`` like any footway; `grid.osm.accompany` then
  gives its metres to the street.

The setting ``OSM_DUTY_RULE`` (``highway=track:walk,highway=platform:duty``) changes single rows.
"""

from collections.abc import Mapping
from enum import IntEnum

from django.conf import settings

from grid.models.streets import StreetKind


class Standing(IntEnum):
    """Ordered, so that the lowest one wins."""

    OUT = 0
    WALK = 1
    DUTY = 2


#: Tag → standing, or "standing / standing where foot or sidewalk tags invite people".
RULE: dict[str, str] = {
    "highway=motorway": "out",
    "highway=motorway_link": "out",
    "highway=trunk": "out / duty",
    "highway=trunk_link": "out / duty",
    "highway=primary": "duty",
    "highway=primary_link": "duty",
    "highway=secondary": "duty",
    "highway=secondary_link": "duty",
    "highway=tertiary": "duty",
    "highway=tertiary_link": "duty",
    "highway=unclassified": "duty",
    "highway=residential": "duty",
    "highway=living_street": "duty",
    "highway=road": "duty",
    "highway=service": "duty",
    "highway=pedestrian": "duty",
    "highway=footway": "duty",
    "highway=path": "duty",
    "highway=steps": "duty",
    "highway=track": "duty",
    "highway=bridleway": "walk / duty",
    "highway=cycleway": "walk / duty",
    # Everything else under highway=* (corridor, platform, elevator, construction, proposed,
    # raceway, bus_guideway, rest_area …) is out.
    "service=driveway": "walk",
    "service=parking_aisle": "walk",
    "service=drive-through": "walk",
    "service=emergency_access": "walk",
    "footway=link": "walk",
    # The outline of a square is a way to walk, not metres to cover: the ways across it are those.
    "area=yes": "walk",
    "conveying=yes": "walk",
    "conveying=forward": "walk",
    "conveying=backward": "walk",
    "conveying=reversible": "walk",
    "motorroad=yes": "out",
    "indoor=*": "out",
    "level=*": "out",
    "disused=yes": "out",
    "abandoned=yes": "out",
    "razed=yes": "out",
    "demolished=yes": "out",
    "proposed=yes": "out",
    "construction=yes": "out",
    "access=private": "out / duty",
    "access=no": "out / duty",
    "access=permit": "out / duty",
    "access=military": "out / duty",
    "access=employees": "out / duty",
    "foot=no": "out / duty",
    "foot=private": "out",
}
_KINDS: dict[str, StreetKind] = {
    **dict.fromkeys(["trunk", "primary", "secondary"], StreetKind.MAIN_ROAD),
    **dict.fromkeys(["tertiary", "unclassified", "residential"], StreetKind.STREET),
    **dict.fromkeys(["living_street", "road"], StreetKind.STREET),
    "service": StreetKind.ALLEY,
    "pedestrian": StreetKind.PEDESTRIAN,
    "footway": StreetKind.FOOTWAY,
    "path": StreetKind.PATH,
    "bridleway": StreetKind.PATH,
    "steps": StreetKind.STEPS,
    "cycleway": StreetKind.CYCLEWAY,
    "track": StreetKind.TRACK,
}
#: Kinds that a sidewalk can accompany.
STREETS = (StreetKind.MAIN_ROAD, StreetKind.STREET, StreetKind.ALLEY, StreetKind.PEDESTRIAN)
#: Kinds that can be the sidewalk of such a street.
BESIDE = (StreetKind.FOOTWAY, StreetKind.PATH, StreetKind.CYCLEWAY)
#: Values that a row for all values of a key does not speak of.
_NOTHING_SAID = {"level": {"0", "0;1", "1;0", "-1;0", "0;-1"}}
_FOOT_WELCOME = {"yes", "designated", "permissive", "official", "use_sidepath"}
_SIDEWALK = {"yes", "both", "left", "right", "separate"}
_CROSSING = {"crossing", "traffic_island"}


def standing(tags: Mapping[str, str]) -> Standing:
    """What a way with these tags is to a patrol, by `RULE` as changed by the settings."""
    rule = RULE | settings.OSM_DUTY_RULE
    highway = tags.get("highway", "")
    if f"highway={highway}" not in rule or _underground(tags):
        return Standing.OUT
    foot = tags.get("foot") in _FOOT_WELCOME
    sidewalk = any(tags[key] in _SIDEWALK for key in tags if key.startswith("sidewalk"))
    lowest = Standing.DUTY
    for key, value in tags.items():
        row = rule.get(f"{key}={value}")
        if row is None and value not in _NOTHING_SAID.get(key, {"no"}):
            row = rule.get(f"{key}=*")
        if row is not None:
            uninvited, _slash, invited = row.partition(" / ")
            welcome = foot or (sidewalk and key != "access")
            lowest = min(lowest, Standing[(invited if welcome and invited else uninvited).upper()])
    return lowest


def malformed_rows(rows: Mapping[str, str]) -> list[str]:
    """Rows of a rule that are not ``key=value`` with one or two standings, as ``key=value:…``."""
    words = {standing.name.lower() for standing in Standing}

    def sound(tag: str, row: str) -> bool:
        key, equals, value = tag.partition("=")
        said = row.split(" / ")
        return bool(key and equals and value) and len(said) <= 2 and set(said) <= words

    return [f"{tag}:{row}" for tag, row in rows.items() if not sound(tag, row)]


def _underground(tags: Mapping[str, str]) -> bool:
    """Tunnels nobody patrols: those of deliveries, and all that lie two storeys down."""
    if tags.get("tunnel") not in {"yes", "passage"}:
        return False
    layer = tags.get("layer", "")
    deep = layer.startswith("-") and layer[1:].isdecimal() and int(layer[1:]) >= 2
    return deep or tags.get("highway") == "service"


def kind(tags: Mapping[str, str]) -> StreetKind:
    """The kind of street for reports and cadences; an unknown highway is a path."""
    return _KINDS.get(tags.get("highway", "").removesuffix("_link"), StreetKind.PATH)


def is_crossing(tags: Mapping[str, str]) -> bool:
    """Whether the way leads across a street (or over its traffic island)."""
    return any(tags.get(key) in _CROSSING for key in ("footway", "cycleway", "path"))


def is_sidewalk(tags: Mapping[str, str]) -> bool:
    """Whether tags say that the way runs beside a street."""
    return (
        any(tags.get(key) in {"sidewalk", "sidepath"} for key in ("footway", "cycleway", "path"))
        or tags.get("is_sidepath") == "yes"
        or "is_sidepath:of" in tags
        or "is_sidepath:of:name" in tags
    )


def is_outline(tags: Mapping[str, str]) -> bool:
    """Whether the way is the edge of a square, not a way across it."""
    return tags.get("area") == "yes"


#: Tag → kind of service point, first match counts.
SERVICE_POINTS: dict[tuple[str, str], str] = {
    ("amenity", "police"): "police",
    ("amenity", "fire_station"): "fire_station",
    ("amenity", "clinic"): "clinic",
    ("amenity", "doctors"): "clinic",
    ("healthcare", "clinic"): "clinic",
    ("healthcare", "centre"): "clinic",
    ("amenity", "hospital"): "hospital",
    ("amenity", "pharmacy"): "pharmacy",
    ("amenity", "library"): "library",
    ("amenity", "marketplace"): "market",
    ("shop", "supermarket"): "market",
    ("amenity", "community_centre"): "community_centre",
    ("amenity", "social_centre"): "community_centre",
    ("amenity", "townhall"): "town_hall",
    ("office", "government"): "government_office",
    ("amenity", "social_facility"): "social_facility",
    ("amenity", "nursing_home"): "social_facility",
    ("amenity", "post_office"): "post_office",
    ("amenity", "school"): "school",
    ("amenity", "kindergarten"): "kindergarten",
    ("amenity", "bus_station"): "station",
    ("railway", "station"): "station",
    ("railway", "halt"): "station",
}
_BACKDROP: dict[str, dict[str, str]] = {
    "natural": {"water": "water", "coastline": "water", "bay": "water", "wood": "green"}
    | dict.fromkeys(["scrub", "grassland", "heath", "wetland"], "green"),
    "waterway": dict.fromkeys(["river", "stream", "canal", "riverbank", "dock"], "water"),
    "landuse": dict.fromkeys(["reservoir", "basin"], "water")
    | dict.fromkeys(["grass", "forest", "meadow", "village_green", "recreation_ground"], "green")
    | dict.fromkeys(["cemetery", "allotments", "flowerbed"], "green"),
    "leisure": dict.fromkeys(["park", "garden", "dog_park", "nature_reserve"], "green"),
    "railway": dict.fromkeys(["rail", "light_rail", "tram", "subway", "narrow_gauge"], "railway"),
}
#: Of those, the ones that are lines even where they close.
_LINES = {"coastline", "river", "stream", "canal", "rail", "light_rail", "tram", "subway"}
LAMP = ("highway", "street_lamp")
NODE_TAGS = (LAMP, *SERVICE_POINTS)
WAY_KEYS = sorted({"highway", "building", *_BACKDROP, *(key for key, _value in SERVICE_POINTS)})


def building(tags: Mapping[str, str]) -> str | None:
    """The building's kind, None for what is no building."""
    value = tags.get("building", "no")
    return None if value == "no" else value


def lamp(tags: Mapping[str, str]) -> str | None:
    """The word lamp for a streetlight, None for what is none."""
    return "lamp" if LAMP in tags.items() else None


def service_point(tags: Mapping[str, str]) -> str | None:
    """The kind of service point, None for what is none."""
    return next((SERVICE_POINTS[tag] for tag in tags.items() if tag in SERVICE_POINTS), None)


def backdrop(tags: Mapping[str, str]) -> str | None:
    """water, green or railway; None for what stays off the base map or lies under ground."""
    if tags.get("tunnel") in {"yes", "culvert"} or tags.get("location") == "underground":
        return None
    for key, kinds in _BACKDROP.items():
        if (value := tags.get(key)) in kinds:
            return kinds[value]
    return None


def backdrop_is_line(tags: Mapping[str, str]) -> bool:
    """Whether the feature is a line by nature: a track, a stream, a coast."""
    return any(tags.get(key) in _LINES for key in ("natural", "waterway", "railway"))


def is_used_way(tags: Mapping[str, str]) -> bool:
    """Whether the import has any use for a way with these tags."""
    return (
        standing(tags) > Standing.OUT
        or building(tags) is not None
        or service_point(tags) is not None
        or backdrop(tags) is not None
    )


def is_used_area(tags: Mapping[str, str]) -> bool:
    """Whether the import has any use for a multipolygon with these tags."""
    return (
        standing(tags) > Standing.OUT
        or building(tags) is not None
        or service_point(tags) is not None
        or (backdrop(tags) is not None and not backdrop_is_line(tags))
    )
