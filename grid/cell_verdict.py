"""The verdict on a community's cells, in force or from a file: nothing is written."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from django.utils.translation import gettext as _

from grid.dwellings import dwellings
from grid.metres import outlines, projection_of, shapes
from grid.models import Area, Backdrop, Building, Segment
from grid.standard import Standard, loads_of
from spatial.cells import Appraisal, Load, Verdict, appraise, mixed, verdict
from spatial.projection import LocalProjection


@dataclass(frozen=True)
class CellRemark:
    """What is to be said: a stable kind, the cells' numbers from 0, a sentence, and a place.

    Kinds: overlap, gap, outside (they do not tile the community), and too_much, too_little,
    crossing, parts (they do, but could be better). ``at`` is longitude and latitude.
    """

    kind: str
    cells: tuple[int, ...]
    sentence: str
    square_metres: float | None
    at: tuple[float, float]


@dataclass(frozen=True)
class CellsVerdict:
    """Figures of C cells, called ``names``, in their order; ``households`` (C,) dwellings."""

    community: Area
    names: list[str]
    households: np.ndarray
    figures: Appraisal
    remarks: list[CellRemark]

    @property
    def tiles(self) -> bool:
        """Whether the cells tile the community: no gap, no overlap, nothing outside."""
        return not any(one.kind in ("overlap", "gap", "outside") for one in self.remarks)


def judge_cells(
    community: Area,
    standard: Standard,
    *,
    drawn: Sequence[shapely.Geometry] | None = None,
    names: Sequence[str] = (),
    walks: bool = False,
) -> CellsVerdict:
    """Judge the cells in force, or ``drawn`` ones (EPSG:4326, sound polygons) called ``names``."""
    projection = projection_of(community)
    if drawn is None:
        standing = list(Area.objects.cells().inside(community.code).order_by("code"))
        cells, names = outlines(standing, projection), [one.code for one in standing]
    else:
        cells = np.asarray(projection.project(np.array(drawn, dtype=object)), dtype=object)
    area = outlines([community], projection)[0]
    lived_in = _dwellings(community, projection)
    loads = loads_of(community, projection, standard, lived_in)
    figures = appraise(
        cells,
        load=mixed(loads, area),
        streets=_streets(community, projection),
        barriers=_water_and_railways(community, projection),
        walks=walks,
    )
    remarks = [
        *tiling_remarks(verdict(cells, area), names, projection),
        *load_remarks(cells, figures, standard, list(names), projection),
    ]
    households = appraise(cells, load=lived_in).load
    return CellsVerdict(community, list(names), households, figures, remarks)


def tiling_remarks(
    found: Verdict, names: Sequence[str], projection: LocalProjection
) -> list[CellRemark]:
    """Sentences for where cells called ``names`` (C,) do not tile their community."""
    words = {
        "overlap": _("%(cells)s overlap by %(area)s m²."),
        "gap": _("There is a gap of %(area)s m² beside %(cells)s."),
        "outside": _("%(cells)s reaches %(area)s m² outside the community."),
    }
    return [
        CellRemark(
            flaw.kind,
            flaw.cells,
            words[flaw.kind]
            % {
                "cells": ", ".join(names[cell] for cell in flaw.cells) or _("no cell"),
                "area": f"{flaw.square_metres:,.1f}",
            },
            flaw.square_metres,
            _place(flaw.geometry, projection),
        )
        for flaw in found.flaws
    ]


def load_remarks(
    cells: np.ndarray,
    figures: Appraisal,
    standard: Standard,
    names: list[str],
    projection: LocalProjection,
) -> list[CellRemark]:
    """Sentences for cells (C,) that have too much or too little, or that something divides."""
    low, high = standard.between
    said = []
    for number, (cell, name) in enumerate(zip(cells, names, strict=True)):
        load, parts, sides = figures.load[number], figures.parts[number], figures.sides[number]
        words = []
        if load > high:
            words.append(("too_much", _("%(cell)s has %(load)s, more than %(limit)s."), high))
        if load < low:
            words.append(("too_little", _("%(cell)s has %(load)s, less than %(limit)s."), low))
        if parts > 1:
            words.append(("parts", _("%(cell)s lies in %(limit)s separate parts."), parts))
        if sides > 1:
            sentence = _("Water or a railway divides %(cell)s into %(limit)s parts.")
            words.append(("crossing", sentence, sides))
        said += [
            CellRemark(
                kind,
                (number,),
                sentence % {"cell": name, "load": f"{load:,.0f}", "limit": f"{limit:,.0f}"},
                None,
                _place(cell, projection),
            )
            for kind, sentence, limit in words
        ]
    return said


def _place(shape: shapely.Geometry, projection: LocalProjection) -> tuple[float, float]:
    middle = projection.inverse(shapely.get_coordinates(shapely.point_on_surface(shape)))
    return round(float(middle[0, 0]), 7), round(float(middle[0, 1]), 7)


def _dwellings(community: Area, projection: LocalProjection) -> Load:
    """Dwellings of the buildings as they would be counted now; nothing is stored."""
    rows = list(
        Building.objects.filter(community=community)
        .order_by("pk")
        .values_list("kind", "levels", "flats", "footprint")
    )
    footprints = projection.project(shapes(row[3] for row in rows))
    count = dwellings(
        [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], footprints
    )
    return Load.of(shapely.get_coordinates(shapely.point_on_surface(footprints)), count)


def _streets(community: Area, projection: LocalProjection) -> np.ndarray:
    duty = Segment.objects.duty().filter(community=community).order_by("pk")
    drawn = projection.project(shapes(duty.values_list("line", flat=True)))
    return np.asarray(drawn, dtype=object)


def _water_and_railways(community: Area, projection: LocalProjection) -> np.ndarray:
    found = Backdrop.objects.filter(
        community=community, kind__in=[Backdrop.Kind.WATER, Backdrop.Kind.RAILWAY]
    )
    drawn = shapes(found.order_by("pk").values_list("geometry", flat=True))
    return shapely.get_parts(projection.project(drawn))


def as_json(found: CellsVerdict) -> dict[str, object]:
    """The verdict as one JSON object; metres and areas are rounded."""
    figures = found.figures
    return {
        "community": found.community.code,
        "tiles": found.tiles,
        "max_to_mean": round(figures.max_to_mean, 4),
        "largest_to_mean": round(figures.largest, 4),
        "compactness": round(float(figures.compactness.mean()), 4) if found.names else None,
        "cells": [
            {
                "cell": name,
                "households": int(found.households[at]),
                "load": round(float(figures.load[at]), 2),
                "metres": round(float(figures.walking[at]), 1),
                "walk_metres": None
                if math.isnan(figures.walk[at])
                else round(float(figures.walk[at]), 1),
                "compactness": round(float(figures.compactness[at]), 4),
                "parts": int(figures.parts[at]),
                "sides_of_barriers": int(figures.sides[at]),
            }
            for at, name in enumerate(found.names)
        ],
        "remarks": [
            {
                "kind": one.kind,
                "cells": [found.names[cell] for cell in one.cells],
                "sentence": one.sentence,
                "square_metres": one.square_metres and round(one.square_metres, 2),
                "at": one.at,
            }
            for one in found.remarks
        ],
    }
