"""Start, stop and look into the private PostGIS of this clone."""

import sys
from argparse import REMAINDER, ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from config import private_postgres


class Command(BaseCommand):
    help = "Starts, stops or tells of the private PostGIS, or opens psql on it as its owner."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["start", "stop", "status", "psql"])
        parser.add_argument("arguments", nargs=REMAINDER, help="handed to psql")

    def handle(self, *, action: str, arguments: list[str], **options: object) -> None:
        try:
            code = private_postgres.act(action, arguments)
        except private_postgres.PrivatePostgresError as error:
            raise CommandError(str(error)) from error
        if code:
            sys.exit(code)
