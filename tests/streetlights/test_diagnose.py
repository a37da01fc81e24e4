"""manage.py diagnose FILE: JSON in, ranked explanations out, bad files refused whole."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from api.errors import GridwalkError
from streetlights.circuit_file import parse
from streetlights.models import CableSection, Circuit
from tests.conftest import Queries
from tests.streetlights.wiring import row_one
from tests.town import Town

Write = Callable[..., Path]


def circuit(**changed: Any) -> dict[str, Any]:
    """A chain of three lamps; the first was seen lit, the others dark: the section 1 - 2 is broken.

    C --(1)-- 1 --(2)-- 2 --(3)-- x
    """
    whole = {
        "cabinet": "C",
        "sections": [
            {"id": 1, "from": "C", "to": 1},
            {"id": 2, "from": 1, "to": 2},
            {"id": "3", "from": 2, "to": "x"},
        ],
        "sightings": [
            {"lamp": 1, "state": "lit", "at": "2026-11-20T19:00:00+08:00"},
            {"lamp": 2, "state": "dark", "at": "2026-11-20T11:02:00Z"},
            {"lamp": "x", "state": "dark", "at": "2026-11-20T19:05"},
        ],
    }
    return {**whole, **changed}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(content: Any) -> Path:
        file = tmp_path / "circuit.json"
        text = content if isinstance(content, str) else json.dumps(content)
        file.write_text(text, encoding="utf-8")
        return file

    return to_file


def run(file: Path, *options: str) -> str:
    out = StringIO()
    call_command("diagnose", str(file), *options, stdout=out)
    return out.getvalue()


def test_explanations_come_most_probable_first_with_ids_as_given(write: Write) -> None:
    found = json.loads(run(write(circuit()), "--json"))
    assert set(found) == {"explanations", "look_next"}
    assert found["explanations"][0]["faults"] == [{"kind": "section", "id": 2}]
    assert found["explanations"][0]["probability"] > 0.7
    chances = [one["probability"] for one in found["explanations"]]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) <= 1.00001
    named = {
        (fault["kind"], fault["id"]) for one in found["explanations"] for fault in one["faults"]
    }
    assert {("lamp", "x"), ("section", "3"), ("cabinet", "C")} <= named


def test_for_people(write: Write) -> None:
    told = run(write(circuit()))
    assert "cable section 2" in told.splitlines()[0]
    assert "%  lamp 2 + cable section 3" in told
    lit = [{"lamp": 1, "state": "lit", "at": "2026-11-20T19:00:00+08:00"}]
    told = run(write(circuit(sightings=lit)))
    assert "nothing is broken" in told
    assert "Look next at lamp x." in told


def test_older_evenings_left_out_are_told(write: Write) -> None:
    later = [{"lamp": 2, "state": "lit", "at": "2026-11-29T19:00:00+08:00"}]
    told = run(write(circuit(sightings=circuit()["sightings"] + later)))
    assert "3 older sightings were left out" in told


def test_a_circuit_without_lamps(write: Write) -> None:
    found = json.loads(run(write(circuit(sections=[], sightings=[])), "--json"))
    assert found == {"explanations": [{"faults": [], "probability": 1.0}], "look_next": None}


def section(id_: Any, start: Any, end: Any, **more: Any) -> dict[str, Any]:
    return {"id": id_, "from": start, "to": end, **more}


def sighting(lamp: Any = 1, state: Any = "lit", at: Any = "2026-11-20T19:00:00Z") -> dict[str, Any]:
    return {"lamp": lamp, "state": state, "at": at}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "not JSON"),
        ("[1, 2", "not JSON"),
        ('{"cabinet": NaN}', "NaN is not a number"),
        ('{"cabinet": 1, "cabinet": 2}', "same key twice"),
        ([], "is a JSON object"),
        ({}, "cabinet must be an id"),
        (circuit(cabinet=None), "cabinet must be an id"),
        (circuit(cabinet=True), "cabinet must be an id"),
        (circuit(sections={}), "needs a list sections"),
        (circuit(sightings=None), "needs a list sightings"),
        (circuit(sections=[1]), r"sections\.0 is not an object"),
        (circuit(sections=[{"id": 1, "from": "C"}]), r"sections\.0\.to must be an id"),
        (circuit(sections=[section(1, "C", 1, metres=-4)]), "must be a length"),
        (circuit(sections=[section(1, "C", 1), section(1, 1, 2)]), "Two sections have the id 1"),
        (circuit(sections=[section(1, "C", 1), section(2, "C", 1)]), "Lamp 1 is fed by two"),
        (circuit(sections=[section(1, "C", 1), section(2, 1, "C")]), "Section 2 leads to the"),
        (circuit(sections=[section(1, "C", 1), section(2, 3, 4), section(3, 4, 3)]), "in a circle"),
        (circuit(sections=[section(1, "C", 1), section(2, 8, 9)]), "Nothing feeds 8"),
        (circuit(sightings=[sighting(lamp=9)]), "has no lamp 9"),
        (circuit(sightings=[sighting(lamp="1")]), "has no lamp 1"),
        (circuit(sightings=[sighting(lamp="C")]), "has no lamp C"),
        (circuit(sightings=[sighting(state="off")]), "must be lit or dark"),
        (circuit(sightings=[sighting(state=None)]), "must be lit or dark"),
        (circuit(sightings=[sighting(at=None)]), "must be a time"),
        (circuit(sightings=[sighting(at="yesterday")]), "must be a time"),
        (circuit(sightings=[sighting(at=1_700_000_000)]), "must be a time"),
        (circuit(sightings=[sighting(at="0001-01-01T00:00:00+14:00")]), "must be a time"),
    ],
)
def test_a_bad_file_is_a_sentence_and_nothing_is_computed(
    write: Write, content: Any, sentence: str
) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match=sentence):
        call_command("diagnose", str(write(content)), "--json", stdout=out)
    assert out.getvalue() == ""


@pytest.mark.parametrize("path", ["nowhere.json", "/", "a\0b"])
def test_only_files_are_read(path: str) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        run(Path(path))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cabinet", "sections", "sightings", "id", "from", "to", "lamp", "state", "at"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60)
@given(json_values)
def test_whatever_is_sent_is_a_circuit_or_refused(content: Any) -> None:
    try:
        assert len(parse(content).circuit) >= 1
    except GridwalkError as error:
        assert str(error)


def sighted(town: Town) -> Circuit:
    """Row 1 with its first lamp seen lit and all behind it dark."""
    circuit, lamps = row_one(town)
    for number, lamp in lamps.items():
        lamp.see("lit" if number == "A1" else "dark", at=timezone.now(), member=town.worker)
    return circuit


def stored(*options: str) -> str:
    out = StringIO()
    call_command("diagnose", *options, stdout=out)
    return out.getvalue()


def test_a_stored_circuit_by_its_name(town: Town) -> None:
    sighted(town)
    assert "cable section A1 – A2" in stored("--circuit", "Row 1").splitlines()[0]
    found = json.loads(stored("--circuit", "Row 1", "--json"))
    (fault,) = found["explanations"][0]["faults"]
    section = CableSection.objects.get(to_lamp__number="A2")
    assert (fault["kind"], fault["id"]) == ("section", section.pk)
    with pytest.raises(CommandError, match="There is no circuit Row 9"):
        stored("--circuit", "Row 9")
    with pytest.raises(CommandError, match="There is no circuit Row 1"):
        stored("--circuit", "Row 1", "--community", "000000000000")


def test_a_stored_circuit_through_the_api(client: Client, town: Town, queries: Queries) -> None:
    circuit = sighted(town)
    client.force_login(town.worker)
    # session, member, circuit, sections with lamps, sightings, buildings
    with queries(6):
        found = client.get(f"/api/v1/circuits/{circuit.pk}/diagnosis/").json()
    assert found["sightings"] == 4
    assert found["explanations"][0]["faults"][0]["label"] == "A1 – A2"
    assert client.get("/api/v1/circuits/999999/diagnosis/").status_code == 404
