"""manage.py split_cells AREA: divide communities into cells by a stated standard."""

import json
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import shapely
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from api.errors import BadFile, GridwalkError
from grid.division import CommunityDivision, communities_of, divide
from grid.import_layers import read_polygons
from grid.metres import projection_of, shapes
from grid.models import Area
from grid.preview import draw_preview
from grid.standard import Standard, parsed_by, read_care

#: A building with more of a cell's mean load than this is worth a word.
TELLING = 1.0


def _weights(text: str) -> dict[str, float]:
    try:
        return parsed_by(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def _between(text: str) -> tuple[int, int]:
    low, _dash, high = text.replace("–", "-").partition("-")
    if not (low.isdecimal() and high.isdecimal() and 0 < int(low) <= int(high) <= 10**6):
        raise ArgumentTypeError(f"{text} is not a standard like 300-500")
    return int(low), int(high)


class Command(BaseCommand):
    help = "Divide a community, or every community of an area, into contiguous, balanced cells."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("area", help="the code of a community, or of an area above")
        add_standard(parser)
        parser.add_argument(
            "--again", action="store_true",
            help="start from the cells in force; move as little as the standard asks for",
        )  # fmt: skip
        parser.add_argument(
            "--fixed", type=Path, metavar="FILE",
            help="polygons that become cells of their own: estates, campuses (GeoJSON, GPKG, SHP)",
        )  # fmt: skip
        parser.add_argument("--preview", type=Path, metavar="FILE.png", help="draw a picture")
        parser.add_argument("--seed", type=int, default=0, help="another division of equal right")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            with _native_output_on_stderr(), transaction.atomic():
                divisions = self._divide(options)
                self._draw(divisions, options["preview"])
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(as_json(divisions), ensure_ascii=False))
        else:
            for division in divisions:
                self.stdout.write(_table(division))
        for division in divisions:
            for sentence in _remarks(division):
                self.stderr.write(sentence)

    def _divide(self, options: dict[str, Any]) -> list[CommunityDivision]:
        communities = communities_of(options["area"])
        standard = standard_of(options)
        fixed = read_polygons(options["fixed"]) if options["fixed"] else []
        for number, polygon in enumerate(fixed, start=1):
            if not any(polygon.intersects(shapes([one.geometry])[0]) for one in communities):
                raise BadFile(
                    _("Polygon %(number)s of %(file)s lies in none of the communities.")
                    % {"number": number, "file": options["fixed"].name}
                )
        return [
            divide(
                community,
                standard=standard,
                today=timezone.localdate(),
                fixed=_inside(fixed, community),
                again=options["again"],
                seed=options["seed"],
            )
            for community in communities
        ]

    def _draw(self, divisions: Sequence[CommunityDivision], path: Path | None) -> None:
        for division in divisions if path else []:
            assert path is not None  # noqa: S101
            one = path
            if len(divisions) > 1:
                one = path.with_name(f"{path.stem}-{division.community.code}{path.suffix}")
            try:
                draw_preview(division, one)
            except OSError as error:
                raise BadFile(
                    _("%(file)s cannot be written: %(why)s. Nothing was changed.")
                    % {"file": one, "why": error.strerror or error}
                ) from error


def add_standard(parser: ArgumentParser) -> None:
    """The options that say what cells share out, and how much each should have."""
    parser.add_argument(
        "--households", "--between", dest="between", type=_between, metavar="FROM-TO",
        help="how much a cell should have, 300-500 dwellings unless said otherwise; of what "
        "--by names first, if that is something else",
    )  # fmt: skip
    parser.add_argument(
        "--by", type=_weights, default={"households": 1.0}, metavar="WHAT",
        help="what cells share out evenly: households, walking (metres of street), care, or a "
        "weighting like households=2,walking=1",
    )  # fmt: skip
    parser.add_argument(
        "--care", type=Path, metavar="FILE.csv",
        help="care by building: columns load, and building (like way/123) or lon and lat",
    )  # fmt: skip


def standard_of(options: dict[str, Any]) -> Standard:
    """The standard that the options state; raises BadFile where a part of it is missing."""
    by, between = options["by"], options["between"]
    if between is None and next(iter(by)) != "households":
        raise BadFile(_("Say with --between how much a cell should have, as in 2000-4000."))
    if ("care" in by) != (options["care"] is not None):
        raise BadFile(_("Care is shared out by --by care and --care FILE.csv together."))
    care = {"care": read_care(options["care"])} if options["care"] else {}
    return Standard(between=between or (300, 500), by=by, **care)


