"""Circuits in the administration: drawn, and never left as anything but a tree."""

import pytest
from django.test import Client
from django.utils import timezone

from streetlights.models import CableSection, Lamp
from tests.streetlights.wiring import row_one
from tests.town import Town


@pytest.fixture
def office(client: Client, town: Town) -> Client:
    client.force_login(town.administrator)
    return client


def test_a_circuit_is_drawn(office: Client, town: Town) -> None:
    circuit, _lamps = row_one(town)
    page = office.get(f"/admin/streetlights/circuit/{circuit.pk}/change/").content.decode()
    assert "GeometryCollection" in page
    assert page.count("LineString") == 4


def test_feeding_a_lamp_from_elsewhere(office: Client, town: Town) -> None:
    circuit, lamps = row_one(town)
    section = lamps["A3"].fed_by
    address = f"/admin/streetlights/cablesection/{section.pk}/change/"
    form = {
        "circuit": circuit.pk,
        "to_lamp": lamps["A3"].pk,
        "number": "",
        "metres": "",
        "route": "",
    }
    assert office.post(address, {**form, "from_lamp": lamps["B1"].pk}).status_code == 302
    section.refresh_from_db()
    assert section.from_lamp == lamps["B1"]


def test_a_ring_is_refused_with_a_sentence(office: Client, town: Town) -> None:
    circuit, lamps = row_one(town)
    section = lamps["A1"].fed_by
    page = office.post(
        f"/admin/streetlights/cablesection/{section.pk}/change/",
        {"circuit": circuit.pk, "from_lamp": lamps["B1"].pk, "to_lamp": lamps["A1"].pk},
    )
    assert page.status_code == 200
    assert "The cable would go round in a circle." in page.content.decode()
    assert CableSection.objects.get(pk=section.pk).from_lamp is None


def test_sightings_are_shown_and_never_changed(office: Client, town: Town) -> None:
    sighting = Lamp.objects.get(number="L-1").see("dark", at=timezone.now(), member=town.worker)
    address = f"/admin/streetlights/lampsighting/{sighting.pk}/"
    assert office.get(f"{address}change/").status_code == 200
    assert office.post(f"{address}change/", {"state": "lit"}).status_code == 403
    assert office.post(f"{address}delete/", {"post": "yes"}).status_code == 403
