"""Uploads that meet: real transactions on several connections at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection

from sync import attempts
from sync.models import Operation
from tests.sync.notes import lamps, note
from tests.sync.tablet import Tablet
from tests.town import Town

#: Seconds that the others may take on a busy machine.
PATIENCE = 120
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("told")]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Each in a thread with a connection of its own, begun together."""
    start = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        start.wait(PATIENCE)
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_ten_copies_at_once_are_one_row(town: Town) -> None:
    tablet = Tablet(town.worker)
    operation = note(tablet)
    answers = at_once(*[lambda: tablet.states(operation)] * 10)
    assert sorted(chain(*answers)) == ["already_applied"] * 9 + ["applied"]
    assert (Operation.objects.count(), lamps()) == (1, 1)


def test_one_operation_from_two_outboxes_at_once_is_one_row(town: Town) -> None:
    """A tablet restored from a copy: no row of the tablet's keeps the two apart."""
    first, second = Tablet(town.worker), Tablet(town.worker)
    operation = note(first)
    answers = at_once(lambda: first.states(operation), lambda: second.states(operation))
    assert sorted(chain(*answers)) == ["already_applied", "applied"]
    assert (Operation.objects.count(), lamps()) == (1, 1)


def test_who_waits_cannot_miss_who_arrives(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """One looks and finds nothing, the other brings it and finds nobody waiting, in between."""
    waiting, bringing = Tablet(town.worker), Tablet(town.teammate)
    needs, makes = note(waiting, "need:ladder"), note(bringing, "make:ladder")
    brought, run = Event(), attempts._run

    def look_then_wait(row: Operation, *rest: Any) -> Any:
        outcome = run(row, *rest)
        if str(row.pk) == needs["id"]:
            assert brought.wait(PATIENCE)
        return outcome

    def bring() -> list[str]:
        states = bringing.states(makes)
        brought.set()
        return states

    monkeypatch.setattr(attempts, "_run", look_then_wait)
    assert at_once(lambda: waiting.states(needs), bring) == [["applied"], ["applied"]]
    assert not Operation.objects.exclude(state="applied").exists()
