"""How many dwellings a building has: the rule that balance is measured by.

1. Tagged dwellings (``building:flats``) count as they are.
2. Kinds in `NOT_LIVED_IN` have none, neither have buildings under `SMALLEST_M2` of ground, nor
   halls: buildings of unsaid kind (``yes``) and unknown levels with more than `HALL_M2` of ground.
3. Kinds in `ONE_HOUSEHOLD` have one (semi-detached houses two).
4. Every other building has its floor area ÷ `M2_PER_DWELLING`, at least one. Floor area is ground
   × levels; unknown levels are the median of the community's tagged ones where five or more are
   tagged, else `USUAL_LEVELS`. Ground under several outlines counts for the smallest of them.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

#: Gross floor area per dwelling, walls and stairs included.
M2_PER_DWELLING = 100.0
SMALLEST_M2 = 30.0
HALL_M2 = 2500.0
USUAL_LEVELS = 3.0
ONE_HOUSEHOLD = {
    "house": 1,
    "detached": 1,
    "bungalow": 1,
    "cabin": 1,
    "farm": 1,
    "houseboat": 1,
    "static_caravan": 1,
    "semidetached_house": 2,
    "semi": 2,
}
NOT_LIVED_IN = {
    "allotment_house",
    "atrium",
    "barn",
    "boathouse",
    "bridge",
    "bunker",
    "carport",
    "cathedral",
    "chapel",
    "church",
    "civic",
    "clinic",
    "college",
    "commercial",
    "conservatory",
    "construction",
    "container",
    "cowshed",
    "digester",
    "entrance",
    "farm_auxiliary",
    "fire_station",
    "garage",
    "garages",
    "gasometer",
    "gatehouse",
    "glasshouse",
    "government",
    "grandstand",
    "greenhouse",
    "hangar",
    "hospital",
    "hotel",
    "industrial",
    "kindergarten",
    "kiosk",
    "library",
    "manufacture",
    "market",
    "marketplace",
    "military",
    "monastery",
    "monument",
    "mosque",
    "museum",
    "office",
    "outbuilding",
    "parking",
    "pavilion",
    "power",
    "presbytery",
    "public",
    "religious",
    "retail",
    "riding_hall",
    "roof",
    "ruins",
    "school",
    "service",
    "shed",
    "ship",
    "shrine",
    "silo",
    "slurry_tank",
    "sports_centre",
    "sports_hall",
    "stable",
    "stadium",
    "storage_tank",
    "sty",
    "subway_entrance",
    "supermarket",
    "synagogue",
    "temple",
    "tent",
    "toilets",
    "tower",
    "train_station",
    "transformer_tower",
    "transportation",
    "underpass_entrance",
    "university",
    "utility",
    "warehouse",
    "water_tower",
}


def dwellings(
    kind: Sequence[str],
    levels: Sequence[float | None],
    flats: Sequence[int | None],
    footprints: NDArray[np.object_],
) -> NDArray[np.int64]:
    """Dwellings (B,) of a community's buildings, tagged or estimated; footprints in metres."""
    stated = np.array([np.nan if level is None else level for level in levels], dtype=float)
    known = stated[np.isfinite(stated) & (stated > 0)]
    usual = float(np.median(known)) if len(known) >= 5 else USUAL_LEVELS
    ground = _own_ground(footprints)
    count = np.zeros(len(kind), dtype=np.int64)
    for at, (word, level, tagged) in enumerate(zip(kind, stated, flats, strict=True)):
        unsaid = not level > 0
        if tagged is not None:
            count[at] = tagged
        elif word in NOT_LIVED_IN or ground[at] < SMALLEST_M2:
            count[at] = 0
        elif word in ONE_HOUSEHOLD:
            count[at] = ONE_HOUSEHOLD[word]
        elif not (unsaid and word in {"yes", ""} and ground[at] > HALL_M2):
            count[at] = max(1, round(ground[at] * (usual if unsaid else level) / M2_PER_DWELLING))
    return count


def _own_ground(footprints: NDArray[np.object_]) -> NDArray[np.float64]:
    """Ground (B,) in m², without what lies under a smaller footprint as well."""
    area = shapely.area(footprints)
    own = area.copy()
    if len(footprints) == 0:
        return own
    large, small = shapely.STRtree(footprints).query(footprints, predicate="intersects")
    smaller = (area[small] < area[large]) | ((area[small] == area[large]) & (small < large))
    order = np.flatnonzero(smaller)
    for one in np.unique(large[order]):
        others = footprints[small[order][large[order] == one]]
        own[one] = shapely.area(shapely.difference(footprints[one], shapely.union_all(others)))
    return own
