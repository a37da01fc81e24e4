"""The sample's tablet, played in the small town."""

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Case
from fixtures import tablets
from sync.models import Conflict, Operation
from tests.cases.play import report
from tests.town import Town


@pytest.fixture
def case(town: Town) -> Case:
    return report(town, now=timezone.now(), description="Broken", simulated=True)


def test_something_of_each_kind_waits_once(client: Client, town: Town, case: Case) -> None:
    now = timezone.now()
    assert tablets.play(town.community, now=now) == 4
    assert tablets.play(town.community, now=now) == 0
    states = sorted(Operation.objects.values_list("state", flat=True))
    assert states == ["conflict", "held", "rejected", "rejected"]
    conflict = Conflict.objects.get()
    assert (conflict.subject, conflict.field) == (f"case:{case.pk}", "description")
    client.force_login(town.coordinator)
    listed = client.get("/sync/").content.decode()
    for row in Operation.objects.all():
        assert str(row.pk) in listed
