"""A visit finds something to be mended: it becomes a case, which knows nothing of the household."""

import json
import uuid

import pytest
from django.test import Client

from accounts import acting
from cases.models import Case, Event
from households.models import AccessRecord, Checklist, Door, Household, Visit
from publish.follow_up import proposed
from tests.households.care import answers, begin, visit
from tests.households.homes import as_web_role, by_job, home
from tests.town import Town


@pytest.fixture
def west(town: Town) -> Household:
    with by_job():
        return home(town.buildings[0], label="3-201")


@pytest.fixture
def made(town: Town, west: Household) -> Visit:
    """A visit that found a dark lamp and a repair to report."""
    with by_job():
        plan = begin(west, town.worker, checklist=Checklist.objects.get(purpose=""))
        found = answers(plan, light="attention", repair="yes", fall="yes")
        return visit(plan, town.worker, answers=found)


def address(visit: Visit) -> str:
    return f"/care/visits/{visit.pk}/follow-up/"


def test_the_answers_propose_what_to_report(client: Client, town: Town, made: Visit) -> None:
    with by_job():
        assert proposed(made) == ["lamp", "facility_other"]
    client.force_login(town.worker)
    with as_web_role():
        page = client.get(address(made))
    assert page.status_code == 200
    assert 'value="lamp" checked' in page.content.decode()
    with by_job():
        looked = AccessRecord.objects.order_by("pk").last()
    assert looked is not None
    assert (looked.looked, looked.household, looked.member_id) == (
        "page",
        made.household_id,
        town.worker.pk,
    )


def test_the_case_knows_the_building_and_nothing_of_the_household(
    client: Client, town: Town, made: Visit, west: Household
) -> None:
    client.force_login(town.worker)
    with as_web_role():
        answer = client.post(address(made), {"category": "lamp"})
    case = Case.objects.get()
    assert answer.headers["Location"] == f"/cases/{case.pk}/"
    with by_job():
        assert Visit.objects.get(pk=made.pk).case_number == case.pk
        door = west.door
    assert (case.category.code, case.reporter, case.area_code) == (
        "lamp",
        town.worker,
        town.west.code,
    )
    assert case.whereabouts == door.address
    assert town.buildings[0].footprint.contains(case.location)
    kept = json.dumps(
        [Case.objects.values().get(), list(Event.objects.filter(case=case).values())], default=str
    )
    for secret in (str(west.pk), str(made.pk), str(made.plan_id), "3-201", "Ann", "illness"):
        assert secret not in kept


def test_sent_twice_it_is_one_case(client: Client, town: Town, made: Visit) -> None:
    client.force_login(town.worker)
    with as_web_role():
        first = client.post(address(made), {"category": "lamp"})
        again = client.post(address(made), {"category": "facility_other"})
        page = client.get(address(made)).content.decode()
    assert first.headers["Location"] == again.headers["Location"]
    assert Case.objects.count() == 1
    assert f'href="{first.headers["Location"]}"' in page


@pytest.mark.parametrize("category", ["", "facilities", "no_such_thing", "\x00"])
def test_what_is_not_chosen_is_asked_for(
    client: Client, town: Town, made: Visit, category: str
) -> None:
    client.force_login(town.worker)
    with as_web_role():
        page = client.post(address(made), {"category": category})
    assert page.status_code == 400
    assert not Case.objects.exists()


def test_a_form_shown_again_is_a_look_too(client: Client, town: Town, made: Visit) -> None:
    client.force_login(town.worker)
    with as_web_role():
        assert client.post(address(made), {"category": "no such"}).status_code == 400
    with by_job():
        looks = AccessRecord.objects.filter(household=made.household_id, looked="page")
        assert looks.count() == 1


def test_without_a_building_on_the_map_it_says_what_to_do(
    client: Client, town: Town, made: Visit
) -> None:
    with by_job():
        Door.objects.update(building=None)
    client.force_login(town.worker)
    with as_web_role():
        page = client.post(address(made), {"category": "lamp"})
    assert page.status_code == 400
    assert "Report the case on the map instead" in page.content.decode()


@pytest.mark.parametrize(
    ("who", "status"), [("teammate", 404), ("leader", 403), ("administrator", 403)]
)
def test_who_does_not_care_for_the_household_reports_nothing(
    client: Client, town: Town, made: Visit, who: str, status: int
) -> None:
    client.force_login(getattr(town, who))
    with as_web_role():
        assert client.get(address(made)).status_code == status
        assert client.post(address(made), {"category": "lamp"}).status_code == status
    assert not Case.objects.exists()


def test_only_a_visit_that_was_made_has_something_to_follow(
    client: Client, town: Town, made: Visit
) -> None:
    with acting.as_member(town.worker):
        planned = Visit.objects.get(state="planned")
        declined = visit(made.plan, town.worker, "declined", key=uuid.uuid4())
    client.force_login(town.worker)
    with as_web_role():
        assert client.get(address(planned)).status_code == 404
        assert client.post(address(declined), {"category": "lamp"}).status_code == 400
    assert not Case.objects.exists()
