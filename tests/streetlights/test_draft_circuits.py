"""manage.py draft_circuits in the small town (tests/town.py)."""

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.core.management.base import CommandError

from streetlights.models import Cabinet, CableSection, Circuit, Lamp
from tests.streetlights.wiring import lamp, row_one
from tests.town import Town, place


def run(*options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("draft_circuits", *options, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def at(x: float, y: float) -> str:
    lon, lat = place(x, y)
    return f"{lon},{lat}"


def feeds() -> set[tuple[str | None, str]]:
    return set(CableSection.objects.values_list("from_lamp__number", "to_lamp__number"))


@pytest.fixture
def row(town: Town) -> dict[str, Lamp]:
    """Lamps along Row 1 beside L-1 (100, 53), and one at the other end of the town."""
    spots = {"a": (60, 53), "b": (140, 53), "c": (240, 53), "z": (340, 347)}
    return {number: lamp(town, number, *spot) for number, spot in spots.items()}


def test_lamps_along_a_street_become_a_draft(town: Town, row: dict[str, Lamp]) -> None:
    found = run(town.community.code, "--cabinet", at(50, 50))
    circuit = Circuit.objects.get()
    assert (circuit.name, circuit.draft, circuit.cabinet.number) == ("C1", True, "C1")
    assert feeds() == {(None, "a"), ("a", "L-1"), ("L-1", "b"), ("b", "c"), ("c", "z")}
    assert (found["lamps"], found["left_out"]) == (5, [])
    assert Cabinet.objects.get().cell == town.west
    route = CableSection.objects.get(to_lamp__number="z").route
    assert route is not None and len(route.coords) >= 4  # round corners


def test_again_changes_nothing(town: Town, row: dict[str, Lamp]) -> None:
    run(town.community.code, "--cabinet", at(50, 50))
    before = list(CableSection.objects.values())
    for options in ([], ["--cabinet", at(51, 51)]):
        assert run(town.community.code, *options)["lamps"] == 0
    assert list(CableSection.objects.values()) == before
    assert Cabinet.objects.count() == Circuit.objects.count() == 1


def test_each_cabinet_has_its_own_circuit(town: Town, row: dict[str, Lamp]) -> None:
    run(town.community.code, "--cabinet", at(50, 50), at(350, 350))
    assert set(Circuit.objects.values_list("name", "sections__to_lamp__number")) == {
        *(("C1", number) for number in ("a", "L-1", "b", "c")),
        ("C2", "z"),
    }


def test_a_new_lamp_joins_the_draft_and_what_a_person_changed_stays(
    town: Town, row: dict[str, Lamp]
) -> None:
    run(town.community.code, "--cabinet", at(50, 50))
    moved = CableSection.objects.get(to_lamp=row["c"])
    moved.from_lamp = row["a"]
    moved.save()
    lamp(town, "d", 245, 53)
    found = run(town.community.code)
    assert [one["lamps"] for one in found["circuits"]] == [1]
    assert {("a", "c"), ("c", "d")} <= feeds()


def test_checked_circuits_are_left_alone(town: Town) -> None:
    circuit, lamps = row_one(town)
    before = feeds()
    found = run(town.community.code)
    assert feeds() - before == {(None, "L-1")}
    assert found["circuits"][0]["name"] == "Row 1-0"
    circuit.refresh_from_db()
    assert (circuit.draft, circuit.sections.count()) == (False, len(lamps))


def test_only_one_cell(town: Town, row: dict[str, Lamp]) -> None:
    run(town.east.code, "--cabinet", at(50, 50))
    assert feeds() == {(None, "c"), ("c", "z")}


def test_lamps_away_from_every_street_are_told(town: Town) -> None:
    Lamp.objects.create(
        community=town.community, number="far", location=Point(*place(500, 50), srid=4326)
    )
    out = StringIO()
    call_command("draft_circuits", town.community.code, "--cabinet", at(50, 50), stdout=out)
    assert "Draft C1: 1 lamps more" in out.getvalue()
    assert "1 lamps were left out" in out.getvalue()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["990101001001"], "Name the cabinets"),
        (["9901"], "no community or cell"),
        (["123456789012"], "no community or cell"),
        (["990101001001", "--cabinet", "24.9"], "must be a number"),
        (["990101001001", "--cabinet", "60.17,124.94"], "swapped"),
        (["990101001001", "--cabinet", "0,0"], "lies outside the community"),
    ],
)
def test_bad_questions_are_a_sentence(town: Town, options: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(*options)
    assert not Cabinet.objects.exists()
