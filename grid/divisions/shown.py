"""What a page shows of a division: its cells with their figures, and the verdict on them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from api.features import PRECISION
from grid.cell_verdict import load_remarks, tiling_remarks
from grid.divisions.drafts import Cell, coverage
from grid.divisions.ground import Ground
from grid.models import Division
from grid.standard import Standard, standard_of
from spatial.cells import Verdict, appraise, metres_in, verdict
from spatial.cells.coverage import coloured, is_whole
from spatial.cells.pieces import added_up, holders
from spatial.projection import LocalProjection


def geojson(shape: shapely.Geometry, projection: LocalProjection) -> dict[str, Any]:
    """A shape in metres as GeoJSON in WGS 84, positions to the centimetre."""
    degrees = shapely.transform(projection.unproject(shape), lambda xy: xy.round(PRECISION))
    found: dict[str, Any] = shapely.geometry.mapping(degrees)
    return found


def whole(division: Division, cells: Mapping[str, Cell], ground: Ground) -> dict[str, Any]:
    """The whole answer about one division."""
    return {**head(division), **judged(cells, ground, standard_of(division.standard))}


def head(division: Division) -> dict[str, Any]:
    """Which division it is, and what can be done with it."""
    standard = standard_of(division.standard)
    draft = division.state == Division.State.DRAFT
    return {
        "id": division.pk,
        "community": division.community.code,
        "state": division.state,
        "starts_on": division.first_day,
        "ends_on": division.ends_on,
        "note": division.note,
        "revision": division.revision,
        "can_undo": draft and division.step > division.first_step,
        "can_redo": draft and division.step < division.last_step,
        "standard": {"between": list(standard.between), "by": dict(standard.by)},
        "standard_is_set": bool(division.standard),
    }


def judged(cells: Mapping[str, Cell], ground: Ground, standard: Standard) -> dict[str, Any]:
    """The cells with their figures as GeoJSON, and the verdict on them."""
    drawn = coverage(cells)
    polygons = np.array(list(drawn.values()), dtype=object)
    figures = appraise(
        polygons,
        load=ground.load(standard),
        barriers=ground.barriers,
    )
    metres = metres_in(ground.segments.lines, polygons)
    lived_in = households_in(polygons, ground)
    flaws = _flaws(drawn, ground)
    low, high = standard.between
    colour = coloured(drawn)
    names = [cell.name or cell.code or cell.key for cell in cells.values()]
    remarks = [
        *tiling_remarks(flaws, names, ground.projection),
        *load_remarks(polygons, figures, standard, names, ground.projection),
    ]
    keys = list(cells)
    return {
        "cells": {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": geojson(cell.shape, ground.projection),
                    "properties": {
                        "key": key,
                        "code": cell.code,
                        "name": cell.name,
                        "fixed": cell.fixed,
                        "households": int(lived_in[at]),
                        "metres": round(float(metres[at]), 1),
                        "load": round(float(figures.load[at]), 2),
                        "compactness": round(float(figures.compactness[at]), 4),
                        "colour": colour[key],
                    },
                }
                for at, (key, cell) in enumerate(cells.items())
            ],
        },
        "verdict": {
            "tiles": flaws.clean and bool(keys),
            "gaps": [geojson(one.geometry, ground.projection) for one in flaws.gaps],
            "overlaps": [geojson(one.geometry, ground.projection) for one in flaws.overlaps],
            "pieces": [key for key, parts in zip(keys, figures.parts, strict=True) if parts > 1],
            "max_to_mean": round(figures.max_to_mean, 4),
            "compactness": round(float(figures.compactness.mean()), 4) if keys else None,
            "within_standard": int(((figures.load >= low) & (figures.load <= high)).sum()),
            "sentences": [
                {
                    "kind": one.kind,
                    "keys": [keys[cell] for cell in one.cells],
                    "sentence": one.sentence,
                    "at": one.at,
                }
                for one in remarks
            ],
        },
    }


def households_in(polygons: np.ndarray, ground: Ground) -> np.ndarray:
    """Dwellings (C,) in each cell."""
    load = ground.buildings[1]
    return added_up(holders(polygons, load.xy), load.amount, len(polygons))


def _flaws(drawn: Mapping[str, shapely.Geometry], ground: Ground) -> Verdict:
    """Where the cells do not tile; the long way only where the short one does not say they do."""
    if is_whole(drawn, ground.area):
        return Verdict([], [], [])
    return verdict(list(drawn.values()), ground.area)
