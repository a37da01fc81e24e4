"""The estate whose 32 lamps kept failing: from the first evening's reports to the cable."""

import datetime as dt
import itertools
import json
from io import StringIO

import pytest
import shapely
from django.core.management import call_command
from django.utils import timezone

from cases.models import Case
from fixtures import estate, estate_map
from grid.models import Area, Building, Segment
from spatial.circuits import Sighting, diagnose
from streetlights.diagnosis import diagnose_circuit
from streetlights.models import CableSection, Circuit, Lamp, LampSighting
from tests.conftest import Queries
from tests.town import Town

EVENING = dt.datetime(2026, 11, 20, 11, 0, tzinfo=dt.UTC)


def test_the_estate_is_as_told() -> None:
    assert estate.BUILDINGS * estate.FLATS == 391
    assert len(estate.lamps()) == len(estate.circuit().lamps) == 32
    houses = estate.buildings()
    assert len(houses) == 23
    for one, other in itertools.combinations(houses.values(), 2):
        assert not one.intersects(other)
    way = shapely.LineString(estate.broken().way)
    assert way.length == 40
    nearest = sorted(houses, key=lambda number: houses[number].distance(way))[:2]
    assert sorted(nearest) == [16, 19]
    for cable in estate.cables():
        assert not any(shapely.LineString(cable.way).crosses(one) for one in houses.values())


def test_whoever_looks_at_every_lamp_finds_the_cable() -> None:
    seen = [Sighting(lamp, lamp not in estate.dark(), 0.0) for lamp in estate.lamps()]
    first = diagnose(estate.circuit(), seen).explanations[0]
    assert [(fault.kind, fault.id) for fault in first.faults] == [("section", estate.broken().id)]
    assert first.probability > 0.95


def test_the_replay_points_at_the_cable_between_16_and_19() -> None:
    out = StringIO()
    call_command("replay_estate", "--json", stdout=out)
    steps = json.loads(out.getvalue())
    assert [step["after"] for step in steps] == [1, 3, 6, len(estate.REPORTS)]
    assert [fault["id"] for fault in steps[0]["explanations"][0]["faults"]] == [15]
    section = {"kind": "section", "id": "6-7", "label": "6-7",
               "between": ["building 16", "building 19"]}  # fmt: skip
    for step in steps[2:]:
        assert step["explanations"][0]["faults"] == [section]
        assert step["explanations"][0]["probability"] > 0.8
    for step in steps:
        chances = [one["probability"] for one in step["explanations"]]
        assert chances == sorted(chances, reverse=True)
        assert step["look_next"] not in {one.lamp for one in estate.REPORTS[: step["after"]]}


def test_the_replay_for_people() -> None:
    out = StringIO()
    call_command("replay_estate", stdout=out)
    assert "cable section 6-7 (between building 16 and building 19)" in out.getvalue()


@pytest.fixture
def community(db: None) -> Area:
    return estate_map.store(stdout=StringIO(), stderr=StringIO())


def test_on_the_map_it_is_a_cell_with_lanes_buildings_and_lamps(community: Area) -> None:
    assert Lamp.objects.filter(community=community).count() == 32
    assert Building.objects.filter(community=community).count() == 23
    assert Segment.objects.duty().filter(community=community).exists()
    cell = Area.objects.cells().get(code__startswith=community.code)
    assert cell.households == 391


def test_the_stored_circuit_is_diagnosed_and_told_in_words(
    community: Area, queries: Queries
) -> None:
    circuit = estate_map.wire(community)
    assert estate_map.wire(community) == circuit  # the second time changes nothing
    estate_map.play_evening(community, evening=EVENING)
    assert CableSection.objects.count() == 32
    assert LampSighting.objects.count() == len(estate.REPORTS)
    circuit = Circuit.objects.select_related("cabinet").get()
    with queries(3):  # sections with lamps, sightings, buildings
        found = diagnose_circuit(circuit, now=EVENING + dt.timedelta(hours=2))
    faults, probability = found.explanations[0]
    assert [str(fault) for fault in faults] == [
        "cable section 6-7 (between building 16 and building 19)"
    ]
    assert probability > 0.9
    assert (found.sightings, found.left_out) == (len(estate.REPORTS), 0)
    assert found.look_next is not None and found.look_next.number == "4"


def test_the_evening_leaves_one_case_for_the_cable_with_the_residents_under_it(
    community: Area,
) -> None:
    estate_map.wire(community)
    estate_map.play_evening(community, evening=EVENING)
    whole = Case.objects.get(category__code="lamp_section")
    singles = Case.objects.filter(category__code="lamp")
    assert {single.lamp.number for single in singles if single.lamp} == {
        "15",
        "29",
        "7",
        "23",
        "31",
    }
    assert all(case.simulated for case in [whole, *singles])
    assert {single.parent for single in singles} == {whole}
    assert sum(single.confirmations for single in singles) == 1


def test_what_is_older_than_a_month_or_yet_to_come_does_not_count(community: Area) -> None:
    circuit = estate_map.wire(community)
    estate_map.play_evening(community, evening=EVENING)
    for now in (EVENING - dt.timedelta(days=1), EVENING + dt.timedelta(days=40)):
        found = diagnose_circuit(circuit, now=now)
        assert (found.sightings, found.explanations[0][0]) == (0, ())


def test_a_lamp_taken_off_the_map_leaves_the_rest_to_be_diagnosed(community: Area) -> None:
    circuit = estate_map.wire(community)
    estate_map.play_evening(community, evening=EVENING)
    Lamp.objects.get(number="14").delete()  # 15 and 16 hang in the air now
    found = diagnose_circuit(circuit, now=EVENING + dt.timedelta(hours=2))
    assert str(found.explanations[0][0][0]).startswith("cable section 6-7")


def test_a_circuit_without_cable(town: Town) -> None:
    del town
    circuit = Circuit(pk=0)
    found = diagnose_circuit(circuit, now=timezone.now())
    assert (found.explanations, found.look_next) == ([((), 1.0)], None)