@contextmanager
def _native_output_on_stderr() -> Iterator[None]:
    """METIS prints its remarks from C to file 1, where only our answer belongs."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _inside(fixed: Sequence[shapely.Geometry], community: Area) -> list[shapely.Geometry]:
    """The polygons that share more than a sliver with the community."""
    projection = projection_of(community)
    area = projection.project(shapes([community.geometry])[0])
    return [one for one in fixed if shapely.area(projection.project(one) & area) >= 1]


def as_json(divisions: Sequence[CommunityDivision]) -> dict[str, Any]:
    """The object that ``--json`` prints; ``max_to_mean`` is the worst community's."""
    return {
        "cells": [
            {
                "code": cell.area.code,
                "name": cell.area.name,
                "households": cell.households,
                "metres": round(cell.metres, 2),
                "compactness": round(cell.compactness, 4),
                "load": round(cell.load, 2),
            }
            for division in divisions
            for cell in division.cells
        ],
        "max_to_mean": round(max(division.max_to_mean for division in divisions), 4),
        "largest_to_mean": round(max(division.largest for division in divisions), 4),
        "moved": {
            "buildings": sum(division.moved.buildings for division in divisions),
            "dwellings": sum(division.moved.households for division in divisions),
            "metres": round(sum(division.moved.metres for division in divisions), 1),
            "handovers": [
                {
                    "from": one.before,
                    "to": one.after,
                    "buildings": one.buildings,
                    "dwellings": one.households,
                }
                for division in divisions
                for one in division.moved.handovers
            ],
        },
        "seconds": round(sum(division.seconds for division in divisions), 3),
    }


def _table(division: CommunityDivision) -> str:
    rows = [
        f"{cell.area.code:<16} {cell.households:>10,} {cell.metres:>10,.0f}"
        f" {cell.compactness:>8.2f}  {cell.area.name}{' *' if cell.area.fixed else ''}"
        for cell in division.cells
    ]
    head = f"{_('cell'):<16} {_('dwellings'):>10} {_('metres'):>10} {_('compact'):>8}  {_('name')}"
    foot = _("%(cells)s cells, max ÷ mean %(ratio).2f, %(seconds).1f s; * kept whole") % {
        "cells": len(rows),
        "ratio": division.max_to_mean,
        "seconds": division.seconds,
    }
    return "\n".join([f"{division.community}", head, *rows, foot])


def _changed_hands(division: CommunityDivision) -> list[str]:
    moved = division.moved
    if not moved.handovers:
        return []
    head = _(
        "%(buildings)s buildings with %(dwellings)s dwellings and %(metres)s m of street change"
        " hands:"
    ) % {
        "buildings": f"{moved.buildings:,}",
        "dwellings": f"{moved.households:,}",
        "metres": f"{moved.metres:,.0f}",
    }
    return [head] + [
        "  "
        + _("%(from)s → %(to)s: %(buildings)s buildings, %(dwellings)s dwellings")
        % {
            "from": one.before,
            "to": one.after,
            "buildings": f"{one.buildings:,}",
            "dwellings": f"{one.households:,}",
        }
        for one in moved.handovers
    ]


def _remarks(division: CommunityDivision) -> list[str]:
    """What a person should know beyond the table."""
    remarks = []
    if division.largest > TELLING:
        remarks.append(
            _("One building alone has %.2f times what a cell has on average.") % division.largest
        )
    remarks += _changed_hands(division)
    if division.outside:
        remarks.append(
            ngettext(
                "%s building lies outside the community and belongs to no cell.",
                "%s buildings lie outside the community and belong to no cell.",
                division.outside,
            )
            % division.outside
        )
    if retired := division.registered.retired:
        remarks.append(_("Cells no longer in force: %s.") % ", ".join(retired))
    remarks += [
        _("%(member)s is no longer responsible for %(cell)s, which is gone; it ended on %(day)s.")
        % {"member": held.member, "cell": held.area, "day": held.ends_on}
        for held in division.registered.ended
    ]
    return remarks
