"""What waits for something else: released when it comes, whoever brings it."""

import datetime as dt
import itertools
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync import attempts, outcomes
from sync.kinds import Hold, Op
from sync.models import Operation
from tests.sync.notes import lamps, note
from tests.sync.tablet import Tablet
from tests.town import Town

pytestmark = pytest.mark.usefixtures("told")


@pytest.fixture
def tablet(town: Town) -> Tablet:
    return Tablet(town.worker)


def test_an_update_before_its_create_is_held_then_applied(tablet: Tablet, told: list[Op]) -> None:
    create = note(tablet)
    update = note(tablet, after=[create])
    answer = tablet.send(update)[0]
    assert (answer["state"], answer["code"]) == ("held", "held")
    assert answer["message"]
    assert Operation.objects.get().payload
    assert tablet.send(update)[0]["state"] == "held"
    assert tablet.states(create) == ["applied"]
    assert tablet.states(update) == ["already_applied"]
    row = Operation.objects.get(pk=update["id"])
    assert (row.payload, row.waits_for, row.decided_at is None) == (None, [], False)
    assert [str(op.id) for op in told] == [create["id"], update["id"]]


def test_nothing_is_held_but_under_a_lock_for_what_it_waits_for(
    tablet: Tablet, told: list[Op], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it waited for came before the lock was had, and then it waits for something else."""
    waits = ["patrol:a", "patrol:b"]
    seen: list[str] = []

    def run(*args: object) -> outcomes.Outcome:
        seen.append(waits[min(len(seen), 1)])
        return outcomes.held(Hold([seen[-1]], "Not yet"))

    monkeypatch.setattr(attempts, "_run", run)
    with CaptureQueriesContext(connection) as queries:
        assert tablet.states(note(tablet)) == ["held"]
    assert seen == ["patrol:a", "patrol:b", "patrol:b"]
    locks = [each["sql"] for each in queries if "pg_advisory_xact_lock(" in each["sql"]]
    assert ["patrol:b" in sql for sql in locks] == [False, True]


def test_in_one_batch_the_order_does_not_matter(tablet: Tablet, told: list[Op]) -> None:
    first = note(tablet)
    chain = [first]
    for _number in range(4):
        chain.append(note(tablet, after=[chain[-1]]))
    assert tablet.states(*reversed(chain)) == ["applied"] * 5
    assert [str(op.id) for op in told] == [operation["id"] for operation in chain]
    assert lamps() == 5


def test_any_order_of_requests_ends_the_same(tablet: Tablet, told: list[Op]) -> None:
    """A diamond: d after b and c, both after a."""
    a = note(tablet)
    b, c = note(tablet, after=[a]), note(tablet, after=[a])
    d = note(tablet, after=[b, c])
    for order in random.Random(1).sample(list(itertools.permutations([a, b, c, d])), 6):
        Operation.objects.all().delete()
        told.clear()
        for operation in order:
            tablet.send(operation)
        assert not Operation.objects.exclude(state="applied").exists()
        assert [str(op.id) for op in told][-1] == d["id"]


def test_another_tablet_may_bring_what_is_waited_for(
    tablet: Tablet, town: Town, told: list[Op]
) -> None:
    other = Tablet(town.teammate)
    needs = note(tablet, "need:ladder")
    assert tablet.states(needs) == ["held"]
    assert lamps() == 0, "what a held one stored is undone"
    assert other.states(note(other, "make:ladder")) == ["applied"]
    assert Operation.objects.get(pk=needs["id"]).state == "applied"
    assert [op.member for op in told] == [town.teammate, town.worker]


def test_what_waits_for_something_refused_goes_on_when_that_is_mended(
    tablet: Tablet, town: Town
) -> None:
    tablet.send(note(tablet))
    bad = note(tablet, "refuse")
    rest = note(tablet, after=[bad])
    assert tablet.states(bad, rest) == ["rejected", "held"]
    row = attempts.replay(
        Operation.objects.get(pk=bad["id"]),
        by=town.coordinator,
        now=timezone.now(),
        body={"word": "mended"},
    )
    assert (row.state, row.decided_by) == ("applied", town.coordinator)
    assert Operation.objects.get(pk=rest["id"]).state == "applied"


def test_a_held_one_that_is_bad_ends_in_quarantine(tablet: Tablet) -> None:
    create = note(tablet)
    bad, good = note(tablet, "crash", after=[create]), note(tablet, after=[create])
    assert tablet.states(bad, good) == ["held", "held"]
    assert tablet.states(create) == ["applied"]
    states = dict(Operation.objects.values_list("pk", "state"))
    assert {str(key): state for key, state in states.items()} == {
        create["id"]: "applied",
        bad["id"]: "rejected",
        good["id"]: "applied",
    }


def test_times_of_a_held_one_are_those_of_its_coming(tablet: Tablet, told: list[Op]) -> None:
    create = note(tablet)
    before = timezone.now() - dt.timedelta(hours=3)
    tablet.send(note(tablet, after=[create], at=before))
    tablet.send(create)
    assert abs((told[1].at - before).total_seconds()) < 1
    assert told[1].received_at < told[1].now
