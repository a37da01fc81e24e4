"""manage.py import_data FILE.gpkg: what export_data wrote, into a database without areas."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from api.errors import GridwalkError
from publish.exchange.geopackage import reading
from publish.exchange.taking_in import take_in
from publish.management.commands.export_data import Bar, asked_passphrase


class Command(BaseCommand):
    help = (
        "Take a GeoPackage of export_data into a database that has no area yet: all of it or, "
        "where anything does not fit together, nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, **options: Any) -> None:
        bar = Bar()
        try:
            with reading(options["file"]) as reader:
                households = reader.facts.get("households") == "yes"
            counts = take_in(
                options["file"],
                passphrase=asked_passphrase() if households else "",
                told=bar.told,
            )
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        finally:
            bar.close()
        self.stdout.write(
            _("%(rows)d rows of %(tables)d tables taken in.")
            % {"rows": sum(counts.values()), "tables": len(counts)}
        )
