"""Circuits stay trees, sightings stay as they are."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from api.errors import Conflict
from streetlights.models import CableSection, Circuit, Lamp, LampSighting
from tests.streetlights.wiring import circuit, lamp, row_one
from tests.town import Town

NOW = dt.datetime(2026, 11, 20, 19, 0, tzinfo=dt.UTC)


def feeds(of: Circuit) -> set[tuple[str | None, str]]:
    return set(of.sections.values_list("from_lamp__number", "to_lamp__number"))


def test_a_lamp_is_fed_once(town: Town) -> None:
    row, lamps = row_one(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        CableSection.objects.create(circuit=row, from_lamp=lamps["A1"], to_lamp=lamps["B1"])


def test_a_ring_is_refused(town: Town) -> None:
    _row, lamps = row_one(town)
    section = lamps["A2"].fed_by
    for ring in ("A3", "B1"):
        section.from_lamp = lamps[ring]
        with pytest.raises(ValidationError):
            section.save()
    section.from_lamp = lamps["A2"]
    with pytest.raises(ValidationError):
        section.save()


def test_a_section_begins_in_its_own_circuit(town: Town) -> None:
    row, _lamps = row_one(town)
    alone, new = lamp(town, "X", 300, 300), lamp(town, "Y", 320, 300)
    with pytest.raises(ValidationError, match="not fed by the circuit"):
        CableSection.objects.create(circuit=row, from_lamp=alone, to_lamp=new)


def test_a_lamp_taken_to_another_circuit_takes_its_branch_along(town: Town) -> None:
    row, lamps = row_one(town)
    other, others = circuit(town, "Row 2", (40, 153), (None, "C1"), spots={"C1": (110, 150)})
    section = lamps["A2"].fed_by
    section.circuit, section.from_lamp = other, others["C1"]
    section.save()
    assert feeds(row) == {(None, "A1")}
    assert feeds(other) == {(None, "C1"), ("C1", "A2"), ("A2", "A3"), ("A2", "B1")}


def test_changes_of_cables_are_kept_as_history(town: Town) -> None:
    _row, lamps = row_one(town)
    section = lamps["B1"].fed_by
    section.from_lamp = lamps["A1"]
    section.save()
    kept = section.events.order_by("pgh_id").values_list("pgh_label", "from_lamp__number")  # type: ignore[attr-defined]
    assert list(kept) == [("insert", "A2"), ("update", "A1")]


def test_the_newest_sighting_says_whether_a_lamp_works(town: Town) -> None:
    found = Lamp.objects.get(number="L-1")
    hour = dt.timedelta(hours=1)
    for state, at in (("lit", NOW), ("dark", NOW + 2 * hour), ("dark", NOW + 3 * hour)):
        found.see(state, at=at, member=town.worker)
    found.see("lit", at=NOW + hour, member=town.worker)  # arrives late
    found.refresh_from_db()
    assert (found.working, found.working_since) == (False, NOW + 2 * hour)
    assert found.sightings.count() == 4


def test_the_same_sighting_twice_is_one(town: Town) -> None:
    found = Lamp.objects.get(number="L-1")
    first = found.see("dark", at=NOW, member=town.worker)
    assert found.see("dark", at=NOW, member=town.worker) == first
    with pytest.raises(Conflict):
        found.see("lit", at=NOW, member=town.worker)
    for _resident in range(2):
        found.see("dark", at=NOW, source="resident")
    assert found.sightings.count() == 3


def test_a_sighting_is_never_changed(town: Town) -> None:
    Lamp.objects.get(number="L-1").see("dark", at=timezone.now())
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        LampSighting.objects.update(state="lit")
