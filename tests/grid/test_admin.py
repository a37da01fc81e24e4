"""The administration of areas, responsibilities and places, in the small town (tests/town.py)."""

import datetime as dt
import json
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from grid.models import Area, Building, Level, Responsibility, Segment, ServicePoint
from streetlights.models import Lamp
from tests.town import Town, box, place

LISTS = [
    f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    for model in admin.site._registry
    if model._meta.app_label
    in {"accounts", "cases", "grid", "households", "streetlights", "patrols"}
]


@pytest.fixture
def office(client: Client, town: Town) -> Client:
    client.force_login(town.administrator)
    return client


def test_everything_stored_is_there() -> None:
    stored = {model._meta.model_name for model in admin.site._registry}
    assert stored >= {
        *("member", "area", "responsibility", "street", "segment", "accompaniment", "cellstretch"),
        *("cadence", "building", "servicepoint", "backdrop", "lamp"),
        *("team", "patrol", "walkedstretch", "buildingpassed"),
    }


@pytest.mark.parametrize("address", LISTS)
def test_lists_are_found_searched_and_opened(office: Client, address: str) -> None:
    assert office.get(address).status_code == 200
    assert office.get(address, {"q": "1"}).status_code == 200


# Queries of every list: session, member, (the action log's content type is cached); rows counted
# twice by the paginator and the filters, rows, and what single filters ask for.
@pytest.mark.parametrize("model", [Area, Segment, Building, Lamp, ServicePoint, Responsibility])
def test_a_list_asks_no_more_for_more_rows(
    office: Client, town: Town, model: Any, django_assert_max_num_queries: Any
) -> None:
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    with django_assert_max_num_queries(10):
        office.get(address)
    for nth in range(20):
        Lamp.objects.create(
            community=town.community, cell=town.west, location=place_of(nth), osm_id=f"node/9{nth}"
        )
        Responsibility.objects.create(
            member=town.worker, role="crew", area=town.east, starts_on=dt.date(2021, 1, 1)
        )
    with django_assert_max_num_queries(10):
        content = office.get(address).content
    assert b"MULTIPOLYGON" not in content


def place_of(nth: int) -> Any:
    lamp = Lamp.objects.first()
    assert lamp is not None
    return lamp.location


def test_no_list_fetches_a_shape(office: Client, town: Town) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for address in LISTS:
        with CaptureQueriesContext(connection) as captured:
            office.get(address)
        text = " ".join(query["sql"] for query in captured.captured_queries)
        for column in ("geometry", "footprint", "location", "line"):
            assert f'"{column}"::bytea' not in text, address


@pytest.mark.parametrize(
    "address",
    [
        "/admin/grid/area/?q=%00",
        "/admin/grid/segment/?community=%00",
        "/admin/grid/area/?code__regex=(((",
        "/admin/autocomplete/?app_label=grid&model_name=responsibility&field_name=area&term=%00",
    ],
)
def test_what_cannot_be_stored_is_refused(office: Client, address: str) -> None:
    assert office.get(address).status_code == 400


def area_form(**changes: Any) -> dict[str, Any]:
    shape = json.loads(box(0, 0, 400, 400).geojson)
    return {
        "code": "990101002",
        "name": "Hill Subdistrict",
        "geometry": json.dumps(shape),
        **changes,
    }


def test_an_area_is_drawn(office: Client) -> None:
    response = office.post("/admin/grid/area/add/", area_form())
    assert response.status_code == 302, response.context["errors"]
    area = Area.objects.get(code="990101002")
    assert area.level == Level.SUBDISTRICT
    assert area.geometry.geom_type == "MultiPolygon"


def test_one_polygon_will_do(office: Client) -> None:
    ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    shape = json.dumps({"type": "Polygon", "coordinates": [ring]})
    response = office.post("/admin/grid/area/add/", area_form(geometry=shape))
    assert response.status_code == 302, response.context["errors"]


