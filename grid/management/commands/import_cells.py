"""manage.py import_cells FILE: take in cells drawn elsewhere, whole or not at all."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from api.errors import GridwalkError
from grid.cell_import import CellImport, import_cells
from grid.import_layers import Layer, read_layer


class Command(BaseCommand):
    help = (
        "Take in the cells of communities from a GeoJSON, GeoPackage or Shapefile (also zipped). "
        "Overlaps, gaps, parts outside and rings that are not sound are reported by feature, and "
        "then nothing is taken in. What is narrower than 10 cm everywhere is passed over."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--layer", help="which layer of a GeoPackage")
        parser.add_argument("--encoding", help="of a shapefile's text, if neither .cpg nor UTF-8")
        parser.add_argument("--crs", help="the file's reference system, like EPSG:4490")
        parser.add_argument("--code-field", help="the field with 15 digits, or the last 3")
        parser.add_argument("--name-field", help="the field with the cells' names")
        parser.add_argument("--community", metavar="CODE", help="whose cells these are")
        parser.add_argument("--dry-run", action="store_true", help="only check and report")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            layer = read_layer(
                options["file"],
                layer=options["layer"],
                encoding=options["encoding"],
                crs=options["crs"],
            )
            found = import_cells(
                layer,
                today=timezone.localdate(),
                community=options["community"],
                code_field=options["code_field"],
                name_field=options["name_field"],
                dry_run=options["dry_run"],
            )
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            answer = as_json(found, layer, dry_run=options["dry_run"])
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self._tell(found, layer, dry_run=options["dry_run"])
        if found.flaws:
            raise CommandError(
                _("%s flaws were found, so nothing was taken in. Correct the file and try again.")
                % len(found.flaws)
            )

    def _tell(self, found: CellImport, layer: Layer, *, dry_run: bool) -> None:
        self.stdout.write(
            _("%(count)s features, text read as %(encoding)s, %(crs)s")
            % {"count": len(layer.rows), "encoding": layer.encoding, "crs": layer.crs.name}
        )
        for flaw in found.flaws:
            place = f" ({flaw.at[0]}, {flaw.at[1]})" if flaw.at else ""
            self.stdout.write(f"  {flaw.kind}: {flaw.sentence}{place}")
        for registered in found.registered.values():
            for cell in registered.cells:
                self.stdout.write(f"  {cell.code} {cell.name} {cell.households:,}")
            for code in registered.retired:
                self.stdout.write("  " + _("%s is no longer in force.") % code)
            for held in registered.ended:
                self.stdout.write(
                    "  "
                    + _("%(member)s is no longer responsible for %(cell)s.")
                    % {"member": held.member, "cell": held.area}
                )
        if dry_run and not found.flaws:
            self.stdout.write(_("Only checked; nothing was written."))


def as_json(found: CellImport, layer: Layer, *, dry_run: bool) -> dict[str, Any]:
    """The object that ``--json`` prints."""
    return {
        "cells": [
            {"code": cell.code, "name": cell.name, "households": cell.households}
            for registered in found.registered.values()
            for cell in registered.cells
        ],
        "flaws": [
            {
                "kind": flaw.kind,
                "features": list(flaw.features),
                "sentence": flaw.sentence,
                "square_metres": flaw.square_metres and round(flaw.square_metres, 2),
                "at": flaw.at,
            }
            for flaw in found.flaws
        ],
        "encoding": layer.encoding,
        "crs": layer.crs.name,
        "taken_in": bool(found.registered) and not dry_run,
    }
