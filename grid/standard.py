"""By what standard a community is divided: dwellings, metres to walk, care, or a weighting."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from api.errors import BadFile
from grid.metres import outlines, shapes
from grid.models import Area, Building, Segment
from spatial.cells import Load, walking_load
from spatial.projection import LocalProjection

#: What can be shared out, the words that ``--by`` takes.
KINDS = ("households", "walking", "care")


@dataclass(frozen=True)
class Standard:
    """What cells share out evenly: its parts by weight, and how much of the first one for a cell.

    ``by`` maps "households", "walking" (metres of duty street) and "care" to weights; ``care`` are
    rows of longitude, latitude and load, as `read_care` gives them.
    """

    between: tuple[float, float] = (300, 500)
    by: Mapping[str, float] = field(default_factory=lambda: {"households": 1.0})
    care: np.ndarray = field(default_factory=lambda: np.empty((0, 3)))


def parsed_by(text: str) -> dict[str, float]:
    """Weights from "households=2,walking=1"; a word alone weighs 1. Raises ValueError."""
    weights: dict[str, float] = {}
    for part in text.split(","):
        kind, _sign, number = part.strip().partition("=")
        if kind not in KINDS or kind in weights:
            raise ValueError(f"{part} is none of {', '.join(KINDS)}, or is there twice")
        weights[kind] = float(number or 1)
        if not 0 < weights[kind] < 1e6:
            raise ValueError(f"{part} must weigh more than nothing")
    return weights


def standard_of(stored: Mapping[str, Any]) -> Standard:
    """The standard that a division is made by; 300 to 500 dwellings where nothing is stored."""
    if not stored:
        return Standard()
    care = np.array(stored.get("care", []), dtype=np.float64).reshape(-1, 3)
    low, high = stored["between"]
    return Standard(between=(low, high), by=dict(stored["by"]), care=care)


def as_stored(standard: Standard) -> dict[str, Any]:
    """The standard as JSON."""
    found = {"between": list(standard.between), "by": dict(standard.by)}
    return {**found, "care": standard.care.tolist()} if len(standard.care) else found


def loads_of(
    community: Area, projection: LocalProjection, standard: Standard, dwellings: Load
) -> list[Load]:
    """The standard's loads, the one that its numbers are of first; ``dwellings`` as counted."""
    loads = []
    for kind, weight in standard.by.items():
        if kind == "households":
            loads.append(Load.of(dwellings.xy, dwellings.amount, weight))
        elif kind == "walking":
            lines = Segment.objects.duty().filter(community=community).order_by("pk")
            drawn = projection.project(shapes(lines.values_list("line", flat=True)))
            area = outlines([community], projection)[0]
            loads.append(walking_load(drawn, area, weight=weight))
        else:
            xy = projection.forward(standard.care[:, :2])
            loads.append(Load.of(xy, standard.care[:, 2], weight))
    return loads


def read_care(path: Path) -> np.ndarray:
    """Rows (N, 3) of longitude, latitude and load from a CSV, UTF-8.

    Columns ``load`` and either ``building`` (its number in OpenStreetMap, like way/123) or ``lon``
    and ``lat``. Raises BadFile that names every line that cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(
            _("%(file)s cannot be read as a CSV in UTF-8: %(why)s")
            % {"file": path.name, "why": error}
        ) from error
    columns = set(rows[0]) if rows else set()
    if not ("load" in columns and ("building" in columns or {"lon", "lat"} <= columns)):
        raise BadFile(_("%s needs a column load, and either building or lon and lat.") % path.name)
    places = _places_of([row["building"] for row in rows]) if "building" in columns else None
    found, bad = [], []
    for line, row in enumerate(rows, start=2):
        try:
            place = places[row["building"]] if places is not None else (row["lon"], row["lat"])
            found.append([float(place[0]), float(place[1]), float(row["load"])])
        except (KeyError, TypeError, ValueError):
            bad.append(line)
            continue
        lon, lat, load = found[-1]
        if not (abs(lon) <= 180 and abs(lat) <= 90 and 0 <= load < 1e9):
            bad.append(line)
    if bad:
        raise BadFile(
            _("%(file)s: no known place or no load in line %(lines)s.")
            % {"file": path.name, "lines": ", ".join(map(str, bad))}
        )
    return np.array(found)


def _places_of(numbers: list[str]) -> dict[str, tuple[float, float]]:
    """A point (EPSG:4326) on each building of these OpenStreetMap numbers that is known."""
    rows = list(Building.objects.filter(osm_id__in=numbers).values_list("osm_id", "footprint"))
    points = shapely.get_coordinates(shapely.point_on_surface(shapes(row[1] for row in rows)))
    return {row[0]: (x, y) for row, (x, y) in zip(rows, points.tolist(), strict=True)}