BOW_TIE = [[[0, 0], [4, 4], [4, 0], [0, 4], [0, 0]]]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"geometry": json.dumps({"type": "Polygon", "coordinates": BOW_TIE})}, "not valid"),
        ({"geometry": '{"type": "Polygon", "coordinates": [[[NaN, 0]]]}'}, "not a number"),
        ({"geometry": "[" * 200_000}, "nested too deeply"),
        ({"geometry": '{"type": "Point", "coordinates": [1, 2]}'}, "must be one of"),
        ({"geometry": "POLYGON EMPTY"}, "not JSON"),
        ({"geometry": ""}, "required"),
        ({"code": "12"}, "Enter a valid value"),
        ({"code": "9901"}, "already exists"),
        ({"code": "880101001"}, "Make the area 880101 first"),
        ({"code": "990101001001009"}, "split_cells or import_cells"),
    ],
)
def test_a_bad_area_is_refused_with_a_sentence(
    office: Client, changes: dict[str, str], sentence: str
) -> None:
    before = Area.objects.count()
    response = office.post("/admin/grid/area/add/", area_form(**changes))
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert Area.objects.count() == before


def test_a_cells_boundary_is_shown_not_changed(office: Client, town: Town) -> None:
    before = town.west.geometry
    sent = area_form(code="990101001001777", name="Renamed", geometry=area_form()["geometry"])
    response = office.post(f"/admin/grid/area/{town.west.pk}/change/", sent)
    assert response.status_code == 302
    town.west.refresh_from_db()
    assert (town.west.name, town.west.code) == ("Renamed", "990101001001001")
    assert town.west.geometry == before


def test_history_of_an_area_is_visible(office: Client, town: Town) -> None:
    town.west.name = "Renamed"
    town.west.save()
    page = office.get(
        "/admin/pghistory/events/", {"method": "tracks", "obj": f"grid.Area:{town.west.pk}"}
    )
    assert page.status_code == 200
    assert "Renamed" in page.content.decode()


def test_a_responsibility_in_force_is_ended_not_deleted(office: Client, town: Town) -> None:
    held = Responsibility.objects.get(member=town.worker)
    assert (
        office.post(f"/admin/grid/responsibility/{held.pk}/delete/", {"post": "yes"}).status_code
        == 403
    )
    sent = {"action": "end_today", "_selected_action": [held.pk]}
    assert office.post("/admin/grid/responsibility/", sent).status_code == 302
    held.refresh_from_db()
    assert held.ends_on == timezone.localdate()


def test_a_responsibility_made_today_by_mistake_goes(office: Client, town: Town) -> None:
    held = Responsibility.objects.create(
        member=town.outsider, role="worker", area=town.east, starts_on=timezone.localdate()
    )
    assert (
        office.post(f"/admin/grid/responsibility/{held.pk}/delete/", {"post": "yes"}).status_code
        == 302
    )
    assert not Responsibility.objects.filter(pk=held.pk).exists()


def test_only_the_cadence_of_a_segment_changes(office: Client, town: Town) -> None:
    segment = town.segments[(50, 50), (150, 50)]
    sent = {"cadence_days": "3", "kind": "alley", "metres": "7"}
    response = office.post(f"/admin/grid/segment/{segment.pk}/change/", sent)
    assert response.status_code == 302
    segment.refresh_from_db()
    assert (segment.cadence_days, segment.kind, segment.metres) == (3, "street", 100)


def test_a_place_drawn_here_can_go_an_imported_one_cannot(office: Client, town: Town) -> None:
    lon, lat = place(120, 60)
    sent = {
        "community": town.community.pk,
        "name": "Tea room",
        "kind": "meeting_room",
        "location": json.dumps({"type": "Point", "coordinates": [lon, lat]}),
    }
    response = office.post("/admin/grid/servicepoint/add/", sent)
    assert response.status_code == 302, response.context["errors"]
    drawn = ServicePoint.objects.get(name="Tea room")
    imported = ServicePoint.objects.get(name="Harbour Library")
    for row, status in ((imported, 403), (drawn, 302)):
        address = f"/admin/grid/servicepoint/{row.pk}/delete/"
        assert office.post(address, {"post": "yes"}).status_code == status
    assert list(ServicePoint.objects.values_list("name", flat=True)) == ["Harbour Library"]


@pytest.mark.parametrize("name", ["backdrop", "cellstretch", "accompaniment"])
def test_what_is_computed_is_only_shown(office: Client, name: str) -> None:
    assert office.get(f"/admin/grid/{name}/add/").status_code == 403
