"""Open311 GeoReport v2, as a stock client asks for it."""

import datetime as dt
import io
from typing import Any

import pytest
from defusedxml import ElementTree
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from cases.models import Case, Source
from tests.cases.play import do, point, report, to_done
from tests.conftest import Queries
from tests.town import Town, place

V2 = "/open311/v2"


@pytest.fixture
def key(town: Town) -> str:
    out = io.StringIO()
    call_command("open311_key", "Street app", stdout=out)
    return out.getvalue().strip()


def sent(key: str, **more: Any) -> dict[str, Any]:
    lon, lat = place(100, 60)
    return {"api_key": key, "service_code": "paving", "lat": lat, "long": lon, **more}


def refused(response: Any, status: int, words: str) -> None:
    assert response.status_code == status, response.content
    [error] = response.json()
    assert error["code"] == status
    assert words in error["description"]


def ids(client: Client, **asked: Any) -> list[int]:
    return [
        int(row["service_request_id"]) for row in client.get(f"{V2}/requests.json", asked).json()
    ]


def test_discovery_leads_to_the_service(client, db):
    found = client.get(f"{V2}/discovery.json").json()["endpoints"][0]
    assert found["url"] == "http://testserver/open311/v2"
    tree = ElementTree.fromstring(client.get(f"{V2}/discovery.xml").content)
    assert tree.findtext("endpoints/endpoint/url") == "http://testserver/open311/v2"
    assert [node.text for node in tree.iter("format")] == ["text/xml", "application/json"]


def test_services_in_both_formats(client, db):
    rows = {row["service_code"]: row for row in client.get(f"{V2}/services.json").json()}
    assert rows["lamp"]["group"] == "Facilities"
    assert not {"facilities", "night_incident"} & set(rows)
    tree = ElementTree.fromstring(client.get(f"{V2}/services.xml").content)
    assert {node.findtext("service_code") for node in tree.iter("service")} == set(rows)
    definition = client.get(f"{V2}/services/lamp.json").json()
    assert definition == {"service_code": "lamp", "attributes": []}
    tree = ElementTree.fromstring(client.get(f"{V2}/services/lamp.xml").content)
    assert (tree.tag, tree.findtext("service_code")) == ("service_definition", "lamp")
    refused(client.get(f"{V2}/services/night_incident.json"), 404, "list of services")


def test_a_report_and_reading_it_back(client, town, key):
    answer = client.post(f"{V2}/requests.json", sent(key, description="A hole", email="A@b.org"))
    assert answer.status_code == 201
    [row] = answer.json()
    case = Case.objects.get(pk=row["service_request_id"])
    assert (case.source, case.area_code, case.responsible) == (
        Source.OPEN311, town.west.code, town.worker,
    )  # fmt: skip
    assert [follower.email for follower in case.followers.all()] == ["a@b.org"]
    [own] = client.get(f"{V2}/requests/{case.pk}.json", {"api_key": key}).json()
    assert (own["description"], own["status"]) == ("A hole", "open")
    assert (own["lat"], own["long"]) == pytest.approx((case.location.y, case.location.x))


def test_anybody_reads_places_and_states_but_no_words(client, town):
    case = report(town, description="Behind Mr Li's door", whereabouts="No. 5")
    hidden = report(town, "mediation")
    body = client.get(f"{V2}/requests.json", {"service_request_id": f"{case.pk},{hidden.pk}"})
    assert [row["service_request_id"] for row in body.json()] == [str(case.pk)]
    assert b"Li" not in body.content
    assert b"No. 5" not in body.content
    refused(client.get(f"{V2}/requests/{hidden.pk}.json"), 404, "no request")
    tree = ElementTree.fromstring(client.get(f"{V2}/requests/{case.pk}.xml").content)
    assert tree.findtext("request/service_code") == "paving"


