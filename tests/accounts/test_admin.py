"""Who gets into the administration, and what it does with members."""

import datetime as dt

import pytest
from django.test import Client

from accounts.models import Member, Role
from grid.models import Responsibility
from tests.town import PASSWORD, Town


def test_nobody_is_sent_to_the_one_sign_in_page(client: Client, db: None) -> None:
    response = client.get("/admin/grid/area/", follow=True)
    address, _status = response.redirect_chain[-1]
    assert address.startswith("/sign-in/?next=/admin/grid/area/")


@pytest.mark.parametrize("name", ["worker", "coordinator", "leader", "outsider"])
def test_members_do_not_get_in(client: Client, town: Town, name: str) -> None:
    client.force_login(getattr(town, name))
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get("/admin/grid/area/", follow=True).status_code == 403


def test_staff_alone_is_no_administrator(client: Client, town: Town) -> None:
    Member.objects.filter(pk=town.worker.pk).update(is_staff=True)
    client.force_login(town.worker)
    assert client.get("/admin/", follow=True).status_code == 403


def test_the_role_administrator_gets_in_for_as_long_as_it_is_held(
    client: Client, town: Town
) -> None:
    held = Responsibility.objects.create(
        member=town.worker,
        role=Role.ADMINISTRATOR,
        area=town.city,
        starts_on=dt.date(2020, 1, 1),
    )
    client.force_login(town.worker)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/grid/responsibility/").status_code == 200
    held.ends_on = dt.date(2020, 2, 1)
    held.save()
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_member_is_made_and_can_sign_in(client: Client, town: Town) -> None:
    client.force_login(town.administrator)
    sent = {
        "username": "newcomer",
        "name": "Nie Xin",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    response = client.post("/admin/accounts/member/add/", sent)
    assert response.status_code == 302, response.context["errors"]
    assert Member.objects.get(username="newcomer").name == "Nie Xin"
    assert Client().login(request=response.wsgi_request, username="newcomer", password=PASSWORD)


def test_a_member_is_never_deleted(client: Client, town: Town) -> None:
    client.force_login(town.administrator)
    address = f"/admin/accounts/member/{town.outsider.pk}/delete/"
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert Member.objects.filter(pk=town.outsider.pk).exists()
