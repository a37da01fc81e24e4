#!/usr/bin/env python3
"""Django's command line; without DATABASE_URL it starts the private PostGIS first."""

import os
import sys

WITHOUT_DATABASE = {"private_postgres", "help", "--help", "version", "--version", "collectstatic"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command not in WITHOUT_DATABASE and "DATABASE_URL" not in os.environ:
        from config import private_postgres

        try:
            private_postgres.export_urls()
        except private_postgres.PrivatePostgresError as error:
            sys.exit(f"gridwalk: {error}")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"gridwalk: {error}")


if __name__ == "__main__":
    main()
