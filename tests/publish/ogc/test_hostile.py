"""What a hostile program may send: it is refused in words, and never a fault of the server."""

from tests.cases.play import report
from tests.publish.ogc.programs import program
from tests.town import Town

#: Of each kind one that gets by the grammar and is wrong further on.
FILTERS = [
    "kind LIKE 5",
    "freshness BETWEEN 1 AND 2",
    "metres / 0 > 1",
    "last_walked_on > 5",
    "metres = geometry",
    "last_walked_on > metres",
    "cells = 5",
    "community__members = 1",
    "INTERSECTS(geometry, POLYGON((0 0, 1 1)))",
    "INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 1, 5 5)))",
    "INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))",
    "INTERSECTS(name, POINT(0 0))",
    "BBOX(geometry, 0, 0, 1, 1, 'x')",
    "pg_sleep(1) = 1",
    "(" * 2000 + "metres > 1" + ")" * 2000,
]
PARAMETERS = [
    {"bbox": "nan,0,1,1"},
    {"bbox": "0,0,1e400,1"},
    {"bbox": "0,0"},
    {"bbox": "1,1,0,0"},
    {"datetime": "0000-00-00"},
    {"datetime": "2026-01-01/2025-01-01"},
    {"datetime": "9999-12-31/.."},
    {"limit": "99999999999999999999"},
    {"offset": "99999999999999999999"},
    {"offset": "-1"},
    {"sortby": "geometry"},
    {"sortby": "community__name"},
    {"sortby": "?"},
    {"properties": "community"},
    {"category__in": "x"},
    {"state": "\x00"},
    {"reported_at": "x"},
    {"crs": "http://www.opengis.net/def/crs/EPSG/0/999999"},
    {"filter-crs": "x", "filter": "INTERSECTS(geometry, POINT(0 0))"},
    {"filter-lang": "x", "filter": "state = 'x'"},
    {"q": "\x00"},
    {"resulttype": "x"},
]


def test_no_filter_is_a_fault_of_the_server(town: Town) -> None:
    client = program(town)
    client.raise_request_exception = False
    faults = []
    for asked in FILTERS:
        response = client.get("/ogc/collections/streets/items", {"filter": asked})
        if response.status_code not in (200, 400):
            faults.append((asked[:80], response.status_code))
    assert faults == []


def test_no_parameter_is_a_fault_of_the_server_or_reads_what_is_not_published(town: Town) -> None:
    report(town)
    client = program(town)
    client.raise_request_exception = False
    faults = []
    for asked in PARAMETERS:
        response = client.get("/ogc/collections/cases/items", asked)
        if response.status_code not in (200, 400):
            faults.append((asked, response.status_code))
    assert faults == []
    hidden = client.get("/ogc/collections/cases/items", {"sortby": "community__name"})
    assert hidden.status_code == 400
