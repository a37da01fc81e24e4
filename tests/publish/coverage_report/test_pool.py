"""A city counted by several processes: the same bytes, and a sentence where one is killed."""

import datetime as dt
import io
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command

from api.errors import Unavailable
from grid.models import Area, Level
from publish.coverage_report import pool
from publish.coverage_report.gather import Window
from tests.publish.coverage_report.test_figures import NOW, walks_at_random
from tests.town import Town, small_town

DAYS = ["--from", "2026-06-01", "--to", "2026-06-30", "--format", "json"]


@pytest.fixture
def two_communities(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Town:
    """What other processes can see: stored for good, not in a test's transaction."""
    town = small_town()
    Area.objects.create(
        code=town.community.code[:9] + "777",
        level=Level.COMMUNITY,
        name="Next door",
        geometry=town.community.geometry,
    )
    walks_at_random(town)
    monkeypatch.setattr(pool, "WORTH_IT", 2)
    return town


def printed(town: Town, *more: str) -> str:
    out = io.StringIO()
    call_command(
        "report", town.city.code, *DAYS, "--out", "-", *more, stdout=out, stderr=io.StringIO()
    )
    return out.getvalue()


def test_two_processes_give_the_bytes_of_one(two_communities: Town) -> None:
    alone, both = printed(two_communities), printed(two_communities, "--workers", "2")
    assert both == alone
    assert len(json.loads(both)["communities"]) == 2


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No database: what the snapshot's transaction and the pool went through, in order."""
    found: list[str] = []

    @contextmanager
    def snapshot() -> Iterator[str]:
        try:
            yield "0001"
        finally:
            found.append("transaction ended")

    class Idle(ProcessPoolExecutor):
        """Starts no process, for nothing is handed to one."""

        def map(self, *_args: Any, **_more: Any) -> Any:
            yield "first"
            raise BrokenProcessPool

        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            found.append(f"pool ended, waited {wait}, rest dropped {cancel_futures}")
            super().shutdown(wait, cancel_futures=cancel_futures)

    here = SimpleNamespace(in_atomic_block=False, settings_dict={"NAME": "none"})
    monkeypatch.setattr(pool, "WORTH_IT", 2)
    monkeypatch.setattr(pool, "_snapshot", snapshot)
    monkeypatch.setattr(pool, "connection", here)
    monkeypatch.setattr(pool, "ProcessPoolExecutor", Idle)
    return found


ENDED = ["pool ended, waited True, rest dropped True", "transaction ended"]


def counted(progress: pool.Progress | None = None) -> list[Any]:
    window = Window(dt.date(2026, 6, 1), dt.date(2026, 6, 30), NOW)
    return list(pool.gathered(["1", "2"], window, longest=30, workers=2, progress=progress))


def test_a_process_that_is_killed_is_told_in_a_sentence(begun: list[str]) -> None:
    with pytest.raises(Unavailable, match="try again with fewer processes"):
        counted()
    assert begun == ENDED


def test_who_stops_it_ends_the_processes_at_once(begun: list[str]) -> None:
    def stop(_done: int, _of_all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as kept:
        counted(stop)
    # Also while somebody still holds the error, and with it the frames it came through.
    assert kept.value.__traceback__ is not None
    assert begun == ENDED
