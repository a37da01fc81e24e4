"""./run as a person uses it: on a private PostGIS and static files of its own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import django
import psycopg
import pytest

from config.private_postgres import Cluster, ensure_running

CLONE = Path(__file__).resolve().parents[2]
RUN = str(CLONE / "run")
#: ./test has laid these; without them ./run would install packages in the middle of a test.
LAID = (CLONE / ".venv/gridwalk-serve.stamp", CLONE / "node_modules/.gridwalk-stamp")
needs_set_up = pytest.mark.skipif(
    not all(stamp.exists() for stamp in LAID), reason="needs what ./test sets up"
)


def environment(data: Path) -> dict[str, str]:
    """Without the database of the tests, so that ./run makes its own in `data`."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    return own | {"GRIDWALK_DATA_DIR": str(data)}


@pytest.fixture(scope="module")
def prepared() -> Iterator[tuple[Path, str]]:
    """A data folder that ./run --prepare-only made, and what it told."""
    folder = Path(tempfile.mkdtemp(prefix="gridwalk-test-", dir="/tmp"))
    folder.chmod(0o755)
    data = folder / "data of a run"
    done = run("--prepare-only", "--empty", data=data)
    assert done.returncode == 0, done.stdout + done.stderr
    yield data, done.stdout
    Cluster(data).stop()
    shutil.rmtree(folder)


def run(*arguments: str, data: Path, cwd: str = "/") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [RUN, *arguments],
        cwd=cwd,
        env=environment(data),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


@contextlib.contextmanager
def serving(data: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    """./run in the background, at an end whatever the test finds."""
    process = subprocess.Popen(
        [RUN, "--empty", "--port", str(port)],
        cwd="/",
        env=environment(data),
        stdout=subprocess.PIPE,
        text=True,
        # A shell cannot hear Ctrl-C when whoever started the tests was deaf to it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def told_until_ready(served: "subprocess.Popen[str]") -> list[str]:
    assert served.stdout is not None
    told = []
    for line in served.stdout:
        told.append(line)
        if line == "Ctrl-C stops it.\n":
            return told
    pytest.fail(f"./run ended before it served: {told}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=120) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_help_tells_of_every_option(tmp_path: Path) -> None:
    told = run("--help", data=tmp_path)
    assert told.returncode == 0
    for option in ("--port N", "--empty", "--prepare-only", "manage COMMAND"):
        assert option in told.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--port", "0"], "--port needs a number from 1 to 65535."),
        (["--port", "80a"], "--port needs a number from 1 to 65535."),
        (["--port=70000"], "--port needs a number from 1 to 65535."),
        (["--port"], "--port needs a number."),
        (["--frobnicate"], "There is no '--frobnicate'; ./run --help tells what there is."),
    ],
)
def test_a_wrong_argument_is_one_sentence(
    arguments: list[str], sentence: str, tmp_path: Path
) -> None:
    done = run(*arguments, data=tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"gridwalk: {sentence}\n"


def test_a_port_in_use_is_one_sentence_before_anything_is_installed(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = run("--port", port, "--empty", data=tmp_path / "data")
    assert done.returncode == 1
    assert done.stderr == (
        f"gridwalk: Port {port} is in use: choose another with ./run --port N.\n"
    )
    assert "Python environment" not in done.stdout


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    done = run("--prepare-only", data=tmp_path / "data")
    assert done.returncode == 1
    assert done.stderr.startswith(f"gridwalk: Cannot write into {tmp_path / 'data'}: ")
    assert len(done.stderr.splitlines()) == 1


@needs_set_up
@pytest.mark.slow
def test_each_step_is_told_and_a_second_time_has_nothing_to_do(prepared: tuple[Path, str]) -> None:
    data, told = prepared
    assert "[1/7] System packages: " in told
    assert "[6/7] Texts and static files: " in told
    assert "[7/7] Algorithms: " in told
    again = run("--prepare-only", "--empty", data=data)
    assert again.returncode == 0
    assert again.stdout.count("unchanged") == 5
    assert "Applying" not in again.stdout
    assert "Downloading" not in again.stdout + again.stderr


@needs_set_up
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://nobody@127.0.0.1:1/gridwalk", "cannot be reached: "),
        ("not an address", "cannot be reached: "),
    ],
)
def test_a_database_url_that_leads_nowhere_is_one_sentence(
    tmp_path: Path, url: str, words: str
) -> None:
    done = subprocess.run(
        [RUN, "--prepare-only"],
        env=environment(tmp_path) | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"gridwalk: The database of DATABASE_URL {words}")


@needs_set_up
@pytest.mark.slow
def test_a_database_without_postgis_is_one_sentence(prepared: tuple[Path, str]) -> None:
    data, _ = prepared
    owner = ensure_running(Cluster(data)).owner
    bare = owner.replace("/gridwalk?", "/bare?")
    with psycopg.connect(owner, autocommit=True) as session:
        session.execute("CREATE DATABASE bare TEMPLATE template0")
    done = subprocess.run(
        [RUN, "--prepare-only"],
        env=environment(data) | {"DATABASE_URL": bare},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "CREATE EXTENSION postgis;" in done.stderr


@needs_set_up
@pytest.mark.slow
def test_a_database_of_ones_own_without_a_web_role_is_one_sentence(
    prepared: tuple[Path, str],
) -> None:
    data, _ = prepared
    done = subprocess.run(
        [RUN, "--empty", "--port", str(free_port())],
        env=environment(data) | {"DATABASE_URL": ensure_running(Cluster(data)).owner},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "gridwalk_owner owns the database" in done.stderr
    assert "./run manage web_role gridwalk_web" in done.stderr


@needs_set_up
@pytest.mark.slow
def test_manage_adds_nothing_to_the_commands_output(prepared: tuple[Path, str]) -> None:
    data, _ = prepared
    (data / "prepared.stamp").unlink()
    done = run("manage", "version", data=data)
    assert "[1/6] System packages" in done.stderr
    assert done.stdout == f"{django.get_version()}\n"
    again = run("manage", "version", data=data)
    assert (again.stdout, again.stderr) == (done.stdout, "")


@needs_set_up
@pytest.mark.slow
def test_manage_hands_on_arguments_place_and_status(
    prepared: tuple[Path, str], tmp_path: Path
) -> None:
    data, _ = prepared
    (tmp_path / "asked.sql").write_text("SELECT 'with  two spaces';")
    done = run(
        "manage", "private_postgres", "psql", "-At", "-f", "asked.sql", data=data, cwd=str(tmp_path)
    )
    assert (done.returncode, done.stdout) == (0, "with  two spaces\n")
    assert run("manage", "private_postgres", "psql", "-c", "wrong", data=data).returncode == 1


@needs_set_up
@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(prepared: tuple[Path, str], ending: int) -> None:
    data, _ = prepared
    Cluster(data).stop()
    port = free_port()
    with serving(data, port) as served:
        assert f"Gridwalk is at http://127.0.0.1:{port}/\n" in told_until_ready(served)
        assert status_of(f"http://127.0.0.1:{port}/") < 400
        assert "in use" in run("--empty", "--port", str(port), data=data).stderr
        served.send_signal(ending)
        assert served.wait(timeout=120) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert Cluster(data).running() is None


@needs_set_up
@pytest.mark.slow
def test_a_cluster_that_was_running_before_is_left_running(prepared: tuple[Path, str]) -> None:
    data, _ = prepared
    Cluster(data).stop()
    Cluster(data).start()
    assert run("--prepare-only", "--empty", data=data).returncode == 0
    assert Cluster(data).running() is not None
