"""The life of a cluster: made, started, found running, stopped; see config/private_postgres.py."""

import contextlib
import fcntl
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config import postgres_files as files
from config.postgres_errors import NEEDED_BYTES, PrivatePostgresError, disk_full, failure, sentences
from config.postgres_programs import Account, Programs, find_programs

#: A crash recovery may replay up to max_wal_size (2 GB).
START_SECONDS = 120
#: How long the processes of a killed server may take to notice and leave.
ORPHAN_SECONDS = 20


@dataclass(frozen=True)
class Urls:
    """The database's two addresses: for migrations and commands, and for the serving process."""

    owner: str
    web: str


@dataclass(frozen=True)
class _Server:
    """A live server as its postmaster.pid tells: process id, socket folder, ready or on its way."""

    pid: int
    socket_dir: Path
    ready: bool


class Cluster:
    """The cluster in `home`/postgres (a link where the account cannot reach `home`).

    Every method raises PrivatePostgresError with one sentence when it cannot do its work.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._link = home / "postgres"

    @property
    def data_dir(self) -> Path:
        return self._link.resolve()

    @property
    def _ready_mark(self) -> Path:
        """There once roles, extensions and database are."""
        return self.data_dir / f"gridwalk-ready-{files.ROLES_MARK}"

    def urls(self, server: _Server) -> Urls:
        place = f"/{files.DATABASE}?host={quote(str(server.socket_dir))}"
        return Urls(
            owner=f"postgresql://{files.OWNER}@{place}", web=f"postgresql://{files.WEB}@{place}"
        )

    def running(self) -> _Server | None:
        """The server when it takes connections and its roles and database are there."""
        server = self._server()
        if server is None or not server.ready or not self._ready_mark.exists():
            return None
        return server if _answers(server.socket_dir) else None

    def start(self) -> bool:
        """Start the server, making the cluster first if need be; False when it was running."""
        with sentences(self.home):
            if self.running():
                return False
            with self._alone():
                server = self._settled()
                if self.running():
                    return False
                if not self.data_dir.exists():
                    self._make()
                account, programs = self._account(), self._programs()
                if server and not _answers(server.socket_dir):
                    # Somebody cleared /tmp: the server lives, and nobody can reach it.
                    self._stop(account, programs)
                    server = None
                socket_dir = server.socket_dir if server else self._launch(account, programs)
                if not self._ready_mark.exists():
                    self._furnish(account, programs, socket_dir)
                return True

    def stop(self) -> bool:
        """Stop the server, ending its sessions; False when there was none."""
        with sentences(self.home):
            if self._server() is None:
                return False
            with self._alone():
                server = self._server()
                if server is None:
                    return False
                self._stop(self._account(), self._programs())
                with contextlib.suppress(OSError):
                    server.socket_dir.rmdir()
                return True

    def status(self) -> str:
        """Where it is and, when it runs, its addresses; it is neither made nor started."""
        with sentences(self.home):
            server = self.running()
            place = f"data in {self.data_dir}"
            if server is None:
                made = self.data_dir.exists()
                return f"stopped, {place}" if made else f"not made yet, {place}"
            urls = self.urls(server)
            return (
                f"running as process {server.pid}, {place}\n"
                f"DATABASE_URL={urls.owner}\nDATABASE_WEB_URL={urls.web}"
            )

    def psql(self, arguments: list[str]) -> None:
        """Become psql as the owner, on the database; does not return."""
        self.start()
        server = self.running()
        if server is None:
            raise PrivatePostgresError("The private PostgreSQL stopped right after its start.")
        program = self._programs().path("psql")
        sys.stdout.flush()
        os.execv(program, [program, self.urls(server).owner, *arguments])  # noqa: S606

    def _server(self) -> _Server | None:
        """None also for a postmaster.pid left by a killed server, whose number may be taken."""
        try:
            lines = (self.data_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            pid, socket_dir = int(lines[0]), Path(lines[4])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        except PermissionError:
            self._account()
            raise
        if not self._is_server(pid):
            return None
        return _Server(pid, socket_dir, ready=len(lines) > 7 and lines[7].strip() == "ready")

    def _is_server(self, pid: int) -> bool:
        """A server works in its data directory; a zombie or another's process does not."""
        try:
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.data_dir
        except OSError:
            return False

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time makes, starts or stops this cluster."""
        if not self.home.exists():
            self.home.mkdir(parents=True)
            self.home.chmod(0o755)
        with (self.home / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _account(self) -> Account:
        """The data directory's owner, when the caller may act for them."""
        owner = Account.of(self.data_dir.stat().st_uid)
        if os.geteuid() not in (0, owner.uid):
            raise PrivatePostgresError(
                f"{self.data_dir} belongs to {owner.name}: do this as that user or as root."
            )
        if owner.uid == 0:
            raise PrivatePostgresError(
                f"{self.data_dir} belongs to root, as whom PostgreSQL refuses to run: "
                f"give it to another user with chown -R."
            )
        return owner

    def _programs(self) -> Programs:
        version = (self.data_dir / "PG_VERSION").read_text(encoding="ascii").strip()
        return find_programs(int(version))

    def _settled(self) -> _Server | None:
        """The server once it is neither on its way up nor down; clears what a killed one left."""
        deadline = time.monotonic() + START_SECONDS
        while (server := self._server()) and not server.ready and time.monotonic() < deadline:
            time.sleep(0.1)
        if server is None:
            # PostgreSQL clears it itself, but not where another process has the number by now.
            (self.data_dir / "postmaster.pid").unlink(missing_ok=True)
        return server

    def _make(self) -> None:
        """Lay a new cluster beside its place and move it there whole."""
        programs = find_programs()
        account = Account.for_new_cluster()
        home = self._reachable_home(account)
        free = shutil.disk_usage(home).free
        if free < NEEDED_BYTES:
            raise disk_full(home)
        new = home / "postgres.new"
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        os.chown(new, account.uid, account.gid)
        command = [programs.path("initdb"), "--pgdata", str(new), "--username", files.SUPERUSER]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]
        command += ["--auth-local=peer", "--auth-host=reject", "--no-instructions"]
        what = "PostgreSQL could not make a cluster"
        account.must(command, what, home)
        include = ["tee", "-a", str(new / "postgresql.conf")]
        account.must(include, what, home, feed="include 'gridwalk.conf'\n")
        if self._link.is_symlink():
            self._link.unlink()
        new.rename(home / "postgres")
        if home != self.home:
            self._link.symlink_to(home / "postgres")

    def _reachable_home(self, account: Account) -> Path:
        """`home`, or for root in a folder closed to others a new one under /var/lib/gridwalk."""
        if account.run(["test", "-x", str(self.home)]).returncode == 0:
            return self.home
        shared = Path("/var/lib/gridwalk")
        shared.mkdir(mode=0o755, exist_ok=True)
        name = self.home.parent.name or "gridwalk"
        home = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=shared))
        home.chmod(0o755)
        print(f"{account.name} cannot reach {self.home}: the data is in {home}", file=sys.stderr)
        return home

    def _launch(self, account: Account, programs: Programs) -> Path:
        """Start the server; the folder of its socket."""
        socket_dir = files.socket_dir(self.data_dir, account)
        for name, text in files.pages(account, socket_dir).items():
            # As the account: what root writes into a folder of another's could be led astray.
            tee = ["tee", str(self.data_dir / name)]
            account.must(tee, "The cluster's settings could not be written", self.home, feed=text)
        log = self.data_dir / "server.log"
        if log.exists():
            log.replace(self.data_dir / "server.log.1")
        command = [programs.path("pg_ctl"), "start", "--pgdata", str(self.data_dir), "--wait"]
        command += ["--timeout", str(START_SECONDS), "--log", str(log), "--silent"]
        deadline = time.monotonic() + ORPHAN_SECONDS
        while (done := account.run(command)).returncode != 0:
            told = log.read_text(errors="replace") if log.exists() else ""
            # The sessions of a killed server hold its shared memory until they notice.
            if "still in use" not in told or time.monotonic() > deadline:
                with contextlib.suppress(OSError):
                    socket_dir.rmdir()
                raise failure("The private PostgreSQL did not start", told + done.stderr, log)
            log.unlink()
            time.sleep(0.5)
        return socket_dir

    def _furnish(self, account: Account, programs: Programs, socket_dir: Path) -> None:
        """Make roles, extensions and the database, those that are not there."""
        psql = [programs.path("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
        psql += ["--host", str(socket_dir), "--username", files.SUPERUSER, "--dbname", "postgres"]
        try:
            account.must(psql, "PostGIS could not be set up", self.data_dir, feed=files.ROLES)
            account.must(["touch", str(self._ready_mark)], "The cluster is unfinished", self.home)
        except PrivatePostgresError:
            self._stop(account, programs)
            raise

    def _stop(self, account: Account, programs: Programs) -> None:
        command = [programs.path("pg_ctl"), "stop", "--pgdata", str(self.data_dir)]
        command += ["--mode=fast", "--wait", "--silent"]
        account.must(command, "The private PostgreSQL did not stop", self.data_dir)


def _answers(socket_dir: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(str(socket_dir / ".s.PGSQL.5432"))
        except OSError:
            return False
    return True
