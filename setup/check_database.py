"""Tell in one sentence why the database of DATABASE_URL cannot be used, if it cannot."""

import os
import sys

import psycopg

OLDEST_VERSION = 150000
EXTENSIONS = ("btree_gist", "pg_trgm", "postgis")


def complaint(url: str) -> str | None:
    """The sentence, or None for a database that will do."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            if connection.info.server_version < OLDEST_VERSION:
                version = connection.info.parameter_status("server_version")
                return f"Gridwalk needs PostgreSQL 15 or newer, and DATABASE_URL's is {version}."
            there = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
    except psycopg.Error as error:
        cause = str(error).strip().splitlines()[-1].strip()
        return f"The database of DATABASE_URL cannot be reached: {cause}"
    missing = [name for name in EXTENSIONS if name not in there]
    if missing:
        wanted = " ".join(f"CREATE EXTENSION {name};" for name in missing)
        return f"The database of DATABASE_URL lacks extensions: let a superuser do {wanted}"
    return None


if __name__ == "__main__":
    if sentence := complaint(os.environ["DATABASE_URL"]):
        sys.exit(f"gridwalk: {sentence}")
