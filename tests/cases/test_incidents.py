"""The sample's everyday cases, played in the small town."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Role
from cases.models import Case, Event
from fixtures import incidents
from grid.models import Responsibility
from tests.town import Town


@pytest.fixture
def staffed(town: Town) -> Town:
    Responsibility.objects.create(
        member=town.outsider,
        role=Role.CREW,
        area=town.subdistrict,
        starts_on=dt.date(2020, 1, 1),
    )
    return town


def test_cases_stand_at_every_stage_and_none_in_the_future(staffed: Town) -> None:
    now = timezone.now()
    assert incidents.play(staffed.community, now=now, cases=40) == 40
    states = set(Case.objects.values_list("state", flat=True))
    assert {"reported", "accepted", "closed"} <= states
    assert not Event.objects.filter(at__gt=now).exists()
    assert not Case.objects.filter(simulated=False).exists()
    in_time = Case.objects.filter(state="closed", done_at__isnull=False)
    assert in_time.exists()


def test_playing_again_adds_nothing(staffed: Town) -> None:
    now = timezone.now()
    incidents.play(staffed.community, now=now, cases=5)
    before = Event.objects.count()
    assert incidents.play(staffed.community, now=now, cases=5) == 0
    assert Event.objects.count() == before