def test_open_and_closed(client, town):
    now = timezone.now()
    going, over = report(town, now=now), report(town, now=now)
    to_done(town, over, town.teammate, now=now)
    assert ids(client, status="open") == [going.pk]
    assert ids(client, status="closed") == [over.pk]
    assert ids(client, status="open,closed") == [over.pk, going.pk]
    assert ids(client, service_code="bin") == []
    assert ids(client, service_request_id=going.pk, status="closed") == [going.pk]


def test_times(client, town):
    now = timezone.now()
    case = report(town, now=now - dt.timedelta(days=40))
    old = report(town, now=now - dt.timedelta(days=100))
    assert ids(client) == [case.pk]
    end = (now - dt.timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ids(client, end_date=end) == [old.pk]
    for asked in (
        {"start_date": "yesterday"},
        {"start_date": "0001-01-01T00:00:00Z"},
        {"start_date": "2020-01-01T00:00:00Z"},
        {"status": "lost"},
    ):
        assert client.get(f"{V2}/requests.json", asked).status_code == 400


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"api_key": "wrong"}, 403, "api_key"),
        ({"api_key": ""}, 403, "api_key"),
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "night_incident"}, 400, "no service"),
        ({"lat": ""}, 400, "lat and long"),
        ({"lat": "100", "long": "20"}, 400, "swapped"),
        ({"lat": "0", "long": "0"}, 400, "none of the areas"),
        ({"description": "x" * 2001}, 400, "2000"),
        ({"email": "not one"}, 400, "e-mail"),
    ],
)
def test_what_is_refused_in_the_standard_s_shape(client, key, more, status, words):
    refused(client.post(f"{V2}/requests.json", sent(key, **more)), status, words)
    assert not Case.objects.exists()


def test_a_key_is_kept_as_a_digest_and_can_be_withdrawn(client, key):
    with pytest.raises(CommandError):
        call_command("open311_key", "Street app")
    call_command("open311_key", "Street app", "--withdraw", stdout=io.StringIO())
    refused(client.post(f"{V2}/requests.json", sent(key)), 403, "api_key")


def test_other_methods_and_tokens(client, db):
    refused(client.delete(f"{V2}/requests.json"), 405, "method")
    refused(client.post(f"{V2}/services.json"), 405, "method")
    refused(client.get(f"{V2}/tokens/1.json"), 404, "ids at once")


def test_queries_do_not_grow(client, town, queries: Queries):
    for _ in range(5):
        report(town, now=timezone.now(), location=point())
    do(Case.objects.latest("pk"), "accept", town.worker)
    with queries(1):
        client.get(f"{V2}/requests.json")


#: The fields of each answer in the examples of http://wiki.open311.org/GeoReport_v2/, in order.
EXAMPLES = {
    "service": "service_code service_name description metadata type keywords group",
    "request": (
        "service_request_id status status_notes service_name service_code description "
        "agency_responsible service_notice requested_datetime updated_datetime expected_datetime "
        "address address_id zipcode lat long media_url"
    ),
}


def test_answers_have_the_fields_of_the_standard_s_examples(client, town, key):
    case = report(town, now=timezone.now())
    for path, root, item in (
        ("services", "services", "service"),
        ("requests", "service_requests", "request"),
        (f"requests/{case.pk}", "service_requests", "request"),
    ):
        row = client.get(f"{V2}/{path}.json").json()[0]
        assert set(row) == set(EXAMPLES[item].split()), path
        tree = ElementTree.fromstring(client.get(f"{V2}/{path}.xml").content)
        assert tree.tag == root
        assert {node.tag for node in tree.find(item)} == set(row)
    answer = client.post(f"{V2}/requests.xml", sent(key))
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    tree = ElementTree.fromstring(answer.content)
    assert [node.tag for node in tree] == ["request"]
    assert tree.findtext("request/service_request_id") == str(Case.objects.latest("pk").pk)
    tree = ElementTree.fromstring(client.post(f"{V2}/requests.xml", sent("")).content)
    assert (tree.tag, tree.findtext("error/code")) == ("errors", "403")
