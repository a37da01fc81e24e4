"""Make the roles of the web server, or give them their rights anew.

It signs in as the one that is named, and becomes gridwalk_reader for open standards.
"""

import secrets
from argparse import ArgumentParser
from typing import Any
from urllib.parse import quote

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg import sql

from config.web_role import power_of
from publish.models import PUBLISHED
from publish.ogc.reader import READER

_RIGHTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role};
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {role};
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {role};
"""
_MISSING = """
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %(reader)s),
    EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
        JOIN pg_roles w ON w.oid = m.member
        WHERE r.rolname = %(reader)s AND w.rolname = %(web)s),
    (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = user)
"""
#: Functions about homes that run with their owner's rights; migration publish.0004 keeps them from
#: everybody else.
_GUARDED = """
SELECT oid::regprocedure::text FROM pg_proc
WHERE prosecdef AND proname LIKE 'households\\_%' AND prorettype <> 'trigger'::regtype
"""


class Command(BaseCommand):
    help = (
        "Makes a role that reads and writes rows, owns nothing and cannot see past row-level "
        "security, and prints the DATABASE_WEB_URL for it; and the role gridwalk_reader, which "
        "sees what open standards publish. Run it as the owner of the tables."
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
            cursor.execute(_GUARDED)
            for (function,) in cursor.fetchall():
                cursor.execute(
                    sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(
                        sql.SQL(function), sql.Identifier(name)
                    )
                )
        self._make_reader(name)
        self.stdout.write(f"DATABASE_WEB_URL={_url(name, password)}")

    def _make_reader(self, web: str) -> None:
        """The reader sees the published views; the web role may become it."""
        reader, views = sql.Identifier(READER), map(sql.Identifier, PUBLISHED)
        make = sql.SQL("CREATE ROLE {} NOLOGIN").format(reader)
        belong = sql.SQL("GRANT {} TO {}").format(reader, sql.Identifier(web))
        with connection.cursor() as cursor:
            cursor.execute(_MISSING, {"reader": READER, "web": web})
            there, belongs, may = cursor.fetchone()
            missing = [step for step, has in ((make, there), (belong, belongs)) if not has]
            if missing and not may:
                words = "\n".join(f"{step.as_string(connection.connection)};" for step in missing)
                self.stderr.write(
                    "This account may not make roles. For open standards (/ogc), let a superuser "
                    f"of the database do this, then run the command again:\n{words}"
                )
                return
            for step in missing:
                cursor.execute(step)
            cursor.execute(
                sql.SQL("GRANT SELECT ON {} TO {}").format(sql.SQL(", ").join(views), reader)
            )

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
