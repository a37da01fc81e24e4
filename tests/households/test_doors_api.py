"""Doors with a visit due on the map: numbers per building, and the doors of one."""

import pytest
from django.test import Client

from households.models import CarePlan, Visit
from households.plans import withdraw
from tests.conftest import Queries
from tests.households.care import DAY, NOW, TODAY, begin
from tests.households.homes import by_job, home
from tests.town import Town, place

DOORS = "/api/v1/care/doors/"


@pytest.fixture
def api(client: Client, town: Town) -> Client:
    client.force_login(town.worker)
    return client


def door(town: Town, label: str = "101", nth: int = 0, days: int = 0) -> CarePlan:
    with by_job():
        plan = begin(home(town.buildings[nth], label), town.coordinator)
        Visit.objects.filter(plan=plan).update(planned_for=TODAY + days * DAY)
    return plan


def numbers(api: Client, **asked: str) -> dict[int, dict[str, int]]:
    found = api.get(DOORS, asked).json()
    return {feature["id"]: feature["properties"] for feature in found["features"]}


def test_numbers_of_doors_in_the_own_cells(api, town):
    for days in (-3, 0, 6, 7):
        door(town, str(days), days=days)
    door(town, "909", nth=-1)
    building = town.buildings[0]
    assert numbers(api) == {building.pk: {"overdue": 1, "today": 1, "later": 1}}
    answer = api.get(DOORS)
    assert "Row 1" not in answer.content.decode()
    lon, lat = answer.json()["features"][0]["geometry"]["coordinates"]
    west, south, east, north = building.footprint.extent
    assert west <= lon <= east and south <= lat <= north
    api.force_login(town.coordinator)
    assert set(numbers(api)) == {building.pk, town.buildings[-1].pk}


def test_a_box_narrows_them(api, town):
    door(town)
    box = ",".join(f"{value:.7f}" for value in (*place(300, 300), *place(400, 400)))
    assert numbers(api, bbox=box) == {}
    assert api.get(DOORS, {"bbox": "1,2"}).status_code == 400


@pytest.mark.parametrize("who", ["leader", "administrator", "outsider"])
def test_who_cares_for_no_home_gets_none(client, town, who):
    door(town)
    client.force_login(getattr(town, who))
    assert client.get(DOORS).status_code == 403
    assert client.get(f"{DOORS}{town.buildings[0].pk}/").status_code == 403


def test_the_doors_of_a_building(client, api, town):
    door(town, "10", days=2), door(town, "2", days=-1)
    found = api.get(f"{DOORS}{town.buildings[0].pk}/").json()
    assert [(one["inside"], one["when"]) for one in found["doors"]] == [
        ("2", "overdue"),
        ("10", "later"),
    ]
    assert found["address"].startswith("Row 1")
    assert set(found["doors"][0]) == {"visit", "plan", "inside", "planned_for", "when"}
    client.force_login(town.teammate)
    assert client.get(f"{DOORS}{town.buildings[0].pk}/").status_code == 404


def test_a_household_that_withdrew_is_gone_at_once(api, town):
    plan = door(town)
    with by_job():
        withdraw(plan, member=town.worker, now=NOW)
    assert numbers(api) == {}
    assert api.get(f"{DOORS}{town.buildings[0].pk}/").status_code == 404


def test_the_map_asks_the_same_of_few_and_many(api, town, queries: Queries):
    for nth in range(6):
        door(town, str(nth), nth=nth % 4)
    # Session, member, whose eyes, responsibilities, areas, visits, eyes closed.
    with queries(7):
        api.get(DOORS)


def test_the_map_offers_the_layer_to_who_cares(client, town):
    client.force_login(town.worker)
    assert b"data-cares" in client.get("/").content
    client.force_login(town.leader)
    assert b"data-cares" not in client.get("/").content
