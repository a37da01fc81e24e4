"""Cases as the map draws them."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Case
from tests.cases.play import do, point, report
from tests.conftest import Queries
from tests.town import Town, place

ADDRESS = "/api/v1/cases/map/"


@pytest.fixture
def api(client: Client, town: Town) -> Client:
    client.force_login(town.worker)
    return client


def rows(api: Client, **asked: Any) -> list[dict[str, Any]]:
    found = api.get(ADDRESS, asked).json()
    return [dict(zip(found["fields"], row, strict=True)) for row in found["cases"]]


def due(case: Case, left: dt.timedelta) -> None:
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() + left)


def test_a_row_has_what_is_drawn_and_no_more(api: Client, town: Town) -> None:
    case = report(town, "paving", location=point(100, 60), description="Not for the map")
    due(case, dt.timedelta(days=3))
    lon, lat = place(100, 60)
    assert rows(api) == [
        {
            "id": case.pk,
            "lon": pytest.approx(lon, abs=1e-6),
            "lat": pytest.approx(lat, abs=1e-6),
            "state": "reported",
            "category": "paving",
            "due": None,
        }
    ]
    found = api.get(ADDRESS).json()
    assert found["categories"] == {
        "paving": {"name": "Broken paving or pothole", "topic": "facility"}
    }
    assert b"Not for the map" not in api.get(ADDRESS).content


def test_names_are_in_the_reader_s_language(api: Client, town: Town) -> None:
    report(town, "lamp")
    found = api.get(ADDRESS, headers={"accept-language": "zh-hans"}).json()
    assert found["categories"]["lamp"]["name"] == "路灯不亮"


def test_overdue_soon_or_neither(api: Client, town: Town) -> None:
    late, soon, calm, never, rests = (report(town, "paving") for _nth in range(5))
    due(late, -dt.timedelta(hours=1))
    due(soon, dt.timedelta(hours=23))
    due(calm, dt.timedelta(hours=25))
    Case.objects.filter(pk=never.pk).update(due_at=None)
    due(rests, -dt.timedelta(hours=1))
    Case.objects.filter(pk=rests.pk).update(state="on_hold")
    told = {row["id"]: row["due"] for row in rows(api)}
    expected = {late: "overdue", soon: "soon", calm: None, never: None, rests: None}
    assert told == {case.pk: word for case, word in expected.items()}


def test_only_what_one_may_see_and_asked_for(api: Client, town: Town) -> None:
    mine = report(town, location=point(100, 60))
    report(town, location=point(300, 60), reporter=town.teammate)
    declined = report(town, location=point(100, 60))
    do(declined, "decline", town.worker, note="No")
    assert [row["id"] for row in rows(api, state="open")] == [mine.pk]
    assert [row["id"] for row in rows(api)] == [mine.pk, declined.pk]
    west, south, east, north = (*place(0, 0), *place(60, 60))
    assert rows(api, bbox=f"{west},{south},{east},{north}") == []


def test_what_is_held_already_is_not_sent_again(api: Client, town: Town) -> None:
    case = report(town, "paving")
    due(case, dt.timedelta(hours=23))
    first = api.get(ADDRESS)

    def again() -> Any:
        return api.get(ADDRESS, headers={"If-None-Match": first["ETag"]})

    assert (again().status_code, again().content) == (304, b"")
    due(case, -dt.timedelta(hours=1))
    assert (again().status_code, again()["ETag"] != first["ETag"]) == (200, True)
    first = again()
    do(case, "decline", town.worker, note="No")
    assert again().status_code == 200
    chinese = {"If-None-Match": first["ETag"], "accept-language": "zh-hans"}
    assert api.get(ADDRESS, headers=chinese).status_code == 200


def test_more_than_can_be_drawn_is_refused_and_never_cut(
    api: Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.features.MOST_FEATURES", 2)
    report(town, location=point(60, 60))
    report(town, location=point(100, 60))
    assert len(rows(api)) == 2
    report(town, location=point(100, 60))
    response = api.get(ADDRESS)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "too_many")


def test_queries_do_not_grow_with_cases(api: Client, town: Town, queries: Queries) -> None:
    for _nth in range(3):
        report(town)
    # session, member, responsibilities, crews, areas of help, cases, their categories
    with queries(7):
        api.get(ADDRESS)
