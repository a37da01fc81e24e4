"""manage.py judge_cells AREA: a verdict on cells in force, or drawn in a file; writes nothing."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from api.errors import BadFile, GridwalkError
from grid.cell_import import Named, densely
from grid.cell_verdict import CellsVerdict, as_json, judge_cells
from grid.division import communities_of
from grid.import_layers import problem_of, read_layer
from grid.management.commands.split_cells import add_standard, standard_of
from grid.models import Area


class Command(BaseCommand):
    help = (
        "Judge a community's cells, or cells drawn in a file before they are taken in: balance, "
        "gaps, overlaps, metres to walk, shape, and whether water or railways divide them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("area", help="the code of a community, or of an area above")
        add_standard(parser)
        parser.add_argument("--file", type=Path, help="cells of one community, drawn elsewhere")
        parser.add_argument("--layer", help="which layer of a GeoPackage")
        parser.add_argument("--encoding", help="of a shapefile's text, if neither .cpg nor UTF-8")
        parser.add_argument("--crs", help="the file's reference system, like EPSG:4490")
        parser.add_argument("--code-field", help="the field with the cells' codes")
        parser.add_argument("--name-field", help="the field with the cells' names")
        parser.add_argument(
            "--walks", action="store_true", help="plan a walk over each cell's streets too"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            found = self._judged(options)
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            answer = {"communities": [as_json(one) for one in found]}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for one in found:
            self.stdout.write(_table(one))

    def _judged(self, options: dict[str, Any]) -> list[CellsVerdict]:
        communities = communities_of(options["area"])
        standard = standard_of(options)
        if options["file"] is None:
            return [judge_cells(one, standard, walks=options["walks"]) for one in communities]
        if len(communities) > 1:
            raise BadFile(_("A file is judged for one community at a time. Name its code."))
        return [self._drawn(communities[0], options)]

    def _drawn(self, community: Area, options: dict[str, Any]) -> CellsVerdict:
        layer = read_layer(
            options["file"],
            layer=options["layer"],
            encoding=options["encoding"],
            crs=options["crs"],
        )
        named = Named(layer, options["code_field"], options["name_field"])
        numbers = range(len(layer.rows))
        for number in numbers:
            if problem := problem_of(layer.shapes[number]):
                raise BadFile(f"{named.of(number + 1)}: {problem[1]}")
        return judge_cells(
            community,
            standard_of(options),
            drawn=list(densely(layer, list(numbers))),
            names=[named.of(number + 1) for number in numbers],
            walks=options["walks"],
        )


def _table(found: CellsVerdict) -> str:
    figures = found.figures
    head = (
        f"{_('cell'):<28} {_('dwellings'):>10} {_('load'):>10} {_('metres'):>10}"
        f" {_('walk'):>8} {_('compact'):>8}"
    )
    rows = [
        f"{name:<28} {found.households[at]:>10,.0f} {figures.load[at]:>10,.0f}"
        f" {figures.walking[at]:>10,.0f} {figures.walk[at]:>8,.0f} {figures.compactness[at]:>8.2f}"
        for at, name in enumerate(found.names)
    ]
    said = [f"  {one.kind}: {one.sentence} ({one.at[0]}, {one.at[1]})" for one in found.remarks]
    foot = _("%(cells)s cells, max ÷ mean %(ratio).2f (one building alone %(largest).2f)") % {
        "cells": len(rows),
        "ratio": figures.max_to_mean,
        "largest": figures.largest,
    }
    tiles = (
        _("The cells tile the community: no gap, no overlap.")
        if found.tiles
        else _("The cells do not tile the community.")
    )
    return "\n".join([f"{found.community}", head, *rows, *said, foot, tiles])
