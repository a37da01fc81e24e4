"""Codes on poles."""

import re

import pytest
from django.test import Client

from cases import lamp_codes
from streetlights.models import Lamp
from tests.conftest import Queries
from tests.town import Town

ADDRESS = "/cases/lamps/"


@pytest.fixture
def office(client: Client, town: Town) -> Client:
    client.force_login(town.worker)
    return client


def codes(response) -> list[str]:
    return re.findall(r'aria-label="(http[^"]+)"', response.content.decode())


def test_a_code_leads_to_the_lamp_s_report_without_signing_in(office, town):
    [address] = codes(office.get(ADDRESS, {"area": town.west.code}))
    assert address == "http://testserver/l/L-1"
    answer = Client().get("/l/L-1")
    assert answer["location"] == f"/report/?lamp={Lamp.objects.get().pk}"


def test_a_lamp_without_a_number_goes_by_its_id(office, town, settings):
    settings.SITE_URL = "https://walk.example"
    Lamp.objects.update(number="")
    lamp = Lamp.objects.get()
    assert codes(office.get(ADDRESS, {"area": town.west.code})) == [
        f"https://walk.example/l/id/{lamp.pk}"
    ]


def test_only_areas_one_covers_and_a_sentence_for_others(office, town):
    assert codes(office.get(ADDRESS, {"area": town.east.code})) == []
    assert b"No area has the code x" in office.get(ADDRESS, {"area": "x"}).content
    assert b"No lamp is known here" in office.get(ADDRESS, {"area": town.east.code}).content


def test_too_many_for_one_print(office, town, monkeypatch):
    monkeypatch.setattr(lamp_codes, "MOST_CODES", 0)
    assert b"Choose a cell" in office.get(ADDRESS, {"area": town.west.code}).content


def test_nobody_prints_without_signing_in(client, db):
    assert client.get(ADDRESS)["location"].startswith("/sign-in/")


def test_no_inline_style_which_the_policy_refuses(office, town, queries: Queries):
    with queries(6):
        page = office.get(ADDRESS, {"area": town.west.code}).content.decode()
    assert "<svg" in page
    assert "style=" not in page
