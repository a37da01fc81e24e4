"""What hangs where, as the map asks for it, and cables whose way is known."""

from typing import Any

import pytest
from django.contrib.gis.geos import LineString
from django.test import Client

from streetlights.models import Cabinet, CableSection, Circuit, Lamp
from tests.conftest import Queries
from tests.streetlights.test_api import feed, refused
from tests.streetlights.wiring import circuit as wired
from tests.streetlights.wiring import lamp, row_one
from tests.town import Town, place


def ask(client: Client, **query: Any) -> Any:
    return client.get("/api/v1/circuits/wiring/", query)


def box(west: float, south: float, east: float, north: float) -> str:
    return ",".join(map(str, (*place(west, south), *place(east, north))))


def test_what_hangs_where(client: Client, town: Town, queries: Queries) -> None:
    circuit, lamps = row_one(town)
    client.force_login(town.coordinator)
    with queries(7):  # session, member, circuit, its box, responsibilities, lamps, circuits
        response = ask(client, circuit=circuit.pk)
    found = response.json()
    [row] = found["circuits"]
    assert row["at"] == pytest.approx(place(40, 53))
    assert (row["name"], row["cabinet"], row["lamps"]) == ("Row 1", "Row 1-0", 4)
    assert row["may_change"] is True
    by_number = {row["number"]: row for row in found["lamps"]}
    assert sorted(by_number) == ["A1", "A2", "A3", "B1", "L-1"]
    branch = by_number["B1"]
    assert (branch["circuit"], branch["from_lamp"]) == (circuit.pk, lamps["A2"].pk)
    assert (branch["routed"], branch["metres"]) == (False, None)
    for position, spot in zip(branch["line"], ((110, 53), (110, 100)), strict=True):
        assert position == pytest.approx(place(*spot))
    assert by_number["A1"]["line"][0] == pytest.approx(place(40, 53))
    loose = by_number["L-1"]
    assert (loose["circuit"], loose["from_lamp"], loose["line"]) == (None, None, None)


def test_the_way_of_a_cable_is_told_where_it_is_known(client: Client, town: Town) -> None:
    circuit, lamps = row_one(town)
    way = [place(110, 53), place(90, 80), place(110, 100)]
    CableSection.objects.filter(to_lamp=lamps["B1"]).update(
        route=LineString(way, srid=4326), metres=70
    )
    client.force_login(town.worker)
    found = {row["number"]: row for row in ask(client, circuit=circuit.pk).json()["lamps"]}
    assert (found["B1"]["routed"], found["B1"]["metres"]) == (True, 70)
    assert found["B1"]["line"][1] == pytest.approx(way[1])


def test_only_a_part_of_the_map(client: Client, town: Town) -> None:
    row_one(town)
    wired(town, "Row 7", (340, 353), (None, "C1"), spots={"C1": (360, 353)})
    client.force_login(town.worker)

    def names(**query: Any) -> tuple[list[str], list[str]]:
        found = ask(client, **query).json()
        return (
            sorted(row["name"] for row in found["circuits"]),
            sorted(row["number"] for row in found["lamps"]),
        )

    assert names(bbox=box(300, 300, 400, 400)) == (["Row 7"], ["C1"])
    assert names(bbox=box(30, 40, 45, 60)) == (["Row 1"], [])  # a cabinet alone
    assert names(area=town.east.code)[1] == ["C1"]
    assert len(names(area=town.community.code)[1]) == 6
    refused(ask(client, circuit=999_999), 404, "not_found")
    refused(ask(client, circuit="x"), 400, "bad_input")
    refused(ask(client, bbox="1,2,3"), 400, "bad_coordinate")
    client.logout()
    refused(ask(client), 401, "sign_in_required")


def test_a_circuit_of_another_community_is_not_around(client: Client, town: Town) -> None:
    circuit, _lamps = row_one(town)
    other = lamp(town, "X1", 120, 60)
    other.community = town.subdistrict
    other.save()
    client.force_login(town.worker)
    assert "X1" not in {row["number"] for row in ask(client, circuit=circuit.pk).json()["lamps"]}


def test_a_circuit_without_lamps_is_found_by_its_cabinet(client: Client, town: Town) -> None:
    circuit, _lamps = row_one(town)
    box_ = Cabinet.objects.get()
    empty = Circuit.objects.create(community=town.community, cabinet=box_, name="Row 1 b")
    client.force_login(town.worker)
    found = ask(client, circuit=empty.pk).json()
    assert [(row["id"], row["lamps"]) for row in found["circuits"]] == [
        (circuit.pk, 4),
        (empty.pk, 0),
    ]


def test_too_many_lamps_are_refused(
    client: Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    row_one(town)
    monkeypatch.setattr("streetlights.wiring.MOST_FEATURES", 4)
    client.force_login(town.worker)
    refused(ask(client), 400, "too_many")


def line(*spots: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [place(*spot) for spot in spots]}


def test_a_change_taken_back_brings_the_way_of_the_cable_back(client: Client, town: Town) -> None:
    circuit, lamps = row_one(town)
    way = line((110, 53), (90, 80), (110, 100))
    before: Any = {"circuit": circuit.pk, "from_lamp": lamps["A2"].pk, "line": way, "metres": 70}
    client.force_login(town.coordinator)
    for _again in range(2):
        answer = feed(client, lamps["B1"], **before).json()
        assert answer["line"]["coordinates"] == [pytest.approx(at) for at in way["coordinates"]]
        assert answer["metres"] == 70
        moved = feed(client, lamps["B1"], circuit=circuit.pk, from_lamp=lamps["A3"].pk).json()
        assert (len(moved["line"]["coordinates"]), moved["metres"]) == (2, None)


@pytest.mark.parametrize(
    ("way", "status", "code"),
    [
        (line((110, 53)), 400, "bad_input"),
        (line((110, 53), (110, 53)), 400, "bad_input"),
        (line((110, 53), (900, 900)), 400, "bad_input"),
        (line(*[(110, 53), (110, 100)] * 501), 400, "bad_input"),
        ({"type": "Point", "coordinates": [1, 2]}, 400, "bad_input"),
        ({"type": "LineString", "coordinates": [[200, 1], [1, 2]]}, 400, "bad_coordinate"),
        ({"type": "LineString", "coordinates": [["a", 1], [1, 2]]}, 400, "bad_input"),
    ],
)
def test_ways_that_cannot_be(
    client: Client, town: Town, way: dict[str, Any], status: int, code: str
) -> None:
    circuit, lamps = row_one(town)
    client.force_login(town.coordinator)
    response = feed(client, lamps["B1"], circuit=circuit.pk, from_lamp=lamps["A3"].pk, line=way)
    refused(response, status, code)
    assert Lamp.objects.get(pk=lamps["B1"].pk).fed_by.from_lamp == lamps["A2"]
