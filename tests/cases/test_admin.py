"""The administration of categories, crews and keys."""

import pytest
from django.test import Client

from cases.models import Category
from tests.cases.play import category, crew_of, report
from tests.town import Town


@pytest.fixture
def office(client: Client, town: Town) -> Client:
    client.force_login(town.administrator)
    return client


def form(**more: object) -> dict[str, object]:
    return {
        "code": "drain", "parent": category("facilities").pk, "topic": "facility",
        "name": "Blocked drain", "name_zh": "下水道堵塞", "due_amount": 2, "due_unit": "days",
        "position": 30, "active": "on", **more,
    }  # fmt: skip


def test_a_category_is_added_and_given_to_a_crew(office, town):
    crew = crew_of(town.teammate)
    assert office.post("/admin/cases/category/add/", form(crew=crew.pk)).status_code == 302
    assert report(town, "drain").crew == crew


@pytest.mark.parametrize(
    "more", [{"due_amount": 0}, {"code": "Not a code"}, {"code": "lamp"}, {"due_unit": "weeks"}]
)
def test_a_bad_category_is_refused(office, more):
    assert office.post("/admin/cases/category/add/", form(**more)).status_code == 200
    assert not Category.objects.filter(name="Blocked drain").exists()


def test_no_third_level(office):
    lamp = category("lamp")
    answer = office.post("/admin/cases/category/add/", form(parent=lamp.pk))
    assert answer.status_code == 200
    assert not Category.objects.filter(code="drain").exists()


def test_a_category_is_set_inactive_not_deleted_and_keeps_its_code(office):
    lamp = category("lamp")
    assert office.post(f"/admin/cases/category/{lamp.pk}/delete/").status_code == 403
    office.post(f"/admin/cases/category/{lamp.pk}/change/", form(code="other", name="Lamp"))
    lamp.refresh_from_db()
    assert (lamp.code, lamp.name) == ("lamp", "Lamp")


def test_a_case_is_looked_at_only(office, town):
    case = report(town)
    address = f"/admin/cases/case/{case.pk}/change/"
    page = office.get(address)
    assert page.status_code == 200
    assert str(case.follow_key) not in page.content.decode()
    assert office.post(address, {"state": "closed"}).status_code == 403
