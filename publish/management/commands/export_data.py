"""manage.py export_data AREA --to FILE.gpkg: everything stored for an area, in one GeoPackage."""

import getpass
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from accounts.models import Member
from api.errors import GridwalkError
from publish.exchange.coordinates import SYSTEMS
from publish.exchange.writing import write


class Command(BaseCommand):
    help = (
        "Write everything that is stored for an area and below into a GeoPackage, which "
        "import_data takes into a database without areas. Never sessions, tokens or passphrases; "
        "households only where asked for, protected by a passphrase."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("area", help="the code of an area of any level")
        parser.add_argument("--to", type=Path, required=True, metavar="FILE.gpkg")
        parser.add_argument("--crs", choices=sorted(SYSTEMS), default="wgs84")
        parser.add_argument(
            "--with-households", action="store_true", help="also households and care plans"
        )
        parser.add_argument("--member", metavar="NAME", help="who exports the households")

    def handle(self, **options: Any) -> None:
        households = options["with_households"]
        member = Member.objects.filter(username=options["member"]).first()
        if households and member is None:
            raise CommandError(_("Households are exported by a member: name one with --member."))
        bar = Bar()
        try:
            counts = write(
                options["area"],
                options["to"],
                crs=options["crs"],
                told=bar.told,
                households=households,
                member=member,
                passphrase=asked_passphrase() if households else "",
            )
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        finally:
            bar.close()
        self.stdout.write(
            _("%(rows)d rows of %(tables)d tables written to %(file)s.")
            % {"rows": sum(counts.values()), "tables": len(counts), "file": options["to"]}
        )


def asked_passphrase() -> str:
    """From EXCHANGE_PASSPHRASE, else typed: an argument would stand in the list of processes."""
    return os.environ.get("EXCHANGE_PASSPHRASE") or getpass.getpass(_("Passphrase of the file: "))


class Bar:
    """Rows so far, by the table under way; shown on a terminal only."""

    def __init__(self) -> None:
        self._bar = tqdm(unit=" rows", disable=None)
        self._table, self._before = "", 0

    def told(self, table: str, count: int) -> None:
        if table != self._table:
            self._table, self._before = table, 0
            self._bar.set_description(table)
        self._bar.update(count - self._before)
        self._before = count

    def close(self) -> None:
        self._bar.close()
