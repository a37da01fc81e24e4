"""The quick check of the tiles gives the same answer as Django's own, at once."""

import datetime as dt

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import signed_in
from tests.town import Town

pytestmark = pytest.mark.django_db
TILE = "/tiles/map/14/0/0.mvt"


@pytest.fixture
def worker(client: Client, town: Town) -> Client:
    """A client whose session is remembered already."""
    signed_in._known.clear()
    client.force_login(town.worker)
    assert [client.get(TILE).status_code for _ in range(2)] == [200, 200]
    return client


def test_a_remembered_session_costs_one_query(worker: Client, django_assert_num_queries) -> None:
    # the evidence, and the version of the tiles
    with django_assert_num_queries(2):
        assert worker.get(TILE).status_code == 200


def test_signing_out_ends_it_also_for_a_copy_of_the_cookie(worker: Client) -> None:
    copy = Client()
    copy.cookies[settings.SESSION_COOKIE_NAME] = worker.cookies[settings.SESSION_COOKIE_NAME].value
    assert copy.get(TILE).status_code == 200
    worker.post("/sign-out/")
    assert copy.get(TILE).status_code == 403


def test_a_closed_account_gets_nothing_more(worker: Client, town: Town) -> None:
    town.worker.is_active = False
    town.worker.save()
    assert worker.get(TILE).status_code == 403


def test_a_new_password_ends_the_sessions(worker: Client, town: Town) -> None:
    town.worker.set_password("another phrase entirely")
    town.worker.save()
    assert worker.get(TILE).status_code == 403


def test_a_session_that_ran_out_is_over(worker: Client) -> None:
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    assert worker.get(TILE).status_code == 403


def test_a_session_taken_over_by_another_member_is_looked_at_anew(
    worker: Client, town: Town
) -> None:
    worker.force_login(town.outsider)
    assert worker.get(TILE).status_code == 200


@pytest.mark.parametrize("value", ["", "x" * 32, "'; --", "é"])
def test_no_session_is_nobody(client: Client, town: Town, value: str) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = value
    assert client.get(TILE).status_code == 403


def test_it_remembers_no_more_than_its_most(
    worker: Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signed_in, "MOST", 2)
    for member in (town.teammate, town.coordinator, town.leader):
        client = Client()
        client.force_login(member)
        assert client.get(TILE).status_code == 200
    assert len(signed_in._known) == 2
    assert worker.get(TILE).status_code == 200
