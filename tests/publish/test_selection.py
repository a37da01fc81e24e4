"""Selecting by polygon and acting on all of it: scope, counts, each case's own steps, files."""

import csv
import io
import json
import uuid
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Member
from cases.default_categories import plant
from cases.models import Case, Category, Event
from publish.selection import choosing
from streetlights.models import Lamp
from tests.cases.play import crew_of, do, point, report
from tests.town import Town, place

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def categories(db: None) -> None:
    plant(Category)


def post(member: Member, path: str, content: dict[str, Any]) -> Any:
    client = Client()
    client.force_login(member)
    return client.post(f"/api/v1/selection/{path}", content, "application/json")


def ring(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [[list(place(*corner)) for corner in corners]]}


def counts(member: Member, *box: float) -> dict[str, int]:
    response = post(member, "", {"polygon": ring(*box)})
    assert response.status_code == 200, response.content
    return {kind: found["count"] for kind, found in response.json()["kinds"].items()}


def lamp_at(town: Town, x: float, y: float, number: str) -> Lamp:
    cell = town.west if x < 200 else town.east
    return Lamp.objects.create(
        community=town.community, cell=cell, number=number, location=point(x, y)
    )


def now_case(town: Town, **more: Any) -> Case:
    return report(town, now=timezone.now(), **more)


# West cell | east cell; the box meets seven pieces of street and holds both lamps:
#
#   240 +--|------|--+
#       |--+--|---+--|      y = 150; the streets at x = 150 and x = 250
#       | L1  |  L2  |
#    90 +--|------|--+
#      90    200    260
def test_a_polygon_selects_only_what_lies_in_ones_areas(town: Town) -> None:
    lamp_at(town, 120, 120, "L1")
    lamp_at(town, 220, 120, "L2")
    lamp_at(town, 300, 300, "L3")
    now_case(town, location=point(100, 100))
    box = (90, 90, 260, 240)
    assert counts(town.coordinator, *box) == {"lamps": 2, "cases": 1, "streets": 7, "cells": 2}
    assert counts(town.worker, *box)["lamps"] == 1
    assert counts(town.worker, *box)["cells"] == 1
    everything = {"lamps": 0, "cases": 0, "streets": 0, "cells": 0}
    assert counts(town.outsider, *box) == everything
    assert counts(town.administrator, 1000, 1000, 1100, 1100) == everything


def test_cells_that_only_touch_the_polygon_are_not_selected(town: Town) -> None:
    assert counts(town.coordinator, 20, 20, 190, 390)["cells"] == 1


