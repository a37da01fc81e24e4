"""A cursor skips nothing that is committed late, and knows when it has lost its history."""

import datetime as dt
import uuid
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Case
from sync import change_log, changes, cursor
from sync.carried import carrier
from sync.models import Change
from tests.cases.play import report
from tests.connections import elsewhere
from tests.sync.feed import Tablet, committed_town
from tests.town import Town

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()


@pytest.fixture
def town(transactional_db: None) -> Town:
    return committed_town()


def _describe(database: Any, case: Case, words: str) -> None:
    with database.cursor() as asked:
        asked.execute("UPDATE cases_case SET description = %s WHERE id = %s", [words, case.pk])


def test_what_began_early_and_was_committed_last_is_not_skipped(town: Town) -> None:
    early, late = report(town, now=NOW), report(town, now=NOW, code="rubbish")
    tablet = Tablet(town.worker)
    tablet.pull()
    with elsewhere() as other:
        _describe(other, early, "early")
        _describe(connection, late, "late")
        # What is committed is told, though an older transaction is under way.
        assert tablet.told("cases") == ([late.pk], [])
        assert tablet.told("cases") == ([], [])
        other.commit()
    assert tablet.told("cases") == ([early.pk], [])
    assert tablet.held["cases"][early.pk]["description"] == "early"


def test_what_is_undone_is_never_told(town: Town) -> None:
    case = report(town, now=NOW)
    tablet = Tablet(town.worker)
    tablet.pull()
    with elsewhere() as other:
        _describe(other, case, "undone")
        assert tablet.told("cases") == ([], [])
        other.rollback()
    assert tablet.told("cases") == ([], [])


#: Which of three connections does what to which of three cases; or the tablet pulls.
STEPS = st.lists(
    st.one_of(
        st.just(("pull", 0, 0)),
        st.tuples(st.just("write"), st.integers(0, 2), st.integers(0, 2)),
        st.tuples(st.sampled_from(["commit", "rollback"]), st.integers(0, 2), st.just(0)),
    ),
    min_size=4,
    max_size=14,
)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
@given(STEPS)
def test_in_whatever_order_transactions_end_all_is_told(
    town: Town, steps: list[tuple[str, int, int]]
) -> None:
    cases = list(Case.objects.order_by("pk")) or [report(town, now=NOW) for _ in range(3)]
    device, at, held = uuid.uuid4(), None, {}

    def pull() -> None:
        nonlocal at
        who = carrier(town.worker, timezone.now())
        page = changes.next_page(who, at, device)
        at = page.cursor
        for record in changes.told(who, page.found, device)["cases"]["put"]:
            held[record["id"]] = record["description"]

    pull()
    with ExitStack() as opened:
        others = [opened.enter_context(elsewhere()) for _ in range(3)]
        busy: dict[int, int] = {}
        for number, (step, who, which) in enumerate(steps):
            if step == "pull":
                pull()
            elif step != "write":
                getattr(others[who], step)()
                busy = {case: by for case, by in busy.items() if by != who}
            elif busy.get(which, who) == who:
                # A row that another one holds would make it wait for ever.
                busy[which] = who
                _describe(others[who], cases[which], f"{number}")
        for other in others:
            other.commit()
    pull()
    assert held == dict(Case.objects.values_list("pk", "description"))


def _told(town: Town) -> tuple[Tablet, cursor.Cursor]:
    report(town, now=NOW)
    tablet = Tablet(town.worker)
    tablet.pull()
    return tablet, cursor.read(tablet.cursor, town.worker.pk)


def _reset(tablet: Tablet, changed: cursor.Cursor) -> bool:
    tablet.cursor = cursor.written(changed)
    return tablet.ask()["reset"]


def test_a_restored_backup_starts_over(town: Town) -> None:
    tablet, known = _told(town)
    assert known.since is not None
    assert not _reset(tablet, known)
    assert _reset(tablet, replace(known, epoch="7.1"))
    assert _reset(tablet, replace(known, since=replace(known.since, snapshot="9000000:9000000:")))
    # Transactions have caught up, but what the tablet saw last was never written here.
    number, transaction = known.newest
    assert _reset(tablet, replace(known, newest=(number, transaction - 1)))


def test_a_cursor_older_than_the_log_starts_over(town: Town) -> None:
    tablet, known = _told(town)
    assert known.since is not None
    for days, over in ((89, False), (91, True)):
        at = cursor.milliseconds(timezone.now() - dt.timedelta(days=days))
        assert _reset(tablet, replace(known, since=replace(known.since, at=at))) is over


def test_the_log_is_kept_for_ninety_days_but_for_visits_still_planned(town: Town) -> None:
    def row(kind: str, record: str, days: int, *, departed: bool = False) -> int:
        at = timezone.now() - dt.timedelta(days=days)
        return Change.objects.create(
            kind=kind, record=record, audience="9", departed=departed, at=at
        ).pk

    Change.objects.all().delete()
    _old = [row("case", "1", 91), row("visit", "a", 92), row("visit", "b", 91, departed=True)]
    kept = [row("case", "1", 89), row("visit", "a", 91), row("lamp", "1", 91)]
    assert change_log.forget(timezone.now()) == 3
    assert list(Change.objects.order_by("pk").values_list("pk", flat=True)) == kept
    assert not change_log.over(timezone.now()).exists()
