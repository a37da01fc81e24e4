"""Every night: what was missed climbs once, and what ended is planned no more."""

import pytest

from accounts import acting
from households.daily import GRACE_DAYS, every_night
from households.due import missed
from households.models import Cadence, CarePlan, Household, Visit
from households.tasks import daily
from tests.households.care import DAY, NOW, TODAY, begin
from tests.households.homes import as_web_role, by_job, home
from tests.town import Town


@pytest.fixture
def west(town: Town) -> Household:
    with by_job():
        return home(town.buildings[0])


@pytest.mark.parametrize("cadence", Cadence.values)
def test_a_visit_climbs_when_its_grace_is_over_and_only_once(
    town: Town, west: Household, cadence: str
) -> None:
    grace = GRACE_DAYS[Cadence(cadence)]
    with by_job():
        begin(west, town.worker, cadence=cadence)
    assert every_night(NOW + grace * DAY) == (0, 0)
    night = NOW + (grace + 1) * DAY
    assert every_night(night) == (1, 0)
    assert every_night(night + DAY) == (0, 0)
    with by_job():
        assert Visit.objects.get().climbed_at == night
    with as_web_role(), acting.as_member(town.coordinator):
        assert len(missed(town.coordinator, night)) == 1


def test_a_visit_of_a_plan_that_ended_goes_and_does_not_climb(town: Town, west: Household) -> None:
    with by_job():
        plan = begin(west, town.worker, ends_on=TODAY + 20 * DAY)
        stays = begin(west, town.worker, purpose="newborn")
    assert every_night(NOW + 21 * DAY) == (1, 1)
    assert every_night(NOW + 21 * DAY) == (0, 0)
    with by_job():
        assert not Visit.objects.filter(plan=plan).exists()
        assert Visit.objects.filter(plan=stays).exists()


def test_what_was_left_of_a_withdrawn_plan_goes(town: Town, west: Household) -> None:
    with by_job():
        plan = begin(west, town.worker)
        CarePlan.objects.filter(pk=plan.pk).update(withdrawn_at=NOW)
    assert every_night(NOW + 30 * DAY) == (0, 1)


def test_the_nights_job_runs_with_eyes_of_its_own(town: Town, west: Household) -> None:
    with by_job():
        begin(west, town.worker, cadence="daily")
        Visit.objects.update(planned_for=TODAY - 3 * DAY)
    daily(0)
    with by_job():
        assert Visit.objects.get().climbed_at is not None