def test_more_than_can_be_handled_are_counted_and_not_selected(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        lamp_at(town, 100 + number, 100, f"L{number}")
    monkeypatch.setattr(choosing, "MOST_CHOSEN", 2)
    content = {"polygon": ring(90, 90, 150, 150), "kinds": ["lamps"]}
    found = post(town.coordinator, "", content).json()["kinds"]
    assert found == {"lamps": {"count": 3, "ids": []}}


@pytest.mark.parametrize(
    "polygon",
    [
        None,
        {"type": "Point", "coordinates": [24.94, 60.17]},
        {"type": "Polygon", "coordinates": [[[24.94, 60.17], [24.95, 60.17], [24.95, 60.18]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
    ],
)
def test_shapes_that_are_none_are_refused(town: Town, polygon: Any) -> None:
    response = post(town.coordinator, "", {"polygon": polygon})
    assert response.status_code == 400
    assert response.json()["error"]["code"] in ("bad_geometry", "bad_input")


def test_cases_are_given_in_one_go_each_by_its_own_steps(town: Town) -> None:
    crew, other = crew_of(town.teammate), crew_of(name="Light crew")
    reported, accepted, given, closed = (now_case(town) for _ in range(4))
    now = timezone.now()
    do(accepted, "accept", town.coordinator, now=now)
    do(given, "accept", town.coordinator, now=now)
    do(given, "dispatch", town.coordinator, now=now, details={"crew": other})
    do(closed, "decline", town.coordinator, now=now, note="No.")
    ids = [reported.pk, accepted.pk, given.pk, closed.pk]
    content = {"key": str(uuid.uuid4()), "ids": ids, "crew": crew.pk}
    first = post(town.coordinator, "cases/", content).json()
    assert (first["done"], first["refused"]) == (3, 1)
    refused = first["items"][3]
    assert refused["id"] == closed.pk
    assert str(closed.pk) in refused["refused"]
    assert first["items"][2]["before"] == {"crew": other.pk, "assignee": None}
    steps = {case: list(case.events.values_list("step", flat=True)) for case in (reported, given)}
    assert steps[reported] == ["report", "accept", "dispatch"]
    assert steps[given] == ["report", "accept", "dispatch", "reassign"]
    assert set(Case.objects.exclude(pk=closed.pk).values_list("crew", flat=True)) == {crew.pk}
    events = Event.objects.count()
    again = post(town.coordinator, "cases/", content).json()
    assert (again["done"], Event.objects.count()) == (3, events)


def test_who_may_not_dispatch_is_refused_case_by_case(town: Town) -> None:
    crew = crew_of(name="Road crew")
    west = now_case(town)
    east = now_case(town, location=point(300, 60), reporter=town.worker)
    content = {"key": str(uuid.uuid4()), "ids": [west.pk, east.pk], "crew": crew.pk}
    told = post(town.worker, "cases/", content).json()
    assert [bool(item["refused"]) for item in told["items"]] == [False, True]
    assert told["items"][1]["code"] == "not_allowed"
    # What is refused is refused whole: it is not accepted on the way.
    east.refresh_from_db()
    assert east.state == "reported"
    told = post(town.outsider, "cases/", content | {"key": str(uuid.uuid4())}).json()
    assert told["done"] == 0


def test_somebody_has_to_be_chosen(town: Town) -> None:
    case = now_case(town)
    response = post(town.coordinator, "cases/", {"key": str(uuid.uuid4()), "ids": [case.pk]})
    assert response.status_code == 400
    assert "crew" in response.json()["error"]["fields"]


def test_lamps_become_cases_once_and_go_to_a_crew(town: Town) -> None:
    crew = crew_of(name="Light crew")
    leaf = Category.objects.filter(lamps=True).exclude(parent=None).order_by("pk").first()
    assert leaf is not None
    one, two = lamp_at(town, 120, 120, "L1"), lamp_at(town, 220, 120, "L2")
    content = {
        "key": str(uuid.uuid4()), "ids": [one.pk, two.pk], "category": leaf.code, "crew": crew.pk,
        "note": "Look at the pole.",
    }  # fmt: skip
    told = post(town.coordinator, "lamps/", content).json()
    assert (told["done"], told["refused"]) == (2, 0)
    made = Case.objects.order_by("lamp")
    assert [(case.lamp_id, case.state, case.crew_id) for case in made] == [
        (one.pk, "dispatched", crew.pk), (two.pk, "dispatched", crew.pk),
    ]  # fmt: skip
    assert post(town.coordinator, "lamps/", content).json()["done"] == 2
    assert Case.objects.count() == 2
    other = post(town.coordinator, "lamps/", content | {"key": str(uuid.uuid4())}).json()
    assert (other["done"], Case.objects.count()) == (0, 2)
    assert str(made[0].pk) in other["items"][0]["refused"]
    assert post(town.outsider, "lamps/", content | {"key": str(uuid.uuid4())}).json()["done"] == 0


def test_files_hold_what_was_selected_without_people_or_formulas(
    town: Town, tmp_path: Path
) -> None:
    lamp = lamp_at(town, 120, 120, "=1+1")
    beyond = lamp_at(town, 220, 120, "L2")
    case = now_case(town, description="Mrs Li on the third floor")
    segment = next(iter(town.segments.values()))
    chosen = {
        "lamps": [lamp.pk, beyond.pk], "cases": [case.pk], "streets": [segment.pk],
        "cells": [town.west.code],
    }  # fmt: skip
    table = post(town.worker, "file/", {"format": "csv", **chosen})
    text = table.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["kind"] for row in rows] == ["lamps", "cases", "streets", "cells"]
    assert rows[0]["name"] == "'=1+1"
    assert "Mrs Li" not in text
    assert town.worker.name not in text
    shapes = json.loads(post(town.coordinator, "file/", {"format": "geojson", **chosen}).content)
    assert [one["geometry"]["type"] for one in shapes["features"]] == [
        "Point", "Point", "Point", "LineString", "MultiPolygon",
    ]  # fmt: skip
    packed = post(town.coordinator, "file/", {"format": "gpkg", **chosen})
    path = tmp_path / "selection.gpkg"
    path.write_bytes(packed.content)
    assert sorted(name for name, _kind in pyogrio.list_layers(path)) == sorted(chosen)
    info = pyogrio.read_info(path, layer="lamps")
    assert (info["features"], info["crs"]) == (2, "EPSG:4326")
    assert post(town.outsider, "file/", {"format": "csv", **chosen}).status_code == 400


def test_hands_are_those_around(town: Town) -> None:
    crew_of(name="Light crew")
    client = Client()
    client.force_login(town.coordinator)
    hands = client.get("/api/v1/selection/hands/").json()
    assert [crew["name"] for crew in hands["crews"]] == ["Light crew"]
    assert town.worker.pk in [member["id"] for member in hands["members"]]
    assert town.outsider.pk not in [member["id"] for member in hands["members"]]
    client.force_login(town.outsider)
    hands = client.get("/api/v1/selection/hands/").json()
    assert town.worker.pk not in [member["id"] for member in hands["members"]]


def test_the_number_of_queries_is_fixed(town: Town) -> None:
    for number in range(5):
        lamp_at(town, 100 + number, 100, f"L{number}")
    client = Client()
    client.force_login(town.coordinator)
    content = {"polygon": ring(20, 20, 390, 390)}
    with CaptureQueriesContext(connection) as asked:
        client.post("/api/v1/selection/", content, "application/json")
    # Session, member, responsibilities; crews and volunteering for cases; a query for each kind;
    # and the two of the transaction.
    assert len(asked) <= 11
