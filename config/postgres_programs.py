"""Finding PostgreSQL's programs, and running them as somebody PostgreSQL accepts."""

import os
import pwd
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.postgres_errors import PrivatePostgresError, failure

OLDEST_MAJOR = 15
#: Debian's and Ubuntu's package, which brings the server of the release and PostGIS for it.
PACKAGE = "postgresql-postgis"


@dataclass(frozen=True)
class Programs:
    """One installed PostgreSQL server with PostGIS: its major version and its programs' folder."""

    major: int
    folder: Path

    def path(self, name: str) -> str:
        return str(self.folder / name)


@dataclass(frozen=True)
class Account:
    """Whom the server runs as: oneself, or for root (whom PostgreSQL refuses) another."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of(cls, uid: int) -> "Account":
        """Raises PrivatePostgresError where the number has no name, which PostgreSQL needs."""
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            raise PrivatePostgresError(
                f"User number {uid} has no name on this machine, and PostgreSQL needs one: "
                "add it to /etc/passwd."
            ) from None
        return cls(entry.pw_name, uid, entry.pw_gid)

    @classmethod
    def for_new_cluster(cls) -> "Account":
        """Oneself; for root the account that the distribution's package made."""
        if os.geteuid() != 0:
            return cls.of(os.geteuid())
        try:
            return cls.of(pwd.getpwnam("postgres").pw_uid)
        except KeyError:
            raise PrivatePostgresError(
                "PostgreSQL refuses to run as root and this machine has no account named postgres: "
                "type 'useradd --system postgres', or run as a normal user."
            ) from None

    def run(
        self, command: list[str], *, feed: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program as this account, from /, without what is meant for our own libraries.

        PostGIS has a PROJ and a GDAL of its own, which must not read ours' data (config/native.py).
        """
        ours = ("PG", "PROJ_", "GDAL_")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        other = os.geteuid() != self.uid
        environment |= {"LC_ALL": "C.UTF-8", "PGCONNECT_TIMEOUT": "10"}
        try:
            return subprocess.run(
                command,
                input=feed,
                stdin=subprocess.DEVNULL if feed is None else None,
                capture_output=True,
                text=True,
                errors="replace",
                cwd="/",
                env=environment,
                check=False,
                user=self.uid if other else None,
                group=self.gid if other else None,
                extra_groups=[] if other else None,
            )
        except OSError as error:
            raise PrivatePostgresError(f"Cannot run {command[0]}: {error.strerror}.") from error

    def must(self, command: list[str], what: str, place: Path, *, feed: str | None = None) -> None:
        """Run a program; where it fails raise `what`, the cause it named, and `place` to look."""
        done = self.run(command, feed=feed)
        if done.returncode != 0:
            raise failure(what, done.stderr, place)


def find_programs(major: int | None = None) -> Programs:
    """The newest installed server with PostGIS, or the one of `major`, for a cluster made by it.

    Raises PrivatePostgresError naming the package to install.
    """
    servers = sorted(_servers(), key=lambda programs: -programs.major)
    if major is not None:
        servers = [programs for programs in servers if programs.major == major]
        if not servers:
            raise PrivatePostgresError(
                f"The private cluster was made by PostgreSQL {major}, which is not installed: type "
                f"'apt-get install postgresql-{major}-postgis-3' as root, or move the cluster away."
            )
    usable = [programs for programs in servers if programs.major >= OLDEST_MAJOR]
    if servers and not usable:
        raise PrivatePostgresError(
            f"Gridwalk needs PostgreSQL {OLDEST_MAJOR} or newer and this machine has only "
            f"{servers[0].major}: install a newer one with PostGIS, or set DATABASE_URL."
        )
    with_postgis = [programs for programs in usable if _has_postgis(programs)]
    if with_postgis:
        return with_postgis[0]
    missing = "PostGIS for PostgreSQL is" if usable else "PostgreSQL with PostGIS is"
    raise PrivatePostgresError(
        f"{missing} not installed: type 'apt-get install {PACKAGE}' as root, or set DATABASE_URL."
    )


def _servers() -> Iterator[Programs]:
    for folder in dict.fromkeys(_folders()):
        if all((folder / name).is_file() for name in ("postgres", "initdb", "pg_config")):
            told = subprocess.run(
                [folder / "postgres", "--version"], capture_output=True, text=True, check=False
            )
            if version := re.search(r"\) (\d+)", told.stdout):
                yield Programs(int(version[1]), folder)


def _folders() -> Iterator[Path]:
    """Where servers may be. GRIDWALK_PG_BINDIR names the one place to look."""
    if named := os.environ.get("GRIDWALK_PG_BINDIR"):
        yield Path(named)
        return
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    # Distributions other than Debian's family keep the server beside pg_config.
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder and (Path(folder) / "pg_config").is_file():
            yield (Path(folder) / "postgres").resolve().parent


def _has_postgis(programs: Programs) -> bool:
    told = subprocess.run(
        [programs.path("pg_config"), "--sharedir"], capture_output=True, text=True, check=False
    )
    return (Path(told.stdout.strip()) / "extension" / "postgis.control").is_file()
