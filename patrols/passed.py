"""Buildings passed in cells that are in force no more."""

from collections.abc import Sequence

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import QuerySet

from grid.divisions.ground import OnSurface
from grid.models import DivisionCell, Level
from patrols.models import BuildingPassed
from spatial.cells.pieces import holders


def passed_in_gone(
    rows: QuerySet[BuildingPassed], gone: Sequence[tuple[int, str]], code: str
) -> dict[str, dict[str, int]]:
    """How many different buildings of the rows lay in each cell of divisions that are gone.

    ``gone`` are divisions and codes of their communities; ``code`` is the area asked about. By
    community and code of the cell, "" for a building in none. Two queries for each division.
    """
    found: dict[str, dict[str, int]] = {}
    for pk, community in gone:
        places = _shapes(
            rows.filter(building__community__code=community)
            .order_by("building")
            .distinct("building")
            .values_list(AsWKB(OnSurface("building__footprint")), flat=True)
        )
        cells = DivisionCell.objects.filter(division=pk).order_by("code")
        known = list(cells.values_list("code", AsWKB("outline")))
        outlines = _shapes(row[1] for row in known)
        for number in holders(outlines, shapely.get_coordinates(places)).tolist():
            cell = known[number][0] if number >= 0 else ""
            if cell.startswith(code) or (not cell and len(code) < Level.CELL):
                passed = found.setdefault(community, {})
                passed[cell] = passed.get(cell, 0) + 1
    return found


def _shapes(written: object) -> np.ndarray:
    return np.array(shapely.from_wkb([bytes(one) for one in written]), dtype=object)  # type: ignore[attr-defined]
