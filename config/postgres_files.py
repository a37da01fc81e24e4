"""What the private cluster is told: settings, who may sign in, its roles, the socket's place."""

import hashlib
import os
import stat
from pathlib import Path

from config.postgres_errors import PrivatePostgresError
from config.postgres_programs import Account

DATABASE = "gridwalk"
OWNER = "gridwalk_owner"
WEB = "gridwalk_web"
READER = "gridwalk_reader"
SUPERUSER = "postgres"

CONFIGURATION = """\
# Written anew at each start; put changes of your own into postgresql.auto.conf (ALTER SYSTEM).
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket_dir}'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
"""

# In template1, so that the databases that tests create have them without a superuser.
EXTENSIONS = f"""
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT USAGE ON SCHEMAS TO {WEB};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER}
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {WEB};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {WEB};
"""
ROLES = f"""\
SELECT 'CREATE ROLE {OWNER} LOGIN CREATEDB NOBYPASSRLS'
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') \\gexec
SELECT 'CREATE ROLE {WEB} LOGIN NOBYPASSRLS'
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{WEB}') \\gexec
SELECT 'CREATE ROLE {READER} NOLOGIN NOBYPASSRLS'
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{READER}') \\gexec
GRANT {READER} TO {WEB};
GRANT {WEB} TO {OWNER};
\\connect template1
{EXTENSIONS}
\\connect postgres
SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}'
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
"""  # noqa: S608
#: Changes with the text above: a cluster furnished by an earlier version is furnished again.
ROLES_MARK = hashlib.sha256(ROLES.encode()).hexdigest()[:12]


def pages(account: Account, socket_dir: Path) -> dict[str, str]:
    """The settings files by name; the account and root may take any of the three roles."""
    people = dict.fromkeys([account.name, "root"])
    may = [f'gridwalk "{who}" {role}\n' for who in people for role in (OWNER, WEB, SUPERUSER)]
    return {
        "gridwalk.conf": CONFIGURATION.format(socket_dir=socket_dir),
        "pg_hba.conf": "local all all peer map=gridwalk\n",
        "pg_ident.conf": "".join(may),
    }


def socket_dir(data_dir: Path, account: Account) -> Path:
    """A short path (a socket's is at most 107 bytes) of this cluster alone, closed to others.

    /tmp is open to all: a folder or link that another user laid there is refused.
    """
    # With the time of its making: the server of a deleted clone lives on for a minute.
    made = (data_dir / "PG_VERSION").stat().st_mtime_ns
    mark = hashlib.sha256(f"{data_dir} {made}".encode()).hexdigest()[:12]
    folder = Path(os.environ.get("GRIDWALK_SOCKET_DIR", "/tmp")) / f"gridwalk-{mark}"  # noqa: S108
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) & 0o077 == 0
        if not private or found.st_uid not in (account.uid, os.geteuid()):
            raise PrivatePostgresError(
                f"{folder} was laid by somebody else or is open to others: remove it, "
                "or set GRIDWALK_SOCKET_DIR to a folder of your own."
            ) from None
    os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    # Nobody else writes here, so that a lock left by a killed server holds no one back.
    (folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    return folder
