"""Make the role that the web server signs in as, or give it its rights anew."""

import secrets
from argparse import ArgumentParser
from typing import Any
from urllib.parse import quote

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg import sql

from config.web_role import power_of

_RIGHTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role};
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {role};
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {role};
"""


class Command(BaseCommand):
    help = (
        "Makes a role that reads and writes rows, owns nothing and cannot see past row-level "
        "security, and prints the DATABASE_WEB_URL for it. Run it as the owner of the tables."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="like gridwalk_web; may be there already")

    @transaction.atomic
    def handle(self, *args: Any, name: str, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [name])
            password = None if cursor.fetchone()[0] else self._make(name)
            if power := power_of(connection.connection, name):
                raise CommandError(f"{power}: take that from it, or choose another name.")
            cursor.execute(sql.SQL(_RIGHTS).format(role=sql.Identifier(name)))
        self.stdout.write(f"DATABASE_WEB_URL={_url(name, password)}")

    def _make(self, name: str) -> str:
        """The password of the new role."""
        password = secrets.token_urlsafe(24)
        make = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
            sql.Identifier(name), sql.Literal(password)
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = user")
            if not cursor.fetchone()[0]:
                raise CommandError(
                    "This account may not make roles. Let a superuser of the database do this, "
                    f"then run the command again:\n{make.as_string(connection.connection)};"
                )
            cursor.execute(make)
        return password


def _url(name: str, password: str | None) -> str:
    """An address for the role; of a role that was there nobody but its maker knows the password."""
    own = connection.settings_dict
    secret = quote(password, safe="") if password else "PASSWORD"
    host, port = quote(own["HOST"], safe=""), f":{own['PORT']}" if own["PORT"] else ""
    return f"postgresql://{quote(name, safe='')}:{secret}@{host}{port}/{quote(own['NAME'])}"
