"""``/api/v1/plan/`` in the small town (tests/town.py): the worker holds the west cell."""

import datetime as dt
from typing import Any

import pytest
from defusedxml import ElementTree
from django.test import Client
from django.utils import timezone

from grid.models import Area
from publish.plan_weights import open_cases
from tests.cases.play import do, report
from tests.conftest import Queries
from tests.patrols.test_api import refused
from tests.town import Town, box, place, walk

URL = "/api/v1/plan/"
LON, LAT = place(50, 50)


@pytest.fixture
def api(client: Client, town: Town) -> Client:
    client.force_login(town.worker)
    return client


def asked(api: Client, **parameters: Any) -> Any:
    return api.get(URL, parameters)


def test_forty_minutes_from_here_go_over_the_members_own_cell(api: Client, town: Town) -> None:
    response = asked(api, lon=LON, lat=LAT, minutes=40)
    assert response.status_code == 200, response.content
    found = response.json()
    assert (found["areas"], found["names"]) == ([town.west.code], ["Lantern West"])
    assert (found["start"], found["minutes"], found["back"]) == ([LON, LAT], 40, False)
    assert found["closes_metres"] == found["open_metres"] == pytest.approx(1200, abs=0.5)
    (walk,) = found["walks"]
    assert walk["minutes"] <= 40
    line = walk["route"]["coordinates"]
    assert line[0] == pytest.approx([LON, LAT], abs=1e-6)
    assert walk["turns"][0]["direction"] == "start"
    for turn in walk["turns"]:
        assert line[turn["first"]] == turn["at"]
        assert turn["sentence"].endswith((" m", " m each way"))


def test_it_comes_back_and_speaks_chinese(api: Client, town: Town) -> None:
    home: dict[str, Any] = {"lon": LON, "lat": LAT, "minutes": 15, "back": "true"}
    found = api.get(URL, home, HTTP_ACCEPT_LANGUAGE="zh-hans").json()
    (walk,) = found["walks"]
    line = walk["route"]["coordinates"]
    assert line[0] == pytest.approx(line[-1], abs=1e-6)
    assert "出发" in walk["turns"][0]["sentence"]
    assert "第1" in walk["turns"][0]["sentence"]


def test_several_share_what_is_open(api: Client, town: Town) -> None:
    found = asked(api, area=town.west.code, workers=2).json()
    assert len(found["walks"]) == found["workers"] == 2
    assert (found["start"], found["minutes"]) == (None, None)
    assert found["closes_metres"] == pytest.approx(1200, abs=0.5)
    assert found["spread_minutes"] < 5


def test_a_device_gets_gpx(api: Client, town: Town) -> None:
    by_format = asked(api, area=town.west.code, format="gpx")
    by_accept = api.get(URL, {"area": town.west.code}, HTTP_ACCEPT="application/gpx+xml")
    for response in (by_format, by_accept):
        assert response["Content-Type"] == "application/gpx+xml"
        assert f"plan-{town.west.code}.gpx" in response["Content-Disposition"]
        root = ElementTree.fromstring(response.content)
        assert root.find("{*}rte/{*}name").text == "Lantern West"
        assert len(root.findall(".//{*}rtept")) > 10


def test_a_refusal_is_json_whatever_was_asked_for(api: Client) -> None:
    error = refused(asked(api, format="gpx"), 400, "bad_input")
    assert "Say which area" in error["fields"]["area"][0]


def test_it_takes_few_queries(api: Client, town: Town, queries: Queries) -> None:
    # session, member, responsibilities; areas within reach, areas; streets there, sidewalks;
    # segments, stretches in cells, cadences, walks, dark lamps, open cases; names
    with queries(14):
        asked(api, lon=LON, lat=LAT, minutes=5)
    # the same without the areas within reach
    with queries(13):
        asked(api, area=town.west.code, minutes=5)


def test_whoever_is_not_responsible_gets_no_plan(client: Client, town: Town) -> None:
    assert asked(client, area=town.west.code).status_code == 401
    client.force_login(town.outsider)
    refused(asked(client, area=town.west.code), 403, "not_allowed")
    refused(asked(client, lon=LON, lat=LAT, minutes=40), 400, "bad_input")
    client.force_login(town.worker)
    refused(asked(client, area=town.east.code), 403, "not_allowed")
    refused(asked(client, area=f"{town.west.code},{town.east.code}"), 403, "not_allowed")
    client.force_login(town.leader)
    assert asked(client, area=f"{town.west.code},{town.east.code}").status_code == 200


def test_of_a_city_only_what_lies_near_is_looked_at(client: Client, town: Town) -> None:
    client.force_login(town.administrator)
    Area.objects.create(code="990101001002", level=12, name="Far", geometry=box(9000, 0, 9400, 400))
    found = asked(client, lon=LON, lat=LAT, minutes=10).json()
    assert found["areas"] == [town.community.code]
    assert asked(client, lon=LON, lat=LAT, minutes=10, area="9901").json()["areas"] == ["9901"]


