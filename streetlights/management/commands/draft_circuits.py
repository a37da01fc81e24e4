"""manage.py draft_circuits AREA: propose which lamp hangs on which."""

import json
import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from api.errors import GridwalkError
from api.input import lon_lat
from streetlights.draft_circuits import Drafted, draft_circuits


class Command(BaseCommand):
    help = (
        "Propose circuits for the lamps of a community or cell that have none: the shortest cable "
        "along the streets from the cabinets that are known or given. What a person has checked "
        "stays; running it again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        # argparse takes -0.5,51 for an option; none of ours begins with a digit.
        parser._negative_number_matcher = re.compile(r"-[\d.]")  # type: ignore[attr-defined]
        parser.add_argument("area", metavar="AREA", help="code of a community or cell")
        parser.add_argument(
            "--cabinet",
            action="extend",
            nargs="+",
            default=[],
            metavar="LON,LAT",
            help="where a cabinet stands; may be given often",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            cabinets = [lon_lat(*_pair(text)) for text in options["cabinet"]]
            found = draft_circuits(options["area"], cabinets)
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(as_json(found), ensure_ascii=False))
            return
        for circuit, lamps in found.circuits.items():
            self.stdout.write(
                _("Draft %(circuit)s: %(lamps)s lamps more")
                % {"circuit": circuit.name, "lamps": lamps}
            )
        if not found.circuits:
            self.stdout.write(_("No lamp was hung on a circuit; nothing was changed."))
        if found.left_out:
            self.stdout.write(
                _("%s lamps were left out: no way along the streets leads there from a cabinet.")
                % len(found.left_out)
            )


def _pair(text: str) -> list[str]:
    parts = text.split(",")
    return parts if len(parts) == 2 else [text, ""]


def as_json(found: Drafted) -> dict[str, Any]:
    """The object that ``--json`` prints."""
    return {
        "circuits": [
            {"id": circuit.pk, "name": circuit.name, "lamps": lamps}
            for circuit, lamps in found.circuits.items()
        ],
        "lamps": found.lamps,
        "metres": round(found.metres, 1),
        "left_out": [{"id": lamp.pk, "number": lamp.number} for lamp in found.left_out],
    }
