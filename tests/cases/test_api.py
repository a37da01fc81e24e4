"""Cases over the API."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Case, Category, Photo
from tests.cases.play import crew_of, do, point, report, volunteer
from tests.conftest import Queries
from tests.town import Town, place


@pytest.fixture
def api(client: Client, town: Town) -> Client:
    client.force_login(town.worker)
    return client


def post(api: Client, address: str, content: Any) -> Any:
    return api.post(f"/api/v1/{address}", json.dumps(content), content_type="application/json")


def seen(api: Client, **asked: Any) -> list[int]:
    response = api.get("/api/v1/cases/", asked)
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]["features"]]


def new(**more: Any) -> dict[str, Any]:
    return {"category": "paving", "location": list(place(100, 60)), **more}


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    error: dict[str, Any] = response.json()["error"]
    assert error["code"] == code
    return error


def test_the_tree_in_the_reader_s_language(api):
    rows = {row["code"]: row for row in api.get("/api/v1/categories/").json()}
    assert rows["lamp"]["group"] == "facilities"
    assert rows["facilities"]["group"] is None
    chinese = api.get("/api/v1/categories/", headers={"accept-language": "zh-hans"}).json()
    assert {row["code"]: row["name"] for row in chinese}["lamp"] == "路灯不亮"


def test_a_report_and_the_same_again(api, town):
    key = str(uuid.uuid4())
    first = post(api, "cases/", new(key=key, description="A hole"))
    assert first.status_code == 201, first.content
    found = first.json()["properties"]
    assert (found["state"], found["area_code"], found["version"]) == ("reported", town.west.code, 1)
    assert found["responsible"]["name"] == "Wang Wei"
    assert found["steps"][:2] == ["accept", "decline"]
    again = post(api, "cases/", new(key=key, description="A hole"))
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert Case.objects.count() == 1


def test_somebody_else_s_key_is_a_conflict(api, town):
    case = report(town, reporter=town.teammate)
    refused(post(api, "cases/", new(key=str(case.key))), 409, "conflict")


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"location": [0, 0]}, "outside_area", None),
        ({"location": [200, 0]}, "bad_coordinate", None),
        ({"location": [60.17, 24.94, 3]}, "bad_input", "location"),
        ({"location": "here"}, "bad_input", "location"),
        ({"category": "facilities"}, "bad_input", "category"),
        ({"category": "lamps"}, "bad_input", "category"),
        ({"at": "2199-01-01T00:00:00Z"}, "bad_input", "at"),
        ({"lamp": 2**70}, "bad_input", "lamp"),
        ({"photos": ["no"]}, "bad_input", "photos"),
        ({"description": "x" * 2001}, "bad_input", "description"),
    ],
)
def test_what_is_refused(api, more, code, field):
    error = refused(post(api, "cases/", new(**more)), 400, code)
    assert field is None or list(error["fields"]) == [field]
    assert not Case.objects.exists()


def test_fifty_photos_are_too_many(api, town):
    now = timezone.now()
    photos = Photo.objects.bulk_create(
        Photo(uploader=town.worker, uploaded_at=now, width=1, height=1, digest=bytes([n]))
        for n in range(50)
    )
    error = refused(
        post(api, "cases/", new(photos=[str(photo.pk) for photo in photos])), 400, "bad_input"
    )
    assert "5 photos" in error["message"]
    assert not Case.objects.exists()


def test_photos_of_others_are_not_mine_to_use(api, town):
    photo = Photo.objects.create(
        uploader=town.teammate, uploaded_at=timezone.now(), width=1, height=1, digest=b"1"
    )
    refused(post(api, "cases/", new(photos=[str(photo.pk)])), 400, "bad_input")


def test_steps_one_wins_and_the_other_is_told(api, town):
    case = report(town)
    taken = post(api, f"cases/{case.pk}/steps/", {"step": "accept", "version": 1})
    assert taken.json()["properties"]["state"] == "accepted"
    late = {"step": "decline", "version": 1, "note": "No"}
    assert (
        "Wang Wei"
        in refused(post(api, f"cases/{case.pk}/steps/", late), 409, "conflict")["message"]
    )
    illegal = post(api, f"cases/{case.pk}/steps/", {"step": "close"})
    assert "Dispatch" in refused(illegal, 409, "illegal_step")["message"]


def test_dispatch_hold_and_split_by_the_api(api, town):
    case = report(town)
    crew = crew_of(town.teammate)
    tomorrow = (timezone.localdate() + dt.timedelta(days=1)).isoformat()
    parts = [{"category": "bin"}, {"category": "tree", "description": "The branch"}]
    for step in (
        {"step": "accept"},
        {"step": "split", "parts": parts},
        {"step": "dispatch", "crew": crew.pk},
        {"step": "hold", "note": "Rain", "until": tomorrow},
    ):
        response = post(api, f"cases/{case.pk}/steps/", step)
        assert response.status_code == 200, response.content
    found = response.json()["properties"]
    assert (found["state"], found["crew"]["name"]) == ("on_hold", "Road crew")
    assert [event["step"] for event in found["events"]] == [
        "report", "accept", "split", "dispatch", "hold",
    ]  # fmt: skip
    assert sorted(part.category.code for part in case.children.all()) == ["bin", "tree"]


def test_who_may_see_what(client, town):
    mine = report(town)
    given = report(town, location=point(300, 60), reporter=None)
    do(given, "accept", town.coordinator)
    do(given, "dispatch", town.coordinator, details={"crew": crew_of(town.outsider)})
    for member, expected in (
        (town.worker, [mine.pk]),
        (town.teammate, [given.pk]),
        (town.outsider, [given.pk]),
        (town.coordinator, [given.pk, mine.pk]),
    ):
        client.force_login(member)
        assert seen(client) == expected, member
        assert (client.get(f"/api/v1/cases/{mine.pk}/").status_code == 200) == (mine.pk in expected)
    client.logout()
    refused(client.get("/api/v1/cases/"), 401, "sign_in_required")


def test_nobody_learns_the_follower_s_link(api, town):
    case = report(town)
    assert str(case.follow_key) not in api.get(f"/api/v1/cases/{case.pk}/").content.decode()


def test_volunteers_see_what_they_can_claim(client, town):
    helper = volunteer(town)
    case, other = report(town, "bin"), report(town, "bin")
    do(case, "accept", town.worker)
    client.force_login(helper)
    assert seen(client) == [case.pk]
    do(case, "claim", helper)
    do(other, "accept", town.worker)
    assert seen(client) == [other.pk, case.pk]


def test_who_confirms_a_case_of_others_learns_nothing_of_it(client, town):
    case = report(town, description="Behind the door of No. 5", whereabouts="No. 5")
    client.force_login(town.outsider)
    answer = post(client, f"cases/{case.pk}/steps/", {"step": "confirm"})
    assert (answer.status_code, answer.content) == (204, b"")
    case.refresh_from_db()
    assert case.confirmations == 1
    lon, lat = place(100, 60)
    asked = {"category": "paving", "lon": lon, "lat": lat}
    near = client.get("/api/v1/cases/similar/", asked)
    assert near.json()["features"][0]["id"] == case.pk
    assert b"No. 5" not in near.content
    assert b"Wang" not in near.content


def test_the_same_with_photos_again_after_a_lost_answer(api, town):
    photo = Photo.objects.create(
        uploader=town.worker, uploaded_at=timezone.now(), width=1, height=1, digest=b"1"
    )
    sent = new(key=str(uuid.uuid4()), photos=[str(photo.pk)])
    assert [post(api, "cases/", sent).status_code for _ in range(2)] == [201, 200]
    case = Case.objects.get()
    second = Photo.objects.create(
        uploader=town.worker, uploaded_at=timezone.now(), width=1, height=1, digest=b"2"
    )
    note = {"step": "note", "key": str(uuid.uuid4()), "note": "So", "photos": [str(second.pk)]}
    taken = [post(api, f"cases/{case.pk}/steps/", note).status_code for _ in range(2)]
    assert taken == [200, 200]
    assert case.events.count() == 2


@pytest.mark.parametrize("cursor", ["x", "cD1hYmM=", "cD0yMDI2LTEzLTQw"])
def test_a_crafted_cursor_is_not_found(api, cursor):
    refused(api.get("/api/v1/cases/", {"cursor": cursor}), 404, "not_found")
    assert api.get("/cases/", {"cursor": cursor}).status_code == 302


def test_a_crew_sees_what_it_was_given_while_it_is_in_force(client, town):
    crew = crew_of(town.outsider)
    Category.objects.filter(code="paving").update(crew=crew)
    case = report(town)
    client.force_login(town.outsider)
    assert seen(client) == []
    do(case, "accept", town.worker)
    do(case, "dispatch", town.worker, details={"crew": crew})
    assert seen(client) == [case.pk]
    crew.active = False
    crew.save()
    assert seen(client) == []
    assert report(town).crew is None


def test_filters(api, town):
    now = timezone.now()
    late = report(town, "manhole", now=now - dt.timedelta(days=20))
    old = report(town, "paving", now=now - dt.timedelta(days=3))
    bin_ = report(town, "bin", now=now)
    do(bin_, "accept", town.worker)
    border = report(town, "noise", location=point(200, 60), now=now + dt.timedelta(seconds=1))
    assert seen(api, state="accepted") == [bin_.pk]
    assert seen(api, state="reported,accepted", category="facilities") == [bin_.pk, old.pk, late.pk]
    assert seen(api, due="overdue") == [late.pk]
    assert seen(api, claimable="true") == [bin_.pk]
    assert seen(api, unplaced="true") == [border.pk]
    assert seen(api, mine="true", sort="due")[0] == late.pk
    assert seen(api, since=(timezone.localdate() - dt.timedelta(days=5)).isoformat()) == [
        border.pk, bin_.pk, old.pk,
    ]  # fmt: skip
    assert seen(api, area=town.east.code) == []
    refused(api.get("/api/v1/cases/", {"state": "lost"}), 400, "bad_input")
    refused(api.get("/api/v1/cases/", {"area": "12"}), 404, "unknown_area")


def test_pages_follow_each_other(api, town):
    made = [report(town, now=timezone.now()).pk for _ in range(5)]
    first = api.get("/api/v1/cases/", {"limit": 2}).json()
    second = api.get(first["next"]).json()
    found = [row["id"] for page in (first, second) for row in page["results"]["features"]]
    assert found == made[:0:-1]


def test_similar_cases_nearest_first(api, town):
    near, _bin = report(town), report(town, "bin")
    lon, lat = place(101, 60)
    found = api.get("/api/v1/cases/similar/", {"category": "paving", "lon": lon, "lat": lat})
    assert [row["id"] for row in found.json()["features"]] == [near.pk]


def test_queries_do_not_grow_with_the_list(api, town, queries: Queries):
    for _ in range(3):
        report(town)
    with queries(6):
        api.get("/api/v1/cases/")
    for _ in range(10):
        report(town)
    with queries(6):
        api.get("/api/v1/cases/")


def test_a_category_out_of_use_is_not_offered(api):
    Category.objects.filter(code="noise").update(active=False)
    assert "noise" not in {row["code"] for row in api.get("/api/v1/categories/").json()}
    error = refused(post(api, "cases/", new(category="noise")), 400, "bad_input")
    assert "not used any more" in error["fields"]["category"][0]
