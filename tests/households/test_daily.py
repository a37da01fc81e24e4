"""Every night: what was missed climbs once, and what ended is planned no more."""

import pytest
from django.test import Client

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


def test_a_plan_that_ended_lists_no_visit_before_the_night_either(
    client: Client, town: Town, west: Household
) -> None:
    with by_job():
        plan = begin(west, town.worker)
        CarePlan.objects.update(
            starts_on=TODAY - 20 * DAY, consent_on=TODAY - 20 * DAY, ends_on=TODAY - DAY
        )
        Visit.objects.filter(plan=plan).update(planned_for=TODAY - DAY)
        visit = Visit.objects.get(plan=plan)
        address = west.door.address
    client.force_login(town.worker)
    with as_web_role():
        for state in ("due", "overdue"):
            shown = client.get("/care/households/", {"state": state}).content.decode()
            assert address not in shown, state
        assert address not in client.get("/care/?until=week").content.decode()
        assert client.get(f"/care/visits/{visit.pk}/").status_code == 404


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
