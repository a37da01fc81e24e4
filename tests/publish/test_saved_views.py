"""Views of the map by name: whose they are, who finds them, where they lead."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Member
from publish.models import SavedView
from publish.saved_views import MOST_VIEWS
from tests.town import Town

pytestmark = pytest.mark.django_db

HASH = "#16/60.17000/24.94000&days=7&layers=cells.streets&vs=2026-10-22,7,difference"


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def save(member: Member, name: str = "Alleys", hash: str = HASH, shared_with: str = "") -> Any:
    content = {"name": name, "hash": hash, "shared_with": shared_with}
    return client_of(member).post("/api/v1/views/", content, "application/json")


def names(member: Member) -> list[tuple[str, bool]]:
    views = client_of(member).get("/api/v1/views/").json()["views"]
    return [(view["name"], view["own"]) for view in views]


def test_a_view_is_its_owners_alone_until_it_is_shared(town: Town) -> None:
    made = save(town.coordinator)
    assert made.status_code == 201
    pk = made.json()["id"]
    assert names(town.coordinator) == [("Alleys", True)]
    assert names(town.worker) == []
    assert client_of(town.worker).get(f"/views/{pk}/").status_code == 404
    response = client_of(town.coordinator).get(f"/views/{pk}/")
    assert (response.status_code, response["Location"]) == (302, f"/{HASH}")


def test_a_shared_view_is_found_in_the_area_and_above(town: Town) -> None:
    pk = save(town.worker, shared_with=town.community.code).json()["id"]
    for member in (town.teammate, town.coordinator, town.leader, town.administrator):
        assert names(member) == [("Alleys", False)], member
        assert client_of(member).get(f"/views/{pk}/").status_code == 302
    assert names(town.outsider) == []
    cell = save(town.worker, "West only", shared_with=town.west.code).json()["id"]
    assert client_of(town.teammate).get(f"/views/{cell}/").status_code == 404
    assert client_of(town.coordinator).get(f"/views/{cell}/").status_code == 302


def test_only_the_owner_changes_a_view(town: Town) -> None:
    pk = save(town.coordinator, shared_with=town.community.code).json()["id"]
    address = f"/api/v1/views/{pk}/"
    other = client_of(town.worker)
    assert other.patch(address, {"name": "Mine"}, "application/json").status_code == 404
    assert other.delete(address).status_code == 404
    own = client_of(town.coordinator)
    assert own.patch(address, {"name": "Rows"}, "application/json").json()["name"] == "Rows"
    # Its own name is no other view's.
    assert own.patch(address, {"name": "Rows"}, "application/json").status_code == 200
    assert own.delete(address).status_code == 204
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "hash",
    [
        "//example.org",
        "https://example.org/",
        "#<script>",
        "#a b",
        "#\nLocation: x",
        "",
        "#" * 1001,
    ],
)
def test_what_is_no_address_of_the_map_is_refused(town: Town, hash: str) -> None:
    assert save(town.worker, hash=hash).status_code == 400
    assert not SavedView.objects.exists()


def test_a_name_is_taken_once_and_views_are_not_without_end(town: Town) -> None:
    save(town.worker)
    again = save(town.worker)
    assert again.status_code == 400
    assert "already" in again.json()["error"]["message"]
    assert save(town.teammate).status_code == 201
    SavedView.objects.bulk_create(
        SavedView(owner=town.worker, name=f"{number}", hash="#") for number in range(MOST_VIEWS - 1)
    )
    assert save(town.worker, "One more").status_code == 400


def test_a_view_is_shared_only_where_one_has_a_role(town: Town) -> None:
    assert save(town.worker, shared_with=town.east.code).status_code == 403
    assert save(town.outsider, shared_with=town.community.code).status_code == 403
    assert save(town.worker, shared_with="990101001009").status_code == 404
    assert save(town.worker, shared_with="nowhere").status_code == 404
