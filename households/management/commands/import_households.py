"""manage.py import_households FILE: households, or heads of building, of one community."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from accounts.models import Member
from api.errors import BadInput, GridwalkError, UnknownArea
from grid import sheet_files
from grid.models import Area, Level
from households.import_columns import KINDS, checked_mapping
from households.import_heads import import_heads
from households.import_households import import_households
from households.import_report import ImportReport, as_file, rows_to_correct

#: So many refused rows are told one by one; ``--refused`` and ``--json`` have them all.
MOST_TOLD = 50


class Command(BaseCommand):
    help = (
        "Take in the households of a community that take part, or its heads of building, from CSV "
        "or XLSX. Columns are found by their usual English or Chinese names, or as --map says. "
        "Sound rows are taken in, the others told one by one; the same file twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--community", metavar="CODE", required=True)
        parser.add_argument(
            "--member", metavar="NAME", required=True, help="who takes them in: its coordinator"
        )
        parser.add_argument("--heads", action="store_true", help="heads of building instead")
        parser.add_argument(
            "--map",
            metavar="COLUMN=FIELD",
            action="append",
            default=[],
            help=f"what a column is, nothing to leave it out; fields: {', '.join(KINDS['homes'])}",
        )
        parser.add_argument("--encoding", help="of the text, if neither UTF-8 nor GB18030")
        parser.add_argument(
            "--refused", metavar="FILE", type=Path, help="write rows to correct to a CSV or XLSX"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            report, sheet = self._import(options)
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self._tell(report)
        if report.flaws and options["refused"]:
            kind = options["refused"].suffix.lower().lstrip(".")
            table = rows_to_correct(sheet, report.flaws)
            options["refused"].write_bytes(as_file(table, kind).content)
        if report.flaws:
            raise CommandError(
                _("%s rows were not taken in; the others were. Correct them and try again.")
                % report.refused
            )

    def _import(self, options: dict[str, Any]) -> tuple[ImportReport, sheet_files.Sheet]:
        """Raises GridwalkError."""
        kind = "heads" if options["heads"] else "homes"
        member = Member.objects.filter(username=options["member"]).first()
        if member is None:
            raise BadInput(_("There is no member %s.") % options["member"])
        code = options["community"]
        community = Area.objects.current().filter(code=code, level=Level.COMMUNITY).first()
        if community is None:
            raise UnknownArea(_("There is no community with the code %s.") % code)
        path = options["file"]
        if sheet_files.is_workbook(path):
            sheet = sheet_files.read_workbook(path)
        else:
            sheet = sheet_files.read_csv(path, encoding=options["encoding"])
        mapping = checked_mapping(sheet.columns, _said(options["map"]), kind)
        take_in = import_heads if options["heads"] else import_households
        with tqdm(
            total=len(sheet.rows), unit=" rows", disable=options["json"] or not sys.stderr.isatty()
        ) as bar:
            report = take_in(
                sheet,
                mapping,
                community,
                member=member,
                now=timezone.now(),
                progress=lambda done, _report: bar.update(done - bar.n),
            )
        return report, sheet

    def _tell(self, report: ImportReport) -> None:
        self.stdout.write(
            _("%(added)s added, %(updated)s changed, %(unchanged)s as they were; %(plans)s plans")
            % {**report.rows.as_dict(), "plans": report.plans}
        )
        for alike in report.alike[:MOST_TOLD]:
            likeness = _("Row %(row)s: “%(written)s” taken for %(taken)s, likeness %(score)s")
            self.stdout.write("  " + likeness % asdict(alike))
        for flaw in sorted(report.flaws, key=lambda flaw: flaw.row)[:MOST_TOLD]:
            self.stdout.write(
                "  " + _("Row %(row)s: %(sentence)s") % {"row": flaw.row, "sentence": flaw.sentence}
            )
        if report.left_out:
            self.stdout.write(_("Columns not taken in: %s.") % ", ".join(report.left_out))


def _said(given: list[str]) -> dict[str, str]:
    """Column -> field. Raises BadInput."""
    said = {}
    for pair in given:
        column, sign, field = pair.rpartition("=")
        if not sign or not column:
            raise BadInput(_("--map is given like --map 住址=address, not %s.") % pair[:60])
        said[column.strip()] = field.strip()
    return said
