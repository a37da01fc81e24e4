"""Freshness, coverage and "who is here", as the map asks for them."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from grid.models import Cadence, StreetKind
from patrols.models import Team
from tests.town import Town, place, walk

pytestmark = pytest.mark.django_db

FIRST = ((50, 50), (150, 50))
BORDER = ((150, 50), (250, 50))
LAST = ((250, 50), (350, 50))


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def freshness(member: Member, area: str, **more: str | int) -> Any:
    return signed_in(member).get("/api/v1/freshness/", {"area": area, **more})


def here(member: Member, x: float, y: float, **more: str | int) -> dict:
    lon, lat = place(x, y)
    response = signed_in(member).get("/api/v1/here/", {"lon": str(lon), "lat": str(lat), **more})
    assert response.status_code == 200
    return response.json()


# Row 1 from (50, 50) to (150, 50), in decimetres:
#
#   0       300       500        1000
#   |  2 d   |  1 d    |  unwalked |       (the walk of yesterday lies over the older one)
def test_each_metre_has_its_last_walk(town: Town) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=2)
    walk(town, town.worker, FIRST, 300, 500, days_ago=1)
    answer = freshness(town.worker, town.community.code).json()
    spans = answer["segments"][str(town.segments[FIRST].pk)]
    now = timezone.now().timestamp()
    assert [span[:2] for span in spans] == [[0, 300], [300, 500]]
    assert [round((now - span[2]) / 86_400) for span in spans] == [2, 1]
    assert len(answer["segments"]) == 1


def test_only_the_window_counts(town: Town) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=20)
    assert not freshness(town.worker, town.community.code, days=7).json()["segments"]
    assert freshness(town.worker, town.community.code, days=30).json()["segments"]


def test_a_day_in_the_past_does_not_know_later_walks(town: Town) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=3)
    day = timezone.localdate() - dt.timedelta(days=5)
    answer = freshness(town.worker, town.community.code, as_of=day.isoformat()).json()
    assert not answer["segments"]
    assert answer["as_of"] == answer["midnight"] + 86_400


def test_cadences_come_by_kind_and_differences_by_segment(town: Town) -> None:
    Cadence.objects.create(area=None, kind=StreetKind.ALLEY, days=3)
    segment = town.segments[FIRST]
    segment.cadence_days = 1
    segment.save()
    answer = freshness(town.worker, town.community.code).json()
    assert answer["cadence"] == {"street": 7, "alley": 3}
    assert answer["own_cadence"] == {str(segment.pk): 1}


def test_in_two_cells_the_stricter_cadence_counts(town: Town) -> None:
    Cadence.objects.create(area=town.east, kind=StreetKind.STREET, days=2)
    answer = freshness(town.worker, town.community.code).json()

    def days(ends: tuple) -> int:
        pk = str(town.segments[ends].pk)
        return answer["own_cadence"].get(pk, answer["cadence"]["street"])

    assert [days(FIRST), days(BORDER), days(LAST)] == [7, 2, 2]


def test_freshness_is_for_those_who_cover_some_of_it(town: Town) -> None:
    code = town.community.code
    for member in (town.worker, town.coordinator, town.leader, town.administrator):
        assert freshness(member, code).status_code == 200
    refused = freshness(town.outsider, code)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "not_allowed"


def test_unchanged_freshness_is_not_sent_again(town: Town) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=1)
    client = signed_in(town.worker)
    url = f"/api/v1/freshness/?area={town.community.code}"
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    walk(town, town.worker, FIRST, 500, 700, days_ago=0)
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("path", ["freshness", "coverage", "series"])
@pytest.mark.parametrize(
    "query, status, code",
    [
        ("", 400, "bad_input"),
        ("area=12", 404, "unknown_area"),
        ("area=110101001001", 404, "unknown_area"),
        ("area=990101001001&days=0", 400, "bad_input"),
        ("area=990101001001&days=1e999", 400, "bad_input"),
        ("area=990101001001&as_of=yesterday", 400, "bad_input"),
    ],
)
def test_bad_questions_get_a_sentence(
    town: Town, path: str, query: str, status: int, code: str
) -> None:
    response = signed_in(town.administrator).get(f"/api/v1/{path}/?{query}")
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_coverage_is_for_those_who_cover_the_area(town: Town) -> None:
    def status(member: Member, code: str) -> int:
        return signed_in(member).get(f"/api/v1/coverage/?area={code}").status_code

    assert status(town.worker, town.west.code) == 200
    assert status(town.worker, town.east.code) == 403
    assert status(town.worker, town.community.code) == 403
    assert status(town.coordinator, town.community.code) == 200
    assert status(town.leader, town.subdistrict.code) == 200
    assert status(town.outsider, town.west.code) == 403


def test_coverage_says_what_the_panel_shows(town: Town) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=1)
    answer = signed_in(town.coordinator).get(f"/api/v1/coverage/?area={town.community.code}").json()
    assert (answer["metres"], answer["covered_metres"]) == (2400.0, 50.0)
    west = next(cell for cell in answer["cells"] if cell["code"] == town.west.code)
    assert west["member"] == "Wang Wei"
    assert west["coverage"] == round(50 / 1200, 4)
    assert west["overdue_metres"] == 1150.0


def series(member: Member, code: str, **more: str | int) -> Any:
    return signed_in(member).get("/api/v1/series/", {"area": code, **more})


# Row 1's first 100 m: 50 m walked 4 days ago, all 100 m yesterday; each day looks 2 days back.
def test_the_series_has_each_days_window(town: Town) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=4)
    walk(town, town.worker, FIRST, 0, 1000, days_ago=1)
    today = timezone.localdate()
    answer = series(town.coordinator, town.community.code, days=2, over=6).json()
    assert answer["covered_metres"] == [0, 50, 50, 0, 100, 100]
    assert answer["metres"] == 2400
    assert answer["from"] == (today - dt.timedelta(days=5)).isoformat()
    assert answer["to"] == today.isoformat()


def test_the_series_ends_with_what_coverage_says_of_the_day(town: Town) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=4)
    walk(town, town.worker, LAST, 0, 300, days_ago=2)
    for back in (0, 3, 5):
        day = (timezone.localdate() - dt.timedelta(days=back)).isoformat()
        asked: Any = {"area": town.community.code, "as_of": day, "days": 7}
        figures = signed_in(town.coordinator).get("/api/v1/coverage/", asked).json()
        charted = series(town.coordinator, town.community.code, as_of=day, days=7).json()
        assert charted["covered_metres"][-1] == figures["covered_metres"], day
        assert charted["to"] == figures["to"] == day


def test_the_series_is_for_those_who_cover_the_area(town: Town) -> None:
    assert series(town.worker, town.west.code).status_code == 200
    assert series(town.worker, town.community.code).status_code == 403
    assert series(town.outsider, town.west.code).json()["error"]["code"] == "not_allowed"


def test_the_series_is_charted_over_a_year_at_most(town: Town) -> None:
    code = town.community.code
    assert len(series(town.leader, code, over=365).json()["covered_metres"]) == 365
    assert series(town.leader, code, over=366).status_code == 400
    # No day to come.
    assert series(town.leader, code, as_of="2199-12-31").json()["to"] == str(timezone.localdate())


def test_an_unchanged_series_is_not_sent_again(town: Town) -> None:
    client = signed_in(town.worker)
    url = f"/api/v1/series/?area={town.west.code}"
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    walk(town, town.worker, FIRST, 0, 700, days_ago=0)
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_a_click_on_a_past_day_does_not_know_later_walks(town: Town) -> None:
    walk(town, town.worker, FIRST, 0, 1000, days_ago=9)
    walk(town, town.worker, FIRST, 0, 500, days_ago=1)
    day = (timezone.localdate() - dt.timedelta(days=5)).isoformat()
    then, now = (here(town.coordinator, 60, 50, **more)["street"]["walked"] for more in (
        {"as_of": day, "days": 7}, {"days": 7}
    ))  # fmt: skip
    assert (then["covered_metres"], now["covered_metres"]) == (100.0, 50.0)
    assert then["at_place"]["at"] < now["at_place"]["at"]


def test_a_click_says_who_is_responsible_up_the_chain(town: Town) -> None:
    areas = here(town.outsider, 100, 50)["areas"]
    assert [(area["level"], area["members"]) for area in areas] == [
        (15, [{"name": "Wang Wei", "role": "worker"}]),
        (12, [{"name": "Cui Lan", "role": "coordinator"}]),
        (9, [{"name": "Li Da", "role": "leader"}]),
        (6, []),
        (4, []),
    ]


def test_a_click_outside_everything_says_so(town: Town) -> None:
    answer = here(town.worker, 100, -500)
    assert (answer["areas"], answer["street"]) == ([], None)


def test_a_click_means_the_nearest_street_within_thirty_metres(town: Town) -> None:
    assert here(town.worker, 100, 75)["street"]["name"] == "Row 1"
    assert here(town.worker, 100, 85)["street"] is None
    # The sidewalk at y = 44 is nearer, but the street gets its metres.
    assert here(town.worker, 100, 43)["street"]["name"] == "Row 1"


def test_a_click_says_when_and_by_which_patrol(town: Town) -> None:
    patrol = walk(town, town.worker, FIRST, 0, 500, days_ago=2)
    patrol.team = Team.objects.create(name="红灯笼")
    patrol.certain_metres, patrol.doubtful_metres = "45.5", "4.5"
    patrol.save()
    walked = here(town.coordinator, 60, 50)["street"]["walked"]
    assert walked["at_place"]["patrol"]["member"] == "Wang Wei"
    assert walked["at_place"]["patrol"]["team"] == "红灯笼"
    patrol_told = walked["at_place"]["patrol"]
    assert (patrol_told["certain_metres"], patrol_told["doubtful_metres"]) == (45.5, 4.5)
    assert (patrol_told["own"], patrol_told["nothing_wrong_at"]) == (False, None)
    assert walked["covered_metres"] == 50.0


def test_an_unwalked_end_of_a_walked_street_is_told_apart(town: Town) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=2)
    walked = here(town.coordinator, 140, 50)["street"]["walked"]
    assert walked["at_place"] is None
    assert walked["anywhere"]["at"]


def test_the_newest_walk_at_the_place_counts(town: Town) -> None:
    walk(town, town.teammate, FIRST, 0, 1000, days_ago=9)
    walk(town, town.worker, FIRST, 0, 300, days_ago=1)
    walked = here(town.coordinator, 140, 50, days=30)["street"]["walked"]
    assert walked["at_place"]["patrol"]["member"] == "Tian Tian"
    assert walked["anywhere"]["patrol"]["member"] == "Wang Wei"
    assert walked["covered_metres"] == 100.0


def test_a_worker_learns_when_but_not_by_whom_elsewhere(town: Town) -> None:
    walk(town, town.teammate, LAST, 0, 1000, days_ago=1)
    walked = here(town.worker, 300, 50)["street"]["walked"]
    assert walked["at_place"]["at"]
    assert walked["at_place"]["patrol"] is None


def test_an_outsider_learns_nothing_of_walks(town: Town) -> None:
    walk(town, town.worker, FIRST, 0, 1000, days_ago=1)
    assert here(town.outsider, 60, 50)["street"]["walked"] is None


@pytest.mark.parametrize(
    "query",
    ["", "lon=24.94", "lon=NaN&lat=60", "lon=1e999&lat=60", "lon=1e308&lat=60", "lon=x&lat=60"],
)
def test_a_click_nowhere_is_refused(town: Town, query: str) -> None:
    response = signed_in(town.worker).get(f"/api/v1/here/?{query}")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_coordinate"


def test_the_start_tells_a_worker_their_cells_and_an_administrator_everything(town: Town) -> None:
    worker = signed_in(town.worker).get("/api/v1/start/").json()
    assert worker["own"] == [town.west.code]
    assert [area["code"] for area in worker["areas"]] == [town.west.code]
    assert worker["bounds"][2] < place(205, 0)[0]
    administrator = signed_in(town.administrator).get("/api/v1/start/").json()
    assert administrator["everywhere"] is True
    assert administrator["bounds"][2] > place(395, 0)[0]


def test_an_empty_map_has_nowhere_to_begin(db: None) -> None:
    member = Member.objects.create(username="first", name="First")
    answer = signed_in(member).get("/api/v1/start/").json()
    assert (answer["bounds"], answer["has_cells"], answer["areas"]) == (None, False, [])


def test_the_map_asks_few_questions(town: Town, django_assert_max_num_queries) -> None:
    for ends in town.segments:
        walk(town, town.worker, ends, 0, 1000, days_ago=1)
    client = signed_in(town.coordinator)
    # savepoint, release, session, member, responsibilities, then:
    with django_assert_max_num_queries(5 + 7):
        # area, segments, stretches in cells, number of walks, cadences twice, walks
        client.get("/api/v1/freshness/", {"area": town.community.code})
    with django_assert_max_num_queries(5 + 9):
        # area, segments, stretches in cells, number of walks, cadences; then what series asks:
        # area, segments, stretches in cells, walks
        client.get("/api/v1/series/", {"area": town.community.code, "over": "365"})
    lon, lat = place(60, 50)
    with django_assert_max_num_queries(5 + 7):
        # areas, responsibilities there, nearest segment, cadences, walks, patrol twice
        client.get("/api/v1/here/", {"lon": str(lon), "lat": str(lat)})
    with django_assert_max_num_queries(5 + 5):
        # areas, extent, extent of everything, cells, simulated
        client.get("/api/v1/start/")
