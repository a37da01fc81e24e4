"""manage.py import_lights FILE: lamps, cabinets and circuits from a map file or a table."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from api.errors import GridwalkError
from streetlights import light_rows
from streetlights.import_lights import LightImport, import_lights

#: So many refused rows are told one by one; ``--json`` has them all.
MOST_TOLD = 50


class Command(BaseCommand):
    help = (
        "Take in lamps, cabinets and cable sections from GeoJSON, GeoPackage, Shapefile (also "
        "zipped), CSV or XLSX. Columns are found by their usual English or Chinese names. Sound "
        "rows are taken in, the others told one by one; the same file twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--layer", help="which layer of a GeoPackage, or sheet of a workbook")
        parser.add_argument("--encoding", help="of the text, if neither UTF-8 nor GB18030")
        parser.add_argument("--crs", help="a map file's reference system, like EPSG:4490")
        parser.add_argument(
            "--coordinates",
            choices=list(light_rows.SHIFTED),
            default="wgs84",
            help="gcj02 for positions from Amap or Tencent, bd09 from Baidu",
        )
        parser.add_argument("--community", metavar="CODE", help="refuse what lies elsewhere")
        parser.add_argument("--dry-run", action="store_true", help="only check and report")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            rows = light_rows.read(
                options["file"],
                layer=options["layer"],
                encoding=options["encoding"],
                crs=options["crs"],
                shifted=options["coordinates"],
            )
            found = import_lights(rows, community=options["community"], dry_run=options["dry_run"])
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            answer = {**found.as_json(), "dry_run": options["dry_run"]}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self._tell(found, dry_run=options["dry_run"])
        if found.flaws:
            raise CommandError(
                _("%s rows were not taken in; the others were. Correct them and try again.")
                % len({flaw.row for flaw in found.flaws})
            )

    def _tell(self, found: LightImport, *, dry_run: bool) -> None:
        for name, counts in (
            (_("lamps"), found.lamps),
            (_("cabinets"), found.cabinets),
            (_("circuits"), found.circuits),
            (_("cable sections"), found.sections),
        ):
            self.stdout.write(
                _("%(name)s: %(added)s added, %(updated)s changed, %(unchanged)s as they were")
                % {"name": name, **counts.as_dict()}
            )
        flaws = sorted(found.flaws, key=lambda flaw: flaw.row)
        for flaw in flaws[:MOST_TOLD]:
            self.stdout.write(
                "  " + _("Row %(row)s: %(sentence)s") % {"row": flaw.row, "sentence": flaw.sentence}
            )
        if dry_run:
            self.stdout.write(_("Only checked; nothing was written."))
