"""Settings that break a promise stop the start with a sentence."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from config import checks

ROOT = Path(__file__).resolve().parents[2]


#: What a person's shell has; the browser tests in this process set one more.
SHELL = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py as a person would, with settings from the environment."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**SHELL, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("days", [0, -1, 61, 10_000])
def test_raw_tracks_are_kept_for_sixty_days_at_most(settings: Any, days: int) -> None:
    settings.TRACK_RETENTION_DAYS = days
    with pytest.raises(SystemCheckError, match="TRACK_RETENTION_DAYS"):
        call_command("check")


@pytest.mark.parametrize("days", [1, 30, 60])
def test_from_one_to_sixty_days_is_fine(settings: Any, days: int) -> None:
    settings.TRACK_RETENTION_DAYS = days
    assert checks.check_track_retention(None) == []


def test_a_misspelt_track_mode_does_not_quietly_collect_positions(settings: Any) -> None:
    settings.TRACK_MODE = "meters"
    with pytest.raises(SystemCheckError, match="TRACK_MODE"):
        call_command("check")
    for mode in ("tracks", "metres"):
        settings.TRACK_MODE = mode
        assert checks.check_track_mode(None) == []


def test_a_server_without_a_key_of_its_own_does_not_start(settings: Any) -> None:
    settings.SERVING, settings.SECRET_KEY = True, checks.PLACEHOLDER + "0" * 50
    with pytest.raises(SystemExit, match="SECRET_KEY"):
        checks.refuse_to_start()
    settings.SERVING = False
    checks.refuse_to_start()


def test_a_server_without_an_encryption_key_does_not_start(settings: Any) -> None:
    settings.SERVING, settings.SECRET_KEY, settings.ENCRYPTION_KEYS = True, "x" * 60, []
    with pytest.raises(SystemExit, match="no ENCRYPTION_KEYS"):
        checks.refuse_to_start()
    settings.SERVING = False
    checks.refuse_to_start()
    settings.ENCRYPTION_KEYS = ["a" * 43 + "=", "too short"]
    with pytest.raises(SystemExit, match="a key that is not one"):
        checks.refuse_to_start()


def test_a_misspelt_role_does_not_quietly_ask_nobody(settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["coordinator", "leeder"]
    with pytest.raises(SystemExit, match="leeder"):
        checks.refuse_to_start()


def test_mail_needs_a_sender_and_the_address_of_the_site(settings: Any) -> None:
    settings.EMAIL_HOST, settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = "mail.example", "", ""
    assert [problem.msg for problem in checks.check_mail(None)] == [
        "EMAIL_HOST is set, and EMAIL_FROM is not.",
        "EMAIL_HOST is set, and SITE_URL is not.",
    ]
    with pytest.raises(SystemExit, match="EMAIL_FROM"):
        checks.refuse_to_start()
    settings.EMAIL_HOST = ""
    assert checks.check_mail(None) == []


@pytest.mark.django_db
def test_this_database_will_do(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check", databases=["default"])
    assert checks.check_postgis(None, databases=["default"]) == []


@pytest.mark.parametrize(
    ("name", "value"), [("TRACK_RETENTION_DAYS", "a month"), ("HTTPS", "ture")]
)
def test_a_setting_that_says_nothing_gets_one_sentence(name: str, value: str) -> None:
    done = manage("check", **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"gridwalk: {name}")
    assert done.stderr.count("\n") == 1


def test_a_server_for_others_is_ready_to_deploy() -> None:
    done = manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        HTTPS="on",
        SECRET_KEY="k7!Qz" * 12 + "abcdefghij",
        ENCRYPTION_KEYS="a" * 43 + "=",
        ALLOWED_HOSTS="map.example",
        GRIDWALK_PROCESS="web",
    )
    assert done.returncode == 0, done.stderr


def test_a_server_refuses_what_commands_warn_of() -> None:
    code = "from config.wsgi import application"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**SHELL, "TRACK_RETENTION_DAYS": "90", "SECRET_KEY": "x" * 60},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip().startswith("gridwalk: TRACK_RETENTION_DAYS is 90")
