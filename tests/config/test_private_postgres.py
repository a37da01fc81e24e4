"""The private PostGIS through its public doors, on real clusters of its own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from config.postgres_files import ROLES_MARK, socket_dir
from config.postgres_programs import Account, find_programs
from config.private_postgres import Cluster, PrivatePostgresError, ensure_running

CLONE = Path(__file__).resolve().parents[2]


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the server's account can reach, as pytest's own is not where root runs it."""
    folder = Path(tempfile.mkdtemp(prefix="gridwalk-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder / ".data"
    Cluster(folder / ".data").stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """One cluster for the tests that leave it as it was, or killed."""
    folder = Path(tempfile.mkdtemp(prefix="gridwalk-test-", dir="/tmp"))
    folder.chmod(0o755)
    made = Cluster(folder / "a folder with spaces" / ".data")
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


def server_pid(cluster: Cluster) -> int:
    return int((cluster.data_dir / "postmaster.pid").read_text().splitlines()[0])


def wait_until_gone(pid: int) -> None:
    for _ in range(1200):
        if not Path(f"/proc/{pid}/cwd").is_symlink():
            return
        time.sleep(0.05)
    pytest.fail(f"process {pid} is still there")


def command(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "config.private_postgres", *arguments],
        cwd=CLONE,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


def assert_one_sentence(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("gridwalk: ")
    for word in words:
        assert word in done.stderr


def test_the_owner_makes_tables_and_the_web_role_only_fills_them(cluster: Cluster) -> None:
    urls = ensure_running(cluster)
    with psycopg.connect(urls.owner) as owner:
        owner.execute("CREATE TABLE walked (id bigserial PRIMARY KEY, place geometry(Point, 4326))")
    try:
        with psycopg.connect(urls.web, autocommit=True) as web:
            web.execute(
                "INSERT INTO walked (place) VALUES (ST_SetSRID(ST_Point(24.94, 60.17), 4326))"
            )
            assert web.execute("SELECT ST_AsText(place) FROM walked").fetchone() == (
                "POINT(24.94 60.17)",
            )
            for refused in ("DROP TABLE walked", "CREATE TABLE mine (i int)", "TRUNCATE walked"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    web.execute(refused)
    finally:
        with psycopg.connect(urls.owner) as owner:
            owner.execute("DROP TABLE walked")


def test_the_web_role_does_not_bypass_row_level_security(cluster: Cluster) -> None:
    with psycopg.connect(ensure_running(cluster).owner) as owner:
        roles = owner.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles "
            "WHERE rolname LIKE 'gridwalk%' ORDER BY 1"
        ).fetchall()
    assert roles == [
        ("gridwalk_owner", False),
        ("gridwalk_reader", False),
        ("gridwalk_web", False),
    ]


def test_a_database_that_tests_create_has_postgis_without_a_superuser(cluster: Cluster) -> None:
    urls = ensure_running(cluster)
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("CREATE DATABASE test_gridwalk")
        try:
            with psycopg.connect(urls.owner, dbname="test_gridwalk") as made:
                found = made.execute("SELECT array_agg(extname ORDER BY extname) FROM pg_extension")
                assert found.fetchone() == (["btree_gist", "pg_trgm", "plpgsql", "postgis"],)
        finally:
            owner.execute("DROP DATABASE test_gridwalk")


def test_it_listens_on_a_socket_of_its_own_and_on_no_port(cluster: Cluster) -> None:
    urls = ensure_running(cluster)
    with psycopg.connect(urls.owner) as owner:
        assert owner.execute("SHOW listen_addresses").fetchone() == ("",)
        assert owner.execute("SHOW fsync").fetchone() == ("on",)
        assert owner.execute("SHOW data_checksums").fetchone() == ("on",)
        folder = Path(owner.info.host)
    assert folder.stat().st_mode & 0o077 == 0
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 107


def test_starting_a_running_cluster_changes_nothing(cluster: Cluster) -> None:
    before = ensure_running(cluster)
    pid = server_pid(cluster)
    assert cluster.start() is False
    assert ensure_running(cluster) == before
    assert server_pid(cluster) == pid


def test_after_kill_9_acknowledged_rows_are_there(cluster: Cluster) -> None:
    urls = ensure_running(cluster)
    session = psycopg.connect(urls.owner, autocommit=True)
    session.execute("CREATE TABLE acknowledged (i int)")
    session.execute("INSERT INTO acknowledged SELECT generate_series(1, 1000)")
    session.execute("BEGIN")
    session.execute("INSERT INTO acknowledged VALUES (-1)")
    # The open session holds the old shared memory until its server process notices.
    pid = server_pid(cluster)
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    assert cluster.start() is True
    session.close()
    assert ensure_running(cluster) == urls
    with psycopg.connect(urls.owner) as owner:
        assert owner.execute("SELECT count(*), min(i) FROM acknowledged").fetchone() == (1000, 1)
        owner.execute("DROP TABLE acknowledged")


def test_a_dead_servers_number_taken_by_another_process_stops_nobody(cluster: Cluster) -> None:
    ensure_running(cluster)
    pid_file = cluster.data_dir / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    lock = Path(lines[4]) / ".s.PGSQL.5432.lock"
    pid = server_pid(cluster)
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    owner = cluster.data_dir.stat()
    switch = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "60"], **switch) as other:  # type: ignore[call-overload]
        for file in (pid_file, lock):
            file.write_text("\n".join([str(other.pid), *file.read_text().splitlines()[1:]]) + "\n")
        assert cluster.running() is None
        assert cluster.start() is True
        assert other.poll() is None
        other.kill()


def test_a_server_whose_socket_was_swept_from_tmp_is_started_anew(cluster: Cluster) -> None:
    urls = ensure_running(cluster)
    shutil.rmtree(Path(urls.owner.partition("host=")[2]))
    assert cluster.running() is None
    psycopg.connect(ensure_running(cluster).owner).close()


def test_two_clones_do_not_collide(cluster: Cluster, home: Path) -> None:
    mine, other = ensure_running(cluster), ensure_running(Cluster(home))
    assert mine != other
    with psycopg.connect(mine.owner) as a, psycopg.connect(other.owner) as b:
        a.execute("CREATE TABLE only_here (i int)")
        assert b.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


def test_many_starts_at_once_make_one_cluster(home: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        told = list(
            pool.map(lambda _: command("start", GRIDWALK_DATA_DIR=str(home)).stdout, range(4))
        )
    assert sorted(told) == ["started\n", "was running\n", "was running\n", "was running\n"]


def test_a_set_up_cut_off_half_way_is_taken_up_again(home: Path) -> None:
    (home / "postgres.new").mkdir(parents=True)
    (home / "postgres.new" / "PG_VERSION").write_text("15\n")
    home.chmod(0o755)
    cluster = Cluster(home)
    cluster.start()
    # As if killed between the server's start and the making of its roles.
    (cluster.data_dir / f"gridwalk-ready-{ROLES_MARK}").unlink()
    assert cluster.running() is None
    psycopg.connect(ensure_running(cluster).web).close()


def test_start_stop_and_status_as_commands(home: Path) -> None:
    environment = {"GRIDWALK_DATA_DIR": str(home)}
    told = command("status", **environment)
    assert (told.returncode, told.stdout[:12]) == (3, "not made yet")
    assert command("start", **environment).stdout == "started\n"
    assert command("status", **environment).returncode == 0
    asked = command("psql", "-Atc", "SELECT current_user, current_database()", **environment)
    assert asked.stdout == "gridwalk_owner|gridwalk\n"
    assert command("stop", **environment).stdout == "stopped\n"
    assert command("status", **environment).returncode == 3
    assert command("stop", **environment).stdout == "was not running\n"


def test_without_postgis_one_sentence_names_the_package(home: Path) -> None:
    done = command("start", GRIDWALK_DATA_DIR=str(home), GRIDWALK_PG_BINDIR="/nowhere")
    assert_one_sentence(done, "apt-get install postgresql-postgis")


def test_another_versions_cluster_is_left_alone_with_one_sentence(home: Path) -> None:
    cluster = Cluster(home)
    cluster.start()
    cluster.stop()
    (cluster.data_dir / "PG_VERSION").write_text("9\n")
    done = command("start", GRIDWALK_DATA_DIR=str(home))
    assert_one_sentence(done, "PostgreSQL 9", "postgresql-9-postgis-3")
    assert cluster.data_dir.exists()


def test_a_folder_that_is_a_file_is_one_sentence(home: Path) -> None:
    home.write_text("")
    assert_one_sentence(command("start", GRIDWALK_DATA_DIR=str(home)), str(home))
    home.unlink()


def test_a_damaged_cluster_is_one_sentence_with_the_servers_own_cause(home: Path) -> None:
    cluster = Cluster(home)
    cluster.start()
    cluster.stop()
    shutil.rmtree(cluster.data_dir / "pg_wal")
    done = command("start", GRIDWALK_DATA_DIR=str(home))
    assert_one_sentence(done, "pg_wal", "server.log")


def test_a_full_disk_is_one_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage("/")._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    with pytest.raises(
        PrivatePostgresError, match=r"^The disk that holds \S+ is full: free 200 MB"
    ):
        Cluster(home).start()


def test_a_folder_laid_by_another_in_tmp_is_refused(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDWALK_SOCKET_DIR", str(tmp_path))
    account = Account.of(os.geteuid())
    folder = socket_dir(cluster.data_dir, account)
    assert socket_dir(cluster.data_dir, account) == folder
    folder.chmod(0o777)
    with pytest.raises(PrivatePostgresError, match="laid by somebody else or is open to others"):
        socket_dir(cluster.data_dir, account)
    folder.rmdir()
    folder.symlink_to(tempfile.gettempdir())
    with pytest.raises(PrivatePostgresError, match="laid by somebody else or is open to others"):
        socket_dir(cluster.data_dir, account)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_another_users_cluster_is_one_sentence(cluster: Cluster) -> None:
    ensure_running(cluster)
    owner = pwd.getpwuid(cluster.data_dir.stat().st_uid).pw_name
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        with pytest.raises(PrivatePostgresError) as told:
            cluster.start()
    finally:
        os.seteuid(0)
    assert str(told.value) == (
        f"{cluster.data_dir} belongs to {owner}: do this as that user or as root."
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_for_root_a_closed_folder_keeps_its_data_where_the_server_can_reach_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.parent.chmod(0o700)
    cluster = Cluster(home)
    try:
        psycopg.connect(ensure_running(cluster).owner).close()
        assert cluster.data_dir.is_relative_to("/var/lib/gridwalk")
        assert f"the data is in {cluster.data_dir.parent}" in capsys.readouterr().err
    finally:
        cluster.stop()
        shutil.rmtree(cluster.data_dir.parent)


def test_the_server_found_is_new_enough_and_has_postgis() -> None:
    assert find_programs().major >= 15


def test_a_socket_that_nobody_answers_is_not_a_running_server(home: Path) -> None:
    cluster = Cluster(home)
    urls = ensure_running(cluster)
    folder = Path(urls.owner.partition("host=")[2])
    cluster.stop()
    assert cluster.running() is None
    folder.mkdir(mode=0o700, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(folder / ".s.PGSQL.5432"))
    shutil.chown(folder, cluster.data_dir.stat().st_uid, cluster.data_dir.stat().st_gid)
    psycopg.connect(ensure_running(cluster).owner).close()
