"""manage.py diagnose FILE or --circuit NAME: what explains the lamps seen lit and dark."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from api.errors import Conflict, GridwalkError, NotFound
from spatial.circuits import Diagnosis, diagnose
from streetlights import circuit_file
from streetlights.diagnosis import FAULTS, as_lines, diagnose_circuit
from streetlights.models import Circuit


class Command(BaseCommand):
    help = (
        "Rank what may be broken on a circuit (a lamp, a cable section, the cabinet, several), "
        "given which lamps were seen lit and dark, and say which lamp to look at next. A stored "
        "circuit is named with --circuit; its sightings of the last 30 days count. A file "
        'is JSON: {"cabinet": ID, "sections": [{"id", "from", "to"}], "sightings": [{"lamp", '
        '"state": "lit" or "dark", "at"}]}.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        given = parser.add_mutually_exclusive_group(required=True)
        given.add_argument("file", type=Path, nargs="?")
        given.add_argument("--circuit", metavar="NAME", help="a stored circuit")
        parser.add_argument("--community", metavar="CODE", help="where the name is not unique")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            if options["circuit"] is not None:
                stored = circuit_of(options["circuit"], options["community"])
                told = diagnose_circuit(stored, now=timezone.now())
                answer, sentences = told.as_json(), told.lines()
            else:
                given = circuit_file.read(options["file"])
                found = diagnose(given.circuit, given.sightings)
                answer, sentences = circuit_file.answer(found), lines(found)
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(sentences))


def circuit_of(name: str, community: str | None) -> Circuit:
    """The stored circuit of this name; raises NotFound or Conflict with a sentence."""
    found = Circuit.objects.select_related("cabinet", "community").filter(name=name)
    if community is not None:
        found = found.filter(community__code=community)
    rows = list(found[:20])
    if not rows:
        raise NotFound(_("There is no circuit %s.") % name)
    if len(rows) > 1:
        codes = ", ".join(row.community.code for row in rows)
        raise Conflict(
            _("There are several circuits %(name)s; choose one with --community: %(codes)s.")
            % {"name": name, "codes": codes}
        )
    return rows[0]


def lines(found: Diagnosis) -> list[str]:
    """The diagnosis of a file for people."""
    rows = [
        ([str(FAULTS[fault.kind] % fault.id) for fault in one.faults], one.probability)
        for one in found.explanations
    ]
    return as_lines(rows, found.left_out, found.look_next)
