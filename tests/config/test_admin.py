"""The history page of the administration, and what its address may say."""

import pytest
from django.test import Client

from grid.models import Area
from tests.town import Town

pytestmark = pytest.mark.django_db
PAGE = "/admin/pghistory/events/"


@pytest.fixture
def office(client: Client, town: Town) -> Client:
    client.force_login(town.administrator)
    return client


@pytest.mark.parametrize("method", ["", "&method=tracks", "&method=references"])
def test_the_history_of_an_area_is_shown(office: Client, town: Town, method: str) -> None:
    Area.objects.filter(pk=town.west.pk).update(name="West of the Row")
    shown = office.get(f"{PAGE}?obj=grid.area:{town.west.pk}{method}")
    assert shown.status_code == 200
    assert "grid.AreaEvent" in shown.content.decode()
    only = office.get(f"{PAGE}?model=grid.area&event_model=grid.areaevent")
    assert only.status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        "?obj=grid.area:x",
        "?obj=grid.area:",
        "?obj=grid.area:1:2",
        "?obj=grid.area:0",
        "?obj=grid.area:99999999999999999999",
        "?obj=grid.area:0&method=tracks",
        "?obj=grid.area:x&method=references",
        "?obj=patrols.patrol:x",
        "?event_model=x",
        "?model=grid.area&event_model=grid.area",
        "grid.area:1/change/",
        "nothing/change/",
    ],
)
def test_an_address_that_names_nothing_is_not_found(office: Client, asked: str) -> None:
    assert office.get(PAGE + asked).status_code == 404


@pytest.mark.parametrize("asked", ["", "?obj=x", "?obj=x:1", "?obj=:", "?model=x", "?label=x"])
def test_words_that_mean_nothing_are_passed_over(office: Client, asked: str) -> None:
    assert office.get(PAGE + asked).status_code == 200
