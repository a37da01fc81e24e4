"""Lamps, circuits and sightings through the API."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from streetlights.models import Circuit, Lamp
from tests.conftest import Queries
from tests.streetlights.wiring import circuit as wired
from tests.streetlights.wiring import row_one
from tests.town import Town, place

NOW = "2026-11-20T19:00:00+08:00"


def post(client: Client, lamp: Lamp, **body: Any) -> Any:
    return client.post(f"/api/v1/lamps/{lamp.pk}/sightings/", body, content_type="application/json")


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    error = response.json()["error"]
    assert error["code"] == code
    return dict(error)


@pytest.fixture
def lamp(town: Town) -> Lamp:
    return Lamp.objects.get(number="L-1")


def test_a_sighting_is_stored_once(client: Client, town: Town, lamp: Lamp) -> None:
    client.force_login(town.worker)
    for _again in range(2):
        response = post(client, lamp, state="dark", seen_at=NOW)
        assert response.status_code == 201, response.content
    found = client.get(f"/api/v1/lamps/{lamp.pk}/sightings/").json()
    assert [(row["state"], row["source"]) for row in found] == [("dark", "member")]
    refused(post(client, lamp, state="lit", seen_at=NOW), 409, "conflict")
    row = client.get("/api/v1/lamps/").json()["features"][0]["properties"]
    assert (row["working"], row["circuit"]) == (False, None)


def test_only_who_is_responsible_here_reports(client: Client, town: Town, lamp: Lamp) -> None:
    refused(post(client, lamp, state="dark", seen_at=NOW), 401, "sign_in_required")
    for member, expected in ((town.coordinator, 201), (town.teammate, 403), (town.outsider, 403)):
        client.force_login(member)
        assert post(client, lamp, state="dark", seen_at=NOW).status_code == expected
    assert lamp.sightings.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": "off", "seen_at": NOW}, "state"),
        ({"seen_at": NOW}, "state"),
        ({"state": "lit"}, "seen_at"),
        ({"state": "lit", "seen_at": "soon"}, "seen_at"),
        ({"state": "lit", "seen_at": "1066-10-14T09:00:00Z"}, "seen_at"),
        ({"state": "lit", "seen_at": timezone.now() + dt.timedelta(hours=1)}, "seen_at"),
    ],
)
def test_bad_sightings(
    client: Client, town: Town, lamp: Lamp, body: dict[str, Any], field: str
) -> None:
    client.force_login(town.worker)
    assert field in refused(post(client, lamp, **body), 400, "bad_input")["fields"]
    assert not lamp.sightings.exists()


def test_an_unknown_lamp(client: Client, town: Town) -> None:
    client.force_login(town.worker)
    refused(client.get("/api/v1/lamps/999999/sightings/"), 404, "not_found")


def test_circuits_and_their_cables(client: Client, town: Town, queries: Queries) -> None:
    circuit, lamps = row_one(town)
    client.force_login(town.worker)
    with queries(4):  # session, member, count, rows
        found = client.get("/api/v1/circuits/").json()["results"]
    assert found == [
        {"id": circuit.pk, "name": "Row 1", "cabinet": "Row 1-0", "draft": False, "lamps": 4}
    ]
    with queries(5):  # session, member, circuit, sections, responsibilities
        whole = client.get(f"/api/v1/circuits/{circuit.pk}/").json()
    assert [(row["from_lamp"], row["to_lamp"]) for row in whole["sections"]] == [
        (None, lamps["A1"].pk),
        (lamps["A1"].pk, lamps["A2"].pk),
        (lamps["A2"].pk, lamps["A3"].pk),
        (lamps["A2"].pk, lamps["B1"].pk),
    ]
    assert whole["may_change"] is False
    ends = whole["sections"][0]["line"]["coordinates"]
    assert ends[1] == pytest.approx(place(60, 53))


def test_circuits_by_area(client: Client, town: Town) -> None:
    row_one(town)
    client.force_login(town.worker)

    def count(area: str) -> int:
        return int(client.get("/api/v1/circuits/", {"area": area}).json()["count"])

    assert count(town.community.code) == count(town.west.code) == 1
    assert count(town.east.code) == 0
    other, _lamps = wired(town, "Row 2", (40, 153), spots={})
    Circuit.objects.filter(pk=other.pk).update(draft=True)
    rows = client.get("/api/v1/circuits/").json()["results"]
    assert [row["name"] for row in rows] == ["Row 2", "Row 1"]  # drafts first
    refused(client.get("/api/v1/circuits/?area=999999999999"), 404, "unknown_area")
    refused(client.get("/api/v1/circuits/999999/"), 404, "not_found")


def feed(client: Client, lamp: Lamp, **body: Any) -> Any:
    return client.put(f"/api/v1/lamps/{lamp.pk}/feed/", body, content_type="application/json")


def test_a_lamp_is_hung_elsewhere_with_what_lies_behind(client: Client, town: Town) -> None:
    circuit, lamps = row_one(town)
    other, others = wired(town, "Row 2", (40, 153), (None, "C1"), spots={"C1": (110, 150)})
    client.force_login(town.coordinator)
    response = feed(client, lamps["A2"], circuit=other.pk, from_lamp=others["C1"].pk)
    assert response.status_code == 200, response.content
    assert response.json()["from_lamp"] == others["C1"].pk
    assert (circuit.sections.count(), other.sections.count()) == (1, 4)
    response = feed(client, lamps["B1"], circuit=circuit.pk, from_lamp=None)
    assert response.json()["line"]["coordinates"][0] == pytest.approx(place(40, 53))
    assert (circuit.sections.count(), other.sections.count()) == (2, 3)


def test_a_loose_lamp_becomes_a_branch(client: Client, town: Town, lamp: Lamp) -> None:
    circuit, lamps = row_one(town)
    client.force_login(town.leader)
    assert feed(client, lamp, circuit=circuit.pk, from_lamp=lamps["A2"].pk).status_code == 200
    assert circuit.sections.count() == 5


def test_cables_that_cannot_be(client: Client, town: Town) -> None:
    circuit, lamps = row_one(town)
    client.force_login(town.coordinator)
    error = refused(
        feed(client, lamps["A1"], circuit=circuit.pk, from_lamp=lamps["B1"].pk), 400, "bad_input"
    )
    assert "in a circle" in error["message"]
    for body in ({}, {"circuit": 999_999, "from_lamp": None}, {"circuit": circuit.pk}):
        refused(feed(client, lamps["A1"], **body), 400, "bad_input")
    assert lamps["A1"].fed_by.from_lamp is None


def test_only_who_answers_for_cables_changes_them(client: Client, town: Town) -> None:
    circuit, lamps = row_one(town)
    for member in (town.worker, town.outsider):
        client.force_login(member)
        response = feed(client, lamps["A3"], circuit=circuit.pk, from_lamp=None)
        refused(response, 403, "not_allowed")


def test_a_lamp_is_taken_down_once_nothing_hangs_behind_it(client: Client, town: Town) -> None:
    circuit, lamps = row_one(town)
    client.force_login(town.coordinator)
    error = refused(client.delete(f"/api/v1/lamps/{lamps['A2'].pk}/feed/"), 409, "conflict")
    assert "2 lamps" in error["message"]
    for _again in range(2):
        assert client.delete(f"/api/v1/lamps/{lamps['A3'].pk}/feed/").status_code == 204
    assert circuit.sections.count() == 3
    client.force_login(town.worker)
    refused(client.delete(f"/api/v1/lamps/{lamps['B1'].pk}/feed/"), 403, "not_allowed")


def test_a_draft_is_confirmed_by_who_answers_for_cables(client: Client, town: Town) -> None:
    circuit, _lamps = row_one(town)
    Circuit.objects.update(draft=True)
    path = f"/api/v1/circuits/{circuit.pk}/confirm/"
    for member in (town.worker, town.outsider):
        client.force_login(member)
        refused(client.post(path), 403, "not_allowed")
    client.force_login(town.coordinator)
    for _again in range(2):
        found = client.post(path).json()
        assert (found["draft"], found["lamps"]) == (False, 4)
    assert not Circuit.objects.get().draft
    refused(client.post("/api/v1/circuits/999999/confirm/"), 404, "not_found")


def test_what_is_cut_off_or_empty_is_not_confirmed(client: Client, town: Town) -> None:
    circuit, lamps = row_one(town)
    Circuit.objects.update(draft=True)
    client.force_login(town.coordinator)
    path = f"/api/v1/circuits/{circuit.pk}/confirm/"
    circuit.sections.filter(to_lamp=lamps["A2"]).delete()
    assert "2 lamps are cut off" in refused(client.post(path), 409, "conflict")["message"]
    circuit.sections.all().delete()
    refused(client.post(path), 409, "conflict")
    assert Circuit.objects.get().draft
