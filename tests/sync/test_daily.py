"""The office is reminded of what waits, once, and the next level when nobody decides."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from sync.daily import remind
from sync.models import Operation, Reminder
from tests.sync.tablet import Tablet
from tests.town import Town

NOW = timezone.now()


@pytest.fixture
def waits(town: Town) -> Operation:
    tablet = Tablet(town.worker)
    operation = tablet.record("tree.seen", {"tree": 7})
    assert tablet.states(operation) == ["rejected"]
    row: Operation = Operation.objects.get(pk=operation["id"])
    return row


def came(row: Operation, **ago: int) -> None:
    Operation.objects.filter(pk=row.pk).update(received_at=NOW - dt.timedelta(**ago))


def told() -> set[str]:
    return set(Reminder.objects.values_list("member__username", flat=True))


def test_after_a_day_the_coordinator_is_told_once(waits: Operation, town: Town) -> None:
    came(waits, hours=23)
    assert remind(NOW) == 0
    came(waits, hours=25)
    assert (remind(NOW), remind(NOW)) == (1, 0)
    assert told() == {town.coordinator.username}


def test_after_three_days_the_next_level_is_told(waits: Operation, town: Town) -> None:
    came(waits, days=4)
    assert remind(NOW) == 2
    assert told() == {town.coordinator.username, town.leader.username}


def test_what_was_decided_reminds_nobody(waits: Operation) -> None:
    came(waits, days=4)
    Operation.objects.update(state="discarded")
    assert remind(NOW) == 0


def test_the_list_of_cases_shows_it_until_it_is_opened(
    client: Client, waits: Operation, town: Town
) -> None:
    came(waits, days=2)
    remind(NOW)
    client.force_login(town.coordinator)
    address = f"/sync/{waits.pk}/"
    assert address in client.get("/cases/").content.decode()
    client.get(address)
    assert address not in client.get("/cases/").content.decode()
