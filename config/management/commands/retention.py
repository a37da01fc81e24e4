"""Delete what has been kept for its time, and say what went."""

import dataclasses
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.retention import Done, run


class Command(BaseCommand):
    help = "Deletes what has been kept for its time (a job does it every night), and prints it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only tell what would go")
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        done = run(timezone.now(), dry_run=dry_run)
        if options["json"]:
            self.stdout.write(json.dumps([dataclasses.asdict(one) for one in done], indent=2))
        else:
            self._table(done, "would go" if dry_run else "deleted")
        left = [one.what for one in done if one.failed or one.overdue]
        if left and not dry_run:
            raise CommandError(f"Not all is gone of: {', '.join(left)}. The log tells why.")

    def _table(self, done: list[Done], deleted: str) -> None:
        heads = ("what", "kept for", deleted, "overdue")
        rows = [(one.what, one.kept, str(one.deleted), str(one.overdue)) for one in done]
        wide = [max(len(row[nth]) for row in [heads, *rows]) for nth in range(4)]
        for what, kept, gone, overdue in [heads, *rows]:
            line = f"{what:{wide[0]}}  {kept:{wide[1]}}  {gone:>{wide[2]}}  {overdue:>{wide[3]}}"
            self.stdout.write(line)
