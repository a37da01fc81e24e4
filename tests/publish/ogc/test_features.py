"""OGC API – Features: what is answered, to whom, and how it can be asked."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.scope import Scope
from cases.models import Source
from grid.cadence import DEFAULT_DAYS
from grid.models import Cadence, Segment, StreetKind
from patrols.models import WalkedStretch
from publish.models import PublishedStreet
from publish.ogc.clients import Caller
from publish.ogc.collections import COLLECTIONS
from publish.ogc.features import Features
from streetlights.models import Lamp
from tests.cases.play import MONDAY, report
from tests.conftest import Queries
from tests.publish.ogc.programs import items, program
from tests.town import CORNER, Town, place, walk

FIRST, BORDER = ((50, 50), (150, 50)), ((150, 50), (250, 50))
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
#: Noon of yesterday: whatever is walked before it lies in the past at any hour of the tests.
NOON = timezone.make_aware(
    dt.datetime.combine(timezone.localdate() - dt.timedelta(days=1), dt.time(12))
)


def ids(found: dict[str, Any]) -> list[int]:
    return [feature["id"] for feature in found["features"]]


def walked(town: Town, ends: Any, start: int, end: int, at: dt.datetime) -> None:
    patrol = walk(town, town.worker, ends, start, end, days_ago=0)
    WalkedStretch.objects.filter(patrol=patrol).update(walked_at=at)


def street(town: Town, ends: Any, now: dt.datetime = NOON) -> dict[str, Any]:
    """The properties of one segment as they are at that moment."""
    caller = Caller(Scope(everywhere=True), frozenset(COLLECTIONS))
    provider = Features(
        {
            "name": "",
            "type": "feature",
            "data": "streets",
            "options": {"caller": caller, "now": now, "bounds": []},
        }
    )
    found: dict[str, Any] = provider.get(str(town.segments[ends].pk))["properties"]
    return found


def test_the_landing_page_leads_to_everything_and_to_nothing_that_is_not_there(town: Town) -> None:
    client = program(town)
    links = client.get("/ogc").json()["links"]
    assert {link["rel"] for link in links} >= {"self", "service-desc", "conformance", "data"}
    for link in links:
        assert client.get(link["href"]).status_code == 200, link
    named = client.get("/ogc/collections").json()["collections"]
    assert [one["id"] for one in named] == list(COLLECTIONS)
    for one in named:
        assert EPSG + "4490" in one["crs"]
        for link in one["links"]:
            assert client.get(link["href"]).status_code == 200, link


def test_it_conforms_to_what_it_does_and_says_the_same_each_time(town: Town) -> None:
    client = program(town)
    first = client.get("/ogc/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in first
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in first
    assert not any("create-replace-delete" in one or one.endswith("html") for one in first)
    assert client.get("/ogc/conformance").json()["conformsTo"] == first
    from pygeoapi import api

    assert len(api.CONFORMANCE_CLASSES) == 6


def test_the_description_is_openapi_and_says_how_to_show_a_token(town: Town) -> None:
    document = program(town).get("/ogc/openapi").json()
    assert document["openapi"].startswith("3.0")
    assert "/collections/streets/items" in document["paths"]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_a_program_finds_what_lies_in_its_areas(town: Town) -> None:
    for areas, cells, streets in (
        (["9901"], 2, 24),
        (["990101001001"], 2, 24),
        # Of the segments 10 lie in the west, 10 in the east, and 4 in both.
        ([town.west.code], 1, 14),
        ([town.west.code, town.east.code], 2, 24),
        (["990101001001009"], 0, 0),
        ([], 0, 0),
    ):
        client = program(town, areas=areas)
        assert items(client, "cells")["numberMatched"] == cells, areas
        assert items(client, "streets")["numberMatched"] == streets, areas


def test_a_member_finds_what_they_cover(town: Town) -> None:
    client = Client()
    client.force_login(town.worker, backend="django.contrib.auth.backends.ModelBackend")
    assert items(client, "cells")["numberMatched"] == 1
    client.force_login(town.outsider, backend="django.contrib.auth.backends.ModelBackend")
    assert items(client, "lamps")["numberMatched"] == 0


def test_what_lies_elsewhere_is_not_there_by_its_id_either(town: Town) -> None:
    west = program(town, areas=[town.west.code])
    assert west.get(f"/ogc/collections/cells/items/{town.west.pk}").status_code == 200
    for item in (town.east.pk, "x", "-1", "9" * 40):
        assert west.get(f"/ogc/collections/cells/items/{item}").status_code == 404


def test_a_case_tells_nothing_about_people(town: Town) -> None:
    words = {"whereabouts": "At Ann's, second floor", "description": "Ann's lock is broken"}
    case = report(town, now=MONDAY, source=Source.RESIDENT, **words)
    found = items(program(town), "cases")
    (feature,) = found["features"]
    assert feature["geometry"]["coordinates"] == pytest.approx(case.location.coords, abs=1e-7)
    assert feature["properties"] == {
        "area_code": town.west.code,
        "category": "paving",
        "category_name": case.category.name,
        "category_name_zh": case.category.name_zh,
        "state": "reported",
        "reported_at": "2026-11-23T02:00:00Z",
        "due_at": feature["properties"]["due_at"],
        "done_at": None,
        "closed_at": None,
        "simulated": False,
    }
    assert "Ann" not in json.dumps(found) and town.worker.name not in json.dumps(found)


# --- Freshness ----------------------------------------------------------------------------------


def test_a_street_has_the_class_of_the_map(town: Town) -> None:
    for hours, expected, days in (
        (24 * 380, "never", None),
        (24 * 300, "overdue", 300),
        (24 * 7 + 1, "overdue", 7),
        (24 * 6, "due", 6),
        (24 * 5, "within", 5),
        (30, "within", 1),
        (4, "today", 0),
    ):
        at = NOON - dt.timedelta(hours=hours)
        walked(town, FIRST, 0, 1000, at)
        found = street(town, FIRST)
        assert (found["freshness"], found["days_since_walked"]) == (expected, days)
        on = timezone.localdate(at).isoformat() if days is not None else None
        assert found["last_walked_on"] == on
    assert street(town, BORDER)["freshness"] == "never"


def test_half_of_its_metres_make_a_street_walked(town: Town) -> None:
    """Walked 1 day ago: 0–30 m; 2 days ago: 20–45 m; 5 days ago: 45–100 m."""
    for start, end, days in ((0, 300, 1), (200, 450, 2), (450, 1000, 5)):
        walked(town, FIRST, start, end, NOON - dt.timedelta(days=days))
    assert street(town, FIRST)["days_since_walked"] == 5
    walked(town, FIRST, 450, 500, NOON - dt.timedelta(days=3))
    assert street(town, FIRST)["days_since_walked"] == 3
    walked(town, FIRST, 0, 499, NOON - dt.timedelta(days=1))
    assert street(town, FIRST)["days_since_walked"] == 3
    walked(town, FIRST, 499, 500, NOON - dt.timedelta(days=1))
    assert street(town, FIRST)["days_since_walked"] == 1


def test_the_cadence_is_that_of_the_figures(town: Town) -> None:
    segment = town.segments[BORDER]
    for kind in StreetKind:
        Segment.objects.filter(pk=segment.pk).update(kind=kind)
        usual = PublishedStreet.objects.get(pk=segment.pk).cadence_days
        assert usual == DEFAULT_DAYS[kind], kind
    Segment.objects.filter(pk=segment.pk).update(kind=StreetKind.STREET)
    for area, days, expected in (
        (None, 5, 5), (town.community, 9, 9), (town.west, 20, 9), (town.east, 12, 12),
    ):  # fmt: skip
        Cadence.objects.create(area=area, kind=StreetKind.STREET, days=days)
        found = PublishedStreet.objects.get(pk=segment.pk)
        assert found.cadence_days == expected, area
    assert found.cell_codes == [town.west.code, town.east.code]
    Segment.objects.filter(pk=segment.pk).update(cadence_days=2)
    assert PublishedStreet.objects.get(pk=segment.pk).cadence_days == 2


def test_the_moment_of_a_walk_is_not_told(town: Town) -> None:
    walked(town, FIRST, 0, 1000, NOON - dt.timedelta(days=2))
    client = program(town)
    assert "T" not in json.dumps(items(client, "streets")["features"][0]["properties"]["kind"])
    assert "last_walked" not in items(client, "streets")["features"][0]["properties"]
    for asked in ({"filter": "last_walked < '2030-01-01'"}, {"sortby": "last_walked"}):
        response = client.get("/ogc/collections/streets/items", asked)
        assert response.status_code == 400


# --- Asking -------------------------------------------------------------------------------------


def test_pages_follow_one_another_without_gap_or_repeat(town: Town) -> None:
    client = program(town)
    address, seen = "/ogc/collections/streets/items?limit=7&sortby=-metres", []
    while address:
        found = client.get(address).json()
        seen += ids(found)
        address = next((one["href"] for one in found["links"] if one["rel"] == "next"), "")
    assert sorted(seen) == sorted(segment.pk for segment in town.segments.values())


def test_a_box_is_asked_in_any_of_its_coordinates_and_orders(town: Town) -> None:
    client = program(town)
    west, south = place(0, 0)
    east, north = place(120, 60)
    box = f"{west},{south},{east},{north}"
    expected = ids(items(client, "streets", bbox=box))
    # ─ FIRST, and the alley up from its beginning.
    assert len(expected) == 2
    for code in ("4326", "4490"):
        # Latitude comes first there.
        turned = f"{south},{west},{north},{east}"
        asked = {"bbox": turned, "bbox-crs": EPSG + code}
        assert ids(items(client, "streets", **asked)) == expected, code


def test_degrees_of_the_register_come_latitude_first(town: Town) -> None:
    client = program(town)
    first = items(client, "lamps")["features"][0]["geometry"]["coordinates"]
    for code in ("4326", "4490"):
        response = client.get("/ogc/collections/lamps/items", {"crs": EPSG + code})
        assert response["Content-Crs"] == f"<{EPSG}{code}>"
        turned = response.json()["features"][0]["geometry"]["coordinates"]
        # CGCS2000 and WGS 84 are the same to some centimetres.
        assert turned == pytest.approx(first[::-1], abs=1e-7)


def test_metres_of_the_web_map(town: Town) -> None:
    (x, y) = items(program(town), "lamps", crs=EPSG + "3857")["features"][0]["geometry"][
        "coordinates"
    ]
    lamp: Any = Lamp.objects.order_by("pk")[0].location.transform(3857, clone=True)
    assert (x, y) == pytest.approx(lamp.coords, abs=0.01)


def test_filters(town: Town) -> None:
    client = program(town)
    for asked, expected in (
        ({"filter": "name = 'Row 1'"}, 3),
        ({"filter": "name LIKE 'Alley%' AND metres > 50"}, 12),
        ({"filter": "freshness IN ('never', 'overdue')"}, 24),
        ({"filter": "days_since_walked < 5"}, 0),
        ({"filter": "NOT name_zh = '第1街'"}, 21),
        ({"name": "Row 1"}, 3),
        ({"kind": "alley", "name": "Row 1"}, 0),
        ({"resulttype": "hits"}, 24),
    ):
        assert items(client, "streets", **asked)["numberMatched"] == expected, asked


def test_a_filter_by_shape(town: Town) -> None:
    corners = " , ".join(
        "{} {}".format(*place(x, y)) for x, y in ((0, 0), (120, 0), (120, 60), (0, 60), (0, 0))
    )
    client = program(town)
    found = items(client, "streets", filter=f"INTERSECTS(geometry, POLYGON(({corners})))")
    assert found["numberMatched"] == 2
    near = f"DWITHIN(geometry, POINT({CORNER[0]} {CORNER[1]}), 1000000, meters)"
    assert items(client, "lamps", filter=near)["numberMatched"] == Lamp.objects.count()


def test_a_filter_as_json_in_the_body(town: Town) -> None:
    asked = {"op": "=", "args": [{"property": "name"}, "Row 2"]}
    response = program(town).post(
        "/ogc/collections/streets/items", asked, content_type="application/json"
    )
    assert (response.status_code, response.json()["numberMatched"]) == (200, 3)


def test_cases_of_some_days(town: Town) -> None:
    report(town, now=MONDAY)
    client = program(town)
    for asked, expected in (
        ("2026-11-23", 1),
        ("2026-11-24", 0),
        ("2026-11-01T00:00:00Z/2026-11-23T02:00:00Z", 1),
        ("../2026-11-22", 0),
        ("2026-11-23/..", 1),
    ):
        assert items(client, "cases", datetime=asked)["numberMatched"] == expected, asked


def test_where_mediation_was_asked_for_is_nobody_elses_business(town: Town) -> None:
    report(town, "mediation")
    paving = report(town, "paving")
    client = program(town)
    assert ids(items(client, "cases")) == [paving.pk]
    assert client.get(f"/ogc/collections/cases/items/{paving.pk - 1}").status_code == 404


#: Each a question that cannot be understood.
MISTAKES = [
    "limit=-1",
    "limit=x",
    "offset=-5",
    "bbox=1,2,3",
    "bbox=nan,nan,nan,nan",
    "bbox=1e300,1,1e301,2",
    "bbox-crs=x&bbox=1,2,3,4",
    "crs=x",
    "crs=http://www.opengis.net/def/crs/EPSG/0/2154",
    "sortby=geometry",
    "properties=nothing",
    "filter=name",
    "filter=community_id=1",
    "filter=name__regex='x'",
    "filter=kind<INTERSECTS",
    "filter=INTERSECTS(kind,POINT(1 2))",
    "filter=" + "(" * 500,
    "filter-lang=sql&filter=1",
    "metres=many",
    "f=html",
    "f=jsonld",
]


def test_what_cannot_be_understood_is_refused_whole(town: Town) -> None:
    client = program(town)
    for asked in MISTAKES:
        response = client.get(f"/ogc/collections/streets/items?{asked}")
        assert response.status_code == 400, (asked, response.content[:300])
        assert b"Traceback" not in response.content


def test_moments_that_are_none_are_refused(town: Town) -> None:
    for asked in ("x", "2026-13-01", "2026-11-23/x", "99999-01-01"):
        response = program(town).get("/ogc/collections/cases/items", {"datetime": asked})
        assert response.status_code == 400, asked


def test_nothing_is_changed_here(town: Town) -> None:
    client = program(town)
    for address in ("/ogc/collections/cells/items", f"/ogc/collections/cells/items/{town.west.pk}"):
        for method in ("put", "patch", "delete"):
            assert getattr(client, method)(address).status_code == 405
    made = client.post(
        "/ogc/collections/cells/items", {"type": "Feature"}, content_type="application/geo+json"
    )
    assert made.status_code == 400


def test_a_long_filter_is_too_large(town: Town) -> None:
    response = program(town).post(
        "/ogc/collections/cells/items", "x" * 70_000, content_type="application/json"
    )
    assert response.status_code == 413


def test_what_takes_too_long_is_refused_with_a_sentence(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection

    def sleeps(self: Features, **_asked: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', '1', true), pg_sleep(0)")
            cursor.execute("SELECT pg_sleep(60)")

    monkeypatch.setattr(Features, "query", sleeps)
    response = program(town).get("/ogc/collections/cells/items")
    assert response.status_code == 400
    assert "smaller bbox" in response.json()["error"]["message"]


def test_items_take_few_questions(town: Town, queries: Queries) -> None:
    client = program(town)
    items(client, "streets")
    # The use noted, whose it is; the role, its limits, count, rows, back to the savepoint.
    with queries(7):
        items(client, "streets")
