"""Print who finds which door open: every address × every role × own and other area."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.role_table import ROWS, Who, markdown


class Command(BaseCommand):
    help = "Prints who may open which address; docs/roles.md holds the same, and explains it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--markdown", action="store_true", help="as docs/roles.md has it")
        form.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["markdown"]:
            self.stdout.write(markdown(), ending="")
        elif options["json"]:
            rows = [
                {
                    "method": row.method,
                    "route": row.route,
                    "roles": {
                        who: dict(zip(("own", "other"), row.doors[who], strict=True)) for who in Who
                    },
                }
                for row in ROWS
            ]
            self.stdout.write(json.dumps(rows, indent=2))
        else:
            self._plain()

    def _plain(self) -> None:
        for row in ROWS:
            self.stdout.write(f"{row.method} /{row.route}")
            for who in Who:
                self.stdout.write(f"    {who:14} {' / '.join(dict.fromkeys(row.doors[who]))}")
