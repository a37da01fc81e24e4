"""Cells drawn elsewhere: checked as a whole, then taken in as they are, or not at all."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from django.db import transaction
from django.utils.translation import gettext as _

from api.errors import BadFile, UnknownArea
from grid.cell_register import DrawnCell, Registered, register_cells
from grid.cell_verdict import tiling_remarks
from grid.division import dwellings_of
from grid.import_layers import Layer, problem_of
from grid.locks import lock_community
from grid.metres import SPACING, outlines, projection_of, shapes
from grid.models import Area, Level
from spatial.cells import verdict
from spatial.cells.pieces import holders
from spatial.cells.verdict import SLIVER_METRES

#: Field names that are taken for the code and the name where none is stated (lower case).
CODE_FIELDS = ("code", "cell_code", "网格编码", "网格编号", "编码", "代码")
NAME_FIELDS = ("name", "cell_name", "网格名称", "名称")


@dataclass(frozen=True)
class CellFlaw:
    """What is wrong: a stable code, the features (numbered from 1), where, and how much."""

    kind: str
    features: tuple[int, ...]
    sentence: str
    square_metres: float | None = None
    at: tuple[float, float] | None = None


@dataclass
class CellImport:
    """The outcome; ``registered`` by community code stays empty where flaws were found."""

    flaws: list[CellFlaw] = field(default_factory=list)
    registered: dict[str, Registered] = field(default_factory=dict)


def import_cells(
    layer: Layer,
    *,
    today: dt.date,
    community: str | None = None,
    code_field: str | None = None,
    name_field: str | None = None,
    dry_run: bool = False,
) -> CellImport:
    """Take the layer's polygons as all cells of the communities they lie in.

    Every feature must be a sound polygon inside one community, and the features of a community must
    tile it: overlaps, gaps and parts outside are flaws unless they are narrower than 10 cm
    everywhere. With any flaw nothing is written; nothing is repaired. ``community`` is a code
    (12 digits) that all features belong to; without it each belongs to where its middle lies.

    Raises UnknownArea and BadFile, with a sentence, where the file cannot be judged at all, and
    Conflict for codes that do not fit.
    """
    named = Named(layer, code_field, name_field)
    result = CellImport()
    for number, shape in enumerate(layer.shapes, start=1):
        if problem := problem_of(shape):
            result.flaws.append(
                CellFlaw(problem[0], (number,), f"{named.of(number)}: {problem[1]}")
            )
    if result.flaws:
        return result
    degrees = layer.in_degrees()
    by_community = _by_community(degrees, community, named, result)
    with transaction.atomic():
        checked = []
        for area, features in by_community.items():
            lock_community(area.code)
            area.refresh_from_db()
            checked.append((area, features, _judge(area, features, layer, named, result)))
        if not result.flaws:
            for area, features, households in checked:
                drawn = [
                    DrawnCell(
                        degrees[at],
                        households=count,
                        code=named.code(at, area),
                        name=named.name(at),
                    )
                    for at, count in zip(features, households, strict=True)
                ]
                result.registered[area.code] = register_cells(area, drawn, today=today)
        if dry_run:
            transaction.set_rollback(True)
    return result


class Named:
    """Codes and names of features, from the fields stated or the usual ones."""

    def __init__(self, layer: Layer, code_field: str | None, name_field: str | None) -> None:
        self.rows = layer.rows
        fields = list(dict.fromkeys(name for row in layer.rows for name in row))
        self.code_field = self._chosen(code_field, fields, CODE_FIELDS)
        self.name_field = self._chosen(name_field, fields, NAME_FIELDS)

    @staticmethod
    def _chosen(stated: str | None, fields: Sequence[str], usual: Sequence[str]) -> str | None:
        if stated is not None and stated not in fields:
            raise BadFile(
                _("There is no field %(field)s; there are: %(fields)s.")
                % {"field": stated, "fields": ", ".join(fields) or _("none")}
            )
        return stated or next((name for name in fields if name.lower() in usual), None)

    def name(self, at: int) -> str:
        value = self.rows[at].get(self.name_field) if self.name_field else None
        return "" if value is None else str(value).replace("\x00", "").strip()[:120]

    def code(self, at: int, community: Area) -> str:
        """15 digits, from 15 or the last 3; empty where there is no such field.

        Raises BadFile for anything else.
        """
        if self.code_field is None:
            return ""
        value = self.rows[at].get(self.code_field)
        text = "" if value is None else str(value).strip()
        if re.fullmatch(r"[0-9]{1,3}", text):
            return community.code + text.zfill(3)
        if re.fullmatch(r"[0-9]{15}", text) and text.startswith(community.code):
            return text
        raise BadFile(
            _("%(feature)s: %(code)r is no code of a cell in %(community)s (15 digits, or its 3).")
            % {"feature": self.of(at + 1), "code": text, "community": community}
        )

    def of(self, number: int) -> str:
        """How a sentence speaks of feature ``number`` (from 1)."""
        name = self.name(number - 1)
        return (
            _("Feature %(number)s (%(name)s)") % {"number": number, "name": name}
            if name
            else (_("Feature %s") % number)
        )


def _by_community(
    degrees: np.ndarray, code: str | None, named: Named, result: CellImport
) -> dict[Area, list[int]]:
    """Numbers (from 0) of the features of each community."""
    found = Area.objects.current().filter(level=Level.COMMUNITY).order_by("code")
    if code is not None:
        area = found.filter(code=code).first()
        if area is None:
            raise UnknownArea(_("There is no community with the code %s.") % code)
        return {area: list(range(len(degrees)))}
    middle = shapely.get_coordinates(shapely.point_on_surface(degrees))
    areas = list(found)
    held = holders(shapes(area.geometry for area in areas), middle)
    by_community: dict[Area, list[int]] = {}
    for at, number in enumerate(held.tolist()):
        if number < 0:
            x, y = middle[at]
            sentence = _("%s lies in no community.") % named.of(at + 1)
            if holders(shapes(area.geometry for area in areas), middle[at][None, ::-1])[0] >= 0:
                sentence += " " + _("Longitude and latitude seem to be swapped.")
            result.flaws.append(
                CellFlaw("outside", (at + 1,), sentence, at=(round(x, 7), round(y, 7)))
            )
        else:
            by_community.setdefault(areas[number], []).append(at)
    return by_community


def densely(layer: Layer, features: Sequence[int]) -> np.ndarray:
    """The features' shapes in EPSG:4326 with points set along their edges.

    Straight is what the file's own plane calls straight, so that is where the points are set.
    """
    spacing = SPACING if layer.crs.is_geographic else 20.0
    dense = shapely.segmentize(layer.shapes[list(features)], spacing)
    return Layer(dense, layer.rows, layer.crs, layer.encoding).in_degrees()


def _judge(
    area: Area, features: list[int], layer: Layer, named: Named, result: CellImport
) -> list[int]:
    """Add the flaws of one community's features to the result; the dwellings of each."""
    projection = projection_of(area)
    cells = np.asarray(projection.project(densely(layer, features)), dtype=object)
    found = verdict(cells, outlines([area], projection)[0], sliver=SLIVER_METRES)
    names = [named.of(feature + 1) for feature in features]
    result.flaws += [
        CellFlaw(
            remark.kind,
            tuple(features[cell] + 1 for cell in remark.cells),
            remark.sentence,
            remark.square_metres,
            remark.at,
        )
        for remark in tiling_remarks(found, names, projection)
    ]
    footprints, dwellings = dwellings_of(area, projection)
    held = holders(cells, shapely.get_coordinates(shapely.point_on_surface(footprints)))
    count = np.bincount(held[held >= 0], dwellings[held >= 0], minlength=len(cells))
    return [int(one) for one in count]