@pytest.mark.parametrize(
    ("wishes", "code", "field"),
    [
        ({}, "bad_input", "area"),
        ({"lon": LON, "lat": LAT}, "bad_input", "area"),
        ({"lon": LON, "minutes": 5}, "bad_input", "lat"),
        ({"lon": "nan", "lat": LAT, "minutes": 5}, "bad_coordinate", None),
        ({"lon": LAT, "lat": LON, "minutes": 5}, "bad_coordinate", None),
        ({"lon": 0, "lat": 90, "minutes": 5}, "bad_input", None),
        ({"lon": 180, "lat": 0, "minutes": 720}, "bad_input", None),
        ({"lon": LON, "lat": LAT, "minutes": "nan"}, "bad_input", "minutes"),
        ({"lon": LON, "lat": LAT, "minutes": 0.5}, "bad_input", "minutes"),
        ({"lon": LON, "lat": LAT, "minutes": "1e999"}, "bad_input", "minutes"),
        ({"area": "990101001001", "minutes": 5, "back": "true"}, "bad_input", None),
        ({"area": "990101001001", "back": "maybe"}, "bad_input", "back"),
        ({"area": "990101001001", "workers": 13}, "bad_input", "workers"),
        ({"area": "990101001001", "workers": "1.5"}, "bad_input", "workers"),
        ({"area": "99,", "minutes": 5}, "unknown_area", None),
        ({"area": ",".join(["990101001001001"] + [f"9901010010010{n}" for n in range(10, 31)])},
         "bad_input", "area"),
        ({"area": "990101001001999"}, "unknown_area", None),
        ({"area": "990101001001", "lon": 0, "lat": 90}, "bad_coordinate", None),
        ({"area": "990101001001", "lon": 180, "lat": 0, "minutes": 720}, "bad_coordinate", None),
    ],
)  # fmt: skip
def test_bad_wishes_are_refused_by_name(
    client: Client, town: Town, wishes: dict[str, Any], code: str, field: str | None
) -> None:
    client.force_login(town.leader)
    status = 404 if code == "unknown_area" else 400
    error = refused(asked(client, **wishes), status, code)
    if field:
        assert field in error["fields"]
    assert error["message"]


def test_near_an_open_case_overdue_metres_weigh_more(api: Client, town: Town) -> None:
    #  Row 1   50 --------[70 === case === 130]-------- 150     the case lies 10 m beside it
    plain = asked(api, area=town.west.code, minutes=40).json()
    now = timezone.now()
    case = report(town, now=now - dt.timedelta(hours=1))
    found = open_cases(town.west, now)
    row = found.segment_id == town.segments[(50, 50), (150, 50)].pk
    assert found.start_dm[row].tolist() == [pytest.approx(200, abs=1)]
    assert found.end_dm[row].tolist() == [pytest.approx(800, abs=1)]
    with_case = asked(api, area=town.west.code, minutes=40).json()
    assert with_case["open_worth"] - plain["open_worth"] > 60 * 15 - 10
    assert with_case["open_metres"] == plain["open_metres"]
    do(case, "decline", town.coordinator, now=now, note="Mended already.")
    assert len(open_cases(town.community, now).worth) == 0


# Row 1 in the west cell: 50 ---- A ---- 150 ---- ..., and Alley 1 from (50, 50) to (50, 150).
WEST, SOUTH = ((50, 50), (150, 50)), ((50, 50), (50, 150))


def test_chosen_streets_are_walked_whole_overdue_or_not(api: Client, town: Town) -> None:
    walk(town, town.worker, WEST, 0, 1000, days_ago=1)
    chosen = ",".join(str(town.segments[ends].pk) for ends in (WEST, SOUTH))
    found = asked(api, streets=chosen).json()
    assert found["areas"] == [town.community.code]
    assert found["open_metres"] == found["closes_metres"] == pytest.approx(200, abs=0.5)
    assert found["walks"][0]["metres"] == pytest.approx(200, abs=0.5)
    # With little time what is overdue is walked first.
    short = asked(api, streets=chosen, minutes=1.4).json()
    assert 90 < short["closes_metres"] < 110
    assert short["walks"][0]["closes_worth"] > 0.9 * 83 * 100 * 1.0
    gpx = asked(api, streets=chosen, format="gpx")
    assert gpx["Content-Type"] == "application/gpx+xml"


def test_only_ones_own_streets_are_planned(client: Client, town: Town) -> None:
    east = str(town.segments[((250, 50), (350, 50))].pk)
    for member in (town.worker, town.outsider):
        client.force_login(member)
        refused(asked(client, streets=east), 403, "not_allowed")
    client.force_login(town.coordinator)
    assert asked(client, streets=east).status_code == 200
    refused(asked(client, streets=f"{east},{10**17}"), 403, "not_allowed")


@pytest.mark.parametrize("streets", ["1,", "x", "1.5", "-1", "٣", ",".join(map(str, range(201)))])
def test_streets_that_are_none_are_refused(api: Client, streets: str) -> None:
    error = refused(asked(api, streets=streets), 400, "bad_input")
    assert "streets" in error["fields"]


def test_either_streets_or_an_area(api: Client, town: Town) -> None:
    error = refused(asked(api, streets="1", area=town.west.code), 400, "bad_input")
    assert "not both" in error["fields"]["streets"][0]
