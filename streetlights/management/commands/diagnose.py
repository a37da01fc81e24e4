"""manage.py diagnose FILE: which fault explains what was seen lit and dark."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.errors import GridwalkError
from spatial.circuits import Diagnosis, Fault, diagnose
from streetlights import circuit_file

#: How a sentence speaks of a fault.
FAULTS = {
    "lamp": gettext_lazy("lamp %s"),
    "section": gettext_lazy("cable section %s"),
    "cabinet": gettext_lazy("cabinet %s"),
}


class Command(BaseCommand):
    help = (
        "Rank what may be broken on a circuit (a lamp, a cable section, the cabinet, several), "
        "given which lamps were seen lit and dark, and say which lamp to look at next. The file "
        'is JSON: {"cabinet": ID, "sections": [{"id", "from", "to"}], "sightings": [{"lamp", '
        '"state": "lit" or "dark", "at"}]}.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            given = circuit_file.read(options["file"])
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        found = diagnose(given.circuit, given.sightings)
        if options["json"]:
            self.stdout.write(json.dumps(circuit_file.answer(found), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(lines(found)))


def lines(found: Diagnosis) -> list[str]:
    """The diagnosis for people."""
    told = [
        f"{one.probability:7.1%}  {sentence(one.faults)}"
        for one in found.explanations
        if one.probability >= 0.001 or one is found.explanations[0]
    ]
    if found.left_out:
        told.append(
            _("%s older sightings were left out: the circuit has changed since.") % found.left_out
        )
    if found.look_next is None:
        return [*told, _("No further look would tell more.")]
    return [*told, _("Look next at lamp %s.") % found.look_next]


def sentence(faults: tuple[Fault, ...]) -> str:
    """What is broken, in words."""
    if not faults:
        return _("nothing is broken; what was seen dark was misread")
    return " + ".join(str(FAULTS[fault.kind] % fault.id) for fault in faults)
