"""The REST resources of places, in the small town (tests/town.py)."""

import datetime as dt

import pytest
from django.test import Client

from accounts.models import Member, Role
from grid.models import Responsibility, Street
from streetlights.models import Lamp
from tests.conftest import Queries
from tests.town import Town, place

COMMUNITY = "990101001001"


@pytest.fixture
def api(client: Client, town: Town) -> Client:
    client.force_login(town.worker)
    return client


def bbox(west: float, south: float, east: float, north: float) -> str:
    """A box in metres from the corner of the town."""
    return ",".join(map(str, (*place(west, south), *place(east, north))))


def refused(response: object, status: int, code: str) -> str:
    assert response.status_code == status, response.content  # type: ignore[attr-defined]
    error = response.json()["error"]  # type: ignore[attr-defined]
    assert error["code"] == code
    return str(error["message"])


def test_nobody_is_asked_to_sign_in_and_never_redirected(client: Client, town: Town) -> None:
    for name in ("areas", "streets", "buildings", "lamps", "service-points", "me", "responsible"):
        refused(client.get(f"/api/v1/{name}/"), 401, "sign_in_required")


def test_areas_from_the_city_down(api: Client) -> None:
    found = api.get("/api/v1/areas/").json()
    assert [(row["code"], row["level"], row["parent"]) for row in found["results"]] == [
        ("9901", "city", None),
        ("990101", "district", "9901"),
        ("990101001", "subdistrict", "990101"),
        (COMMUNITY, "community", "990101001"),
        (COMMUNITY + "001", "cell", COMMUNITY),
        (COMMUNITY + "002", "cell", COMMUNITY),
    ]


def test_areas_by_level_prefix_and_box(api: Client) -> None:
    def codes(**asked: str) -> list[str]:
        rows = api.get("/api/v1/areas/", asked).json()["results"]
        return [row["code"][12:] or row["level"] for row in rows]

    assert codes(level="cell") == ["001", "002"]
    assert codes(inside=COMMUNITY) == ["community", "001", "002"]
    assert codes(level="cell", bbox=bbox(210, 10, 300, 20)) == ["002"]
    assert codes(level="cell", bbox=bbox(500, 10, 600, 20)) == []


def test_list_of_areas_asks_few_queries(api: Client, queries: Queries) -> None:
    # session, member, count, rows
    with queries(4):
        api.get("/api/v1/areas/")


def test_one_area_with_boundary_members_and_children(api: Client) -> None:
    found = api.get(f"/api/v1/areas/{COMMUNITY}/").json()
    assert found["name"] == "Lantern Community"
    assert found["geometry"]["type"] == "MultiPolygon"
    assert [row["code"] for row in found["children"]] == [COMMUNITY + "001", COMMUNITY + "002"]
    assert [(row["member"]["name"], row["role"]) for row in found["responsible"]] == [
        ("Cui Lan", "coordinator")
    ]


@pytest.mark.parametrize("code", ["123", "999999999999", "abc", "9901%00", "٣٣٣٣", "9" * 300])
def test_unknown_codes(api: Client, code: str) -> None:
    refused(api.get(f"/api/v1/areas/{code}/"), 404, "unknown_area")


@pytest.mark.parametrize("name", ["areas/?inside", "streets/?area", "lamps/?area"])
def test_unknown_codes_in_a_filter(api: Client, name: str) -> None:
    refused(api.get(f"/api/v1/{name}=999999999999"), 404, "unknown_area")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("bbox=1,2,3", "bad_coordinate"),
        ("bbox=nan,nan,nan,nan", "bad_coordinate"),
        ("bbox=25,60,24,61", "bad_coordinate"),
        ("level=planet", "bad_input"),
        ("limit=-1", "bad_input"),
        ("limit=ten", "bad_input"),
        ("offset=" + "9" * 30, "bad_input"),
        ("offset=9999999", "bad_input"),
    ],
)
def test_bad_questions(api: Client, asked: str, code: str) -> None:
    refused(api.get(f"/api/v1/areas/?{asked}"), 400, code)


def test_a_huge_limit_is_cut(api: Client) -> None:
    assert len(api.get("/api/v1/areas/?limit=999999999").json()["results"]) == 6


def test_a_swapped_box_gets_a_hint(api: Client) -> None:
    for name in ("areas", "buildings"):
        response = api.get(f"/api/v1/{name}/?bbox=60.1,24.9,60.2,25.0")
        assert "swapped" in refused(response, 400, "bad_coordinate")


def test_streets_with_their_metres(api: Client) -> None:
    found = api.get("/api/v1/streets/").json()
    assert found["count"] == 8
    assert found["results"][0] | {"id": 0} == {
        "id": 0,
        "name": "Alley 1",
        "name_zh": "第1巷",
        "name_en": "",
        "community": COMMUNITY,
        "segments": 3,
        "metres": 300.0,
    }


def test_streets_by_name_and_cell(api: Client) -> None:
    def names(**asked: str) -> list[str]:
        return [row["name"] for row in api.get("/api/v1/streets/", asked).json()["results"]]

    assert names(search="row 2") == ["Row 2"]
    assert names(search="3巷") == ["Alley 3"]
    assert names(search="100%") == []
    assert names(area=COMMUNITY + "001", search="alley") == ["Alley 1", "Alley 2"]


def test_list_of_streets_asks_few_queries(api: Client, queries: Queries) -> None:
    # session, member, count, rows with their sums
    with queries(4):
        api.get("/api/v1/streets/")


