"""The role that the web server signs in as: it must not see past row-level security.

Superusers, roles with BYPASSRLS and who owns the tables (or may become one of these) would be shown
every home by a mistake of the web process; `python -m config.web_role` and config/wsgi.py refuse
them. It imports no Django: ./run asks before there is any.
"""

import os
import sys

import psycopg

#: What opens every row to a role, worst first. ``MEMBER``: to it, or to what it may become.
_POWERS = """
SELECT r.rolname,
    EXISTS (SELECT FROM pg_roles p WHERE p.rolsuper AND pg_has_role(r.oid, p.oid, 'MEMBER')),
    EXISTS (SELECT FROM pg_roles p WHERE p.rolbypassrls AND pg_has_role(r.oid, p.oid, 'MEMBER')),
    EXISTS (SELECT FROM pg_roles p WHERE p.rolcreaterole AND pg_has_role(r.oid, p.oid, 'MEMBER')),
    EXISTS (SELECT FROM pg_roles p WHERE pg_has_role(r.oid, p.oid, 'MEMBER') AND p.rolname IN
        ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')),
    EXISTS (SELECT FROM pg_database d
        WHERE d.datname = current_database() AND pg_has_role(r.oid, d.datdba, 'MEMBER')),
    EXISTS (SELECT FROM pg_class c WHERE c.relname LIKE 'households\\_%%'
        AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = coalesce(%s, current_user)
"""
_REASONS = (
    "is a superuser",
    "may bypass row-level security",
    "may give itself other roles (CREATEROLE)",
    "may read or run files of the database's machine",
    "owns the database",
    "owns tables of households",
)
WAY_OUT = (
    "Make a role that owns nothing with ./run manage web_role gridwalk_web, and name it in "
    "DATABASE_WEB_URL (docs/administrator.md)."
)


def web_url() -> str:
    """What a web process signs in with; config/settings.py goes by the same two variables."""
    owner = os.environ.get("DATABASE_URL", "postgresql:///gridwalk")
    return os.environ.get("DATABASE_WEB_URL", owner)


def power_of(connection: psycopg.Connection, role: str | None = None) -> str | None:
    """Why rows are no secret to this role, as "NAME is a superuser"; None where they are.

    Without a name it is the role of the connection. A role that is not there has no power.
    """
    row = connection.execute(_POWERS, [role]).fetchone()
    if row is None:
        return None
    return next(
        (f"{row[0]} {why}" for has, why in zip(row[1:], _REASONS, strict=True) if has), None
    )


def complaint(url: str) -> str | None:
    """The sentence, or None for a role that may serve."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            power = power_of(connection)
    except psycopg.Error as error:
        cause = str(error).strip().splitlines()[-1].strip()
        return f"The web server cannot reach its database: {cause}"
    if power is None:
        return None
    return (
        f"The web server would sign in to the database as a role that sees every home: {power}. "
        f"{WAY_OUT}"
    )


def refuse_to_serve() -> None:
    """Stop the web server with a sentence where it would sign in as such a role."""
    if sentence := complaint(web_url()):
        raise SystemExit(f"gridwalk: {sentence}")


if __name__ == "__main__":
    refuse_to_serve()
    sys.exit()