def test_one_street(api: Client, town: Town) -> None:
    row = town.streets["Row 1"]
    found = api.get(f"/api/v1/streets/{row.pk}/").json()
    assert found["geometry"]["type"] == "MultiLineString"
    assert len(found["geometry"]["coordinates"]) == 3
    assert len(found["segment_ids"]) == 3


def test_a_street_without_segments(api: Client, town: Town) -> None:
    bare = Street.objects.create(community=town.community, name="Bare")
    found = api.get(f"/api/v1/streets/{bare.pk}/").json()
    assert (found["geometry"], found["segment_ids"], found["metres"]) == (None, [], 0)


@pytest.mark.parametrize("key", ["0", "9" * 30, "9" * 5000, "x", "-1", "1%00"])
def test_no_such_street(api: Client, key: str) -> None:
    refused(api.get(f"/api/v1/streets/{key}/"), 404, "not_found")


def test_buildings_in_a_box(api: Client, queries: Queries) -> None:
    # session, member, rows with the codes of their cells
    with queries(3):
        found = api.get("/api/v1/buildings/", {"bbox": bbox(80, 80, 130, 130)}).json()
    assert found["type"] == "FeatureCollection"
    assert [row["properties"]["osm_id"] for row in found["features"]] == ["way/100100"]
    assert found["features"][0]["properties"]["cell"] == COMMUNITY + "001"
    assert found["features"][0]["geometry"]["type"] == "MultiPolygon"


def test_buildings_of_a_cell(api: Client) -> None:
    found = api.get("/api/v1/buildings/", {"area": COMMUNITY + "002"}).json()
    assert len(found["features"]) == 3


def test_lamps_and_service_points(api: Client, queries: Queries) -> None:
    # for each: session, member, rows with the codes of their cells
    with queries(6):
        lamps = api.get("/api/v1/lamps/", {"bbox": bbox(0, 0, 400, 400)}).json()
        points = api.get("/api/v1/service-points/?kind=library").json()
    assert [row["properties"]["number"] for row in lamps["features"]] == ["L-1"]
    assert [row["properties"]["name"] for row in points["features"]] == ["Harbour Library"]


def test_too_many_to_draw_are_refused_with_a_sentence(
    api: Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.features.MOST_FEATURES", 1)
    first = Lamp.objects.get()
    Lamp.objects.create(community=town.community, location=first.location)
    assert "smaller bbox" in refused(api.get("/api/v1/lamps/"), 400, "too_many")


def test_who_is_responsible_here(api: Client, queries: Queries) -> None:
    lon, lat = place(100, 100)
    # session, member, areas at the place, who holds them
    with queries(4):
        found = api.get("/api/v1/responsible/", {"lon": str(lon), "lat": str(lat)}).json()
    assert [
        (link["area"]["level"], [held["member"]["name"] for held in link["responsible"]])
        for link in found["chain"]
    ] == [
        ("cell", ["Wang Wei"]),
        ("community", ["Cui Lan"]),
        ("subdistrict", ["Li Da"]),
        ("district", []),
        ("city", []),
    ]


def test_nobody_is_responsible_out_at_sea(api: Client) -> None:
    assert api.get("/api/v1/responsible/?lon=0&lat=0").json() == {"chain": []}


@pytest.mark.parametrize(
    "asked",
    [
        *("", "lon=1", "lon=&lat=", "lon=NaN&lat=0", "lon=1e308&lat=0", "lon=1e999&lat=0"),
        *("lon=a&lat=b", "lon=60.1702&lat=24.9402", "lon=39.9&lat=116.4"),
    ],
)
def test_a_place_that_is_none(api: Client, asked: str) -> None:
    refused(api.get(f"/api/v1/responsible/?{asked}"), 400, "bad_coordinate")


def test_swapped_coordinates_get_a_hint(api: Client) -> None:
    lon, lat = place(100, 100)
    response = api.get("/api/v1/responsible/", {"lon": str(lat), "lat": str(lon)})
    assert "swapped" in refused(response, 400, "bad_coordinate")


def test_me(api: Client, town: Town, queries: Queries) -> None:
    Responsibility.objects.create(
        member=town.worker,
        role=Role.LEADER,
        area=town.east,
        starts_on=dt.date(2020, 1, 1),
        ends_on=dt.date(2021, 1, 1),
    )
    # session, member, responsibilities, scope
    with queries(4):
        found = api.get("/api/v1/me/").json()
    assert found | {"id": 0} == {
        "id": 0,
        "username": "worker",
        "name": "Wang Wei",
        "language": "",
        "simulated": False,
        "roles": ["worker"],
        "responsibilities": [
            {
                "role": "worker",
                "area": COMMUNITY + "001",
                "area_name": "Lantern West",
                "street": None,
                "starts_on": "2020-01-01",
                "ends_on": None,
            }
        ],
        "scope": {"everywhere": False, "prefixes": [COMMUNITY + "001"]},
    }


def test_errors_speak_the_readers_language(api: Client) -> None:
    response = api.get("/api/v1/areas/?level=planet", headers={"Accept-Language": "zh-hans"})
    assert response.headers["Content-Language"] == "zh-hans"
    assert "planet" in response.json()["error"]["fields"]["level"][0]


def test_a_member_who_left_is_nobody(api: Client, town: Town) -> None:
    Member.objects.filter(pk=town.worker.pk).update(is_active=False)
    refused(api.get("/api/v1/areas/"), 401, "sign_in_required")
